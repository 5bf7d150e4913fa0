//! Delta tables: create, open at a version, append, rewrite, put back.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use deltalake::{
    DeltaTable, DeltaTableBuilder, DeltaTableError,
    kernel::{
        Action, Add, DataType, PrimitiveType, Remove, StructField, StructType,
        engine::arrow_conversion::TryIntoKernel,
        transaction::{CommitBuilder, CommitProperties, TransactionError},
    },
    logstore::LogStoreRef,
    protocol::{DeltaOperation, SaveMode},
    table::state::DeltaTableState,
};
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;

use crate::{
    content::{self, FileSet},
    encode::EncodedFile,
    error::LakeError,
    store::Store,
    table::{SHARD, Table},
};

/// How many files of a table are put into the store at the same time.
const PUT_TOGETHER: usize = 4;

/// A table at one version.
#[derive(Debug, Clone)]
pub(crate) struct OpenTable {
    log_store: LogStoreRef,
    state: DeltaTableState,
    /// Its files as a whole.
    pub(crate) content: FileSet,
}

impl OpenTable {
    fn of(table: Table, delta: &DeltaTable) -> Result<Self, LakeError> {
        let state = delta.snapshot().map_err(failed(table, "reading"))?.clone();
        let mut content = FileSet::default();
        for view in state.log_data() {
            content.add(&view.path(), u64::try_from(view.size()).unwrap_or_default());
        }
        Ok(Self { log_store: delta.log_store(), state, content })
    }

    /// How many files of less than so many bytes each shard has.
    pub(crate) fn small_files(&self, bytes: u64) -> BTreeMap<Option<i32>, usize> {
        let mut counts = BTreeMap::new();
        for view in self.state.log_data() {
            if u64::try_from(view.size()).is_ok_and(|size| size < bytes) {
                *counts.entry(shard_of(&view.partition_values_map())).or_default() += 1;
            }
        }
        counts
    }
}

fn shard_of(partition: &HashMap<String, Option<String>>) -> Option<i32> {
    partition.get(SHARD).and_then(|value| value.as_deref()?.parse().ok())
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
    /// Whether every row of it has been superseded.
    pub(crate) is_history: bool,
}

impl DataFile {
    /// What takes it out of its table: its rows stand in other files.
    pub(crate) fn rewritten(&self, table: Table, at: i64) -> Action {
        self.removed(table, at, false)
    }

    /// What takes it out of its table with its rows.
    pub(crate) fn given_up(&self, table: Table, at: i64) -> Action {
        self.removed(table, at, true)
    }

    fn removed(&self, table: Table, at: i64, data_change: bool) -> Action {
        let of_table = Path::from(folder(table));
        let relative: Option<Path> = self.path.prefix_match(&of_table).map(Iterator::collect);
        Action::Remove(Remove {
            path: relative.unwrap_or_default().to_string(),
            data_change,
            deletion_timestamp: Some(at),
            extended_file_metadata: Some(true),
            partition_values: Some(partition(self.shard)),
            size: i64::try_from(self.size).ok(),
            ..Remove::default()
        })
    }
}

fn partition(shard: Option<i32>) -> HashMap<String, Option<String>> {
    shard.into_iter().map(|shard| (SHARD.to_owned(), Some(shard.to_string()))).collect()
}

/// Where a file of a table lies, relative to the table.
fn relative(shard: Option<i32>, name: &str) -> String {
    shard.map_or_else(|| name.to_owned(), |shard| format!("{SHARD}={shard}/{name}"))
}

/// Where a file of a table lies, from the root of the store.
pub(crate) fn path_of(table: Table, shard: Option<i32>, name: &str) -> Path {
    Path::from(format!("{}/{}", folder(table), relative(shard, name)))
}

/// What puts a file into its table.
pub(crate) fn add(
    shard: Option<i32>,
    name: &str,
    size: u64,
    stats: String,
    data_change: bool,
) -> Action {
    Action::Add(Add {
        path: relative(shard, name),
        partition_values: partition(shard),
        size: i64::try_from(size).unwrap_or(i64::MAX),
        modification_time: 0,
        data_change,
        stats: Some(stats),
        tags: None,
        deletion_vector: None,
        base_row_id: None,
        default_row_commit_version: None,
        clustering_provider: None,
    })
}

fn failed(table: Table, doing: &'static str) -> impl Fn(DeltaTableError) -> LakeError {
    move |source| LakeError::Delta { table: table.name(), doing, source: Box::new(source) }
}

pub(crate) fn folder(table: Table) -> String {
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

/// Whether a table's log has something that no manifest names.
pub(crate) async fn is_ahead(
    store: &Store,
    table: Table,
    version: Option<i64>,
) -> Result<bool, LakeError> {
    let version = version.and_then(|version| u64::try_from(version).ok());
    Ok(!store.beyond(&Path::from(folder(table)), version).await?.is_empty())
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
        // We delete files by manifest; checkpoints need not carry them longer.
        ("delta.deletedFileRetentionDuration", "interval 1 hours"),
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
    let put = async |(index, file): (usize, EncodedFile)| {
        let name = content::file_name(&format!("{commit:012}-{index:04}"), file.digest);
        put(store, file, &name, true).await
    };
    let actions = futures::stream::iter(files.into_iter().enumerate())
        .map(put)
        .buffered(PUT_TOGETHER)
        .try_collect()
        .await?;
    add_files(table, open, actions).await
}

/// Adds files to a table that are in the store already; gives the version that holds them.
pub(crate) async fn add_files(
    table: Table,
    open: &mut OpenTable,
    actions: Vec<Action>,
) -> Result<i64, LakeError> {
    let operation = DeltaOperation::Write {
        mode: SaveMode::Append,
        partition_by: table.is_sharded().then(|| vec![SHARD.to_owned()]),
        predicate: None,
    };
    commit_actions(table, open, actions, operation).await
}

/// Puts one file into the store.
pub(crate) async fn put(
    store: &Store,
    file: EncodedFile,
    name: &str,
    data_change: bool,
) -> Result<Action, LakeError> {
    let shard = file.shard.map(|shard| shard.0);
    let size = file.bytes.len() as u64;
    store.put(&path_of(file.table, shard, name), file.bytes.into()).await?;
    Ok(add(shard, name, size, file.stats, data_change))
}

/// Puts some files in the place of others that hold the same rows; gives the version that does.
pub(crate) async fn rewrite(
    table: Table,
    open: &mut OpenTable,
    actions: Vec<Action>,
    target_size: u64,
) -> Result<i64, LakeError> {
    let target_size = i64::try_from(target_size).unwrap_or(i64::MAX);
    let operation = DeltaOperation::Optimize { predicate: None, target_size };
    commit_actions(table, open, actions, operation).await
}

/// Makes one Delta version of some actions.
async fn commit_actions(
    table: Table,
    open: &mut OpenTable,
    actions: Vec<Action>,
    operation: DeltaOperation,
) -> Result<i64, LakeError> {
    let mut content = open.content;
    for action in &actions {
        let size = |size: i64| u64::try_from(size).unwrap_or_default();
        match action {
            Action::Add(file) => content.add(&file.path, size(file.size)),
            Action::Remove(file) => {
                content.remove(&file.path, size(file.size.unwrap_or_default()));
            }
            _ => {}
        }
    }
    let finalized = CommitBuilder::from(
        CommitProperties::default().with_max_retries(0).with_cleanup_expired_logs(Some(false)),
    )
    .with_actions(actions)
    .build(Some(open.state.snapshot()), Arc::clone(&open.log_store), operation)
    .await
    .map_err(|source| match source {
        DeltaTableError::VersionAlreadyExists(_)
        | DeltaTableError::Transaction {
            source:
                TransactionError::VersionAlreadyExists(_)
                | TransactionError::CommitConflict(_)
                | TransactionError::MaxCommitAttempts(_),
        } => LakeError::Overtaken { table: table.name() },
        source => failed(table, "committing to")(source),
    })?;
    let version = finalized.version();
    open.state = finalized.snapshot();
    open.content = content;
    Ok(version as i64)
}

/// The files of a table.
pub(crate) fn files(table: Table, open: &OpenTable) -> Vec<DataFile> {
    let mut files = Vec::new();
    for view in open.state.log_data() {
        let shard = shard_of(&view.partition_values_map());
        let (rows, ranges, is_history) = facts(&view.stats().unwrap_or_default());
        files.push(DataFile {
            path: Path::from(format!("{}/{}", folder(table), view.path())),
            size: u64::try_from(view.size()).unwrap_or_default(),
            shard,
            rows,
            ranges,
            is_history,
        });
    }
    files.sort_by(|a, b| a.path.as_ref().cmp(b.path.as_ref()));
    files
}

/// What statistics say of a file: its rows, the ranges of its integer columns, and whether every row
/// has been superseded.
pub(crate) fn facts(statistics: &str) -> (u64, HashMap<String, (i64, i64)>, bool) {
    let stats: Stats = serde_json::from_str(statistics).unwrap_or_default();
    let range = |(name, low): (&String, &serde_json::Value)| {
        Some((name.clone(), (low.as_i64()?, stats.high.get(name)?.as_i64()?)))
    };
    let ranges = stats.low.iter().filter_map(range).collect();
    let nulls = stats.nulls.get("superseded_by").and_then(|nulls| nulls.as_u64());
    (stats.rows, ranges, stats.rows > 0 && nulls == Some(0))
}

#[derive(Debug, Default, serde::Deserialize)]
struct Stats {
    #[serde(rename = "numRecords", default)]
    rows: u64,
    #[serde(rename = "minValues", default)]
    low: serde_json::Map<String, serde_json::Value>,
    #[serde(rename = "maxValues", default)]
    high: serde_json::Map<String, serde_json::Value>,
    #[serde(rename = "nullCount", default)]
    nulls: serde_json::Map<String, serde_json::Value>,
}
