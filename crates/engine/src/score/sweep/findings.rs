//! The findings of all assets, shard by shard, to the one who weighs them.

use std::collections::BTreeMap;
use std::sync::Arc;

use yagura_baseline::{choice::choose_vector, inputs::Base, model::Model};
use yagura_lake::{
    LakeError, Snapshot,
    row::Stored,
    rows::{CheckScore, FindingPoint},
    scan::{Filter, Scan},
};
use yagura_model::{
    coverage::ObservationKind,
    finding::{Disposition, FindingState},
    id::CheckKey,
    points::MicroPoints,
    severity::Severity,
};

use super::{Ground, sums::Sums, weigh::Weigher};
use crate::{
    master::shards,
    score::{
        facts::{is, number},
        problems::ProblemKey,
    },
};

/// A statement about an asset.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    /// Index of the asset.
    pub(super) asset: u32,
    /// Index of the problem it is about.
    pub(super) problem: u32,
    pub(super) check: CheckKey,
    pub(super) severity: Severity,
    pub(super) open: bool,
    pub(super) accepted: bool,
    pub(super) first_seen: yagura_model::Timestamp,
    /// The package it names.
    pub(super) package: Option<Arc<str>>,
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
    pub(super) by_check: Sums,
    pub(super) by_remedy: Sums,
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
        let parts = shards::each(&shards, |shard| {
            let mut here = Vec::new();
            let mut away = Vec::new();
            self.findings.each(Some(shard), |stored| {
                if let Some(statement) = self.statement(ground, stored) {
                    let spans = ground.register.spans(statement.asset as usize);
                    if spans { &mut away } else { &mut here }.push(statement);
                }
            })?;
            let mut weigher = Weigher::new(self, ground, kept);
            weigher.all(here);
            Ok((weigher.done(), away))
        })?;
        let mut weighed = Weighed {
            assets: vec![Weight::default(); kept.len()],
            carried: vec![MicroPoints::ZERO; ground.looks.slots()],
            ..Weighed::default()
        };
        let mut away = Vec::new();
        for (part, more) in parts {
            part.add_to(&mut weighed);
            away.extend(more);
        }
        let mut weigher = Weigher::new(self, ground, kept);
        weigher.all(away);
        weigher.done().add_to(&mut weighed);
        Ok(weighed)
    }

    fn statement(
        &self,
        ground: &Ground<'_>,
        Stored { row, .. }: Stored<FindingPoint>,
    ) -> Option<Statement> {
        let counts = is(row.state, FindingState::from_number, FindingState::Fail);
        if !counts || row.first_seen > ground.at {
            return None;
        }
        let (problem, _) = self.check(row.check)?;
        let asset = ground.register.of(row.subject)?;
        let sketch = ground.sketches.all.get(asset)?;
        if !sketch.in_service || sketch.class.is_none() {
            return None;
        }
        let disposition = number(row.disposition, Disposition::from_number);
        Some(Statement {
            asset: u32::try_from(asset).ok()?,
            problem,
            check: row.check,
            severity: number(row.severity, Severity::from_number).unwrap_or(Severity::Medium),
            open: row.resolved_at.is_none_or(|to| to > ground.at),
            accepted: disposition.is_some_and(|said| said != Disposition::Open),
            first_seen: row.first_seen,
            package: row.location.starts_with("pkg:").then_some(row.location),
        })
    }
}
