//! What `asset state` and all that tell of states print, in both languages.

use std::path::Path;

use jiff::tz::TimeZone;
use tempfile::TempDir;

use crate::program::{FIXTURES, compare_runs, done, just_now, lines, take_in, yagura};

/// The register of a ministry and what its agents saw, of two months.
fn lake() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let report = |file: &str, source| (Path::new(FIXTURES).join("ministry").join(file), source);
    let reports = [
        report("2026-09/organisations.csv", "組織台帳"),
        report("2026-09/devices.csv", "機器台帳"),
        report("2026-09/edr.ocsf.jsonl", "端末監視"),
        report("2026-10/devices.csv", "機器台帳"),
        report("2026-10/edr.ocsf.jsonl", "端末監視"),
    ];
    let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
    take_in(folder.path(), &tokyo, "2026-09-30T00:00:00Z", &reports);
    folder
}

const BY: [&str; 4] = ["--by", "山田", "--reason", "廃棄証明書 第31号"];

/// A state recorded of an asset.
fn state<'a>(asset: &'a str, state: &'a str, on: &'a str) -> Vec<&'a str> {
    [["asset", "state", asset], [state, "--on", on]].concat().into_iter().chain(BY).collect()
}

#[test]
fn states_are_recorded_contradicted_taken_back_and_counted() {
    let (gone, seen) =
        (state("SV-0007", "廃棄", "2026-10-05"), state("SV-0006", "disposed", "2026-10-05"));
    let undone = [&["asset", "undo", "D-2"][..], &BY].concat();
    let runs: [&[&str]; 9] = [
        &["asset", "list", "--org", "sakura/hokubu", "--state", "missing", "--as-of", "2026-11-20"],
        &gone,
        &seen,
        &seen,
        &["asset", "show", "SV-0006", "--as-of", "2026-11-05"],
        &["score", "--by", "class", "--as-of", "2026-11-20"],
        &undone,
        &["asset", "history", "SV-0006"],
        &["explain", "SV-0007", "--as-of", "2026-11-20"],
    ];
    compare_runs("state", "100", just_now, lake, &runs);
}

#[test]
fn documents_say_the_state_and_why() {
    let folder = lake();
    let run = |arguments: &[&str]| {
        let all: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        lines(&done(yagura(folder.path(), &all)))
    };
    let decided = &run(&state("SV-0006", "disposed", "2026-10-05"))[0];
    assert_eq!((&decided["decision"], &decided["kind"]), (&"D-1".into(), &"asset_state".into()));
    assert_eq!(decided["states"][0]["recorded"], "disposed");
    assert_eq!(decided["states"][0]["contradicted"], true);
    let shown = &run(&["asset", "show", "SV-0006", "--as-of", "2026-11-05"])[0]["life"];
    assert_eq!((&shown["state"], &shown["says"]), (&"in_service".into(), &"seen".into()));
    assert_eq!(shown["record"]["state"], "disposed");
    assert_eq!(shown["record"]["decision"]["decision"], "D-1");
    assert_eq!(shown["seen"]["source"], "端末監視");
    let listed = run(&["asset", "list", "--state", "missing", "--as-of", "2026-11-20"]);
    let missing = run(&["score", "--as-of", "2026-11-20"])[0]["states"]["missing"].clone();
    assert_eq!(missing, listed.len());
    assert!(listed.iter().all(|asset| asset["state"] == "missing" && asset["in_service"] == true));
}
