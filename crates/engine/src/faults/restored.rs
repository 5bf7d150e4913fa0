//! A restore onto another machine, and later reports sent again.

use yagura_lake::backup::{self, BackupOptions};

use super::{carry_out, open, state};

/// The steps that take in reports.
const REPORTS: std::ops::Range<usize> = 0..4;

#[tokio::test(flavor = "multi_thread")]
async fn later_reports_given_again_after_a_restore_double_nothing() {
    let (one, kept, other) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for folder in [&one, &other] {
        std::fs::create_dir_all(folder.path().join("spool")).unwrap();
    }
    let take = async |folder: &tempfile::TempDir, number: usize| {
        carry_out(open(folder.path()), folder.path(), number).await.unwrap()
    };
    for number in 0..2 {
        take(&one, number).await;
    }
    let now = "2026-11-02T00:00:00Z".parse().unwrap();
    let lake = open(one.path());
    backup::take(&lake, kept.path(), BackupOptions::default(), now, &|_, _| {}).await.unwrap();
    for number in REPORTS.skip(2) {
        take(&one, number).await;
    }

    let to = other.path().join("data");
    let restored = backup::restore(kept.path(), &to, now, &|_, _| {}).await.unwrap();
    let held: Vec<(&str, u64)> =
        restored.sources.iter().map(|held| (held.source.as_str(), held.reports)).collect();
    assert_eq!(held, [("a", 2)]);
    for number in REPORTS.skip(1) {
        let expected = if number < 2 { "unchanged" } else { "done" };
        assert_eq!(take(&other, number).await, expected);
    }
    assert!(state(&open(other.path())).await == state(&lake).await, "another state");
}
