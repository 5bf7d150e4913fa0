//! Running the program as a person would, and comparing what it prints.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use jiff::tz::TimeZone;
use serde_json::Value;
use tempfile::TempDir;
use yagura_engine::{
    baseline::identity::Rules,
    clock::Clock,
    formats::Context,
    ingest::{Ingest, Request},
    intake::{Intake, Limits},
    lake::Lake,
};
use yagura_model::organisation::OrganisationCode;

/// The folder of the example reports.
pub(crate) const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures");

/// When [`take_in`] takes in what it is given.
pub(crate) const AT: &str = "2026-11-01T00:00:00Z";

/// The program in a folder, with its lake in `data` there, in Japan, and with nothing to read from
/// standard input.
pub(crate) fn yagura(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yagura"));
    command.args(arguments).current_dir(folder).env_clear();
    command.env("TZ", "JST-9").env("YAGURA_DATA", "data").stdin(Stdio::null());
    command
}

/// Runs [`yagura`], however it ends.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    yagura(folder, arguments).output().unwrap()
}

/// Runs a command that must do all it was asked for.
pub(crate) fn done(mut command: Command) -> Output {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    output
}

/// All that a run printed, and how it ended.
pub(crate) fn text(output: &Output) -> String {
    let status = output.status.code().unwrap();
    let out = String::from_utf8(output.stdout.clone()).unwrap();
    let error = String::from_utf8(output.stderr.clone()).unwrap();
    format!("{out}=== standard error\n{error}=== exit status {status}\n")
}

/// The documents of `--json`, one a line.
pub(crate) fn lines(output: &Output) -> Vec<Value> {
    let out = String::from_utf8(output.stdout.clone()).unwrap();
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Compares what is printed with a file in `tests/snapshots`.
pub(crate) fn compare(name: &str, printed: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!(name, printed));
}

/// Puts words as long in the place of times at which a test ran; what [`take_in`] did stays.
pub(crate) fn timeless(printed: &str) -> String {
    const ZONE: &str = " +09:00";
    const THEN: &str = "2026-11-01 09:00";
    let mut told = String::new();
    let mut rest = printed;
    while let Some((before, after)) = rest.split_once(ZONE) {
        let (before, time) = before.split_at(before.len() - THEN.len());
        told.push_str(before);
        match time {
            THEN => told.extend([THEN, ZONE]),
            _ => told.push_str("(when this was run, +9)"),
        }
        rest = after;
    }
    told + rest
}

/// Runs command lines one after the other in each language, in a folder of its own, and compares all
/// they print, made alike by `timeless`; Japanese in so many columns, English in 120.
pub(crate) fn compare_runs(
    name: &str,
    japanese_columns: &str,
    timeless: fn(&str) -> String,
    folder: fn() -> TempDir,
    runs: &[&[&str]],
) {
    for (language, columns) in [("ja", japanese_columns), ("en", "120")] {
        let folder = folder();
        let mut printed = String::new();
        for arguments in runs {
            let all: Vec<&str> = arguments.iter().copied().chain(["--lang", language]).collect();
            let output = yagura(folder.path(), &all).env("COLUMNS", columns).output().unwrap();
            printed.push_str(&format!("$ yagura {}\n", arguments.join(" ")));
            printed.push_str(&timeless(&text(&output)));
            printed.push('\n');
        }
        compare(&format!("{name}-{language}"), &printed);
    }
}

/// Steps of a history begin with the time at which they became known, which is now.
pub(crate) fn just_now(printed: &str) -> String {
    const TIME: usize = "2026-11-01 09:00 +09:00".len();
    let known = |line: &str| line.starts_with("20") && line.contains(" +09:00  ");
    let line = |line: &str| match line.split_at_checked(TIME) {
        Some((time, rest)) if known(line) && time != "2026-11-01 09:00 +09:00" => {
            format!("(just now){rest}\n")
        }
        _ => format!("{line}\n"),
    };
    printed.lines().map(line).collect()
}

/// Takes reports, each with its source, into the lake in a folder's `data`. Times without a zone
/// are of the zone, reports without a time count for `observed_at`.
pub(crate) fn take_in(
    folder: &Path,
    zone: &TimeZone,
    observed_at: &str,
    reports: &[(PathBuf, &str)],
) {
    take_in_at(AT, folder, zone, observed_at, reports);
}

/// The same at another time than [`AT`].
pub(crate) fn take_in_at(
    at: &str,
    folder: &Path,
    zone: &TimeZone,
    observed_at: &str,
    reports: &[(PathBuf, &str)],
) {
    let lake = Lake::open(&folder.join("data")).unwrap();
    let clock = Clock::Fixed(at.parse().unwrap());
    let ingest = Ingest { lake, rules: Rules::shipped().clone(), clock };
    let intake = Intake::new(folder, Limits::default());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for (path, source) in reports {
        // By its name alone, so that no text says where the repository is.
        let name = path.file_name().unwrap().to_string_lossy();
        let received = intake.receive(&name, &mut File::open(path).unwrap()).unwrap();
        let request = Request {
            create_organisation: true,
            observed_at: Some(observed_at.parse().unwrap()),
            context: Context { zone: zone.clone(), mapping: None, asset: None },
            ..Request::new(OrganisationCode::new("sakura").unwrap(), *source)
        };
        for member in &received.members {
            runtime.block_on(ingest.ingest(member, received.digest, &request)).unwrap();
        }
    }
}
