//! The reports whose rows were given up: forgotten in so far that they can be given again.
//!
//! A report is found again by the hash of its digest; without it the same bytes are taken in anew.
//! The row stays for those that point to it, and so does its evidence.

use std::{collections::BTreeSet, time::Duration};

use serde::Serialize;
use yagura_model::{
    Timestamp,
    id::{ReportKey, Shard},
};

use crate::{
    Changes, Lake,
    error::LakeError,
    manifest::Damage,
    row::Stored,
    rows::{CoverageRow, ReportRow},
    scan::Filter,
    snapshot::Snapshot,
};

/// A report that is to be given again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Again {
    /// Its number.
    pub report: i64,
    /// The organisation it was given for.
    pub organisation: String,
    /// The name of its file.
    pub file: String,
    /// SHA-256 of its bytes, by which they are found in an archive.
    pub digest: String,
    /// Whether the lake's own copy of them was deleted because it is past its retention.
    pub past_retention: bool,
}

impl Lake {
    /// Sees to it that the reports whose rows were given up can be given again, and says which they
    /// are.
    ///
    /// # Errors
    /// If the tables of reports and coverage cannot be read, or the lake cannot be written.
    pub async fn reopen(
        &self,
        damage: &[Damage],
        wait: Duration,
        now: Timestamp,
    ) -> Result<Vec<Again>, LakeError> {
        if damage.is_empty() {
            return Ok(Vec::new());
        }
        let mut writer = self.write(wait, now).await?;
        let lost = lost(writer.snapshot(), damage).await?;
        let cleared = writer.snapshot().cleared().await?;
        let mut changes = Changes::default();
        let mut again = Vec::new();
        for stored in lost {
            let version = stored.version();
            let row = stored.row;
            again.push(Again {
                report: row.report.0,
                organisation: row.organisation.clone(),
                file: row.name.clone(),
                digest: row.digest.clone(),
                past_retention: cleared.has(row.report),
            });
            if row.digest_hash != 0 {
                changes.superseded.push(version);
                changes.reports.push(ReportRow { digest_hash: 0, ..row });
            }
        }
        if !changes.is_empty() {
            writer.commit(changes, now).await?;
        }
        Ok(again)
    }
}

/// The reports that wrote to files that were given up.
async fn lost(snapshot: &Snapshot, damage: &[Damage]) -> Result<Vec<Stored<ReportRow>>, LakeError> {
    let reports: Vec<Stored<ReportRow>> = snapshot.read(&Filter::all().with_superseded()).await?;
    // The commit that took a report in wrote its first row.
    let mut taken_in = std::collections::BTreeMap::new();
    for stored in &reports {
        let first = taken_in.entry(stored.row.report).or_insert(stored.id.written_by);
        *first = stored.id.written_by.min(*first);
    }
    let coverage: Vec<CoverageRow> = snapshot.rows(&Filter::all()).await?;
    let looked: BTreeSet<(ReportKey, Shard)> =
        coverage.iter().map(|row| (row.report, row.of_shard)).collect();
    let covered: BTreeSet<ReportKey> = looked.iter().map(|(report, _)| *report).collect();
    let is_lost = |stored: &Stored<ReportRow>| {
        let report = stored.row.report;
        let by = taken_in.get(&report).copied().unwrap_or(stored.id.written_by);
        damage.iter().filter(|damage| !damage.table.is_empty()).any(|damage| {
            let in_time = damage.commits.is_none_or(|(low, high)| (low..=high).contains(&by.0));
            // What covered nothing may have shown something of any shard.
            let in_shard = damage.shard.is_none_or(|shard| {
                !covered.contains(&report) || looked.contains(&(report, Shard(shard)))
            });
            in_time && in_shard
        })
    };
    Ok(reports
        .into_iter()
        .filter(|stored| stored.superseded_by.is_none() && is_lost(stored))
        .collect())
}
