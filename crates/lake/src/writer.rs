//! The one writer: makes what changes durable and visible.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use yagura_model::{Timestamp, id::Commit};

use crate::{
    changes::Changes,
    compact::{Compacted, Compaction, Extent, Folded, Limits},
    delta::{self, OpenTable},
    encode::EncodedFile,
    error::LakeError,
    evidence::{EvidenceEntry, EvidenceWriter, Prepared, RecordIndex},
    fail_point,
    lake::Recent,
    lease::Lease,
    manifest::{Manifest, ManifestStore},
    retention::Deleting,
    snapshot::Snapshot,
    store::Store,
    superseded::Parts,
    table::Table,
    transaction::{Ahead, Change, Transaction},
    vacuum::{self, Vacuum, Vacuumed},
};

/// The one writer.
#[derive(Debug)]
pub struct Writer {
    pub(crate) store: Store,
    pub(crate) manifests: ManifestStore,
    pub(crate) limits: Limits,
    pub(crate) manifest: Manifest,
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) recent: Recent,
    pub(crate) tables: BTreeMap<Table, OpenTable>,
    pub(crate) evidence: Option<EvidenceWriter>,
    pub(crate) lease: Lease,
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
        let (_, folded) = match &deleted {
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
        let known = self.snapshot.ended_with(&ended, commit).without(&folded.rows);
        // What was read before a deletion has what it deleted.
        let change = match &deleted {
            None => Change::of(encoded.rows, &ended, commit),
            Some(_) => None,
        };
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
        let (compacted, _) = self.compact_into(&mut next, extent, only, now).await?;
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
            self.publish(self.manifest.clone(), now, Parts::default(), None).await?;
        }
        vacuum::run(&self.store, &self.manifests, &self.manifest, how, now).await
    }

    async fn compact_into(
        &mut self,
        next: &mut Manifest,
        extent: Extent,
        only: Option<&BTreeSet<Table>>,
        now: Timestamp,
    ) -> Result<(Compacted, Folded), LakeError> {
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
