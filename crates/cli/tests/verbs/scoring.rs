//! What `score`, `explain` and `query` print of a small lake, in both languages.

use std::{fs, path::Path, sync::LazyLock};

use jiff::tz::TimeZone;
use tempfile::TempDir;

use crate::program::{
    AT, FIXTURES, compare, compare_runs, done, lines, run, take_in, text, timeless, yagura,
};

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
    let grype = folder.path().join("app.json");
    fs::write(&grype, REPORT).unwrap();
    let fixture = |path: &str| Path::new(FIXTURES).join(path);
    let reports = [
        (fixture("inventory/organisations.csv"), "register"),
        (fixture("inventory/systems.csv"), "register"),
        (fixture("inventory/devices.csv"), "register"),
        (fixture("xccdf/web01.xml"), "benchmark"),
        (grype, "images"),
    ];
    take_in(folder.path(), &TimeZone::UTC, "2026-10-20T00:00:00Z", &reports);
    folder
});

/// Compares what is printed with the files in `snapshots`: in Japanese on a terminal of 80 columns,
/// in English in a pipe.
fn golden(name: &str, arguments: &[&str]) {
    for language in ["ja", "en"] {
        let mut command = yagura(FOLDER.path(), &[arguments, &["--lang", language]].concat());
        if language == "ja" {
            command.env("COLUMNS", "80");
        }
        compare(&format!("{name}-{language}"), &text(&command.output().unwrap()));
    }
}

fn json(arguments: &[&str]) -> Vec<serde_json::Value> {
    lines(&done(yagura(FOLDER.path(), &[arguments, &["--json"]].concat())))
}

#[test]
fn a_score_adds_up_by_everything() {
    golden("help-score", &["score", "--help"]);
    for by in ["org", "system", "asset", "check", "class", "domain", "remedy"] {
        golden(&format!("score-{by}"), &["score", "--by", by, "--as-of", AT]);
    }
    golden("score-top", &["score", "--by", "asset", "--top", "2", "--as-of", AT]);
    golden("score-within", &["score", "--org", "sakura/shinsei", "--as-of", AT]);
    golden("score-nowhere", &["score", "--org", "ume", "--as-of", AT]);
    golden("score-csv", &["score", "--by", "class", "--csv", "--as-of", AT]);
    golden("score-no-model", &["score", "--model", "none.toml"]);
}

/// A data folder with a register and a scan of an image.
fn small() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let grype = folder.path().join("app.json");
    fs::write(&grype, REPORT).unwrap();
    let devices = Path::new(FIXTURES).join("inventory/devices.csv");
    let reports = [(devices, "register"), (grype, "images")];
    take_in(folder.path(), &TimeZone::UTC, "2026-10-20T00:00:00Z", &reports);
    folder
}

#[test]
fn a_score_is_stored_and_shown_again() {
    let runs: &[&[&str]] = &[
        &["score", "--stored"],
        &["score", "--store", "--as-of", AT],
        &["score", "--stored", "--by", "remedy", "--top", "3"],
        &["score", "--stored", "--by", "asset", "--top", "2", "--org", "sakura"],
        &["score", "--stored", "--by", "check", "--org", "sakura"],
        &["score", "--store", "--org", "sakura"],
        &["org", "add", "ume", "--name-ja", "梅庁", "--name-en", "Ume Agency"],
        &["score", "--stored", "--by", "class"],
        &[
            "query",
            "SELECT level, count(*) AS lines FROM score_lines GROUP BY level ORDER BY level",
        ],
    ];
    compare_runs("score-stored", "80", timeless, small, runs);
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
    let output = run(folder.path(), &["score", "--lang", "en", "--as-of", AT]);
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

#[test]
fn both_times_are_told_wherever_they_are_asked_for() {
    let times = ["--as-of", "2026-10-25", "--known-at", "2026-11-02T09:00"];
    let asked: [&[&str]; 6] = [
        &["score", "--top", "2"],
        &["explain", "sakura", "--top", "1"],
        &["asset", "list", "--top", "1"],
        &["asset", "history", "SV-0001"],
        &["org", "list"],
        &["query", "SELECT count(*) AS findings FROM findings"],
    ];
    for language in ["ja", "en"] {
        let mut printed = String::new();
        for arguments in asked {
            let all = [arguments, &times, &["--lang", language]].concat();
            printed.push_str(&format!("$ yagura {}\n", arguments.join(" ")));
            printed.push_str(&text(&run(FOLDER.path(), &all)));
        }
        compare(&format!("both-times-{language}"), &printed);
    }
    for arguments in asked.into_iter().take(2).chain([&["explain", "SV-0001"][..]]) {
        let document = &json(&[arguments, &times].concat())[0];
        assert_eq!(document["as_of"], "2026-10-24T15:00:00Z");
        assert_eq!(document["known_at"], "2026-11-02T00:00:00Z");
    }
    // Everything was taken in on 1 November: the day before nothing was known of any day.
    let before = ["--as-of", "2026-10-25", "--known-at", "2026-10-31"];
    assert_eq!(json(&[&["score"][..], &before].concat())[0]["total"]["assets"], 0);
    assert!(json(&[&["asset", "list"][..], &before].concat()).is_empty());
    let counted = json(&[asked[5], &before].concat());
    assert_eq!(counted[0]["findings"], 0);
    // What was known then is told of that time, if no other is said.
    let document = &json(&["score", "--known-at", "2026-11-02"])[0];
    assert_eq!(document["as_of"], "2026-11-01T15:00:00Z");
}

#[test]
fn a_trend_counts_periods_of_the_calendar() {
    golden("help-trend", &["trend", "--help"]);
    let at = ["--as-of", "2026-11-01"];
    golden("trend", &[&["trend", "--last", "3", "--points"][..], &at].concat());
    golden("trend-severity", &[&["trend", "--by", "severity", "--last", "2"][..], &at].concat());
    golden(
        "trend-org",
        &[&["trend", "--by", "org", "--every", "quarter", "--last", "1"][..], &at].concat(),
    );
    golden("trend-no-points", &["trend", "--by", "severity", "--points"]);
    golden("trend-nowhere", &["trend", "--org", "nowhere"]);
    let document = &json(&[&["trend", "--last", "2"][..], &at].concat())[0];
    let periods = document["periods"].as_array().unwrap();
    assert_eq!(
        (periods.len(), &document["every"], &document["by"]),
        (2, &"month".into(), &"total".into())
    );
    let october = &periods[1];
    assert_eq!(october["from"], "2026-09-30T15:00:00Z");
    assert_eq!(october["to"], "2026-10-31T14:59:59.999999Z");
    let line = &october["lines"][0];
    assert_eq!((&line["open"], &line["opened"]), (&3.into(), &2.into()));
    assert!(line["remediation"].is_null(), "{line}");
    let csv = done(yagura(FOLDER.path(), &[&["trend", "--csv"][..], &at].concat()));
    let csv = String::from_utf8(csv.stdout).unwrap();
    assert!(csv.starts_with("from,to,key,assets,unobserved,open,accepted,opened,"), "{csv}");
}
