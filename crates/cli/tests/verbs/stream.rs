//! `ingest --stream`: what is printed, and that a kill costs nothing that was acknowledged.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use super::keep::grype;
use crate::program::{compare, lines, run, text, yagura};

const STREAM: [&str; 6] = ["ingest", "--stream", "--org", "sakura", "--source", "agent"];

/// The report of one of many devices.
fn report(number: usize) -> String {
    let cve = format!("CVE-2026-{:04}", number % 7);
    grype(&format!("device:{number}"), Some("2026-04-06T12:00:00Z"), &["CVE-2026-1000", &cve])
}

fn frame(name: &str, body: &str) -> String {
    format!("{{\"name\":\"{name}\",\"length\":{}}}\n{body}", body.len())
}

/// The names of the reports that a run acknowledged.
fn acknowledged<'l>(lines: impl IntoIterator<Item = &'l Value>) -> BTreeSet<String> {
    let taken = lines.into_iter().filter(|line| line["report"].is_number());
    taken.map(|line| line["file"].as_str().unwrap().to_owned()).collect()
}

/// The files of all reports in the lake, each as often as it is there.
fn kept(folder: &Path) -> Vec<String> {
    let listed = run(folder, &["report", "list", "--json", "--limit", "1000"]);
    let listed = lines(&listed);
    let mut files: Vec<String> =
        listed.iter().map(|line| line["file"].as_str().unwrap().to_owned()).collect();
    files.sort();
    files
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn a_stream_says_of_each_report_what_became_of_it() {
    let bad = frame("wrong.json", "{").replace("{\"name\"", "{\"color\":\"red\",\"name\"");
    let all = frame("a.json", &report(1)) + &frame("notes.txt", "?") + &frame("again", &report(1));
    let cut = frame("c.json", &report(3));
    let inputs = [
        ("whole", all + &bad + &frame("b.json", &report(2))),
        ("cut", frame("c.json", &report(2)) + cut.split_at(cut.len() - 10).0),
        ("unframed", report(1)),
    ];
    for language in ["ja", "en"] {
        let folder = tempfile::tempdir().unwrap();
        let mut printed = String::new();
        for (name, input) in &inputs {
            fs::write(folder.path().join(name), input).unwrap();
            let arguments = [STREAM.as_slice(), &["--lang", language]].concat();
            let mut command = yagura(folder.path(), &arguments);
            let output = command.stdin(File::open(folder.path().join(name)).unwrap()).output();
            printed.push_str(&format!("$ yagura {} < {name}\n", STREAM.join(" ")));
            // How many commits it takes depends on how soon the reports come.
            let output = text(&output.unwrap());
            for line in output.lines() {
                let (before, after) = line.split_once("\"commit\":").unwrap_or((line, ""));
                let after = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == ',');
                printed.push_str(&format!("{before}{after}\n"));
            }
        }
        compare(&format!("ingest-stream-{language}"), &printed);
    }
}

#[test]
fn a_stream_says_what_it_cannot_be_told() {
    for language in ["ja", "en"] {
        let folder = tempfile::tempdir().unwrap();
        let mut printed = String::new();
        let wrong: [&[&str]; 4] = [
            &["ingest", "--stream", "a.json"],
            &["ingest", "--stream", "--csv"],
            &["ingest", "--spool", "in"],
            &["ingest", "--stream", "--spool", "in", "--org", "sakura"],
        ];
        for arguments in wrong {
            let output = run(folder.path(), &[arguments, &["--lang", language]].concat());
            printed.push_str(&format!("$ yagura {}\n{}", arguments.join(" "), text(&output)));
        }
        compare(&format!("ingest-stream-usage-{language}"), &printed);
    }
}

#[test]
fn a_kill_costs_nothing_that_was_acknowledged_and_the_same_again_doubles_nothing() {
    const REPORTS: usize = 90;
    let folder = tempfile::tempdir().unwrap();
    let frames: Vec<String> = (0..REPORTS).map(|n| frame(&format!("{n}"), &report(n))).collect();
    let mut known = BTreeSet::new();
    // After so many lines; 0 is while the first commit is made.
    for after in [0, 1, 25] {
        let mut command = yagura(folder.path(), &STREAM);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = Vec::new();
        let begun = known.len();
        for (number, frame) in frames.iter().enumerate() {
            input.write_all(frame.as_bytes()).unwrap();
            input.flush().unwrap();
            // Not all at once, so that there are several commits.
            if number >= begun + 10 && said.len() < after {
                said.push(serde_json::from_str(&output.next().unwrap().unwrap()).unwrap());
            }
        }
        if after == 0 {
            std::thread::sleep(std::time::Duration::from_millis(400));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        drop(input);
        // A line that was cut off was not said.
        let rest = output.map_while(Result::ok);
        said.extend(rest.filter_map(|line| serde_json::from_str(&line).ok()));
        known.extend(acknowledged(&said));
        let there: BTreeSet<String> = kept(folder.path()).into_iter().collect();
        assert!(known.is_subset(&there), "{:?}", known.difference(&there));
    }
    fs::write(folder.path().join("all"), frames.concat()).unwrap();
    let mut command = yagura(folder.path(), &STREAM);
    let output = command.stdin(File::open(folder.path().join("all")).unwrap()).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(acknowledged(&lines(&output)).len(), REPORTS);
    let there = kept(folder.path());
    assert_eq!((there.len(), there.iter().collect::<BTreeSet<_>>().len()), (REPORTS, REPORTS));
    let checked = run(folder.path(), &["lake", "check", "--evidence", "full", "--lang", "en"]);
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked));
}

#[test]
fn a_folder_is_emptied_over_a_kill_and_a_signal_ends_it() {
    const REPORTS: usize = 40;
    let folder = tempfile::tempdir().unwrap();
    let inbox = folder.path().join("in");
    fs::create_dir(&inbox).unwrap();
    let put = |number: usize| {
        let (hidden, shown) = (format!(".{number}"), format!("{number}.json"));
        fs::write(inbox.join(&hidden), report(number)).unwrap();
        fs::rename(inbox.join(hidden), inbox.join(shown)).unwrap();
    };
    let begin = || {
        let arguments = [STREAM.as_slice(), &["--spool", "in"]].concat();
        let mut command = yagura(folder.path(), &arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
    };
    (0..REPORTS / 2).for_each(put);
    let mut child = begin();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    output.next().unwrap().unwrap();
    (REPORTS / 2..REPORTS).for_each(put);
    child.kill().unwrap();
    child.wait().unwrap();

    let mut child = begin();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let done = inbox.join("done");
    while fs::read_dir(&done).unwrap().count() < REPORTS {
        let line: Value = serde_json::from_str(&output.next().unwrap().unwrap()).unwrap();
        assert!(line["report"].is_number(), "{line}");
    }
    signal(&child, "-TERM");
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(kept(folder.path()).len(), REPORTS);
    assert_eq!(fs::read_dir(inbox.join("taking")).unwrap().count(), 0);
}

#[test]
fn what_came_before_a_signal_is_acknowledged_though_the_input_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = yagura(folder.path(), &STREAM);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(frame("1", &report(1)).as_bytes()).unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let first: Value = serde_json::from_str(&output.next().unwrap().unwrap()).unwrap();
    assert_eq!((&first["file"], &first["opened"]), (&"1".into(), &2.into()));
    // Others take in and read while the stream waits.
    fs::write(folder.path().join("2.json"), report(2)).unwrap();
    let other = run(folder.path(), &["ingest", "2.json", "--org", "sakura", "--source", "other"]);
    assert_eq!(other.status.code(), Some(0), "{}", text(&other));
    let half = frame("3", &report(3));
    input.write_all(&half.as_bytes()[..half.len() / 2]).unwrap();
    signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(output.next().is_none());
    assert_eq!(kept(folder.path()), ["1", "2.json"]);
}
