//! A table as DataFusion reads it: the files its manifest names, and no others.

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
    physical_plan::{ExecutionPlan, empty::EmptyExec},
};

use object_store::ObjectMeta;

use crate::{
    delta::DataFile,
    store::Store,
    table::{SHARD, Table},
};

/// Some files of one table.
#[derive(Debug)]
pub(crate) struct TableFiles {
    store: Store,
    schema: TableSchema,
    files: Vec<DataFile>,
}

impl TableFiles {
    pub(crate) fn new(store: Store, table: Table, files: Vec<DataFile>) -> Self {
        let mut schema = TableSchema::builder(table.file_schema());
        if table.is_sharded() {
            let shard = Arc::new(Field::new(SHARD, DataType::Int32, false));
            schema = schema.with_table_partition_cols(vec![shard]);
        }
        Self { store, schema: schema.build(), files }
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
        if self.files.is_empty() {
            let schema = self.schema();
            let projected = match projection {
                Some(indices) => Arc::new(schema.project(indices)?),
                None => schema,
            };
            return Ok(Arc::new(EmptyExec::new(projected)));
        }
        let mut source = ParquetSource::new(self.schema.clone());
        if let Some(filter) = conjunction(filters.iter().cloned()) {
            let schema = DFSchema::try_from(self.schema())?;
            source = source.with_predicate(state.create_physical_expr(filter, &schema)?);
        }
        let url = ObjectStoreUrl::local_filesystem();
        state.runtime_env().register_object_store(url.as_ref(), self.store.backend());
        let files = FileGroup::new(self.files.iter().map(|file| self.file(file)).collect());
        let rows = self.files.iter().map(|file| file.rows).sum();
        let mut statistics = Statistics::new_unknown(self.schema.table_schema());
        statistics.num_rows = Precision::Exact(count(rows));
        let scan = FileScanConfigBuilder::new(url, Arc::new(source))
            .with_file_groups(files.split_files(state.config().target_partitions()))
            .with_statistics(statistics)
            .with_projection_indices(projection.cloned())?
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
