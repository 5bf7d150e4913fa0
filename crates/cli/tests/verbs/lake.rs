//! Looking after the data folder: numbers, compaction, check, backup and restore.

use std::{
    fs,
    path::{Path, PathBuf},
};

use jiff::tz::TimeZone;
use tempfile::TempDir;

use crate::program::{AT, FIXTURES, compare, done, lines, run, take_in, text, yagura};

/// The reports of [`taken`].
const REPORTS: [&str; 3] = [
    "formats/grype/image.json",
    "ministry/2026-10/nessus-honsho.nessus",
    "ministry/2026-10/nmap-hokubu.xml",
];

/// A folder with some reports taken in.
fn taken() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let reports: Vec<(PathBuf, &str)> = REPORTS
        .into_iter()
        .zip(["images", "scanner", "network"])
        .map(|(file, source)| (Path::new(FIXTURES).join(file), source))
        .collect();
    take_in(folder.path(), &TimeZone::UTC, AT, &reports);
    folder
}

/// What a run prints where no line is broken: how long a number is must not show.
fn wide(folder: &Path, arguments: &[&str]) -> String {
    text(&yagura(folder, arguments).env("COLUMNS", "400").output().unwrap())
}

/// What was printed, with numbers, digests and the place of the folder left out.
fn masked(folder: &Path, printed: &str) -> String {
    let path = fs::canonicalize(folder).unwrap();
    let printed = printed.replace(&*path.to_string_lossy(), "FOLDER");
    let mut out = String::new();
    for line in printed.lines() {
        let words: Vec<String> = line.split_whitespace().map(mask).collect();
        out.push_str(&words.join(" "));
        out.push('\n');
    }
    out
}

/// A word without its numbers; a path keeps its folders.
fn mask(word: &str) -> String {
    let mut out = String::new();
    for part in word.split_inclusive(['/', ':']) {
        let is_name = part.contains(".parquet");
        let shown = if is_name { "FILE.parquet".to_owned() } else { part.to_owned() };
        out.push_str(&shown);
        if is_name && part.ends_with(':') {
            out.push(':');
        }
    }
    let mut shown = String::new();
    for c in out.chars() {
        match c {
            '0'..='9' if shown.ends_with('#') => {}
            ',' | '.' if shown.ends_with('#') => {}
            '0'..='9' => shown.push('#'),
            _ => shown.push(c),
        }
    }
    shown
}

#[test]
fn help_is_in_the_persons_language() {
    let folder = tempfile::tempdir().unwrap();
    for language in ["ja", "en"] {
        let mut printed = String::new();
        for verb in ["", "stats", "compact", "vacuum", "check", "backup", "restore", "export"] {
            let arguments: Vec<&str> = ["lake", verb, "--help", "--lang", language]
                .into_iter()
                .filter(|argument| !argument.is_empty())
                .collect();
            printed.push_str(&text(&run(folder.path(), &arguments)));
        }
        compare(&format!("help-lake-{language}"), &printed);
    }
}

#[test]
fn stats_say_what_there_is_and_where() {
    let folder = taken();
    let stats = lines(&done(yagura(folder.path(), &["lake", "stats", "--json"]))).remove(0);
    assert_eq!((stats["version"].as_u64(), stats["commit"].as_i64()), (Some(1), Some(3)));
    let root = PathBuf::from(stats["folder"].as_str().unwrap());
    let tables = stats["tables"].as_array().unwrap();
    let findings = tables.iter().find(|table| table["table"] == "findings").unwrap();
    assert!(root.join(findings["path"].as_str().unwrap()).join("_delta_log").is_dir());
    for file in tables.iter().flat_map(|table| table["files"].as_array().unwrap()) {
        let length = fs::metadata(root.join(file["path"].as_str().unwrap())).unwrap().len();
        assert_eq!(file["bytes"].as_u64(), Some(length));
    }
    assert_eq!(stats["evidence"]["reports"].as_u64(), Some(3));
    for language in ["ja", "en"] {
        let printed = wide(folder.path(), &["lake", "stats", "--lang", language]);
        compare(&format!("lake-stats-{language}"), &masked(folder.path(), &printed));
    }
}

#[test]
fn compaction_and_vacuum_say_what_they_did() {
    let folder = taken();
    let folder = folder.path();
    for arguments in [&["lake", "compact"][..], &["lake", "vacuum", "--dry-run"]] {
        for language in ["ja", "en"] {
            let arguments = [arguments, &["--lang", language]].concat();
            let name = format!("{}-nothing-{language}", arguments[..2].join("-"));
            compare(&name, &text(&run(folder, &arguments)));
        }
    }
    let one = ["lake", "compact", "--table", "checks", "--all", "--json"];
    let one = lines(&done(yagura(folder, &one))).remove(0);
    assert_eq!((one["files_before"].as_u64(), one["files_after"].as_u64()), (Some(3), Some(1)));
    let all = lines(&done(yagura(folder, &["lake", "compact", "--all", "--json"]))).remove(0);
    assert!(all["files_before"].as_u64() > all["files_after"].as_u64(), "{all}");
    let again = text(&run(folder, &["lake", "compact", "--all", "--lang", "en"]));
    assert!(again.starts_with("There is nothing to compact.\n"), "{again}");
    let unknown = run(folder, &["lake", "compact", "--table", "nothing", "--lang", "en"]);
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn a_sound_lake_is_told_so_and_a_broken_one_where() {
    let folder = taken();
    let folder = folder.path();
    let checked = lines(&done(yagura(folder, &["lake", "check", "--evidence", "full", "--json"])));
    assert_eq!(
        (checked[0]["sound"].as_bool(), checked[0]["broken"].as_array().unwrap().len()),
        (Some(true), 0)
    );
    for language in ["ja", "en"] {
        let printed = wide(folder, &["lake", "check", "--lang", language]);
        compare(&format!("lake-check-sound-{language}"), &masked(folder, &printed));
    }
    let stats = lines(&done(yagura(folder, &["lake", "stats", "--json"]))).remove(0);
    let tables = stats["tables"].as_array().unwrap();
    let findings = tables.iter().find(|table| table["table"] == "findings").unwrap();
    let file = findings["files"][0]["path"].as_str().unwrap();
    let path = folder.join("data").join(file);
    let mut bytes = fs::read(&path).unwrap();
    bytes[80] ^= 1;
    fs::write(&path, bytes).unwrap();
    let checked = run(folder, &["lake", "check", "--json"]);
    assert_eq!(checked.status.code(), Some(1));
    let broken = &lines(&checked)[0]["broken"][0];
    assert_eq!(
        (broken["invariant"].as_str(), broken["path"].as_str()),
        (Some("file-digest"), Some(file))
    );
    for language in ["ja", "en"] {
        let printed = wide(folder, &["lake", "check", "--lang", language]);
        compare(&format!("lake-check-broken-{language}"), &masked(folder, &printed));
    }
    let score = text(&run(folder, &["score", "--lang", "en"]));
    assert!(score.contains(file) && score.contains("yagura lake check"), "{score}");
    let list = run(folder, &["report", "list", "--json"]);
    assert_eq!(lines(&list).len(), 3);

    // Given up, the rest can be read again, and every score says that it is incomplete.
    for language in ["ja", "en"] {
        let copy = folder.join(language);
        fs::create_dir(&copy).unwrap();
        copy_folder(&folder.join("data"), &copy.join("data"));
        let printed = wide(&copy, &["lake", "check", "--repair", "--lang", language]);
        compare(&format!("lake-repair-{language}"), &masked(&copy, &printed));
    }
    let repaired = lines(&done(yagura(folder, &["lake", "check", "--repair", "--json"]))).remove(0);
    assert_eq!(repaired["repaired"][0]["remedy"].as_str(), Some("file-given-up"));
    let again = repaired["again"].as_array().unwrap();
    assert_eq!(again.len(), 1, "one file of one commit");
    let score = lines(&done(yagura(folder, &["score", "--json"]))).remove(0);
    assert_eq!(score["incomplete"]["files"].as_u64(), Some(1), "{score}");
    let score = text(&run(folder, &["score", "--lang", "en"]));
    assert!(score.contains("Incomplete: "), "{score}");
    let sources = [
        ("image.json", "images"),
        ("nessus-honsho.nessus", "scanner"),
        ("nmap-hokubu.xml", "network"),
    ];
    for report in again {
        let file = report["file"].as_str().unwrap();
        let source = sources.iter().find(|(name, _)| *name == file).unwrap().1;
        let path = REPORTS.iter().find(|path| path.ends_with(file)).unwrap();
        let path = Path::new(FIXTURES).join(path);
        let path = path.to_string_lossy();
        let ingest = ["ingest", &path, "--org", "sakura", "--source", source, "--json"];
        let taken = lines(&done(yagura(folder, &ingest)));
        assert_eq!(taken[0]["unchanged"].as_bool(), Some(false), "{}", taken[0]);
    }
    done(yagura(folder, &["lake", "check", "--repair", "--settle"]));
    let score = lines(&done(yagura(folder, &["score", "--json"]))).remove(0);
    assert!(score["incomplete"].is_null(), "{score}");
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let from = entry.unwrap().path();
        let to = to.join(from.file_name().unwrap());
        if from.is_dir() {
            copy_folder(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}

#[test]
fn views_are_written_whole_in_three_formats() {
    let folder = taken();
    let folder = folder.path();
    let count = |view: &str| {
        let sql = format!("SELECT count(*) AS n FROM {view}");
        let answer = lines(&done(yagura(folder, &["query", &sql, "--json"]))).remove(0);
        answer["n"].as_u64().unwrap()
    };
    let findings = count("findings");
    assert!(findings > 0);
    for format in ["parquet", "csv", "jsonl"] {
        let export = ["lake", "export", format, "--format", format, "--json"];
        let written = lines(&done(yagura(folder, &export)));
        assert!(written.len() > 10, "{}", written.len());
        for line in &written {
            let file = folder.join(format).join(line["file"].as_str().unwrap());
            assert_eq!(line["bytes"].as_u64(), Some(fs::metadata(file).unwrap().len()));
        }
        let of = written.iter().find(|line| line["view"] == "findings").unwrap();
        assert_eq!(of["rows"].as_u64(), Some(findings), "{format}");
        // What is there is left alone.
        assert_eq!(run(folder, &export).status.code(), Some(1));
    }
    let lines_of =
        |file: &str| fs::read_to_string(folder.join(file)).unwrap().lines().count() as u64;
    assert_eq!(
        (lines_of("csv/findings.csv"), lines_of("jsonl/findings.jsonl")),
        (findings + 1, findings)
    );
    let past = [
        "lake",
        "export",
        "past",
        "--format",
        "csv",
        "--view",
        "findings",
        "--as-of",
        "2020-01-01",
    ];
    let printed = wide(folder, &[&past[..], &["--lang", "en"]].concat());
    compare("lake-export-en", &masked(folder, &printed));
}

#[test]
fn what_was_backed_up_is_restored_elsewhere_and_later_reports_change_nothing_twice() {
    let folder = taken();
    let folder = folder.path();
    for language in ["ja", "en"] {
        let to = format!("backup-{language}");
        let printed = wide(folder, &["lake", "backup", &to, "--lang", language]);
        compare(&format!("lake-backup-{language}"), &masked(folder, &printed));
        let again = lines(&done(yagura(folder, &["lake", "backup", &to, "--copy", "--json"])));
        assert_eq!(again[0]["new_files"].as_u64(), Some(0));
        let data = format!("data-{language}");
        let restore = ["--data", &data, "lake", "restore", &to, "--lang", language];
        let printed = wide(folder, &restore);
        compare(&format!("lake-restore-{language}"), &masked(folder, &printed));
        assert_eq!(run(folder, &restore).status.code(), Some(1), "it is in use");
        let list =
            |data: &str| done(yagura(folder, &["--data", data, "report", "list", "--json"])).stdout;
        assert_eq!(list("data"), list(&data));
    }
    let report = Path::new(FIXTURES).join("ministry/2026-10/nmap-hokubu.xml");
    let report = report.to_string_lossy();
    let ingest = [
        "--data", "data-en", "ingest", &report, "--org", "sakura", "--source", "network", "--json",
    ];
    let again = lines(&done(yagura(folder, &ingest)));
    assert_eq!(again[0]["unchanged"].as_bool(), Some(true));
    let none = text(&run(folder, &["--data", "x", "lake", "restore", "nothing", "--lang", "en"]));
    compare("lake-restore-none-en", &none);
}
