//! A table as DataFusion reads it: the files its manifest names, and no others, and of their rows
//! those that stand by what is known.
//!
//! Of the present it is known where in a file the rows lie that stand (`places`). By what was known at
//! a commit, files that may have a row that did not stand then are read with the names of their rows
//! and a filter over them, all others as they are.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::{DataType, Field, SchemaRef},
    catalog::{Session, TableProvider},
    common::{DFSchema, DataFusionError, Result, ScalarValue, Statistics, stats::Precision},
    datasource::{
        TableType,
        listing::PartitionedFile,
        physical_plan::{
            FileGroup, FileScanConfigBuilder, ParquetSource, parquet::ParquetRowSelection,
        },
        source::DataSourceExec,
        table_schema::TableSchema,
    },
    execution::object_store::ObjectStoreUrl,
    logical_expr::{Expr, TableProviderFilterPushDown, utils::conjunction},
    parquet::arrow::arrow_reader::RowSelection,
    physical_plan::{ExecutionPlan, empty::EmptyExec, filter::FilterExecBuilder, union::UnionExec},
};

use object_store::ObjectMeta;
use yagura_model::id::Commit;

use crate::{
    delta::DataFile,
    ended::Ended,
    error::LakeError,
    parts,
    places::{KnownPlaces, Places, RESOLVED_AT, Wanted},
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
    places: KnownPlaces,
    subjects: Option<usize>,
}

/// A file of which all rows are read, or those at some places.
type Read = (DataFile, Option<Arc<Places>>);

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
        let (ended, places) = (Arc::new(ended), KnownPlaces::default());
        Self { store, schema: schema.build(), files, ended, known, places, subjects: None }
    }

    /// The same, with what is known of where rows lie.
    #[must_use]
    pub(crate) fn at(self, places: KnownPlaces) -> Self {
        Self { places, ..self }
    }

    /// The same, which tell of so many subjects at most.
    #[must_use]
    pub(crate) fn of_subjects(self, subjects: u64) -> Self {
        Self { subjects: usize::try_from(subjects).ok(), ..self }
    }

    /// How many rows its files have, with those that stand no longer.
    pub(crate) fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
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

    /// The files that have rows of the present that are wanted, with their places.
    async fn at_places(&self, wanted: Wanted) -> Result<Vec<Read>> {
        let (store, known, all) = (self.store.clone(), self.places.clone(), self.files.clone());
        let ended = |file: &DataFile| {
            let ended = self.ended.get(&file.shard).filter(|_| self.may_have_ended(file));
            ended.map(Arc::clone)
        };
        let ended: Vec<Option<Arc<Ended>>> = all.iter().map(ended).collect();
        let reading = tokio::task::spawn_blocking(move || {
            let numbers: Vec<usize> = (0..all.len()).collect();
            let read = parts::each(&numbers, |number| {
                let Some((file, ended)) = all.get(number).zip(ended.get(number)) else {
                    return Ok(None);
                };
                if ended.is_none() && wanted == Wanted::Standing {
                    return Ok(Some((file.clone(), None)));
                }
                let places = known.of(&store, file, ended.as_ref(), wanted)?;
                Ok((places.count > 0).then(|| (file.clone(), Some(places))))
            });
            read.map(|read| read.into_iter().flatten().collect())
        });
        let read = reading.await.map_err(|error| LakeError::Task(error.to_string()));
        read.flatten().map_err(|error| DataFusionError::External(error.into()))
    }

    /// Whether it is asked for what is open of the present.
    fn is_open(&self, filter: &Expr) -> bool {
        let Expr::IsNull(column) = filter else { return false };
        let Expr::Column(column) = &**column else { return false };
        self.known.is_none() && column.name == RESOLVED_AT
    }

    fn file(&self, read: &Read) -> PartitionedFile {
        let (file, places) = read;
        let shard = file.shard.map(|shard| ScalarValue::Int32(Some(shard)));
        let found = ObjectMeta {
            location: self.store.under(&file.path),
            last_modified: Default::default(),
            size: file.size,
            e_tag: None,
            version: None,
        };
        let file = PartitionedFile::new_from_meta(found)
            .with_partition_values(shard.into_iter().collect())
            .with_statistics(Arc::new(self.statistics(read)));
        match places.as_deref().filter(|places| places.count < places.rows.len()) {
            Some(places) => {
                let rows = RowSelection::from_boolean_buffer(places.rows.clone());
                file.with_extension(ParquetRowSelection::new(rows))
            }
            None => file,
        }
    }

    /// What the log says of a file: files that cannot hold an answer are not opened.
    fn statistics(&self, (file, places): &Read) -> Statistics {
        let schema = self.schema.file_schema();
        let mut statistics = Statistics::new_unknown(schema);
        statistics.num_rows = Precision::Exact(rows(file, places.as_deref()));
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
        let pushed_down = |filter: &&Expr| match self.is_open(filter) {
            true => TableProviderFilterPushDown::Exact,
            false => TableProviderFilterPushDown::Inexact,
        };
        Ok(filters.iter().map(pushed_down).collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = self.schema();
        let wanted = projection.cloned().unwrap_or_else(|| (0..schema.fields().len()).collect());
        if self.known.is_none() {
            let (open, filters): (Vec<Expr>, Vec<Expr>) =
                filters.iter().cloned().partition(|filter| self.is_open(filter));
            let rows = if open.is_empty() { Wanted::Standing } else { Wanted::Open };
            let files = self.at_places(rows).await?;
            if files.is_empty() {
                return Ok(Arc::new(EmptyExec::new(Arc::new(schema.project(&wanted)?))));
            }
            return self.read(state, &files, wanted, &filters, limit);
        }
        let all = self.files.iter().map(|file| (file.clone(), None));
        let (ended, whole): (Vec<Read>, Vec<Read>) =
            all.partition(|(file, _)| self.may_have_ended(file));
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
    fn together(&self, files: &[Read]) -> Statistics {
        let schema = self.schema.table_schema();
        let mut statistics = Statistics::new_unknown(schema);
        let all = files.iter().map(|(file, places)| rows(file, places.as_deref())).sum();
        statistics.num_rows = Precision::Exact(all);
        for (field, column) in schema.fields().iter().zip(&mut statistics.column_statistics) {
            let mut ranges = files.iter().map(|(file, _)| file.ranges.get(field.name()).copied());
            let both = |a: Range, b: Range| Some((a?.0.min(b?.0), a?.1.max(b?.1)));
            if let Some((low, high)) = ranges.next().and_then(|first| ranges.fold(first, both)) {
                column.min_value = bound(field.data_type(), low).to_inexact();
                column.max_value = bound(field.data_type(), high).to_inexact();
            }
            // How many rows a subject has says how many come of a join with it.
            if let Some(subjects) = self.subjects.filter(|_| field.name() == "subject") {
                column.distinct_count = Precision::Inexact(subjects.min(all));
            }
        }
        statistics
    }

    /// Some files with some columns, without those that can hold no answer.
    fn read(
        &self,
        state: &dyn Session,
        files: &[Read],
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

/// How many rows are read of a file.
fn rows(file: &DataFile, places: Option<&Places>) -> usize {
    places.map_or_else(|| usize::try_from(file.rows).unwrap_or(usize::MAX), |places| places.count)
}

/// A value of the log in the type of its column; those of other columns bound nothing.
fn bound(of: &DataType, value: i64) -> Precision<ScalarValue> {
    match (of, i32::try_from(value)) {
        (DataType::Int64, _) => Precision::Exact(ScalarValue::Int64(Some(value))),
        (DataType::Int32, Ok(value)) => Precision::Exact(ScalarValue::Int32(Some(value))),
        _ => Precision::Absent,
    }
}
