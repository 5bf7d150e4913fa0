//! Reading rows: files by their statistics, row groups by theirs, rows by their key.
//!
//! Either all rows wanted are given in order, or a [`Scan`] shows them one by one, file after file,
//! to who keeps little of each.

use std::collections::{BTreeSet, HashMap};
use std::marker::PhantomData;
use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, BooleanArray, Int8Array, Int32Array, Int64Array, RecordBatch, StringArray},
        compute::{cast, filter_record_batch},
        datatypes::{DataType, Field, Schema, SchemaRef},
        error::ArrowError,
    },
    parquet::{
        arrow::{
            ProjectionMask,
            arrow_reader::{
                ArrowPredicate, ArrowPredicateFn, ArrowReaderMetadata, ArrowReaderOptions,
                ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowFilter,
            },
        },
        errors::ParquetError,
        file::{metadata::RowGroupMetaData, reader::ChunkReader, statistics::Statistics},
    },
};
use futures::{StreamExt, TryStreamExt};
use yagura_model::id::{Commit, Shard};

use crate::{
    content::ContentDigest,
    delta::DataFile,
    error::LakeError,
    keys::Keys,
    row::{Row, RowId, Stored, column},
    store::Store,
};

/// Files of at most so many bytes are compared with what was written whenever they are read.
const COMPARED: u64 = 64 << 10;

/// Which rows are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only these shards.
    pub shards: Option<BTreeSet<Shard>>,
    /// Only rows whose integer column has one of these values.
    pub keys: Option<(&'static str, Arc<Keys>)>,
    /// And only rows whose other integer column has one of these.
    pub(crate) also: Option<(&'static str, Arc<Keys>)>,
    /// Only rows whose text column has this value, in any case of ASCII letters.
    pub text: Option<(&'static str, Arc<str>)>,
    /// Old versions too, not only those in force.
    pub superseded: bool,
    /// 当時の認識: by what was known at this commit; what came later is as if it never had.
    pub known: Option<Commit>,
}

impl Filter {
    /// All rows in force.
    pub fn all() -> Self {
        Self::default()
    }

    /// The rows in force whose integer column has one of these values.
    pub fn of(column: &'static str, keys: impl IntoIterator<Item = i64>) -> Self {
        Self { keys: Some((column, Arc::new(keys.into_iter().collect()))), ..Self::default() }
    }

    /// The rows in force whose text column has a value, in any case of ASCII letters.
    pub fn named(column: &'static str, value: &str) -> Self {
        Self { text: Some((column, Arc::from(value))), ..Self::default() }
    }

    /// Only in these shards.
    #[must_use]
    pub fn in_shards(mut self, shards: impl IntoIterator<Item = Shard>) -> Self {
        self.shards = Some(shards.into_iter().collect());
        self
    }

    /// Old versions too.
    #[must_use]
    pub fn with_superseded(mut self) -> Self {
        self.superseded = true;
        self
    }

    /// By what was known at a commit; without one by all that is known.
    #[must_use]
    pub fn known_at(mut self, commit: Option<Commit>) -> Self {
        self.known = commit;
        self
    }

    /// Whether rows may be wanted whose key, the column named, lies in a range.
    pub(crate) fn may_want(&self, key: Option<&str>, range: Option<(i64, i64)>) -> bool {
        let (Some(key), Some((low, high))) = (key, range) else { return true };
        self.keys
            .iter()
            .chain(&self.also)
            .all(|(name, keys)| *name != key || keys.any_within(low, high))
    }

    fn wants(&self, file: &DataFile) -> bool {
        let shard = match (&self.shards, file.shard) {
            (Some(shards), Some(shard)) => shards.contains(&Shard(shard)),
            _ => true,
        };
        let range = match &self.keys {
            Some((name, keys)) => {
                file.ranges.get(*name).is_none_or(|(low, high)| keys.any_within(*low, *high))
            }
            None => true,
        };
        // A history file holds nothing that is in force now.
        shard && range && (self.superseded || self.known.is_some() || !file.is_history)
    }
}

/// The rows of a table that are wanted, to be gone through one by one.
#[derive(Debug)]
pub struct Scan<T> {
    store: Store,
    files: Vec<DataFile>,
    filter: Filter,
    superseded: Arc<HashMap<RowId, Commit>>,
    row: PhantomData<fn() -> T>,
}

impl<T: Row> Scan<T> {
    pub(crate) fn new(
        store: Store,
        files: &[DataFile],
        filter: Filter,
        superseded: Arc<HashMap<RowId, Commit>>,
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
        let ended = Ended::of(&self.superseded);
        for file in self.files.iter().filter(of_shard) {
            let reader = open::<T>(&self.store, file, &self.filter)?;
            for batch in reader {
                let batch = batch.map_err(|error| broken(file)(error.into()))?;
                each_row(&batch, &self.filter, &ended, &mut take)?;
            }
        }
        Ok(())
    }
}

/// The versions that stand no longer, for rows met in the order of commits.
struct Ended<'s> {
    by_row: &'s HashMap<RowId, Commit>,
    commits: BTreeSet<Commit>,
}

impl<'s> Ended<'s> {
    fn of(by_row: &'s HashMap<RowId, Commit>) -> Self {
        Self { by_row, commits: by_row.keys().map(|id| id.written_by).collect() }
    }
}

/// Shows the rows wanted of a batch.
fn each_row<T: Row>(
    batch: &RecordBatch,
    filter: &Filter,
    ended: &Ended<'_>,
    take: &mut impl FnMut(Stored<T>),
) -> Result<(), LakeError> {
    let written_by = column::<Commit>(batch, "written_by")?;
    let numbers = column::<i32>(batch, "row")?;
    let ends = column::<Option<Commit>>(batch, "superseded_by")?;
    let values = T::from_batch(batch)?;
    // Rows of one commit mostly stand together, and few commits have a row that ended.
    let (mut last, mut touched) = (None, false);
    for (((written_by, row), end), value) in
        written_by.into_iter().zip(numbers).zip(ends).zip(values)
    {
        let id = RowId { written_by, row };
        if last != Some(written_by) {
            (last, touched) = (Some(written_by), ended.commits.contains(&written_by));
        }
        if filter.known.is_some_and(|commit| written_by > commit) {
            continue;
        }
        let listed = || if touched { ended.by_row.get(&id).copied() } else { None };
        let by_then = |by: &Commit| filter.known.is_none_or(|commit| *by <= commit);
        let superseded_by = end.or_else(listed).filter(by_then);
        if filter.superseded || superseded_by.is_none() {
            take(Stored { id, superseded_by, row: value });
        }
    }
    Ok(())
}

/// Shows the rows wanted of a batch that has all columns of its table.
pub(crate) fn of_batch<T: Row>(
    batch: &RecordBatch,
    filter: &Filter,
    ended: &HashMap<RowId, Commit>,
    mut take: impl FnMut(Stored<T>),
) -> Result<(), LakeError> {
    let mut batch = batch.clone();
    for (name, keys) in filter.keys.iter().chain(&filter.also) {
        batch = only(&batch, name, |column| Ok(held(column, keys)))?;
    }
    if let Some((name, text)) = &filter.text {
        batch = only(&batch, name, |column| said(column, text))?;
    }
    if batch.num_rows() == 0 {
        return Ok(());
    }
    each_row::<T>(&batch, filter, &Ended::of(ended), &mut |stored| {
        let wanted = match (&filter.shards, stored.row.shard()) {
            (Some(shards), Some(shard)) => shards.contains(&shard),
            _ => true,
        };
        if wanted {
            take(stored);
        }
    })
}

/// The rows of a batch whose column is as wanted.
fn only(
    batch: &RecordBatch,
    name: &str,
    wanted: impl Fn(&RecordBatch) -> Result<BooleanArray, ArrowError>,
) -> Result<RecordBatch, LakeError> {
    let column = batch.project(&[batch.schema().index_of(name)?])?;
    let wanted = wanted(&column)?;
    Ok(if wanted.true_count() == 0 {
        batch.slice(0, 0)
    } else {
        filter_record_batch(batch, &wanted)?
    })
}

/// Reads the rows wanted from some files, in order of their key and name: the order in which they
/// lie in files, and in which files, does not show.
pub(crate) async fn read<T: Row + Send + 'static>(
    store: &Store,
    files: &[DataFile],
    filter: &Filter,
    superseded: &HashMap<RowId, Commit>,
) -> Result<Vec<Stored<T>>, LakeError> {
    let wanted = files.iter().filter(|file| filter.wants(file)).cloned();
    let batches: Vec<Vec<RecordBatch>> = futures::stream::iter(wanted)
        .map(|file| {
            let (store, filter) = (store.clone(), filter.clone());
            let task = tokio::task::spawn_blocking(move || {
                let reader = open::<T>(&store, &file, &filter)?;
                let batches = reader.map(|batch| batch.map_err(|e| broken(&file)(e.into())));
                batches.collect::<Result<Vec<_>, _>>()
            });
            async { task.await.map_err(|error| LakeError::Task(error.to_string()))? }
        })
        .buffered(2)
        .try_collect()
        .await?;
    let mut rows = Vec::with_capacity(batches.iter().flatten().map(RecordBatch::num_rows).sum());
    let ended = Ended::of(superseded);
    for batch in batches.iter().flatten() {
        each_row(batch, filter, &ended, &mut |stored| rows.push(stored))?;
    }
    // Files are sorted by the key: this merges runs.
    rows.sort_by_key(|stored: &Stored<T>| (stored.row.key(), stored.id));
    Ok(rows)
}

fn broken(file: &DataFile) -> impl Fn(ParquetError) -> LakeError {
    let path = file.path.to_string();
    move |source| LakeError::Parquet { path: path.clone(), source }
}

/// Opens a file at the rows that may be wanted; a small one is compared with what was written, since
/// it is read whole in any case.
fn open<T: Row>(
    store: &Store,
    file: &DataFile,
    filter: &Filter,
) -> Result<ParquetRecordBatchReader, LakeError> {
    match ContentDigest::in_name(&file.path).filter(|_| file.size <= COMPARED) {
        Some(digest) => {
            let bytes = store.read_file(&file.path)?;
            if ContentDigest::of(&bytes) != digest {
                return Err(LakeError::Altered { path: file.path.to_string() });
            }
            read_from::<T, _>(bytes, file, filter)
        }
        None => read_from::<T, _>(store.open_file(&file.path)?, file, filter),
    }
}

fn read_from<T: Row, R: ChunkReader + 'static>(
    opened: R,
    file: &DataFile,
    filter: &Filter,
) -> Result<ParquetRecordBatchReader, LakeError> {
    let mut columns: Vec<String> = T::fields().iter().map(|f| f.name().clone()).collect();
    columns.extend(["written_by", "row", "superseded_by"].map(str::to_owned));
    let broken = broken(file);
    let metadata =
        ArrowReaderMetadata::load(&opened, ArrowReaderOptions::new()).map_err(&broken)?;
    let options = ArrowReaderOptions::new().with_schema(by_dictionary::<T>(metadata.schema()));
    let metadata =
        ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options).map_err(&broken)?;
    let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(opened, metadata);
    let names = columns.iter().map(String::as_str);
    let mask = ProjectionMask::columns(builder.parquet_schema(), names);
    let mut predicates: Vec<Box<dyn ArrowPredicate>> = Vec::new();
    if let Some((name, keys)) = &filter.keys {
        let groups = builder.metadata().row_groups().iter().enumerate();
        let groups = groups.filter(|(_, group)| may_hold(group, name, keys));
        let groups = groups.map(|(index, _)| index).collect();
        builder = builder.with_row_groups(groups);
    }
    for (name, keys) in filter.keys.iter().chain(&filter.also) {
        let column = ProjectionMask::columns(builder.parquet_schema(), [*name]);
        let keys = Arc::clone(keys);
        let predicate = ArrowPredicateFn::new(column, move |batch| Ok(held(&batch, &keys)));
        predicates.push(Box::new(predicate));
    }
    if let Some((name, text)) = filter.text.clone() {
        let column = ProjectionMask::columns(builder.parquet_schema(), [name]);
        let predicate = ArrowPredicateFn::new(column, move |batch| said(&batch, &text));
        predicates.push(Box::new(predicate));
    }
    if !predicates.is_empty() {
        builder = builder.with_row_filter(RowFilter::new(predicates));
    }
    builder.with_projection(mask).with_batch_size(65_536).build().map_err(broken)
}

/// The schema of a file with the columns whose values repeat as dictionaries, as they are stored:
/// each value is made once, however often it stands.
pub(crate) fn by_dictionary<T: Row>(schema: &Schema) -> SchemaRef {
    let repeating = T::repeating();
    let field = |field: &Arc<Field>| {
        if !repeating.contains(&field.name().as_str()) {
            return Arc::clone(field);
        }
        let keyed = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        Arc::new(field.as_ref().clone().with_data_type(keyed))
    };
    let fields: Vec<Arc<Field>> = schema.fields().iter().map(field).collect();
    Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
}

/// Which rows of a batch of one integer column have one of the keys.
fn held(batch: &RecordBatch, keys: &Keys) -> BooleanArray {
    let Some(column) = batch.columns().first() else { return all(batch) };
    if let Some(column) = column.as_any().downcast_ref::<Int64Array>() {
        held_of(column.iter(), keys)
    } else if let Some(column) = column.as_any().downcast_ref::<Int32Array>() {
        held_of(column.iter().map(|value| value.map(i64::from)), keys)
    } else if let Some(column) = column.as_any().downcast_ref::<Int8Array>() {
        held_of(column.iter().map(|value| value.map(i64::from)), keys)
    } else {
        all(batch)
    }
}

fn held_of(values: impl Iterator<Item = Option<i64>>, keys: &Keys) -> BooleanArray {
    // Files are sorted: the same key stands in many rows one after another.
    let mut last = (None, false);
    let held = values.map(|value| {
        if last.0 != value {
            last = (value, value.is_some_and(|value| keys.contains(value)));
        }
        last.1
    });
    BooleanArray::from(held.collect::<Vec<bool>>())
}

/// Which rows of a batch of one text column have a value.
fn said(batch: &RecordBatch, text: &str) -> Result<BooleanArray, ArrowError> {
    let Some(column) = batch.columns().first() else { return Ok(all(batch)) };
    let column = cast(column, &DataType::Utf8)?;
    let Some(column) = column.as_any().downcast_ref::<StringArray>() else { return Ok(all(batch)) };
    Ok(column.iter().map(|v| Some(v.is_some_and(|v| v.eq_ignore_ascii_case(text)))).collect())
}

fn all(batch: &RecordBatch) -> BooleanArray {
    BooleanArray::from(vec![true; batch.num_rows()])
}

/// Whether a row group may hold one of the keys, by the statistics of the column.
fn may_hold(group: &RowGroupMetaData, name: &str, keys: &Keys) -> bool {
    let column = group.columns().iter().find(|column| column.column_path().string() == name);
    let range = match column.and_then(|column| column.statistics()) {
        Some(Statistics::Int64(values)) => values.min_opt().copied().zip(values.max_opt().copied()),
        Some(Statistics::Int32(values)) => values
            .min_opt()
            .zip(values.max_opt())
            .map(|(low, high)| (i64::from(*low), i64::from(*high))),
        _ => None,
    };
    range.is_none_or(|(low, high)| keys.any_within(low, high))
}
