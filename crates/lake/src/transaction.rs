//! A transaction: what one commit is going to change, read together with what stands.
//!
//! A commit may hold many reports, and each of them is compared with what those before it changed.
//! A version that is written and superseded within one transaction was never visible to anybody and
//! is not kept.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use datafusion::arrow::{
    array::{BooleanArray, RecordBatch},
    compute::{concat_batches, filter_record_batch},
};
use yagura_model::{Timestamp, id::Commit};

use crate::{
    changes::{Changes, Packed, Visit},
    encode::{self, EncodedFile},
    ended::Ended,
    error::LakeError,
    parts,
    row::{Row, RowIds, Stored, Version},
    rows::{CommitRow, SupersededRow},
    scan::{self, Filter},
    snapshot::Snapshot,
    table::Table,
};

mod ahead;
mod loaded;
#[cfg(test)]
mod tests;

pub use ahead::Ahead;
pub(crate) use ahead::Change;
use loaded::Loaded;

/// Batches of more rows are not put together.
const LONG: usize = 1 << 18;

/// Changes on top of a state, not yet committed.
#[derive(Debug)]
pub struct Transaction {
    snapshot: Arc<Snapshot>,
    number: Commit,
    loaded: BTreeMap<Table, Vec<Loaded>>,
    tables: BTreeMap<Table, Added>,
    counters: BTreeMap<String, i64>,
}

/// Rows of a table that were read for many questions at once.
#[derive(Debug)]
pub struct Fetched {
    table: Table,
    loaded: Option<Loaded>,
}

/// What a transaction changes in one table.
#[derive(Debug, Default)]
struct Added {
    /// New rows with all columns, in the order in which they were added: each batch long or more than
    /// twice as long as the next, so that there are few however many changes were added.
    batches: Vec<Batch>,
    /// How many there are, and so the number of the next.
    rows: i32,
    /// The versions that end with the commit, of this transaction and of earlier ones.
    ended: Ended,
    /// Those of earlier ones.
    earlier: Vec<Version>,
}

/// What a transaction is to become.
#[derive(Debug, Default)]
pub(crate) struct Encoded {
    /// The files to be added.
    pub(crate) files: Vec<EncodedFile>,
    /// What is in them.
    pub(crate) rows: BTreeMap<Table, Vec<RecordBatch>>,
}

/// Some new rows.
#[derive(Debug)]
struct Batch {
    rows: RecordBatch,
    /// The least and the greatest value of the table's key.
    range: Option<(i64, i64)>,
}

impl Transaction {
    /// A transaction that builds on a state. Only that of the present, begun by a writer, can be committed.
    pub fn on(snapshot: Arc<Snapshot>) -> Self {
        let number = Commit(snapshot.commit().0 + 1);
        Self {
            snapshot,
            number,
            loaded: BTreeMap::new(),
            tables: BTreeMap::new(),
            counters: BTreeMap::new(),
        }
    }

    /// The state it builds on.
    pub fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// The number its commit is going to have.
    pub(crate) fn number(&self) -> Commit {
        self.number
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.counters.is_empty()
    }

    /// A counter; 0 if nothing was counted yet.
    pub fn counter(&self, name: &str) -> i64 {
        self.counters.get(name).copied().unwrap_or_else(|| self.snapshot.counter(name))
    }

    /// The counters that moved on.
    pub(crate) fn counters(&self) -> &BTreeMap<String, i64> {
        &self.counters
    }

    /// The rows of a table, with what was added so far, in order of their key and name.
    ///
    /// # Errors
    /// As [`Snapshot::read`].
    pub async fn read<T: Row + Send + 'static>(
        &self,
        filter: &Filter,
    ) -> Result<Vec<Stored<T>>, LakeError> {
        let (mut rows, mut is_sorted) = self.before::<T>(filter).await?;
        if filter.known.is_some_and(|commit| commit < self.number) {
            return Ok(rows);
        }
        let none = Added::default();
        let added = self.tables.get(&T::TABLE).unwrap_or(&none);
        if !added.ended.is_empty() {
            for stored in &mut rows {
                stored.superseded_by = stored.superseded_by.or(added.ended.get(stored.id));
            }
            rows.retain(|stored| filter.superseded || stored.superseded_by.is_none());
        }
        let before = rows.len();
        for batch in &added.batches {
            if filter.may_want(T::KEY, batch.range) {
                scan::of_batch(&batch.rows, filter, &added.ended, |stored| rows.push(stored))?;
            }
        }
        is_sorted &= rows.len() == before;
        if !is_sorted {
            rows.sort_by_key(|stored| (stored.row.key(), stored.id));
        }
        Ok(rows)
    }

    /// The rows of the state it builds on, and whether they are sorted.
    async fn before<T: Row + Send + 'static>(
        &self,
        filter: &Filter,
    ) -> Result<(Vec<Stored<T>>, bool), LakeError> {
        let mut rows = Vec::new();
        let mut rest = Some(filter.clone());
        for loaded in self.loaded.get(&T::TABLE).into_iter().flatten() {
            let Some(asked) = rest.take() else { break };
            rest = loaded.answer::<T>(asked, &mut rows)?;
        }
        let is_sorted = rows.is_empty();
        if let Some(rest) = rest {
            rows.extend(self.snapshot.read::<T>(&rest).await?);
        }
        Ok((rows, is_sorted))
    }

    /// Reads once what is going to be asked for again and again: the rows in force with some values
    /// of a column, or all of them. What is asked for beside them is read as ever.
    ///
    /// # Errors
    /// As [`Snapshot::read`].
    pub async fn load<T: Row + Send + 'static>(&mut self, filter: Filter) -> Result<(), LakeError> {
        let fetched = self.fetch::<T>(filter).await?;
        self.keep(fetched);
        Ok(())
    }

    /// Reads what [`load`](Self::load) reads, beside others, for [`keep`](Self::keep).
    ///
    /// # Errors
    /// As [`Snapshot::read`].
    pub async fn fetch<T: Row + Send + 'static>(
        &self,
        filter: Filter,
    ) -> Result<Fetched, LakeError> {
        let known = self.loaded.get(&T::TABLE).map(Vec::as_slice).unwrap_or_default();
        let rest = known.iter().try_fold(filter, |filter, loaded| loaded.beside(filter));
        let Some(filter) = rest else { return Ok(Fetched { table: T::TABLE, loaded: None }) };
        let batches = self.snapshot.load::<T>(&filter).await?;
        Ok(Fetched { table: T::TABLE, loaded: Some(Loaded { keys: filter.keys, batches }) })
    }

    /// Keeps what was fetched, to be asked for.
    pub fn keep(&mut self, fetched: Fetched) {
        self.loaded.entry(fetched.table).or_default().extend(fetched.loaded);
    }

    /// The rows in force of a table, without their names.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub async fn rows<T: Row + Send + 'static>(
        &self,
        filter: &Filter,
    ) -> Result<Vec<T>, LakeError> {
        Ok(self.read(filter).await?.into_iter().map(|stored| stored.row).collect())
    }

    /// Adds changes that were made on what [`read`](Self::read) gave.
    ///
    /// # Errors
    /// If a table would get more rows in one commit than have numbers.
    pub fn add(&mut self, changes: &Changes) -> Result<(), LakeError> {
        changes.visit(self)?;
        for version in &changes.superseded {
            let added = self.tables.entry(version.table).or_default();
            added.ended.insert(version.id, self.number);
            if version.id.written_by != self.number {
                added.earlier.push(*version);
            }
        }
        let counters = changes.counters.iter();
        self.counters.extend(counters.map(|(name, count)| (name.clone(), *count)));
        Ok(())
    }

    /// The versions of earlier commits that it ends, by shard.
    pub(crate) fn ended(&self) -> Vec<Version> {
        let earlier = self.tables.values().flat_map(|added| &added.earlier);
        let mut ended: Vec<Version> = earlier.copied().collect();
        ended.sort_unstable_by_key(|version| (version.shard, version.table, version.id));
        ended.dedup();
        ended
    }

    /// The tables its commit writes to.
    pub(crate) fn touched(&self) -> BTreeSet<Table> {
        let mut touched: BTreeSet<Table> = self.tables.keys().copied().collect();
        touched.insert(Table::Commits);
        if self.tables.values().any(|added| !added.earlier.is_empty()) {
            touched.insert(Table::Superseded);
        }
        touched
    }

    /// The files of all tables that change, and the rows in them by table.
    pub(crate) fn encode(mut self, committed_at: Timestamp) -> Result<Encoded, LakeError> {
        self.loaded.clear();
        self.new_rows(&[CommitRow { committed_at }])?;
        let superseded: Vec<SupersededRow> =
            self.ended().into_iter().map(SupersededRow::of).collect();
        self.new_rows(&superseded)?;
        // The longest first, and each let go of as soon as it is encoded.
        let mut tables: Vec<(Table, Added)> =
            std::mem::take(&mut self.tables).into_iter().collect();
        tables.sort_by_key(|(_, added)| Reverse(added.rows));
        let tables: Vec<Mutex<Option<(Table, Added)>>> =
            tables.into_iter().map(|one| Mutex::new(Some(one))).collect();
        let all: Vec<usize> = (0..tables.len()).collect();
        let files = parts::each(&all, |number| {
            let one = tables.get(number).and_then(|one| one.lock().ok()?.take());
            let Some((table, added)) = one else { return Ok(None) };
            let rows = added.standing()?;
            Ok(Some((table, encode::files(table, &rows)?, rows)))
        })?;
        let mut encoded = Encoded::default();
        for (table, files, rows) in files.into_iter().flatten() {
            encoded.files.extend(files);
            encoded.rows.insert(table, rows);
        }
        Ok(encoded)
    }
}

impl Visit for Transaction {
    fn new_rows<T: Row>(&mut self, rows: &[T]) -> Result<(), LakeError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.packed(&Packed::of(rows))
    }

    fn packed(&mut self, packed: &Packed) -> Result<(), LakeError> {
        let added = self.tables.entry(packed.table).or_default();
        let rows = encode::stamped(packed, self.number, added.rows)?;
        added.rows += rows.num_rows() as i32;
        added.push(Batch { rows, range: packed.range })
    }
}

impl Added {
    /// Adds rows; what is not much longer than they are is put together with them.
    fn push(&mut self, mut batch: Batch) -> Result<(), LakeError> {
        let small =
            |last: &mut Batch, length: usize| last.rows.num_rows() <= (length * 2).min(LONG);
        while let Some(last) = self.batches.pop_if(|last| small(last, batch.rows.num_rows())) {
            let schema = batch.rows.schema();
            batch.rows = concat_batches(&schema, [&last.rows, &batch.rows])?;
            let range = batch.range.zip(last.range);
            batch.range = range.map(|((a, b), (c, d))| (a.min(c), b.max(d)));
        }
        self.batches.push(batch);
        Ok(())
    }

    /// The new rows that stand at the end.
    fn standing(self) -> Result<Vec<RecordBatch>, LakeError> {
        let standing = |Batch { rows, .. }| {
            if self.ended.is_empty() {
                return Ok(rows);
            }
            let ids = RowIds::open(&rows)?;
            let stands = ids.all().map(|id| self.ended.get(id).is_none());
            let stands = BooleanArray::from(stands.collect::<Vec<bool>>());
            Ok(match stands.false_count() {
                0 => rows,
                _ => filter_record_batch(&rows, &stands)?,
            })
        };
        let rows = self.batches.into_iter().map(standing);
        let is_none = |rows: &Result<RecordBatch, LakeError>| {
            rows.as_ref().is_ok_and(|rows| rows.num_rows() == 0)
        };
        rows.filter(|rows| !is_none(rows)).collect()
    }
}
