//! The findings of all assets, shard by shard, to the one who weighs them.

use std::collections::BTreeMap;
use std::sync::Arc;

use yagura_baseline::{choice::choose_vector, inputs::Base, model::Model};
use yagura_lake::{
    LakeError, Snapshot, parts,
    row::Stored,
    rows::{CheckScore, FindingPoint},
    scan::{Filter, Scan},
};
use yagura_model::{
    Timestamp,
    coverage::ObservationKind,
    finding::{Disposition, FindingState},
    id::CheckKey,
    points::MicroPoints,
    severity::Severity,
};

use super::{
    Ground,
    sums::{Sum, Tally},
    weigh::{PartSums, Weigher},
};
use crate::{
    order::{RANGES, Ranges, taken},
    score::{
        facts::{is, number},
        problems::ProblemKey,
    },
};

/// A statement about an asset.
#[derive(Debug, Clone, Copy)]
pub(super) struct Statement {
    /// Index of the asset.
    pub(super) asset: u32,
    /// Place of the problem it is about among all matters.
    pub(super) problem: u32,
    pub(super) check: CheckKey,
    /// Number of the package it names, at the weigher.
    pub(super) package: Option<u32>,
    pub(super) first_seen: Timestamp,
    pub(super) severity: Severity,
    pub(super) open: bool,
    pub(super) accepted: bool,
}

/// What a problem is about, wherever it is met.
#[derive(Debug)]
pub(super) struct Matter {
    pub(super) key: Arc<str>,
    /// Points of the vulnerability by itself; `None` if the severity says what it weighs.
    pub(super) vulnerability: Option<Base>,
}

/// What is read to weigh all findings.
#[derive(Debug)]
pub(super) struct Scans {
    findings: Scan<FindingPoint>,
    /// In order of their keys.
    pub(super) matters: Vec<Matter>,
    /// By number of the check, its problem and what makes it; none for detections.
    checks: Vec<Option<(u32, ObservationKind)>>,
}

/// The points of an asset's findings.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Weight {
    pub(super) open: MicroPoints,
    pub(super) accepted: MicroPoints,
    pub(super) items: u32,
}

/// What all findings weigh.
#[derive(Debug, Default)]
pub(super) struct Weighed {
    /// By index of the asset.
    pub(super) assets: Vec<Weight>,
    /// By slot, what the asset carries for the observation.
    pub(super) carried: Vec<MicroPoints>,
    /// By place of the matter.
    pub(super) by_check: Tally,
    /// By place of the matter: remedies that are no package.
    pub(super) by_matter: Tally,
    /// By the package that is corrected.
    pub(super) by_package: Vec<(Arc<str>, Sum)>,
}

impl Scans {
    pub(super) async fn open(snapshot: &Snapshot, model: &Model) -> Result<Self, LakeError> {
        let rows: Vec<CheckScore> = snapshot.rows(&Filter::all()).await?;
        let mut keys: BTreeMap<ProblemKey, Vec<(&str, &str)>> = BTreeMap::new();
        for row in &rows {
            let vectors = row.vectors.iter().map(|vector| (row.tool.as_str(), vector.as_str()));
            keys.entry(ProblemKey::of(row)).or_default().extend(vectors);
        }
        let matter = |(key, vectors): (&ProblemKey, &Vec<_>)| Matter {
            key: Arc::from(key.as_str()),
            vulnerability: match key {
                ProblemKey::Cve(_) => {
                    let chosen = choose_vector(model, vectors);
                    Some(Base::Vulnerability(chosen.map(|chosen| chosen.score)))
                }
                ProblemKey::Check(_) => None,
            },
        };
        let matters = keys.iter().map(matter).collect();
        let numbered: BTreeMap<&ProblemKey, u32> = keys.keys().zip(0..).collect();
        let mut checks = Vec::new();
        for row in &rows {
            let place = usize::try_from(row.check.0).unwrap_or_default();
            if checks.len() <= place {
                checks.resize(place + 1, None);
            }
            let kind = number(row.kind, ObservationKind::from_number);
            let problem = numbered.get(&ProblemKey::of(row)).copied();
            if let (Some(kind), Some(problem), Some(of)) = (kind, problem, checks.get_mut(place)) {
                // Detections are events.
                *of = (kind != ObservationKind::Detection).then_some((problem, kind));
            }
        }
        let findings = snapshot.scan(&Filter::all()).await?;
        Ok(Self { findings, matters, checks })
    }

    /// The kind of observation that makes a check.
    pub(super) fn kind(&self, check: CheckKey) -> Option<ObservationKind> {
        Some(self.check(check)?.1)
    }

    fn check(&self, check: CheckKey) -> Option<(u32, ObservationKind)> {
        self.checks.get(usize::try_from(check.0).ok()?).copied().flatten()
    }

    /// Weighs the findings of all assets; those not kept count for nothing but what others carry.
    pub(super) fn weigh(&self, ground: &Ground<'_>, kept: &[bool]) -> Result<Weighed, LakeError> {
        let shards: Vec<_> = self.findings.shards().into_iter().collect();
        let parts = parts::each(&shards, |shard| {
            let mut weigher = Weigher::new(self, ground, kept);
            let mut here = Vec::with_capacity(self.findings.rows(shard));
            let mut away = Ranges::new(kept.len());
            self.findings.each(Some(shard), |Stored { row, .. }| {
                let Some(mut statement) = self.statement(ground, &row) else { return };
                let package = statement.open && row.location.starts_with("pkg:");
                let package = package.then_some(row.location);
                if ground.register.spans(statement.asset as usize) {
                    away.push(statement.asset as usize, (statement, package));
                } else {
                    statement.package = package.map(|package| weigher.package(package));
                    here.push(statement);
                }
            })?;
            weigher.all(&here);
            Ok((weigher.done(), away))
        })?;
        let mut weighed = Weighed {
            assets: vec![Weight::default(); kept.len()],
            carried: vec![MicroPoints::ZERO; ground.looks.slots()],
            ..Weighed::default()
        };
        let (mut sums, mut away) = (Vec::new(), Vec::with_capacity(parts.len()));
        for (part, more) in parts {
            sums.push(part.spread(&mut weighed));
            away.push(more);
        }
        // What lies in several shards is weighed once all of it is there.
        let away = Ranges::joined(away);
        let ranges: Vec<usize> = (0..RANGES).collect();
        let parts = parts::each(&ranges, |range| {
            let mut weigher = Weigher::new(self, ground, kept);
            let statements = taken(&away, range).map(|(statement, package)| {
                let package = package.map(|text| weigher.package(text));
                Statement { package, ..statement }
            });
            let here: Vec<Statement> = statements.collect();
            weigher.all(&here);
            Ok(weigher.done())
        })?;
        sums.extend(parts.into_iter().map(|part| part.spread(&mut weighed)));
        PartSums::joined(&sums)?.end(&mut weighed);
        Ok(weighed)
    }

    fn statement(&self, ground: &Ground<'_>, row: &FindingPoint) -> Option<Statement> {
        let counts = is(row.state, FindingState::from_number, FindingState::Fail);
        if !counts || row.first_seen > ground.at {
            return None;
        }
        let (problem, _) = self.check(row.check)?;
        let asset = ground.register.of(row.subject)?;
        let sketch = ground.sketches.all.get(asset)?;
        sketch.counts()?;
        let disposition = number(row.disposition, Disposition::from_number);
        Some(Statement {
            asset: u32::try_from(asset).ok()?,
            problem,
            check: row.check,
            package: None,
            first_seen: row.first_seen,
            severity: number(row.severity, Severity::from_number).unwrap_or(Severity::Medium),
            open: row.resolved_at.is_none_or(|to| to > ground.at),
            accepted: disposition.is_some_and(|said| said != Disposition::Open),
        })
    }
}
