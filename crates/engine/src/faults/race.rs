//! Two processes write as fast as they can, a third reads all the time.

use std::{
    io::Write as _,
    path::Path,
    process::{Child, Command, Stdio},
};

use yagura_lake::{
    Snapshot,
    row::{Row, Stored},
    rows::{AssetRow, CommitRow, FindingRow, LinkRow, ReportRow, SubjectRow},
    scan::Filter,
};

use super::{ingest, open, sound};
use crate::{
    clock::Clock,
    intake::{Intake, Limits},
    testing::{House, grype},
};

const FOLDER: &str = "YAGURA_TEST_FOLDER";
const WRITER: &str = "YAGURA_TEST_WRITER";
const ROUNDS: usize = 5;
const STOP: &str = "stop";

/// A writer shows one image after the other; nothing when run as a test of its own.
#[tokio::test(flavor = "multi_thread")]
async fn child_shows_one_image_after_the_other() {
    let (Some(folder), Ok(source)) = (std::env::var_os(FOLDER), std::env::var(WRITER)) else {
        return;
    };
    let folder = Path::new(&folder);
    let mut ingest = ingest(open(folder), 0);
    ingest.clock = Clock::System;
    let intake = Intake::new(folder, Limits::default());
    for number in 0..ROUNDS {
        let text = grype("2026-10-01T00:00:00Z", &["CVE-2026-0001", "CVE-2026-0002"]);
        let text = text.replace("web:1", &format!("web:{number}"));
        let received = intake.receive("report", &mut std::io::Cursor::new(text)).unwrap();
        let member = received.members.first().unwrap();
        let taken = ingest.ingest(member, received.digest, &House::request(&source)).await.unwrap();
        assert!(!taken.unchanged);
    }
    writeln!(std::io::stderr(), "acknowledged {ROUNDS}").unwrap();
}

/// The reader; nothing when run as a test of its own.
#[tokio::test(flavor = "multi_thread")]
async fn child_reads_until_it_is_told_to_stop() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    if std::env::var_os(WRITER).is_some() {
        return;
    }
    let folder = Path::new(&folder);
    let (mut read, mut newest) = (0, 0);
    while !folder.join(STOP).exists() {
        // A process that looks once, and one that goes on.
        let lake = open(folder);
        for _ in 0..3 {
            let snapshot = lake.snapshot().await.unwrap();
            let commit = snapshot.commit().0;
            assert!(commit >= newest, "{commit} after {newest}");
            newest = commit;
            whole(&snapshot).await;
            read += 1;
        }
    }
    writeln!(std::io::stderr(), "acknowledged {read}").unwrap();
}

async fn all<T: Row + Send + 'static>(snapshot: &Snapshot) -> Vec<Stored<T>> {
    snapshot.read(&Filter::all()).await.unwrap()
}

/// Each commit up to the newest is there whole, and nothing of another.
async fn whole(snapshot: &Snapshot) {
    let newest = snapshot.commit().0;
    let commits: Vec<Stored<CommitRow>> = all(snapshot).await;
    let mut numbers: Vec<i64> = commits.iter().map(|row| row.id.written_by.0).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=newest).collect::<Vec<_>>());
    let reports: Vec<Stored<ReportRow>> = all(snapshot).await;
    assert_eq!(reports.len() as i64, newest);
    let findings: Vec<Stored<FindingRow>> = all(snapshot).await;
    assert_eq!(findings.len(), reports.len() * 2);
    let subjects: Vec<Stored<SubjectRow>> = all(snapshot).await;
    assert_eq!(subjects.len(), reports.len());
    let links: Vec<Stored<LinkRow>> = all(snapshot).await;
    assert_eq!(links.len(), subjects.len());
    let assets: Vec<Stored<AssetRow>> = all(snapshot).await;
    let there = |link: &Stored<LinkRow>| assets.iter().any(|a| a.row.asset == link.row.asset);
    assert!(links.iter().all(there));
}

fn child(test: &str, folder: &Path, writer: Option<&str>) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("faults::race::{test}"), "--nocapture"]);
    command.env(FOLDER, folder).stdout(Stdio::null()).stderr(Stdio::piped());
    if let Some(writer) = writer {
        command.env(WRITER, writer);
    }
    command.spawn().unwrap()
}

fn acknowledged(child: Child) -> usize {
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = said.lines().find_map(|line| line.strip_prefix("acknowledged "));
    line.unwrap_or_else(|| panic!("{said}")).parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_writers_lose_and_double_nothing_and_readers_see_whole_commits() {
    let folder = tempfile::tempdir().unwrap();
    let writer = |name| child("child_shows_one_image_after_the_other", folder.path(), Some(name));
    let reader = child("child_reads_until_it_is_told_to_stop", folder.path(), None);
    let writers = [writer("a"), writer("b")];
    let written: usize = writers.into_iter().map(acknowledged).sum();
    std::fs::write(folder.path().join(STOP), "").unwrap();
    let read = acknowledged(reader);
    assert!(written == ROUNDS * 2 && read >= 3, "{written} written, {read} read");
    let lake = open(folder.path());
    let snapshot = lake.snapshot().await.unwrap();
    whole(&snapshot).await;
    assert_eq!(snapshot.commit().0 as usize, ROUNDS * 2);
    // Both showed the same images in the same moments.
    assert_eq!(all::<AssetRow>(&snapshot).await.len(), ROUNDS);
    sound(&lake).await;
}
