//! Backup and restore: one manifest's state, whole, in a folder of its own.
//!
//! A backup folder holds files under the SHA-256 of their bytes, `files/<first two digits>/<digest>`,
//! and one list a backup, `lists/<time>-<manifest>.json`: every file of the state with the digests of
//! its parts. So a second backup into the same folder adds only what is new: data files never
//! change, and a pack of evidence only grows, by a part. Where the folder lies in the same file
//! system, files that never change are not copied but get a second name.
//!
//! The list is written last and has a digest of its own. A backup that was stopped leaves files that
//! the next one finds; a restore that was stopped has no manifest, so there is no lake yet.

mod fetch;
mod holds;
mod restore;
mod state;
mod take;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use object_store::path::Path;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use yagura_model::Timestamp;

use crate::{
    error::LakeError,
    store::{Store, StoreError},
};

pub(crate) use fetch::fetch;
pub use holds::{SourceHeld, held};
pub use restore::{Restored, restore};
pub use take::{BackedUp, BackupOptions, take};
#[cfg(test)]
pub(crate) use {restore::restore_into, take::take_into};

/// The version of the list's shape.
const FORMAT: u32 = 1;

/// Told how many bytes of how many are done.
pub type Watch<'w> = &'w (dyn Fn(u64, u64) + Sync);

/// A backup could not be taken or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The lake could not be read or written.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// A file of the backup or of the lake could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no backup in the folder.
    #[error("`{path}` holds no backup")]
    None {
        /// The folder.
        path: String,
    },
    /// A file of the backup is not what was written.
    #[error("`{path}` of the backup is damaged: {reason}")]
    Damaged {
        /// The file, relative to the backup folder.
        path: String,
        /// What does not hold.
        reason: String,
    },
    /// A newer program wrote the backup.
    #[error("the backup `{path}` has format {found}, this program knows {FORMAT}: update it")]
    Newer {
        /// The list.
        path: String,
        /// The format it has.
        found: u32,
    },
    /// What is to be restored into holds something.
    #[error("`{path}` is not empty: name a folder that is empty or not there")]
    InUse {
        /// The folder.
        path: String,
    },
    /// The backup would stand inside of what it is a copy of.
    #[error("`{path}` lies in the data folder: a backup must stand outside of it")]
    Inside {
        /// The folder.
        path: String,
    },
}

/// The list of one backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct List {
    format: u32,
    /// When the backup was taken.
    taken_at: Timestamp,
    /// Number of the manifest.
    manifest: u64,
    /// Number of its last commit.
    commit: i64,
    /// When that was made.
    committed_at: Timestamp,
    /// By path in the data folder: what the file's parts are, in order.
    files: BTreeMap<String, Vec<Part>>,
    /// SHA-256 of the list's JSON while this is empty.
    digest: String,
}

/// Bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Part {
    sha256: String,
    bytes: u64,
}

impl Part {
    /// Where it lies in the backup folder.
    fn path(&self) -> Path {
        let folder = self.sha256.get(..2).unwrap_or_default();
        Path::from(format!("files/{folder}/{}", self.sha256))
    }
}

impl List {
    fn path(&self) -> Path {
        let at = self.taken_at.strftime("%Y%m%dT%H%M%SZ");
        Path::from(format!("lists/{at}-{}.json", self.manifest))
    }

    fn sealed(mut self) -> Result<(Self, Vec<u8>), serde_json::Error> {
        self.digest.clear();
        self.digest = hex::encode(Sha256::digest(serde_json::to_vec(&self)?));
        let bytes = serde_json::to_vec(&self)?;
        Ok((self, bytes))
    }

    fn read(path: &Path, bytes: &[u8]) -> Result<Self, BackupError> {
        #[derive(Deserialize)]
        struct Shape {
            format: u32,
        }
        let damaged = |reason: String| BackupError::Damaged { path: path.to_string(), reason };
        let shape: Shape =
            serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
        if shape.format > FORMAT {
            return Err(BackupError::Newer { path: path.to_string(), found: shape.format });
        }
        let list: Self =
            serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
        let (sealed, _) = list.clone().sealed().map_err(|error| damaged(error.to_string()))?;
        if sealed.digest != list.digest {
            return Err(damaged("its digest does not fit its content".to_owned()));
        }
        Ok(list)
    }

    fn bytes(&self) -> u64 {
        self.files.values().flatten().map(|part| part.bytes).sum()
    }
}

/// The newest list in a backup folder, if there is one: that of the newest state, whatever the clock
/// said.
async fn newest(store: &Store) -> Result<Option<List>, BackupError> {
    let mut lists = store.list(&Path::from("lists")).await?;
    lists.retain(|object| object.location.extension() == Some("json"));
    let Some(object) = lists.iter().max_by_key(|object| manifest_of(&object.location)) else {
        return Ok(None);
    };
    let bytes = store.get(&object.location).await?;
    List::read(&object.location, &bytes).map(Some)
}

/// The number of the manifest that a list names.
fn manifest_of(list: &Path) -> u64 {
    let name = list.filename().and_then(|name| name.strip_suffix(".json"));
    let number = name.and_then(|name| name.rsplit_once('-')?.1.parse().ok());
    number.unwrap_or_default()
}
