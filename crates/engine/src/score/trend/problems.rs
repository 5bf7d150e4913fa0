//! The findings of all assets as statements about problems, shard by shard.

use std::collections::BTreeMap;

use yagura_lake::{
    LakeError, Snapshot,
    row::Stored,
    rows::{CheckScore, FindingPoint},
    scan::{Filter, Scan},
};
use yagura_model::{
    coverage::ObservationKind,
    finding::{Disposition, FindingState},
    id::{CheckKey, Shard},
    severity::Severity,
};

use super::{episodes::Episode, members::Members};
use crate::score::{
    facts::{is, number},
    problems::ProblemKey,
};

/// A finding during an interval.
#[derive(Debug, Clone, Copy)]
pub(super) struct Statement {
    /// Index of the asset.
    pub(super) asset: u32,
    /// Number of the problem.
    pub(super) problem: u32,
    pub(super) interval: Episode,
    pub(super) severity: Severity,
    pub(super) accepted: bool,
}

/// What is read to count problems.
#[derive(Debug)]
pub(super) struct Problems {
    findings: Scan<FindingPoint>,
    /// By number of the check, the problem it makes and whether a severity decides that it is one;
    /// none for detections, which are events.
    checks: Vec<Option<(u32, bool)>>,
}

impl Problems {
    pub(super) async fn open(snapshot: &Snapshot) -> Result<Self, LakeError> {
        let rows: Vec<CheckScore> = snapshot.rows(&Filter::all()).await?;
        let mut numbers: BTreeMap<ProblemKey, u32> = BTreeMap::new();
        let mut checks: Vec<Option<(u32, bool)>> = Vec::new();
        for row in &rows {
            let (key, next) = (ProblemKey::of(row), u32::try_from(numbers.len()));
            let by_severity = matches!(key, ProblemKey::Check(_));
            let problem = *numbers.entry(key).or_insert(next.unwrap_or(u32::MAX));
            let place = usize::try_from(row.check.0).unwrap_or_default();
            if checks.len() <= place {
                checks.resize(place + 1, None);
            }
            let event = is(row.kind, ObservationKind::from_number, ObservationKind::Detection);
            if let Some(of) = checks.get_mut(place) {
                *of = (!event).then_some((problem, by_severity));
            }
        }
        Ok(Self { findings: snapshot.scan(&Filter::all()).await?, checks })
    }

    pub(super) fn shards(&self) -> Vec<Shard> {
        self.findings.shards().into_iter().collect()
    }

    /// Shows the statements of a shard about assets that are members at any time asked about.
    pub(super) fn each(
        &self,
        shard: Shard,
        members: &Members,
        mut take: impl FnMut(Statement),
    ) -> Result<(), LakeError> {
        self.findings.each(Some(shard), |Stored { row, .. }| {
            if let Some(statement) = self.statement(members, &row) {
                take(statement);
            }
        })
    }

    fn check(&self, check: CheckKey) -> Option<(u32, bool)> {
        self.checks.get(usize::try_from(check.0).ok()?).copied().flatten()
    }

    fn statement(&self, members: &Members, row: &FindingPoint) -> Option<Statement> {
        let severity = number(row.severity, Severity::from_number).unwrap_or(Severity::Medium);
        let (problem, by_severity) = self.check(row.check)?;
        let fails = is(row.state, FindingState::from_number, FindingState::Fail);
        if !fails || (by_severity && severity == Severity::Info) {
            return None;
        }
        let disposition = number(row.disposition, Disposition::from_number);
        Some(Statement {
            asset: u32::try_from(members.index(row.subject)?).ok()?,
            problem,
            interval: Episode { from: row.first_seen, to: row.resolved_at },
            severity,
            accepted: disposition.is_some_and(|said| said != Disposition::Open),
        })
    }
}
