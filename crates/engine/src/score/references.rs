//! References: what observed assets carry, which a missing observation is held against.
//!
//! An observation nobody made is estimated from what the observed assets of the class carry for
//! it. To know that, all assets must be scored. A score of the present therefore leaves its
//! references beside the facts; who asks about one asset of a large lake holds its unknowns
//! against those and says of which commit they are. They are derived: lost, they are made again.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use yagura_baseline::{master::Master, model::Model};
use yagura_lake::{Lake, LakeError};
use yagura_model::{
    Timestamp, coverage::ObservationKind, domain::AssetClass, id::Commit, points::MicroPoints,
};

/// How long references are held against: points grow with the days.
const AGE: SignedDuration = SignedDuration::from_hours(24);

/// What observed assets carried when all of them were scored last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct References {
    /// Digest of the model.
    pub(super) model: String,
    /// Digest of the rules of master records.
    pub(super) master: String,
    /// The time scored.
    pub at: Timestamp,
    /// The last commit that was scored.
    pub commit: Commit,
    /// In order of class and kind, each pair once.
    pub(super) carried: Vec<Carried>,
}

/// What observed assets of a class carry for an observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Carried {
    pub(super) class: AssetClass,
    pub(super) kind: ObservationKind,
    /// The model's percentile.
    pub(super) points: MicroPoints,
}

impl References {
    /// What observed assets of a class carry for an observation; `None` if none was observed.
    pub(super) fn carried(&self, class: AssetClass, kind: ObservationKind) -> Option<MicroPoints> {
        let index = self.carried.binary_search_by_key(&(class, kind), |one| (one.class, one.kind));
        index.ok().and_then(|index| self.carried.get(index)).map(|one| one.points)
    }

    /// The references that the last score of the present by a model and rules of master records left,
    /// unless they are too old for a score at a time.
    ///
    /// # Errors
    /// If they are there and cannot be read.
    pub async fn left(
        lake: &Lake,
        model: &Model,
        master: &Master,
        at: Timestamp,
    ) -> Result<Option<Self>, LakeError> {
        let Some(bytes) = lake.derived().get(&name(model)).await? else { return Ok(None) };
        // What cannot be read is made again.
        let left = serde_json::from_slice::<Self>(&bytes).ok();
        Ok(left.filter(|left| {
            (&left.model, &left.master) == (&model.digest, &master.digest)
                && left.at <= at
                && at.duration_since(left.at) <= AGE
        }))
    }

    /// Leaves them beside the facts.
    ///
    /// # Errors
    /// If they cannot be written.
    pub async fn leave(&self, lake: &Lake, model: &Model) -> Result<(), LakeError> {
        let text = serde_json::to_vec(self).map_err(|error| LakeError::Task(error.to_string()))?;
        lake.derived().put(&name(model), text.into()).await
    }
}

fn name(model: &Model) -> String {
    let digest: String = model.digest.chars().take(16).collect();
    format!("references-{digest}.json")
}
