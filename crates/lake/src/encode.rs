//! Rows into Parquet files.

use std::{collections::BTreeMap, io::Write, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, Int32Array, Int64Array, RecordBatch, UInt64Array},
        compute::{cast, max, min, take_record_batch},
        datatypes::{DataType, SchemaRef},
    },
    parquet::{
        arrow::ArrowWriter,
        basic::{Compression, Encoding, ZstdLevel},
        file::properties::{EnabledStatistics, WriterProperties},
        schema::types::ColumnPath,
    },
};
use yagura_model::id::{Commit, Shard, SubjectKey};

use crate::{
    content::{ContentDigest, Hashed},
    error::LakeError,
    row::Row,
    table::Table,
};

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
    pub(crate) digest: ContentDigest,
}

/// Rows as they stand in files: stamped with their commit and numbered from `first`.
pub(crate) fn stamped<T: Row>(
    rows: &[T],
    commit: Commit,
    first: i32,
) -> Result<RecordBatch, LakeError> {
    let too_many = || LakeError::TooManyRows(T::TABLE.name());
    let length = i32::try_from(rows.len()).map_err(|_| too_many())?;
    let end = first.checked_add(length).ok_or_else(too_many)?;
    let mut all = T::to_columns(rows);
    all.push(Arc::new(Int64Array::from(vec![commit.0; rows.len()])));
    all.push(Arc::new(Int32Array::from_iter_values(first..end)));
    all.push(Arc::new(Int64Array::from(vec![None; rows.len()])));
    Ok(RecordBatch::try_new(T::TABLE.file_schema(), all)?)
}

/// The files of some rows that have all columns: those of each shard apart, sorted by the table's
/// key, rows of one key in the order given.
pub(crate) fn files(table: Table, rows: &RecordBatch) -> Result<Vec<EncodedFile>, LakeError> {
    let keys = table.key().and_then(|key| rows.column_by_name(key)).map(numbers);
    let Some(keys) = keys.transpose()? else { return parts(table, None, rows) };
    let mut by_shard: BTreeMap<Option<Shard>, Vec<u64>> = BTreeMap::new();
    for (index, key) in (0_u64..).zip(&keys) {
        let shard = table.is_sharded().then(|| SubjectKey(*key).shard());
        by_shard.entry(shard).or_default().push(index);
    }
    let single = by_shard.len() == 1;
    let mut encoded = Vec::new();
    for (shard, mut indices) in by_shard {
        let key = |index: &u64| keys.get(*index as usize);
        let sorted = indices.is_sorted_by_key(key);
        if single && sorted {
            encoded.extend(parts(table, shard, rows)?);
            continue;
        }
        if !sorted {
            indices.sort_by_key(key);
        }
        encoded.extend(parts(
            table,
            shard,
            &take_record_batch(rows, &UInt64Array::from(indices))?,
        )?);
    }
    Ok(encoded)
}

/// The values of a key column as integers.
fn numbers(column: &ArrayRef) -> Result<Vec<i64>, LakeError> {
    let wide = cast(column, &DataType::Int64)?;
    let wide = wide.as_any().downcast_ref::<Int64Array>().ok_or_else(|| LakeError::Shape {
        found: column.data_type().to_string(),
        wanted: "a column of integers".to_owned(),
    })?;
    Ok(wide.values().to_vec())
}

/// The files of some rows of one shard, none too large.
fn parts(
    table: Table,
    shard: Option<Shard>,
    rows: &RecordBatch,
) -> Result<Vec<EncodedFile>, LakeError> {
    let mut encoded = Vec::new();
    let mut start = 0;
    while start < rows.num_rows() {
        let part = rows.slice(start, FILE_ROWS.min(rows.num_rows() - start));
        start += part.num_rows();
        encoded.push(encode(table, shard, &part)?);
    }
    Ok(encoded)
}

/// One file of some rows that have all columns.
pub(crate) fn encode(
    table: Table,
    shard: Option<Shard>,
    batch: &RecordBatch,
) -> Result<EncodedFile, LakeError> {
    let mut bytes = Vec::new();
    let packing = if batch.num_rows() <= ROW_GROUP { Packing::Plain } else { Packing::Packed };
    let mut encoder = Encoder::new(&mut bytes, batch.schema(), packing)?;
    encoder.write(batch)?;
    let Encoded { stats, digest, .. } = encoder.finish()?;
    Ok(EncodedFile { table, shard, bytes, stats, digest })
}

/// How the pages of a file are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    /// As they are encoded: for a small file, which is soon merged with others and read often until
    /// then. To begin to compress each of its columns takes longer than to write it.
    Plain,
    /// Compressed.
    Packed,
}

/// A Parquet file that is being written, with Delta's statistics of what was written.
pub(crate) struct Encoder<W: Write + Send> {
    writer: ArrowWriter<Hashed<W>>,
    stats: Statistics,
}

/// A Parquet file that was written.
pub(crate) struct Encoded<W> {
    /// What it was written to.
    pub(crate) to: W,
    /// Delta's per-file statistics, JSON.
    pub(crate) stats: String,
    pub(crate) digest: ContentDigest,
}

impl<W: Write + Send> Encoder<W> {
    /// Begins a file.
    pub(crate) fn new(to: W, schema: SchemaRef, packing: Packing) -> Result<Self, LakeError> {
        let compression = match packing {
            Packing::Plain => Compression::UNCOMPRESSED,
            Packing::Packed => Compression::ZSTD(ZstdLevel::try_new(1)?),
        };
        let mut properties = WriterProperties::builder()
            .set_compression(compression)
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_created_by("yagura".to_owned());
        for field in schema.fields() {
            let ascending = matches!(
                field.name().as_str(),
                "subject" | "row" | "old_row" | "record" | "report"
            );
            if ascending && matches!(field.data_type(), DataType::Int64 | DataType::Int32) {
                let path = ColumnPath::from(field.name().as_str());
                properties = properties
                    .set_column_dictionary_enabled(path.clone(), false)
                    .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
            }
        }
        let writer = ArrowWriter::try_new(Hashed::new(to), schema, Some(properties.build()))?;
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

    /// Ends the file.
    pub(crate) fn finish(self) -> Result<Encoded<W>, LakeError> {
        let stats = self.stats.to_json();
        let (to, digest) = self.writer.into_inner()?.finish();
        Ok(Encoded { to, stats, digest })
    }
}

/// Delta statistics of the integer columns: what prunes files.
///
/// Source: Delta protocol, per-file statistics.
#[derive(Debug, Default)]
pub(crate) struct Statistics {
    rows: usize,
    columns: BTreeMap<String, ColumnStatistics>,
}

#[derive(Debug, Default)]
struct ColumnStatistics {
    range: Option<(i64, i64)>,
    nulls: usize,
}

impl Statistics {
    /// Counts some more rows.
    pub(crate) fn add(&mut self, batch: &RecordBatch) {
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

    pub(crate) fn to_json(&self) -> String {
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
