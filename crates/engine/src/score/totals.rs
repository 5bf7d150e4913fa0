//! Points added up by organisation, system, asset, class, check and domain.

use std::collections::{BTreeMap, BTreeSet};

use yagura_model::{
    domain::AssetClass, id::AssetKey, organisation::OrganisationCode, points::MicroPoints,
};

use super::run::{AssetScore, ItemKind, ScoreRun};
use crate::tree::Tree;

/// What to add up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Organisations, each with all below it.
    Organisation,
    /// Systems. They share assets, so their points do not add up to the organisation.
    System,
    /// Assets.
    Asset,
    /// Classes of assets.
    Class,
    /// Problems, gaps and missing observations.
    Check,
    /// The four target domains.
    Domain,
    /// What one correction closes, over all assets.
    Remedy,
}

/// One line of a score.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Total {
    /// What the line is for: a code, a name, an id.
    pub key: String,
    /// What people call it, where that is something else.
    pub name: String,
    /// 未対処: open points.
    pub open: MicroPoints,
    /// 受容: accepted points.
    pub accepted: MicroPoints,
    /// The part of the open points that is an estimate for what nobody looked at.
    pub unknown: MicroPoints,
    /// Assets that count.
    pub assets: u64,
    /// Problems, gaps and missing observations.
    pub items: u64,
}

impl Total {
    pub(super) fn of(key: &str, name: &str) -> Self {
        Self {
            key: key.to_owned(),
            name: name.to_owned(),
            open: MicroPoints::ZERO,
            accepted: MicroPoints::ZERO,
            unknown: MicroPoints::ZERO,
            assets: 0,
            items: 0,
        }
    }

    fn add(&mut self, score: &AssetScore) {
        self.open += score.open;
        self.accepted += score.accepted;
        self.unknown += score.unknown;
        self.assets += 1;
        self.items += score.remedies.iter().map(|remedy| remedy.items.len() as u64).sum::<u64>();
    }
}

impl ScoreRun {
    /// Only the assets of an organisation and those below it.
    #[must_use]
    pub fn within(mut self, organisation: &OrganisationCode) -> Self {
        let tree = &self.tree;
        self.assets.retain(|score| tree.is_within(&score.profile.organisation, organisation));
        self
    }

    /// All assets together.
    pub fn whole(&self) -> Total {
        let mut whole = Total::of("", "");
        self.assets.iter().for_each(|score| whole.add(score));
        whole
    }

    /// The lines of a score, worst first.
    pub fn totals(&self, by: By) -> Vec<Total> {
        let mut totals: BTreeMap<String, Total> = BTreeMap::new();
        for score in &self.assets {
            match by {
                By::Check => by_check(&mut totals, score),
                By::Remedy => by_remedy(&mut totals, score),
                _ => {
                    for (key, name) in groups(by, score, &self.tree) {
                        totals
                            .entry(key.clone())
                            .or_insert_with(|| Total::of(&key, &name))
                            .add(score);
                    }
                }
            }
        }
        let mut lines: Vec<Total> = totals.into_values().collect();
        sort(&mut lines);
        lines
    }
}

/// What decides under which lines the points of an asset stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'p> {
    pub(super) asset: AssetKey,
    pub(super) class: AssetClass,
    pub(super) organisation: &'p str,
}

impl Place<'_> {
    /// The keys of the lines, but those of systems.
    pub(super) fn keys(self, by: By, tree: &Tree) -> Vec<String> {
        match by {
            By::Organisation => {
                tree.path(self.organisation).iter().map(|code| code.to_string()).collect()
            }
            By::Asset => vec![format!("A-{}", self.asset)],
            By::Class => vec![self.class.as_str().to_owned()],
            By::Domain => vec![self.class.domain().as_str().to_owned()],
            By::System | By::Check | By::Remedy => Vec::new(),
        }
    }
}

/// Worst first; equal ones in order of key.
pub(super) fn sort(lines: &mut [Total]) {
    lines.sort_by(|a, b| b.open.cmp(&a.open).then_with(|| a.key.cmp(&b.key)));
}

fn groups(by: By, score: &AssetScore, tree: &Tree) -> Vec<(String, String)> {
    let profile = &score.profile;
    let organisation = profile.organisation.as_str();
    let place = Place { asset: profile.asset, class: profile.class, organisation };
    let keys = match by {
        By::System => profile.systems.iter().cloned().collect(),
        _ => place.keys(by, tree),
    };
    let named = |key: String| match by {
        By::Asset => (key, profile.name.clone()),
        _ => (key.clone(), key),
    };
    keys.into_iter().map(named).collect()
}

fn by_remedy(totals: &mut BTreeMap<String, Total>, score: &AssetScore) {
    for remedy in &score.remedies {
        let total = totals.entry(remedy.key.clone()).or_insert_with(|| Total::of(&remedy.key, ""));
        total.assets += 1;
        total.items += remedy.items.len() as u64;
        for item in &remedy.items {
            if item.accepted {
                total.accepted += item.share;
            } else {
                total.open += item.share;
            }
            if matches!(item.kind, ItemKind::Unknown { .. }) {
                total.unknown += item.share;
            }
        }
    }
}

fn by_check(totals: &mut BTreeMap<String, Total>, score: &AssetScore) {
    let mut counted = BTreeSet::new();
    for item in score.remedies.iter().flat_map(|remedy| &remedy.items) {
        let (key, name, unknown) = match &item.kind {
            ItemKind::Problem { problem, .. } => {
                (problem.key.as_str().to_owned(), problem.title.clone(), false)
            }
            ItemKind::Gap { id, .. } => (id.clone(), String::new(), false),
            ItemKind::Unknown { required, .. } => {
                (format!("observe:{}", required.kind), String::new(), true)
            }
        };
        let first_here = counted.insert(key.clone());
        let total = totals.entry(key.clone()).or_insert_with(|| Total::of(&key, &name));
        if item.accepted {
            total.accepted += item.share;
        } else {
            total.open += item.share;
        }
        if unknown {
            total.unknown += item.share;
        }
        total.items += 1;
        total.assets += u64::from(first_here);
    }
}
