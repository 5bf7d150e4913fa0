//! The events of one report, gathered compactly until they can be compared with the lake.

mod sink;

use std::collections::{HashMap, HashSet};
use std::hash::RandomState;
use std::sync::Arc;

use yagura_baseline::identity::Rules;
use yagura_formats::collect::Tally;
use yagura_model::{
    Timestamp,
    asset::RelationKind,
    coverage::{ObservationKind, ObservationKinds},
    domain::AssetClass,
    finding::{Disposition, FindingState},
    identifier::{Identifier, IdentifierKind},
    ports::Ports,
    record::Place,
    severity::Severity,
    warning::{Warning, WarningCode},
};

use super::checks;

/// Everything one report said.
#[derive(Debug, Default)]
pub(super) struct Stage {
    pub(super) tally: Tally,
    pub(super) organisations: Vec<Organisation>,
    /// By local number; a number never given is `None`.
    pub(super) assets: Vec<Option<Asset>>,
    pub(super) coverage: Vec<Coverage>,
    /// Definitions of checks, each once.
    pub(super) checks: Vec<Check>,
    check_numbers: HashMap<Arc<str>, u32>,
    pub(super) findings: Vec<Finding>,
    /// Checks that passed, by asset, as pairs of numbers.
    pub(super) passes: Vec<(u32, u32)>,
    pub(super) packages: Vec<Package>,
    /// By the hash of what they are.
    package_numbers: HashMap<u64, Vec<u32>>,
    hasher: RandomState,
    /// Packages by asset, as pairs of numbers.
    pub(super) software: Vec<(u32, u32)>,
    /// Where the records stand, by ordinal.
    pub(super) places: Vec<Place>,
    texts: HashSet<Arc<str>>,
}

impl Stage {
    /// Works out what identifies each asset and tells a definition from another, after all was said.
    pub(super) fn settle(&mut self, rules: &Rules) {
        for check in &mut self.checks {
            check.content = checks::content(check, check.remote);
        }
        for asset in self.assets.iter_mut().flatten() {
            asset.shown.sort();
            asset.shown.dedup();
            asset.shown.iter_mut().for_each(|shown| shown.settle(rules));
            asset.attributes.sort();
            asset.attributes.dedup();
        }
    }

    /// Counts what was said of an organisation that persons reorganised since as not taken.
    pub(super) fn leave_out(&mut self, code: String) {
        let account = &mut self.tally.account;
        let left_out = account.facts.min(1);
        account.facts -= left_out;
        account.dropped += left_out;
        let detail = "a person reorganised it, and what began before stands".to_owned();
        self.tally.add_warning(Warning { code: WarningCode::DroppedRecord, at: code, detail });
    }
}

/// An organisation of a register.
#[derive(Debug, Clone)]
pub(crate) struct Organisation {
    pub(crate) code: String,
    pub(crate) name_ja: String,
    pub(crate) name_en: String,
    pub(crate) parent: Option<String>,
    pub(crate) from: Option<Timestamp>,
    pub(crate) to: Option<Timestamp>,
}

/// An asset, all its statements in the report together.
#[derive(Debug, Clone)]
pub(super) struct Asset {
    pub(super) class: AssetClass,
    pub(super) name: String,
    pub(super) stable_id: Option<String>,
    /// What it is known by: each once and in order, as soon as the stage is settled.
    pub(super) shown: Vec<Shown>,
    /// Names and values: each once and in order, as soon as the stage is settled.
    pub(super) attributes: Vec<(Arc<str>, Arc<str>)>,
    pub(super) relations: Vec<RelationOf>,
    pub(super) observed_at: Option<Timestamp>,
}

/// An identifier of an asset, as it is said and as it is compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shown {
    pub(super) kind: IdentifierKind,
    /// As the report says it.
    pub(super) value: Arc<str>,
    /// As it is compared; `None` if it identifies nothing.
    pub(super) normal: Option<Arc<str>>,
}

impl Shown {
    fn of(identifier: &Identifier<'_>) -> Self {
        Self { kind: identifier.kind, value: Arc::from(identifier.value.as_ref()), normal: None }
    }

    fn settle(&mut self, rules: &Rules) {
        if rules.usable(self.kind, &self.value) {
            self.normal = Some(match rules.normal(self.kind, &self.value) {
                same if *same == *self.value => Arc::clone(&self.value),
                other => Arc::from(other.as_ref()),
            });
        }
    }
}

/// A relation of an asset.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RelationOf {
    pub(super) kind: RelationKind,
    pub(super) target: String,
    pub(super) from: Option<Timestamp>,
    pub(super) to: Option<Timestamp>,
}

/// What was covered of one asset.
#[derive(Debug, Clone)]
pub(super) struct Coverage {
    pub(super) asset: u32,
    pub(super) kinds: ObservationKinds,
    pub(super) credentialed: Option<bool>,
    pub(super) checks: Evaluated,
    pub(super) observed_at: Option<Timestamp>,
}

/// Which checks a look evaluated.
#[derive(Debug, Clone)]
pub(super) enum Evaluated {
    /// All the source knows.
    All,
    /// Those of the records, and these beside them.
    Named(Vec<Arc<str>>),
    /// All, but at these ports only.
    At(Arc<Ports>),
}

/// The definition of a check.
#[derive(Debug, Clone)]
pub(super) struct Check {
    pub(super) id: Arc<str>,
    pub(super) kind: ObservationKind,
    pub(super) title: String,
    pub(super) severity: Option<Severity>,
    pub(super) cves: Vec<String>,
    pub(super) vectors: Vec<String>,
    pub(super) description: String,
    pub(super) remediation: String,
    pub(super) references: Vec<String>,
    pub(super) remote: Option<bool>,
    /// The hash of all of it, as soon as the stage is settled.
    pub(super) content: i64,
}

/// One statement of a record.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) asset: u32,
    pub(super) check: u32,
    pub(super) location: Arc<str>,
    pub(super) state: FindingState,
    pub(super) severity: Severity,
    pub(super) disposition: Disposition,
    pub(super) fixed_version: Option<Arc<str>>,
    pub(super) record: u32,
}

/// A package or program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) purl: String,
    pub(super) cpe: String,
    pub(super) vendor: String,
}

impl Asset {
    /// The values said of an attribute, ascending.
    pub(super) fn values_of(&self, name: &str) -> impl Iterator<Item = &str> {
        let said = self.attributes.iter().filter(move |(said, _)| **said == *name);
        said.map(|(_, value)| &**value)
    }
}

impl Package {
    fn parts(&self) -> (&str, &str, &str, &str, &str) {
        (&self.name, &self.version, &self.purl, &self.cpe, &self.vendor)
    }
}
