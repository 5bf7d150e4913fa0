//! The lake: open it, look at it, take the right to write to it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use yagura_model::Timestamp;

use crate::{
    compact::Limits,
    delta,
    derived::Derived,
    error::{Hindrance, LakeError},
    index::{self, Indexes},
    lease::Lease,
    manifest::{Manifest, ManifestStore},
    scores::Scores,
    snapshot::Snapshot,
    stats::Stats,
    store::Store,
    table::Table,
    writer::Writer,
};

/// A repository of facts in a folder.
#[derive(Debug, Clone)]
pub struct Lake {
    store: Store,
    manifests: ManifestStore,
    indexes: Indexes,
    limits: Limits,
    recent: Recent,
}

/// The last state that a writer of this process made: the next one need not open it again.
pub(crate) type Recent = Arc<Mutex<Option<Arc<Snapshot>>>>;

impl Lake {
    /// The lake in a folder, made if there is none.
    ///
    /// # Errors
    /// If the folder cannot be made or read.
    pub fn open(folder: &Path) -> Result<Self, LakeError> {
        Ok(Self::with_store(Store::open(folder)?))
    }

    /// The lake on a store, for fault tests.
    pub fn with_store(store: Store) -> Self {
        let manifests = ManifestStore::new(store.clone());
        Self {
            store,
            manifests,
            indexes: Indexes::from(index::WORTH_ROWS),
            limits: Limits::STANDARD,
            recent: Recent::default(),
        }
    }

    /// The same lake, with other limits of compaction.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The same lake, with indexes from so many rows on.
    #[must_use]
    pub fn with_indexes_from(self, rows: u64) -> Self {
        Self { indexes: Indexes::from(rows), ..self }
    }

    /// Where its bytes lie.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What is kept beside the facts to be asked again.
    pub fn derived(&self) -> Derived {
        Derived::new(self.store.clone())
    }

    /// The scores that were stored.
    pub fn scores(&self) -> Scores {
        Scores::new(self.store.clone())
    }

    /// The newest visible state.
    ///
    /// # Errors
    /// If no manifest can be read although there are some.
    pub async fn snapshot(&self) -> Result<Snapshot, LakeError> {
        let manifest = self.manifests.latest().await?;
        Ok(Snapshot::new(self.store.clone(), self.indexes.clone(), manifest))
    }

    /// The same, to be shared: what a writer of this process made has its tables open.
    ///
    /// # Errors
    /// As [`snapshot`](Self::snapshot).
    pub async fn latest(&self) -> Result<Arc<Snapshot>, LakeError> {
        let manifest = self.manifests.latest().await?;
        Ok(self.opened(manifest))
    }

    /// A state, as it is open if it is the last a writer of this process made.
    fn opened(&self, manifest: Manifest) -> Arc<Snapshot> {
        let recent = self.recent.lock().ok().and_then(|recent| recent.clone());
        let recent = recent.filter(|recent| *recent.manifest() == manifest);
        let new = || Snapshot::new(self.store.clone(), self.indexes.clone(), manifest);
        recent.unwrap_or_else(|| Arc::new(new()))
    }

    /// The newest visible state in numbers.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn stats(&self) -> Result<Stats, LakeError> {
        Stats::of(&self.snapshot().await?, &self.limits).await
    }

    /// The right to write, waited for at most so long; what a crash left is put back first.
    ///
    /// # Errors
    /// If another process keeps the right, or the folder is on a network file system.
    pub async fn write(&self, wait: Duration, now: Timestamp) -> Result<Writer, LakeError> {
        let store = self.store.clone();
        let lease = tokio::task::spawn_blocking(move || Lease::acquire(&store, wait, now))
            .await
            .map_err(|error| LakeError::Task(error.to_string()))??;
        let manifest = self.put_back().await?;
        let snapshot = self.opened(manifest.clone());
        // A commit compares with most of them and writes to most of them.
        snapshot.prepare(Table::ALL).await?;
        Ok(Writer {
            store: self.store.clone(),
            manifests: self.manifests.clone(),
            limits: self.limits,
            manifest,
            snapshot,
            recent: Arc::clone(&self.recent),
            tables: BTreeMap::new(),
            evidence: None,
            lease,
        })
    }

    /// Puts back what a writer left that did not come to its end, and gives the newest state.
    async fn put_back(&self) -> Result<Manifest, LakeError> {
        let mut manifest = self.manifests.latest_for_writing().await?;
        let version =
            |manifest: &Manifest, table: &Table| manifest.tables.get(table.name()).copied();
        let is_ahead = Table::ALL
            .iter()
            .map(|table| delta::is_ahead(&self.store, *table, version(&manifest, table)));
        let is_ahead = futures::future::try_join_all(is_ahead).await?;
        if !is_ahead.contains(&true) {
            return Ok(manifest);
        }
        // Who left it may be alive and have lost the lease. It must not name what is deleted now:
        // the number it would take is taken first, at no time that a commit could have.
        let fence = self.manifests.commit(&manifest, manifest.clone(), manifest.time).await;
        match fence.map_err(LakeError::from) {
            Ok(fence) => manifest = fence,
            // What is deleted now makes the room.
            Err(error) if error.hindrance() == Hindrance::Full => {}
            Err(error) => return Err(error),
        }
        futures::future::try_join_all(Table::ALL.iter().zip(is_ahead).map(|(table, is_ahead)| {
            let version = version(&manifest, table);
            async move {
                if is_ahead { delta::put_back(&self.store, *table, version).await } else { Ok(()) }
            }
        }))
        .await?;
        Ok(manifest)
    }
}
