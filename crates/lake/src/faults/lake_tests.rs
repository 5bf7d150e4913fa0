//! Power loss against whole commits of the lake: Delta tables, manifests, compaction, vacuum and the
//! next start.

use std::{collections::BTreeSet, path::Path, sync::Arc, time::Duration};

use jiff::ToSpan as _;
use yagura_model::{
    Timestamp,
    id::{CheckKey, ReportKey, Shard, SourceKey, SubjectKey},
};

use super::{LossyMedium, Tried, seeds};
use crate::{
    Changes, Lake, LakeError,
    compact::{Extent, Limits},
    row::{RowId, Stored},
    rows::{FindingRow, SourceRow},
    scan::Filter,
    store::{Medium, Store},
};

const COMMITS: i64 = 4;

/// Compaction in every commit, vacuum in every other.
const LIMITS: Limits = Limits { small_files: 1, open_keys: 1, vacuum_every: 2, ..Limits::STANDARD };

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

/// Commit number `n` writes source `n` and finding `n`, and ends finding `n - 1`.
async fn commit(lake: &Lake) -> Result<i64, LakeError> {
    let newest = lake.snapshot().await?.commit().0;
    // Hours lie between two commits, so that vacuum has something to do.
    let now = Timestamp::UNIX_EPOCH + (newest * 3).hours();
    let mut writer = lake.write(Duration::ZERO, now).await?;
    let number = writer.snapshot().commit().0 + 1;
    if number % 3 == 0 {
        writer.compact(Extent::Everything, now).await?;
    }
    let source = SourceRow {
        source: SourceKey(number as i32),
        name: format!("source {number}"),
        organisation: "sakura".to_owned(),
        kinds: 1,
        tool: "test".to_owned(),
    };
    let mut changes =
        Changes { sources: vec![source], findings: vec![finding(number)], ..Changes::default() };
    let before: Vec<Stored<FindingRow>> =
        writer.snapshot().read(&Filter::of("source", [number - 1])).await?;
    for old in before {
        changes.superseded.push(old.version());
        changes.findings.push(FindingRow { resolved_at: Some(now), ..old.row });
    }
    Ok(writer.commit(changes, now).await?.0)
}

/// Every commit up to the visible one is whole; gives its number.
async fn check(lake: &Lake) -> i64 {
    let snapshot = lake.snapshot().await.unwrap();
    let last = snapshot.commit().0;
    let sources: Vec<SourceRow> = snapshot.rows(&Filter::all()).await.unwrap();
    let mut sources: Vec<i64> = sources.iter().map(|row| i64::from(row.source.0)).collect();
    sources.sort_unstable();
    let findings: Vec<FindingRow> = snapshot.rows(&Filter::all()).await.unwrap();
    let mut findings: Vec<(i64, bool)> =
        findings.iter().map(|row| (row.report.0, row.resolved_at.is_some())).collect();
    findings.sort_unstable();
    assert_eq!(sources, (1..=last).collect::<Vec<_>>());
    assert_eq!(findings, (1..=last).map(|number| (number, number < last)).collect::<Vec<_>>());
    let versions: Vec<Stored<FindingRow>> =
        snapshot.read(&Filter::all().with_superseded()).await.unwrap();
    let names: BTreeSet<RowId> = versions.iter().map(|version| version.id).collect();
    assert_eq!((versions.len(), names.len()), (names.len(), (last * 2 - 1).max(0) as usize));
    last
}

fn open(base: &Path, medium: &Arc<LossyMedium>) -> Lake {
    let medium = Arc::clone(medium) as Arc<dyn Medium>;
    Lake::with_store(Store::with_medium(&base.join("disk/data"), medium).unwrap())
        .with_limits(LIMITS)
}

#[tokio::test(flavor = "multi_thread")]
async fn power_loss_leaves_every_acknowledged_commit_whole_and_the_next_start_needs_no_hand() {
    for seed in seeds(8) {
        let _tried = Tried::new(seed, "power lost".to_owned());
        let base = tempfile::tempdir().unwrap();
        let medium = Arc::new(LossyMedium::new(base.path()).unwrap());
        let mut acknowledged = 0;
        for round in 0..2 {
            {
                let lake = open(base.path(), &medium);
                medium.power_off_after((seed * 17 + round * 29) % 97);
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
