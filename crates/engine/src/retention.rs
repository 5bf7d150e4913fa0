//! Retention (保存期間): what is past it, and its deletion (廃棄).
//!
//! Nothing is deleted but by this, and by this only when a person says so. What would go is found the
//! same way as what goes: a dry run tells the numbers of the deletion that would follow it.

use std::time::Duration;

use serde::Serialize;
use yagura_baseline::retention::Retention;
use yagura_lake::{
    Lake, LakeError, Snapshot,
    retention::{Deletion, EvidenceGoing, HistoryGoing},
    rows::RetentionRow,
    scan::Filter,
};
use yagura_model::Timestamp;

use crate::{
    clock::Clock,
    decisions::{DecisionError, Signed},
};

#[cfg(test)]
mod tests;

/// The use case.
#[derive(Debug, Clone)]
pub struct Retaining {
    /// Of what.
    pub lake: Lake,
    /// The rules.
    pub rule: Retention,
    /// The time.
    pub clock: Clock,
    /// How long to wait for another writer.
    pub wait: Duration,
}

/// Why nothing was deleted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RetentionError {
    /// It was not signed as it must be.
    #[error(transparent)]
    Signature(DecisionError),
    /// The rules ask for a second person.
    #[error("what is kept for less than {limit} needs a second person")]
    SecondPerson {
        /// The span.
        limit: String,
    },
    /// The lake could not be read or written.
    #[error(transparent)]
    Lake(#[from] LakeError),
}

/// What was deleted, or would be. Serialises to the stable document of `--json`.
#[derive(Debug, Clone, Serialize)]
pub struct Retained {
    /// Version of this document.
    pub version: u8,
    /// The number of the deletion; `None` if nothing was deleted.
    pub retention: Option<i64>,
    /// The name of the rules.
    pub rule: String,
    /// Their version.
    pub rule_version: String,
    /// SHA-256 of their file.
    pub rule_digest: String,
    /// How long the rules keep the bytes of reports: `forever`, or a span of ISO 8601.
    pub evidence_kept: String,
    /// How long they keep history.
    pub history_kept: String,
    /// Whether a second person must agree.
    pub needs_second_person: bool,
    /// Since when history was kept already.
    pub kept_since: Option<Timestamp>,
    /// The bytes of reports; `None` if they are kept for ever.
    pub evidence: Option<EvidenceGoing>,
    /// How many reports these are.
    pub reports: u64,
    /// Rows; `None` if they are kept for ever, or since that day already.
    pub history: Option<HistoryGoing>,
    /// How many rows these are.
    pub rows: u64,
}

impl Retained {
    /// Whether nothing is past its retention.
    pub fn is_empty(&self) -> bool {
        self.reports == 0 && self.rows == 0
    }
}

impl Retaining {
    /// Finds what a deletion would delete.
    ///
    /// # Errors
    /// If the lake cannot be read.
    pub async fn try_out(&self) -> Result<Retained, LakeError> {
        self.find(&self.lake.snapshot().await?).await
    }

    /// Deletes what is past its retention, in one commit. If there is nothing, nothing is written.
    ///
    /// # Errors
    /// If it is not signed as it must be, or the lake cannot be read or written: then nothing is
    /// deleted.
    pub async fn delete(&self, signed: &Signed) -> Result<Retained, RetentionError> {
        let signed = signed.checked().map_err(RetentionError::Signature)?;
        if self.rule.needs_second_person() && signed.second.is_none() {
            let limit = self.rule.second_person_below.to_string();
            return Err(RetentionError::SecondPerson { limit });
        }
        let now = self.clock.now();
        let mut writer = self.lake.write(self.wait, now).await?;
        let found = self.find(writer.snapshot()).await?;
        if found.is_empty() {
            return Ok(found);
        }
        let evidence = found.evidence.clone().filter(|_| found.reports > 0);
        let history = found.history.clone().filter(|_| found.rows > 0);
        let row = self.row(&found, signed, now);
        let retention = writer.retain(Deletion { row, evidence, history }, now).await?;
        Ok(Retained { retention: Some(retention), ..found })
    }

    async fn find(&self, snapshot: &Snapshot) -> Result<Retained, LakeError> {
        let (rule, now) = (&self.rule, self.clock.now());
        let evidence = match rule.evidence.since(now) {
            Some(before) => Some(EvidenceGoing::find(snapshot, before, rule.keep_for_open).await?),
            None => None,
        };
        let kept_since = snapshot.kept_since();
        // What was deleted before does not come back by a rule that keeps for longer.
        let history = match rule.history.since(now).filter(|since| Some(*since) >= kept_since) {
            Some(since) => Some(HistoryGoing::find(snapshot, since).await?),
            None => None,
        };
        Ok(Retained {
            version: 1,
            retention: None,
            rule: rule.name.clone(),
            rule_version: rule.version.clone(),
            rule_digest: rule.digest.clone(),
            evidence_kept: rule.evidence.to_string(),
            history_kept: rule.history.to_string(),
            needs_second_person: rule.needs_second_person(),
            kept_since,
            reports: evidence.as_ref().map_or(0, |going| going.reports.len() as u64),
            rows: history.as_ref().map_or(0, HistoryGoing::rows),
            evidence,
            history,
        })
    }

    /// The row that records a deletion.
    fn row(&self, found: &Retained, signed: Signed, now: Timestamp) -> RetentionRow {
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let evidence = found.evidence.as_ref().filter(|_| found.reports > 0);
        let history = found.history.as_ref().filter(|_| found.rows > 0);
        let tables = history.iter().flat_map(|going| &going.tables);
        let gone = tables.map(|of| (of.table, of.superseded + of.ended));
        RetentionRow {
            retention: 0,
            decided_by: signed.by,
            second_person: signed.second.unwrap_or_default(),
            reason: signed.reason,
            decided_at: now,
            rule: format!("{} {}", self.rule.name, self.rule.version),
            rule_digest: self.rule.digest.clone(),
            history_since: history.map(|going| going.since),
            evidence_before: evidence.map(|going| going.before),
            deleted_rows: count(found.rows),
            deleted_of: gone
                .filter(|(_, rows)| *rows > 0)
                .map(|(table, rows)| format!("{table} {rows}"))
                .collect(),
            cleared_reports: count(found.reports),
            cleared_bytes: count(evidence.map_or(0, |going| going.bytes)),
        }
    }
}

/// A deletion, as it was recorded. Serialises to the stable line of `--history --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deleted {
    /// Its number.
    pub retention: i64,
    /// Who decided.
    pub decided_by: String,
    /// The second person who agreed.
    pub second_person: Option<String>,
    /// Why.
    pub reason: String,
    /// When.
    pub decided_at: Timestamp,
    /// Name and version of the rules.
    pub rule: String,
    /// SHA-256 of their file.
    pub rule_digest: String,
    /// Since when history is kept; `None` if none was deleted.
    pub history_since: Option<Timestamp>,
    /// Before when the bytes of reports went; `None` if none did.
    pub evidence_before: Option<Timestamp>,
    /// How many rows went.
    pub deleted_rows: i64,
    /// How many of each table, as `findings 12`.
    pub deleted_of: Vec<String>,
    /// The bytes of how many reports went.
    pub cleared_reports: i64,
    /// How many bytes their stored forms had.
    pub cleared_bytes: i64,
}

/// What was deleted so far, the first deletion first.
///
/// # Errors
/// If the lake cannot be read.
pub async fn deletions(snapshot: &Snapshot) -> Result<Vec<Deleted>, LakeError> {
    let rows: Vec<RetentionRow> = snapshot.rows(&Filter::all()).await?;
    let deleted = rows.into_iter().map(|row| Deleted {
        retention: row.retention,
        decided_by: row.decided_by,
        second_person: Some(row.second_person).filter(|second| !second.is_empty()),
        reason: row.reason,
        decided_at: row.decided_at,
        rule: row.rule,
        rule_digest: row.rule_digest,
        history_since: row.history_since,
        evidence_before: row.evidence_before,
        deleted_rows: row.deleted_rows,
        deleted_of: row.deleted_of,
        cleared_reports: row.cleared_reports,
        cleared_bytes: row.cleared_bytes,
    });
    Ok(deleted.collect())
}
