//! How an asset stands to organisations, systems and other assets.

use std::collections::BTreeMap;

use serde::Serialize;
use yagura_lake::rows::RelationPoint;
use yagura_model::{Timestamp, asset::RelationKind, id::SubjectKey};

use super::{
    SaidBy,
    identifiers::add,
    in_force, kind_of,
    targets::{Other, Targets},
};
use crate::master::Settled;

/// A dated relation and who states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RelationSaid {
    /// Which relation.
    pub kind: RelationKind,
    /// The other side, as the sources write it: a code, a number, a name.
    pub target: String,
    /// The asset that is meant, if exactly one is.
    pub asset: Option<Other>,
    /// Since when it holds; without it since ever.
    pub valid_from: Option<Timestamp>,
    /// Until when (exclusive).
    pub valid_to: Option<Timestamp>,
    /// Whether it holds at the time asked about; if not it has ended or has not begun.
    pub in_force: bool,
    /// Whether it stands by the rules of master records: it is in force and no other source's
    /// statement stands instead.
    pub stands: bool,
    /// Each source once, the one that began last first.
    pub said_by: Vec<SaidBy>,
}

/// The relations sources state, those in force first in each kind.
pub(super) fn relations(
    rows: &[RelationPoint],
    settled: &Settled,
    targets: &Targets,
    at: Timestamp,
    source: impl Fn(SubjectKey) -> String,
) -> Vec<RelationSaid> {
    type Key<'r> = (RelationKind, bool, Option<Timestamp>, Option<Timestamp>, &'r str);
    let mut list: BTreeMap<Key<'_>, RelationSaid> = BTreeMap::new();
    for row in rows {
        let Some(kind) = kind_of(row.kind, RelationKind::from_number) else { continue };
        let in_force = in_force(row, at);
        let key = (kind, !in_force, row.valid_from, row.valid_to, &*row.target);
        let said = list.entry(key).or_insert_with(|| RelationSaid {
            kind,
            target: row.target.to_string(),
            asset: targets.of(kind, &row.target).cloned(),
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            in_force,
            stands: in_force && settled.targets(kind).contains(&row.target),
            said_by: Vec::new(),
        });
        add(&mut said.said_by, SaidBy { source: source(row.subject), since: row.first_seen });
    }
    list.into_values().collect()
}
