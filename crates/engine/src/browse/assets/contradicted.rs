//! The assets whose record of their state a sighting contradicts.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use yagura_baseline::master::Master;
use yagura_lake::{LakeError, Snapshot, rows::CoverageRow, scan::Filter};
use yagura_model::{Timestamp, attribute::names, id::AssetKey, organisation::OrganisationCode};

use super::{Brief, LifeSaid, brief, life::life_of};
use crate::{
    life::{self, Asked, LifeRecords},
    master::{Hearing, Register, Settled, Witnesses, settle_all},
    tree::Tree,
};

/// An asset that was seen after a record that says it is gone. Serialises to a line of
/// `yagura asset conflicts --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contradiction {
    /// The asset.
    pub asset: Brief,
    /// Its state, the record, and the sighting.
    pub life: LifeSaid,
}

/// All of them at a time, in order of their numbers; only those an organisation or one below it
/// manages, if one is named.
///
/// # Errors
/// If the lake cannot be read.
pub async fn contradictions(
    snapshot: &Snapshot,
    master: &Master,
    organisation: Option<&OrganisationCode>,
    at: Timestamp,
) -> Result<Vec<Contradiction>, LakeError> {
    let keys = contradicted(snapshot, master, at).await?;
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let tree = Tree::load(snapshot, at).await?;
    let briefs = brief(snapshot, master, &keys, at).await?;
    let visible = |brief: &Brief| {
        organisation.is_none_or(|within| tree.is_within(&brief.organisation, within))
    };
    let mut told = Vec::new();
    for asset in briefs.into_iter().filter(visible) {
        let life = life_of(snapshot, asset.asset.0, at, master).await?;
        told.extend(life.map(|life| Contradiction { asset, life }));
    }
    Ok(told)
}

async fn contradicted(
    snapshot: &Snapshot,
    master: &Master,
    at: Timestamp,
) -> Result<BTreeSet<AssetKey>, LakeError> {
    let register = Register::load(snapshot, at).await?;
    let coverage: Vec<CoverageRow> = snapshot.rows(&Filter::all()).await?;
    let witnesses = Witnesses::load(snapshot, master, at, Filter::all(), &coverage).await?;
    let records = LifeRecords::load(snapshot, at).await?;
    let seen = tokio::task::block_in_place(|| life::seen(&witnesses, &register));
    let hearing = Hearing::new(witnesses, [names::LIFE_CYCLE, names::CLASS], &[]);
    let contradicted = |index: usize, settled: &Settled| {
        let Some(row) = register.assets.get(index) else { return false };
        let asked = Asked {
            asset: row.asset,
            class: settled.class(row.class),
            first_seen: row.first_seen,
            seen: seen.get(index).copied().flatten(),
        };
        records.life(master, asked, settled).contradicted.is_some()
    };
    let all = settle_all(&hearing, snapshot, &register, contradicted).await?;
    let all: BTreeMap<AssetKey, bool> =
        all.into_iter().enumerate().map(|(index, is)| (register.key(index), is)).collect();
    Ok(all.into_iter().filter(|(_, is)| *is).map(|(asset, _)| asset).collect())
}
