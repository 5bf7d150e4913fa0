//! What `asset conflicts`, `merge`, `split`, `undo` and `history` print, in both languages.

use std::fs;

use jiff::tz::TimeZone;
use tempfile::TempDir;

use crate::program::{compare_runs, done, lines, run, take_in, timeless, yagura};

const UUID: &str = "5a4b5200-0000-4000-8000-000000000001";

/// A lake with twelve registered devices, of which an agent contradicts the first and a name joined
/// the second.
fn lake() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let device = |n: u8| {
        let uuid = if n == 1 { format!(r#","uuid":"{UUID}""#) } else { String::new() };
        format!(
            r#"{{"device_number":"PC-{n:02}","name":"業務端末","serial":"SN-{n:04}","hostname":"pc{n:02}"{uuid}}}"#
        ) + "\n"
    };
    let register: String = (1..=12).map(device).collect();
    let agents = format!(
        r#"{{"kind":"device","agent_id":"a-1","name":"pc01","serial":"SN-9001","uuid":"{UUID}","managed_by":"sakura"}}"#
    );
    let names =
        r#"{"kind":"device","name":"pc02.sakura.example","hostname":"pc02","managed_by":"sakura"}"#
            .to_owned();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let reports = [
        (write("register.jsonl", &register), "資産管理台帳"),
        (write("agents.jsonl", &(agents + "\n")), "端末監視"),
        (write("names.jsonl", &(names + "\n")), "名前解決"),
    ];
    let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
    take_in(folder.path(), &tokyo, "2026-09-30T00:00:00Z", &reports);
    folder
}

/// Runs command lines one after the other and compares all they print.
fn golden(name: &str, folder: fn() -> TempDir, runs: &[&[&str]]) {
    compare_runs(name, "80", timeless, folder, runs);
}

const BY: [&str; 4] = ["--by", "山田", "--reason", "現物を確認"];

/// A decision about something, signed.
fn by<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    ["asset"].iter().chain(arguments).chain(&BY).copied().collect()
}

#[test]
fn a_person_decides_and_takes_it_back() {
    let tried = [&by(&["merge", "A-1", "pc01"])[..], &["--dry-run"]].concat();
    golden(
        "asset-decisions",
        lake,
        &[
            &["asset", "conflicts"],
            &["asset", "conflicts", "--csv"],
            &tried,
            &by(&["merge", "A-1", "A-13"]),
            &["asset", "history", "A-13"],
            &by(&["split", "A-2", "--record", "R-1-14"]),
            &["asset", "undo", "D-1", "--by", "鈴木", "--reason", "取り違え"],
            &["asset", "conflicts"],
            &by(&["split", "A-13", "--record", "R-1-13"]),
            &["asset", "conflicts"],
            &["asset", "history", "A-1"],
        ],
    );
}

#[test]
fn what_cannot_be_decided_is_told_with_what_to_do() {
    let all: Vec<String> = (1..=11).map(|n| format!("A-{n}")).collect();
    let all: Vec<&str> = ["merge"].into_iter().chain(all.iter().map(String::as_str)).collect();
    let same = [&by(&all)[..], &["--second", " 山田 "]].concat();
    let into = ["split", "A-2", "--record", "R-1-14", "--into", "A-2"];
    golden(
        "asset-decisions-refused",
        lake,
        &[
            &by(&["merge", "A-1", "PC-01"]),
            &by(&["merge", "A-1", "A-99"]),
            &by(&["merge", "A-1", "業務端末"]),
            &by(&["merge", "A-1"]),
            &by(&all),
            &same,
            &by(&["split", "A-3", "--record", "R-1-1"]),
            &by(&["split", "A-3", "--record", "R-7-1"]),
            &by(&["split", "A-3", "--record", "R-1-3"]),
            &by(&into),
            &by(&["split", "A-3", "--record", "3x"]),
            &by(&["undo", "D-1"]),
            &by(&["split", "A-2", "--record", "R-1-14"]),
            &by(&["undo", "1"]),
            &by(&["undo", "d-1"]),
            &["asset", "undo", "D-2", "--by", "山田"],
            &["asset", "history", "A-99"],
            &["asset", "conflicts", "--org", "ume"],
        ],
    );
}

#[test]
fn help_of_deciding() {
    let verbs = ["conflicts", "merge", "split", "undo", "history"];
    let runs: Vec<Vec<&str>> = verbs.iter().map(|verb| vec!["asset", verb, "--help"]).collect();
    let runs: Vec<&[&str]> = runs.iter().map(Vec::as_slice).collect();
    golden("help-asset-decisions", || tempfile::tempdir().unwrap(), &runs);
}

#[test]
fn programs_are_told_the_same_and_a_number_that_went_leads_on() {
    let folder = lake();
    let json = |arguments: &[&str]| {
        let all = [arguments, &["--json"]].concat();
        lines(&done(yagura(folder.path(), &all)))
    };
    let waiting = json(&["asset", "conflicts"]);
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0]["record"]["record"], "R-1-13");
    assert_eq!(waiting[0]["asset"]["asset"], "A-13");
    assert_eq!(waiting[0]["candidates"][0]["asset"], "A-1");
    assert_eq!(waiting[0]["reason"], "contradiction:serial");
    let shown = &json(&["asset", "show", "A-13"])[0];
    assert_eq!(shown["sources"][0]["record"], "R-1-13");

    let merged = &json(&by(&["merge", "A-1", "A-13"]))[0];
    assert_eq!((&merged["decision"], &merged["kind"]), (&"D-1".into(), &"merge".into()));
    assert_eq!(merged["gone"], serde_json::json!(["A-13"]));
    assert_eq!(merged["holds_ended"], 1);
    assert!(json(&["asset", "conflicts"]).is_empty());
    let shown = run(folder.path(), &["asset", "show", "A-13", "--json", "--lang", "en"]);
    assert_eq!(lines(&shown)[0]["asset"], "A-1");
    let note = String::from_utf8(shown.stderr).unwrap();
    assert!(note.starts_with("A-13 is A-1 now"), "{note}");
    let explained = &json(&["explain", "A-13"])[0];
    assert_eq!(explained["asset"]["key"], "A-1");
    let history = &json(&["asset", "history", "A-13"])[0];
    assert_eq!(history["now"], serde_json::json!(["A-1"]));
    let last = history["changes"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["from"], &last["to"]), (&"A-13".into(), &"A-1".into()));
    assert_eq!(last["decision"]["by"], "山田");
    let asked = "SELECT decision, kind, decided_by, reason FROM decisions";
    let asked = &json(&["query", asked])[0];
    assert_eq!((&asked["kind"], &asked["decided_by"]), (&"merge".into(), &"山田".into()));
}
