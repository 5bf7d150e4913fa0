//! The events of one report, gathered compactly until they can be compared with the lake.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use yagura_formats::{
    collect::Tally,
    sink::{Sink, Stopped},
};
use yagura_model::{
    Timestamp,
    asset::{AssetSeen, LocalAsset, Relation, RelationKind},
    check::CheckSeen,
    coverage::{CheckSet, CoverageSeen, ObservationKind, ObservationKinds},
    domain::AssetClass,
    finding::{Disposition, FindingState},
    identifier::Identifier,
    organisation::OrganisationSeen,
    ports::Ports,
    record::{NotAssessed, Outcome, Place, Record},
    report::ReportHead,
    severity::Severity,
    software::SoftwareSeen,
    warning::{Warning, WarningCode},
};

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
    pub(super) identifiers: BTreeSet<Identifier<'static>>,
    /// Names and values.
    pub(super) attributes: BTreeSet<(Arc<str>, Arc<str>)>,
    pub(super) relations: Vec<RelationOf>,
    pub(super) observed_at: Option<Timestamp>,
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

/// A text that may be missing.
fn text<'t>(text: &'t Option<Cow<'_, str>>) -> &'t str {
    text.as_deref().unwrap_or_default()
}

impl Stage {
    fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = Arc::from(text);
        self.texts.insert(Arc::clone(&new));
        new
    }

    fn check(&mut self, seen: CheckSeen<'_>) -> u32 {
        if let Some(number) = self.check_numbers.get(seen.id.as_ref()).copied() {
            let known = usize::try_from(number).ok().and_then(|index| self.checks.get_mut(index));
            if let Some(known) = known
                && seen.remote == Some(true)
            {
                known.remote = Some(true);
            }
            return number;
        }
        let id: Arc<str> = Arc::from(seen.id.as_ref());
        let number = self.checks.len() as u32;
        let all = |texts: Vec<Cow<'_, str>>| texts.into_iter().map(Cow::into_owned).collect();
        self.checks.push(Check {
            id: Arc::clone(&id),
            kind: seen.kind,
            title: seen.title.into_owned(),
            severity: seen.severity,
            cves: all(seen.cves),
            vectors: all(seen.vectors),
            description: seen.description.unwrap_or_default().into_owned(),
            remediation: seen.remediation.unwrap_or_default().into_owned(),
            references: all(seen.references),
            remote: seen.remote,
        });
        self.check_numbers.insert(id, number);
        number
    }

    /// A state the tool itself could not decide, kept as a row.
    fn undecided(&mut self, asset: u32, check: u32, state: FindingState, record: u32) {
        let location = self.text("");
        self.findings.push(Finding {
            asset,
            check,
            location,
            state,
            severity: Severity::Info,
            disposition: Disposition::Open,
            fixed_version: None,
            record,
        });
    }

    fn outcome(&mut self, asset: LocalAsset, outcome: Outcome<'_>, record: u32) {
        match outcome {
            Outcome::Findings(statements) => {
                for seen in statements {
                    let check = self.check(seen.check);
                    let location = self.text(&seen.location);
                    let fixed_version = seen.fixed_version.map(|version| self.text(&version));
                    self.findings.push(Finding {
                        asset: asset.0,
                        check,
                        location,
                        state: seen.state,
                        severity: seen.severity,
                        disposition: seen.disposition,
                        fixed_version,
                        record,
                    });
                }
            }
            Outcome::Pass(seen) => {
                let check = self.check(seen);
                self.passes.push((asset.0, check));
            }
            Outcome::NotAssessed(seen, NotAssessed::Error) => {
                let check = self.check(seen);
                self.undecided(asset.0, check, FindingState::Error, record);
            }
            Outcome::NotAssessed(seen, NotAssessed::Unknown) => {
                let check = self.check(seen);
                self.undecided(asset.0, check, FindingState::Unknown, record);
            }
            Outcome::NotAssessed(..) | Outcome::Fact | Outcome::Dropped(_) => {}
        }
    }
}

impl Sink for Stage {
    fn head(&mut self, head: ReportHead<'_>) -> Result<(), Stopped> {
        self.tally.head(head)
    }

    fn organisation(&mut self, seen: OrganisationSeen<'_>) -> Result<(), Stopped> {
        self.organisations.push(Organisation {
            code: seen.code.to_string(),
            name_ja: seen.name_ja.to_string(),
            name_en: seen.name_en.to_string(),
            parent: seen.parent.as_deref().map(str::to_owned),
            from: seen.from,
            to: seen.to,
        });
        self.tally.organisation(seen)
    }

    fn asset(&mut self, seen: AssetSeen<'_>) -> Result<(), Stopped> {
        self.tally.add_asset(seen.local);
        let index = seen.local.0 as usize;
        if self.assets.len() <= index {
            self.assets.resize(index + 1, None);
        }
        let relation = |relation: Relation<'_>| RelationOf {
            kind: relation.kind,
            target: relation.target.into_owned(),
            from: relation.from,
            to: relation.to,
        };
        let identifiers = seen.identifiers.into_iter().map(Identifier::into_owned);
        let attributes = seen.attributes.iter();
        let attributes: Vec<_> =
            attributes.map(|a| (self.text(&a.name), self.text(&a.value))).collect();
        let relations = seen.relations.into_iter().map(relation);
        match self.assets.get_mut(index) {
            Some(Some(known)) => {
                known.identifiers.extend(identifiers);
                known.attributes.extend(attributes);
                known.relations.extend(relations);
                known.observed_at = known.observed_at.max(seen.observed_at);
            }
            Some(empty) => {
                *empty = Some(Asset {
                    class: seen.class,
                    name: seen.name.into_owned(),
                    stable_id: seen.stable_id.map(Cow::into_owned),
                    identifiers: identifiers.collect(),
                    attributes: attributes.into_iter().collect(),
                    relations: relations.collect(),
                    observed_at: seen.observed_at,
                });
            }
            None => {}
        }
        Ok(())
    }

    fn coverage(&mut self, seen: CoverageSeen<'_>) -> Result<(), Stopped> {
        let checks = match seen.checks {
            CheckSet::All => Evaluated::All,
            CheckSet::Named(ids) => Evaluated::Named(ids.iter().map(|id| self.text(id)).collect()),
            // One scan looks at the same ports of all its hosts.
            CheckSet::At(ports) => Evaluated::At(match self.coverage.last() {
                Some(Coverage { checks: Evaluated::At(last), .. }) if **last == ports => {
                    Arc::clone(last)
                }
                _ => Arc::new(ports),
            }),
        };
        self.coverage.push(Coverage {
            asset: seen.asset.0,
            kinds: seen.kinds,
            credentialed: seen.credentialed,
            checks,
            observed_at: seen.observed_at,
        });
        Ok(())
    }

    fn software(&mut self, seen: SoftwareSeen<'_>) -> Result<(), Stopped> {
        self.tally.software += 1;
        // Most packages of a report stand on many assets: nothing is made of those known.
        let (purl, cpe, vendor) = (text(&seen.purl), text(&seen.cpe), text(&seen.vendor));
        let parts = (&*seen.name, &*seen.version, purl, cpe, vendor);
        let same = self.package_numbers.entry(self.hasher.hash_one(parts)).or_default();
        let is_same = |number: &&u32| {
            self.packages.get(**number as usize).is_some_and(|known| known.parts() == parts)
        };
        let number = match same.iter().find(is_same) {
            Some(number) => *number,
            None => {
                let number = self.packages.len() as u32;
                same.push(number);
                self.packages.push(Package {
                    name: seen.name.to_string(),
                    version: seen.version.to_string(),
                    purl: purl.to_owned(),
                    cpe: cpe.to_owned(),
                    vendor: vendor.to_owned(),
                });
                number
            }
        };
        self.software.push((seen.asset.0, number));
        Ok(())
    }

    fn record(&mut self, record: Record<'_>) -> Result<(), Stopped> {
        self.tally.account.add(&record.outcome);
        let ordinal = self.places.len() as u32;
        self.places.push(record.place);
        if let Some(asset) = record.asset {
            self.outcome(asset, record.outcome, ordinal);
        }
        Ok(())
    }

    fn warn(&mut self, warning: Warning) -> Result<(), Stopped> {
        self.tally.warn(warning)
    }
}
