//! What an asset is, whose it is, and what it is worth.

use std::collections::{BTreeMap, BTreeSet};

use yagura_baseline::inputs::{Exposure, Value};
use yagura_model::{
    Timestamp, asset::RelationKind, attribute::names, domain::AssetClass, id::AssetKey,
    identifier::IdentifierKind,
};

use super::facts::{Facts, number};

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
    /// From where it can be reached.
    pub exposure: Option<Exposure>,
    /// Its ratings.
    pub value: Value,
    /// When it entered service, if recorded.
    pub in_service_since: Option<Timestamp>,
    /// When any source first saw it.
    pub first_seen: Timestamp,
    /// Whether it is in service: not disposed of or transferred by record.
    pub in_service: bool,
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
                inherit(&mut profile.exposure, &mut profile.value, above);
            }
        }
    }
    profiles
}

fn own(facts: &Facts, asset: AssetKey) -> Option<Profile> {
    let row = facts.assets.get(&asset)?;
    let attribute = |name| facts.attribute(asset, name);
    let rating = |name| attribute(name).and_then(|text| text.parse::<u8>().ok());
    let relations = || facts.relations.get(&asset).into_iter().flatten();
    let targets = |kind: RelationKind| {
        relations().filter(move |row| number(row.kind, RelationKind::from_number) == Some(kind))
    };
    let newest = targets(RelationKind::ManagedBy).max_by_key(|row| row.first_seen);
    let life_cycle = attribute(names::LIFE_CYCLE);
    let in_service_since = attribute(names::IN_SERVICE_SINCE).and_then(|text| text.parse().ok());
    Some(Profile {
        asset,
        name: row.name.clone(),
        class: number(row.class, AssetClass::from_number)?,
        organisation: newest.map_or_else(|| row.organisation.clone(), |row| row.target.clone()),
        systems: targets(RelationKind::PartOf).map(|row| row.target.clone()).collect(),
        exposure: attribute(names::EXPOSURE).and_then(Exposure::from_attribute),
        value: Value {
            confidentiality: rating(names::CONFIDENTIALITY),
            integrity: rating(names::INTEGRITY),
            availability: rating(names::AVAILABILITY),
            important: attribute(names::IMPORTANT) == Some("true"),
        },
        in_service_since,
        first_seen: row.first_seen,
        in_service: !matches!(life_cycle, Some("disposed" | "transferred")),
    })
}

/// The systems by what assets name them: number, name.
fn systems(
    facts: &Facts,
    profiles: &BTreeMap<AssetKey, Profile>,
) -> BTreeMap<String, (Option<Exposure>, Value)> {
    let mut systems = BTreeMap::new();
    for profile in profiles.values().filter(|profile| profile.class == AssetClass::System) {
        let said = (profile.exposure, profile.value);
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

pub(super) fn inherit(
    exposure: &mut Option<Exposure>,
    value: &mut Value,
    (exposure_above, value_above): &(Option<Exposure>, Value),
) {
    *exposure = (*exposure).max(*exposure_above);
    value.confidentiality = value.confidentiality.max(value_above.confidentiality);
    value.integrity = value.integrity.max(value_above.integrity);
    value.availability = value.availability.max(value_above.availability);
    value.important |= value_above.important;
}
