//! Example data: written once, the same every time, and taken in like any other reports.

use std::{fs, path::PathBuf};

use jiff::tz::TimeZone;

use crate::program::{AT, compare, done, lines, run, take_in, text, yagura};

const SMALL: [&str; 10] = [
    "demo",
    "generate",
    "--orgs",
    "2",
    "--devices",
    "60",
    "--findings-per-device",
    "3",
    "--days",
    "14",
];

#[test]
fn what_is_generated_can_be_taken_in() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let made = lines(&done(yagura(folder, &[&SMALL[..], &["-o", "one", "--json"]].concat())));
    let of_sakura: Vec<(PathBuf, &str)> = made
        .iter()
        .filter(|line| line["org"] == "sakura")
        .map(|line| {
            let file = folder.join("one").join(line["file"].as_str().unwrap());
            (file, line["source"].as_str().unwrap())
        })
        .collect();
    assert!(of_sakura.len() > 18, "{}", of_sakura.len());
    take_in(folder, &TimeZone::UTC, AT, &of_sakura);
    let listed = lines(&done(yagura(folder, &["report", "list", "--json"])));
    assert_eq!(listed.len(), of_sakura.len());
    let plan = fs::read_to_string(folder.join("one/plan.toml")).unwrap();
    assert_eq!(plan.matches("[[report]]").count(), made.len());

    done(yagura(folder, &[&SMALL[..], &["-o", "two"]].concat()));
    for line in &made {
        let read = |of: &str| fs::read(folder.join(of).join(line["file"].as_str().unwrap()));
        assert_eq!(read("one").unwrap(), read("two").unwrap(), "{line}");
    }
}

#[test]
fn a_folder_in_use_is_left_alone() {
    for language in ["ja", "en"] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let generate = [&SMALL[..], &["-o", "example", "--lang", language]].concat();
        let mut printed = text(&run(folder, &["demo", "generate", "--help", "--lang", language]));
        printed.push_str(&text(&run(folder, &generate)));
        printed.push_str(&text(&run(folder, &generate)));
        compare(&format!("demo-generate-{language}"), &printed);
    }
}
