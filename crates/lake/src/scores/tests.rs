//! Stored scores are kept, asked, pruned and guarded.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use yagura_model::{
    Timestamp,
    domain::AssetClass,
    id::{AssetKey, Commit},
    points::MicroPoints,
};

use super::{Made, Points, StoredAsset, StoredLine, StoredScore};
use crate::{
    Lake, LakeError, Lost,
    backup::{self, BackupOptions},
    check::EvidenceDepth,
    repair::{Remedy, RepairOptions},
    testing,
};

fn time(text: &str) -> Timestamp {
    format!("2026-{text}:00Z").parse().unwrap()
}

fn points(open: i64, assets: u64) -> Points {
    let open = MicroPoints(open);
    Points { open, accepted: MicroPoints(1), unknown: MicroPoints(2), assets, items: 3 }
}

fn line(level: &str, key: &str, open: i64) -> StoredLine {
    let (level, key, name) = (level.to_owned(), key.to_owned(), String::new());
    StoredLine { level, key, name, points: points(open, 2) }
}

fn asset(asset: i64, open: i64) -> StoredAsset {
    let (asset, class) = (AssetKey(asset), AssetClass::Server);
    StoredAsset { asset, class, organisation: Arc::from("sakura"), points: points(open, 1) }
}

async fn keep(lake: &Lake, at: &str, commit: i64) -> StoredScore {
    let made = Made {
        at: time(at),
        commit: Commit(commit),
        model: ("yagura 1".to_owned(), "0123456789abcdef".to_owned()),
        master: ("master 1".to_owned(), "fedcba".to_owned()),
        lost: Lost::default(),
        whole: points(30, 2),
        states: [("in_service".to_owned(), 2)].into(),
        states_of: [("sakura".to_owned(), [("in_service".to_owned(), 2)].into())].into(),
    };
    let lines = vec![line("organisation", "sakura", 30), line("check", "CVE-2026-0001", 20)];
    let assets = vec![asset(1, 10), asset(2, 20)];
    lake.scores().keep(made, lines, assets, time(at)).await.unwrap()
}

#[tokio::test]
async fn a_stored_score_is_read_as_it_was_kept() {
    let folder = tempfile::tempdir().unwrap();
    let scores = Lake::open(folder.path()).unwrap().scores();
    assert_eq!(scores.all().await.unwrap(), []);
    let kept = keep(&Lake::open(folder.path()).unwrap(), "10-05T01:00", 7).await;
    assert_eq!(scores.all().await.unwrap(), std::slice::from_ref(&kept));
    assert_eq!(kept.name, "20261005T010000.000000Z-7-01234567");
    let lines = scores.lines(&kept, "check").await.unwrap();
    assert_eq!(lines, [line("check", "CVE-2026-0001", 20)]);
    assert_eq!(scores.assets(&kept).await.unwrap(), [asset(1, 10), asset(2, 20)]);
}

#[tokio::test]
async fn assets_are_kept_of_the_newest_scores_and_of_the_last_of_each_month_in_japan() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path()).unwrap();
    // The last of September there is 15:00 of the 30th here.
    let times = ["09-29T10:00", "09-30T14:59", "09-30T15:00", "10-01T10:00", "10-02T10:00"];
    for (commit, at) in (1..).zip(times) {
        keep(&lake, at, commit).await;
    }
    let mut with_assets = Vec::new();
    for score in lake.scores().all().await.unwrap() {
        assert_eq!(lake.scores().lines(&score, "check").await.unwrap().len(), 1);
        if lake.scores().has_assets(&score).await.unwrap() {
            with_assets.push(score.commit.0);
        }
    }
    assert_eq!(with_assets, [2, 4, 5]);
}

#[tokio::test]
async fn what_a_crash_left_of_a_score_goes_with_a_later_one() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path()).unwrap();
    let begun = folder.path().join("_yagura/scores/20261001T000000.000000Z-1-01234567");
    std::fs::create_dir_all(&begun).unwrap();
    std::fs::write(begun.join("lines-x.parquet"), b"begun").unwrap();
    let written = std::fs::metadata(begun.join("lines-x.parquet")).unwrap().modified().unwrap();
    let later = |hours| Timestamp::try_from(written).unwrap() + SignedDuration::from_hours(hours);
    for (hours, left) in [(23, true), (25, false)] {
        lake.scores().sweep(later(hours)).await.unwrap();
        assert_eq!(begun.join("lines-x.parquet").exists(), left, "{hours} hours");
    }
    let kept = keep(&lake, "10-05T01:00", 7).await;
    lake.scores().sweep(later(1_000)).await.unwrap();
    assert_eq!(lake.scores().assets(&kept).await.unwrap().len(), 2);
}

#[tokio::test]
async fn bytes_that_changed_are_not_taken_for_a_score() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path()).unwrap();
    let kept = keep(&lake, "10-05T01:00", 7).await;
    let path = folder.path().join(kept.assets_path().as_ref());
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let refused = lake.scores().assets(&kept).await.unwrap_err();
    assert!(matches!(refused, LakeError::Altered { .. }), "{refused}");
    assert_eq!(lake.scores().lines(&kept, "check").await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_score_is_found_and_put_aside_or_taken_from_a_backup() {
    let folder = tempfile::tempdir().unwrap();
    let (data, to) = (folder.path().join("data"), folder.path().join("backup"));
    let lake = testing::lake(&data, 3).await;
    let (first, second) =
        (keep(&lake, "10-05T01:00", 2).await, keep(&lake, "10-06T01:00", 3).await);
    let options = BackupOptions { copy: true };
    backup::take(&lake, &to, options, time("10-07T00:00"), &|_, _| {}).await.unwrap();
    let broken = async || {
        let checked = lake.check(EvidenceDepth::Quick, Arc::new(|_, _| {})).await.unwrap();
        checked.broken.into_iter().map(|breach| breach.path.unwrap()).collect::<Vec<_>>()
    };
    let repair = async |backup| {
        let depth = EvidenceDepth::Quick;
        let options = RepairOptions { wait: Duration::ZERO, backup, depth, settle: false };
        lake.repair(options, time("10-08T00:00")).await.unwrap()
    };
    assert_eq!(broken().await, [""; 0]);
    for (from, remedy, left) in
        [(Some(to.as_path()), Remedy::FileRestored, 2), (None, Remedy::ScoreAside, 1)]
    {
        let path = second.assets_path();
        std::fs::remove_file(data.join(path.as_ref())).unwrap();
        assert_eq!(broken().await, [path.to_string()]);
        let done: Vec<Remedy> = repair(from).await.iter().map(|done| done.remedy).collect();
        assert_eq!(done, [remedy]);
        assert_eq!(broken().await, [""; 0]);
        assert_eq!(lake.scores().all().await.unwrap().len(), left);
    }
    assert_eq!(lake.scores().all().await.unwrap(), [first]);
}
