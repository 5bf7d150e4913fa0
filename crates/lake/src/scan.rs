//! Reading rows: files by their statistics, row groups by theirs, rows by their key.
//!
//! Either all rows wanted are given in order, or a [`Scan`] shows them one by one, file after file,
//! to who keeps little of each.

use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::sync::Arc;

use datafusion::arrow::{
    array::{ArrayRef, BooleanArray, BooleanBufferBuilder, RecordBatch, new_null_array},
    compute::{cast, concat_batches, filter_record_batch},
    datatypes::{Field, Schema},
    error::ArrowError,
};
use futures::{StreamExt, TryStreamExt};
use yagura_model::id::{Commit, Shard};

use crate::{
    cell::Cell,
    delta::DataFile,
    ended::Ended,
    error::LakeError,
    row::{Row, RowId, RowIds, Stored, column},
    store::Store,
    superseded::Superseded,
};

mod filter;
mod open;
mod pages;

pub use filter::Filter;
pub(crate) use open::by_dictionary;
use open::{Batches, open};

/// The rows of a table that are wanted, to be gone through one by one.
#[derive(Debug)]
pub struct Scan<T> {
    store: Store,
    files: Vec<DataFile>,
    filter: Filter,
    superseded: Arc<Superseded>,
    row: PhantomData<fn() -> T>,
}

impl<T: Row> Scan<T> {
    pub(crate) fn new(
        store: Store,
        files: &[DataFile],
        filter: Filter,
        superseded: Arc<Superseded>,
    ) -> Self {
        let files = files.iter().filter(|file| filter.wants(file)).cloned().collect();
        Self { store, files, filter, superseded, row: PhantomData }
    }

    /// Only files with something that was written after a commit, which hold older rows too.
    #[must_use]
    pub(crate) fn written_after(mut self, commit: Commit) -> Self {
        self.files.retain(|file| {
            file.ranges.get("written_by").is_none_or(|(_, newest)| *newest > commit.0)
        });
        self
    }

    /// The shards that have rows, ascending; none in a table without shards.
    pub fn shards(&self) -> BTreeSet<Shard> {
        self.files.iter().filter_map(|file| file.shard.map(Shard)).collect()
    }

    /// About how many rows a shard has, and no fewer than are shown.
    pub fn rows(&self, shard: Shard) -> usize {
        let files = self.files.iter().filter(|file| file.shard == Some(shard.0));
        usize::try_from(files.map(|file| file.rows).sum::<u64>()).unwrap_or_default()
    }

    /// Shows every row of a shard, or of all files, in no order that means anything. Reads files: to
    /// be called where a thread may wait.
    ///
    /// # Errors
    /// If a file cannot be read or is broken; the error names it.
    pub fn each(
        &self,
        shard: Option<Shard>,
        mut take: impl FnMut(Stored<T>),
    ) -> Result<(), LakeError> {
        let of_shard = |file: &&DataFile| shard.is_none_or(|shard| file.shard == Some(shard.0));
        for file in self.files.iter().filter(of_shard) {
            let (mut before, mut ended) = (None, None);
            for batch in open::<T>(&self.store, file, &self.filter)? {
                let ended = match &mut ended {
                    Some(ended) => ended,
                    none => none.insert(ended_of::<T>(&self.superseded, file)?),
                };
                each_row(&batch?, &self.filter, ended, &mut before, &mut take)?;
            }
        }
        Ok(())
    }
}

/// What ended of the rows of a file. Every row of a file of the history says so itself.
fn ended_of<T: Row>(superseded: &Superseded, file: &DataFile) -> Result<Arc<Ended>, LakeError> {
    if file.is_history { Ok(Arc::default()) } else { superseded.of(T::TABLE, file.shard) }
}

/// Which rows of a batch stand and are wanted.
struct Standing<'s> {
    ids: RowIds,
    ends: <Option<Commit> as Cell>::Column,
    filter: &'s Filter,
    ended: &'s Ended,
}

impl<'s> Standing<'s> {
    fn open(batch: &RecordBatch, filter: &'s Filter, ended: &'s Ended) -> Result<Self, LakeError> {
        let ends = column::<Option<Commit>>(batch, "superseded_by")?;
        Ok(Self { ids: RowIds::open(batch)?, ends, filter, ended })
    }

    /// The versions wanted, with their rows and what superseded them.
    fn all(&self) -> impl Iterator<Item = (usize, (RowId, Option<Commit>))> {
        let Self { ids, ends, filter, ended } = self;
        let is_of_now = filter.known.is_none() && !filter.superseded;
        // Rows of one commit mostly stand together, and few commits have a row that ended.
        let (mut last, mut of_commit) = (None, None);
        ids.all().enumerate().filter_map(move |(row, id)| {
            if filter.known.is_some_and(|commit| id.written_by > commit) {
                return None;
            }
            if last != Some(id.written_by) {
                (last, of_commit) = (Some(id.written_by), ended.of(id.written_by));
            }
            let end = <Option<Commit>>::at(ends, row);
            if is_of_now {
                let stands = end.is_none() && !of_commit.is_some_and(|ended| ended.has(id.row));
                return stands.then_some((row, (id, None)));
            }
            let listed = || of_commit.and_then(|ended| ended.get(id.row));
            let by_then = |by: &Commit| filter.known.is_none_or(|commit| *by <= commit);
            let superseded_by = end.or_else(listed).filter(by_then);
            let wanted = filter.superseded || superseded_by.is_none();
            wanted.then_some((row, (id, superseded_by)))
        })
    }
}

/// Which rows of a batch stand and are wanted.
pub(crate) fn stand(
    batch: &RecordBatch,
    filter: &Filter,
    ended: &Ended,
) -> Result<BooleanArray, LakeError> {
    let mut stand = BooleanBufferBuilder::new(batch.num_rows());
    stand.append_n(batch.num_rows(), false);
    for (row, _) in Standing::open(batch, filter, ended)?.all() {
        stand.set_bit(row, true);
    }
    Ok(BooleanArray::new(stand.finish(), None))
}

/// Shows the rows wanted of a batch; keeps its columns for the one that comes after it.
fn each_row<T: Row>(
    batch: &RecordBatch,
    filter: &Filter,
    ended: &Ended,
    before: &mut Option<T::Columns>,
    take: &mut impl FnMut(Stored<T>),
) -> Result<(), LakeError> {
    let columns = T::open(batch, before.as_ref())?;
    for (row, (id, superseded_by)) in Standing::open(batch, filter, ended)?.all() {
        take(Stored { id, superseded_by, row: T::at(&columns, row) });
    }
    *before = Some(columns);
    Ok(())
}

/// Shows the rows wanted of a batch in memory.
pub(crate) fn of_batch<T: Row>(
    batch: &RecordBatch,
    filter: &Filter,
    ended: &Ended,
    mut take: impl FnMut(Stored<T>),
) -> Result<(), LakeError> {
    let batch = filter.of_batch(batch)?;
    if batch.num_rows() == 0 {
        return Ok(());
    }
    each_row::<T>(&batch, filter, ended, &mut None, &mut |stored| {
        let wanted = match (&filter.shards, stored.row.shard()) {
            (Some(shards), Some(shard)) => shards.contains(&shard),
            _ => true,
        };
        if wanted {
            take(stored);
        }
    })
}

/// Reads the rows wanted from some files, in order of their key and name: the order in which they
/// lie in files, and in which files, does not show.
pub(crate) async fn read<T: Row + Send + 'static>(
    store: &Store,
    files: &[DataFile],
    filter: &Filter,
    superseded: &Arc<Superseded>,
) -> Result<Vec<Stored<T>>, LakeError> {
    let superseded = Arc::clone(superseded);
    let with_ended = move |file: &DataFile, batches: Batches<'_>| {
        let batches = batches.collect::<Result<Vec<_>, _>>()?;
        // What ended is asked for only if there is a row.
        let is_empty = batches.iter().all(|batch| batch.num_rows() == 0);
        let ended = if is_empty { Arc::default() } else { ended_of::<T>(&superseded, file)? };
        Ok((batches, ended))
    };
    let files = of_files::<T, _>(store, files, filter, with_ended).await?;
    let batches = || files.iter().flat_map(|(batches, _)| batches);
    let mut rows = Vec::with_capacity(batches().map(RecordBatch::num_rows).sum());
    let mut before = None;
    for (batches, ended) in &files {
        for batch in batches {
            each_row(batch, filter, ended, &mut before, &mut |stored| rows.push(stored))?;
        }
    }
    // Files are sorted by the key: this merges runs.
    rows.sort_by_key(|stored: &Stored<T>| (stored.row.key(), stored.id));
    Ok(rows)
}

/// Reads the rows in force that are wanted, with the columns of `T` and what all tables have, into
/// few batches.
pub(crate) async fn load<T: Row + Send + 'static>(
    store: &Store,
    files: &[DataFile],
    filter: &Filter,
    superseded: &Arc<Superseded>,
) -> Result<Vec<RecordBatch>, LakeError> {
    let (of, superseded) = (filter.clone(), Arc::clone(superseded));
    let in_force = move |file: &DataFile, batches: Batches<'_>| {
        let ended = ended_of::<T>(&superseded, file)?;
        let batches = batches.map(|batch| in_force::<T>(&batch?, &of, &ended));
        together(batches.collect::<Result<_, _>>()?)
    };
    let batches: Vec<Vec<RecordBatch>> = of_files::<T, _>(store, files, filter, in_force).await?;
    together(batches.into_iter().flatten().collect())
}

/// Rows of a batch that need not be put together with others.
const LONG: usize = 65_536;

/// The same rows in few batches, of which the short ones are let go of as they are put together.
fn together(batches: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, LakeError> {
    let (mut long, mut short, mut rows) = (Vec::new(), Vec::new(), 0);
    for batch in batches.into_iter().filter(|batch| batch.num_rows() > 0) {
        rows += batch.num_rows();
        short.push(batch);
        if rows >= LONG {
            long.extend(one(&std::mem::take(&mut short))?);
            rows = 0;
        }
    }
    long.extend(one(&short)?);
    Ok(long)
}

/// Some batches as one, if there are any.
fn one(batches: &[RecordBatch]) -> Result<Option<RecordBatch>, LakeError> {
    Ok(match batches {
        [] => None,
        [only] => Some(only.clone()),
        [first, ..] => Some(concat_batches(&first.schema(), batches)?),
    })
}

/// Does something with the rows wanted of each of some files, two files at a time.
async fn of_files<T: Row + Send + 'static, R: Send + 'static>(
    store: &Store,
    files: &[DataFile],
    filter: &Filter,
    with: impl Fn(&DataFile, Batches<'_>) -> Result<R, LakeError> + Clone + Send + 'static,
) -> Result<Vec<R>, LakeError> {
    let wanted = files.iter().filter(|file| filter.wants(file)).cloned();
    futures::stream::iter(wanted)
        .map(|file| {
            let (store, filter, with) = (store.clone(), filter.clone(), with.clone());
            let task = tokio::task::spawn_blocking(move || {
                let batches = open::<T>(&store, &file, &filter)?;
                with(&file, batches)
            });
            async { task.await.map_err(|error| LakeError::Task(error.to_string()))? }
        })
        .buffered(2)
        .try_collect()
        .await
}

/// The rows of a batch that are in force, in the types of their table: values that repeat stand in
/// each row, so that a few rows can be taken out of many.
fn in_force<T: Row>(
    batch: &RecordBatch,
    filter: &Filter,
    ended: &Ended,
) -> Result<RecordBatch, LakeError> {
    let batch = filter_record_batch(batch, &stand(batch, filter, ended)?)?;
    let table = T::TABLE.file_schema();
    let typed = |(field, column): (&Arc<Field>, &ArrayRef)| {
        let field = table.field_with_name(field.name())?;
        // By what is known later another may stand in the place of one that is in force here.
        let column = match field.name().as_str() {
            "superseded_by" => new_null_array(field.data_type(), column.len()),
            _ => cast(column, field.data_type())?,
        };
        Ok((field.clone(), column))
    };
    let columns = batch.schema_ref().fields().iter().zip(batch.columns()).map(typed);
    let (fields, columns): (Vec<Field>, Vec<ArrayRef>) =
        columns.collect::<Result<Vec<_>, ArrowError>>()?.into_iter().unzip();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}
