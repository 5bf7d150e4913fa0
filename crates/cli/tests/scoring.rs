//! What `score`, `explain` and `query` print of a small lake, in both languages.
#![expect(clippy::unwrap_used, reason = "a test that meets what it does not expect has failed")]

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::LazyLock,
    time::Duration,
};

use jiff::tz::TimeZone;
use tempfile::TempDir;
use yagura_engine::{
    baseline::identity::Rules,
    clock::Clock,
    formats::Context,
    ingest::{Ingest, Request},
    intake::{Intake, Limits},
    lake::Lake,
};
use yagura_model::organisation::OrganisationCode;

const REPORT: &str = r#"{
  "matches": [
    {"vulnerability": {"id": "CVE-2026-0001", "severity": "Critical",
       "cvss": [{"version": "3.1", "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                 "metrics": {"baseScore": 9.8}}],
       "fix": {"state": "fixed", "versions": ["1.2.4"]}},
     "artifact": {"name": "libexample", "version": "1.2.3", "type": "deb",
                  "purl": "pkg:deb/debian/libexample@1.2.3"}},
    {"vulnerability": {"id": "CVE-2026-0002", "severity": "Medium"},
     "artifact": {"name": "libexample", "version": "1.2.3", "type": "deb",
                  "purl": "pkg:deb/debian/libexample@1.2.3"}}
  ],
  "source": {"type": "image", "target": {"userInput": "registry.example/app:1"}},
  "descriptor": {"name": "grype", "version": "0.90.0", "timestamp": "2026-10-01T00:00:00Z"}
}"#;

/// A data folder with a register, a benchmark result and a scan of an image, taken in on 1 November.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let fixtures = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures"));
    let grype = folder.path().join("app.json");
    std::fs::write(&grype, REPORT).unwrap();
    let lake = Lake::open(&folder.path().join("data")).unwrap();
    let clock = Clock::Fixed("2026-11-01T00:00:00Z".parse().unwrap());
    let ingest = Ingest { lake, rules: Rules::shipped().clone(), clock };
    let intake = Intake::new(folder.path(), Limits::default());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for (path, source) in [
        (fixtures.join("inventory/organisations.csv"), "register"),
        (fixtures.join("inventory/systems.csv"), "register"),
        (fixtures.join("inventory/devices.csv"), "register"),
        (fixtures.join("xccdf/web01.xml"), "benchmark"),
        (grype, "images"),
    ] {
        let mut received = intake.receive_file(&path).unwrap();
        let digest = received.digest;
        for member in &mut received.members {
            member.name = path.file_name().unwrap().to_string_lossy().into_owned();
            let request = Request {
                organisation: OrganisationCode::new("sakura").unwrap(),
                create_organisation: true,
                source: source.to_owned(),
                system: None,
                observed_at: Some("2026-10-20T00:00:00Z".parse().unwrap()),
                format: None,
                context: Context { zone: TimeZone::UTC, mapping: None, asset: None },
                sees: None,
                wait: Duration::from_secs(5),
            };
            runtime.block_on(ingest.ingest(member, digest, &request)).unwrap();
        }
    }
    folder
});

fn yagura(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yagura"));
    command.args(arguments).current_dir(folder).env_clear().env("TZ", "JST-9");
    command.args(["--data", "data"]).stdin(Stdio::null());
    if arguments.contains(&"ja") {
        command.env("COLUMNS", "80");
    }
    command.output().unwrap()
}

fn text(output: &Output) -> String {
    let status = output.status.code().unwrap();
    let out = String::from_utf8(output.stdout.clone()).unwrap();
    let error = String::from_utf8(output.stderr.clone()).unwrap();
    format!("{out}=== standard error\n{error}=== exit status {status}\n")
}

/// Compares what is printed with the files in `snapshots`: in Japanese on a terminal of 80 columns,
/// in English in a pipe.
fn golden(name: &str, arguments: &[&str]) {
    for language in ["ja", "en"] {
        let mut arguments = arguments.to_vec();
        arguments.extend(["--lang", language]);
        let printed = text(&yagura(FOLDER.path(), &arguments));
        let mut settings = insta::Settings::clone_current();
        settings.set_omit_expression(true);
        settings.set_prepend_module_to_snapshot(false);
        settings.bind(|| insta::assert_snapshot!(format!("{name}-{language}"), printed));
    }
}

fn json(arguments: &[&str]) -> Vec<serde_json::Value> {
    let mut arguments = arguments.to_vec();
    arguments.push("--json");
    let output = yagura(FOLDER.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let out = String::from_utf8(output.stdout).unwrap();
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const AT: &str = "2026-11-01T00:00:00Z";

#[test]
fn a_score_adds_up_by_everything() {
    golden("help-score", &["score", "--help"]);
    for by in ["org", "system", "asset", "check", "class", "domain"] {
        golden(&format!("score-{by}"), &["score", "--by", by, "--as-of", AT]);
    }
    golden("score-top", &["score", "--by", "asset", "--top", "2", "--as-of", AT]);
    golden("score-within", &["score", "--org", "sakura/shinsei", "--as-of", AT]);
    golden("score-nowhere", &["score", "--org", "ume", "--as-of", AT]);
    golden("score-csv", &["score", "--by", "class", "--csv", "--as-of", AT]);
    golden("score-no-model", &["score", "--model", "none.toml"]);
}

#[test]
fn json_of_a_score_holds_whole_micro_points() {
    let documents = json(&["score", "--by", "asset", "--as-of", AT]);
    let [document] = documents.as_slice() else { panic!("{documents:?}") };
    assert_eq!(
        (document["version"].as_u64(), document["threat_data"].as_bool()),
        (Some(1), Some(false))
    );
    let lines = document["lines"].as_array().unwrap();
    let sum: i64 = lines.iter().map(|line| line["open_micro"].as_i64().unwrap()).sum();
    assert!(sum > 0);
    assert_eq!(document["total"]["open_micro"].as_i64(), Some(sum));
}

#[test]
fn a_folder_without_reports_has_no_points() {
    let folder = tempfile::tempdir().unwrap();
    let output = yagura(folder.path(), &["score", "--lang", "en", "--as-of", AT]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output).contains("No assets."), "{}", text(&output));
}

#[test]
fn an_explanation_leads_to_the_bytes_of_a_report() {
    golden("help-explain", &["explain", "--help"]);
    golden("explain-image", &["explain", "registry.example/app:1", "--as-of", AT]);
    golden("explain-server", &["explain", "web01.sakura.example", "--top", "3", "--as-of", AT]);
    golden("explain-organisation", &["explain", "sakura", "--top", "3", "--as-of", AT]);
    golden("explain-unknown", &["explain", "web01.sakura.exampel", "--as-of", AT]);
    golden(
        "explain-outside",
        &["explain", "sakura/kanbo", "--org", "sakura/shinsei", "--as-of", AT],
    );
}

#[test]
fn an_explanation_adds_up_and_its_findings_can_be_asked_for() {
    let documents = json(&["explain", "registry.example/app:1", "--as-of", AT]);
    let [document] = documents.as_slice() else { panic!("{documents:?}") };
    let micro = |value: &serde_json::Value, name: &str| value[name].as_i64().unwrap();
    let remedies = document["remedies"].as_array().unwrap();
    let sum: i64 = remedies.iter().map(|remedy| micro(remedy, "points_micro")).sum();
    assert_eq!(sum, micro(document, "open_micro") + micro(document, "accepted_micro"));
    let mut findings = Vec::new();
    for remedy in remedies {
        let items = remedy["items"].as_array().unwrap();
        let shares: i64 = items.iter().map(|item| micro(item, "share_micro")).sum();
        assert_eq!(shares, micro(remedy, "points_micro"));
        for evidence in items.iter().filter_map(|item| item["evidences"].as_array()).flatten() {
            let proof = &evidence["proof"];
            let (start, end) = (proof["start"].as_u64().unwrap(), proof["end"].as_u64().unwrap());
            let bytes = REPORT.get(start as usize..end as usize).unwrap();
            let words: Vec<&str> = bytes.split_whitespace().collect();
            assert_eq!(proof["excerpt"].as_str(), Some(words.join(" ").as_str()));
            findings.push(evidence["finding"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(findings.len(), 2);
    for finding in findings {
        let documents = json(&["explain", &finding, "--as-of", AT]);
        let told = documents[0]["remedies"][0]["items"].as_array().unwrap();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["evidences"][0]["finding"].as_str(), Some(finding.as_str()));
    }
}

#[test]
fn questions_are_answered_in_every_form() {
    let devices = "SELECT asset, name, class, organisation, os FROM devices ORDER BY name";
    golden("query-devices", &["query", devices]);
    golden("query-csv", &["query", "SELECT -1 AS number, '=1' AS text, NULL AS nothing", "--csv"]);
    golden(
        "query-json",
        &["query", "SELECT 1.5 AS number, TRUE AS yes, 'a' AS text, NULL AS nothing", "--json"],
    );
    golden("query-unknown-view", &["query", "SELECT * FROM device"]);
    golden("query-not-select", &["query", "DROP TABLE devices"]);
    golden("query-wrong", &["query", "SELECT nothing FROM devices"]);
}
