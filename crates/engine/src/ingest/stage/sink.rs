//! Taking down the events of a report.

use std::borrow::Cow;
use std::hash::BuildHasher as _;
use std::sync::Arc;

use yagura_formats::sink::{Sink, Stopped};
use yagura_model::{
    asset::{AssetSeen, LocalAsset, Relation},
    check::CheckSeen,
    coverage::{CheckSet, CoverageSeen},
    finding::{Disposition, FindingState},
    organisation::OrganisationSeen,
    record::{NotAssessed, Outcome, Record},
    report::ReportHead,
    severity::Severity,
    software::SoftwareSeen,
    warning::Warning,
};

use super::{
    Asset, Check, Coverage, Evaluated, Finding, Organisation, Package, RelationOf, Shown, Stage,
};

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
            content: 0,
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
        let shown = seen.identifiers.iter().map(Shown::of);
        let attributes = seen.attributes.iter();
        let attributes: Vec<_> =
            attributes.map(|a| (self.text(&a.name), self.text(&a.value))).collect();
        let relations = seen.relations.into_iter().map(relation);
        match self.assets.get_mut(index) {
            Some(Some(known)) => {
                known.shown.extend(shown);
                known.attributes.extend(attributes);
                known.relations.extend(relations);
                known.observed_at = known.observed_at.max(seen.observed_at);
            }
            Some(empty) => {
                *empty = Some(Asset {
                    class: seen.class,
                    name: seen.name.into_owned(),
                    stable_id: seen.stable_id.map(Cow::into_owned),
                    shown: shown.collect(),
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
