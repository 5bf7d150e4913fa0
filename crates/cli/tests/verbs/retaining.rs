//! What is past its retention: shown, refused, deleted, told, in both languages.

use std::{fs, path::Path};

use jiff::tz::TimeZone;
use tempfile::TempDir;

use super::keep::grype;
use crate::program::{lines, run, take_in_at, text};

const RULE: &str = "rule.toml";

/// A folder with a finding that is over since 2019, one that is open since, and a rule file.
fn taken(evidence: &str, history: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let both = ["CVE-2026-0001", "CVE-2026-0002"];
    write("a.json", &grype("app:1", Some("2018-04-06T12:00:00Z"), &both[..1]));
    write("b.json", &grype("app:1", Some("2018-06-06T12:00:00Z"), &both));
    write("c.json", &grype("app:1", Some("2019-04-07T12:00:00Z"), &both[1..]));
    for (name, at) in [("a", "2018-04-07"), ("b", "2018-06-07"), ("c", "2019-04-08")] {
        let (at, file) = (format!("{at}T00:00:00Z"), format!("{name}.json"));
        take_in_at(&at, folder.path(), &TimeZone::UTC, &at, &[(folder.path().join(file), "scan")]);
    }
    let shipped =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../baselines/retention/default.toml");
    let mut rule = fs::read_to_string(shipped).unwrap();
    for (section, keep) in [("evidence", evidence), ("history", history)] {
        let kept = |keep| format!("[{section}]\nkeep = \"{keep}\"");
        assert!(rule.contains(&kept("forever")));
        rule = rule.replace(&kept("forever"), &kept(keep));
    }
    write(RULE, &rule);
    folder
}

fn ask(folder: &TempDir, arguments: &[&str]) -> (bool, String) {
    let output = run(folder.path(), arguments);
    (output.status.success(), text(&output).split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn nothing_goes_but_what_a_person_deletes() {
    for (language, would, refused, past) in [
        ("ja", "まだ何も廃棄していません", "2 人目の名前", "保存期間を過ぎて廃棄しました"),
        ("en", "Nothing was deleted yet", "a second person", "past their retention"),
    ] {
        let folder = taken("P2Y", "forever");
        let say = |arguments: &[&str]| ask(&folder, &[arguments, &["--lang", language]].concat());
        let retain = ["lake", "retain", "--rule", RULE];
        let (done, told) = say(&retain);
        assert!(done && told.contains(would), "{told}");
        let signed = [&retain[..], &["--apply", "--by", "hanako", "--reason", "over"]].concat();
        let (done, told) = say(&signed);
        assert!(!done && told.contains(refused), "{told}");
        let (done, told) = say(&["report", "evidence", "1"]);
        assert!(done && told.contains("CVE-2026-0001"), "{told}");
        let (done, told) = say(&[&signed[..], &["--second", "taro"]].concat());
        assert!(done, "{told}");
        let (done, told) = say(&["report", "evidence", "1"]);
        assert!(!done && told.contains(past), "{told}");
        // What the open finding stands on is there.
        let (done, told) = say(&["report", "evidence", "2"]);
        assert!(done && told.contains("CVE-2026-0002"), "{told}");
        let (done, told) = say(&["lake", "retain", "--history"]);
        assert!(done && told.contains("hanako") && told.contains("taro"), "{told}");
        let (done, told) = say(&["lake", "check", "--evidence", "full"]);
        assert!(done, "{told}");
        let (done, told) = say(&["lake", "retain"]);
        assert!(done && !told.contains(would), "{told}");
    }
}

#[test]
fn a_deletion_is_a_document_and_its_day_a_bound() {
    let folder = taken("P2Y", "P6Y");
    let retain = ["lake", "retain", "--rule", RULE, "--json"];
    let dry = &lines(&run(folder.path(), &retain))[0];
    assert_eq!((&dry["retention"], dry["reports"].as_i64()), (&serde_json::Value::Null, Some(2)));
    assert_eq!(dry["needs_second_person"], true);
    let signed = ["--apply", "--by", "hanako", "--second", "taro", "--reason", "over"];
    let done = &lines(&run(folder.path(), &[&retain[..], &signed].concat()))[0];
    assert_eq!((done["retention"].as_i64(), &done["rows"]), (Some(1), &dry["rows"]));
    // The finding that is over: as it was when it was open, and as it ended.
    let findings = &done["history"]["tables"][0];
    assert_eq!((&findings["table"], &findings["stays"]), (&"findings".into(), &1.into()));
    assert_eq!((&findings["superseded"], &findings["ended"]), (&1.into(), &1.into()));
    let listed = &lines(&run(folder.path(), &["lake", "retain", "--history", "--json"]))[0];
    assert_eq!((&listed["decided_by"], &listed["cleared_reports"]), (&"hanako".into(), &2.into()));
    let (done, told) = ask(&folder, &["score", "--as-of", "2019-01-01", "--lang", "en"]);
    assert!(!done && told.contains("is not kept any more. Ask for"), "{told}");
    let (done, told) = ask(&folder, &["score", "--lang", "en"]);
    assert!(done, "{told}");
}

#[test]
fn a_broken_rule_file_is_named_with_its_place() {
    let folder = taken("P2M", "forever");
    let (done, told) = ask(&folder, &["lake", "retain", "--rule", RULE, "--lang", "en"]);
    assert!(!done, "{told}");
    let place = "rule.toml: line 21, column 8: `P2M` is shorter than `P1Y`, the shortest";
    assert!(told.contains(place), "{told}");
}
