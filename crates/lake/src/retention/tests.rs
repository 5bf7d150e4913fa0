//! What is past its retention is gone, what is not is there, and everything else goes on.

use std::{path::Path as FilePath, sync::Arc, time::Duration};

use jiff::ToSpan as _;
use yagura_model::Timestamp;

use super::{Deletion, EvidenceGoing, HistoryGoing};
use crate::{
    Lake, LakeError, Snapshot, Vacuum,
    backup::{self, BackupOptions},
    check::EvidenceDepth,
    compact::Extent,
    evidence::EvidenceReader,
    repair::{Remedy, RepairOptions},
    rows::{FindingRow, ReportRow, RetentionRow},
    scan::Filter,
    store::Path,
    testing::{self, at, commit, report},
};

/// Deletes all that is past its retention on a day.
pub(crate) async fn delete(lake: &Lake, day: Timestamp, now: Timestamp) -> Result<(), LakeError> {
    let mut writer = lake.write(Duration::ZERO, now).await?;
    let evidence = Some(EvidenceGoing::find(writer.snapshot(), day, true).await?);
    let history = Some(HistoryGoing::find(writer.snapshot(), day).await?);
    writer.retain(Deletion { row: row(now), evidence, history }, now).await.map(drop)
}

/// The row of a deletion.
fn row(now: Timestamp) -> RetentionRow {
    RetentionRow {
        retention: 0,
        decided_by: "hanako".to_owned(),
        second_person: String::new(),
        reason: "five years are over".to_owned(),
        decided_at: now,
        rule: "test 1".to_owned(),
        rule_digest: String::new(),
        history_since: None,
        evidence_before: None,
        deleted_rows: 0,
        deleted_of: Vec::new(),
        cleared_reports: 0,
        cleared_bytes: 0,
    }
}

/// Deletes the bytes of reports that were observed before.
async fn clear(lake: &Lake, before: Timestamp, now: Timestamp) -> EvidenceGoing {
    let mut writer = lake.write(Duration::ZERO, now).await.unwrap();
    let going = EvidenceGoing::find(writer.snapshot(), before, true).await.unwrap();
    let row = RetentionRow { evidence_before: Some(before), ..row(now) };
    let deletion = Deletion { row, evidence: Some(going.clone()), history: None };
    writer.retain(deletion, now).await.unwrap();
    going
}

/// Deletes what no state names that is kept.
async fn vacuum(lake: &Lake, now: Timestamp) -> u64 {
    let mut writer = lake.write(Duration::ZERO, now).await.unwrap();
    writer.vacuum(Vacuum::default(), now).await.unwrap().bytes
}

/// The reports whose bytes can be read and are those that were received.
async fn readable(lake: &Lake, snapshot: &Snapshot) -> Vec<i64> {
    let mut rows: Vec<ReportRow> = snapshot.rows(&Filter::all()).await.unwrap();
    rows.sort_by_key(|row| row.report);
    let reader = EvidenceReader::new(lake.store().clone());
    let is_there = |row: &&ReportRow| {
        let entry = row.evidence().unwrap();
        let read = reader.verify(&entry).and_then(|()| reader.read_range(&entry, 0..u64::MAX));
        read.is_ok_and(|bytes| bytes == report(row.report.0))
    };
    rows.iter().filter(is_there).map(|row| row.report.0).collect()
}

async fn broken(lake: &Lake) -> Vec<String> {
    let lake = testing::open(lake.store().folder());
    let checked = lake.check(EvidenceDepth::Full, Arc::new(|_, _| {})).await.unwrap();
    checked.broken.iter().map(|breach| format!("{breach:?}")).collect()
}

fn folder() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    (folder, data)
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_past_their_retention_go_with_the_vacuum_an_hour_later() {
    let (_folder, data) = folder();
    let lake = testing::lake(&data, 6).await;
    let before = lake.snapshot().await.unwrap();
    let going = clear(&lake, at(4), at(7)).await;
    assert_eq!(going.reports.iter().map(|key| key.0).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!((going.kept, going.kept_for_open), (3, 0));
    let after = lake.snapshot().await.unwrap();
    let cleared = after.cleared().await.unwrap();
    assert!((1..=3).all(|key| cleared.has(yagura_model::id::ReportKey(key))));
    assert_eq!((cleared.len(), broken(&lake).await), (3, vec![]));
    // Who reads an older state goes on reading it for an hour.
    assert_eq!(vacuum(&lake, at(7) + 59.minutes()).await, 0);
    assert_eq!(readable(&lake, &before).await, [1, 2, 3, 4, 5, 6]);
    assert_eq!(vacuum(&lake, at(8)).await, going.bytes);
    assert_eq!(readable(&lake, &after).await, [4, 5, 6]);
    assert_eq!(broken(&lake).await, [] as [&str; 0]);
    let there = |path: &str| data.join(path).exists();
    let objects = lake.store().list(&Path::from("evidence/objects")).await.unwrap();
    assert_eq!((objects.len(), there("evidence/packs/0000000001.pack")), (1, true));
    // Nothing is left to be done, and what comes is taken in.
    assert_eq!(vacuum(&lake, at(9)).await, 0);
    commit(&lake, 7).await;
    commit(&lake, 8).await;
    let now = lake.snapshot().await.unwrap();
    assert_eq!(readable(&lake, &now).await, [4, 5, 6, 7, 8]);
    assert!(there("evidence/packs/0000000002.pack"));
    assert_eq!(now.manifest().retained.as_ref().unwrap().commit, 7);
    // The rest of the first pack.
    clear(&lake, at(7), at(12)).await;
    vacuum(&lake, at(14)).await;
    assert!(!there("evidence/packs/0000000001.pack"));
    assert_eq!(readable(&lake, &lake.snapshot().await.unwrap()).await, [7, 8]);
    assert_eq!(broken(&lake).await, [] as [&str; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_open_finding_stands_on_stays_unless_the_rule_says_otherwise() {
    let (_folder, data) = folder();
    let lake = testing::lake(&data, 4).await;
    let snapshot = lake.snapshot().await.unwrap();
    for (keep_for_open, going, kept_for_open) in [(true, 3, 1), (false, 4, 0)] {
        let found = EvidenceGoing::find(&snapshot, at(9), keep_for_open).await.unwrap();
        assert_eq!((found.reports.len(), found.kept_for_open), (going, kept_for_open));
    }
}

async fn restored(lake: &Lake, folder: &FilePath) -> Lake {
    let (kept, data) = (folder.join("backup"), folder.join("restored"));
    let options = BackupOptions { copy: true };
    backup::take(lake, &kept, options, at(20), &|_, _| {}).await.unwrap();
    backup::restore(&kept, &data, at(20), &|_, _| {}).await.unwrap();
    testing::open(&data)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_before_and_after_the_vacuum_is_restored_whole() {
    for vacuums in [false, true] {
        let (folder, data) = folder();
        let lake = testing::lake(&data, 6).await;
        clear(&lake, at(4), at(7)).await;
        if vacuums {
            vacuum(&lake, at(9)).await;
        }
        let restored = restored(&lake, folder.path()).await;
        assert_eq!(broken(&restored).await, [] as [&str; 0]);
        let snapshot = restored.snapshot().await.unwrap();
        assert_eq!(snapshot.cleared().await.unwrap().len(), 3);
        let there = readable(&restored, &snapshot).await;
        assert!(there.ends_with(&[4, 5, 6]), "{there:?}");
        commit(&restored, 7).await;
        assert_eq!(broken(&restored).await, [] as [&str; 0]);
    }
}

/// Deletes the rows that no question from a time on needs.
async fn forget(lake: &Lake, since: Timestamp, now: Timestamp) -> HistoryGoing {
    let mut writer = lake.write(Duration::ZERO, now).await.unwrap();
    let going = HistoryGoing::find(writer.snapshot(), since).await.unwrap();
    let row = RetentionRow { history_since: Some(since), ..row(now) };
    let deletion = Deletion { row, evidence: None, history: Some(going.clone()) };
    writer.retain(deletion, now).await.unwrap();
    going
}

/// The findings that stood at a time by what was known at one, in order.
async fn stood(lake: &Lake, known_at: Timestamp, at: Timestamp) -> Vec<FindingRow> {
    let snapshot = lake.snapshot().await.unwrap().as_known_at(known_at).await.unwrap();
    let mut rows: Vec<FindingRow> = snapshot.rows(&Filter::all()).await.unwrap();
    rows.retain(|row| row.first_seen <= at && row.resolved_at.is_none_or(|to| at < to));
    rows.sort_by_key(|row| row.check);
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_question_from_the_day_on_needs_is_gone_and_all_else_is_answered_as_before() {
    for (compacts, limits) in [(false, usize::MAX), (true, 0)] {
        let (folder, data) = folder();
        // Superseded keys in a table of their own, or in the rows themselves.
        let lake = testing::lake(&data, 8).await;
        if limits == 0 {
            let mut writer = lake.write(Duration::ZERO, at(8)).await.unwrap();
            writer.compact(Extent::Everything, at(8)).await.unwrap();
        }
        let mut expected = Vec::new();
        for (known, time) in (5..=9).flat_map(|known| (5..=known).map(move |time| (known, time))) {
            expected.push((known, time, stood(&lake, at(known), at(time)).await));
        }
        let reader = lake.snapshot().await.unwrap().as_known_at(at(2)).await.unwrap();
        let going = forget(&lake, at(5), at(9)).await;
        // Findings 1 to 4 opened and closed: by commit 5 their open versions were superseded.
        let of = |name: &str| *going.tables.iter().find(|of| of.table == name).unwrap();
        assert_eq!(
            (of("findings").superseded, of("findings").ended, of("findings").stays),
            (4, 4, 7)
        );
        assert_eq!((of("attributes").superseded, of("attributes").stays), (0, 8));
        assert_eq!((going.commit.0, going.rows()), (5, 8));
        // Who reads an older state goes on.
        assert_eq!(reader.rows::<FindingRow>(&Filter::all()).await.unwrap().len(), 2);
        if compacts {
            let mut writer = lake.write(Duration::ZERO, at(11)).await.unwrap();
            writer.compact(Extent::Everything, at(11)).await.unwrap();
            drop(writer);
            vacuum(&lake, at(14)).await;
        }
        for lake in [testing::open(&data), restored(&lake, folder.path()).await] {
            assert_eq!(broken(&lake).await, [] as [&str; 0]);
            for (known, time, before) in &expected {
                let now = stood(&lake, at(*known), at(*time)).await;
                assert_eq!(now, *before, "known {known}, as of {time}");
            }
            let snapshot = lake.snapshot().await.unwrap();
            let all: Vec<FindingRow> =
                snapshot.rows(&Filter::all().with_superseded()).await.unwrap();
            assert_eq!(all.len(), 7);
            assert_eq!(snapshot.kept_since(), Some(at(5)));
            assert!(snapshot.tells_of(at(5)).is_ok());
            for refused in [
                snapshot.tells_of(at(5) - 1.microseconds()).unwrap_err(),
                snapshot.as_known_at(at(4)).await.unwrap_err(),
            ] {
                assert!(matches!(refused, LakeError::NotKept { since, .. } if since == at(5)));
            }
            commit(&lake, 20).await;
            assert_eq!(broken(&lake).await, [] as [&str; 0]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_lost_after_a_deletion_is_made_anew_without_what_was_deleted() {
    let (_folder, data) = folder();
    let lake = testing::lake(&data, 8).await;
    forget(&lake, at(5), at(9)).await;
    commit(&lake, 9).await;
    let expected = stood(&lake, at(20), at(9)).await;
    let log = data.join("tables/findings/_delta_log");
    std::fs::remove_dir_all(&log).unwrap();
    let lake = testing::open(&data);
    let options = RepairOptions {
        wait: Duration::ZERO,
        backup: None,
        depth: EvidenceDepth::Quick,
        settle: false,
    };
    let done = lake.repair(options, at(21)).await.unwrap();
    assert_eq!(done.iter().map(|one| one.remedy).collect::<Vec<_>>(), [Remedy::LogRebuilt]);
    assert_eq!(stood(&lake, at(30), at(9)).await, expected);
    assert_eq!(broken(&lake).await, [] as [&str; 0]);
}
