//! What became of a report, with what it holds.

use serde::Serialize;
use yagura_formats::registry;
use yagura_lake::{LakeError, Snapshot};
use yagura_model::{id::ReportKey, record::Account};

use super::{Effects, Ingested};
use crate::{
    browse::reports,
    clock::Clock,
    inspect::{Inspection, inspection},
};

/// The stable line of `yagura ingest --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IngestLine {
    /// What the report holds. `observed_at` is the time it counts for.
    #[serde(flatten)]
    pub inspection: Inspection,
    /// The report's key.
    pub report: ReportKey,
    /// SHA-256 of the member.
    pub digest: String,
    /// Whether the source gave the same bytes before.
    pub unchanged: bool,
    /// What it changed, in numbers.
    #[serde(flatten)]
    pub effects: Effects,
    /// Whether the report counts for the time of its receipt, because nobody says another.
    pub time_assumed: bool,
}

impl IngestLine {
    /// The line of a report; of one that was there before and not read again, what is kept of it.
    ///
    /// # Errors
    /// If the lake cannot be read.
    pub async fn of(
        ingested: Ingested,
        file: &str,
        snapshot: &Snapshot,
        clock: Clock,
    ) -> Result<Self, LakeError> {
        let kept = match ingested.format {
            "" => reports::find(snapshot, ingested.report).await?,
            _ => None,
        };
        let mut line = Self::read(ingested, file, clock);
        if let Some(kept) = kept {
            let seen = &mut line.inspection;
            seen.format = registry::by_name(&kept.format).map_or("", |format| format.name());
            seen.tool = kept.tool;
            seen.tool_version = kept.tool_version;
            seen.account = Account {
                records: kept.records,
                findings: kept.findings,
                passes: kept.passes,
                not_assessed: kept.not_assessed,
                facts: kept.facts,
                dropped: kept.dropped,
            };
            seen.assets = kept.assets;
            seen.software = kept.software;
            seen.warnings = kept.warnings;
        }
        Ok(line)
    }

    /// The line of a report that was read.
    pub(crate) fn read(ingested: Ingested, file: &str, clock: Clock) -> Self {
        let mut seen = inspection(file.to_owned(), ingested.format, ingested.tally, clock.now());
        seen.observed_at = Some(ingested.observed_at);
        Self {
            inspection: seen,
            report: ingested.report,
            digest: ingested.digest,
            unchanged: ingested.unchanged,
            effects: ingested.effects,
            time_assumed: ingested.time_assumed,
        }
    }
}
