//! Every form in and out: reports from standard input and out of containers, answers as CSV and
//! workbooks, and one writer at a time.

use std::{
    fs::{self, File},
    io::{Cursor, Write as _},
    path::Path,
};

use calamine::{Data, Reader as _};
use flate2::{Compression, write::GzEncoder};
use tempfile::TempDir;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::program::{done, lines, run, yagura};

/// A Grype report of an image with one vulnerability.
fn grype(image: &str) -> String {
    format!(
        r#"{{"matches": [{{"vulnerability": {{"id": "CVE-2026-0001", "severity": "High"}},
  "artifact": {{"name": "=libexample", "version": "1.2.3", "type": "deb"}}}}],
"source": {{"type": "image", "target": {{"userInput": "registry.example/{image}"}}}},
"descriptor": {{"name": "grype", "version": "0.90.0", "timestamp": "2026-04-06T12:00:00Z"}}}}
"#
    )
}

/// The same sort of report in every container.
fn reports() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("plain.json", grype("plain:1").as_bytes());
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(grype("gzip:1").as_bytes()).unwrap();
    write("report.gz", &gzip.finish().unwrap());
    write("report.zst", &zstd::encode_all(grype("zstd:1").as_bytes(), 3).unwrap());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for name in ["one", "two"] {
        zip.start_file(format!("{name}.json"), SimpleFileOptions::default()).unwrap();
        zip.write_all(grype(&format!("{name}:1")).as_bytes()).unwrap();
    }
    write("reports.zip", &zip.finish().unwrap().into_inner());
    folder
}

const INTO: [&str; 5] = ["--org", "sakura", "--source", "grype", "--json"];

#[test]
fn reports_come_from_files_containers_and_standard_input() {
    let folder = reports();
    let folder = folder.path();
    let files = ["ingest", "plain.json", "report.gz", "report.zst", "reports.zip", "-"];
    let mut command = yagura(folder, &[&files[..], &INTO].concat());
    fs::write(folder.join("piped.json"), grype("piped:1")).unwrap();
    command.stdin(File::open(folder.join("piped.json")).unwrap());
    let taken = lines(&done(command));
    let names: Vec<&str> = taken.iter().map(|line| line["file"].as_str().unwrap()).collect();
    let expected = [
        "plain.json",
        "report.gz",
        "report.zst",
        "reports.zip:one.json",
        "reports.zip:two.json",
        "-",
    ];
    assert_eq!(names, expected);
    assert!(taken.iter().all(|line| line["opened"] == 1), "{taken:?}");

    // The bytes of the document are what is kept and given back, whatever it came in.
    let again = lines(&done(yagura(folder, &["inspect", "report.zst", "--json"])));
    assert_eq!(again[0]["findings"], 1);
    let evidence = done(yagura(folder, &["report", "evidence", "3"]));
    assert_eq!(String::from_utf8(evidence.stdout).unwrap(), grype("zstd:1"));

    // The same document in another container is the same report.
    let same = ["ingest", "piped.json"];
    let same = lines(&done(yagura(folder, &[&same[..], &INTO].concat())));
    assert_eq!(same[0]["unchanged"], true);
}

/// The rows of a workbook's first sheet, as text.
fn rows(path: &Path) -> Vec<Vec<String>> {
    let mut workbook: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
    let sheet = workbook.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().map(|row| row.iter().map(Data::to_string).collect()).collect()
}

#[test]
fn points_and_answers_go_to_csv_and_workbooks() {
    let folder = reports();
    let folder = folder.path();
    done(yagura(folder, &[&["ingest", "plain.json"][..], &INTO].concat()));
    let at = "2026-05-01T00:00:00Z";
    let question = "SELECT name, version FROM software";
    for (verb, sheet) in [
        (&["score", "--by", "asset", "--as-of", at][..], "score.xlsx"),
        (&["query", question][..], "query.xlsx"),
    ] {
        let csv = done(yagura(folder, &[verb, &["--csv"]].concat()));
        let csv = String::from_utf8(csv.stdout).unwrap();
        let mut csv = csv.lines().map(str::to_owned);
        done(yagura(folder, &[verb, &["--xlsx", sheet, "--lang", "en"]].concat()));
        let rows = rows(&folder.join(sheet));
        let header = csv.next().unwrap();
        assert_eq!(rows[0].join(","), header, "{sheet}");
        assert_eq!(rows.len(), csv.count() + 1, "{sheet}");
        assert!(rows.len() > 1, "{sheet}");
    }
    // A name that a spreadsheet would take for a formula is text in both.
    let csv = done(yagura(folder, &["query", question, "--csv"]));
    let csv = String::from_utf8(csv.stdout).unwrap();
    assert!(csv.contains("'=libexample,1.2.3"), "{csv}");
    let name = &rows(&folder.join("query.xlsx"))[1][0];
    assert!(name.ends_with("=libexample"), "{name}");
}

#[test]
fn a_lake_that_another_writes_is_busy() {
    let folder = reports();
    let folder = folder.path();
    done(yagura(folder, &[&["ingest", "plain.json"][..], &INTO].concat()));
    let lock = File::options()
        .read(true)
        .write(true)
        .open(folder.join("data/_yagura/writer.lock"))
        .unwrap();
    lock.lock().unwrap();
    let files = ["ingest", "report.gz", "report.zst", "--wait", "0", "--lang", "en"];
    let refused = run(folder, &[&files[..], &INTO].concat());
    assert_eq!(refused.status.code(), Some(1));
    let seen = lines(&refused);
    // What was to be taken in together is refused together, each by its name.
    assert_eq!(
        seen.iter().map(|line| &line["file"]).collect::<Vec<_>>(),
        ["report.gz", "report.zst"]
    );
    assert!(seen.iter().all(|line| line["error"]["code"] == "busy"), "{seen:?}");
    // Who only reads is not held up.
    let listed = lines(&done(yagura(folder, &["report", "list", "--json"])));
    assert_eq!(listed.len(), 1);
    lock.unlock().unwrap();
    let taken = yagura(folder, &[&files[..], &INTO].concat());
    assert_eq!(lines(&done(taken)).len(), 2);
}
