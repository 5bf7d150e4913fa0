//! Where the lake's bytes lie, and how they become durable.
//!
//! Everything the lake keeps is written through a [`Store`]: Delta logs and Parquet files through
//! [`Store::backend`], evidence and manifests by its own methods. It remembers every name it wrote,
//! and [`Store::sync`] makes all of them durable: each file, then each folder that gained or lost a
//! name, up to the data folder. Paths are relative to the data folder.

mod error;
mod file;
mod ledger;
mod medium;
mod recover;
mod tracked;

use std::{
    fs::{self, File},
    path::PathBuf,
    sync::Arc,
};

use bytes::Bytes;
use futures::TryStreamExt as _;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt as _};
use url::Url;

pub use error::StoreError;
pub use file::StoreFile;
pub use medium::{FileMedium, Medium};
/// A path relative to the data folder.
pub use object_store::path::Path;

use ledger::Ledger;
pub(crate) use recover::{log_checkpoint, log_version};
use tracked::{Taken, TrackedStore};

/// The data folder, and the ledger of what is not durable yet. Clones share the ledger.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
    prefix: Path,
    tracked: Arc<TrackedStore>,
    ledger: Arc<Ledger>,
}

impl Store {
    /// Opens a data folder, creating it if need be.
    pub fn open(folder: &std::path::Path) -> Result<Self, StoreError> {
        Self::with_medium(folder, Arc::new(FileMedium))
    }

    /// Opens a data folder on a medium of its own.
    pub fn with_medium(
        folder: &std::path::Path,
        medium: Arc<dyn Medium>,
    ) -> Result<Self, StoreError> {
        let missing: Vec<PathBuf> =
            folder.ancestors().filter(|at| !at.exists()).map(PathBuf::from).collect();
        fs::create_dir_all(folder).map_err(StoreError::io("create", folder))?;
        let folder = fs::canonicalize(folder).map_err(StoreError::io("open", folder))?;
        let prefix = Path::from_absolute_path(&folder)
            .map_err(|_| StoreError::Folder { path: folder.display().to_string() })?;
        let ledger = Arc::new(Ledger::new(folder.clone(), medium));
        // The folder may be there because of a process that was stopped before its first sync.
        ledger.note_name(&folder);
        for created in missing {
            if let Ok(created) = fs::canonicalize(created) {
                ledger.note_name(&created);
            }
        }
        let tracked = Arc::new(TrackedStore::new(Arc::clone(&ledger)));
        Ok(Self { folder, prefix, tracked, ledger })
    }

    /// The data folder, absolute.
    pub fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    /// The object store to give to Delta and DataFusion together with [`Store::address`]: its root is the root of
    /// the file system.
    pub fn backend(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.tracked) as Arc<dyn ObjectStore>
    }

    /// The address of a folder of the lake (a Delta table), ending in `/`.
    pub fn address(&self, path: &Path) -> Result<Url, StoreError> {
        let folder = self.locate(path);
        Url::from_directory_path(&folder)
            .map_err(|()| StoreError::Folder { path: folder.display().to_string() })
    }

    /// Where a path lies in the file system.
    pub fn locate(&self, path: &Path) -> PathBuf {
        self.folder.join(path.as_ref())
    }

    /// Starts a file, to be written by blocking code. It has its name when it is finished, and is
    /// durable after the next sync.
    pub fn create(&self, path: &Path) -> Result<StoreFile, StoreError> {
        StoreFile::create(self.locate(path), Arc::clone(&self.ledger))
    }

    /// Opens a file for reading by blocking code.
    pub fn open_file(&self, path: &Path) -> Result<File, StoreError> {
        let located = self.locate(path);
        File::open(&located).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => StoreError::NotFound { path: path.to_string() },
            _ => StoreError::io("open", &located)(error),
        })
    }

    /// How many bytes a file has.
    pub(crate) fn length(&self, path: &Path) -> Result<u64, StoreError> {
        let about = self.open_file(path)?.metadata();
        Ok(about.map_err(StoreError::io("look at", &self.locate(path)))?.len())
    }

    /// Reads a whole file by blocking code.
    pub(crate) fn read_file(&self, path: &Path) -> Result<Bytes, StoreError> {
        let located = self.locate(path);
        fs::read(&located).map(Bytes::from).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => StoreError::NotFound { path: path.to_string() },
            _ => StoreError::io("read", &located)(error),
        })
    }

    /// Reads a whole object.
    pub async fn get(&self, path: &Path) -> Result<Bytes, StoreError> {
        let read = async { self.tracked.get(&self.under(path)).await?.bytes().await };
        read.await.map_err(StoreError::object("read", path))
    }

    /// Reads part of an object.
    pub async fn get_range(
        &self,
        path: &Path,
        range: std::ops::Range<u64>,
    ) -> Result<Bytes, StoreError> {
        let location = self.under(path);
        self.tracked.get_range(&location, range).await.map_err(StoreError::object("read", path))
    }

    /// Whether there is such an object.
    pub async fn exists(&self, path: &Path) -> Result<bool, StoreError> {
        match self.tracked.head(&self.under(path)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(StoreError::object("look at", path)(error)),
        }
    }

    /// Lists every object under a folder, sorted by path.
    pub async fn list(&self, folder: &Path) -> Result<Vec<ObjectMeta>, StoreError> {
        let found = self.tracked.list(Some(&self.under(folder))).try_collect::<Vec<_>>();
        let mut found = found.await.map_err(StoreError::object("list", folder))?;
        for object in &mut found {
            let relative = object.location.prefix_match(&self.prefix).map(Iterator::collect);
            object.location = relative.unwrap_or_default();
        }
        found.sort_by(|a, b| a.location.cmp(&b.location));
        Ok(found)
    }

    /// Writes an object, replacing what has its name. A reader sees the old one or the new one, also
    /// after a power loss; which of them is certain after the next sync.
    pub async fn put(&self, path: &Path, bytes: Bytes) -> Result<(), StoreError> {
        self.publish(path, bytes, Taken::Replace).await.map(drop)
    }

    /// Writes an object unless something has its name; then it is [`StoreError::Exists`]. The bytes
    /// are durable before the name appears, the name is after the next sync.
    pub async fn put_if_absent(&self, path: &Path, bytes: Bytes) -> Result<(), StoreError> {
        if self.publish(path, bytes, Taken::Refuse).await? {
            Ok(())
        } else {
            Err(StoreError::Exists { path: path.to_string() })
        }
    }

    async fn publish(&self, path: &Path, bytes: Bytes, taken: Taken) -> Result<bool, StoreError> {
        let target = self.locate(path);
        let ledger = Arc::clone(&self.ledger);
        let work = move || tracked::publish(&ledger, &target, [bytes.as_ref()], taken);
        self.blocking("write", path, work).await
    }

    /// Deletes an object. That it is gone is certain after the next sync.
    pub async fn delete(&self, path: &Path) -> Result<(), StoreError> {
        let location = self.under(path);
        self.tracked.delete(&location).await.map_err(StoreError::object("delete", path))
    }

    /// Takes over what an earlier process wrote and may not have made durable: every object under
    /// the folder (or the object of that name) becomes durable with the next sync.
    pub async fn adopt(&self, path: &Path) -> Result<(), StoreError> {
        if self.exists(path).await? {
            self.ledger.note_file(self.locate(path));
        }
        for object in self.list(path).await? {
            self.ledger.note_file(self.locate(&object.location));
        }
        Ok(())
    }

    /// Notes that a file or folder was given another name past this store.
    pub(crate) fn note_moved(&self, from: &std::path::Path, to: &std::path::Path) {
        self.ledger.note_name(from);
        self.ledger.note_name(to);
    }

    /// Notes that a file was written past this store.
    pub(crate) fn note_file(&self, path: &Path) {
        self.ledger.note_file(self.locate(path));
    }

    /// Makes everything written before this call durable: each file, then each folder up to the
    /// data folder. The first failure is final for this store and its clones.
    pub async fn sync(&self) -> Result<(), StoreError> {
        let ledger = Arc::clone(&self.ledger);
        self.blocking("make durable", &Path::default(), move || ledger.sync()).await
    }

    /// [`Store::sync`] for blocking code.
    pub fn sync_blocking(&self) -> Result<(), StoreError> {
        self.ledger.sync()
    }

    /// How many files and folders the next sync has to make durable.
    pub fn waiting(&self) -> usize {
        self.ledger.waiting()
    }

    /// Where a path lies in [`backend`](Self::backend).
    pub(crate) fn under(&self, path: &Path) -> Path {
        self.prefix.parts().chain(path.parts()).collect()
    }

    async fn blocking<T: Send + 'static>(
        &self,
        doing: &'static str,
        path: &Path,
        work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        match tokio::task::spawn_blocking(work).await {
            Ok(result) => result,
            Err(_) => {
                Err(StoreError::Stopped { doing, path: self.locate(path).display().to_string() })
            }
        }
    }
}

#[cfg(test)]
mod tests;
