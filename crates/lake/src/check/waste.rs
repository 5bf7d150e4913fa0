//! What nothing names: no breach, but room.

use std::collections::{BTreeMap, BTreeSet};

use object_store::{ObjectMeta, path::Path};
use serde::Serialize;
use yagura_model::id::ReportKey;

use super::{State, files::table_of};
use crate::{
    error::LakeError,
    evidence::{EvidenceEntry, Location},
    store::Store,
};

/// So many are listed.
const LISTED: usize = 20;

/// Files that the present state does not name: those of older states, which vacuum deletes in time,
/// and those that a crash left.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Waste {
    /// How many there are.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The first of them.
    pub paths: Vec<String>,
}

impl Waste {
    fn add(&mut self, object: &ObjectMeta) {
        self.files += 1;
        self.bytes += object.size;
        if self.paths.len() < LISTED {
            self.paths.push(object.location.to_string());
        }
    }

    /// With the evidence that no report names.
    pub(super) async fn with_evidence(
        mut self,
        store: &Store,
        reports: &BTreeMap<EvidenceEntry, ReportKey>,
    ) -> Result<Self, LakeError> {
        let own = |entry: &&EvidenceEntry| entry.location == Location::Object;
        let named: BTreeSet<Path> = reports.keys().filter(own).map(EvidenceEntry::path).collect();
        for object in store.list(&Path::from("evidence/objects")).await? {
            if !named.contains(&object.location) {
                self.add(&object);
            }
        }
        Ok(self)
    }
}

/// The data files that no table of a state names.
pub(super) async fn find(store: &Store, state: &State) -> Result<Waste, LakeError> {
    let files = state.files.values().flatten();
    let named: BTreeSet<&str> = files.map(|file| file.path.as_ref()).collect();
    let mut waste = Waste::default();
    for object in store.list(&Path::from("tables")).await? {
        let of_state = table_of(&object.location).is_none_or(|of| state.files.contains_key(&of));
        let is_data = object.location.extension() == Some("parquet")
            && !object.location.parts().any(|part| part.as_ref() == "_delta_log");
        if is_data && of_state && !named.contains(object.location.as_ref()) {
            waste.add(&object);
        }
    }
    Ok(waste)
}
