//! Retention: what is past the day until which it must be kept is deleted, on purpose and recorded.
//!
//! A deletion is one commit. Its row says who, why and by which rules; the reports whose bytes go are
//! named; the tables that lose rows are written anew without them; the manifest says since when
//! history is kept. What the files held until then stays in the folder for readers of older states,
//! and goes with the vacuum, an hour later at the earliest.

mod clear;
mod evidence;
mod groups;
mod history;
#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;

use roaring::RoaringTreemap;
use yagura_model::{Timestamp, id::ReportKey};

pub(crate) use clear::clear;
pub use evidence::EvidenceGoing;
pub(crate) use history::Names;
pub use history::{HistoryGoing, TableGoing};

use crate::{
    Changes, Writer,
    error::LakeError,
    manifest::{Manifest, Retained},
    rows::{ClearedRow, RetentionRow},
    scan::{self, Filter},
    snapshot::Snapshot,
    superseded::Superseded,
    table::Table,
};

/// The counter of deletions.
pub const COUNTER: &str = "retentions";

/// Reports whose bytes are past their retention.
#[derive(Debug, Clone, Default)]
pub struct Cleared(RoaringTreemap);

impl Cleared {
    /// Whether the bytes of a report are.
    pub fn has(&self, report: ReportKey) -> bool {
        self.0.contains(report.0.unsigned_abs())
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Snapshot {
    /// The reports whose bytes are past their retention, whatever was known when: nobody has them.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn cleared(&self) -> Result<Cleared, LakeError> {
        let Some((_, files)) = self.open(Table::Cleared).await? else {
            return Ok(Cleared::default());
        };
        let nothing = Arc::new(Superseded::nothing(self.store()));
        let rows = scan::read::<ClearedRow>(self.store(), files, &Filter::all(), &nothing).await?;
        Ok(Cleared(rows.into_iter().map(|stored| stored.row.report.0.unsigned_abs()).collect()))
    }

    /// Since when history is kept; `None` is since ever.
    pub fn kept_since(&self) -> Option<Timestamp> {
        self.manifest().retained.as_ref()?.history_since
    }

    /// Refuses to tell of a time that is kept no longer.
    ///
    /// # Errors
    /// `NotKept`, which says from when on it can be asked.
    pub fn tells_of(&self, asked: Timestamp) -> Result<(), LakeError> {
        match self.kept_since().filter(|since| asked < *since) {
            Some(since) => Err(LakeError::NotKept { asked, since }),
            None => Ok(()),
        }
    }
}

/// What is to be deleted.
#[derive(Debug)]
pub struct Deletion {
    /// The row that records it; it gets its number when it is written.
    pub row: RetentionRow,
    /// The bytes of reports.
    pub evidence: Option<EvidenceGoing>,
    /// Rows.
    pub history: Option<HistoryGoing>,
}

/// A deletion on its way into a manifest.
#[derive(Debug)]
pub(crate) struct Deleting {
    at: Timestamp,
    history_since: Option<Timestamp>,
    names: Names,
}

impl Deleting {
    /// Says in the manifest that is going to be written what was deleted; gives the rows that go.
    pub(crate) fn note(self, next: &mut Manifest) -> Names {
        let Self { at, history_since, names } = self;
        let (manifest, commit) = (next.number + 1, next.commit);
        next.retained = Some(Retained { at, manifest, commit, history_since });
        // No report that is taken in later shares a pack with one whose bytes go.
        let pack = next.packs.keys().next_back().map(|pack| (pack + 1, 0));
        next.packs = pack.into_iter().collect();
        names
    }
}

impl Writer {
    /// Deletes, in one commit; see the module. Gives the number of the deletion.
    ///
    /// # Errors
    /// As [`finish`](Self::finish): then nothing is deleted.
    pub async fn retain(&mut self, deletion: Deletion, now: Timestamp) -> Result<i64, LakeError> {
        let Deletion { row, evidence, history } = deletion;
        let mut transaction = self.begin();
        let retention = transaction.counter(COUNTER) + 1;
        let row = RetentionRow { retention, ..row };
        let cleared = evidence.map(|going| going.reports).unwrap_or_default();
        let changes = Changes {
            retentions: vec![row],
            cleared: cleared.into_iter().map(|report| ClearedRow { report, retention }).collect(),
            counters: [(COUNTER.to_owned(), retention)].into(),
            ..Changes::default()
        };
        transaction.add(&changes)?;
        let since = history.as_ref().map(|going| going.since);
        let deleting = Deleting {
            at: now,
            history_since: since.max(self.snapshot().kept_since()),
            names: history.map(|going| going.names).unwrap_or_default(),
        };
        self.write_commit(transaction, Some(deleting), now).await?;
        Ok(retention)
    }
}
