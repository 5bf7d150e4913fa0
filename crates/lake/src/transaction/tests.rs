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

fn links() -> impl Strategy<Value = (Links, BTreeSet<usize>)> {
    let links = prop::collection::vec((0_u32..12, 0_i64..6), 0..10);
    (links, prop::collection::btree_set(0_usize..12, 0..4))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// What was loaded, and with what, does not show in what is read.
    #[test]
    fn what_was_read_ahead_answers_as_the_lake_does(
        commits in prop::collection::vec(links(), 1..4),
        added in prop::collection::vec(links(), 0..3),
        loaded in prop::collection::vec((any::<bool>(), prop::collection::btree_set(0_i64..14, 0..8)), 0..4),
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
            for (by_subject, keys) in &loaded {
                let subject = |key: &i64| link((*key as u32, 0)).subject.0;
                let filter = if *by_subject {
                    Filter::of("subject", keys.iter().map(subject))
                } else {
                    Filter::of("asset", keys.iter().copied())
                };
                ahead.load::<LinkRow>(filter).await.unwrap();
            }
            if whole {
                ahead.load::<LinkPoint>(Filter::all()).await.unwrap();
            }
            for (links, ended) in &added {
                let changes = changed(&plain, links, ended).await;
                let same = changed(&ahead, links, ended).await;
                plain.add(&changes).unwrap();
                ahead.add(&same).unwrap();
            }
            for filter in filters(&subjects, &assets, snapshot.commit()) {
                let expected: Vec<Stored<LinkRow>> = plain.read(&filter).await.unwrap();
                assert_eq!(ahead.read::<LinkRow>(&filter).await.unwrap(), expected, "{filter:?}");
                if filter.text.is_none() {
                    let expected: Vec<Stored<LinkPoint>> = plain.read(&filter).await.unwrap();
                    let read: Vec<Stored<LinkPoint>> = ahead.read(&filter).await.unwrap();
                    assert_eq!(read, expected, "{filter:?}");
                }
            }
        });
    }
}
