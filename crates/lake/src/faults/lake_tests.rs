//! Power loss against whole commits of the lake: Delta tables, manifests and the next start.

use std::{path::Path, sync::Arc, time::Duration};

use yagura_model::{
    Timestamp,
    id::{CheckKey, ReportKey, Shard, SourceKey, SubjectKey},
};

use super::LossyMedium;
use crate::{
    Changes, Lake, LakeError,
    rows::{FindingRow, SourceRow},
    scan::Filter,
    store::{Medium, Store},
};

const COMMITS: i64 = 4;

fn finding(number: i64) -> FindingRow {
    FindingRow {
        subject: SubjectKey::new(Shard(1 + (number % 2) as i32), number as u32),
        check: CheckKey(1),
        location: "443/tcp".into(),
        source: SourceKey(number as i32),
        state: 1,
        severity: 3,
        disposition: 0,
        fixed_version: None,
        first_seen: Timestamp::UNIX_EPOCH,
        resolved_at: None,
        report: ReportKey(number),
        record: 0,
    }
}

/// Commit number `n` writes source `n` and finding `n`.
async fn commit(lake: &Lake) -> Result<i64, LakeError> {
    let now = Timestamp::UNIX_EPOCH;
    let mut writer = lake.write(Duration::ZERO, now).await?;
    let number = writer.snapshot().commit().0 + 1;
    let source = SourceRow {
        source: SourceKey(number as i32),
        name: format!("source {number}"),
        organisation: "sakura".to_owned(),
        kinds: 1,
        tool: "test".to_owned(),
    };
    let changes =
        Changes { sources: vec![source], findings: vec![finding(number)], ..Changes::default() };
    Ok(writer.commit(changes, now).await?.0)
}

/// Every commit up to the visible one is whole; gives its number.
async fn check(lake: &Lake) -> i64 {
    let snapshot = lake.snapshot().await.unwrap();
    let last = snapshot.commit().0;
    let mut sources: Vec<i32> = snapshot
        .rows::<SourceRow>(&Filter::all())
        .await
        .unwrap()
        .iter()
        .map(|r| r.source.0)
        .collect();
    sources.sort_unstable();
    let mut findings: Vec<i64> = snapshot
        .rows::<FindingRow>(&Filter::all())
        .await
        .unwrap()
        .iter()
        .map(|r| r.report.0)
        .collect();
    findings.sort_unstable();
    let expected: Vec<i64> = (1..=last).collect();
    assert_eq!(sources.into_iter().map(i64::from).collect::<Vec<_>>(), expected);
    assert_eq!(findings, expected);
    last
}

fn open(base: &Path, medium: &Arc<LossyMedium>) -> Lake {
    let medium = Arc::clone(medium) as Arc<dyn Medium>;
    Lake::with_store(Store::with_medium(&base.join("disk/data"), medium).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn power_loss_leaves_every_acknowledged_commit_whole_and_the_next_start_needs_no_hand() {
    for seed in 0..8 {
        let base = tempfile::tempdir().unwrap();
        let medium = Arc::new(LossyMedium::new(base.path()).unwrap());
        let mut acknowledged = 0;
        for round in 0..2 {
            {
                let lake = open(base.path(), &medium);
                medium.power_off_after((seed * 5 + round * 11) % 31);
                for _ in 0..COMMITS {
                    match commit(&lake).await {
                        Ok(number) => acknowledged = number,
                        Err(_) => break,
                    }
                }
            }
            medium.crash(seed * 100 + round).unwrap();
            let lake = open(base.path(), &medium);
            let last = check(&lake).await;
            assert!(last >= acknowledged, "seed {seed}: {last} of {acknowledged} acknowledged");
            acknowledged = commit(&lake).await.unwrap();
            assert_eq!(check(&lake).await, acknowledged);
        }
    }
}
