//! What stands against an asset.

use serde::Serialize;
use yagura_model::{
    Timestamp,
    coverage::ObservationKind,
    finding::{Disposition, FindingState},
    id::ReportKey,
    severity::Severity,
};

use super::{
    counts::{Counts, Weight},
    kind_of,
    read::Rows,
};
use crate::explain::FindingId;

/// One source's statement that stands at the time asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingSaid {
    /// Its id, which `explain` takes.
    pub finding: FindingId,
    /// Failed, or not to be told.
    pub state: FindingState,
    /// How bad it is here.
    pub severity: Severity,
    /// What the source says was decided.
    pub disposition: Disposition,
    /// The check, as `tool:id`.
    pub check: String,
    /// What the check is about, in one line.
    pub title: String,
    /// The CVEs the check names.
    pub cves: Vec<String>,
    /// What kind of observation makes it.
    pub kind: Option<ObservationKind>,
    /// Where on the asset; empty if it is the asset as a whole.
    pub location: String,
    /// The version that corrects it.
    pub fixed_version: Option<String>,
    /// Who says it.
    pub source: String,
    /// Since when.
    pub first_seen: Timestamp,
    /// The report that opened it.
    pub report: ReportKey,
    /// The record there, from 1.
    pub record: u64,
}

/// The statements that stand and that are no mere facts, the worst first, and how many there are.
pub(super) fn findings(rows: &Rows) -> (Counts, Vec<FindingSaid>) {
    let mut counts = Counts::default();
    let mut list = Vec::new();
    for row in &rows.findings {
        let check = rows.checks.get(&row.check);
        let state = kind_of(row.state, FindingState::from_number);
        let kind = check.and_then(|check| kind_of(check.kind, ObservationKind::from_number));
        let severity = kind_of(row.severity, Severity::from_number).unwrap_or(Severity::Medium);
        let disposition =
            kind_of(row.disposition, Disposition::from_number).unwrap_or(Disposition::Open);
        let weight = Weight::of(state, severity, disposition, kind);
        counts.add(weight);
        let (Some(state), false) = (state, weight == Weight::Fact) else { continue };
        let said = FindingSaid {
            finding: FindingId::new(row.subject, row.check, &row.location),
            state,
            severity,
            disposition,
            check: check.map(|check| format!("{}:{}", check.tool, check.id)).unwrap_or_default(),
            title: check.map(|check| check.title.clone()).unwrap_or_default(),
            cves: check.map(|check| check.cves.clone()).unwrap_or_default(),
            kind,
            location: row.location.to_string(),
            fixed_version: row.fixed_version.as_deref().map(str::to_owned),
            source: rows.source(row.source),
            first_seen: row.first_seen,
            report: row.report,
            record: u64::try_from(row.record).unwrap_or_default() + 1,
        };
        list.push((weight.rank(), said));
    }
    list.sort_by(|(a, one), (b, other)| {
        let order = |said: &FindingSaid| (said.first_seen, said.finding);
        (a, other.severity).cmp(&(b, one.severity)).then_with(|| order(one).cmp(&order(other)))
    });
    (counts, list.into_iter().map(|(_, said)| said).collect())
}
