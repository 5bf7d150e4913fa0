//! What sources know an asset by.

use std::collections::BTreeMap;

use serde::Serialize;
use yagura_baseline::identity::Rules;
use yagura_lake::rows::IdentifierRow;
use yagura_model::{id::SubjectKey, identifier::IdentifierKind};

use super::{SaidBy, kind_of};

/// An identifier and who knows the asset by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IdentifierSaid {
    /// What kind of identifier.
    pub kind: IdentifierKind,
    /// Its value.
    pub value: String,
    /// Whether it can tell this asset from others; placeholders and shared addresses cannot.
    pub identifies: bool,
    /// Each source once, the one that began last first.
    pub said_by: Vec<SaidBy>,
}

/// The identifiers, the strongest kind first.
pub(super) fn identifiers(
    rows: &[IdentifierRow],
    rules: &Rules,
    source: impl Fn(SubjectKey) -> String,
) -> Vec<IdentifierSaid> {
    let mut values: BTreeMap<(IdentifierKind, &str), IdentifierSaid> = BTreeMap::new();
    for row in rows {
        let Some(kind) = kind_of(row.kind, IdentifierKind::from_number) else { continue };
        let said = values.entry((kind, &row.value)).or_insert_with(|| IdentifierSaid {
            kind,
            value: row.value.to_string(),
            identifies: false,
            said_by: Vec::new(),
        });
        said.identifies |= row.hash.is_some();
        add(&mut said.said_by, SaidBy { source: source(row.subject), since: row.first_seen });
    }
    let mut list: Vec<IdentifierSaid> = values.into_values().collect();
    // A stable sort: equally strong ones stay in the order of kind and value.
    list.sort_by_key(|said| (!said.identifies, std::cmp::Reverse(rules.strength(said.kind))));
    list
}

/// Adds who says something; a source that says it more than once counts from the first time.
pub(super) fn add(list: &mut Vec<SaidBy>, said: SaidBy) {
    match list.iter_mut().find(|known| known.source == said.source) {
        Some(known) => known.since = known.since.min(said.since),
        None => list.push(said),
    }
    list.sort_by(|a, b| b.since.cmp(&a.since).then_with(|| a.source.cmp(&b.source)));
}

/// What people call an asset besides its name: its number in a register, then the name it has on
/// the network or in the directory.
pub(super) fn known_as<'v>(
    values: impl Iterator<Item = (IdentifierKind, &'v str)>,
    name: &str,
) -> Vec<String> {
    use IdentifierKind::{
        AccountName, AssetNumber, CloudInstance, DataSetNumber, Domain, Fqdn, Hostname, Ip, Mail,
        StaffNumber, Store, SystemNumber,
    };
    const NUMBERS: &[IdentifierKind] = &[AssetNumber, StaffNumber, SystemNumber, DataSetNumber];
    const NAMES: &[IdentifierKind] =
        &[Fqdn, Hostname, AccountName, Mail, Domain, Store, CloudInstance, Ip];
    let values: Vec<(IdentifierKind, &str)> =
        values.filter(|(_, value)| !value.eq_ignore_ascii_case(name)).collect();
    let first = |kinds: &[IdentifierKind]| {
        kinds.iter().find_map(|kind| {
            values.iter().filter(|(of, _)| of == kind).map(|(_, value)| *value).min()
        })
    };
    [first(NUMBERS), first(NAMES)].into_iter().flatten().map(str::to_owned).collect()
}
