//! Delta tables: create, open at a version, append, put back.

use std::{collections::HashMap, sync::Arc};

use datafusion::catalog::TableProvider;
use deltalake::{
    DeltaTable, DeltaTableBuilder, DeltaTableError,
    kernel::{
        Action, Add, DataType, PrimitiveType, StructField, StructType,
        engine::arrow_conversion::TryIntoKernel,
        transaction::{CommitBuilder, CommitProperties},
    },
    logstore::LogStoreRef,
    protocol::{DeltaOperation, SaveMode},
    table::state::DeltaTableState,
};
use object_store::path::Path;

use crate::{
    encode::EncodedFile,
    error::LakeError,
    store::Store,
    table::{SHARD, Table},
};

/// A table at one version.
#[derive(Debug, Clone)]
pub(crate) struct OpenTable {
    log_store: LogStoreRef,
    state: DeltaTableState,
}

impl OpenTable {
    fn of(table: Table, delta: &DeltaTable) -> Result<Self, LakeError> {
        let state = delta.snapshot().map_err(failed(table, "reading"))?.clone();
        Ok(Self { log_store: delta.log_store(), state })
    }
}

/// A file of a table, as the Delta log lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DataFile {
    /// Path from the root of the store.
    pub(crate) path: Path,
    pub(crate) size: u64,
    pub(crate) shard: Option<i32>,
    pub(crate) rows: u64,
    /// Least and greatest value of the integer columns.
    pub(crate) ranges: HashMap<String, (i64, i64)>,
}

fn failed(table: Table, doing: &'static str) -> impl Fn(DeltaTableError) -> LakeError {
    move |source| LakeError::Delta { table: table.name(), doing, source: Box::new(source) }
}

fn folder(table: Table) -> String {
    format!("tables/{}", table.name())
}

fn builder(store: &Store, table: Table) -> Result<DeltaTableBuilder, LakeError> {
    let location = store.address(&Path::from(folder(table)))?;
    DeltaTableBuilder::from_url(location.clone())
        .map(|builder| builder.with_storage_backend(store.backend(), location))
        .map_err(failed(table, "opening"))
}

/// Opens a table at the version the manifest names.
pub(crate) async fn open(
    store: &Store,
    table: Table,
    version: i64,
) -> Result<OpenTable, LakeError> {
    let version = u64::try_from(version).map_err(|_| LakeError::Shape {
        found: format!("version {version}"),
        wanted: "a version from 0".to_owned(),
    })?;
    let opened = builder(store, table)?.with_version(version).load().await;
    OpenTable::of(table, &opened.map_err(failed(table, "opening"))?)
}

/// Removes from a table's log what no manifest names: what a crash left. To be called with the
/// lease held.
pub(crate) async fn put_back(
    store: &Store,
    table: Table,
    version: Option<i64>,
) -> Result<(), LakeError> {
    let version = version.and_then(|version| u64::try_from(version).ok());
    store.truncate_log(&Path::from(folder(table)), version).await?;
    Ok(())
}

/// Creates a table; there is no log of it.
pub(crate) async fn create(store: &Store, table: Table) -> Result<OpenTable, LakeError> {
    let schema: StructType = table.file_schema().as_ref().try_into_kernel()?;
    let mut fields: Vec<StructField> = schema.fields().cloned().collect();
    let partitions: Vec<&str> = if table.is_sharded() { vec![SHARD] } else { Vec::new() };
    if table.is_sharded() {
        fields.push(StructField::new(SHARD, DataType::Primitive(PrimitiveType::Integer), false));
    }
    let configuration = [
        ("delta.checkpointInterval", "10"),
        ("delta.enableExpiredLogCleanup", "false"),
        ("delta.appendOnly", "false"),
    ];
    let delta = builder(store, table)?.build().map_err(failed(table, "opening"))?;
    let created = delta
        .create()
        .with_table_name(table.name())
        .with_save_mode(SaveMode::ErrorIfExists)
        .with_columns(fields)
        .with_partition_columns(partitions)
        .with_configuration(
            configuration.map(|(key, value)| (key.to_owned(), Some(value.to_owned()))),
        )
        .await
        .map_err(failed(table, "creating"))?;
    OpenTable::of(table, &created)
}

/// Puts files into the store and adds them to a table; gives the version that holds them.
pub(crate) async fn append(
    store: &Store,
    table: Table,
    open: &mut OpenTable,
    files: Vec<EncodedFile>,
    commit: i64,
) -> Result<i64, LakeError> {
    let mut actions = Vec::new();
    for (index, file) in files.into_iter().enumerate() {
        actions.push(Action::Add(put(store, table, file, commit, index).await?));
    }
    commit_actions(table, open, actions).await
}

/// Puts one file into the store.
pub(crate) async fn put(
    store: &Store,
    table: Table,
    file: EncodedFile,
    commit: i64,
    index: usize,
) -> Result<Add, LakeError> {
    let name = format!("{commit:012}-{index:04}.parquet");
    let (relative, values) = match file.shard {
        Some(shard) => (
            format!("{SHARD}={shard}/{name}"),
            HashMap::from([(SHARD.to_owned(), Some(shard.to_string()))]),
        ),
        None => (name, HashMap::new()),
    };
    let size = file.bytes.len() as i64;
    store.put(&Path::from(format!("{}/{relative}", folder(table))), file.bytes.into()).await?;
    Ok(Add {
        path: relative,
        partition_values: values,
        size,
        modification_time: 0,
        data_change: true,
        stats: Some(file.stats),
        tags: None,
        deletion_vector: None,
        base_row_id: None,
        default_row_commit_version: None,
        clustering_provider: None,
    })
}

/// Makes one Delta version of some actions.
pub(crate) async fn commit_actions(
    table: Table,
    open: &mut OpenTable,
    actions: Vec<Action>,
) -> Result<i64, LakeError> {
    let operation = DeltaOperation::Write {
        mode: SaveMode::Append,
        partition_by: table.is_sharded().then(|| vec![SHARD.to_owned()]),
        predicate: None,
    };
    let finalized = CommitBuilder::from(
        CommitProperties::default().with_max_retries(0).with_cleanup_expired_logs(Some(false)),
    )
    .with_actions(actions)
    .build(Some(open.state.snapshot()), Arc::clone(&open.log_store), operation)
    .await
    .map_err(|source| LakeError::Delta {
        table: table.name(),
        doing: "committing to",
        source: Box::new(source),
    })?;
    let version = finalized.version();
    open.state = finalized.snapshot();
    Ok(version as i64)
}

/// The files of a table.
pub(crate) fn files(table: Table, open: &OpenTable) -> Vec<DataFile> {
    let mut files = Vec::new();
    for view in open.state.log_data() {
        let stats: Stats =
            view.stats().and_then(|stats| serde_json::from_str(&stats).ok()).unwrap_or_default();
        let shard = view
            .partition_values_map()
            .get(SHARD)
            .and_then(|value| value.as_deref()?.parse::<i32>().ok());
        let ranges = stats
            .low
            .iter()
            .filter_map(|(name, low)| {
                Some((name.clone(), (low.as_i64()?, stats.high.get(name)?.as_i64()?)))
            })
            .collect();
        files.push(DataFile {
            path: Path::from(format!("{}/{}", folder(table), view.path())),
            size: u64::try_from(view.size()).unwrap_or_default(),
            shard,
            rows: stats.rows,
            ranges,
        });
    }
    files.sort_by(|a, b| a.path.as_ref().cmp(b.path.as_ref()));
    files
}

#[derive(Debug, Default, serde::Deserialize)]
struct Stats {
    #[serde(rename = "numRecords", default)]
    rows: u64,
    #[serde(rename = "minValues", default)]
    low: serde_json::Map<String, serde_json::Value>,
    #[serde(rename = "maxValues", default)]
    high: serde_json::Map<String, serde_json::Value>,
}

/// The table as DataFusion reads it.
pub(crate) async fn provider(
    table: Table,
    open: &OpenTable,
) -> Result<Arc<dyn TableProvider>, LakeError> {
    let mut delta = DeltaTable::new(Arc::clone(&open.log_store));
    delta.load_version(open.state.version()).await.map_err(failed(table, "opening"))?;
    Ok(delta.table_provider().await?)
}
