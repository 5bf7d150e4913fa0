//! Explain: from points back to the bytes of a report.

mod finding_id;
mod near;

use std::collections::{BTreeMap, BTreeSet};

use yagura_baseline::master::Master;
use yagura_lake::{
    Lake, LakeError, Snapshot,
    evidence::EvidenceReader,
    retention::Cleared,
    rows::{AssetRow, AttributeRow, IdentifierRow, ReportRow, SourceRow, SubjectName},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    attribute::names,
    coverage::ObservationKind,
    id::{AssetKey, ReportKey, SourceKey, SubjectKey},
    record::Place,
};

use crate::{
    browse::assets::AssetId,
    decisions::successors,
    links::{hold_at, links},
    master::called,
    score::{Evidence, Facts},
};

pub use finding_id::FindingId;
pub use near::{near, near_assets};

/// Longest excerpt of a record, in characters.
const EXCERPT: usize = 600;

/// Where a statement stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Proof {
    /// The finding's id: it finds the same statement again.
    pub finding: FindingId,
    /// The source that says it.
    pub source: String,
    /// The check, as `tool:id`.
    pub check: String,
    /// Where on the asset.
    pub location: String,
    /// Since when.
    pub first_seen: Timestamp,
    /// The report.
    pub report: ReportKey,
    /// The report's file name.
    pub file: String,
    /// SHA-256 of the report's bytes.
    pub digest: String,
    /// The record, counted from 1.
    pub record: u64,
    /// First byte of the record.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
    /// The record's text, cut; empty if it may hold a secret.
    pub excerpt: String,
}

/// Reads proofs.
#[derive(Debug)]
pub struct Proofs {
    reader: EvidenceReader,
    cleared: Cleared,
    reports: BTreeMap<ReportKey, ReportRow>,
    sources: BTreeMap<SourceKey, String>,
}

impl Proofs {
    /// The reports some evidences stand in.
    ///
    /// # Errors
    /// If the lake cannot be read.
    pub async fn load(
        lake: &Lake,
        snapshot: &Snapshot,
        reports: &BTreeSet<ReportKey>,
    ) -> Result<Self, LakeError> {
        let filter = Filter::of("report", reports.iter().map(|report| report.0));
        let rows: Vec<ReportRow> = snapshot.rows(&filter).await?;
        let sources: Vec<SourceRow> = snapshot.rows(&Filter::all()).await?;
        Ok(Self {
            reader: EvidenceReader::new(lake.store().clone()),
            cleared: snapshot.cleared().await?,
            reports: rows.into_iter().map(|row| (row.report, row)).collect(),
            sources: sources.into_iter().map(|row| (row.source, row.name)).collect(),
        })
    }

    /// Where an evidence stands, down to the bytes.
    ///
    /// # Errors
    /// If the report's bytes are damaged or gone; the error names them. `PastRetention` if they were
    /// deleted on purpose.
    pub fn of(&self, facts: &Facts, evidence: &Evidence) -> Result<Proof, LakeError> {
        let report = self.reports.get(&evidence.report).ok_or_else(|| LakeError::Shape {
            found: format!("no report {}", evidence.report),
            wanted: "the report of a finding".to_owned(),
        })?;
        if self.cleared.has(evidence.report) {
            return Err(LakeError::PastRetention(evidence.report));
        }
        let check = facts.check(evidence.check);
        let ordinal = u64::try_from(evidence.record).unwrap_or_default();
        let mut bytes = self.reader.open(&report.evidence()?)?;
        let place = bytes.place(ordinal)?;
        let secret = check.is_some_and(|c| c.kind == ObservationKind::Secret.number() as i8);
        let excerpt = if secret { String::new() } else { excerpt(&bytes.record(place)?.bytes) };
        let Place { start, end } = place;
        Ok(Proof {
            finding: FindingId::of(evidence),
            source: self.sources.get(&evidence.source).cloned().unwrap_or_default(),
            check: check.map(|c| format!("{}:{}", c.tool, c.id)).unwrap_or_default(),
            location: evidence.location.to_string(),
            first_seen: evidence.first_seen,
            report: evidence.report,
            file: report.name.clone(),
            digest: report.digest.clone(),
            record: ordinal + 1,
            start,
            end,
            excerpt,
        })
    }
}

/// The text of a record: one line, cut.
fn excerpt(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    let mut cut: String = line.chars().take(EXCERPT).collect();
    if cut.len() < line.len() {
        cut.push('…');
    }
    cut
}

/// The assets a person means: by key (`A-12`), by name, or by the value of an identifier at a time. A
/// key that is in the present no longer means the asset that took its records.
///
/// # Errors
/// If the lake cannot be read.
pub async fn find_assets(
    snapshot: &Snapshot,
    text: &str,
    at: Timestamp,
) -> Result<BTreeSet<AssetKey>, LakeError> {
    let text = text.trim();
    if let Ok(AssetId(key)) = text.parse() {
        return successors(snapshot, key).await;
    }
    let by_name = Filter::named("name", text);
    let (first, records) = tokio::try_join!(
        snapshot.rows::<AssetRow>(&by_name),
        snapshot.rows::<SubjectName>(&by_name)
    )?;
    let records = records.into_iter().map(|row| row.subject);
    let mut some = of_records(snapshot, records, at).await?;
    some.extend(first.into_iter().map(|asset| asset.asset));
    let mut named = called_so(snapshot, text, at, &some).await?;
    if named.is_empty() {
        named = identified(snapshot, text, at).await?;
    }
    if named.is_empty() {
        let said: Vec<AttributeRow> = snapshot.rows(&Filter::named("value", text)).await?;
        let said = said.into_iter().filter(|row| *row.name == *names::NAME);
        let renamed = of_records(snapshot, said.map(|row| row.subject), at).await?;
        named = called_so(snapshot, text, at, &renamed).await?;
        some.extend(renamed);
    }
    // What is called otherwise is found by what it was called, or a source calls it.
    Ok(if named.is_empty() { some } else { named })
}

/// The assets that some records are at a time.
async fn of_records(
    snapshot: &Snapshot,
    records: impl Iterator<Item = SubjectKey>,
    at: Timestamp,
) -> Result<BTreeSet<AssetKey>, LakeError> {
    let filter = Filter::of("subject", records.map(|record| record.0));
    let links = links(snapshot, &filter, at).await?;
    Ok(links.into_iter().map(|link| link.asset).collect())
}

/// Those of some assets that are called so at a time.
async fn called_so(
    snapshot: &Snapshot,
    text: &str,
    at: Timestamp,
    assets: &BTreeSet<AssetKey>,
) -> Result<BTreeSet<AssetKey>, LakeError> {
    let called = called(snapshot, Master::shipped(), at, assets.iter().copied()).await?;
    Ok(called.into_iter().filter(|(_, name)| name == text).map(|(asset, _)| asset).collect())
}

/// The assets that had an identifier at a time.
async fn identified(
    snapshot: &Snapshot,
    text: &str,
    at: Timestamp,
) -> Result<BTreeSet<AssetKey>, LakeError> {
    let identified: Vec<IdentifierRow> = snapshot.rows(&Filter::named("value", text)).await?;
    let then = identified.iter().filter(|row| held_at(at, row));
    let filter = Filter::of("subject", then.map(|row| row.subject.0));
    let links = links(snapshot, &filter, at).await?;
    Ok(links.into_iter().map(|link| link.asset).collect())
}

/// Whether a record showed an identifier at a time.
pub(crate) fn held_at(at: Timestamp, row: &IdentifierRow) -> bool {
    hold_at(at, Some(row.first_seen), row.resolved_at)
}

/// The asset a finding stands on at a time.
///
/// # Errors
/// If the lake cannot be read.
pub async fn asset_of(
    snapshot: &Snapshot,
    subject: SubjectKey,
    at: Timestamp,
) -> Result<Option<AssetKey>, LakeError> {
    let links = links(snapshot, &Filter::of("subject", [subject.0]), at).await?;
    Ok(links.first().map(|link| link.asset))
}
