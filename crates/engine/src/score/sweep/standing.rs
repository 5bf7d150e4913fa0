//! What each asset is at a time, and whether anybody looked at it.

use std::sync::Arc;

use yagura_baseline::{master::Master, model::Model, observation::ObservationState};
use yagura_lake::{LakeError, Snapshot, rows::CoverageRow, scan::Filter};
use yagura_model::{Timestamp, domain::AssetClass, id::AssetKey};

use super::{looks::Looks, sketch::Sketches};
use crate::{
    master::{Register, Witnesses},
    tree::Tree,
};

/// All assets at a time.
#[derive(Debug)]
pub(in crate::score) struct Standing {
    pub(in crate::score) tree: Arc<Tree>,
    pub(super) register: Register,
    pub(super) sketches: Sketches,
    pub(super) looks: Looks,
}

/// An asset that counts.
#[derive(Debug, Clone)]
pub(in crate::score) struct Member {
    pub(in crate::score) asset: AssetKey,
    pub(in crate::score) class: AssetClass,
    pub(in crate::score) organisation: Arc<str>,
    /// Whether something is required of it and nothing of that was looked at in time.
    pub(in crate::score) unobserved: bool,
}

impl Standing {
    /// By a tree of organisations, and by rows of coverage that hold all looks.
    pub(in crate::score) async fn load(
        snapshot: &Snapshot,
        model: &Model,
        master: &Master,
        at: Timestamp,
        tree: Arc<Tree>,
        coverage: Vec<CoverageRow>,
    ) -> Result<Self, LakeError> {
        let register = Register::load(snapshot, at).await?;
        let witnesses = Witnesses::load(snapshot, master, at, Filter::all(), &coverage).await?;
        let sketches = Sketches::load(snapshot, &tree, &register, witnesses).await?;
        let looks = Looks::new(coverage, (&register, &sketches), model, at)?;
        Ok(Self { tree, register, sketches, looks })
    }

    /// The assets that count, in order of key.
    pub(in crate::score) fn members(&self) -> impl Iterator<Item = Member> + '_ {
        self.sketches.all.iter().enumerate().filter_map(|(index, sketch)| {
            let class = sketch.counts()?;
            let mut looks = self.looks.of(index, class, sketch.at_least_days).peekable();
            let unobserved =
                looks.peek().is_some() && looks.all(|look| look.state != ObservationState::Fresh);
            let organisation = Arc::clone(&sketch.organisation);
            Some(Member { asset: self.register.key(index), class, organisation, unobserved })
        })
    }
}
