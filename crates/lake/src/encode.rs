//! Rows into Parquet files.

use std::{collections::BTreeMap, io::Write, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, Int32Array, Int64Array, RecordBatch},
        compute::{cast, interleave_record_batch, max, min},
        datatypes::{DataType, SchemaRef},
    },
    parquet::{
        arrow::ArrowWriter,
        basic::{Compression, Encoding},
        file::properties::{EnabledStatistics, WriterProperties},
        schema::types::ColumnPath,
    },
};
use yagura_model::id::{Commit, Shard, SubjectKey};

use crate::{
    changes::Packed,
    content::{ContentDigest, Hashed},
    error::LakeError,
    table::Table,
};

/// Rows in one row group: a point lookup reads one.
const ROW_GROUP: usize = 65_536;

/// Rows in one page: who looks for few rows decodes one of each column.
pub(crate) const PAGE: usize = 4_096;

/// Most rows in one file.
pub(crate) const FILE_ROWS: usize = 4_000_000;

/// Most keys in a file of superseded versions: it is written anew when some of them leave it.
pub(crate) const FILE_KEYS: usize = 524_288;

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
pub(crate) fn stamped(
    packed: &Packed,
    commit: Commit,
    first: i32,
) -> Result<RecordBatch, LakeError> {
    let Packed { table, columns, rows, .. } = packed;
    let too_many = || LakeError::TooManyRows(table.name());
    let length = i32::try_from(*rows).map_err(|_| too_many())?;
    let end = first.checked_add(length).ok_or_else(too_many)?;
    let mut all = columns.clone();
    all.push(Arc::new(Int64Array::from(vec![commit.0; *rows])));
    all.push(Arc::new(Int32Array::from_iter_values(first..end)));
    all.push(Arc::new(Int64Array::from(vec![None; *rows])));
    Ok(RecordBatch::try_new(table.file_schema(), all)?)
}

/// Where a row lies: the number of its batch, and its own there.
type Place = (u32, u32);

/// The files of some rows that have all columns: those of each shard apart, none too large, sorted by
/// the table's key, rows of one key in the order given.
pub(crate) fn files(table: Table, batches: &[RecordBatch]) -> Result<Vec<EncodedFile>, LakeError> {
    let of_key = |batch: &RecordBatch| {
        let key = table.key().and_then(|key| batch.column_by_name(key));
        key.map(numbers).transpose()
    };
    let keys: Vec<Option<Vec<i64>>> = batches.iter().map(of_key).collect::<Result<_, _>>()?;
    let key = |(batch, row): &Place| keys.get(*batch as usize)?.as_ref()?.get(*row as usize);
    let shard = |place: Place| {
        let key = key(&place).filter(|_| table.is_sharded());
        key.map(|key| SubjectKey(*key).shard())
    };
    let mut by_shard: BTreeMap<Option<Shard>, Vec<Place>> = BTreeMap::new();
    for (number, batch) in (0_u32..).zip(batches) {
        let mut places = (0..batch.num_rows() as u32).map(|row| (number, row)).peekable();
        while let Some(of) = places.peek().map(|place| shard(*place)) {
            let run = std::iter::from_fn(|| places.next_if(|place| shard(*place) == of));
            by_shard.entry(of).or_default().extend(run);
        }
    }
    let mut encoded = Vec::new();
    for (shard, mut places) in by_shard {
        if !places.is_sorted_by_key(key) {
            places.sort_by_key(key);
        }
        let most = if table == Table::Superseded { FILE_KEYS } else { FILE_ROWS };
        for part in places.chunks(most) {
            let rows = part.chunks(ROW_GROUP).map(|places| taken(batches, places));
            encoded.push(encode(table, shard, part.len(), rows)?);
        }
    }
    Ok(encoded)
}

/// The rows at some places, in their order.
fn taken(batches: &[RecordBatch], places: &[Place]) -> Result<RecordBatch, LakeError> {
    if let ([only], Some((_, first))) = (batches, places.first())
        && places.iter().zip(*first..).all(|((_, row), next)| *row == next)
    {
        return Ok(only.slice(*first as usize, places.len()));
    }
    let batches: Vec<&RecordBatch> = batches.iter().collect();
    let places: Vec<(usize, usize)> =
        places.iter().map(|(batch, row)| (*batch as usize, *row as usize)).collect();
    Ok(interleave_record_batch(&batches, &places)?)
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

/// One file of so many rows, which come one batch after the other.
fn encode(
    table: Table,
    shard: Option<Shard>,
    rows: usize,
    batches: impl IntoIterator<Item = Result<RecordBatch, LakeError>>,
) -> Result<EncodedFile, LakeError> {
    let mut bytes = Vec::new();
    let packing = if rows <= ROW_GROUP { Packing::Plain } else { Packing::Packed };
    let mut encoder = Encoder::new(&mut bytes, table.file_schema(), packing, Some(table))?;
    for batch in batches {
        encoder.write(&batch?)?;
    }
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
    /// Begins a file of a table, or of something else.
    pub(crate) fn new(
        to: W,
        schema: SchemaRef,
        packing: Packing,
        table: Option<Table>,
    ) -> Result<Self, LakeError> {
        let compression = match packing {
            Packing::Plain => Compression::UNCOMPRESSED,
            Packing::Packed => Compression::LZ4_RAW,
        };
        let mut properties = WriterProperties::builder()
            .set_compression(compression)
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_data_page_row_count_limit(PAGE)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_created_by("yagura".to_owned());
        if let Some(key) = table.and_then(Table::key) {
            let path = ColumnPath::from(key);
            properties = properties.set_column_statistics_enabled(path, EnabledStatistics::Page);
        }
        for field in schema.fields() {
            if table.is_some_and(|table| table.is_distinct(field.name())) {
                let path = ColumnPath::from(field.name().as_str());
                properties = properties.set_column_dictionary_enabled(path, false);
            }
            let ascending = matches!(
                field.name().as_str(),
                "subject" | "asset" | "row" | "old_row" | "record" | "report"
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
