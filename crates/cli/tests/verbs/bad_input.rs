//! Bad input through the whole way: each file is refused with its name, its place and the reason,
//! nothing of it is written, and the good file beside it is taken in.

use std::{
    collections::BTreeMap,
    fs,
    io::{Cursor, Read as _, Write as _},
    path::{Path, PathBuf},
    process::Output,
};

use flate2::{Compression, write::GzEncoder};
use serde_json::Value;
use tempfile::TempDir;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::program::{lines, run};

/// A Grype report with its time, its one record and what else stands in it.
fn grype_at(time: &str, record: &str, more: &str) -> String {
    format!(
        r#"{{"matches": [{record}], {more}
"source": {{"type": "image", "target": {{"userInput": "registry.example/app:1"}}}},
"descriptor": {{"name": "grype", "version": "0.90.0", "timestamp": "{time}"}}}}
"#
    )
}

const RECORD: &str = r#"{"vulnerability": {"id": "CVE-2026-0001", "severity": "High"},
  "artifact": {"name": "libexample", "version": "1.2.3", "type": "deb"}}"#;

fn grype(record: &str, more: &str) -> String {
    grype_at("2026-04-06T12:00:00Z", record, more)
}

fn nmap(doctype: &str, inside: &str) -> String {
    format!(
        r#"<?xml version="1.0"?>{doctype}
<nmaprun scanner="nmap" args="nmap -oX - 192.0.2.1" version="7.95" xmloutputversion="1.05">
<scaninfo type="connect" protocol="tcp" numservices="1" services="22"/>{inside}
<host endtime="1775001600"><status state="up"/><address addr="192.0.2.1" addrtype="ipv4"/>
<ports><port protocol="tcp" portid="22"><state state="open"/></port></ports></host>
<runstats><finished time="1775001600" exit="success"/></runstats></nmaprun>
"#
    )
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Zeros that take a few bytes until they are unpacked.
fn bomb() -> Vec<u8> {
    zstd::encode_all(std::io::repeat(0).take(80 << 20), 3).unwrap()
}

/// The longest single text. Without optimisation its hash alone takes seconds, so that there it is
/// only a bit longer than the largest value that is held.
const LONG: usize = if cfg!(debug_assertions) { 36 << 20 } else { 100 << 20 };

/// A bad file: its name, its bytes, and the code and the place of its refusal.
type Bad = (&'static str, Vec<u8>, &'static str, &'static str);

/// A file for each kind of bad input.
fn bad() -> Vec<Bad> {
    let nested = |open: &str, close: &str| format!("{}{}", open.repeat(2000), close.repeat(2000));
    let laughs = "<!DOCTYPE l [<!ENTITY a \"haha\"><!ENTITY b \"&a;&a;&a;&a;\">\
        <!ENTITY c \"&b;&b;&b;&b;\">]>";
    let file = "<!DOCTYPE l [<!ENTITY c SYSTEM \"file:///etc/hostname\">]>";
    let whole = grype(RECORD, "").into_bytes();
    let (cut, _) = whole.split_at(whole.len() / 2);
    let mut latin = grype(&RECORD.replace("libexample", "lib#"), "").into_bytes();
    let at = latin.iter().position(|byte| *byte == b'#').unwrap();
    latin.splice(at..=at, [0xff, 0xfe]);
    let wide = "x".repeat(LONG);
    vec![
        ("truncated.json", cut.to_vec(), "truncated", "byte "),
        ("truncated.xml", nmap("", "").into_bytes()[..300].to_vec(), "truncated", "byte "),
        ("truncated.json.gz", gz(&whole)[..60].to_vec(), "broken_container", "gzip"),
        ("empty.json", Vec::new(), "empty", "-"),
        ("blank.csv", b" \r\n".to_vec(), "empty", "byte 0"),
        ("empty.zip", archive(&[]), "empty", "zip"),
        ("null.json", b"null".to_vec(), "unknown_format", "byte 0"),
        ("encoding.json", latin, "encoding", "byte "),
        (
            "deep.json",
            grype(RECORD, &format!("\"a\": {},", nested("[", "]"))).into(),
            "too_deep",
            "byte ",
        ),
        ("deep.xml", nmap("", &nested("<a>", "</a>")).into(), "too_deep", "byte "),
        ("deep.gz", gz(&gz(&gz(&whole))), "nested_too_deep", "-"),
        ("laughs.xml", nmap(laughs, "<a>&c;</a>").into(), "entity", "byte "),
        ("external.xml", nmap(file, "<a>&c;</a>").into(), "entity", "byte "),
        ("bomb.zst", bomb(), "decompression_limit", "zstd"),
        (
            "nul.json",
            grype(&RECORD.replace("libexample", "lib\0"), "").into(),
            "malformed",
            "byte ",
        ),
        ("nul.xml", nmap("", "<\0/>").into(), "malformed", "byte "),
        ("binary.json", vec![0; 64], "unknown_format", "byte 0"),
        (
            "number.json",
            grype(&RECORD.replace("\"High\"", "\"High\", \"epss\": [{\"epss\": 1e999999}]"), "")
                .into(),
            "malformed",
            "byte ",
        ),
        (
            "long.json",
            grype(RECORD, &format!("\"source\": \"{wide}\",")).into(),
            "too_large",
            "byte ",
        ),
        ("twice.json", grype(RECORD, "\"matches\": [],").into(), "invalid", "byte "),
        ("future.json", grype_at("2999-01-01T00:00:00Z", RECORD, "").into(), "future", "-"),
        ("scan.nessus", "<html><body>Sign in</body></html>".into(), "unknown_format", "byte 0"),
    ]
}

/// A folder with all bad files and a good one, and none taken in yet.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes, ..) in bad() {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    fs::write(folder.path().join("good.json"), grype(RECORD, "")).unwrap();
    fs::write(folder.path().join("good.xml"), nmap("", "")).unwrap();
    folder
}

fn ingest(folder: &Path, files: &[&str], more: &[&str]) -> Output {
    let mut arguments = vec!["ingest"];
    arguments.extend(files);
    arguments.extend(["--org", "sakura", "--lang", "en"]);
    arguments.extend(if more.contains(&"--source") { &[][..] } else { &["--source", "tool"] });
    arguments.extend(more);
    run(folder, &arguments)
}

fn reports(folder: &Path) -> usize {
    lines(&run(folder, &["report", "list", "--json"])).len()
}

/// Every file of the data folder and what is in it, but for the notes of who wrote last.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.join("data")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_none_or(|end| end != "lock" && end != "queue") {
                let bytes = fs::read(&path).unwrap();
                found.insert(path, bytes);
            }
        }
    }
    found
}

/// Holds the lines of refused files against what they should say.
fn compare(lines: &[Value], bad: &[Bad]) {
    assert_eq!(lines.len(), bad.len());
    let mut broken = Vec::new();
    for (line, (name, _, code, at)) in lines.iter().zip(bad) {
        let error = &line["error"];
        let text = |key: &str| error[key].as_str().unwrap_or_default();
        let said = text("code") == *code && text("at").starts_with(at);
        if line["file"] != *name || !said || text("message").is_empty() {
            broken.push(format!("{name}: {line}, expected {code} at {at}"));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn bad_files_are_refused_and_nothing_is_written() {
    let folder = folder();
    let folder = folder.path();
    assert_eq!(ingest(folder, &["good.json"], &[]).status.code(), Some(0));
    let before = contents(folder);
    let bad = bad();
    let names: Vec<&str> = bad.iter().map(|(name, ..)| *name).collect();

    let refused = ingest(folder, &names, &["--json"]);
    assert_eq!(refused.status.code(), Some(1));
    compare(&lines(&refused), &bad);
    let after = contents(folder);
    let changed: Vec<&PathBuf> = before
        .keys()
        .chain(after.keys())
        .filter(|path| before.get(*path) != after.get(*path))
        .collect();
    assert!(changed.is_empty(), "{changed:?}");

    // People are told the same: the file, the place and the reason of each.
    let told = ingest(folder, &names, &[]);
    let told = String::from_utf8(told.stderr).unwrap();
    for (name, _, code, at) in &bad {
        assert!(told.contains(&format!("\n  {name}\n")), "{name} in\n{told}");
        assert!(told.contains(&format!("    {code}")) && told.contains(at), "{name} in\n{told}");
    }
}

#[test]
fn the_good_file_beside_bad_ones_is_taken_in() {
    let folder = folder();
    let folder = folder.path();
    let bad = bad();
    let mut names: Vec<&str> = bad.iter().map(|(name, ..)| *name).collect();
    names.push("good.json");
    let output = ingest(folder, &names, &["--json"]);
    assert_eq!(output.status.code(), Some(1));
    let mut lines = lines(&output);
    let good = lines.pop().unwrap();
    compare(&lines, &bad);
    assert_eq!((good["file"].as_str(), good["opened"].as_u64()), (Some("good.json"), Some(1)));
    assert_eq!(reports(folder), 1);
    assert_eq!(fs::read_dir(folder.join("data/spool")).unwrap().count(), 0);
}

#[test]
fn entries_that_point_outside_or_explode_cost_only_themselves() {
    let folder = folder();
    let report = grype(RECORD, "");
    let bytes = archive(&[
        ("../../escape.json", report.as_bytes()),
        ("/tmp/yagura-escape.json", report.as_bytes()),
        ("C:\\escape.json", report.as_bytes()),
        ("bomb.zst", &bomb()),
        ("good.json", report.as_bytes()),
    ]);
    let inside = folder.path().join("a/b");
    fs::create_dir_all(&inside).unwrap();
    fs::write(inside.join("reports.zip"), bytes).unwrap();
    let output = ingest(&inside, &["reports.zip"], &["--json"]);
    assert_eq!(output.status.code(), Some(1));
    let seen: BTreeMap<String, String> = lines(&output)
        .iter()
        .map(|line| {
            let said = line["error"]["code"].as_str().unwrap_or("taken in");
            (line["file"].as_str().unwrap().to_owned(), said.to_owned())
        })
        .collect();
    let expected = [
        ("reports.zip:../../escape.json", "path_traversal"),
        ("reports.zip:/tmp/yagura-escape.json", "path_traversal"),
        ("reports.zip:C:\\escape.json", "path_traversal"),
        ("reports.zip:bomb.zst", "decompression_limit"),
        ("reports.zip:good.json", "taken in"),
    ];
    let expected = expected.map(|(file, said)| (file.to_owned(), said.to_owned()));
    assert_eq!(seen, BTreeMap::from(expected));
    for place in ["escape.json", "a/escape.json", "a/b/escape.json"] {
        assert!(!folder.path().join(place).exists(), "{place}");
    }
    assert!(!Path::new("/tmp/yagura-escape.json").exists());
}

#[test]
fn the_name_of_a_file_and_the_format_asked_for_prove_nothing() {
    let folder = folder();
    let folder = folder.path();
    fs::write(folder.join("weekly.nessus"), grype(RECORD, "")).unwrap();
    let found = lines(&ingest(folder, &["weekly.nessus"], &["--json"]));
    assert_eq!(found[0]["format"], "grype");
    let before = contents(folder);
    for (file, format, code) in [
        ("good.json", "nessus", "malformed"),
        ("good.xml", "nessus", "invalid"),
        ("good.xml", "grype", "malformed"),
        ("good.json", "trivy", "invalid"),
        ("good.json", "inventory_xlsx", "malformed"),
    ] {
        let output = ingest(folder, &[file], &["--source", "other", "--format", format, "--json"]);
        assert_eq!(output.status.code(), Some(1), "{file} as {format}");
        let line = &lines(&output)[0];
        assert_eq!(line["error"]["code"], code, "{file} as {format}: {line}");
    }
    assert_eq!(contents(folder), before);
}

#[test]
fn a_source_that_sees_more_than_it_was_registered_for_is_refused() {
    let folder = folder();
    let folder = folder.path();
    let ports = ["--source", "ports", "--sees", "open_port"];
    assert_eq!(ingest(folder, &["good.xml"], &ports).status.code(), Some(0));
    let before = contents(folder);
    let beyond = ingest(folder, &["good.json"], &["--source", "ports", "--json"]);
    assert_eq!(beyond.status.code(), Some(1));
    let error = &lines(&beyond)[0]["error"];
    assert_eq!(error["code"], "beyond");
    assert!(error["message"].as_str().unwrap().contains("vulnerability"), "{error}");
    assert_eq!(contents(folder), before);
}

#[test]
fn times_without_a_zone_are_of_the_zone_that_is_given_and_told_of() {
    let folder = folder();
    let folder = folder.path();
    let report = grype_at("2026-04-06T12:00:00", RECORD, "");
    fs::write(folder.join("local.json"), report).unwrap();
    fs::write(folder.join("asked.csv"), "device_number,observed_at\nA-1,2026-04-06 12:00\n")
        .unwrap();
    for (zone, at) in [("UTC", "2026-04-06T12:00:00Z"), ("Asia/Tokyo", "2026-04-06T03:00:00Z")] {
        let inspect = ["inspect", "local.json", "asked.csv", "--zone", zone, "--json"];
        let lines = lines(&run(folder, &inspect));
        for line in &lines {
            let codes: Vec<&str> = line["warnings"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|w| w["code"].as_str())
                .collect();
            assert_eq!(codes, ["time_without_zone"], "{line}");
        }
        assert_eq!(lines[0]["observed_at"], at);
    }
}
