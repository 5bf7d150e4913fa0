//! The files that one state is made of.

use std::collections::{BTreeMap, BTreeSet};

use object_store::{ObjectMeta, path::Path};

use super::BackupError;
use crate::{
    Snapshot, delta,
    error::LakeError,
    evidence::{Location, object_path, pack_path},
    rows::ReportBytes,
    scan::Filter,
    scores::Scores,
    store::{Store, log_checkpoint, log_version},
    table::Table,
};

/// A file of the state.
pub(super) struct StateFile {
    /// How many of its bytes belong to the state.
    pub(super) bytes: u64,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Never changes under its name.
    Fixed,
    /// Small, and another may get its name when a crash is recovered from.
    Log,
    /// Grows at its end.
    Growing,
}

/// The files that a state is made of.
pub(super) async fn files_of(
    lake: &Store,
    snapshot: &Snapshot,
) -> Result<BTreeMap<Path, StateFile>, BackupError> {
    let mut files = BTreeMap::new();
    let manifest = snapshot.manifest();
    if manifest.number > 0 {
        let path = crate::manifest::path_of(manifest.number);
        let bytes = lake.get(&path).await?.len() as u64;
        files.insert(path, StateFile { bytes, kind: Kind::Log });
    }
    snapshot.prepare(Table::ALL).await?;
    for table in Table::ALL {
        let Some((_, data)) = snapshot.open(*table).await? else { continue };
        for file in data {
            let kind = Kind::Fixed;
            files.insert(file.path.clone(), StateFile { bytes: file.size, kind });
        }
        let version = manifest.tables.get(table.name()).copied().unwrap_or_default();
        for (path, bytes) in log_of(lake, *table, version).await? {
            files.insert(path, StateFile { bytes, kind: Kind::Log });
        }
    }
    files.extend(evidence_of(lake, snapshot).await?);
    let scores = Scores::new(lake.clone()).files(snapshot.commit()).await?;
    let kind = Kind::Fixed;
    files.extend(scores.into_iter().map(|(path, bytes)| (path, StateFile { bytes, kind })));
    Ok(files)
}

/// The files of a Delta log from which a version is opened.
async fn log_of(lake: &Store, table: Table, version: i64) -> Result<Vec<(Path, u64)>, LakeError> {
    let log = Path::from(delta::folder(table)).join("_delta_log");
    let version = u64::try_from(version).unwrap_or_default();
    let listed = lake.list(&log).await?;
    let names = || listed.iter().filter_map(|object| object.location.filename());
    let first = names().filter_map(log_checkpoint).filter(|found| *found <= version).max();
    let wanted = |object: &&ObjectMeta| {
        let found = object.location.filename().and_then(log_version);
        found.is_some_and(|found| found <= version && first.is_none_or(|first| found >= first))
    };
    let wanted = listed.iter().filter(wanted);
    Ok(wanted.map(|object| (object.location.clone(), object.size)).collect())
}

/// The objects and packs of the reports of a state.
async fn evidence_of(
    lake: &Store,
    snapshot: &Snapshot,
) -> Result<BTreeMap<Path, StateFile>, BackupError> {
    let mut files = BTreeMap::new();
    let mut packs: BTreeMap<u64, u64> = BTreeMap::new();
    let lost: BTreeSet<i64> =
        snapshot.manifest().damage.iter().filter_map(|damage| damage.report).collect();
    let reports: Vec<ReportBytes> = snapshot.rows(&Filter::all().with_superseded()).await?;
    let cleared = snapshot.cleared().await?;
    let is_there =
        |report: &&ReportBytes| !lost.contains(&report.report.0) && !cleared.has(report.report);
    for report in reports.iter().filter(is_there) {
        let entry = report.evidence()?;
        match entry.location {
            Location::Pack { number, offset } => {
                let end = packs.entry(number).or_default();
                *end = (*end).max(offset + entry.stored_length);
            }
            Location::Object => {
                let path = object_path(entry.digest);
                // The same bytes may have been kept again since, with another record index.
                let bytes = lake.length(&path)?;
                files.insert(path, StateFile { bytes, kind: Kind::Fixed });
            }
        }
    }
    for (number, bytes) in snapshot.manifest().packs.iter().filter(|(_, bytes)| **bytes > 0) {
        let end = packs.entry(*number).or_default();
        *end = (*end).max(*bytes);
    }
    let packs = packs
        .into_iter()
        .map(|(number, bytes)| (pack_path(number), StateFile { bytes, kind: Kind::Growing }));
    files.extend(packs);
    Ok(files)
}
