//! Repair: what a check found broken, made whole where it can be, and else given up so that the rest
//! can be read again and everyone is told.
//!
//! What is moved out of the way goes to `_yagura/quarantine`, and nothing is deleted. A log is made
//! anew of the files that are there, if they are those that were committed: the sum in the manifest
//! says so. A file is taken from a backup if there is one. Else it is given up: it leaves its table,
//! and the manifest names it from then on as damage.

mod files;
mod logs;
mod manifests;
mod reports;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path as FilePath,
    sync::Arc,
    time::Duration,
};

use object_store::path::Path;
use serde::Serialize;
use yagura_model::Timestamp;

pub use reports::Again;

use crate::{
    Lake, backup,
    check::{Breach, EvidenceDepth, Invariant, Watch},
    error::LakeError,
    fail_point,
    lease::Lease,
    manifest::{Manifest, ManifestStore},
    scores,
    store::{Store, StoreError},
    table::Table,
};

/// Where that is put which is in the way.
const QUARANTINE: &str = "_yagura/quarantine";

/// How to repair.
#[derive(Debug, Clone, Copy)]
pub struct RepairOptions<'o> {
    /// How long another writer is waited for.
    pub wait: Duration,
    /// A folder of backups to take lost files from.
    pub backup: Option<&'o FilePath>,
    /// How closely evidence is looked at.
    pub depth: EvidenceDepth,
    /// What was given up before is no longer to be told: it was taken in again.
    pub settle: bool,
}

/// What was done about one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remedy {
    /// A manifest that is not needed was put aside.
    ManifestAside,
    /// The newest manifest was made anew of what it named.
    ManifestRebuilt,
    /// The log of a table was made anew of its files.
    LogRebuilt,
    /// A file was taken from a backup.
    FileRestored,
    /// A file was given up, with its rows or the bytes of its reports.
    FileGivenUp,
    /// A counter was raised.
    CounterRaised,
    /// A stored score was put aside: who scores the same again gets the same.
    ScoreAside,
}

impl Remedy {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::ManifestAside,
        Self::ManifestRebuilt,
        Self::LogRebuilt,
        Self::FileRestored,
        Self::FileGivenUp,
        Self::CounterRaised,
        Self::ScoreAside,
    ];

    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ManifestAside => "manifest-aside",
            Self::ManifestRebuilt => "manifest-rebuilt",
            Self::LogRebuilt => "log-rebuilt",
            Self::FileRestored => "file-restored",
            Self::FileGivenUp => "file-given-up",
            Self::CounterRaised => "counter-raised",
            Self::ScoreAside => "score-aside",
        }
    }
}

impl Serialize for Remedy {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Repaired {
    /// What.
    pub remedy: Remedy,
    /// To which table.
    pub table: Option<&'static str>,
    /// To which file, relative to the data folder, or to which counter.
    pub what: String,
    /// Rows that were given up.
    pub rows: u64,
}

impl Lake {
    /// Checks, and repairs what can be repaired; gives what was done. What is still broken then, a
    /// check says.
    ///
    /// # Errors
    /// If the right to write cannot be had, or something cannot be written: what was done until then
    /// stays.
    pub async fn repair(
        &self,
        options: RepairOptions<'_>,
        now: Timestamp,
    ) -> Result<Vec<Repaired>, LakeError> {
        let store = self.store().clone();
        let wait = options.wait;
        let lease = {
            let store = store.clone();
            tokio::task::spawn_blocking(move || Lease::acquire(&store, wait, now))
        };
        let _lease = lease.await.map_err(|error| LakeError::Task(error.to_string()))??;
        let mut repair = Repair {
            store: store.clone(),
            manifests: ManifestStore::new(store),
            backup: options.backup,
            now,
            done: Vec::new(),
        };
        repair.manifests(self).await?;
        // A log that is whole again shows files that were not looked at before.
        for _ in 0..2 {
            let found = self.look(options.depth, u64::MAX, quiet()).await?.broken;
            if !repair.tables(&found, options.settle).await? {
                break;
            }
        }
        Ok(repair.done)
    }
}

/// Nobody watches.
fn quiet() -> Watch {
    Arc::new(|_, _| {})
}

/// A repair on its way, with the lease held.
struct Repair<'o> {
    store: Store,
    manifests: ManifestStore,
    backup: Option<&'o FilePath>,
    now: Timestamp,
    done: Vec<Repaired>,
}

impl Repair<'_> {
    /// Repairs logs, files, counters and evidence; says whether anything was done.
    async fn tables(&mut self, found: &[Breach], settle: bool) -> Result<bool, LakeError> {
        let manifest = self.manifests.latest_for_writing().await?;
        let mut next = manifest.clone();
        if settle {
            next.damage.retain(|damage| damage.at >= self.now);
        }
        let before = self.done.len();
        let of = |breach: &Breach| breach.table.and_then(Table::by_name);
        let mut logs: BTreeSet<Table> = BTreeSet::new();
        let mut files: BTreeMap<Table, Vec<String>> = BTreeMap::new();
        let mut evidence: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for breach in found {
            match (breach.invariant, of(breach), &breach.path) {
                (
                    Invariant::LogReadable | Invariant::LogContent | Invariant::FileStatistics,
                    Some(table),
                    _,
                ) => {
                    logs.insert(table);
                }
                (
                    Invariant::FilePresent
                    | Invariant::FileSize
                    | Invariant::FileDigest
                    | Invariant::FileReadable,
                    Some(table),
                    Some(path),
                ) => files.entry(table).or_default().push(path.clone()),
                (
                    Invariant::EvidencePresent
                    | Invariant::EvidenceReadable
                    | Invariant::EvidenceDigest,
                    None,
                    Some(path),
                ) => evidence.entry(path.clone()).or_default().extend(breach.number),
                _ => {}
            }
        }
        let mut aside = Vec::new();
        let mut anew = false;
        for table in logs {
            anew |= self.log(table, &mut next).await?;
        }
        for (table, mut paths) in files {
            paths.sort_unstable();
            paths.dedup();
            aside.extend(self.files(table, &paths, &mut next).await?);
        }
        self.counters(found, &mut next);
        self.scores(found).await?;
        for (path, reports) in evidence {
            self.evidence(&Path::from(path), reports, &mut next).await?;
        }
        if next != manifest {
            fail_point("repair.before_manifest");
            let next = self.manifests.commit(&manifest, next, self.now).await?;
            if anew {
                // States before this one name versions of a log that is gone.
                self.forget_before(next.number).await?;
            }
        }
        for path in aside {
            self.put_aside(&path)?;
        }
        self.store.sync().await?;
        Ok(self.done.len() > before)
    }

    /// Raises counters above what was given.
    fn counters(&mut self, found: &[Breach], next: &mut Manifest) {
        for breach in found.iter().filter(|breach| breach.invariant == Invariant::Counter) {
            let (Some(name), Some(given)) = (&breach.key, breach.number) else { continue };
            let counter = next.counters.entry(name.clone()).or_default();
            if *counter < given {
                *counter = given;
                self.note(Remedy::CounterRaised, None, name.clone(), 0);
            }
        }
    }

    /// Takes files of stored scores from a backup, or puts the scores aside.
    async fn scores(&mut self, found: &[Breach]) -> Result<(), LakeError> {
        for breach in found.iter().filter(|breach| breach.invariant == Invariant::StoredScore) {
            let Some(path) = breach.path.as_deref().map(Path::from) else { continue };
            let restored = match self.backup {
                Some(folder) => backup::fetch(folder, &self.store, &path).await?,
                None => false,
            };
            if restored {
                self.note(Remedy::FileRestored, None, path.to_string(), 0);
                continue;
            }
            let folder = scores::beside(&path);
            if self.store.locate(&folder).exists() {
                self.put_aside(&folder)?;
                self.note(Remedy::ScoreAside, None, folder.to_string(), 0);
            }
        }
        Ok(())
    }

    fn note(&mut self, remedy: Remedy, table: Option<Table>, what: String, rows: u64) {
        self.done.push(Repaired { remedy, table: table.map(Table::name), what, rows });
    }

    /// Moves a file or folder, if it is there, to where it is in nobody's way.
    fn put_aside(&self, path: &Path) -> Result<(), StoreError> {
        let from = self.store.locate(path);
        let at = self.now.strftime("%Y%m%dT%H%M%SZ");
        let to = self.store.locate(&Path::from(format!("{QUARANTINE}/{at}/{path}")));
        if !from.exists() {
            return Ok(());
        }
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder).map_err(StoreError::io("create", folder))?;
        }
        std::fs::rename(&from, &to).map_err(StoreError::io("rename to", &to))?;
        self.store.note_moved(&from, &to);
        Ok(())
    }

    async fn forget_before(&self, number: u64) -> Result<(), LakeError> {
        for older in self.manifests.numbers().await? {
            if older < number {
                self.put_aside(&crate::manifest::path_of(older))?;
            }
        }
        Ok(())
    }
}
