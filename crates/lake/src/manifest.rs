//! Manifests: the one visible state of the lake.
//!
//! `_yagura/manifest/N.json`, numbered and zero-padded so that a listing sorts, each created only if
//! absent. The highest is the state; its number is the fencing token: who loses the race for the
//! next number had an outdated view and must not go on. A manifest is put only after everything it
//! names is durable, and is itself durable when [`ManifestStore::commit`] returns.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use object_store::path::Path;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    content::FileSet,
    fail_point,
    store::{Store, StoreError},
};

/// The version of the manifest's own shape.
const FORMAT: u32 = 1;
const FOLDER: &str = "_yagura/manifest";
/// Holds the number of a recent manifest. Only a place to start looking, never believed.
pub(crate) const HINT: &str = "_yagura/latest";

/// One state of the lake: the versions of its tables and the numbers given so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the manifest's shape.
    pub format: u32,
    /// The manifest's own number; 0 is the lake before its first commit, which has no file.
    pub number: u64,
    /// The number of the last commit of facts.
    pub commit: i64,
    /// When this state was committed; later than that of any manifest before it.
    pub time: Timestamp,
    /// The version of each table.
    pub tables: BTreeMap<String, i64>,
    /// The files of each table as a whole, at that version.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub contents: BTreeMap<String, FileSet>,
    /// What a repair had to give up: rows that were in files that could not be read any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub damage: Vec<Damage>,
    /// What was deleted because it was past its retention.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retained: Option<Retained>,
    /// The next number of each kind to be given.
    pub counters: BTreeMap<String, i64>,
    /// How many bytes of each evidence pack still open count; what lies beyond is ignored.
    pub packs: BTreeMap<u64, u64>,
    /// SHA-256 of the manifest's JSON while this is empty.
    digest: String,
}

/// The last deletion by retention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retained {
    /// When it was.
    pub at: Timestamp,
    /// The number of the manifest that made it visible.
    pub manifest: u64,
    /// Its commit.
    pub commit: i64,
    /// Since when history is kept; `None` is since ever.
    pub history_since: Option<Timestamp>,
}

/// A file that was lost, and what was in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damage {
    /// When it was given up.
    pub at: Timestamp,
    /// The table it was a file of; empty for evidence.
    pub table: String,
    /// Where it lay, relative to the data folder.
    pub path: String,
    /// How many rows it had.
    pub rows: u64,
    /// The shard of its rows, if the table has shards.
    pub shard: Option<i32>,
    /// The first and last commit that wrote them, if known.
    pub commits: Option<(i64, i64)>,
    /// The report whose bytes it held, if it was evidence.
    pub report: Option<i64>,
}

/// The state could not be found out or moved on.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Its bytes could not be read, written or made durable.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A manifest is not what was written.
    #[error("the manifest `{path}` is damaged: {reason}: run `yagura lake check`")]
    Damaged {
        /// The manifest's file.
        path: String,
        /// What does not hold.
        reason: String,
    },
    /// A newer program wrote this lake.
    #[error("the manifest `{path}` has format {found}, this program knows {FORMAT}: update it")]
    Newer {
        /// The manifest's file.
        path: String,
        /// The format it has.
        found: u32,
    },
    /// It was put and could not be made durable.
    #[error(
        "manifest {number} could not be made durable, and whether it stays is not certain: run it \
         again"
    )]
    Unsettled {
        /// The number of the manifest.
        number: u64,
        /// Why not.
        source: StoreError,
    },
    /// Another writer committed first.
    #[error("manifest {number} was committed by another writer meanwhile: start again from it")]
    Superseded {
        /// The number that was taken.
        number: u64,
    },
}

impl Default for Manifest {
    /// The lake before its first commit.
    fn default() -> Self {
        Self {
            format: FORMAT,
            number: 0,
            commit: 0,
            time: Timestamp::UNIX_EPOCH,
            tables: BTreeMap::new(),
            contents: BTreeMap::new(),
            damage: Vec::new(),
            retained: None,
            counters: BTreeMap::new(),
            packs: BTreeMap::new(),
            digest: String::new(),
        }
    }
}

impl Manifest {
    /// The time a commit on top of this one gets: now, unless the clock stood still or went back.
    pub fn next_time(&self, now: Timestamp) -> Timestamp {
        let after = self.time.checked_add(SignedDuration::from_micros(1)).unwrap_or(Timestamp::MAX);
        now.max(after)
    }

    /// Whether it is the one that made a deletion by retention visible.
    pub(crate) fn is_of_deletion(&self) -> bool {
        self.retained.as_ref().is_some_and(|deletion| deletion.manifest == self.number)
    }

    fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    fn sealed(mut self) -> Result<(Self, Bytes), serde_json::Error> {
        self.digest.clear();
        self.digest = hex::encode(Sha256::digest(self.to_json()?));
        let bytes = self.to_json()?.into();
        Ok((self, bytes))
    }
}

/// The manifests of a lake.
#[derive(Debug, Clone)]
pub struct ManifestStore {
    store: Store,
}

impl ManifestStore {
    /// The manifests of the lake in a store.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// The present state. It may be one whose writer has not been told `ok` yet.
    pub async fn latest(&self) -> Result<Manifest, ManifestError> {
        match self.latest_number().await? {
            0 => Ok(Manifest::default()),
            number => self.get(number).await,
        }
    }

    /// The present state, made durable: what a writer builds on, or finds there already and says so,
    /// must not vanish under it. To be called with the lease held.
    pub async fn latest_for_writing(&self) -> Result<Manifest, ManifestError> {
        let latest = self.latest().await?;
        if latest.number > 0 {
            self.store.adopt(&path_of(latest.number)).await?;
            self.store.sync().await?;
        }
        Ok(latest)
    }

    /// The manifest of a number.
    pub async fn get(&self, number: u64) -> Result<Manifest, ManifestError> {
        let path = path_of(number);
        let bytes = self.store.get(&path).await?;
        let damaged = |reason: String| ManifestError::Damaged { path: path.to_string(), reason };
        #[derive(Deserialize)]
        struct Shape {
            format: u32,
        }
        let shape: Shape =
            serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        if shape.format > FORMAT {
            return Err(ManifestError::Newer { path: path.to_string(), found: shape.format });
        }
        let manifest: Manifest =
            serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        if manifest.number != number {
            return Err(damaged(format!("it says it is number {}", manifest.number)));
        }
        let (sealed, _) = manifest.clone().sealed().map_err(|error| damaged(error.to_string()))?;
        if sealed.digest != manifest.digest {
            return Err(damaged("its digest does not fit its content".to_owned()));
        }
        Ok(manifest)
    }

    /// Makes everything written so far durable, then makes `next` the state after `previous`, and
    /// returns it as it was written, durable. Its number, time and format are set here.
    ///
    /// When this fails with [`ManifestError::Unsettled`] the commit may or may not have happened;
    /// the next [`ManifestStore::latest`] of a new process tells. After any other error it has not.
    pub async fn commit(
        &self,
        previous: &Manifest,
        mut next: Manifest,
        now: Timestamp,
    ) -> Result<Manifest, ManifestError> {
        next.format = FORMAT;
        next.number = previous.number + 1;
        next.time = previous.next_time(now);
        let path = path_of(next.number);
        let (next, bytes) = next.sealed().map_err(|error| ManifestError::Damaged {
            path: path.to_string(),
            reason: error.to_string(),
        })?;
        self.store.sync().await?;
        fail_point("manifest.before_put");
        match self.store.put_if_absent(&path, bytes).await {
            Err(StoreError::Exists { .. }) => {
                return Err(ManifestError::Superseded { number: next.number });
            }
            result => result?,
        }
        fail_point("manifest.put");
        let hint = format!("{}\n", next.number);
        // Without it the manifest is found all the same.
        drop(self.store.put(&Path::from(HINT), hint.into()).await);
        let number = next.number;
        self.store.sync().await.map_err(|source| ManifestError::Unsettled { number, source })?;
        fail_point("manifest.committed");
        Ok(next)
    }

    /// The numbers of all manifests kept, ascending.
    pub async fn numbers(&self) -> Result<Vec<u64>, ManifestError> {
        Ok(self.written().await?.into_iter().map(|(number, _)| number).collect())
    }

    /// The same, with when the file system says that each was written.
    pub(crate) async fn written(&self) -> Result<Vec<(u64, Timestamp)>, ManifestError> {
        let listed = self.store.list(&Path::from(FOLDER)).await?;
        let written = listed.iter().filter_map(|object| {
            let at = Timestamp::from_microsecond(object.last_modified.timestamp_micros()).ok()?;
            Some((number_of(&object.location)?, at))
        });
        Ok(written.collect())
    }

    /// Deletes the manifests before `number`, oldest first. The state and the one before it stay.
    pub async fn forget_before(&self, number: u64) -> Result<usize, ManifestError> {
        let numbers = self.numbers().await?;
        let kept = numbers.len().saturating_sub(2);
        let old = numbers.into_iter().take(kept).take_while(|found| *found < number);
        let mut forgotten = 0;
        for number in old {
            self.store.delete(&path_of(number)).await?;
            forgotten += 1;
        }
        Ok(forgotten)
    }

    async fn latest_number(&self) -> Result<u64, ManifestError> {
        let Some(mut number) = self.hinted().await? else {
            return Ok(self.numbers().await?.last().copied().unwrap_or(0));
        };
        while self.store.exists(&path_of(number + 1)).await? {
            number += 1;
        }
        Ok(number)
    }

    /// The number of a recent manifest, if the hint names one that is there.
    async fn hinted(&self) -> Result<Option<u64>, ManifestError> {
        let hint = match self.store.get(&Path::from(HINT)).await {
            Err(StoreError::NotFound { .. }) => return Ok(None),
            hint => hint?,
        };
        let number = std::str::from_utf8(&hint).ok().and_then(|text| text.trim().parse().ok());
        match number {
            Some(number) if number < u64::MAX && self.store.exists(&path_of(number)).await? => {
                Ok(Some(number))
            }
            _ => Ok(None),
        }
    }
}

/// Where the manifest of a number lies.
pub(crate) fn path_of(number: u64) -> Path {
    Path::from(format!("{FOLDER}/{number:020}.json"))
}

fn number_of(path: &Path) -> Option<u64> {
    path.filename()?.strip_suffix(".json")?.parse().ok()
}

#[cfg(test)]
mod tests;
