//! A writer that lost the lease: the lock's file was removed, another process took the right to
//! write, and then the first one goes on.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use crate::{
    Lake,
    check::EvidenceDepth,
    error::Hindrance,
    evidence::EvidenceReader,
    lease::LeaseError,
    rows::ReportRow,
    scan::Filter,
    store::Store,
    testing::{at, report, try_few},
};

const FOLDER: &str = "YAGURA_TEST_FOLDER";

/// The writer that is held up; nothing when run as a test of its own.
#[tokio::test(flavor = "multi_thread")]
async fn child_commits_and_is_held_up() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let lake = Lake::open(Path::new(&folder)).unwrap();
    let done = try_few(&lake, 3).await;
    let error = done.expect_err("it had lost the lease");
    eprint_line(&format!("refused {:?} {error}", error.hindrance()));
}

fn eprint_line(text: &str) {
    use std::io::Write as _;
    writeln!(std::io::stderr(), "{text}").unwrap();
}

fn held_up(folder: &Path, place: &str) -> Child {
    let gate = folder.join("gate");
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "faults::lost_tests::child_commits_and_is_held_up", "--nocapture"])
        .env("YAGURA_FAIL_POINT", place)
        .env("YAGURA_FAIL_GATE", &gate)
        .env(FOLDER, folder.join("data"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while !gate.with_extension("reached").exists() {
        std::thread::sleep(Duration::from_millis(2));
    }
    child
}

/// Everything of these reports is there, and nothing else.
async fn holds(lake: &Lake, expected: &[i64], at: &str) {
    let snapshot = lake.snapshot().await.unwrap();
    let reports: Vec<ReportRow> = snapshot.rows(&Filter::all()).await.unwrap();
    let numbers: Vec<i64> = reports.iter().map(|row| row.report.0).collect();
    assert_eq!(numbers, expected, "{at}");
    for row in &reports {
        let reader = EvidenceReader::new(lake.store().clone());
        let bytes = reader.read_range(&row.evidence().unwrap(), 0..u64::MAX).unwrap();
        assert!(bytes == report(row.report.0), "{at}: report {}", row.report);
    }
    let checked = lake.check(EvidenceDepth::Full, Arc::new(|_, _| {})).await.unwrap();
    assert!(checked.broken.is_empty(), "{at}: {:?}", checked.broken);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_the_lease_changes_nothing_however_far_it_had_come() {
    // Before anything is written, between the tables, and before the manifest.
    let places = [
        "commit.begin",
        "commit.table",
        "commit.table:5",
        "commit.before_manifest",
        "manifest.before_put",
    ];
    for place in places {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        // On the real file system: two processes share it.
        let lake = Lake::open(&data).unwrap();
        for number in 1..=2 {
            try_few(&lake, number).await.unwrap();
        }
        let child = held_up(folder.path(), place);
        assert!(lake.write(Duration::ZERO, at(3)).await.is_err(), "{place}: it has the lease");
        std::fs::remove_file(data.join("_yagura/writer.lock")).unwrap();
        // The same report by another process: the later one must not disturb it.
        try_few(&lake, 3).await.unwrap();
        holds(&lake, &[1, 2, 3], place).await;
        std::fs::write(folder.path().join("gate"), "").unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let refused = said.lines().find(|line| line.starts_with("refused "));
        let refused = refused.unwrap_or_else(|| panic!("{place}: {said}"));
        assert!(refused.starts_with("refused Overtaken "), "{place}: {refused}");
        assert!(refused.contains("run it again") || refused.contains("start again"), "{refused}");
        // And what comes next stands on what was committed.
        let lake = Lake::open(&data).unwrap();
        holds(&lake, &[1, 2, 3], place).await;
        try_few(&lake, 4).await.unwrap();
        holds(&lake, &[1, 2, 3, 4], place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_was_removed_is_noticed_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::with_store(Store::open(folder.path()).unwrap());
    try_few(&lake, 1).await.unwrap();
    let mut writer = lake.write(Duration::ZERO, at(2)).await.unwrap();
    std::fs::remove_file(folder.path().join("_yagura/writer.lock")).unwrap();
    let other = lake.write(Duration::ZERO, at(2)).await.unwrap();
    let transaction = writer.begin();
    let error = writer.finish(transaction, at(2)).await.unwrap_err();
    assert_eq!(error.hindrance(), Hindrance::Overtaken);
    let lost = matches!(error, crate::LakeError::Lease(LeaseError::Lost { .. }));
    assert!(lost, "{error}");
    drop((writer, other));
    assert_eq!(lake.snapshot().await.unwrap().commit().0, 1);
}
