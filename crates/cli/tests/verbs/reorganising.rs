//! What `org move`, `merge`, `pass`, `rename`, `abolish`, `undo` and `history` print, in both languages.

use std::fs;

use jiff::tz::TimeZone;
use tempfile::TempDir;

use crate::program::{compare_runs, done, just_now, lines, take_in, yagura};

/// A ministry with two bureaus and another ministry, with devices and a system.
fn lake() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let organisations = [
        ("sakura", "櫻省", "Ministry of Sakura", ""),
        ("ume", "梅省", "Ministry of Ume", ""),
        ("sakura/tokei", "統計局", "Statistics Bureau", "sakura"),
        ("sakura/tokei/chosa", "調査課", "Survey Division", "sakura/tokei"),
        ("ume/joho", "情報局", "Information Bureau", "ume"),
    ];
    let organisations: String = organisations
        .iter()
        .map(|(code, ja, en, parent)| {
            format!(
                r#"{{"kind":"organisation","organisation_code":"{code}","name":"{ja}","name_en":"{en}","parent":"{parent}"}}"#
            ) + "\n"
        })
        .collect();
    let device = |number: u8, code: &str| {
        format!(
            r#"{{"kind":"device","device_number":"PC-{number}","serial":"SN-{number}","exposure":"internal","confidentiality":"2","integrity":"2","availability":"1","part_of":"統計調査システム","managed_by":"{code}"}}"#
        ) + "\n"
    };
    let devices: String = [
        device(1, "sakura"),
        device(2, "sakura/tokei"),
        device(3, "sakura/tokei/chosa"),
        device(4, "ume/joho"),
    ]
    .concat();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let reports = [
        (write("organisations.jsonl", &organisations), "組織台帳"),
        (write("devices.jsonl", &devices), "機器台帳"),
    ];
    let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
    take_in(folder.path(), &tokyo, "2026-09-30T00:00:00Z", &reports);
    folder
}

/// Runs command lines one after the other and compares all they print.
fn golden(name: &str, folder: fn() -> TempDir, runs: &[&[&str]]) {
    compare_runs(name, "100", just_now, folder, runs);
}

const FROM: [&str; 2] = ["--from", "2026-10-15"];
const BY: [&str; 4] = ["--by", "山田", "--reason", "政令第12号"];

/// A reorganisation, signed.
fn by<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    ["org"].iter().chain(arguments).chain(&FROM).chain(&BY).copied().collect()
}

#[test]
fn organisations_are_reorganised_and_it_is_taken_back() {
    golden(
        "org-reorganisation",
        lake,
        &[
            &["org", "move", "sakura/tokei", "--under", "ume", "--from", "2026-10-15", "--dry-run"],
            &by(&["move", "sakura/tokei", "--under", "ume"]),
            &["org", "list", "--as-of", "2026-10-14"],
            &["org", "list", "--as-of", "2026-10-15"],
            &["asset", "list", "--org", "ume", "--as-of", "2026-10-15"],
            &by(&["merge", "ume/tokei", "--into", "ume/joho"]),
            &by(&["rename", "ume/joho", "--name-ja", "情報統計局", "--name-en", "Data Bureau"]),
            &["org", "history", "sakura/tokei"],
            &["org", "undo", "D-2", "--by", "鈴木", "--reason", "施行延期"],
            &["org", "history"],
            &by(&["pass", "sakura", "--to", "ume"]),
        ],
    );
}

#[test]
fn what_cannot_be_reorganised_is_told_with_what_to_do() {
    golden(
        "org-reorganisation-refused",
        lake,
        &[
            &by(&["move", "nowhere", "--under", "ume"]),
            &by(&["move", "sakura", "--under", "sakura/tokei"]),
            &by(&["move", "ume", "--under", "ume"]),
            &by(&["move", "ume/joho", "--under", "ume"]),
            &by(&["abolish", "sakura/tokei"]),
            &by(&["abolish", "ume/joho"]),
            &["org", "move", "ume/joho", "--top", "--from", "2026-10-15"],
            &["org", "move", "ume/joho", "--from", "2026-10-15", "--dry-run"],
            &["org", "rename", "ume/joho", "--from", "2026-10-15", "--dry-run"],
            &["org", "move", "ume/joho", "--top", "--from", "someday", "--dry-run"],
            &["org", "undo", "D-1", "--dry-run"],
            &by(&["move", "ume/joho", "--top"]),
            &["asset", "undo", "D-1", "--by", "山田", "--reason", "取り違え"],
            &["org", "history", "nowhere"],
        ],
    );
}

#[test]
fn help_of_reorganising() {
    let verbs = ["move", "merge", "pass", "rename", "abolish", "undo", "history"];
    let runs: Vec<Vec<&str>> = verbs.iter().map(|verb| vec!["org", verb, "--help"]).collect();
    let runs: Vec<&[&str]> = runs.iter().map(Vec::as_slice).collect();
    golden("help-org-reorganisation", || tempfile::tempdir().unwrap(), &runs);
}

#[test]
fn a_day_begins_in_japan_wherever_the_program_runs() {
    let folder = lake();
    let all = ["org", "move", "sakura/tokei", "--under", "ume", "--dry-run", "--json"];
    let with = |more: &[&str], zone: &str| {
        let mut command = yagura(folder.path(), &[&all[..], more].concat());
        command.env("TZ", zone);
        lines(&done(command)).swap_remove(0)
    };
    for zone in ["JST-9", "UTC", "EST5"] {
        let tried = with(&["--from", "2026-10-15"], zone);
        assert_eq!(tried["from"], "2026-10-14T15:00:00Z", "{zone}");
        assert_eq!(tried["decision"], serde_json::Value::Null);
        assert_eq!(tried["kind"], "org_move");
        assert_eq!(tried["assets"][0]["moved"], 2);
        assert_eq!(tried["total_before"], tried["total_after"]);
    }
    let exact = with(&["--from", "2026-10-15T00:00:00Z"], "UTC");
    assert_eq!(exact["from"], "2026-10-15T00:00:00Z");
}
