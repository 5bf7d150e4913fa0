use std::sync::Arc;
use std::time::Duration;

use yagura_model::{
    Timestamp,
    id::{AssetKey, Shard, SubjectKey},
};

use crate::{
    Changes, Lake, Snapshot,
    ended::Ended,
    row::Stored,
    rows::{LinkRow, SourceRow},
    scan::Filter,
    table::Table,
};

/// Three shards with what ended in them, and what ended without one.
const PLACES: [(Table, Option<i32>); 5] = [
    (Table::Links, Some(1)),
    (Table::Links, Some(2)),
    (Table::Links, Some(3)),
    (Table::Sources, None),
    (Table::Findings, Some(1)),
];

fn link(shard: i32, number: u32, asset: i64) -> LinkRow {
    LinkRow {
        subject: SubjectKey::new(Shard(shard), number),
        asset: AssetKey(asset),
        valid_from: None,
        valid_to: None,
        decided_by: String::new(),
    }
}

fn source(number: i32) -> SourceRow {
    SourceRow {
        source: yagura_model::id::SourceKey(1),
        name: format!("scanner {number}"),
        organisation: "sakura".to_owned(),
        kinds: 1,
        tool: String::new(),
    }
}

/// Puts other versions in the place of the links of some shards.
async fn moved(lake: &Lake, shards: &[i32], asset: i64) {
    let now = Timestamp::UNIX_EPOCH;
    let mut writer = lake.write(Duration::ZERO, now).await.unwrap();
    let snapshot = Arc::clone(writer.snapshot());
    let mut changes = Changes::default();
    for shard in shards {
        let filter = Filter::all().in_shards([Shard(*shard)]);
        let rows: Vec<Stored<LinkRow>> = snapshot.read(&filter).await.unwrap();
        changes.superseded.extend(rows.iter().map(Stored::version));
        changes.links.extend((0..4).map(|number| link(*shard, number, asset)));
    }
    if shards.len() > 1 {
        let rows: Vec<Stored<SourceRow>> = snapshot.read(&Filter::all()).await.unwrap();
        changes.superseded.extend(rows.iter().map(Stored::version));
        changes.sources.push(source(asset as i32));
    }
    writer.commit(changes, now).await.unwrap();
}

async fn parts(snapshot: &Snapshot) -> Vec<Arc<Ended>> {
    let superseded = snapshot.superseded().await.unwrap();
    PLACES.map(|(table, shard)| superseded.of(table, shard).unwrap()).to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_shard_is_read_and_kept_as_all_are() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path()).unwrap();
    moved(&lake, &[1, 2, 3], 1).await;
    // Of each commit the shards it changes are read, and no others.
    for (commit, shards) in [&[1][..], &[2], &[1, 2], &[3], &[1, 2, 3]].into_iter().enumerate() {
        moved(&lake, shards, commit as i64 + 2).await;
        let writer = lake.write(Duration::ZERO, Timestamp::UNIX_EPOCH).await.unwrap();
        let kept = Arc::clone(writer.snapshot());
        drop(writer);
        let opened = Lake::open(folder.path()).unwrap().snapshot().await.unwrap();
        let whole = Lake::open(folder.path()).unwrap().snapshot().await.unwrap();
        let all = whole.superseded().await.unwrap().all().await.unwrap();
        let all = PLACES.map(|(table, shard)| {
            let of_shard = all.get(&table).and_then(|by_shard| by_shard.get(&shard));
            of_shard.map(Arc::clone).unwrap_or_default()
        });
        assert_eq!(parts(&opened).await, all, "{shards:?}");
        assert_eq!(parts(&whole).await, all, "{shards:?}");
        let known = kept.superseded().await.unwrap().lock().by_shard.len();
        if commit == 0 {
            assert_eq!(known, 1, "what nobody asked for was read");
        }
        assert_eq!(parts(&kept).await, all, "{shards:?}");
        let links: Vec<LinkRow> = opened.rows(&Filter::all()).await.unwrap();
        assert_eq!(links.len(), 12);
    }
}
