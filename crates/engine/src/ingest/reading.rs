//! Reading: a report parsed and checked by itself, before the lake is looked at.

use jiff::SignedDuration;
use yagura_baseline::identity::Rules;
use yagura_formats::{
    Format, ReadSeek,
    collect::Tally,
    registry,
    sink::{Sink, Stopped},
};
use yagura_lake::{Lake, LakeError, evidence::EvidenceJob, rows::ReportRow};
use yagura_model::{
    Timestamp,
    coverage::ObservationKinds,
    id::{ReportKey, SourceKey},
};

use super::{IngestError, Request, describe, faces::Faces, hash, stage::Stage};
use crate::{clock::Clock, inspect::detect, intake::Member};

/// How far in the future a report's time may lie: clocks differ.
const FUTURE: SignedDuration = SignedDuration::from_hours(24);

/// A report that was read and can be taken in.
#[derive(Debug)]
pub struct Reading {
    pub(super) request: Request,
    pub(super) stage: Stage,
    /// What its assets are found by, if it was read ahead.
    pub(super) faces: Option<Faces>,
    /// The format's name.
    pub(super) format: &'static str,
    /// The time the report counts for.
    pub(super) at: Timestamp,
    /// Whether that is the time of receipt.
    pub(super) time_assumed: bool,
    /// The bytes on their way to be kept.
    pub(super) evidence: EvidenceJob,
    pub(super) name: String,
    length: u64,
    /// SHA-256 of the member, lower case hex.
    pub(super) digest: String,
    received_digest: String,
}

impl Reading {
    /// Parses a member on a thread of its own, while another packs it.
    pub(super) async fn read(
        lake: &Lake,
        (rules, clock): (&Rules, Clock),
        member: &Member,
        received_digest: [u8; 32],
        request: &Request,
    ) -> Result<Self, IngestError> {
        let format = chosen(member, request)?;
        let evidence =
            EvidenceJob::start(lake.store(), member.source.open()).map_err(LakeError::from)?;
        let mut input = member.source.open();
        let context = request.context.clone();
        let mut stage = begun(member);
        let parsed = tokio::task::spawn_blocking(move || {
            format.parse(&mut input as &mut dyn ReadSeek, &context, &mut stage)?;
            Ok::<_, IngestError>(stage)
        });
        let stage = parsed.await.map_err(|error| IngestError::Stopped(error.to_string()))??;
        Self::of((rules, clock), member, received_digest, request, (format.name(), stage, evidence))
    }

    /// Gathers events.
    pub(super) fn gather(
        lake: &Lake,
        (rules, clock): (&Rules, Clock),
        member: &Member,
        received_digest: [u8; 32],
        request: &Request,
        send: impl FnOnce(&mut dyn Sink) -> Result<(), Stopped>,
    ) -> Result<Self, IngestError> {
        let format = chosen(member, request)?;
        let evidence =
            EvidenceJob::start(lake.store(), member.source.open()).map_err(LakeError::from)?;
        let mut stage = begun(member);
        send(&mut stage)
            .map_err(|Stopped| IngestError::Stopped("the events ended early".to_owned()))?;
        Self::of((rules, clock), member, received_digest, request, (format.name(), stage, evidence))
    }

    fn of(
        (rules, clock): (&Rules, Clock),
        member: &Member,
        received_digest: [u8; 32],
        request: &Request,
        (format, mut stage, evidence): (&'static str, Stage, EvidenceJob),
    ) -> Result<Self, IngestError> {
        if let Some(system) = &request.system {
            for asset in stage.assets.iter_mut().flatten() {
                asset.relations.push(describe::part_of(system));
            }
        }
        stage.settle(rules);
        let (at, time_assumed) = observed_at(clock, &stage, request)?;
        Ok(Self {
            request: request.clone(),
            stage,
            faces: None,
            format,
            at,
            time_assumed,
            evidence,
            name: member.name.clone(),
            length: member.length,
            digest: hex::encode(member.digest),
            received_digest: hex::encode(received_digest),
        })
    }

    /// What it holds, in numbers.
    pub fn tally(&self) -> &Tally {
        &self.stage.tally
    }

    /// The kinds of observation the report covers.
    pub(super) fn kinds(&self) -> ObservationKinds {
        let kinds = self.stage.coverage.iter().map(|coverage| coverage.kinds);
        kinds.fold(ObservationKinds::NONE, ObservationKinds::union)
    }

    /// Its row, of which the key, the source and the place of its evidence are not known yet.
    pub(super) fn row(&self) -> ReportRow {
        let tally = &self.stage.tally;
        let account = tally.account;
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        ReportRow {
            report: ReportKey(0),
            source: SourceKey(0),
            organisation: self.request.organisation.as_str().to_owned(),
            received_digest: self.received_digest.clone(),
            digest_hash: hash::short(&[self.digest.as_bytes()]),
            digest: self.digest.clone(),
            length: number(self.length),
            name: self.name.clone(),
            format: self.format.to_owned(),
            tool: tally.head.tool.to_string(),
            tool_version: tally.head.tool_version.clone().unwrap_or_default().into_owned(),
            title: tally.head.title.clone().unwrap_or_default().into_owned(),
            observed_at: self.at,
            records: number(account.records),
            findings: number(account.findings),
            passes: number(account.passes),
            not_assessed: number(account.not_assessed),
            facts: number(account.facts),
            dropped: number(account.dropped),
            assets: number(tally.assets),
            software: number(tally.software),
            kinds: i32::try_from(self.kinds().0).unwrap_or(i32::MAX),
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
}

/// A stage that knows what a person should know of how the member was taken in.
fn begun(member: &Member) -> Stage {
    let mut stage = Stage::default();
    member.warnings().into_iter().for_each(|warning| stage.tally.add_warning(warning));
    stage
}

fn chosen(member: &Member, request: &Request) -> Result<&'static dyn Format, IngestError> {
    match &request.format {
        Some(name) => {
            registry::by_name(name).ok_or_else(|| IngestError::UnknownFormat { name: name.clone() })
        }
        None => Ok(detect(member)?),
    }
}

/// The time the report counts for, and whether it is that of receipt.
fn observed_at(
    clock: Clock,
    stage: &Stage,
    request: &Request,
) -> Result<(Timestamp, bool), IngestError> {
    let now = clock.now();
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

/// The lake keeps microseconds: what is compared with it must be cut the same way.
fn whole_microseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}
