//! How many files and keys there may be, and what a writer keeps of them.

use std::{collections::BTreeSet, time::Duration};

use yagura_model::id::Commit;

use super::{Limits, NEVER, at, lake, write};
use crate::{Lake, Snapshot, row::RowId, table::Table};

/// The files of each shard of a table.
async fn files(lake: &Lake, table: Table) -> Vec<usize> {
    let snapshot = lake.snapshot().await.unwrap();
    let Some((open, _)) = snapshot.open(table).await.unwrap() else { return Vec::new() };
    open.small_files(u64::MAX).into_values().collect()
}

/// All files of a state and all that stands no longer in it.
async fn shape(
    snapshot: &Snapshot,
) -> (BTreeSet<String>, BTreeSet<(Table, Option<i32>, RowId, Commit)>) {
    let mut paths = BTreeSet::new();
    for table in Table::ALL {
        paths.extend(snapshot.files(*table).await.unwrap().into_iter().map(|file| file.path));
    }
    let all = snapshot.superseded().await.unwrap().all().await.unwrap();
    let mut ended = BTreeSet::new();
    for (table, by_shard) in &all {
        for (shard, of_shard) in by_shard {
            ended.extend(of_shard.all().map(|(version, by)| (*table, *shard, version, by)));
        }
    }
    (paths, ended)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_writer_keeps_from_commit_to_commit_is_what_is_opened_anew() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { small_files: 3, open_keys: 6, rows_a_key: 8, ..Limits::STANDARD };
    let lake = lake(folder.path(), limits);
    let mut folded = false;
    for number in 1..=24 {
        let ended = (0..3).map(|index| (number as usize * 7 + index) % 20).collect();
        let findings = (0..4).map(|index| ((number + index) % 6, index as i32)).collect();
        write(&lake, number, &(findings, ended)).await;
        let writer = lake.write(Duration::ZERO, at(number)).await.unwrap();
        let kept = shape(writer.snapshot()).await;
        let opened = shape(&Lake::open(folder.path()).unwrap().snapshot().await.unwrap()).await;
        assert_eq!(kept, opened, "after {number}");
        folded |= kept.0.iter().any(|path| path.contains("base-"));
    }
    assert!(folded);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lake_of_many_rows_keeps_more_keys() {
    let mut most = Vec::new();
    for rows_a_key in [u64::MAX, 2] {
        let folder = tempfile::tempdir().unwrap();
        let limits = Limits { open_keys: 4, rows_a_key, ..NEVER };
        let lake = lake(folder.path(), limits);
        let mut keys = 0;
        for number in 1..=12 {
            let findings = (0..8).map(|index| (index, number as i32)).collect();
            write(&lake, number, &(findings, vec![number as usize])).await;
            let snapshot = lake.snapshot().await.unwrap();
            keys = keys.max(snapshot.superseded().await.unwrap().keys());
        }
        most.push(keys);
    }
    assert!(most[0] <= 4 + 3, "{most:?}");
    assert!(most[1] > 12, "{most:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_and_keys_stay_few_however_many_commits_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits {
        small_files: 5,
        open_keys: 10,
        rows_a_key: u64::MAX,
        vacuum_every: 10,
        ..Limits::STANDARD
    };
    let lake = lake(folder.path(), limits);
    let mut most = 0;
    for number in 1..=30 {
        let ended = (0..2).map(|index| (number as usize * 7 + index) % 20).collect();
        let findings = (0..4).map(|index| ((number + index) % 6, index as i32)).collect();
        write(&lake, number, &(findings, ended)).await;
        for table in [Table::Findings, Table::Sources, Table::Commits, Table::Superseded] {
            let counts = files(&lake, table).await;
            // Present and history, each with what this commit adds.
            assert!(counts.iter().all(|count| *count <= 13), "{table:?} {counts:?} at {number}");
            most = most.max(counts.into_iter().max().unwrap_or_default());
        }
        let keys = lake.snapshot().await.unwrap();
        let keys = keys.superseded().await.unwrap().keys();
        assert!(keys <= limits.open_keys as u64 + 6, "{keys} keys at {number}");
    }
    assert!(most > 5, "{most}");
    let store = lake.store();
    let on_disk = store.list(&"tables/findings".into()).await.unwrap();
    let logs = on_disk.iter().filter(|o| o.location.as_ref().contains("_delta_log")).count();
    assert!(logs < 50 && on_disk.len() - logs < 100, "{logs} of {}", on_disk.len());
}
