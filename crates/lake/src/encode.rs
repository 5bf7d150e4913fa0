//! Rows into Parquet files.

use std::{collections::BTreeMap, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, Int32Array, Int64Array, RecordBatch},
        compute::{max, min},
        datatypes::DataType,
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

/// The files of new rows, stamped with their commit: one a shard, in the order given.
pub(crate) fn new_rows<T: Row>(rows: &[T], commit: Commit) -> Result<Vec<EncodedFile>, LakeError> {
    let mut numbered: BTreeMap<Option<Shard>, (Vec<usize>, Vec<i32>)> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        let group = numbered.entry(row.shard()).or_default();
        group.0.push(index);
        group.1.push(i32::try_from(index).map_err(|_| LakeError::TooManyRows(T::TABLE.name()))?);
    }
    let mut files = Vec::new();
    let columns = T::to_columns(rows);
    let single = numbered.len() == 1;
    for (shard, (indices, numbers)) in numbered {
        let picked = if single { columns.clone() } else { pick(&columns, &indices)? };
        let length = numbers.len();
        let mut all = picked;
        all.push(Arc::new(Int64Array::from(vec![commit.0; length])));
        all.push(Arc::new(Int32Array::from(numbers)));
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

fn encode(
    table: Table,
    shard: Option<Shard>,
    batch: &RecordBatch,
) -> Result<EncodedFile, LakeError> {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by("yagura".to_owned());
    for field in batch.schema().fields() {
        let ascending = matches!(field.name().as_str(), "subject" | "row" | "record" | "report");
        if ascending && matches!(field.data_type(), DataType::Int64 | DataType::Int32) {
            let path = ColumnPath::from(field.name().as_str());
            properties = properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
        }
    }
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties.build()))?;
    writer.write(batch)?;
    writer.close()?;
    Ok(EncodedFile { table, shard, bytes, stats: stats(batch) })
}

/// Delta statistics of the integer columns: what prunes files.
///
/// Source: Delta protocol, per-file statistics.
fn stats(batch: &RecordBatch) -> String {
    let (mut low, mut high, mut nulls) =
        (serde_json::Map::new(), serde_json::Map::new(), serde_json::Map::new());
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        let range = if let Some(column) = column.as_any().downcast_ref::<Int64Array>() {
            min(column).zip(max(column))
        } else if let Some(column) = column.as_any().downcast_ref::<Int32Array>() {
            min(column).zip(max(column)).map(|(low, high)| (i64::from(low), i64::from(high)))
        } else {
            continue;
        };
        nulls.insert(field.name().clone(), column.null_count().into());
        if let Some((least, most)) = range {
            low.insert(field.name().clone(), least.into());
            high.insert(field.name().clone(), most.into());
        }
    }
    serde_json::json!({
        "numRecords": batch.num_rows(),
        "minValues": low,
        "maxValues": high,
        "nullCount": nulls,
    })
    .to_string()
}
