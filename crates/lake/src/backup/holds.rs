//! What a state holds of each source: so that what is missing after a restore is clear.

use std::collections::BTreeMap;

use serde::Serialize;
use yagura_model::{Timestamp, id::SourceKey};

use crate::{
    error::LakeError,
    rows::{ReportBytes, SourceRow},
    scan::Filter,
    snapshot::Snapshot,
};

/// The reports of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceHeld {
    /// Whose it is.
    pub organisation: String,
    /// Its name.
    pub source: String,
    /// How many reports of it there are.
    pub reports: u64,
    /// The number of the one taken in last.
    pub last_report: Option<i64>,
    /// The latest time any of them was observed.
    pub last_observed_at: Option<Timestamp>,
}

/// The sources of a state, by organisation and name.
///
/// # Errors
/// If the tables of sources and reports cannot be read.
pub async fn held(snapshot: &Snapshot) -> Result<Vec<SourceHeld>, LakeError> {
    let sources: Vec<SourceRow> = snapshot.rows(&Filter::all()).await?;
    let reports: Vec<ReportBytes> = snapshot.rows(&Filter::all()).await?;
    let mut by_source: BTreeMap<SourceKey, SourceHeld> = BTreeMap::new();
    for source in sources {
        let held = SourceHeld {
            organisation: source.organisation,
            source: source.name,
            reports: 0,
            last_report: None,
            last_observed_at: None,
        };
        by_source.insert(source.source, held);
    }
    for report in reports {
        if let Some(held) = by_source.get_mut(&report.source) {
            held.reports += 1;
            held.last_report = held.last_report.max(Some(report.report.0));
            held.last_observed_at = held.last_observed_at.max(Some(report.observed_at));
        }
    }
    let mut all: Vec<SourceHeld> = by_source.into_values().collect();
    all.sort_by(|a, b| (&a.organisation, &a.source).cmp(&(&b.organisation, &b.source)));
    Ok(all)
}
