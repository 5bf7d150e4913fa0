//! `kill -9` against whole ingests, at fail points spread over each of some reports.
//!
//! A lake that was never disturbed is kept as it was after each report. A child process takes the
//! next report into a copy of it and ends at a fail point. What it leaves must be the lake before or
//! after that report, to the last row and name, and giving the report again must lead to the lake
//! after it; giving all again, to the end.

use std::{
    io::{Cursor, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use yagura_baseline::identity::Rules;
use yagura_lake::{
    Lake, Snapshot,
    backup::{self, BackupOptions},
    compact::Limits,
    evidence::EvidenceReader,
    faults,
    row::{Row, Stored},
    rows::{
        AssetRow, AttributeRow, CheckRow, CheckSetRow, CommitRow, CoverageRow, FindingRow, HoldRow,
        IdentifierRow, LinkRow, OrganisationRow, PackageRow, RelationRow, ReportRow, SoftwareRow,
        SoftwareSetRow, SourceRow, SubjectRow,
    },
    scan::Filter,
};

use crate::{
    clock::Clock,
    ingest::{Ingest, Ingested},
    intake::{self, Intake},
    testing::{House, grype},
};

const FOLDER: &str = "YAGURA_TEST_FOLDER";
const REPORT: &str = "YAGURA_TEST_REPORT";

/// How many fail points of each report are tried.
const POINTS: u64 = 13;

/// The reports of two sources: findings open, go on, close and come back; one is late.
fn reports() -> [(&'static str, String); 4] {
    [
        ("a", grype("2026-10-01T00:00:00Z", &["CVE-2026-0001", "CVE-2026-0002"])),
        ("b", grype("2026-10-02T00:00:00Z", &["CVE-2026-0001"])),
        ("a", grype("2026-10-05T00:00:00Z", &["CVE-2026-0002", "CVE-2026-0003"])),
        ("a", grype("2026-10-03T00:00:00Z", &["CVE-2026-0001", "CVE-2026-0003"])),
    ]
}

/// The lake in a folder, where the last report finds tables to compact and something to delete.
fn open(folder: &Path) -> Ingest {
    let limits = Limits { small_files: 2, open_keys: 2, vacuum_every: 2, ..Limits::STANDARD };
    let lake = Lake::open(&folder.join("data")).unwrap().with_limits(limits);
    let clock = Clock::Fixed("2026-11-01T00:00:00Z".parse().unwrap());
    Ingest { lake, rules: Rules::shipped().clone(), clock }
}

async fn take(folder: &Path, number: usize) -> Ingested {
    let (source, text) = &reports()[number];
    let intake = Intake::new(folder.join("spool"), intake::Limits::default());
    let received = intake.receive("report", &mut Cursor::new(text.as_bytes())).unwrap();
    let member = received.members.first().unwrap();
    open(folder).ingest(member, received.digest, &House::request(source)).await.unwrap()
}

async fn rows<T: Row + std::fmt::Debug + Send + 'static>(snapshot: &Snapshot) -> String {
    let rows: Vec<Stored<T>> = snapshot.read(&Filter::all().with_superseded()).await.unwrap();
    format!("{rows:?}")
}

/// How many reports a lake holds, and the rows of its tables.
type State = (usize, Vec<String>);

/// All that a lake holds; every report's bytes are read again.
async fn state(folder: &Path) -> State {
    let lake = open(folder).lake;
    let snapshot = lake.snapshot().await.unwrap();
    let mut reports: Vec<ReportRow> = snapshot.rows(&Filter::all()).await.unwrap();
    for (report, (_, text)) in reports.iter_mut().zip(self::reports()) {
        let entry = report.evidence().unwrap();
        let reader = EvidenceReader::new(lake.store().clone());
        assert!(reader.read_range(&entry, 0..u64::MAX).unwrap() == text.as_bytes(), "{entry}");
        // Where the bytes lie may depend on what a crash left beside them.
        (report.evidence_pack, report.evidence_offset) = (None, None);
    }
    let tables = vec![
        format!("{reports:?}"),
        rows::<CommitRow>(&snapshot).await,
        rows::<OrganisationRow>(&snapshot).await,
        rows::<SourceRow>(&snapshot).await,
        rows::<SubjectRow>(&snapshot).await,
        rows::<IdentifierRow>(&snapshot).await,
        rows::<LinkRow>(&snapshot).await,
        rows::<AssetRow>(&snapshot).await,
        rows::<RelationRow>(&snapshot).await,
        rows::<AttributeRow>(&snapshot).await,
        rows::<CheckRow>(&snapshot).await,
        rows::<FindingRow>(&snapshot).await,
        rows::<CoverageRow>(&snapshot).await,
        rows::<CheckSetRow>(&snapshot).await,
        rows::<PackageRow>(&snapshot).await,
        rows::<SoftwareSetRow>(&snapshot).await,
        rows::<SoftwareRow>(&snapshot).await,
        rows::<HoldRow>(&snapshot).await,
        format!("{:?}", snapshot.manifest().counters),
    ];
    (reports.len(), tables)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(&from, &to).unwrap();
        }
    }
}

/// The process that is killed; nothing when run as a test of its own.
#[tokio::test(flavor = "multi_thread")]
async fn child_takes_a_report_in_and_says_so() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let number = std::env::var(REPORT).unwrap().parse().unwrap();
    let ingested = take(Path::new(&folder), number).await;
    let (report, points) = (ingested.report.0, faults::passed());
    writeln!(std::io::stderr(), "acknowledged {report} after {points}").unwrap();
}

/// Takes a report in; gives how many fail points there were, or that it was killed.
async fn child(folder: PathBuf, number: usize, point: u64) -> Option<u64> {
    let run = move || {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "faults::child_takes_a_report_in_and_says_so", "--nocapture"])
            .env("YAGURA_FAIL_POINT", format!("*:{point}"))
            .env(FOLDER, folder)
            .env(REPORT, number.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .output()
            .unwrap()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let line = said.lines().find(|line| line.starts_with("acknowledged "));
    line.map(|line| line.rsplit(' ').next().unwrap().parse().unwrap())
}

/// The lake in a folder of its own, as it was before a report.
fn before(kept: &Path, number: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&kept.join(number.to_string()), folder.path());
    folder
}

/// Kills the taking in of a report at points spread over it; gives how often it was killed.
async fn killed(kept: &Path, ends: &[State], number: usize) -> u64 {
    let undisturbed = before(kept, number);
    let points = child(undisturbed.path().to_path_buf(), number, 0).await.unwrap();
    for nth in 0..POINTS {
        let point = 1 + nth * points / POINTS;
        let at = format!("report {number}, point {point} of {points}");
        let folder = before(kept, number);
        let acknowledged = child(folder.path().to_path_buf(), number, point).await;
        assert!(acknowledged.is_none(), "{at}: not killed");
        let left = state(folder.path()).await;
        assert!(left.0 == number || left.0 == number + 1, "{at}: {}", left.0);
        assert!(ends.get(left.0) == Some(&left), "{at}: part of a report");
        let again = take(folder.path(), number).await;
        assert_eq!(again.unchanged, left.0 > number, "{at}");
        assert!(ends.get(number + 1) == Some(&state(folder.path()).await), "{at}: another state");
        if nth % 6 == 0 {
            for again in 0..reports().len() {
                assert_eq!(take(folder.path(), again).await.unchanged, again <= number, "{at}");
            }
            assert!(ends.last() == Some(&state(folder.path()).await), "{at}: another end");
        }
    }
    POINTS
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ingest_killed_anywhere_leaves_no_half_and_is_simply_done_again() {
    let kept = tempfile::tempdir().unwrap();
    let at = |number: usize| -> PathBuf { kept.path().join(number.to_string()) };
    std::fs::create_dir_all(at(0).join("spool")).unwrap();
    let mut ends = vec![state(&at(0)).await];
    for number in 0..reports().len() {
        copy(&at(number), &at(number + 1));
        take(&at(number + 1), number).await;
        ends.push(state(&at(number + 1)).await);
    }
    let run = |number| killed(kept.path(), &ends, number);
    let (first, second, third, fourth) = tokio::join!(run(0), run(1), run(2), run(3));
    let kills = first + second + third + fourth;
    assert!(kills >= 50, "killed only {kills} times");
}

#[tokio::test(flavor = "multi_thread")]
async fn later_reports_given_again_after_a_restore_double_nothing() {
    let (one, kept, other) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for folder in [&one, &other] {
        std::fs::create_dir_all(folder.path().join("spool")).unwrap();
    }
    for number in 0..2 {
        take(one.path(), number).await;
    }
    let now = "2026-11-02T00:00:00Z".parse().unwrap();
    let lake = open(one.path()).lake;
    backup::take(&lake, kept.path(), BackupOptions::default(), now, &|_, _| {}).await.unwrap();
    for number in 2..reports().len() {
        take(one.path(), number).await;
    }

    let to = other.path().join("data");
    let restored = backup::restore(kept.path(), &to, now, &|_, _| {}).await.unwrap();
    let held: Vec<(&str, u64)> =
        restored.sources.iter().map(|held| (held.source.as_str(), held.reports)).collect();
    assert_eq!(held, [("a", 1), ("b", 1)]);
    for number in 1..reports().len() {
        assert_eq!(take(other.path(), number).await.unchanged, number < 2);
    }
    assert!(state(other.path()).await == state(one.path()).await, "another state");
}
