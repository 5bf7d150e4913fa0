//! OCSF events: findings and inventory of many tools, Prowler among them.
//!
//! Specified by <https://schema.ocsf.io>, versions 1.0 to 1.5, as one object, an array, JSON Lines,
//! or objects one after another.
//! Kept: vulnerability, compliance, detection, incident, data security, application posture and IAM
//! analysis findings and the security findings of 1.0; device, user, software and cloud resource
//! inventory; assessments of device configuration. Of each its device, resource, user or cloud
//! account, check, verdict, severity, CVSS vectors, packages, remediation, references (`EPSS:…`,
//! `KEV` and `EXPLOIT` among them) and times.
//! Dropped: `unmapped`, observables, enrichments, raw data; events of other classes, each counted.
//! An event about several resources stands at the first of them, with a warning.
//! A report covers, on each asset it names, the kinds its events are of: only the checks named for
//! rules and signs; for vulnerabilities all checks, unless one of its events updates or closes what
//! was reported before, or says that it was corrected. Then it is a stream of changes and covers
//! only what it names. A stream that happens to hold creations alone looks like a scan: what is
//! taken in should be whole exports.

mod asset;
mod assets;
mod event;
mod finding;
mod verdict;

use std::borrow::Cow;

use jiff::Timestamp;
use yagura_model::{
    asset::LocalAsset,
    check::CheckSeen,
    coverage::{CheckSet, CoverageSeen, ObservationKind, ObservationKinds},
    finding::FindingSeen,
    record::{DropReason, Outcome, Place, Record},
    report::ReportHead,
    severity::Severity,
    software::SoftwareSeen,
    warning::{Warning, WarningCode},
};

use self::{
    asset::Subject,
    assets::{Assets, Look},
    event::{Event, Info, Metadata, Package},
    finding::Finding,
};
use crate::{
    error::ParseError,
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    json::JsonReader,
    json_records::JsonRecords,
    records::dropped,
    sink::{Sink, Stopped},
    times::Times,
};

/// See the module.
#[derive(Debug)]
pub struct Ocsf;

impl Format for Ocsf {
    fn name(&self) -> &'static str {
        "ocsf"
    }

    fn specification(&self) -> Specification {
        Specification {
            title: "OCSF 1.0–1.5 events, JSON and JSON Lines",
            url: "https://schema.ocsf.io",
            record: "event",
        }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        let has = |name: &str| head.has_json(name) || head.has_json(&format!("[].{name}"));
        has("class_uid") || has("type_uid") && has("metadata")
    }

    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let mut json = JsonReader::new(input)?;
        let mut records = JsonRecords::default();
        let mut reading = Reading::new(context);
        while let Some(raw) = records.next(&mut json)? {
            match raw.read::<Event<'_>>()? {
                Ok(event) => reading.event(&event, raw.place, sink)?,
                Err(message) => dropped(DropReason::Malformed, message, raw.place, sink)?,
            }
        }
        json.finish()?;
        reading.end(sink)?;
        Ok(())
    }
}

/// What is kept from one event to the next.
#[derive(Debug)]
struct Reading<'c> {
    context: &'c Context,
    assets: Assets,
    times: Times<'c>,
    started: bool,
    /// The time of the newest event.
    observed_at: Option<Timestamp>,
}

impl<'c> Reading<'c> {
    fn new(context: &'c Context) -> Self {
        Self {
            context,
            assets: Assets::new(),
            started: false,
            times: Times::new(&context.zone),
            observed_at: None,
        }
    }

    fn event(
        &mut self,
        event: &Event<'_>,
        place: Place,
        sink: &mut dyn Sink,
    ) -> Result<(), Stopped> {
        if !self.started
            && let Some(metadata) = &event.metadata
        {
            self.started = true;
            self.head(metadata, place, sink)?;
        }
        let at = self.time(event, place);
        self.observed_at = self.observed_at.max(at);
        // `type_uid` is the class times a hundred plus the activity.
        let class = event.class_uid.0.or(event.type_uid.0.map(|uid| uid / 100));
        match class {
            Some(class @ finding::SECURITY..=finding::IAM_ANALYSIS) => {
                self.finding(event, class, at, place, sink)
            }
            Some(5001) => self.inventory(event, ObservationKind::DeviceInventory, at, place, sink),
            Some(5003) => self.inventory(event, ObservationKind::UserInventory, at, place, sink),
            Some(5020) => self.software(event, at, place, sink),
            Some(5002) => self.configuration(event, at, place, sink),
            Some(5023) => self.resources(event, at, place, sink),
            Some(other) => {
                let detail = format!("events of class {other} are not read");
                dropped(DropReason::Unsupported, detail, place, sink)
            }
            None => dropped(DropReason::NoCheck, "the event has no `class_uid`", place, sink),
        }
    }

    fn head(
        &mut self,
        metadata: &Metadata<'_>,
        place: Place,
        sink: &mut dyn Sink,
    ) -> Result<(), Stopped> {
        let product = metadata.product.as_ref();
        let tool = product.and_then(|product| product.name.get().or(product.vendor_name.get()));
        sink.head(ReportHead {
            tool: Cow::Borrowed(tool.unwrap_or("OCSF")),
            tool_version: product.and_then(|product| product.version.cow()),
            observed_at: None,
            title: None,
        })?;
        if metadata.version.get().is_some_and(|version| !version.starts_with("1.")) {
            let at = format!("byte {}", place.start);
            let detail = metadata.version.as_str().chars().take(40).collect();
            sink.warn(Warning { code: WarningCode::UntestedVersion, at, detail })?;
        }
        Ok(())
    }

    fn time(&mut self, event: &Event<'_>, place: Place) -> Option<Timestamp> {
        let created = event.finding_info.as_ref().map(|info| &info.created_time);
        let moments = [&event.time, &event.time_dt, &event.event_time].into_iter().chain(created);
        let times = &mut self.times;
        moments
            .into_iter()
            .find_map(|moment| times.moment(moment, || format!("byte {}", place.start)))
    }

    fn meet(
        &mut self,
        event: &Event<'_>,
        look: Look,
        place: Place,
        sink: &mut dyn Sink,
    ) -> Result<Option<LocalAsset>, Stopped> {
        let Some(subject) = Subject::of(event) else {
            let detail = "the event names no device, resource, user or account";
            dropped(DropReason::NoAsset, detail, place, sink)?;
            return Ok(None);
        };
        self.assets.meet(subject, look, place, &self.context.zone, sink).map(Some)
    }

    fn finding(
        &mut self,
        event: &Event<'_>,
        class: i64,
        at: Option<Timestamp>,
        place: Place,
        sink: &mut dyn Sink,
    ) -> Result<(), Stopped> {
        let none = Info::default();
        let finding = Finding::of(event, class, &none);
        let Some(outcome) = finding.outcome(&self.context.zone) else {
            return dropped(DropReason::NoCheck, "the finding names no check", place, sink);
        };
        let look = Look { kind: finding.kind, named: finding.is_named(), again: false, at };
        let Some(asset) = self.meet(event, look, place, sink)? else { return Ok(()) };
        if finding.is_change() {
            self.assets.changes();
        }
        for package in finding.packages() {
            sink.software(package.seen(asset))?;
        }
        if event.resources.len() > 1 && event.device.is_none() {
            let at = format!("byte {}", place.start);
            let detail = format!("{} resources, kept at the first", event.resources.len());
            sink.warn(Warning { code: WarningCode::Cut, at, detail })?;
        }
        sink.record(Record { place, asset: Some(asset), outcome })
    }

    fn inventory(
        &mut self,
        event: &Event<'_>,
        kind: ObservationKind,
        at: Option<Timestamp>,
        place: Place,
        sink: &mut dyn Sink,
    ) -> Result<(), Stopped> {
        let look = Look { kind, named: false, again: true, at };
        let Some(asset) = self.meet(event, look, place, sink)? else { return Ok(()) };
        sink.record(Record { place, asset: Some(asset), outcome: Outcome::Fact })
    }

    fn software(
        &mut self,
        event: &Event<'_>,
        at: Option<Timestamp>,
        place: Place,
        sink: &mut dyn Sink,
    ) -> Result<(), Stopped> {
        let kind = ObservationKind::SoftwareInventory;
        let look = Look { kind, named: false, again: false, at };
        let Some(asset) = self.meet(event, look, place, sink)? else { return Ok(()) };
        let sbom = event.sbom.iter().flat_map(|s| s.package.iter().chain(&s.software_components));
        let mut any = false;
        for package in event.package.iter().chain(sbom).filter(|p| p.name.get().is_some()) {
            any = true;
            sink.software(package.seen(asset))?;
        }
        if let Some(product) = event.product.as_ref().filter(|p| !any && p.name.get().is_some()) {
            sink.software(SoftwareSeen {
                asset,
                name: Cow::Borrowed(product.name.as_str()),
                version: Cow::Borrowed(product.version.as_str()),
                purl: None,
                cpe: product.cpe_name.cow(),
                vendor: product.vendor_name.cow(),
            })?;
        }
        sink.record(Record { place, asset: Some(asset), outcome: Outcome::Fact })
    }

    fn configuration(
        &mut self,
        event: &Event<'_>,
        at: Option<Timestamp>,
        place: Place,
        sink: &mut dyn Sink,
    ) -> Result<(), Stopped> {
        let look = Look { kind: ObservationKind::Configuration, named: true, again: true, at };
        let Some(asset) = self.meet(event, look, place, sink)? else { return Ok(()) };
        let mut failed = Vec::new();
        let mut passed = Vec::new();
        for assessment in &event.assessments {
            let Some(id) = assessment.uid.get().or(assessment.name.get()) else { continue };
            let title = assessment.name.get().unwrap_or(id);
            let mut check = CheckSeen::new(id, ObservationKind::Configuration, title);
            check.description = assessment.desc.cow();
            match assessment.meets_criteria.0 {
                Some(true) => passed.push(check),
                Some(false) => {
                    let mut finding = FindingSeen::fail(check, Severity::Medium);
                    finding.evidence = assessment.category.cow();
                    failed.push(finding);
                }
                None => {}
            }
        }
        // A record holds what failed or one pass: the checks that passed beside it are named.
        let beside = usize::from(failed.is_empty());
        if passed.len() > beside {
            let ids = passed.iter().skip(beside).map(|check| check.id.clone()).collect();
            sink.coverage(CoverageSeen {
                asset,
                kinds: ObservationKinds::of(&[ObservationKind::Configuration]),
                credentialed: None,
                checks: CheckSet::Named(ids),
                observed_at: None,
            })?;
        }
        let outcome = match passed.into_iter().next() {
            _ if !failed.is_empty() => Outcome::Findings(failed),
            Some(check) => Outcome::Pass(check),
            None => Outcome::Fact,
        };
        sink.record(Record { place, asset: Some(asset), outcome })
    }

    fn resources(
        &mut self,
        event: &Event<'_>,
        at: Option<Timestamp>,
        place: Place,
        sink: &mut dyn Sink,
    ) -> Result<(), Stopped> {
        let look = Look { kind: ObservationKind::SystemInventory, named: false, again: true, at };
        let Some(first) = self.meet(event, look, place, sink)? else { return Ok(()) };
        for resource in event.resources.iter().skip(1).filter(|r| r.uid.get().is_some()) {
            let subject = Subject::Resource(resource, event.cloud.as_ref());
            self.assets.meet(subject, look, place, &self.context.zone, sink)?;
        }
        sink.record(Record { place, asset: Some(first), outcome: Outcome::Fact })
    }

    fn end(self, sink: &mut dyn Sink) -> Result<(), Stopped> {
        self.assets.cover(sink)?;
        self.times.tell(sink)?;
        let tool = if self.started { "" } else { "OCSF" };
        sink.head(ReportHead {
            tool: Cow::Borrowed(tool),
            observed_at: self.observed_at,
            ..ReportHead::default()
        })
    }
}

impl Package<'_> {
    fn seen(&self, asset: LocalAsset) -> SoftwareSeen<'_> {
        SoftwareSeen {
            asset,
            name: Cow::Borrowed(self.name.as_str()),
            version: Cow::Borrowed(self.version.as_str()),
            purl: self.purl.cow(),
            cpe: self.cpe_name.cow(),
            vendor: self.vendor_name.cow(),
        }
    }
}

#[cfg(test)]
mod tests;
