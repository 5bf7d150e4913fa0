//! Reports that were taken in, and their bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek, SeekFrom, Take};

use serde::{Deserialize, Serialize};
use yagura_lake::{
    Lake, LakeError, Snapshot,
    evidence::{EvidenceBytes, EvidenceReader},
    row::Stored,
    rows::{CommitRow, ReportRow, SourceRow},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    coverage::{ObservationKind, ObservationKinds},
    id::ReportKey,
    organisation::OrganisationCode,
    record::Place,
    warning::WarningCode,
};

use crate::{inspect::WarningLine, tree::Ages};

/// A report as it is kept. Serialises to the stable line of `yagura report show --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Its key.
    pub report: ReportKey,
    /// The organisation it was given for.
    pub organisation: String,
    /// The name of its source.
    pub source: String,
    /// The file it came in.
    pub file: String,
    /// The format's name.
    pub format: String,
    /// The tool that wrote it.
    pub tool: String,
    /// The tool's version.
    pub tool_version: Option<String>,
    /// Name of the scan or profile.
    pub title: Option<String>,
    /// When the observation ended.
    pub observed_at: Timestamp,
    /// When it was taken in.
    pub ingested_at: Option<Timestamp>,
    /// Whether its bytes were deleted because they are past their retention.
    pub past_retention: bool,
    /// All result elements.
    pub records: u64,
    /// Records with a statement that is not informational.
    pub findings: u64,
    /// Records that passed.
    pub passes: u64,
    /// Records without a verdict.
    pub not_assessed: u64,
    /// Records that only told facts.
    pub facts: u64,
    /// Records not taken.
    pub dropped: u64,
    /// Different assets.
    pub assets: u64,
    /// Packages and components.
    pub software: u64,
    /// What it looked at.
    pub kinds: Vec<ObservationKind>,
    /// SHA-256 of its bytes.
    pub digest: String,
    /// Length of its bytes.
    pub length: u64,
    /// SHA-256 of what was received: its bytes, or the container around them.
    pub received_digest: String,
    /// The first warnings.
    pub warnings: Vec<WarningLine>,
}

/// Which reports are wanted.
#[derive(Debug, Clone, Default)]
pub struct Which {
    /// Given for this organisation or one that stood below it when the report was observed.
    pub organisation: Option<OrganisationCode>,
    /// Of the source of this name.
    pub source: Option<String>,
}

/// Why the bytes of a report could not be given.
#[derive(Debug, thiserror::Error)]
pub enum BytesError {
    /// There is no such report.
    #[error("there is no report {0}")]
    NoReport(ReportKey),
    /// The report has fewer records.
    #[error("report {report} has {records} records, there is no record {record}")]
    NoRecord {
        /// The report.
        report: ReportKey,
        /// The record asked for, from 1.
        record: u64,
        /// How many there are.
        records: u64,
    },
    /// They cannot be read or are damaged.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The place of the record cannot be reached.
    #[error("the place of the record cannot be reached")]
    Seek(#[from] std::io::Error),
}

/// The reports wanted, the newest key first.
///
/// # Errors
/// If the lake cannot be read.
pub async fn list(snapshot: &Snapshot, which: &Which) -> Result<Vec<Report>, LakeError> {
    let mut ages = Ages::load(snapshot).await?;
    let mut reports = read(snapshot, &Filter::all()).await?;
    reports.retain(|report| {
        let inside = |org| ages.at(report.observed_at).is_within(&report.organisation, org);
        which.organisation.as_ref().is_none_or(inside)
            && which.source.as_ref().is_none_or(|source| *source == report.source)
    });
    reports.sort_by_key(|report| std::cmp::Reverse(report.report));
    Ok(reports)
}

/// One report.
///
/// # Errors
/// If the lake cannot be read.
pub async fn find(snapshot: &Snapshot, report: ReportKey) -> Result<Option<Report>, LakeError> {
    Ok(read(snapshot, &Filter::of("report", [report.0])).await?.pop())
}

async fn read(snapshot: &Snapshot, filter: &Filter) -> Result<Vec<Report>, LakeError> {
    let rows: Vec<Stored<ReportRow>> = snapshot.read(filter).await?;
    let sources: Vec<SourceRow> = snapshot.rows(&Filter::all()).await?;
    let names: BTreeMap<_, _> = sources.into_iter().map(|row| (row.source, row.name)).collect();
    let numbers: BTreeSet<i64> = rows.iter().map(|row| row.id.written_by.0).collect();
    let commits: Vec<Stored<CommitRow>> = snapshot.read(&Filter::of("written_by", numbers)).await?;
    let times: BTreeMap<_, _> =
        commits.into_iter().map(|row| (row.id.written_by, row.row.committed_at)).collect();
    let cleared = snapshot.cleared().await?;
    let report = |stored: Stored<ReportRow>| {
        let past_retention = cleared.has(stored.row.report);
        let ingested_at = times.get(&stored.id.written_by).copied();
        let source = names.get(&stored.row.source).cloned().unwrap_or_default();
        Report { past_retention, ..shown(stored.row, source, ingested_at) }
    };
    Ok(rows.into_iter().map(report).collect())
}

/// A warning as it is kept.
#[derive(Deserialize)]
struct Kept {
    code: WarningCode,
    at: String,
    detail: String,
}

fn shown(row: ReportRow, source: String, ingested_at: Option<Timestamp>) -> Report {
    let said = |text: String| (!text.is_empty()).then_some(text);
    let warnings = row.warnings.iter().filter_map(|text| serde_json::from_str(text).ok());
    let line = |Kept { code, at, detail }| WarningLine { code, at, detail, more: None };
    Report {
        report: row.report,
        organisation: row.organisation,
        source,
        file: row.name,
        format: row.format,
        tool: row.tool,
        tool_version: said(row.tool_version),
        title: said(row.title),
        observed_at: row.observed_at,
        ingested_at,
        past_retention: false,
        records: row.records.unsigned_abs(),
        findings: row.findings.unsigned_abs(),
        passes: row.passes.unsigned_abs(),
        not_assessed: row.not_assessed.unsigned_abs(),
        facts: row.facts.unsigned_abs(),
        dropped: row.dropped.unsigned_abs(),
        assets: row.assets.unsigned_abs(),
        software: row.software.unsigned_abs(),
        kinds: ObservationKinds(row.kinds.unsigned_abs()).iter().collect(),
        digest: row.digest,
        length: row.length.unsigned_abs(),
        received_digest: row.received_digest,
        warnings: warnings.map(line).collect(),
    }
}

/// The raw bytes of a report, or of one of its records counted from 1. The whole is compared with
/// its digest first; of a record the frames it lies in are, with their checksums, as they are read.
///
/// # Errors
/// If there is no such report or record, or its bytes are damaged or gone.
pub async fn bytes(
    lake: &Lake,
    snapshot: &Snapshot,
    report: ReportKey,
    record: Option<u64>,
) -> Result<Take<EvidenceBytes>, BytesError> {
    let rows: Vec<ReportRow> = snapshot.rows(&Filter::of("report", [report.0])).await?;
    let entry = rows.first().ok_or(BytesError::NoReport(report))?.evidence()?;
    if snapshot.cleared().await?.has(report) {
        return Err(LakeError::PastRetention(report).into());
    }
    let reader = EvidenceReader::new(lake.store().clone());
    if record.is_none() {
        reader.verify(&entry).map_err(LakeError::from)?;
    }
    let mut bytes = reader.open(&entry).map_err(LakeError::from)?;
    let Some(record) = record else { return Ok(bytes.take(entry.length)) };
    let records = bytes.records().map_err(LakeError::from)?;
    let ordinal = record.checked_sub(1).filter(|ordinal| *ordinal < records);
    let ordinal = ordinal.ok_or(BytesError::NoRecord { report, record, records })?;
    let Place { start, end } = bytes.place(ordinal).map_err(LakeError::from)?;
    bytes.seek(SeekFrom::Start(start))?;
    Ok(bytes.take(end.saturating_sub(start)))
}
