//! A backup holds one state whole; the next one only what is new; a restore is the state again.

use std::{fs, path::Path as FilePath};

use super::{BackupError, BackupOptions, Restored, held, restore, take};
use crate::{
    Lake, Snapshot,
    evidence::EvidenceReader,
    row::{Row, Stored},
    rows::{FindingRow, ReportRow, SubjectRow},
    scan::Filter,
    store::Store,
    testing::{at, commit, lake, report},
};

const QUIET: super::Watch<'_> = &|_, _| {};

async fn rows<T: Row + std::fmt::Debug + Send + 'static>(snapshot: &Snapshot) -> String {
    let rows: Vec<Stored<T>> = snapshot.read(&Filter::all().with_superseded()).await.unwrap();
    format!("{rows:?}")
}

/// What a lake holds; every report's bytes are read again.
async fn state(lake: &Lake) -> String {
    let snapshot = lake.snapshot().await.unwrap();
    let reports: Vec<ReportRow> = snapshot.rows(&Filter::all()).await.unwrap();
    let reader = EvidenceReader::new(lake.store().clone());
    for row in &reports {
        let entry = row.evidence().unwrap();
        reader.verify(&entry).unwrap();
        assert!(reader.read_range(&entry, 0..u64::MAX).unwrap() == report(row.report.0));
    }
    let manifest = snapshot.manifest();
    format!(
        "{} {:?} {:?} {} {}",
        manifest.commit,
        manifest.counters,
        reports,
        rows::<FindingRow>(&snapshot).await,
        rows::<SubjectRow>(&snapshot).await
    )
}

async fn back(from: &FilePath, to: &FilePath) -> Result<Restored, BackupError> {
    restore(from, to, at(100), QUIET).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_restored_is_what_was_backed_up_and_goes_on() {
    for copy in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let at_folder = |name: &str| folder.path().join(name);
        let lake = lake(&at_folder("data"), 4).await;
        let options = BackupOptions { copy };
        let first = take(&lake, &at_folder("backup"), options, at(5), QUIET).await.unwrap();
        assert_eq!((first.commit, first.bytes >= first.new_bytes), (4, true));
        assert!(first.new_files > 20 && first.copied_bytes <= first.new_bytes, "{first:?}");
        let expected = state(&lake).await;

        let again = take(&lake, &at_folder("backup"), options, at(6), QUIET).await.unwrap();
        assert_eq!((again.new_files, again.new_bytes), (0, 0));

        commit(&lake, 5).await;
        let later = state(&lake).await;
        let restored = back(&at_folder("backup"), &at_folder("one")).await.unwrap();
        assert_eq!((restored.commit, restored.taken_at), (4, at(6)));
        let source = &restored.sources[0];
        assert_eq!((source.source.as_str(), source.reports), ("scanner", 4));
        assert_eq!((source.last_report, source.last_observed_at), (Some(4), Some(at(4))));
        let other = Lake::open(&at_folder("one")).unwrap();
        assert_eq!(state(&other).await, expected);
        commit(&other, 5).await;
        assert_eq!(state(&other).await, later);

        let third = take(&lake, &at_folder("backup"), options, at(7), QUIET).await.unwrap();
        assert!(third.new_files > 10 && third.new_bytes < first.new_bytes, "{third:?}");
        back(&at_folder("backup"), &at_folder("two")).await.unwrap();
        let other = Lake::open(&at_folder("two")).unwrap();
        assert_eq!(state(&other).await, later);
        assert_eq!(held(&other.snapshot().await.unwrap()).await.unwrap()[0].reports, 5);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_backup_is_refused_and_nothing_stands_where_it_was_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let (data, backup) = (folder.path().join("data"), folder.path().join("backup"));
    let lake = lake(&data, 3).await;
    take(&lake, &backup, BackupOptions { copy: true }, at(5), QUIET).await.unwrap();
    let store = Store::open(&backup).unwrap();
    let files = store.list(&"files".into()).await.unwrap();
    for (number, object) in files.iter().enumerate().filter(|(number, _)| number % 7 == 0) {
        let path = store.locate(&object.location);
        let good = fs::read(&path).unwrap();
        let mut bad = good.clone();
        let at = (number * 131) % bad.len();
        bad[at] ^= 1 << (number % 8);
        fs::write(&path, &bad).unwrap();
        let to = folder.path().join("other");
        let error = back(&backup, &to).await.unwrap_err();
        assert!(matches!(error, BackupError::Damaged { .. }), "{error}");
        assert_eq!(Lake::open(&to).unwrap().snapshot().await.unwrap().commit().0, 0);
        fs::write(&path, &good).unwrap();
        // The same restore, tried again.
        back(&backup, &to).await.unwrap();
        assert_eq!(state(&Lake::open(&to).unwrap()).await, state(&lake).await);
        fs::remove_dir_all(&to).unwrap();
    }
    let list = store.list(&"lists".into()).await.unwrap()[0].location.clone();
    let text = fs::read_to_string(store.locate(&list)).unwrap();
    fs::write(store.locate(&list), text.replacen("\"commit\":3", "\"commit\":4", 1)).unwrap();
    let error = back(&backup, &folder.path().join("other")).await.unwrap_err();
    assert!(error.to_string().contains("its digest does not fit"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_lake_is_not_backed_up_over_a_good_one() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(&folder.path().join("data"), 2).await;
    let files = lake.snapshot().await.unwrap().files(crate::table::Table::Findings).await.unwrap();
    let path = lake.store().locate(&files[0].path.as_str().into());
    let mut bytes = fs::read(&path).unwrap();
    bytes[200] ^= 4;
    fs::write(&path, bytes).unwrap();
    let backup = folder.path().join("backup");
    let error = take(&lake, &backup, BackupOptions::default(), at(5), QUIET).await.unwrap_err();
    assert!(error.to_string().contains(&files[0].path), "{error}");
    let none = back(&backup, &folder.path().join("other")).await.unwrap_err();
    assert!(matches!(none, BackupError::None { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_use_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let at_folder = |name: &str| folder.path().join(name);
    let lake = lake(&at_folder("data"), 1).await;
    take(&lake, &at_folder("backup"), BackupOptions::default(), at(2), QUIET).await.unwrap();
    let used = back(&at_folder("backup"), &at_folder("data")).await.unwrap_err();
    assert!(matches!(used, BackupError::InUse { .. }), "{used}");
    let none = back(&at_folder("nothing"), &at_folder("other")).await.unwrap_err();
    assert!(matches!(none, BackupError::None { .. }) && !at_folder("nothing").exists());
    let inside = at_folder("data/backup");
    let inside = take(&lake, &inside, BackupOptions::default(), at(2), QUIET).await.unwrap_err();
    assert!(matches!(inside, BackupError::Inside { .. }), "{inside}");
    // The empty lake.
    let empty = Lake::open(&at_folder("empty")).unwrap();
    take(&empty, &at_folder("of-empty"), BackupOptions::default(), at(2), QUIET).await.unwrap();
    assert_eq!(back(&at_folder("of-empty"), &at_folder("again")).await.unwrap().commit, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_state_is_restored_also_when_the_clock_went_back() {
    let folder = tempfile::tempdir().unwrap();
    let at_folder = |name: &str| folder.path().join(name);
    let lake = lake(&at_folder("data"), 1).await;
    take(&lake, &at_folder("backup"), BackupOptions::default(), at(9), QUIET).await.unwrap();
    commit(&lake, 2).await;
    take(&lake, &at_folder("backup"), BackupOptions::default(), at(3), QUIET).await.unwrap();
    let restored = back(&at_folder("backup"), &at_folder("one")).await.unwrap();
    assert_eq!((restored.commit, restored.taken_at), (2, at(3)));
}
