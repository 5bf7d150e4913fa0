//! Ingest: a report into the lake.
//!
//! The way of a report: its bytes are hashed and, if the source gave them before, nothing happens;
//! they are parsed into a `stage` while another thread packs them as evidence; then, with the
//! right to write, the stage is compared with the state of the lake step by step (`subjects`,
//! `identity`, `describe`, `checks`, `covering`, `findings`) and one commit makes all of
//! it visible.

mod checks;
mod covering;
mod describe;
mod error;
mod findings;
mod hash;
mod identity;
mod line;
pub(crate) mod organisations;
mod request;
#[cfg(test)]
mod samples;
mod sees;
pub(crate) mod stage;
mod subjects;
#[cfg(test)]
mod tests;
mod timeline;
mod work;

use jiff::SignedDuration;
use yagura_baseline::identity::Rules;
use yagura_formats::{Format, ReadSeek, collect::Tally, registry};
use yagura_lake::{
    Changes, Lake, LakeError, Snapshot,
    evidence::{EvidenceJob, Location, RecordIndex},
    row::Stored,
    rows::{ReportName, ReportRow, SourceRow},
    scan::Filter,
    table::Table,
};
use yagura_model::{
    Timestamp,
    coverage::ObservationKinds,
    id::{ReportKey, SourceKey},
};

pub use error::IngestError;
pub(crate) use identity::identity_in;
pub use line::IngestLine;
pub use request::Request;
pub use sees::of_format;

use crate::{clock::Clock, inspect::detect, intake::Member};
use stage::Stage;
use work::Work;

/// How far in the future a report's time may lie: clocks differ.
const FUTURE: SignedDuration = SignedDuration::from_hours(24);

/// What became of a report.
#[derive(Debug, Clone)]
pub struct Ingested {
    /// The report's key: its own, or that of the report that gave the same bytes before.
    pub report: ReportKey,
    /// SHA-256 of the member, lower case hex.
    pub digest: String,
    /// The format's name; empty if the bytes were known and not read again.
    pub format: &'static str,
    /// Whether the source gave the same bytes before: then nothing changed.
    pub unchanged: bool,
    /// What the report holds, in numbers.
    pub tally: Tally,
    /// The time the report counts for.
    pub observed_at: Timestamp,
    /// Whether that is the time of receipt, because neither the report nor the caller says one.
    pub time_assumed: bool,
    /// Organisations made on the way.
    pub organisations_new: Vec<String>,
    /// Findings never seen before.
    pub opened: u64,
    /// Findings that came back.
    pub reopened: u64,
    /// Findings that a covering look no longer sees.
    pub resolved: u64,
    /// Findings that go on.
    pub continuing: u64,
    /// Assets made.
    pub assets_new: u64,
    /// Assets known before.
    pub assets_matched: u64,
    /// Subjects whose identity waits for a person.
    pub assets_held: u64,
}

/// The use case.
#[derive(Debug, Clone)]
pub struct Ingest {
    /// Where to.
    pub lake: Lake,
    /// The rules of identity.
    pub rules: Rules,
    /// The time.
    pub clock: Clock,
}

impl Ingest {
    /// Takes in one member of what was received; `received_digest` is that of the whole.
    ///
    /// # Errors
    /// The report is refused, or the lake cannot be written: then nothing of it is visible.
    pub async fn ingest(
        &self,
        member: &Member,
        received_digest: [u8; 32],
        request: &Request,
    ) -> Result<Ingested, IngestError> {
        let digest = hex::encode(member.digest);
        let snapshot = self.lake.snapshot().await?;
        if let Some(known) = self.known(&snapshot, &digest, request).await? {
            return Ok(known);
        }
        let format = chosen(member, request)?;
        let evidence =
            EvidenceJob::start(self.lake.store(), member.source.open()).map_err(LakeError::from)?;
        let stage = parse(member, format, request).await?;
        let (at, time_assumed) = self.observed_at(&stage, request)?;
        let prepared = tokio::task::spawn_blocking(move || evidence.join())
            .await
            .map_err(|error| IngestError::Stopped(error.to_string()))?
            .map_err(LakeError::from)?;

        let mut writer = self.lake.write(request.wait, self.clock.now()).await?;
        let snapshot = std::sync::Arc::clone(writer.snapshot());
        // Another process may have taken the same bytes in meanwhile.
        if let Some(known) = self.known(&snapshot, &digest, request).await? {
            return Ok(known);
        }
        let mut changes = Changes::default();
        let organisations_new = organisations(&snapshot, request, &stage, &mut changes).await?;
        let (source, allowed) = source(&snapshot, request, format.name(), &mut changes).await?;
        let kinds = stage.coverage.iter().fold(ObservationKinds::NONE, |all, c| all.union(c.kinds));
        let beyond = kinds.beyond(allowed);
        if !beyond.is_empty() {
            return Err(IngestError::Beyond { name: request.source.clone(), kinds: beyond });
        }
        let tool = match stage.tally.head.tool.trim() {
            "" => format.name().to_owned(),
            tool => tool.to_lowercase(),
        };
        let mut work = Work {
            stage: &stage,
            snapshot: &snapshot,
            rules: &self.rules,
            organisation: request.organisation.as_str(),
            source,
            report: ReportKey(0),
            at,
            tool,
            changes,
        };
        work.report = ReportKey(work.count("reports"));
        let found = subjects::find(&work).await?;
        let (mut subjects, resolved) = identity::resolve(&mut work, found).await?;
        describe::describe(&mut work, &mut subjects).await?;
        let checks = checks::find_or_write(&mut work).await?;
        let covering = covering::gather(&mut work, &subjects, &checks).await?;
        let compared = findings::compare(&mut work, &subjects, &checks, &covering).await?;

        let (report, source) = (work.report, work.source.source);
        let mut changes = work.changes;
        let mut index = RecordIndex::default();
        stage.places.iter().for_each(|place| index.push(*place));
        let entry = writer.keep(prepared, &index)?;
        let (evidence_pack, evidence_offset) = match entry.location {
            Location::Object => (None, None),
            Location::Pack { number, offset } => (Some(number as i64), Some(offset as i64)),
        };
        changes.reports.push(ReportRow {
            report,
            source,
            received_digest: hex::encode(received_digest),
            evidence_pack,
            evidence_offset,
            evidence_stored: entry.stored_length as i64,
            ..report_row(&stage, member, request, format.name(), at, kinds)
        });
        writer.commit(changes, self.clock.now()).await?;
        Ok(Ingested {
            report,
            digest,
            format: format.name(),
            unchanged: false,
            tally: stage.tally,
            observed_at: at,
            time_assumed,
            organisations_new,
            opened: compared.opened,
            reopened: compared.reopened,
            resolved: compared.resolved,
            continuing: compared.continuing,
            assets_new: resolved.new + resolved.held,
            assets_matched: resolved.matched,
            assets_held: resolved.held,
        })
    }

    /// The report of the same source that gave the same bytes before.
    async fn known(
        &self,
        snapshot: &Snapshot,
        digest: &str,
        request: &Request,
    ) -> Result<Option<Ingested>, IngestError> {
        let Some(source) = find_source(snapshot, request).await? else { return Ok(None) };
        let hash = hash::short(&[digest.as_bytes()]);
        let reports: Vec<ReportName> = snapshot.rows(&Filter::of("digest_hash", [hash])).await?;
        let same = |row: &&ReportName| row.source == source.row.source && row.digest == digest;
        Ok(reports.iter().find(same).map(|row| Ingested {
            report: row.report,
            digest: digest.to_owned(),
            format: "",
            unchanged: true,
            tally: Tally::default(),
            observed_at: row.observed_at,
            time_assumed: false,
            organisations_new: Vec::new(),
            opened: 0,
            reopened: 0,
            resolved: 0,
            continuing: 0,
            assets_new: 0,
            assets_matched: 0,
            assets_held: 0,
        }))
    }

    /// The time the report counts for, and whether it is that of receipt.
    fn observed_at(
        &self,
        stage: &Stage,
        request: &Request,
    ) -> Result<(Timestamp, bool), IngestError> {
        let now = self.clock.now();
        let said = stage.tally.head.observed_at.or(request.observed_at);
        let at = said.unwrap_or(now);
        let looks = stage.coverage.iter().filter_map(|coverage| coverage.observed_at);
        let assets = stage.assets.iter().flatten().filter_map(|asset| asset.observed_at);
        let latest = now.saturating_add(FUTURE).unwrap_or(Timestamp::MAX);
        match looks.chain(assets).chain([at]).find(|time| *time > latest) {
            Some(future) => Err(IngestError::Future { at: future, now }),
            None => Ok((whole_microseconds(at), said.is_none())),
        }
    }
}

/// The lake keeps microseconds: what is compared with it must be cut the same way.
fn whole_microseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

fn chosen(member: &Member, request: &Request) -> Result<&'static dyn Format, IngestError> {
    match &request.format {
        Some(name) => {
            registry::by_name(name).ok_or_else(|| IngestError::UnknownFormat { name: name.clone() })
        }
        None => Ok(detect(member)?),
    }
}

async fn parse(
    member: &Member,
    format: &'static dyn Format,
    request: &Request,
) -> Result<Stage, IngestError> {
    let mut input = member.source.open();
    let (context, system) = (request.context.clone(), request.system.clone());
    let warnings = member.warnings();
    let parsed = tokio::task::spawn_blocking(move || {
        let mut stage = Stage::default();
        warnings.into_iter().for_each(|warning| stage.tally.add_warning(warning));
        format.parse(&mut input as &mut dyn ReadSeek, &context, &mut stage)?;
        if let Some(system) = system {
            for asset in stage.assets.iter_mut().flatten() {
                asset.relations.push(describe::part_of(&system));
            }
        }
        Ok::<_, IngestError>(stage)
    });
    parsed.await.map_err(|error| IngestError::Stopped(error.to_string()))?
}

async fn organisations(
    snapshot: &Snapshot,
    request: &Request,
    stage: &Stage,
    changes: &mut Changes,
) -> Result<Vec<String>, IngestError> {
    let unknown = organisations::unknown(snapshot, &request.organisation).await?;
    if !unknown.is_empty() && !request.create_organisation {
        return Err(IngestError::UnknownOrganisation { code: request.organisation.clone() });
    }
    changes.organisations.extend(unknown.iter().map(organisations::named));
    organisations::register(snapshot, &stage.organisations, changes).await?;
    Ok(unknown.into_iter().map(|code| code.as_str().to_owned()).collect())
}

async fn find_source(
    snapshot: &Snapshot,
    request: &Request,
) -> Result<Option<Stored<SourceRow>>, IngestError> {
    let sources: Vec<Stored<SourceRow>> = snapshot.read(&Filter::all()).await?;
    Ok(sources.into_iter().find(|stored| {
        stored.row.name == request.source
            && stored.row.organisation == request.organisation.as_str()
    }))
}

/// The source, registered if it is new, and what it may see.
async fn source(
    snapshot: &Snapshot,
    request: &Request,
    format: &str,
    changes: &mut Changes,
) -> Result<(SourceRow, ObservationKinds), IngestError> {
    let bits = |kinds: ObservationKinds| i32::try_from(kinds.0).unwrap_or(i32::MAX);
    let row = match (find_source(snapshot, request).await?, request.sees) {
        (Some(known), None) => known.row,
        (Some(known), Some(sees)) => {
            let row = SourceRow { kinds: bits(sees), ..known.row.clone() };
            if row != known.row {
                changes.superseded.push((Table::Sources, known.id));
                changes.sources.push(row.clone());
            }
            row
        }
        (None, sees) => {
            let number = snapshot.counter("sources") + 1;
            changes.counters.insert("sources".to_owned(), number);
            let row = SourceRow {
                source: SourceKey(i32::try_from(number).unwrap_or(i32::MAX)),
                name: request.source.clone(),
                organisation: request.organisation.as_str().to_owned(),
                kinds: bits(sees.unwrap_or_else(|| of_format(format))),
                tool: format.to_owned(),
            };
            changes.sources.push(row.clone());
            row
        }
    };
    let allowed = ObservationKinds(u32::try_from(row.kinds).unwrap_or_default());
    Ok((row, allowed))
}

fn report_row(
    stage: &Stage,
    member: &Member,
    request: &Request,
    format: &str,
    at: Timestamp,
    kinds: ObservationKinds,
) -> ReportRow {
    let tally = &stage.tally;
    let account = tally.account;
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let digest = hex::encode(member.digest);
    ReportRow {
        report: ReportKey(0),
        source: SourceKey(0),
        organisation: request.organisation.as_str().to_owned(),
        received_digest: String::new(),
        digest_hash: hash::short(&[digest.as_bytes()]),
        digest,
        length: number(member.length),
        name: member.name.clone(),
        format: format.to_owned(),
        tool: tally.head.tool.to_string(),
        tool_version: tally.head.tool_version.clone().unwrap_or_default().into_owned(),
        title: tally.head.title.clone().unwrap_or_default().into_owned(),
        observed_at: at,
        records: number(account.records),
        findings: number(account.findings),
        passes: number(account.passes),
        not_assessed: number(account.not_assessed),
        facts: number(account.facts),
        dropped: number(account.dropped),
        assets: number(tally.assets),
        software: number(tally.software),
        kinds: i32::try_from(kinds.0).unwrap_or(i32::MAX),
        evidence_pack: None,
        evidence_offset: None,
        evidence_stored: 0,
        warnings: tally
            .warnings
            .iter()
            .filter_map(|warning| serde_json::to_string(warning).ok())
            .collect(),
    }
}
