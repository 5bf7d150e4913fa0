use std::sync::Arc;

use jiff::Timestamp;

use super::{HINT, Manifest, ManifestError, ManifestStore, path_of};
use crate::{
    faults::LossyMedium,
    store::{Path, Store},
};

fn fresh() -> (tempfile::TempDir, Store, ManifestStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    (folder, store.clone(), ManifestStore::new(store))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

async fn commit(manifests: &ManifestStore, now: Timestamp) -> Manifest {
    let previous = manifests.latest_for_writing().await.unwrap();
    let mut next = previous.clone();
    next.commit += 1;
    next.tables.insert("findings".to_owned(), next.commit * 2);
    manifests.commit(&previous, next, now).await.unwrap()
}

#[tokio::test]
async fn the_highest_number_is_the_state() {
    let (_folder, _store, manifests) = fresh();
    assert_eq!(manifests.latest().await.unwrap(), Manifest::default());
    for number in 1..=12 {
        let written = commit(&manifests, at(1_000 + number)).await;
        assert_eq!(written.number, number as u64);
        assert_eq!(manifests.latest().await.unwrap(), written);
    }
    assert_eq!(manifests.numbers().await.unwrap(), (1..=12).collect::<Vec<_>>());
    assert_eq!(manifests.get(3).await.unwrap().tables["findings"], 6);
}

#[tokio::test]
async fn a_wrong_hint_is_not_believed() {
    let (_folder, store, manifests) = fresh();
    for _ in 0..3 {
        commit(&manifests, at(5)).await;
    }
    for hint in ["1\n", "99\n", "", "abc", "\u{0}\u{0}", "18446744073709551615"] {
        store.put(&Path::from(HINT), hint.into()).await.unwrap();
        assert_eq!(manifests.latest().await.unwrap().number, 3, "{hint:?}");
    }
    store.delete(&Path::from(HINT)).await.unwrap();
    assert_eq!(manifests.latest().await.unwrap().number, 3);
}

#[tokio::test]
async fn who_comes_second_is_superseded() {
    let (_folder, _store, manifests) = fresh();
    let previous = commit(&manifests, at(1)).await;
    let first = manifests.commit(&previous, previous.clone(), at(2)).await.unwrap();
    let second = manifests.commit(&previous, previous.clone(), at(3)).await;
    assert!(matches!(second, Err(ManifestError::Superseded { number: 2 })));
    assert_eq!(manifests.latest().await.unwrap(), first);
}

#[tokio::test]
async fn an_error_says_whether_the_commit_may_have_happened() {
    let mut seen = std::collections::BTreeSet::new();
    for synced in 0.. {
        let base = tempfile::tempdir().unwrap();
        let medium = Arc::new(LossyMedium::new(base.path()).unwrap());
        let store = Store::with_medium(&base.path().join("disk/data"), medium.clone()).unwrap();
        medium.full_after(synced);
        let (manifests, empty) = (ManifestStore::new(store), Manifest::default());
        let (done, committed) = match manifests.commit(&empty, empty.clone(), at(1)).await {
            Err(ManifestError::Store(_)) => ("not committed", false),
            Err(ManifestError::Unsettled { number: 1, .. }) => ("not certain", true),
            done => done.map(|_| ("committed", true)).unwrap(),
        };
        medium.make_room();
        let store = Store::open(&base.path().join("disk/data")).unwrap();
        let there = ManifestStore::new(store).latest().await.unwrap().number == 1;
        assert_eq!(there, committed, "{done} after {synced} syncs");
        seen.insert(done);
        if done == "committed" {
            break;
        }
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
}

#[tokio::test]
async fn time_never_goes_back() {
    let (_folder, _store, manifests) = fresh();
    let first = commit(&manifests, at(1_000)).await;
    let second = commit(&manifests, at(10)).await;
    assert_eq!((second.time - first.time).get_microseconds(), 1);
    assert_eq!(commit(&manifests, at(2_000)).await.time, at(2_000));
}

#[tokio::test]
async fn damage_is_an_error_and_not_an_older_state() {
    let (_folder, store, manifests) = fresh();
    commit(&manifests, at(1)).await;
    let good = commit(&manifests, at(2)).await;
    let bytes = store.get(&path_of(2)).await.unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let other = text.replace("\"findings\":4", "\"findings\":5");
    assert_ne!(text, other);
    for damaged in [
        &other,
        "",
        "null",
        text.split_at(text.len() / 2).0,
        &text.replace("\"number\":2", "\"number\":1"),
    ] {
        store.put(&path_of(2), damaged.to_owned().into()).await.unwrap();
        let error = manifests.latest().await.unwrap_err();
        assert!(matches!(error, ManifestError::Damaged { .. }), "{error}");
    }
    store.put(&path_of(2), r#"{"format":2,"anything":true}"#.into()).await.unwrap();
    let error = manifests.latest().await.unwrap_err();
    assert!(matches!(error, ManifestError::Newer { found: 2, .. }), "{error}");
    store.put(&path_of(2), bytes).await.unwrap();
    assert_eq!(manifests.latest().await.unwrap(), good);
}

#[tokio::test]
async fn old_manifests_go_and_the_last_two_stay() {
    let (_folder, _store, manifests) = fresh();
    for _ in 0..5 {
        commit(&manifests, at(1)).await;
    }
    assert_eq!(manifests.forget_before(3).await.unwrap(), 2);
    assert_eq!(manifests.numbers().await.unwrap(), [3, 4, 5]);
    assert_eq!(manifests.forget_before(99).await.unwrap(), 1);
    assert_eq!(manifests.latest().await.unwrap().number, 5);
}

#[tokio::test]
async fn the_shape_of_a_manifest_is_this() {
    let (_folder, store, manifests) = fresh();
    let mut next = Manifest { commit: 7, ..Manifest::default() };
    next.tables.insert("findings".to_owned(), 3);
    next.counters.insert("asset".to_owned(), 12);
    next.packs.insert(1, 4096);
    manifests.commit(&Manifest::default(), next, at(86_400)).await.unwrap();
    let path = "_yagura/manifest/00000000000000000001.json";
    let bytes = store.get(&Path::from(path)).await.unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let (content, digest) = text.rsplit_once(",\"digest\":").unwrap();
    assert_eq!(
        content,
        r#"{"format":1,"number":1,"commit":7,"time":"1970-01-02T00:00:00Z","tables":{"findings":3},"counters":{"asset":12},"packs":{"1":4096}"#
    );
    assert_eq!(digest.len(), 67);
}
