//! The table of versions that stand no longer and whose files do not say so: read shard by shard, as
//! it is asked for.
//!
//! A large lake has millions of such keys, and who reads about one asset needs those of a shard or
//! two. The table is sorted by shard, so that few of its rows are decoded for them. Who goes through
//! all shards reads it whole at once, instead of opening its files again and again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use roaring::RoaringTreemap;
use yagura_model::id::{Commit, Shard};

use crate::{
    delta::DataFile,
    ended::Ended,
    error::LakeError,
    parts,
    row::{RowId, Stored, Version},
    rows::SupersededRow,
    scan::{Filter, Scan},
    store::Store,
    table::Table,
};

/// What stands in the place of the shard in tables that have no shards.
pub(crate) const NO_SHARD: Shard = Shard(-1);

/// What ended in one shard, by table.
type OfShard = BTreeMap<Table, Arc<Ended>>;

/// What was read of it.
#[derive(Debug, Default, Clone)]
pub(crate) struct Parts {
    by_shard: BTreeMap<Shard, Arc<OfShard>>,
    /// Whether nothing ended in other shards.
    is_whole: bool,
}

impl Parts {
    /// What is left once the files of some rows say it themselves.
    pub(crate) fn without(mut self, rows: &BTreeMap<Table, RoaringTreemap>) -> Self {
        for of_shard in self.by_shard.values_mut() {
            for (table, names) in rows {
                let left = of_shard.get(table).and_then(|ended| ended.without(names));
                let Some(left) = left else { continue };
                let of_shard = Arc::make_mut(of_shard);
                match left.is_empty() {
                    true => drop(of_shard.remove(table)),
                    false => drop(of_shard.insert(*table, Arc::new(left))),
                }
            }
        }
        if self.is_whole {
            self.by_shard.retain(|_, of_shard| !of_shard.is_empty());
        }
        self
    }
}

/// The versions that other versions stand in the place of.
#[derive(Debug)]
pub(crate) struct Superseded {
    store: Store,
    files: Vec<DataFile>,
    parts: Mutex<Parts>,
}

/// What one commit wrote to a table in a shard.
type Of = (Shard, Table, Commit);

/// Versions on their way into parts, those that stand together with what ended each.
type Runs = Vec<(Of, Vec<(i32, Commit)>)>;

impl Superseded {
    /// What some files say, of which parts may be known.
    pub(crate) fn new(store: Store, files: Vec<DataFile>, known: Parts) -> Self {
        let is_whole = known.is_whole || files.is_empty();
        Self { store, files, parts: Mutex::new(Parts { is_whole, ..known }) }
    }

    /// That nothing ended.
    pub(crate) fn nothing(store: &Store) -> Self {
        Self::new(store.clone(), Vec::new(), Parts::default())
    }

    /// How many keys there are.
    pub(crate) fn keys(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    /// What ended of a table in a shard. May read files: to be called where a thread may wait.
    ///
    /// # Errors
    /// If a file cannot be read or is broken.
    pub(crate) fn of(&self, table: Table, shard: Option<i32>) -> Result<Arc<Ended>, LakeError> {
        let shard = shard.map_or(NO_SHARD, Shard);
        let mut parts = self.lock();
        let of_shard = match parts.by_shard.get(&shard) {
            Some(of_shard) => of_shard,
            None if parts.is_whole => return Ok(Arc::default()),
            None => {
                let filter = Filter::of("of_shard", [i64::from(shard.0)]);
                let read = self.read(&self.files, &filter)?;
                let of_shard = together([read]).remove(&shard).unwrap_or_default();
                parts.by_shard.entry(shard).or_insert(of_shard)
            }
        };
        Ok(of_shard.get(&table).map(Arc::clone).unwrap_or_default())
    }

    /// Reads all of it, for who goes through all shards. To be called where a thread may wait.
    ///
    /// # Errors
    /// If a file cannot be read or is broken.
    pub(crate) fn read_whole(&self) -> Result<(), LakeError> {
        let mut parts = self.lock();
        if parts.is_whole {
            return Ok(());
        }
        let numbers: Vec<usize> = (0..self.files.len()).collect();
        let read = parts::each(&numbers, |number| {
            let file = self.files.get(number..=number).unwrap_or_default();
            let read = self.read(file, &Filter::all())?;
            let even = |((shard, ..), _): &(Of, _)| shard.0 % 2 == 0;
            Ok(read.into_iter().partition::<Runs, _>(even))
        })?;
        let (even, odd): (Vec<Runs>, Vec<Runs>) = read.into_iter().unzip();
        let halves = Mutex::new(vec![even, odd]);
        let joined = parts::each(&[0, 1], |_| {
            let half = halves.lock().unwrap_or_else(PoisonError::into_inner).pop();
            Ok(together(half.unwrap_or_default()))
        })?;
        *parts = Parts { by_shard: joined.into_iter().flatten().collect(), is_whole: true };
        Ok(())
    }

    /// All of it, by table and shard.
    ///
    /// # Errors
    /// If a file cannot be read or is broken.
    pub(crate) async fn all(
        self: &Arc<Self>,
    ) -> Result<BTreeMap<Table, BTreeMap<Option<i32>, Arc<Ended>>>, LakeError> {
        self.prepare().await?;
        let mut all: BTreeMap<Table, BTreeMap<Option<i32>, Arc<Ended>>> = BTreeMap::new();
        for (shard, of_shard) in &self.lock().by_shard {
            let shard = (*shard != NO_SHARD).then_some(shard.0);
            for (table, ended) in &**of_shard {
                all.entry(*table).or_default().insert(shard, Arc::clone(ended));
            }
        }
        Ok(all)
    }

    /// Reads all of it while other tasks go on.
    ///
    /// # Errors
    /// If a file cannot be read or is broken.
    pub(crate) async fn prepare(self: &Arc<Self>) -> Result<(), LakeError> {
        if self.lock().is_whole {
            return Ok(());
        }
        let superseded = Arc::clone(self);
        let reading = tokio::task::spawn_blocking(move || superseded.read_whole());
        reading.await.map_err(|error| LakeError::Task(error.to_string()))?
    }

    /// The parts that are known, once a commit ended some versions too.
    pub(crate) fn with(&self, ended: &[Version], by: Commit) -> Parts {
        let mut parts = self.lock().clone();
        let mut new = Runs::new();
        for Version { table, shard, id } in ended {
            let shard = shard.unwrap_or(NO_SHARD);
            if parts.is_whole || parts.by_shard.contains_key(&shard) {
                note(&mut new, (shard, *table, *id), by);
            }
        }
        join(&mut parts.by_shard, [new]);
        parts
    }

    fn read(&self, files: &[DataFile], filter: &Filter) -> Result<Runs, LakeError> {
        let tables: BTreeMap<i8, Table> =
            Table::ALL.iter().map(|table| (table.number(), *table)).collect();
        let nothing = Arc::new(Self::nothing(&self.store));
        let scan = Scan::<SupersededRow>::new(self.store.clone(), files, filter.clone(), nothing);
        let mut read = Runs::new();
        scan.each(None, |Stored { id, row: old, .. }| {
            let version = RowId { written_by: Commit(old.old_written_by), row: old.old_row };
            if let Some(table) = tables.get(&old.of_table) {
                note(&mut read, (old.of_shard, *table, version), id.written_by);
            }
        })?;
        Ok(read)
    }

    fn lock(&self) -> MutexGuard<'_, Parts> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn note(runs: &mut Runs, (shard, table, id): (Shard, Table, RowId), by: Commit) {
    let of = (shard, table, id.written_by);
    match runs.last_mut() {
        Some((last, run)) if *last == of => run.push((id.row, by)),
        _ => runs.push((of, vec![(id.row, by)])),
    }
}

/// What several files say.
fn together(files: impl IntoIterator<Item = Runs>) -> BTreeMap<Shard, Arc<OfShard>> {
    let mut by_shard = BTreeMap::new();
    join(&mut by_shard, files);
    by_shard
}

fn join(by_shard: &mut BTreeMap<Shard, Arc<OfShard>>, files: impl IntoIterator<Item = Runs>) {
    let mut all: BTreeMap<Of, Vec<(i32, Commit)>> = BTreeMap::new();
    for (of, mut run) in files.into_iter().flatten() {
        all.entry(of).or_default().append(&mut run);
    }
    for ((shard, table, written_by), ends) in all {
        let of_shard = Arc::make_mut(by_shard.entry(shard).or_default());
        Arc::make_mut(of_shard.entry(table).or_default()).extend(written_by, ends);
    }
}

#[cfg(test)]
mod tests;
