//! Rows into Parquet files.

use std::{collections::BTreeMap, io::Write, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, Int32Array, Int64Array, RecordBatch},
        compute::{max, min},
        datatypes::{DataType, SchemaRef},
    },
    parquet::{
        arrow::ArrowWriter,
        basic::{Compression, Encoding, ZstdLevel},
        file::properties::{EnabledStatistics, WriterProperties},
        schema::types::ColumnPath,
    },
};
use yagura_model::id::{Commit, Shard};

use crate::{error::LakeError, row::Row, table::Table};

/// Rows in one row group: a point lookup reads one.
const ROW_GROUP: usize = 65_536;

/// Most rows in one file.
pub(crate) const FILE_ROWS: usize = 4_000_000;

/// A Parquet file ready to be put into the store.
#[derive(Debug)]
pub(crate) struct EncodedFile {
    pub(crate) table: Table,
    pub(crate) shard: Option<Shard>,
    pub(crate) bytes: Vec<u8>,
    /// Delta's per-file statistics, JSON.
    pub(crate) stats: String,
}

/// The files of new rows, stamped with their commit: one a shard, sorted by the table's key, rows
/// of one key in the order given.
pub(crate) fn new_rows<T: Row>(rows: &[T], commit: Commit) -> Result<Vec<EncodedFile>, LakeError> {
    let mut numbered: BTreeMap<Option<Shard>, Vec<usize>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        numbered.entry(row.shard()).or_default().push(index);
    }
    if i32::try_from(rows.len()).is_err() {
        return Err(LakeError::TooManyRows(T::TABLE.name()));
    }
    let mut files = Vec::new();
    let columns = T::to_columns(rows);
    let single = numbered.len() == 1;
    for (shard, mut indices) in numbered {
        let key = |index: &usize| rows.get(*index).map(Row::key);
        let sorted = indices.is_sorted_by_key(key);
        if !sorted {
            indices.sort_by_key(key);
        }
        let mut all = if single && sorted { columns.clone() } else { pick(&columns, &indices)? };
        let length = indices.len();
        all.push(Arc::new(Int64Array::from(vec![commit.0; length])));
        all.push(Arc::new(
            indices.iter().map(|index| i32::try_from(*index).ok()).collect::<Int32Array>(),
        ));
        all.push(Arc::new(Int64Array::from(vec![None; length])));
        let batch = RecordBatch::try_new(T::TABLE.file_schema(), all)?;
        let mut start = 0;
        while start < length {
            let part = batch.slice(start, FILE_ROWS.min(length - start));
            start += part.num_rows();
            files.push(encode(T::TABLE, shard, &part)?);
        }
    }
    Ok(files)
}

fn pick(columns: &[ArrayRef], indices: &[usize]) -> Result<Vec<ArrayRef>, LakeError> {
    let indices: datafusion::arrow::array::UInt64Array =
        indices.iter().map(|index| Some(*index as u64)).collect();
    let take = |column| datafusion::arrow::compute::take(column, &indices, None);
    Ok(columns.iter().map(|column| take(column.as_ref())).collect::<Result<_, _>>()?)
}

/// One file of some rows that have all columns.
pub(crate) fn encode(
    table: Table,
    shard: Option<Shard>,
    batch: &RecordBatch,
) -> Result<EncodedFile, LakeError> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, batch.schema())?;
    encoder.write(batch)?;
    let (_, stats) = encoder.finish()?;
    Ok(EncodedFile { table, shard, bytes, stats })
}

/// A Parquet file that is being written, with Delta's statistics of what was written.
pub(crate) struct Encoder<W: Write + Send> {
    writer: ArrowWriter<W>,
    stats: Statistics,
}

impl<W: Write + Send> Encoder<W> {
    /// Begins a file.
    pub(crate) fn new(to: W, schema: SchemaRef) -> Result<Self, LakeError> {
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_created_by("yagura".to_owned());
        for field in schema.fields() {
            let ascending =
                matches!(field.name().as_str(), "subject" | "row" | "record" | "report");
            if ascending && matches!(field.data_type(), DataType::Int64 | DataType::Int32) {
                let path = ColumnPath::from(field.name().as_str());
                properties = properties
                    .set_column_dictionary_enabled(path.clone(), false)
                    .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
            }
        }
        let writer = ArrowWriter::try_new(to, schema, Some(properties.build()))?;
        Ok(Self { writer, stats: Statistics::default() })
    }

    /// Adds rows.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        self.stats.add(batch);
        Ok(self.writer.write(batch)?)
    }

    /// About how many bytes the file has so far.
    pub(crate) fn length(&self) -> usize {
        self.writer.bytes_written() + self.writer.in_progress_size()
    }

    /// Ends the file; gives what it was written to and its statistics.
    pub(crate) fn finish(self) -> Result<(W, String), LakeError> {
        let stats = self.stats.to_json();
        Ok((self.writer.into_inner()?, stats))
    }
}

/// Delta statistics of the integer columns: what prunes files.
///
/// Source: Delta protocol, per-file statistics.
#[derive(Debug, Default)]
struct Statistics {
    rows: usize,
    columns: BTreeMap<String, ColumnStatistics>,
}

#[derive(Debug, Default)]
struct ColumnStatistics {
    range: Option<(i64, i64)>,
    nulls: usize,
}

impl Statistics {
    fn add(&mut self, batch: &RecordBatch) {
        self.rows += batch.num_rows();
        for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
            let range = if let Some(column) = column.as_any().downcast_ref::<Int64Array>() {
                min(column).zip(max(column))
            } else if let Some(column) = column.as_any().downcast_ref::<Int32Array>() {
                min(column).zip(max(column)).map(|(low, high)| (i64::from(low), i64::from(high)))
            } else {
                continue;
            };
            let all = self.columns.entry(field.name().clone()).or_default();
            all.nulls += column.null_count();
            all.range = match (all.range, range) {
                (Some((low, high)), Some((least, most))) => Some((low.min(least), high.max(most))),
                (before, now) => before.or(now),
            };
        }
    }

    fn to_json(&self) -> String {
        let range = |pick: fn((i64, i64)) -> i64| -> serde_json::Map<_, _> {
            let ranges = self.columns.iter();
            ranges.filter_map(|(name, of)| Some((name.clone(), pick(of.range?).into()))).collect()
        };
        let nulls: serde_json::Map<_, _> =
            self.columns.iter().map(|(name, of)| (name.clone(), of.nulls.into())).collect();
        serde_json::json!({
            "numRecords": self.rows,
            "minValues": range(|(least, _)| least),
            "maxValues": range(|(_, most)| most),
            "nullCount": nulls,
        })
        .to_string()
    }
}
