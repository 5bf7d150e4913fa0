//! Which assets a list shows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use yagura_lake::rows::AssetRow;
use yagura_model::{
    domain::{AssetClass, Domain},
    id::AssetKey,
    identifier::IdentifierKind,
    life_cycle::LifeCycle,
    organisation::OrganisationCode,
};

use super::{Draft, Listed};
use crate::tree::Tree;

/// Which assets are wanted.
#[derive(Debug, Clone, Default)]
pub struct Which {
    /// Managed by this organisation or one below it.
    pub organisation: Option<OrganisationCode>,
    /// Of this domain.
    pub domain: Option<Domain>,
    /// Of this class.
    pub class: Option<AssetClass>,
    /// Of the system of this number or name.
    pub system: Option<String>,
    /// With this text in the name, an identifier or an attribute shown.
    pub search: Option<String>,
    /// Only those whose identity waits for a person.
    pub held: bool,
    /// Only those in one of these states, if any are named.
    pub states: Vec<LifeCycle>,
    /// Only those whose record of their state a sighting contradicts.
    pub contradicted: bool,
}

/// The names of systems by their numbers.
pub(super) fn systems(
    assets: &[AssetRow],
    drafts: &HashMap<AssetKey, Draft>,
) -> BTreeMap<String, BTreeSet<String>> {
    let mut systems: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in assets {
        let Some(draft) = drafts.get(&row.asset) else { continue };
        if draft.settled.class(row.class) != Some(AssetClass::System) {
            continue;
        }
        let name = draft.settled.name(&row.name).to_lowercase();
        for (kind, value) in &draft.identifiers {
            if *kind == IdentifierKind::SystemNumber {
                systems.entry(value.to_string()).or_default().insert(name.clone());
            }
        }
    }
    systems
}

/// Whether an asset is wanted.
pub(super) fn wanted(
    listed: &Listed,
    draft: &Draft,
    which: &Which,
    (tree, systems): (&Tree, &BTreeMap<String, BTreeSet<String>>),
) -> bool {
    let within = |code: &OrganisationCode| tree.is_within(&listed.organisation, code);
    let belongs = |text: &String| {
        let text = text.trim().to_lowercase();
        listed.systems.iter().any(|system| {
            system.to_lowercase() == text
                || systems.get(system).is_some_and(|names| names.contains(&text))
        })
    };
    let found = |text: &String| {
        let text = text.trim().to_lowercase();
        let has = |value: &str| value.to_lowercase().contains(&text);
        has(&listed.name)
            || listed.asset.to_string().to_lowercase() == text
            || draft.names.iter().any(|name| has(name))
            || draft.identifiers.iter().any(|(_, value)| has(value))
            || listed.attributes.values().any(|value| has(value))
    };
    which.organisation.as_ref().is_none_or(within)
        && which.domain.is_none_or(|domain| listed.domain == domain)
        && which.class.is_none_or(|class| listed.class == class)
        && which.system.as_ref().is_none_or(belongs)
        && which.search.as_ref().is_none_or(found)
        && (!which.held || listed.held)
        && (which.states.is_empty() || which.states.contains(&listed.state))
        && (!which.contradicted || listed.contradicted)
}
