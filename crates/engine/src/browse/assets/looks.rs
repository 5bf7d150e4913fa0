//! What sources looked at, and what nobody did.

use std::collections::BTreeMap;

use serde::Serialize;
use yagura_baseline::{
    model::Model,
    observation::{ObservationState, Required},
};
use yagura_lake::rows::CoverageRow;
use yagura_model::{
    Timestamp,
    coverage::{ObservationKind, ObservationKinds},
    domain::AssetClass,
    id::{ReportKey, SourceKey, SubjectKey},
};

/// The newest look of a source of one kind at an asset, with credentials or without.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Look {
    /// What was looked at.
    pub kind: ObservationKind,
    /// The name of the source.
    pub source: String,
    /// With credentials, without, or a question that makes no sense for the source.
    pub credentialed: Option<bool>,
    /// When.
    pub observed_at: Timestamp,
    /// Its report.
    pub report: ReportKey,
}

/// What the score model wants looked at, and whether anybody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequiredLook {
    /// What must be looked at.
    pub kind: ObservationKind,
    /// How many days a look stays fresh.
    pub days: u32,
    /// Whether a look without credentials is not enough.
    pub credentialed: bool,
    /// Fresh, stale, or never made.
    pub state: ObservationState,
    /// The newest look that counts.
    pub observed_at: Option<Timestamp>,
    /// Who made it.
    pub source: Option<String>,
}

/// The newest looks of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Newest {
    any: Option<Timestamp>,
    credentialed: Option<Timestamp>,
}

impl Newest {
    pub(super) fn add(&mut self, row: &CoverageRow) {
        self.any = self.any.max(Some(row.observed_at));
        if row.credentialed != Some(false) {
            self.credentialed = self.credentialed.max(Some(row.observed_at));
        }
    }

    fn counting(self, required: &Required) -> Option<Timestamp> {
        if required.credentialed { self.credentialed } else { self.any }
    }
}

/// How many of the required looks were never made or are too old, and how many there are; required
/// no more often than the network allows.
pub(super) fn missing(
    model: &Model,
    class: AssetClass,
    at_least_days: u32,
    newest: &BTreeMap<ObservationKind, Newest>,
    at: Timestamp,
) -> (u64, u64) {
    let required = model.required(class);
    let made = |required: &&Required| {
        let newest = newest.get(&required.kind).copied().unwrap_or_default();
        let state = required.at_least(at_least_days).state(newest.counting(required), at);
        state == ObservationState::Fresh
    };
    let fresh = required.iter().filter(made).count();
    ((required.len() - fresh) as u64, required.len() as u64)
}

pub(super) fn kinds(row: &CoverageRow) -> ObservationKinds {
    ObservationKinds(u32::try_from(row.kinds).unwrap_or_default())
}

/// The newest look of every source and kind, by kind and the newest first.
pub(super) fn looks(
    rows: &[(CoverageRow, Vec<SubjectKey>)],
    name: impl Fn(SourceKey) -> String,
) -> Vec<Look> {
    let mut newest: BTreeMap<(ObservationKind, SourceKey, Option<bool>), &CoverageRow> =
        BTreeMap::new();
    for (row, _) in rows {
        for kind in kinds(row).iter() {
            let known = newest.entry((kind, row.source, row.credentialed)).or_insert(row);
            if (row.observed_at, row.report) > (known.observed_at, known.report) {
                *known = row;
            }
        }
    }
    let mut looks: Vec<Look> = newest
        .into_iter()
        .map(|((kind, source, credentialed), row)| Look {
            kind,
            source: name(source),
            credentialed,
            observed_at: row.observed_at,
            report: row.report,
        })
        .collect();
    looks.sort_by(|a, b| {
        let order = |look: &Look| (look.kind, std::cmp::Reverse((look.observed_at, look.report)));
        order(a).cmp(&order(b))
    });
    looks
}

/// What the model wants of a class, with the look that counts for it.
pub(super) fn required(
    model: &Model,
    class: AssetClass,
    at_least_days: u32,
    looks: &[Look],
    at: Timestamp,
) -> Vec<RequiredLook> {
    let of = |required: &Required| {
        let required = required.at_least(at_least_days);
        let counts = |look: &&Look| required.accepts(look.kind, look.credentialed);
        let newest = looks.iter().filter(counts).max_by_key(|look| look.observed_at);
        RequiredLook {
            kind: required.kind,
            days: required.days,
            credentialed: required.credentialed,
            state: required.state(newest.map(|look| look.observed_at), at),
            observed_at: newest.map(|look| look.observed_at),
            source: newest.map(|look| look.source.clone()),
        }
    };
    model.required(class).iter().map(of).collect()
}
