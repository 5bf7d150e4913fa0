//! Which bytes of reports are past their retention.

use std::collections::BTreeSet;

use serde::Serialize;
use yagura_model::{Timestamp, id::ReportKey};

use crate::{
    error::LakeError,
    row::Stored,
    rows::{FindingReport, ReportBytes},
    scan::Filter,
    snapshot::Snapshot,
};

/// The bytes of reports that go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvidenceGoing {
    /// Those of reports that were observed before.
    pub before: Timestamp,
    /// Whose.
    #[serde(skip)]
    pub reports: Vec<ReportKey>,
    /// How many bytes their stored forms have.
    pub bytes: u64,
    /// Older reports that stay because an open finding stands on them.
    pub kept_for_open: u64,
    /// Reports whose bytes stay, these included.
    pub kept: u64,
}

impl EvidenceGoing {
    /// Finds what goes.
    ///
    /// # Errors
    /// If a table cannot be read.
    pub async fn find(
        snapshot: &Snapshot,
        before: Timestamp,
        keep_for_open: bool,
    ) -> Result<Self, LakeError> {
        let cleared = snapshot.cleared().await?;
        let open = if keep_for_open { open(snapshot).await? } else { BTreeSet::new() };
        let mut going = Self { before, reports: Vec::new(), bytes: 0, kept_for_open: 0, kept: 0 };
        let rows: Vec<ReportBytes> = snapshot.rows(&Filter::all()).await?;
        for row in rows.into_iter().filter(|row| !cleared.has(row.report)) {
            let is_old = row.observed_at < before;
            let is_needed = open.contains(&row.report);
            if is_old && !is_needed {
                going.bytes += row.evidence()?.stored_length;
                going.reports.push(row.report);
            } else {
                going.kept += 1;
                going.kept_for_open += u64::from(is_old);
            }
        }
        Ok(going)
    }
}

/// The reports that open findings stand on.
async fn open(snapshot: &Snapshot) -> Result<BTreeSet<ReportKey>, LakeError> {
    let scan = snapshot.scan::<FindingReport>(&Filter::all()).await?;
    let reading = tokio::task::spawn_blocking(move || {
        let mut open = BTreeSet::new();
        scan.each(None, |Stored { row, .. }| {
            if row.resolved_at.is_none() {
                open.insert(row.report);
            }
        })?;
        Ok(open)
    });
    reading.await.map_err(|error| LakeError::Task(error.to_string()))?
}
