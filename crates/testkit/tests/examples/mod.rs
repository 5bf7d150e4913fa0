//! The example reports: each is recognised, keeps the laws and gives the numbers that the
//! `expected.toml` beside it says; and the plan of the example ministry names them all.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;
use yagura_formats::{Context, Head, collect::Transcript, encoding, registry};
use yagura_testkit::{
    fixtures::{self, Fixture},
    laws,
};

/// What reading a file gives.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    format: String,
    mapping: Option<String>,
    records: u64,
    findings: u64,
    passes: u64,
    not_assessed: u64,
    facts: u64,
    dropped: u64,
    assets: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    report: Vec<Planned>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Planned {
    file: String,
    org: String,
    source: String,
    system: Option<String>,
    format: Option<String>,
    mapping: Option<String>,
    observed_at: Option<Timestamp>,
}

/// The fixtures by name.
fn all() -> BTreeMap<String, Fixture> {
    fixtures::all().unwrap().into_iter().map(|fixture| (fixture.name.clone(), fixture)).collect()
}

fn text(fixture: &Fixture) -> &str {
    std::str::from_utf8(&fixture.bytes).unwrap()
}

/// Its bytes as a reader gets them.
fn decoded(fixture: &Fixture) -> Vec<u8> {
    let Some(found) = encoding::detect(&fixture.bytes) else { return fixture.bytes.clone() };
    let mut bytes = Vec::new();
    encoding::Decoder::new(fixture.bytes.as_slice(), found).read_to_end(&mut bytes).unwrap();
    bytes
}

/// Reads a file as its expectation says, and by detection where no mapping is needed.
fn read(
    name: &str,
    bytes: &[u8],
    format: Option<&str>,
    mapping: Option<&str>,
) -> (String, Transcript) {
    let format = match mapping {
        Some(_) => registry::by_name(format.unwrap()).unwrap(),
        None => registry::detect(&Head::new(bytes)).unwrap_or_else(|error| {
            panic!("{name}: {error}");
        }),
    };
    let context = Context {
        zone: TimeZone::get("Asia/Tokyo").unwrap(),
        mapping: mapping.map(str::to_owned),
        asset: None,
    };
    let mut seen = Transcript::default();
    let outcome = format.parse(&mut Cursor::new(bytes), &context, &mut seen);
    outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
    (format.name().to_owned(), seen)
}

/// Every report with an expectation: its name, the expectation, and the text of its mapping.
fn expectations(all: &BTreeMap<String, Fixture>) -> Vec<(String, Expected, Option<String>)> {
    let mut found = Vec::new();
    for (name, fixture) in all {
        let Some(folder) = name.strip_suffix("expected.toml") else { continue };
        let table: BTreeMap<String, Expected> =
            toml::from_str(text(fixture)).unwrap_or_else(|error| panic!("{name}: {error}"));
        for (file, expected) in table {
            let mapping = expected
                .mapping
                .as_ref()
                .map(|mapping| text(&all[&format!("{folder}{mapping}")]).to_owned());
            found.push((format!("{folder}{file}"), expected, mapping));
        }
    }
    found
}

#[test]
fn every_example_gives_what_it_should() {
    let all = all();
    for (name, expected, mapping) in expectations(&all) {
        let bytes = decoded(&all[&name]);
        let (format, seen) = read(&name, &bytes, Some(&expected.format), mapping.as_deref());
        let account = seen.tally.account;
        let found = Expected {
            format,
            mapping: expected.mapping.clone(),
            records: account.records,
            findings: account.findings,
            passes: account.passes,
            not_assessed: account.not_assessed,
            facts: account.facts,
            dropped: account.dropped,
            assets: seen.tally.assets,
        };
        assert_eq!(found, expected, "{name}");
        if mapping.is_none() {
            laws::read(registry::by_name(&expected.format).unwrap(), &bytes).unwrap();
        }
    }
}

#[test]
fn every_example_of_the_ministry_and_the_formats_is_expected() {
    let all = all();
    let expected: BTreeSet<String> =
        expectations(&all).into_iter().map(|(name, _, _)| name).collect();
    let report = |name: &&String| {
        (name.starts_with("ministry/") || name.starts_with("formats/"))
            && !name.ends_with(".toml")
            && !name.ends_with(".md")
    };
    let missing: Vec<&String> =
        all.keys().filter(report).filter(|name| !expected.contains(*name)).collect();
    assert!(missing.is_empty(), "no expectation for {missing:?}");
}

#[test]
fn the_plan_of_the_ministry_names_each_report_once_in_order_of_time() {
    let all = all();
    let plan: Plan = toml::from_str(text(&all["ministry/plan.toml"])).unwrap();
    let expected = expectations(&all);
    let mut planned = BTreeSet::new();
    let mut folder = "";
    let mut systems = BTreeSet::new();
    for report in &plan.report {
        let name = format!("ministry/{}", report.file);
        let (_, expected, mapping) = expected.iter().find(|(known, _, _)| *known == name).unwrap();
        assert_eq!(report.format.as_deref(), Some(expected.format.as_str()), "{name}");
        assert_eq!(report.mapping, expected.mapping, "{name}");
        assert!(!report.source.is_empty() && report.org == "sakura", "{name}");
        let month = report.file.split('/').next().unwrap();
        assert!(folder <= month, "{name} stands behind a later month");
        folder = month;
        systems.extend(report.system.clone());
        // A report that does not say when it is true needs the plan to say it.
        let bytes = decoded(&all[&name]);
        let (_, seen) = read(&name, &bytes, report.format.as_deref(), mapping.as_deref());
        let says = seen.tally.head.observed_at.is_some();
        assert_eq!(says, report.observed_at.is_none(), "{name}");
        assert!(planned.insert(name));
    }
    let reports = expected.iter().filter(|(name, _, _)| name.starts_with("ministry/"));
    assert_eq!(planned.len(), reports.count());
    let register = text(&all["ministry/2026-09/systems.csv"]);
    assert!(systems.iter().all(|system| register.contains(&format!("\n{system},"))));
}

#[test]
fn servers_of_the_ministry_are_known_to_several_tools() {
    let all = all();
    let mut tools: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (name, expected, mapping) in expectations(&all) {
        if !name.starts_with("ministry/2026-09/") {
            continue;
        }
        let bytes = decoded(&all[&name]);
        let (format, seen) = read(&name, &bytes, Some(&expected.format), mapping.as_deref());
        for server in ["fqdn=web01.sakura.example", "fqdn=db01.sakura.example"] {
            if seen.lines.iter().any(|line| line.contains(server)) {
                tools.entry(server).or_default().insert(format.clone());
            }
        }
    }
    let of = |server: &str| tools[server].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(of("fqdn=web01.sakura.example"), ["inventory_csv", "nessus", "ocsf", "xccdf"]);
    assert_eq!(of("fqdn=db01.sakura.example"), ["inventory_csv", "nessus", "ocsf", "osquery"]);
}
