//! How well things are recognised: precision and recall of pairs of records, case by case.
//!
//! A record is what one source shows of one thing, within an organisation: resolution never
//! crosses organisations (architecture, semantics 6). A pair of records that lie on one asset is
//! right if both are of one thing (precision); a pair of records of one thing is found if both lie
//! on one asset (recall). Records that wait for a person are on assets of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};
use yagura_baseline::identity::Rules;
use yagura_engine::{clock::Clock, ingest::Ingest};
use yagura_lake::{
    Lake, Snapshot,
    rows::{AttributeRow, LinkRow, SubjectRow},
    scan::Filter,
};
use yagura_model::id::SubjectKey;
use yagura_synthetic::{Case, Government, Plan};

use crate::{
    Failure,
    figure::{Figure, Side},
    run::{Bench, Run, child},
    truth::{self, Otherwise, gathered},
};

pub(crate) const BENCH: Bench = Bench { name: "identity", only_named: true, measure };

/// How many devices the whole measurement has.
const DEVICES: f64 = 20_000.0;

/// How many reports are taken in by one commit.
const TOGETHER: usize = 48;

fn measure(run: &mut Run) -> Result<(), Failure> {
    let lake = run.new_lake();
    let devices = (DEVICES * run.scale).max(200.0) as u64;
    let measured = child("identity", &[&lake, Path::new(&devices.to_string())])?;
    let cases = measured.said.get("cases").and_then(Value::as_object);
    for (case, of) in cases.into_iter().flatten() {
        let share = |of_all: &str| {
            let number = |name: &str| of.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN);
            number("right") / number(of_all) * 100.0
        };
        let whole = case == "all";
        for (name, value, bar) in [
            ("precision", share("together"), if whole { 99.8 } else { 95.0 }),
            ("recall", share("same"), if whole { 98.0 } else { 95.0 }),
        ] {
            run.figures.push(Figure {
                name: format!("{name} of pairs, {case}"),
                input: 0,
                value,
                unit: "%",
                bar: Some((Side::AtLeast, bar)),
            });
        }
    }
    Ok(())
}

/// Takes in what a government of so many devices reports in twelve weeks, and compares.
pub(crate) async fn resolved(lake: &Path, devices: &Path) -> Result<Value, Failure> {
    let devices: u64 = devices.to_string_lossy().parse()?;
    let government = Government::new(Plan {
        findings_per_device: 1,
        checks: 1_000,
        days: 84,
        scans: 12,
        ..Plan::new(1, 6, devices)
    });
    let end = government.plan().start + jiff::SignedDuration::from_hours(24 * 90);
    let (lake, rules) = (Lake::open(lake)?, Rules::shipped().clone());
    let ingest = Ingest { lake, rules, clock: Clock::Fixed(end) };
    let mut writer = ingest.lake.write(std::time::Duration::ZERO, end).await?;
    let said = Otherwise { truths: true, ..Otherwise::default() };
    let mut reports = government.reports();
    loop {
        let some = reports.by_ref().take(TOGETHER);
        let readings = some.map(|report| gathered(&ingest, &government, report, said));
        let readings = readings.collect::<Result<Vec<_>, _>>()?;
        if readings.is_empty() {
            break;
        }
        for taken in ingest.take(&mut writer, readings).await? {
            taken?;
        }
    }
    drop(writer);
    let records = records(&ingest.lake.snapshot().await?).await?;
    Ok(json!({"records": records.len(), "cases": pairs(&records)}))
}

/// What one source shows of one thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Shown {
    asset: i64,
    case: String,
    /// The organisation and the thing.
    thing: (String, String),
}

async fn records(snapshot: &Snapshot) -> Result<Vec<Shown>, Failure> {
    let links: Vec<LinkRow> = snapshot.rows(&Filter::all()).await?;
    let links: BTreeMap<SubjectKey, i64> =
        links.into_iter().map(|link| (link.subject, link.asset.0)).collect();
    let subjects: Vec<SubjectRow> = snapshot.rows(&Filter::all()).await?;
    let organisations: BTreeMap<SubjectKey, String> =
        subjects.into_iter().map(|row| (row.subject, row.organisation)).collect();
    let said: Vec<AttributeRow> = snapshot.rows(&Filter::named("name", truth::ATTRIBUTE)).await?;
    // A subject says the same thing at several times.
    let said: BTreeSet<(SubjectKey, String)> =
        said.into_iter().map(|row| (row.subject, row.value.to_string())).collect();
    let mut records = Vec::new();
    for (subject, value) in said {
        let (case, thing) = value.split_once(' ').ok_or("a truth without a case")?;
        let asset = *links.get(&subject).ok_or("a subject without an asset")?;
        let organisation = organisations.get(&subject).cloned().unwrap_or_default();
        let thing = (organisation, thing.to_owned());
        records.push(Shown { asset, case: case.to_owned(), thing });
    }
    Ok(records)
}

/// Pairs by case: how many are of one thing and on one asset (`right`), on one asset with one of
/// the case among them (`together`), of one thing (`same`).
fn pairs(records: &[Shown]) -> BTreeMap<String, Value> {
    let pairs = |count: u64| count * count.saturating_sub(1) / 2;
    let mut of_asset: BTreeMap<i64, BTreeMap<&str, u64>> = BTreeMap::new();
    let mut of_thing: BTreeMap<(&str, &(String, String)), u64> = BTreeMap::new();
    let mut of_both: BTreeMap<(&str, &(String, String), i64), u64> = BTreeMap::new();
    for shown in records {
        let case = shown.case.as_str();
        *of_asset.entry(shown.asset).or_default().entry(case).or_default() += 1;
        *of_thing.entry((case, &shown.thing)).or_default() += 1;
        *of_both.entry((case, &shown.thing, shown.asset)).or_default() += 1;
    }
    let mut cases = BTreeMap::new();
    let names = Case::ALL.iter().map(|case| case.as_str());
    for name in names.chain(["all"]) {
        let is = |case: &str| name == "all" || case == name;
        let right: u64 =
            of_both.iter().filter(|((case, ..), _)| is(case)).map(|(_, n)| pairs(*n)).sum();
        let same: u64 =
            of_thing.iter().filter(|((case, _), _)| is(case)).map(|(_, n)| pairs(*n)).sum();
        let together: u64 = of_asset
            .values()
            .map(|of| {
                let all: u64 = of.values().sum();
                let others: u64 =
                    of.iter().filter(|(case, _)| !is(case)).map(|(_, count)| count).sum();
                pairs(all) - pairs(others)
            })
            .sum();
        if same > 0 {
            let of = json!({"right": right, "together": together, "same": same});
            cases.insert(name.to_owned(), of);
        }
    }
    cases
}
