//! Reading rows: files by their statistics, row groups by theirs, rows by their key.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use datafusion::{
    arrow::array::{
        Array, BooleanArray, Int8Array, Int32Array, Int64Array, RecordBatch, StringArray,
    },
    parquet::{
        arrow::{
            ProjectionMask,
            arrow_reader::{
                ArrowPredicate, ArrowPredicateFn, ParquetRecordBatchReaderBuilder, RowFilter,
            },
        },
        file::{metadata::RowGroupMetaData, statistics::Statistics},
    },
};
use futures::{StreamExt, TryStreamExt};
use yagura_model::id::{Commit, Shard};

use crate::{
    delta::DataFile,
    error::LakeError,
    row::{Row, RowId, Stored, column},
    store::Store,
};

/// Which rows are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only these shards.
    pub shards: Option<BTreeSet<Shard>>,
    /// Only rows whose integer column has one of these values.
    pub keys: Option<(&'static str, Arc<BTreeSet<i64>>)>,
    /// Only rows whose text column has this value, in any case of ASCII letters.
    pub text: Option<(&'static str, Arc<str>)>,
    /// Old versions too, not only those in force.
    pub superseded: bool,
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

    fn wants(&self, file: &DataFile) -> bool {
        let shard = match (&self.shards, file.shard) {
            (Some(shards), Some(shard)) => shards.contains(&Shard(shard)),
            _ => true,
        };
        let range = match &self.keys {
            Some((name, keys)) => file
                .ranges
                .get(*name)
                .is_none_or(|(low, high)| keys.range(low..=high).next().is_some()),
            None => true,
        };
        // A history file holds nothing that is in force.
        shard && range && (self.superseded || !file.is_history)
    }
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
            let columns: Vec<String> = T::fields().iter().map(|f| f.name().clone()).collect();
            let task =
                tokio::task::spawn_blocking(move || read_file(&store, &file, columns, &filter));
            async { task.await.map_err(|error| LakeError::Task(error.to_string()))? }
        })
        .buffered(2)
        .try_collect()
        .await?;
    let mut rows = Vec::with_capacity(batches.iter().flatten().map(RecordBatch::num_rows).sum());
    for batch in batches.iter().flatten() {
        let written_by = column::<Commit>(batch, "written_by")?;
        let numbers = column::<i32>(batch, "row")?;
        let ends = column::<Option<Commit>>(batch, "superseded_by")?;
        let values = T::from_batch(batch)?;
        for (((written_by, row), end), value) in
            written_by.into_iter().zip(numbers).zip(ends).zip(values)
        {
            let id = RowId { written_by, row };
            let superseded_by = end.or_else(|| superseded.get(&id).copied());
            if filter.superseded || superseded_by.is_none() {
                rows.push(Stored { id, superseded_by, row: value });
            }
        }
    }
    // Files are sorted by the key: this merges runs.
    rows.sort_by_key(|stored| (stored.row.key(), stored.id));
    Ok(rows)
}

fn read_file(
    store: &Store,
    file: &DataFile,
    mut columns: Vec<String>,
    filter: &Filter,
) -> Result<Vec<RecordBatch>, LakeError> {
    columns.extend(["written_by", "row", "superseded_by"].map(str::to_owned));
    let opened = store.open_file(&file.path)?;
    let broken = |source| LakeError::Parquet { path: file.path.to_string(), source };
    let mut builder = ParquetRecordBatchReaderBuilder::try_new(opened).map_err(broken)?;
    let names = columns.iter().map(String::as_str);
    let mask = ProjectionMask::columns(builder.parquet_schema(), names);
    let mut predicates: Vec<Box<dyn ArrowPredicate>> = Vec::new();
    if let Some((name, keys)) = filter.keys.clone() {
        let groups = builder
            .metadata()
            .row_groups()
            .iter()
            .enumerate()
            .filter(|(_, group)| may_hold(group, name, &keys))
            .map(|(index, _)| index)
            .collect();
        let key = ProjectionMask::columns(builder.parquet_schema(), [name]);
        predicates.push(Box::new(ArrowPredicateFn::new(key, move |batch| Ok(held(&batch, &keys)))));
        builder = builder.with_row_groups(groups);
    }
    if let Some((name, text)) = filter.text.clone() {
        let column = ProjectionMask::columns(builder.parquet_schema(), [name]);
        let predicate = ArrowPredicateFn::new(column, move |batch| Ok(said(&batch, &text)));
        predicates.push(Box::new(predicate));
    }
    if !predicates.is_empty() {
        builder = builder.with_row_filter(RowFilter::new(predicates));
    }
    let reader = builder.with_projection(mask).with_batch_size(65_536).build().map_err(broken)?;
    reader.map(|batch| batch.map_err(|source| broken(source.into()))).collect()
}

/// Which rows of a batch of one integer column have one of the keys.
fn held(batch: &RecordBatch, keys: &BTreeSet<i64>) -> BooleanArray {
    let Some(column) = batch.columns().first() else { return all(batch) };
    if let Some(column) = column.as_any().downcast_ref::<Int64Array>() {
        column.iter().map(|v| Some(v.is_some_and(|v| keys.contains(&v)))).collect()
    } else if let Some(column) = column.as_any().downcast_ref::<Int32Array>() {
        column.iter().map(|v| Some(v.is_some_and(|v| keys.contains(&i64::from(v))))).collect()
    } else if let Some(column) = column.as_any().downcast_ref::<Int8Array>() {
        column.iter().map(|v| Some(v.is_some_and(|v| keys.contains(&i64::from(v))))).collect()
    } else {
        all(batch)
    }
}

/// Which rows of a batch of one text column have a value.
fn said(batch: &RecordBatch, text: &str) -> BooleanArray {
    let column = batch.columns().first().and_then(|c| c.as_any().downcast_ref::<StringArray>());
    let Some(column) = column else { return all(batch) };
    column.iter().map(|v| Some(v.is_some_and(|v| v.eq_ignore_ascii_case(text)))).collect()
}

fn all(batch: &RecordBatch) -> BooleanArray {
    BooleanArray::from(vec![true; batch.num_rows()])
}

/// Whether a row group may hold one of the keys, by the statistics of the column.
fn may_hold(group: &RowGroupMetaData, name: &str, keys: &BTreeSet<i64>) -> bool {
    let column = group.columns().iter().find(|column| column.column_path().string() == name);
    let range = match column.and_then(|column| column.statistics()) {
        Some(Statistics::Int64(values)) => values.min_opt().copied().zip(values.max_opt().copied()),
        Some(Statistics::Int32(values)) => values
            .min_opt()
            .zip(values.max_opt())
            .map(|(low, high)| (i64::from(*low), i64::from(*high))),
        _ => None,
    };
    range.is_none_or(|(low, high)| keys.range(low..=high).next().is_some())
}
