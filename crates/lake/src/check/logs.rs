//! The log of a table: whole from its newest checkpoint on, and of the files that were committed.

use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use object_store::path::Path;

use super::breach::{At, Breaches, Invariant, told};
use crate::{
    delta::{self, DataFile},
    error::LakeError,
    snapshot::Snapshot,
    store::{Store, log_checkpoint, log_version},
    table::Table,
};

/// Gives the files of a table; `None` if it has no version or cannot be opened.
pub(super) async fn check(
    snapshot: &Snapshot,
    table: Table,
    found: &mut Breaches,
) -> Result<Option<Vec<DataFile>>, LakeError> {
    let Some(version) = snapshot.manifest().tables.get(table.name()).copied() else {
        return Ok(None);
    };
    let before = found.len();
    entries(snapshot.store(), table, u64::try_from(version).unwrap_or_default(), found).await?;
    match snapshot.open(table).await {
        Ok(opened) => Ok(opened.map(|(_, files)| files.clone())),
        Err(error @ LakeError::OtherFiles { .. }) => {
            found.add(Invariant::LogContent, At::table(table), told(&error));
            Ok(None)
        }
        Err(error) => {
            if found.len() == before {
                let log = Path::from(delta::folder(table)).join("_delta_log");
                found.add(Invariant::LogReadable, At::table(table).in_file(log), told(&error));
            }
            Ok(None)
        }
    }
}

/// Looks at every entry that the version is opened from.
async fn entries(
    store: &Store,
    table: Table,
    version: u64,
    found: &mut Breaches,
) -> Result<(), LakeError> {
    let log = Path::from(delta::folder(table)).join("_delta_log");
    let at = |path: &Path| At::table(table).in_file(path.as_ref());
    let listed = store.list(&log).await?;
    let names: Vec<&str> = listed.iter().filter_map(|object| object.location.filename()).collect();
    let checkpoint =
        names.iter().copied().filter_map(log_checkpoint).filter(|found| *found <= version).max();
    if let Some(checkpoint) = checkpoint {
        for name in names.iter().filter(|name| log_checkpoint(name) == Some(checkpoint)) {
            let path = log.clone().join(*name);
            if let Err(detail) = checkpoint_rows(store, &path) {
                found.add(Invariant::LogReadable, at(&path), detail);
            }
        }
    }
    for wanted in checkpoint.map_or(0, |checkpoint| checkpoint + 1)..=version {
        let path = log.clone().join(format!("{wanted:020}.json"));
        let is_entry = |name: &&&str| log_version(name) == Some(wanted) && name.ends_with(".json");
        if names.iter().find(is_entry).is_none() {
            found.add(Invariant::LogReadable, at(&path), "it is missing");
            continue;
        }
        let bytes = store.get(&path).await?;
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        for line in lines {
            if let Err(error) = serde_json::from_slice::<serde_json::Value>(line) {
                found.add(Invariant::LogReadable, at(&path), error.to_string());
                break;
            }
        }
    }
    Ok(())
}

/// Reads all rows of a checkpoint.
fn checkpoint_rows(store: &Store, path: &Path) -> Result<usize, String> {
    let bytes = store.read_file(path).map_err(|error| told(&error))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).and_then(|b| b.build());
    let mut rows = 0;
    for batch in reader.map_err(|error| error.to_string())? {
        rows += batch.map_err(|error| error.to_string())?.num_rows();
    }
    Ok(rows)
}
