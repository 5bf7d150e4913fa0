//! Several processes take reports into one lake while others read it.

use std::{
    fs,
    process::{Child, Stdio},
};

use crate::program::{done, lines, text, yagura};

/// A report of one image, different for each number.
fn report(number: usize) -> String {
    format!(
        r#"{{"matches":[{{"vulnerability":{{"id":"CVE-2026-{number:04}","severity":"High"}},
        "artifact":{{"name":"lib","version":"1","type":"deb","purl":"pkg:deb/debian/lib@1"}}}}],
        "source":{{"type":"image","target":{{"userInput":"app.example/web:{number}"}}}},
        "descriptor":{{"name":"grype","version":"0.90.0","timestamp":"2026-10-01T00:00:00Z"}}}}"#
    )
}

const WRITERS: usize = 4;
const EACH: usize = 5;

#[test]
fn several_processes_take_in_and_read_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // A lake to read from the beginning.
    fs::write(folder.join("0.json"), report(0)).unwrap();
    done(yagura(folder, &["ingest", "0.json", "--org", "sakura", "--source", "first"]));
    let ingest = |writer: usize| {
        let numbers = (1..=EACH).map(|n| writer * EACH + n);
        let files: Vec<String> = numbers.map(|n| format!("{n}.json")).collect();
        for (file, n) in files.iter().zip(writer * EACH + 1..) {
            fs::write(folder.join(file), report(n)).unwrap();
        }
        let source = format!("scanner-{writer}");
        let of = ["--org", "sakura", "--source", &source, "--wait", "120"];
        let files = files.iter().map(String::as_str);
        let arguments: Vec<&str> = ["ingest"].into_iter().chain(files).chain(of).collect();
        let mut command = yagura(folder, &arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let mut writers: Vec<Child> = (0..WRITERS).map(ingest).collect();
    // What a commit holds is seen whole: each report has one finding on one asset.
    let count = || {
        let sql = "SELECT (SELECT count(*) FROM reports) AS reports, \
                   (SELECT count(*) FROM findings) AS findings, \
                   (SELECT count(*) FROM systems) AS assets";
        let row = lines(&done(yagura(folder, &["query", sql, "--json"]))).remove(0);
        let number = |name: &str| row[name].as_u64().unwrap();
        let [reports, findings, assets] = ["reports", "findings", "assets"].map(number);
        assert_eq!((findings, assets), (reports, reports), "{row}");
        reports
    };
    let mut before = count();
    while writers.iter_mut().any(|writer| writer.try_wait().unwrap().is_none()) {
        let now = count();
        assert!(now >= before, "{now} reports after {before}");
        before = now;
    }
    for writer in writers {
        let output = writer.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", text(&output));
    }
    assert_eq!(count(), (1 + WRITERS * EACH) as u64);
    let checked = lines(&done(yagura(folder, &["lake", "check", "--json"]))).remove(0);
    assert_eq!(checked["broken"].as_array().map(Vec::len), Some(0), "{checked}");
}
