//! Opening files at the rows that may be wanted.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::RecordBatch,
        datatypes::{DataType, Field, Schema, SchemaRef},
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
        file::{
            metadata::{PageIndexPolicy, RowGroupMetaData},
            reader::ChunkReader,
            statistics::Statistics,
        },
        schema::types::SchemaDescriptor,
    },
};

use super::{
    filter::{Filter, held, said},
    pages,
};
use crate::{
    content::ContentDigest, delta::DataFile, error::LakeError, keys::Keys, row::Row, store::Store,
};

/// Files of at most so many bytes are compared with what was written whenever they are read.
const COMPARED: u64 = 64 << 10;

/// If one row in so many is wanted or more, all are decoded and compared: that is faster than to
/// leave out what lies between them.
const DENSE: u64 = 64;

/// So many rows are decoded at once: what is made of them stays near the processor.
const BATCH: usize = 8_192;

fn broken(file: &DataFile) -> impl Fn(ParquetError) -> LakeError {
    let path = file.path.to_string();
    move |source| LakeError::Parquet { path: path.clone(), source }
}

/// The rows of a file that are wanted, batch by batch.
pub(super) struct Batches<'f> {
    file: &'f DataFile,
    reader: ParquetRecordBatchReader,
    filter: &'f Filter,
    chosen: Chosen,
}

/// When rows are chosen by their columns.
#[derive(Clone, Copy)]
enum Chosen {
    /// Before all columns are decoded, but for what many rows have.
    Before,
    /// When they are decoded.
    Here,
}

impl Iterator for Batches<'_> {
    type Item = Result<RecordBatch, LakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.reader.next()?.map_err(|error| broken(self.file)(error.into()));
        Some(batch.and_then(|batch| match self.chosen {
            Chosen::Here => self.filter.of_batch(&batch),
            Chosen::Before => self.filter.of_few(&batch),
        }))
    }
}

/// Opens a file at the rows that may be wanted; a small one is compared with what was written, since
/// it is read whole in any case.
pub(super) fn open<'f, T: Row>(
    store: &Store,
    file: &'f DataFile,
    filter: &'f Filter,
) -> Result<Batches<'f>, LakeError> {
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

fn read_from<'f, T: Row, R: ChunkReader + 'static>(
    opened: R,
    file: &'f DataFile,
    filter: &'f Filter,
) -> Result<Batches<'f>, LakeError> {
    let mut columns: Vec<String> = T::fields().iter().map(|f| f.name().clone()).collect();
    columns.extend(["written_by", "row", "superseded_by"].map(str::to_owned));
    let broken = broken(file);
    let by_key = filter.keys.as_ref().is_some_and(|(name, _)| T::KEY == Some(*name));
    let pages = match by_key && file.rows >= pages::WORTH_ROWS {
        true => PageIndexPolicy::Optional,
        false => PageIndexPolicy::Skip,
    };
    let options = ArrowReaderOptions::new().with_page_index_policy(pages);
    let metadata = ArrowReaderMetadata::load(&opened, options).map_err(&broken)?;
    let options = ArrowReaderOptions::new().with_schema(by_dictionary::<T>(metadata.schema()));
    let metadata =
        ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options).map_err(&broken)?;
    let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(opened, metadata);
    let mut rows = file.rows;
    if let Some((name, keys)) = &filter.keys {
        let groups = builder.metadata().row_groups().iter().enumerate();
        let groups: Vec<_> = groups.filter(|(_, group)| may_hold(group, name, keys)).collect();
        rows = groups.iter().map(|(_, group)| group.num_rows().unsigned_abs()).sum();
        let groups: Vec<usize> = groups.into_iter().map(|(index, _)| index).collect();
        if let Some((of_pages, count)) = pages::rows_of(builder.metadata(), &groups, name, keys)
            && count < rows
        {
            rows = count;
            builder = builder.with_row_selection(of_pages);
        }
        builder = builder.with_row_groups(groups);
    }
    let is_dense = filter.keys.as_ref().is_some_and(|(_, keys)| keys.len() as u64 * DENSE >= rows);
    let chosen =
        if is_dense && filter.names_only(&columns) { Chosen::Here } else { Chosen::Before };
    if matches!(chosen, Chosen::Before) {
        let predicates = predicates(filter, builder.parquet_schema());
        if !predicates.is_empty() {
            builder = builder.with_row_filter(RowFilter::new(predicates));
        }
    }
    let mask =
        ProjectionMask::columns(builder.parquet_schema(), columns.iter().map(String::as_str));
    let reader = builder.with_projection(mask).with_batch_size(BATCH).build().map_err(broken)?;
    Ok(Batches { file, reader, filter, chosen })
}

/// What chooses rows before all of their columns are decoded.
fn predicates(filter: &Filter, schema: &SchemaDescriptor) -> Vec<Box<dyn ArrowPredicate>> {
    let mut predicates: Vec<Box<dyn ArrowPredicate>> = Vec::new();
    for (name, keys) in filter.keys.iter().chain(&filter.also) {
        let keys = Arc::clone(keys);
        let predicate = move |batch: RecordBatch| Ok(held(&batch, &keys));
        let column = ProjectionMask::columns(schema, [*name]);
        predicates.push(Box::new(ArrowPredicateFn::new(column, predicate)));
    }
    if let Some((name, text)) = filter.text.clone() {
        let predicate =
            move |batch: RecordBatch| said(&batch, |value| value.eq_ignore_ascii_case(&text));
        let column = ProjectionMask::columns(schema, [name]);
        predicates.push(Box::new(ArrowPredicateFn::new(column, predicate)));
    }
    predicates
}

/// The schema of a file with the columns whose values repeat as dictionaries, as they are stored:
/// each value is made once, however often it stands.
pub(crate) fn by_dictionary<T: Row>(schema: &Schema) -> SchemaRef {
    let repeating = T::repeating();
    let field = |field: &Arc<Field>| {
        if !repeating.contains(&field.name().as_str()) || T::TABLE.is_distinct(field.name()) {
            return Arc::clone(field);
        }
        let keyed = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        Arc::new(field.as_ref().clone().with_data_type(keyed))
    };
    let fields: Vec<Arc<Field>> = schema.fields().iter().map(field).collect();
    Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
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
