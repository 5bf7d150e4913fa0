//! What the program prints, on which stream, and how it ends: in both languages.

use std::{
    fs::{self, File},
    io::{Cursor, Write},
    process::Stdio,
};

use flate2::{Compression, write::GzEncoder};
use tempfile::TempDir;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::program::{compare, run, text, yagura};

const REPORT: &str = r#"{
  "matches": [
    {"vulnerability": {"id": "CVE-2026-0001", "severity": "High"},
     "artifact": {"name": "libexample", "version": "1.2.3", "type": "deb"}},
    {"vulnerability": {"id": "CVE-2026-0002", "severity": "Low"},
     "artifact": {"name": "libother", "version": "2.0", "type": "deb"}},
    {"vulnerability": {}, "artifact": {"name": "libnone", "version": "1"}}
  ],
  "source": {"type": "image", "target": {"userInput": "registry.example/app:1"}},
  "descriptor": {"name": "grype", "version": "0.90.0", "timestamp": "2026-04-01T12:00:00Z"}
}"#;

const WITHOUT_TIME: &str = r#"{
  "matches": [],
  "source": {"type": "image", "target": {"userInput": "registry.example/web:7"}},
  "descriptor": {"name": "grype", "version": "0.91.0"}
}"#;

/// A folder with reports good and bad.
fn reports() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("app.json", REPORT.as_bytes());
    write("cut.json", REPORT.as_bytes().get(..200).unwrap());
    write("notes.txt", "会議の記録".as_bytes());
    write("empty.xml", b"");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(WITHOUT_TIME.as_bytes()).unwrap();
    write("第1四半期_診断結果.json.gz", &gzip.finish().unwrap());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in
        [("庁内/app.json", REPORT), ("../escape.json", REPORT), ("a\u{1b}[2J.txt", "x")]
    {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    write("reports.zip", &zip.finish().unwrap().into_inner());
    folder
}

fn printed(arguments: &[&str]) -> String {
    let folder = reports();
    text(&run(folder.path(), arguments))
}

/// Compares what is printed in both languages with the files in `snapshots`.
fn golden(name: &str, arguments: &[&str]) {
    for language in ["ja", "en"] {
        let mut arguments = arguments.to_vec();
        arguments.extend(["--lang", language]);
        compare(&format!("{name}-{language}"), &printed(&arguments));
    }
}

const ALL: [&str; 8] = [
    "inspect",
    "app.json",
    "cut.json",
    "notes.txt",
    "empty.xml",
    "第1四半期_診断結果.json.gz",
    "reports.zip",
    "missing.json",
];

#[test]
fn help_is_in_the_persons_language() {
    golden("help", &["--help"]);
    golden("help-inspect", &["inspect", "--help"]);
    golden("help-formats", &["formats", "-h"]);
}

#[test]
fn usage_errors_say_what_is_wrong() {
    golden("usage-no-file", &["inspect"]);
    golden("usage-unknown-command", &["inspct", "x"]);
    golden("usage-unknown-option", &["inspect", "--jsn", "x"]);
    golden("usage-conflict", &["inspect", "--json", "--csv", "x"]);
    golden("usage-time", &["score", "--known-at", "yesterday"]);
    golden("usage-zone", &["inspect", "--zone", "Nowhere", "x"]);
    golden("usage-bom", &["inspect", "--bom", "x"]);
}

#[test]
fn who_gives_nothing_gets_the_help() {
    let folder = reports();
    for (locale, word) in [("ja_JP.UTF-8", "使い方:"), ("C.UTF-8", "Usage:")] {
        let output = yagura(folder.path(), &[]).env("LC_ALL", locale).output().unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        assert!(String::from_utf8(output.stderr).unwrap().contains(word));
    }
}

#[test]
fn inspect_goes_on_past_bad_files() {
    golden("inspect", &ALL);
}

#[test]
fn inspect_as_json_and_csv_is_the_same_in_every_language() {
    for (name, option) in [("inspect-json", "--json"), ("inspect-csv", "--csv")] {
        let mut arguments = ALL.to_vec();
        arguments.push(option);
        golden(name, &arguments);
    }
}

#[test]
fn inspect_fits_a_narrow_terminal() {
    let folder = reports();
    let arguments = ["inspect", "app.json", "第1四半期_診断結果.json.gz", "--lang", "ja"];
    for columns in ["80", "60"] {
        let output = yagura(folder.path(), &arguments).env("COLUMNS", columns).output().unwrap();
        compare(&format!("inspect-{columns}-columns"), &text(&output));
    }
}

#[test]
fn inspect_reads_standard_input() {
    let folder = reports();
    let mut command = yagura(folder.path(), &["inspect", "-", "--json"]);
    let report = File::open(folder.path().join("app.json")).unwrap();
    let output = command.stdin(report).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let line: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((line["file"].as_str(), line["records"].as_u64()), (Some("-"), Some(3)));
}

#[test]
fn a_format_can_be_named_and_must_exist() {
    let folder = reports();
    let named = |format: &str| {
        let arguments = ["inspect", "app.json", "--format", format, "--lang", "en"];
        run(folder.path(), &arguments)
    };
    assert_eq!(named("grype").status.code(), Some(0));
    assert_eq!(named("nmap").status.code(), Some(1));
    let unknown = named("nothing");
    let error = String::from_utf8(unknown.stderr).unwrap();
    assert_eq!(unknown.status.code(), Some(2));
    assert!(error.starts_with("error: `--format <FORMAT>` cannot be `nothing`.\n"), "{error}");
    assert!(error.contains("\n  possible values: "), "{error}");
}

#[test]
fn colour_is_for_terminals_or_on_demand() {
    let folder = reports();
    let escapes = |arguments: &[&str], variable: &str| {
        let mut command = yagura(folder.path(), arguments);
        command.env(variable, "1").env("LANG", "ja_JP.UTF-8");
        command.output().unwrap().stdout.contains(&0x1b)
    };
    let always = ["inspect", "app.json", "--color", "always"];
    assert!(escapes(&always, "NO_COLOR"));
    assert!(!escapes(&always[..2], "CLICOLOR_FORCE"));
    assert!(!escapes(&["inspect", "app.json", "--color=never"], "FORCE_COLOR"));
}

#[test]
fn workbooks_stand_under_their_name_only_when_whole() {
    let folder = reports();
    let arguments = ["inspect", "app.json", "--xlsx", "out.xlsx", "--lang", "en"];
    let saved = run(folder.path(), &arguments);
    assert_eq!(text(&saved), "=== standard error\nSaved: out.xlsx\n=== exit status 0\n");
    assert!(folder.path().join("out.xlsx").is_file());
    let arguments = ["inspect", "app.json", "--xlsx", "none/out.xlsx", "--lang", "en"];
    let failed = run(folder.path(), &arguments);
    assert_eq!(failed.status.code(), Some(1));
    let error = String::from_utf8(failed.stderr).unwrap();
    assert!(error.starts_with("error: The results could not be written.\n"), "{error}");
}

#[test]
fn formats_lists_every_reader_with_its_specification() {
    let folder = reports();
    let said = |arguments: &[&str]| {
        let output = run(folder.path(), arguments);
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
        String::from_utf8(output.stdout).unwrap()
    };
    let json = said(&["formats", "--json"]);
    let (ja, en) = (said(&["formats", "--lang", "ja"]), said(&["formats", "--lang", "en"]));
    assert!(json.lines().count() > 1);
    for line in json.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        for field in ["name", "title", "record", "specification"] {
            let value = line[field].as_str().unwrap();
            assert!(!value.is_empty() && ja.contains(value) && en.contains(value), "{value}");
        }
    }
    assert_eq!(said(&["formats", "--csv"]).lines().count(), json.lines().count() + 1);
    assert!(said(&["formats", "--csv", "--bom"]).starts_with('\u{feff}'));
}

#[test]
fn who_stops_reading_is_not_told_of_an_error() {
    let folder = reports();
    let mut command = yagura(folder.path(), &["formats"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
}
