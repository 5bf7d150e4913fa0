use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use yagura_model::{
    Timestamp,
    id::{AssetKey, Commit, Shard, SubjectKey},
};

use super::Transaction;
use crate::{
    Changes, Lake,
    compact::Extent,
    row::Stored,
    rows::{LinkPoint, LinkRow},
    scan::Filter,
};

fn link((subject, asset): (u32, i64)) -> LinkRow {
    LinkRow {
        subject: SubjectKey::new(Shard(1 + subject as i32 % 2), subject),
        asset: AssetKey(asset),
        valid_from: None,
        valid_to: None,
        decided_by: format!("rule:{asset}"),
    }
}

/// Adds links, and ends some that stand.
async fn changed(
    transaction: &Transaction,
    links: &[(u32, i64)],
    ended: &BTreeSet<usize>,
) -> Changes {
    let rows: Vec<Stored<LinkRow>> = transaction.read(&Filter::all()).await.unwrap();
    let ended = rows.iter().enumerate().filter(|(index, _)| ended.contains(index));
    let superseded = ended.map(|(_, stored)| stored.version()).collect();
    Changes { links: links.iter().copied().map(link).collect(), superseded, ..Changes::default() }
}

/// The filters a reader may ask with.
fn filters(subjects: &BTreeSet<u32>, assets: &BTreeSet<i64>, commit: Commit) -> Vec<Filter> {
    let subjects = subjects.iter().map(|subject| link((*subject, 0)).subject.0);
    let of_subjects = Filter::of("subject", subjects);
    vec![
        Filter::of("asset", assets.iter().copied()),
        of_subjects.clone().in_shards([Shard(1)]),
        of_subjects.clone().with_superseded(),
        of_subjects.clone().known_at(Some(commit)),
        of_subjects,
        Filter::named("decided_by", "RULE:3"),
        Filter::all(),
    ]
}

type Links = Vec<(u32, i64)>;

/// Keys that were loaded: of subjects, or of assets.
type Loads = Vec<(bool, BTreeSet<i64>)>;

fn loads() -> impl Strategy<Value = Loads> {
    let keys = prop::collection::btree_set(0_i64..14, 0..8);
    prop::collection::vec((any::<bool>(), keys), 0..4)
}

fn links() -> impl Strategy<Value = (Links, BTreeSet<usize>)> {
    let links = prop::collection::vec((0_u32..12, 0_i64..6), 0..10);
    (links, prop::collection::btree_set(0_usize..12, 0..4))
}

/// Loads links by some keys, of subjects or of assets, or all of them.
async fn load(transaction: &mut Transaction, loaded: &Loads, whole: bool) {
    for (by_subject, keys) in loaded {
        let subject = |key: &i64| link((*key as u32, 0)).subject.0;
        let filter = if *by_subject {
            Filter::of("subject", keys.iter().map(subject))
        } else {
            Filter::of("asset", keys.iter().copied())
        };
        transaction.load::<LinkRow>(filter).await.unwrap();
    }
    if whole {
        transaction.load::<LinkPoint>(Filter::all()).await.unwrap();
    }
}

/// Both transactions answer the same.
async fn assert_alike(plain: &Transaction, ahead: &Transaction, filters: Vec<Filter>) {
    for filter in filters {
        let expected: Vec<Stored<LinkRow>> = plain.read(&filter).await.unwrap();
        assert_eq!(ahead.read::<LinkRow>(&filter).await.unwrap(), expected, "{filter:?}");
        if filter.text.is_none() {
            let expected: Vec<Stored<LinkPoint>> = plain.read(&filter).await.unwrap();
            let read: Vec<Stored<LinkPoint>> = ahead.read(&filter).await.unwrap();
            assert_eq!(read, expected, "{filter:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// What was loaded, and with what, does not show in what is read.
    #[test]
    fn what_was_read_ahead_answers_as_the_lake_does(
        commits in prop::collection::vec(links(), 1..4),
        added in prop::collection::vec(links(), 0..3),
        loaded in loads(),
        subjects in prop::collection::btree_set(0_u32..14, 0..8),
        assets in prop::collection::btree_set(0_i64..8, 0..4),
        whole in any::<bool>(),
        known_at in prop::option::of(1_i64..4),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let lake = Lake::open(folder.path()).unwrap();
            let at = |commit: i64| Timestamp::from_second(commit * 60).unwrap();
            let mut writer = lake.write(Duration::ZERO, at(0)).await.unwrap();
            for ((links, ended), number) in commits.iter().zip(1..) {
                let present = Transaction::on(Arc::new(lake.snapshot().await.unwrap()));
                let changes = changed(&present, links, ended).await;
                writer.commit(changes, at(number)).await.unwrap();
            }
            let mut snapshot = lake.snapshot().await.unwrap();
            if let Some(commit) = known_at {
                snapshot = snapshot.as_known_at(at(commit)).await.unwrap();
            }
            let snapshot = Arc::new(snapshot);
            let mut plain = Transaction::on(Arc::clone(&snapshot));
            let mut ahead = Transaction::on(Arc::clone(&snapshot));
            load(&mut ahead, &loaded, whole).await;
            for (links, ended) in &added {
                let changes = changed(&plain, links, ended).await;
                let same = changed(&ahead, links, ended).await;
                plain.add(&changes).unwrap();
                ahead.add(&same).unwrap();
            }
            let filters = filters(&subjects, &assets, snapshot.commit());
            assert_alike(&plain, &ahead, filters).await;
        });
    }

    /// What was read before the last commit, or before several, answers as what is read after it.
    #[test]
    fn what_was_read_before_a_commit_is_brought_up(
        before in prop::collection::vec(links(), 0..4),
        commits in prop::collection::vec(links(), 0..3),
        added in links(),
        loaded in loads(),
        subjects in prop::collection::btree_set(0_u32..14, 0..8),
        assets in prop::collection::btree_set(0_i64..8, 0..4),
        whole in any::<bool>(),
        compacted in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let lake = Lake::open(folder.path()).unwrap();
            let at = |commit: i64| Timestamp::from_second(commit * 60).unwrap();
            let mut writer = lake.write(Duration::ZERO, at(0)).await.unwrap();
            for ((links, ended), number) in before.iter().zip(1..) {
                let changes = changed(&writer.begin(), links, ended).await;
                writer.commit(changes, at(number)).await.unwrap();
            }
            let mut reading = Transaction::on(Arc::clone(writer.snapshot()));
            load(&mut reading, &loaded, whole).await;
            for ((links, ended), number) in commits.iter().zip(10..) {
                let changes = changed(&writer.begin(), links, ended).await;
                writer.commit(changes, at(number)).await.unwrap();
            }
            if compacted {
                writer.compact(Extent::Everything, at(20)).await.unwrap();
            }
            let mut plain = Transaction::on(Arc::new(lake.snapshot().await.unwrap()));
            let mut ahead = writer.begin_with(reading.into_ahead()).unwrap();
            let (links, ended) = &added;
            let changes = changed(&plain, links, ended).await;
            plain.add(&changes).unwrap();
            ahead.add(&changes).unwrap();
            let filters = filters(&subjects, &assets, plain.snapshot().commit());
            assert_alike(&plain, &ahead, filters).await;
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_before_a_commit_is_not_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path()).unwrap();
    let mut writer = lake.write(Duration::ZERO, Timestamp::UNIX_EPOCH).await.unwrap();
    let links = vec![link((1, 1)), link((2, 2))];
    let changes = Changes { links, ..Changes::default() };
    writer.commit(changes, Timestamp::UNIX_EPOCH).await.unwrap();
    let mut reading = Transaction::on(Arc::clone(writer.snapshot()));
    reading.load::<LinkRow>(Filter::all()).await.unwrap();
    let changes = changed(&writer.begin(), &[(3, 3)], &BTreeSet::from([0])).await;
    writer.commit(changes, Timestamp::UNIX_EPOCH).await.unwrap();
    let ahead = writer.begin_with(reading.into_ahead()).unwrap();
    // Without its files only what is held can be given.
    std::fs::remove_dir_all(folder.path()).unwrap();
    let rows: Vec<LinkRow> = ahead.rows(&Filter::all()).await.unwrap();
    let assets: BTreeSet<i64> = rows.iter().map(|row| row.asset.0).collect();
    assert_eq!(assets, BTreeSet::from([1, 3]));
}
