//! A table as DataFusion reads it: the files its manifest names, and no others, and of their rows
//! those that stand by what is known.
//!
//! Few files have a row that stands no longer. Those that may are read with the names of their rows
//! and a filter over them, all others as they are.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::{DataType, Field, SchemaRef},
    catalog::{Session, TableProvider},
    common::{DFSchema, Result, ScalarValue, Statistics, stats::Precision},
    datasource::{
        TableType,
        listing::PartitionedFile,
        physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource},
        source::DataSourceExec,
        table_schema::TableSchema,
    },
    execution::object_store::ObjectStoreUrl,
    logical_expr::{Expr, TableProviderFilterPushDown, utils::conjunction},
    physical_plan::{ExecutionPlan, empty::EmptyExec, filter::FilterExecBuilder, union::UnionExec},
};

use object_store::ObjectMeta;
use yagura_model::id::Commit;

use crate::{
    delta::DataFile,
    stands::{EndedIn, Stands},
    store::Store,
    table::{SHARD, Table},
};

/// The lowest and the highest value of a column, if they are known.
type Range = Option<(i64, i64)>;

/// The rows that stand of some files of one table.
#[derive(Debug)]
pub(crate) struct TableFiles {
    store: Store,
    schema: TableSchema,
    files: Vec<DataFile>,
    ended: Arc<EndedIn>,
    known: Option<Commit>,
}

impl TableFiles {
    /// By what was known at a commit, or by all that is.
    pub(crate) fn new(
        store: Store,
        table: Table,
        mut files: Vec<DataFile>,
        ended: EndedIn,
        known: Option<Commit>,
    ) -> Self {
        // No row of the history stands now.
        files.retain(|file| known.is_some() || !file.is_history);
        let mut schema = TableSchema::builder(table.file_schema());
        if table.is_sharded() {
            let shard = Arc::new(Field::new(SHARD, DataType::Int32, false));
            schema = schema.with_table_partition_cols(vec![shard]);
        }
        Self { store, schema: schema.build(), files, ended: Arc::new(ended), known }
    }

    /// Whether a row of a file may not stand.
    fn may_have_ended(&self, file: &DataFile) -> bool {
        let written_by = file.ranges.get("written_by");
        file.is_history
            || written_by.is_none_or(|(first, last)| {
                let after = self.known.is_some_and(|known| *last > known.0);
                let ended = self.ended.get(&file.shard);
                after || ended.is_some_and(|of| of.any_of(Commit(*first)..=Commit(*last)))
            })
    }

    fn file(&self, file: &DataFile) -> PartitionedFile {
        let shard = file.shard.map(|shard| ScalarValue::Int32(Some(shard)));
        let found = ObjectMeta {
            location: self.store.under(&file.path),
            last_modified: Default::default(),
            size: file.size,
            e_tag: None,
            version: None,
        };
        PartitionedFile::new_from_meta(found)
            .with_partition_values(shard.into_iter().collect())
            .with_statistics(Arc::new(self.statistics(file)))
    }

    /// What the log says of a file: files that cannot hold an answer are not opened.
    fn statistics(&self, file: &DataFile) -> Statistics {
        let schema = self.schema.file_schema();
        let mut statistics = Statistics::new_unknown(schema);
        statistics.num_rows = Precision::Exact(count(file.rows));
        for (field, column) in schema.fields().iter().zip(&mut statistics.column_statistics) {
            if let Some((low, high)) = file.ranges.get(field.name()) {
                column.min_value = bound(field.data_type(), *low);
                column.max_value = bound(field.data_type(), *high);
            }
            if field.name() == "superseded_by" && file.is_history {
                column.null_count = Precision::Exact(0);
            }
        }
        statistics
    }
}

#[async_trait]
impl TableProvider for TableFiles {
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.schema.table_schema())
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let (ended, whole): (Vec<&DataFile>, Vec<&DataFile>) =
            self.files.iter().partition(|file| self.may_have_ended(file));
        let schema = self.schema();
        let wanted = projection.cloned().unwrap_or_else(|| (0..schema.fields().len()).collect());
        let mut parts: Vec<Arc<dyn ExecutionPlan>> = Vec::new();
        if !whole.is_empty() {
            parts.push(self.read(state, &whole, wanted.clone(), filters, limit)?);
        }
        if !ended.is_empty() {
            let is_sharded = !self.schema.table_partition_cols().is_empty();
            let stands = Stands::new(Arc::clone(&self.ended), is_sharded, self.known);
            let mut columns = wanted.clone();
            for name in stands.columns() {
                let index = schema.index_of(name)?;
                if !columns.contains(&index) {
                    columns.push(index);
                }
            }
            let read = self.read(state, &ended, columns, filters, None)?;
            let predicate = stands.over(&read.schema(), state.config_options())?;
            let filter = FilterExecBuilder::new(predicate, read)
                .apply_projection(Some((0..wanted.len()).collect()))?;
            parts.push(Arc::new(filter.build()?));
        }
        match parts.len() {
            0 => Ok(Arc::new(EmptyExec::new(Arc::new(schema.project(&wanted)?)))),
            1 => Ok(parts.swap_remove(0)),
            _ => UnionExec::try_new(parts),
        }
    }
}

impl TableFiles {
    /// What the log says of some files together: a join keeps in memory what is smaller, and knows
    /// by the bounds of its keys how much comes of it.
    fn together(&self, files: &[&DataFile]) -> Statistics {
        let schema = self.schema.table_schema();
        let mut statistics = Statistics::new_unknown(schema);
        statistics.num_rows = Precision::Exact(count(files.iter().map(|file| file.rows).sum()));
        for (field, column) in schema.fields().iter().zip(&mut statistics.column_statistics) {
            let mut ranges = files.iter().map(|file| file.ranges.get(field.name()).copied());
            let both = |a: Range, b: Range| Some((a?.0.min(b?.0), a?.1.max(b?.1)));
            if let Some((low, high)) = ranges.next().and_then(|first| ranges.fold(first, both)) {
                column.min_value = bound(field.data_type(), low).to_inexact();
                column.max_value = bound(field.data_type(), high).to_inexact();
            }
        }
        statistics
    }

    /// Some files with some columns, without those that can hold no answer.
    fn read(
        &self,
        state: &dyn Session,
        files: &[&DataFile],
        columns: Vec<usize>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut source = ParquetSource::new(self.schema.clone());
        if let Some(filter) = conjunction(filters.iter().cloned()) {
            let schema = DFSchema::try_from(self.schema())?;
            source = source.with_predicate(state.create_physical_expr(filter, &schema)?);
        }
        let url = ObjectStoreUrl::local_filesystem();
        state.runtime_env().register_object_store(url.as_ref(), self.store.backend());
        let group = FileGroup::new(files.iter().map(|file| self.file(file)).collect());
        let scan = FileScanConfigBuilder::new(url, Arc::new(source))
            .with_file_groups(group.split_files(state.config().target_partitions()))
            .with_statistics(self.together(files))
            .with_projection_indices(Some(columns))?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(scan))
    }
}

fn count(rows: u64) -> usize {
    usize::try_from(rows).unwrap_or(usize::MAX)
}

/// A value of the log in the type of its column; those of other columns bound nothing.
fn bound(of: &DataType, value: i64) -> Precision<ScalarValue> {
    match (of, i32::try_from(value)) {
        (DataType::Int64, _) => Precision::Exact(ScalarValue::Int64(Some(value))),
        (DataType::Int32, Ok(value)) => Precision::Exact(ScalarValue::Int32(Some(value))),
        _ => Precision::Absent,
    }
}
