use std::{
    io::{self, Write as _},
    path::{Path as FilePath, PathBuf},
    sync::{Arc, Mutex},
};

use object_store::{ObjectStore, ObjectStoreExt as _, PutMode, PutPayload};

use super::{Medium, Path, Store, StoreError};

/// Writes down what was synced, and refuses one path.
#[derive(Debug, Default)]
struct Journal {
    synced: Mutex<Vec<PathBuf>>,
    refused: Mutex<Option<PathBuf>>,
}

impl Journal {
    fn write(&self, path: &FilePath) -> io::Result<()> {
        if self.refused.lock().unwrap().as_deref() == Some(path) {
            return Err(io::Error::other("the disk is broken"));
        }
        self.synced.lock().unwrap().push(path.to_path_buf());
        Ok(())
    }

    /// What was synced since last asked, relative to the data folder.
    fn take(&self, store: &Store) -> Vec<String> {
        let paths = std::mem::take(&mut *self.synced.lock().unwrap());
        let names = paths.iter().map(|path| match path.strip_prefix(store.folder()) {
            Ok(path) => path.display().to_string(),
            Err(_) => "..".to_owned(),
        });
        names.collect()
    }
}

impl Medium for Journal {
    fn sync_file(&self, path: &FilePath) -> io::Result<()> {
        std::fs::metadata(path)?;
        self.write(path)
    }

    fn sync_folder(&self, path: &FilePath) -> io::Result<()> {
        std::fs::metadata(path)?;
        self.write(path)
    }
}

fn fresh() -> (tempfile::TempDir, Arc<Journal>, Store) {
    let folder = tempfile::tempdir().unwrap();
    let journal = Arc::new(Journal::default());
    let store = Store::with_medium(&folder.path().join("data"), journal.clone()).unwrap();
    (folder, journal, store)
}

fn path(text: &str) -> Path {
    Path::from(text)
}

#[tokio::test]
async fn a_sync_makes_files_then_folders_up_to_the_data_folder_durable_once() {
    let (_folder, journal, store) = fresh();
    let mut file = store.create(&path("a/b/one")).unwrap();
    file.write_all(b"one").unwrap();
    assert_eq!(file.finish().unwrap(), 3);
    let target = store.address(&path("a/c")).unwrap().path().trim_matches('/').to_owned();
    let two = Path::parse(format!("{target}/two")).unwrap();
    store.backend().put(&two, "two".into()).await.unwrap();
    store.sync().await.unwrap();
    let synced = journal.take(&store);
    assert_eq!(synced, ["a/b/one", "a/c/two", "a/b", "a/c", "a", "", ".."]);
    assert_eq!(store.waiting(), 0);

    store.sync().await.unwrap();
    assert!(journal.take(&store).is_empty());

    // The folders above are known to be durable by now.
    store.backend().put(&two, "three".into()).await.unwrap();
    store.sync().await.unwrap();
    assert_eq!(journal.take(&store), ["a/c/two", "a/c"]);
}

#[tokio::test]
async fn what_is_put_if_absent_has_durable_bytes_before_it_has_a_name() {
    let (_folder, journal, store) = fresh();
    store.put_if_absent(&path("m/1"), "one".into()).await.unwrap();
    assert_eq!(journal.take(&store), ["m/1#1"]);
    store.sync().await.unwrap();
    assert_eq!(journal.take(&store), ["m", "", ".."]);

    let again = store.put_if_absent(&path("m/1"), "two".into()).await;
    assert!(matches!(again, Err(StoreError::Exists { path }) if path == "m/1"));
    assert_eq!(store.get(&path("m/1")).await.unwrap(), "one");
    // Its first writer may have been stopped before the sync.
    journal.take(&store);
    store.sync().await.unwrap();
    assert_eq!(journal.take(&store), ["m/1", "m"]);

    store.put(&path("m/1"), "three".into()).await.unwrap();
    assert_eq!(store.get(&path("m/1")).await.unwrap(), "three");
    assert_eq!(std::fs::read_dir(store.locate(&path("m"))).unwrap().count(), 1);
}

#[tokio::test]
async fn delta_logs_are_published_and_data_files_are_synced_later() {
    let (_folder, journal, store) = fresh();
    let prefix = store.folder().to_str().unwrap().to_owned();
    let at = |name: &str| Path::parse(format!("{prefix}/t/{name}")).unwrap();
    let backend = store.backend();
    backend.put(&at("part.parquet"), "data".into()).await.unwrap();
    assert!(journal.take(&store).is_empty());
    let create = || PutMode::Create.into();
    backend.put_opts(&at("_delta_log/0.json"), "{}".into(), create()).await.unwrap();
    backend.put(&at("_delta_log/_last_checkpoint"), "{}".into()).await.unwrap();
    assert_eq!(journal.take(&store), ["t/_delta_log/0.json#1", "t/_delta_log/_last_checkpoint#1"]);
    let again = backend.put_opts(&at("_delta_log/0.json"), "[]".into(), create()).await;
    assert!(matches!(again, Err(object_store::Error::AlreadyExists { .. })));

    let mut upload = backend.put_multipart(&at("big.parquet")).await.unwrap();
    upload.put_part(PutPayload::from("big")).await.unwrap();
    upload.complete().await.unwrap();
    backend.rename(&at("part.parquet"), &at("moved.parquet")).await.unwrap();
    backend.copy(&at("moved.parquet"), &at("s=1/copied.parquet")).await.unwrap();
    backend.delete(&at("moved.parquet")).await.unwrap();
    journal.take(&store);
    store.sync().await.unwrap();
    let synced = journal.take(&store);
    for name in ["t/big.parquet", "t/s=1/copied.parquet", "t/_delta_log", "t/s=1", "t", ""] {
        assert!(synced.iter().any(|path| path == name), "{name} in {synced:?}");
    }
    let listed = store.list(&path("t")).await.unwrap();
    let listed: Vec<_> = listed.iter().map(|object| object.location.as_ref()).collect();
    assert_eq!(
        listed,
        [
            "t/_delta_log/0.json",
            "t/_delta_log/_last_checkpoint",
            "t/big.parquet",
            "t/s=1/copied.parquet",
        ]
    );
}

#[tokio::test]
async fn a_failed_sync_is_final() {
    let (_folder, journal, store) = fresh();
    store.create(&path("one")).unwrap().finish().unwrap();
    *journal.refused.lock().unwrap() = Some(store.locate(&path("one")));
    assert!(matches!(store.sync().await, Err(StoreError::Io { .. })));
    *journal.refused.lock().unwrap() = None;
    let again = store.sync().await;
    assert!(matches!(again, Err(StoreError::Failed { path, .. }) if path.ends_with("one")));
}

#[tokio::test]
async fn an_unfinished_file_leaves_nothing() {
    let (_folder, _journal, store) = fresh();
    let mut file = store.create(&path("a/one")).unwrap();
    file.write_all(b"half").unwrap();
    drop(file);
    assert_eq!(std::fs::read_dir(store.locate(&path("a"))).unwrap().count(), 0);
    assert!(matches!(store.get(&path("a/one")).await, Err(StoreError::NotFound { .. })));
    assert!(matches!(store.open_file(&path("a/one")), Err(StoreError::NotFound { .. })));
}

#[tokio::test]
async fn what_an_earlier_process_wrote_can_be_adopted() {
    let (_folder, journal, store) = fresh();
    store.create(&path("t/log/1")).unwrap().finish().unwrap();
    let next = Store::with_medium(store.folder(), journal.clone()).unwrap();
    next.adopt(&path("t")).await.unwrap();
    next.adopt(&path("t/log/1")).await.unwrap();
    next.adopt(&path("missing")).await.unwrap();
    next.sync().await.unwrap();
    assert_eq!(journal.take(&next), ["t/log/1", "t/log", "t", "", ".."]);
}

#[tokio::test]
async fn a_data_folder_may_have_any_name() {
    for name in ["データ 置き場", "100%25 #1", "a+b&c=d~"] {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join(name)).unwrap();
        store.put(&path("x/1"), "one".into()).await.unwrap();
        assert_eq!(store.get(&path("x/1")).await.unwrap(), "one", "{name}");
        assert_eq!(store.get_range(&path("x/1"), 1..3).await.unwrap(), "ne", "{name}");
        assert!(store.exists(&path("x/1")).await.unwrap(), "{name}");
        assert!(!store.exists(&path("x")).await.unwrap(), "{name}");
        let located = store.address(&path("x")).unwrap().to_file_path().unwrap();
        assert_eq!(located, store.locate(&path("x")), "{name}");
        store.sync().await.unwrap();
    }
}

#[tokio::test]
async fn two_who_create_one_name_do_not_disturb_each_other() {
    let (_folder, _journal, store) = fresh();
    let target = path("o/1");
    let mut first = store.create(&target).unwrap();
    let mut second = store.create(&target).unwrap();
    first.write_all(b"same").unwrap();
    second.write_all(b"same").unwrap();
    assert!(first.finish_if_absent().unwrap());
    assert!(!second.finish_if_absent().unwrap());
    assert_eq!(std::fs::read_dir(store.locate(&path("o"))).unwrap().count(), 1);
    assert_eq!(store.get(&target).await.unwrap(), "same");
}
