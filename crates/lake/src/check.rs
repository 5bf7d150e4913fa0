//! Check: whether everything that must hold of a lake does, and where it does not.
//!
//! Nothing is changed and nobody is kept from writing: one state is looked at, the newest whose
//! manifest can be read. First the manifests, then the log of each table, then each file of the
//! state byte by byte, then its rows against each other, then the evidence. What is broken keeps
//! nothing else from being looked at; what hangs on rows that cannot be read is not held against
//! them.

mod breach;
pub(crate) mod evidence;
pub(crate) mod files;
mod known;
mod logs;
mod manifests;
mod rows;
mod tables;
#[cfg(test)]
mod tests;
mod waste;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use yagura_model::Timestamp;

use crate::{
    Lake,
    delta::DataFile,
    error::LakeError,
    index::Indexes,
    manifest::{Damage, ManifestStore},
    snapshot::Snapshot,
    table::Table,
};

pub use breach::{Breach, Invariant};
pub use waste::Waste;

use breach::Breaches;

/// How closely evidence is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EvidenceDepth {
    /// It is there, as long as it was, and its frames and indices begin and end as they should.
    #[default]
    Quick,
    /// Every byte is decompressed and compared with its digest.
    Full,
}

/// Told how many bytes of how many are done.
pub type Watch = std::sync::Arc<dyn Fn(u64, u64) + Send + Sync>;

/// What was looked at, and what does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Number of the manifest that was checked.
    pub manifest: u64,
    /// Number of its last commit.
    pub commit: i64,
    /// When it was committed.
    pub committed_at: Timestamp,
    /// Tables that were looked at.
    pub tables: u64,
    /// Their files.
    pub files: u64,
    /// Their rows.
    pub rows: u64,
    /// Bytes of the files.
    pub bytes: u64,
    /// Objects of evidence.
    pub evidence: u64,
    /// Bytes of their stored forms.
    pub evidence_bytes: u64,
    /// What does not hold.
    pub broken: Vec<Breach>,
    /// What an earlier repair had to give up.
    pub damage: Vec<Damage>,
    /// What nothing names.
    pub waste: Waste,
}

impl Lake {
    /// Looks at everything.
    ///
    /// # Errors
    /// If the folder cannot be listed, or a newer program wrote the lake. What is broken is no
    /// error.
    pub async fn check(&self, depth: EvidenceDepth, watch: Watch) -> Result<Checked, LakeError> {
        self.look(depth, breach::LISTED, watch).await
    }

    /// The same with at most so many breaches of a kind listed one by one.
    pub(crate) async fn look(
        &self,
        depth: EvidenceDepth,
        listed: u64,
        watch: Watch,
    ) -> Result<Checked, LakeError> {
        let mut found = Breaches::new(listed);
        let store = self.store().clone();
        let manifests = ManifestStore::new(store.clone());
        let manifest = manifests::check(&store, &manifests, &mut found).await?;
        let snapshot = Snapshot::new(store.clone(), Indexes::from(u64::MAX), manifest.clone());
        let state = State::open(&snapshot, &mut found).await?;
        let mut checked = Checked {
            manifest: manifest.number,
            commit: manifest.commit,
            committed_at: manifest.time,
            tables: state.files.len() as u64,
            files: state.files.values().map(|files| files.len() as u64).sum(),
            rows: 0,
            bytes: state.bytes(),
            evidence: 0,
            evidence_bytes: 0,
            broken: Vec::new(),
            damage: manifest.damage.clone(),
            waste: Waste::default(),
        };
        let waste = waste::find(&store, &state).await?;
        for (path, wrong) in self.scores().broken().await? {
            found.add(Invariant::StoredScore, breach::At::path(path.as_ref()), wrong);
        }
        let work = move || {
            let mut state = state;
            files::check(&store, &mut state, &watch, &mut found);
            let seen = tables::check(&store, &manifest, &state, &mut found);
            evidence::check(&store, &manifest, &seen.reports, depth, &mut found);
            (found, seen)
        };
        let (found, seen) = tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| LakeError::Task(error.to_string()))?;
        checked.rows = seen.rows;
        checked.evidence = seen.reports.len() as u64;
        checked.evidence_bytes = seen.reports.keys().map(|entry| entry.stored_length).sum();
        checked.waste = waste.with_evidence(self.store(), &seen.reports).await?;
        checked.broken = found.into_list();
        Ok(checked)
    }
}

/// The files of a state, and which tables are not to be had whole.
pub(crate) struct State {
    pub(crate) files: BTreeMap<Table, Vec<DataFile>>,
    /// Tables with rows that are lost or cannot be read.
    pub(crate) incomplete: BTreeSet<Table>,
    /// Files that are not to be read.
    pub(crate) broken: BTreeSet<String>,
}

impl State {
    async fn open(snapshot: &Snapshot, found: &mut Breaches) -> Result<Self, LakeError> {
        let lost = snapshot.manifest().damage.iter();
        let mut state = Self {
            files: BTreeMap::new(),
            incomplete: lost.filter_map(|damage| Table::by_name(&damage.table)).collect(),
            broken: BTreeSet::new(),
        };
        for table in Table::ALL {
            match logs::check(snapshot, *table, found).await? {
                Some(files) => {
                    state.files.insert(*table, files);
                }
                None if snapshot.manifest().tables.contains_key(table.name()) => {
                    state.incomplete.insert(*table);
                }
                None => {}
            }
        }
        Ok(state)
    }

    fn bytes(&self) -> u64 {
        self.files.values().flatten().map(|file| file.size).sum()
    }

    /// The files of a table that can be read.
    fn readable(&self, table: Table) -> impl Iterator<Item = &DataFile> {
        let files = self.files.get(&table).into_iter().flatten();
        files.filter(|file| !self.broken.contains(file.path.as_ref()))
    }
}
