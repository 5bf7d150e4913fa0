//! What an asset is, whose it is, and what it is worth.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use yagura_model::{
    Timestamp, asset::RelationKind, domain::AssetClass, id::AssetKey, identifier::IdentifierKind,
    life_cycle::LifeCycle,
};

use super::{
    facts::{Facts, number},
    worth::Worth,
};
use crate::master::Settled;

/// An asset as the score sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its key.
    pub asset: AssetKey,
    /// Its name.
    pub name: String,
    /// Its class.
    pub class: AssetClass,
    /// 管理組織: who answers for it.
    pub organisation: String,
    /// The systems it belongs to, by number or name.
    pub systems: BTreeSet<String>,
    /// What it is worth protecting.
    pub worth: Worth,
    /// When any source first saw it.
    pub first_seen: Timestamp,
    /// In which state of its life it is.
    pub state: LifeCycle,
    /// Whether a sighting contradicts the record of its state.
    pub contradicted: bool,
    /// What its network allows: observations are required no more often than in so many days.
    pub at_least_days: u32,
}

/// The profiles of all assets. What an asset does not say of its exposure and ratings, the systems
/// it belongs to say for it: the worst of them counts.
pub(super) fn profiles(facts: &Facts) -> BTreeMap<AssetKey, Profile> {
    let mut profiles: BTreeMap<AssetKey, Profile> =
        facts.assets.keys().filter_map(|asset| Some((*asset, own(facts, *asset)?))).collect();
    let systems = systems(facts, &profiles);
    for profile in profiles.values_mut() {
        for system in &profile.systems {
            if let Some(above) = systems.get(system) {
                profile.worth.inherit(above);
            }
        }
    }
    profiles
}

fn own(facts: &Facts, asset: AssetKey) -> Option<Profile> {
    let row = facts.assets.get(&asset)?;
    let born_in = Arc::from(row.organisation.as_str());
    let unsaid = Settled::default();
    let settled = facts.settled.get(&asset).unwrap_or(&unsaid);
    let systems = settled.targets(RelationKind::PartOf).iter();
    let life = facts.lives.get(&asset);
    Some(Profile {
        asset,
        name: facts.name(row).to_owned(),
        class: facts.class(row)?,
        organisation: settled.organisation(&facts.tree, &born_in, row.first_seen).to_string(),
        systems: systems.map(|system| system.to_string()).collect(),
        worth: Worth::said(|name| settled.value(name)),
        first_seen: row.first_seen,
        state: life.map_or(LifeCycle::InService, |life| life.state),
        contradicted: life.is_some_and(|life| life.contradicted.is_some()),
        at_least_days: settled.at_least_days,
    })
}

/// The systems by what assets name them: number, name.
fn systems(facts: &Facts, profiles: &BTreeMap<AssetKey, Profile>) -> BTreeMap<String, Worth> {
    let mut systems = BTreeMap::new();
    for profile in profiles.values().filter(|profile| profile.class == AssetClass::System) {
        let said = profile.worth;
        systems.insert(profile.name.clone(), said);
        for row in facts.identifiers.get(&profile.asset).into_iter().flatten() {
            let kind = number(row.kind, IdentifierKind::from_number);
            if kind == Some(IdentifierKind::SystemNumber) {
                systems.insert(row.value.to_string(), said);
            }
        }
    }
    systems
}
