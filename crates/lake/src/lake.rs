//! The lake: open it, look at it, write to it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use yagura_model::{Timestamp, id::Commit};

use crate::{
    changes::Changes,
    compact::{Compacted, Compaction, Extent, Limits},
    delta::{self, OpenTable},
    derived::Derived,
    encode::EncodedFile,
    error::{Hindrance, LakeError},
    evidence::{EvidenceEntry, EvidenceWriter, Prepared, RecordIndex},
    fail_point,
    index::{self, Indexes},
    lease::Lease,
    manifest::{Manifest, ManifestStore},
    retention::Deleting,
    scores::Scores,
    snapshot::Snapshot,
    stats::Stats,
    store::Store,
    superseded::Parts,
    table::Table,
    transaction::{Ahead, Change, Transaction},
    vacuum::{self, Vacuum, Vacuumed},
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
type Recent = Arc<Mutex<Option<Arc<Snapshot>>>>;

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

/// The one writer.
#[derive(Debug)]
pub struct Writer {
    store: Store,
    manifests: ManifestStore,
    limits: Limits,
    manifest: Manifest,
    snapshot: Arc<Snapshot>,
    recent: Recent,
    tables: BTreeMap<Table, OpenTable>,
    evidence: Option<EvidenceWriter>,
    lease: Lease,
}

impl Writer {
    /// The state the next commit builds on.
    pub fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// Keeps evidence, to be counted by the next commit.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn keep(
        &mut self,
        prepared: Prepared,
        records: &RecordIndex,
    ) -> Result<EvidenceEntry, LakeError> {
        self.lease.check()?;
        let writer = self
            .evidence
            .get_or_insert_with(|| EvidenceWriter::open(self.store.clone(), &self.manifest.packs));
        Ok(writer.keep(prepared, records)?)
    }

    /// A transaction on the state the next commit builds on.
    pub fn begin(&self) -> Transaction {
        Transaction::on(Arc::clone(&self.snapshot))
    }

    /// The same, with what was read for it before.
    ///
    /// # Errors
    /// If what was read is not what its table has.
    pub fn begin_with(&self, ahead: Ahead) -> Result<Transaction, LakeError> {
        let mut transaction = self.begin();
        transaction.know(ahead)?;
        Ok(transaction)
    }

    /// Makes changes durable and visible, as a transaction of their own; see
    /// [`finish`](Self::finish).
    ///
    /// # Errors
    /// As `finish`.
    pub async fn commit(&mut self, changes: Changes, now: Timestamp) -> Result<Commit, LakeError> {
        let mut transaction = self.begin();
        transaction.add(&changes)?;
        self.finish(transaction, now).await
    }

    /// Makes a transaction durable and visible, all or nothing, and gives the commit's number.
    /// Tables that have too many small files by now are compacted on the way.
    ///
    /// # Errors
    /// If anything cannot be written, or the transaction began on another state: then nothing is
    /// visible, and the writer must be dropped.
    pub async fn finish(
        &mut self,
        transaction: Transaction,
        now: Timestamp,
    ) -> Result<Commit, LakeError> {
        self.write_commit(transaction, None, now).await
    }

    /// The same, with what a deletion by retention deletes.
    pub(crate) async fn write_commit(
        &mut self,
        transaction: Transaction,
        deleting: Option<Deleting>,
        now: Timestamp,
    ) -> Result<Commit, LakeError> {
        if transaction.snapshot().commit() != self.snapshot.commit() {
            return Err(LakeError::Task("the transaction began on another state".to_owned()));
        }
        fail_point("commit.begin");
        self.lease.check()?;
        if self.manifest.number > 0 && self.manifest.number.is_multiple_of(self.limits.vacuum_every)
        {
            self.vacuum(Vacuum::default(), now).await?;
        }
        let mut next = self.manifest.clone();
        let commit = transaction.number();
        next.commit = commit.0;
        next.counters.extend(transaction.counters().clone());
        let committed_at = self.manifest.next_time(now);
        let deleted = deleting.map(|deleting| deleting.note(&mut next));
        self.evidence = self.evidence.take().filter(|_| deleted.is_none());
        let (touched, ended) = (transaction.touched(), transaction.ended());
        let encoding = tokio::task::spawn_blocking(move || transaction.encode(committed_at));
        // What is compacted was there before: nothing of it waits for what is encoded.
        let compacted = match &deleted {
            None => self.compact_into(&mut next, Extent::Due, Some(&touched), now).await?,
            Some(deleted) => self.compaction(&mut next, now).delete(deleted).await?,
        };
        let encoded = encoding.await.map_err(|error| LakeError::Task(error.to_string()))??;
        let mut by_table: BTreeMap<Table, Vec<EncodedFile>> = BTreeMap::new();
        for file in encoded.files {
            by_table.entry(file.table).or_default().push(file);
        }
        for table in by_table.keys() {
            if !self.tables.contains_key(table) {
                self.tables.insert(*table, self.open(*table).await?);
            }
        }
        let mut appends = Vec::with_capacity(by_table.len());
        for (table, files) in by_table {
            let Some(mut opened) = self.tables.remove(&table) else { continue };
            let store = &self.store;
            appends.push(async move {
                let version = delta::append(store, table, &mut opened, files, commit.0).await?;
                fail_point("commit.table");
                Ok::<_, LakeError>((table, opened, version))
            });
        }
        for (table, opened, version) in futures::future::try_join_all(appends).await? {
            next.tables.insert(table.name().to_owned(), version);
            next.contents.insert(table.name().to_owned(), opened.content);
            self.tables.insert(table, opened);
        }
        if let Some(evidence) = &mut self.evidence {
            self.lease.check()?;
            let packs = evidence.flush()?;
            if !packs.is_empty() {
                next.packs = packs;
            }
        }
        let folded = compacted.keys > 0;
        let known =
            if folded { Parts::default() } else { self.snapshot.ended_with(&ended, commit) };
        let change = Change::of(encoded.rows, &ended, commit);
        self.publish(next, now, known, change).await?;
        Ok(commit)
    }

    /// Compacts what is beyond the limits, or everything. That is no commit of facts: nothing that
    /// can be asked of the lake is answered differently.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    pub async fn compact(
        &mut self,
        extent: Extent,
        now: Timestamp,
    ) -> Result<Compacted, LakeError> {
        self.compact_tables(extent, None, now).await
    }

    /// The same for some tables only (`None`: all) and those whose superseded keys are too many.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    pub async fn compact_tables(
        &mut self,
        extent: Extent,
        only: Option<&BTreeSet<Table>>,
        now: Timestamp,
    ) -> Result<Compacted, LakeError> {
        let mut next = self.manifest.clone();
        let compacted = self.compact_into(&mut next, extent, only, now).await?;
        if compacted.tables > 0 {
            self.publish(next, now, Parts::default(), None).await?;
        }
        Ok(compacted)
    }

    /// Deletes what no manifest names that is still kept: the newest ones and those of the time
    /// said.
    ///
    /// # Errors
    /// If something cannot be read or deleted: then the writer must be dropped.
    pub async fn vacuum(&mut self, how: Vacuum, now: Timestamp) -> Result<Vacuumed, LakeError> {
        if !how.dry_run && self.manifest.is_of_deletion() {
            // The state before the newest is kept too, and nothing that was deleted may be in it.
            self.publish(self.manifest.clone(), now, Parts::default()).await?;
        }
        vacuum::run(&self.store, &self.manifests, &self.manifest, how, now).await
    }

    async fn compact_into(
        &mut self,
        next: &mut Manifest,
        extent: Extent,
        only: Option<&BTreeSet<Table>>,
        now: Timestamp,
    ) -> Result<Compacted, LakeError> {
        self.compaction(next, now).run(extent, only).await
    }

    fn compaction<'c>(&'c mut self, next: &'c mut Manifest, now: Timestamp) -> Compaction<'c> {
        Compaction {
            store: &self.store,
            snapshot: &self.snapshot,
            limits: self.limits,
            open: &mut self.tables,
            next,
            now,
        }
    }

    /// Makes a state visible; `ended` is what is known of what stands no longer in it, and `change` what
    /// its commit changed, if that is known.
    async fn publish(
        &mut self,
        next: Manifest,
        now: Timestamp,
        ended: Parts,
        change: Option<Change>,
    ) -> Result<(), LakeError> {
        fail_point("commit.before_manifest");
        self.lease.check()?;
        self.manifest = self.manifests.commit(&self.manifest, next, now).await?;
        let next = self.snapshot.followed_by(self.manifest.clone(), &self.tables, ended, change);
        self.snapshot = Arc::new(next);
        if let Ok(mut recent) = self.recent.lock() {
            *recent = Some(Arc::clone(&self.snapshot));
        }
        Ok(())
    }

    async fn open(&self, table: Table) -> Result<OpenTable, LakeError> {
        match self.snapshot.open(table).await? {
            Some((open, _)) => Ok(open.clone()),
            None => delta::create(&self.store, table).await,
        }
    }
}
