//! Reports are taken in, listed and given back: what is printed in both languages.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{compare, lines, run, text, yagura};

/// A Grype report of one image, with some vulnerabilities.
pub(super) fn grype(image: &str, time: Option<&str>, cves: &[&str]) -> String {
    let matches: Vec<String> = cves
        .iter()
        .map(|cve| {
            format!(
                r#"{{"vulnerability": {{"id": "{cve}", "severity": "High"}},
  "artifact": {{"name": "libexample", "version": "1.2.3", "type": "deb"}}}}"#
            )
        })
        .collect();
    let time = time.map(|time| format!(r#", "timestamp": "{time}""#)).unwrap_or_default();
    format!(
        r#"{{"matches": [{}],
"source": {{"type": "image", "target": {{"userInput": "registry.example/{image}"}}}},
"descriptor": {{"name": "grype", "version": "0.90.0"{time}}}}}
"#,
        matches.join(",\n")
    )
}

/// A folder with reports, and none taken in yet.
fn reports() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let first = ["CVE-2026-0001", "CVE-2026-0002"];
    write("月曜.json", &grype("app:1", Some("2026-04-06T12:00:00Z"), &first));
    let second = ["CVE-2026-0002", "CVE-2026-0003"];
    write("火曜.json", &grype("app:1", Some("2026-04-07T12:00:00Z"), &second));
    write("untimed.json", &grype("web:7", None, &["CVE-2026-0004"]));
    write("notes.txt", "会議の記録");
    folder
}

/// Runs command lines one after the other and compares all they print.
fn golden(name: &str, runs: &[&[&str]]) {
    for language in ["ja", "en"] {
        let folder = reports();
        let mut printed = String::new();
        for arguments in runs {
            let all: Vec<&str> = arguments.iter().copied().chain(["--lang", language]).collect();
            printed.push_str(&format!("$ yagura {}\n", arguments.join(" ")));
            printed.push_str(&text(&run(folder.path(), &all)));
        }
        compare(&format!("{name}-{language}"), &printed);
    }
}

fn take(files: &[&'static str]) -> Vec<&'static str> {
    let mut all = vec!["ingest"];
    all.extend(files);
    all.extend(["--org", "sakura/kanbo", "--source", "grype"]);
    all
}

#[test]
fn help_of_ingest() {
    golden("help-ingest", &[&["ingest", "--help"]]);
}

#[test]
fn ingest_goes_on_past_bad_files_and_knows_what_it_has() {
    let all = take(&["月曜.json", "notes.txt", "火曜.json", "untimed.json", "missing.json"]);
    golden("ingest", &[&all, &take(&["火曜.json"])]);
}

#[test]
fn ingest_fits_a_narrow_terminal() {
    for language in ["ja", "en"] {
        let folder = reports();
        let mut arguments = take(&["月曜.json", "火曜.json"]);
        arguments.extend(["--lang", language]);
        let output = yagura(folder.path(), &arguments).env("COLUMNS", "80").output().unwrap();
        compare(&format!("ingest-80-columns-{language}"), &text(&output));
    }
}

#[test]
fn a_line_of_ingest_has_exactly_the_documented_fields() {
    let folder = reports();
    let mut arguments = take(&["月曜.json", "untimed.json", "notes.txt"]);
    arguments.push("--json");
    let output = run(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    let [first, untimed, refused]: [Value; 3] = lines(&output).try_into().unwrap();
    let keys: Vec<&str> = first.as_object().unwrap().keys().map(String::as_str).collect();
    let mut documented = vec![
        "file",
        "format",
        "tool",
        "tool_version",
        "observed_at",
        "records",
        "findings",
        "passes",
        "not_assessed",
        "facts",
        "dropped",
        "assets",
        "software",
        "warnings",
        "report",
        "digest",
        "unchanged",
        "opened",
        "reopened",
        "resolved",
        "continuing",
        "assets_new",
        "assets_matched",
        "assets_held",
        "time_assumed",
    ];
    documented.sort_unstable();
    assert_eq!(keys, documented);
    assert_eq!((&first["time_assumed"], &untimed["time_assumed"]), (&false.into(), &true.into()));
    assert_eq!((&first["opened"], &first["assets_new"]), (&2.into(), &1.into()));
    assert_eq!(refused["error"]["code"], "unknown_format");

    let again = run(folder.path(), &[&arguments[..2], &arguments[4..]].concat());
    assert_eq!(again.status.code(), Some(0), "{}", text(&again));
    let [again]: [Value; 1] = lines(&again).try_into().unwrap();
    let mut expected = first;
    for count in ["opened", "assets_new"] {
        expected[count] = 0.into();
    }
    expected["unchanged"] = true.into();
    assert_eq!(again, expected);
}

#[test]
fn what_may_not_be_is_refused_with_its_reason() {
    let with = |more: &[&'static str]| {
        let mut all = take(&["月曜.json"]);
        all.extend(more);
        all
    };
    golden(
        "ingest-refused",
        &[
            &with(&["--no-create"]),
            &with(&["--sees", "open_port"]),
            &with(&["--sees", "everything"]),
            &["ingest", "月曜.json", "--org", "a b", "--source", "grype"],
            &["ingest", "月曜.json", "--org", "sakura"],
        ],
    );
}

#[test]
fn a_time_that_is_said_is_taken() {
    let folder = reports();
    let mut arguments = take(&["untimed.json"]);
    arguments.extend(["--observed-at", "2026-04-08T09:00", "--zone", "Asia/Tokyo", "--json"]);
    let output = run(folder.path(), &arguments);
    let [line]: [Value; 1] = lines(&output).try_into().unwrap();
    assert_eq!(line["observed_at"], "2026-04-08T00:00:00Z");
    assert_eq!(line["time_assumed"], false);
}

#[test]
fn nothing_stays_in_the_spool() {
    let folder = reports();
    assert_eq!(run(folder.path(), &take(&["月曜.json"])).status.code(), Some(0));
    let left = fs::read_dir(folder.path().join("data/spool")).unwrap();
    assert_eq!(left.count(), 0);
}

#[test]
fn reports_are_listed_and_shown() {
    golden("help-report", &[&["report", "--help"], &["report", "evidence", "--help"]]);
    golden(
        "report-list",
        &[
            &["report", "list"],
            &take(&["月曜.json", "火曜.json"]),
            &["report", "list"],
            &["report", "list", "--org", "sakura", "--source", "grype", "--limit", "1"],
            &["report", "list", "--org", "kaede"],
            &["report", "list", "--source", "other"],
            &["report", "show", "9"],
            &["report", "evidence", "9"],
            &["report", "evidence", "1", "--record", "3"],
            &["report", "show"],
        ],
    );
    let folder = reports();
    assert_eq!(run(folder.path(), &take(&["月曜.json"])).status.code(), Some(0));
    for language in ["ja", "en"] {
        let shown = text(&run(folder.path(), &["report", "show", "1", "--lang", language]));
        // The time of receipt is that of the clock.
        let fixed: Vec<&str> = shown
            .lines()
            .filter(|line| !line.starts_with("取込日時") && !line.starts_with("Taken in"))
            .collect();
        assert_eq!(fixed.len() + 1, shown.lines().count());
        compare(&format!("report-show-{language}"), &fixed.join("\n"));
    }
}

#[test]
fn a_report_gives_its_bytes_back() {
    let folder = reports();
    assert_eq!(run(folder.path(), &take(&["月曜.json"])).status.code(), Some(0));
    let received = fs::read(folder.path().join("月曜.json")).unwrap();
    let whole = run(folder.path(), &["report", "evidence", "1"]);
    assert_eq!((whole.status.code(), &whole.stdout), (Some(0), &received));
    let arguments = ["report", "evidence", "1", "--record", "2", "-o", "one.json", "--lang", "en"];
    let saved = run(folder.path(), &arguments);
    assert_eq!(text(&saved), "=== standard error\nSaved: one.json\n=== exit status 0\n");
    let record: Value =
        serde_json::from_slice(&fs::read(folder.path().join("one.json")).unwrap()).unwrap();
    assert_eq!(record["vulnerability"]["id"], "CVE-2026-0002");
    let json = lines(&run(folder.path(), &["report", "show", "1", "--json"]));
    assert_eq!((&json[0]["report"], &json[0]["records"]), (&1.into(), &2.into()));

    let packs = folder.path().join("data/evidence/packs");
    let pack = fs::read_dir(packs).unwrap().next().unwrap().unwrap().path();
    let mut bytes = fs::read(&pack).unwrap();
    bytes[20] ^= 0xff;
    fs::write(&pack, bytes).unwrap();
    let damaged = run(folder.path(), &["report", "evidence", "1", "--lang", "en"]);
    assert_eq!((damaged.status.code(), damaged.stdout.len()), (Some(1), 0));
}

#[test]
fn organisations_are_added_to_a_tree() {
    golden("help-org", &[&["org", "--help"], &["org", "add", "--help"]]);
    let add = |code: &'static str, ja: &'static str, en: &'static str, more: &[&'static str]| {
        let mut all = vec!["org", "add", code, "--name-ja", ja, "--name-en", en];
        all.extend(more);
        all
    };
    golden(
        "org",
        &[
            &["org", "list"],
            &add("sakura/kanbo", "大臣官房", "Minister's Secretariat", &["--from", "2020-04-01"]),
            &add("sakura", "桜省", "Ministry of Sakura", &[]),
            &add("sakura", "桜省", "Ministry of Sakura", &[]),
            &add(
                "toukei",
                "統計課",
                "Statistics Division",
                &["--parent", "sakura", "--to", "2027-04-01"],
            ),
            &["org", "list"],
            &["org", "list", "--json"],
            &["org", "list", "--csv"],
            &add("sakura", "桜省", "Ministry of Sakura", &["--parent", "toukei"]),
            &add("ka", "課", "Division", &["--parent", "nowhere"]),
            &add("ka", "課", "Division", &["--from", "2027-04-01", "--to", "2026-04-01"]),
            &["org", "add", "ka"],
        ],
    );
}
