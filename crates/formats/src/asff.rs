//! AWS Security Finding Format: what Security Hub gathers of Inspector, GuardDuty, Config, its own
//! standards and other products.
//!
//! Specified by <https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html>,
//! schema version 2018-10-08, as `{"Findings": […]}`, a bare array, one finding, or JSON Lines.
//! Kept: each finding's verdict, severity, resource with its details, vulnerabilities with CVSS
//! vectors and packages, remediation, references (`EPSS:…` and `EXPLOIT` among them), workflow.
//! Dropped: network paths, actions and process details of threats, notes, user-defined fields. A
//! finding about several resources stands at the first of them, with a warning.
//! A report covers, on each resource it names, the kinds its findings are of: all checks for
//! vulnerabilities, only the checks named for rules and threats.

mod check;
mod wire;

use std::borrow::Cow;

use jiff::{Timestamp, tz::TimeZone};
use yagura_model::{
    asset::{AssetSeen, LocalAsset},
    attribute::{Attribute, names},
    check::CheckSeen,
    coverage::{CheckSet, ObservationKind},
    finding::{Disposition, FindingSeen, FindingState},
    identifier::{Identifier, IdentifierKind},
    record::{DropReason, NotAssessed, Outcome, Place, Record},
    report::ReportHead,
    severity::Severity,
    warning::{Warning, WarningCode},
};

use self::wire::{Finding, Vulnerability};
use crate::{
    cloud,
    error::ParseError,
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    json::JsonReader,
    json_records::JsonRecords,
    lenient::Text,
    package,
    records::{Covered, dropped},
    sink::{Sink, Stopped},
    times::Times,
};

/// See the module.
#[derive(Debug)]
pub struct Asff;

impl Format for Asff {
    fn name(&self) -> &'static str {
        "asff"
    }

    fn specification(&self) -> Specification {
        Specification {
            title: "AWS Security Finding Format (ASFF)",
            url: "https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html",
            record: "finding",
        }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        ["", "[].", "Findings[].", "findings[]."].iter().any(|at| {
            head.has_json(&format!("{at}ProductArn")) && head.has_json(&format!("{at}GeneratorId"))
        })
    }

    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let mut json = JsonReader::new(input)?;
        let mut records = JsonRecords::wrapped_in(&["Findings", "findings"]);
        let mut reading = Reading {
            times: Times::new(&context.zone),
            assets: Covered::new(),
            started: false,
            observed_at: None,
        };
        while let Some(raw) = records.next(&mut json)? {
            match raw.read::<Finding<'_>>()? {
                Ok(finding) => reading.finding(&finding, raw.place, sink)?,
                Err(message) => dropped(DropReason::Malformed, message, raw.place, sink)?,
            }
        }
        json.finish()?;
        sink.head(ReportHead {
            tool: Cow::Borrowed(if reading.started { "" } else { "AWS Security Hub" }),
            observed_at: reading.observed_at,
            ..ReportHead::default()
        })?;
        reading.times.tell(sink)?;
        Ok(())
    }
}

#[derive(Debug)]
struct Reading<'c> {
    times: Times<'c>,
    assets: Covered,
    started: bool,
    /// The newest time a finding was seen or changed.
    observed_at: Option<Timestamp>,
}

impl Reading<'_> {
    fn finding(
        &mut self,
        finding: &Finding<'_>,
        place: Place,
        sink: &mut dyn Sink,
    ) -> Result<(), Stopped> {
        if !self.started {
            self.started = true;
            sink.head(finding.head())?;
        }
        for moment in [&finding.last_observed_at, &finding.updated_at] {
            let at = self.times.moment(moment, || format!("byte {}", place.start));
            self.observed_at = self.observed_at.max(at);
        }
        let kind = finding.kind();
        let Some(outcome) = finding.outcome(kind, self.times.zone) else {
            return dropped(DropReason::NoCheck, "the finding names no check", place, sink);
        };
        let resource = finding.resource();
        let Some(key) = resource.key() else {
            let detail = "the finding names neither a resource nor an account";
            return dropped(DropReason::NoAsset, detail, place, sink);
        };
        let (asset, new) = self.assets.number(&key);
        if new {
            sink.asset(finding.asset(&resource, asset, place))?;
        }
        let checks = match kind {
            ObservationKind::Vulnerability => CheckSet::All,
            _ => CheckSet::Named(Vec::new()),
        };
        self.assets.look(asset, kind, None, checks, sink)?;
        for package in finding.vulnerabilities.iter().flat_map(|v| &v.vulnerable_packages) {
            sink.software(package.seen(asset))?;
        }
        if finding.resources.len() > 1 {
            let at = format!("byte {}", place.start);
            let detail = format!("{} resources, kept at the first", finding.resources.len());
            sink.warn(Warning { code: WarningCode::Cut, at, detail })?;
        }
        sink.record(Record { place, asset: Some(asset), outcome })
    }
}

impl Finding<'_> {
    fn head(&self) -> ReportHead<'_> {
        let fields = &self.product_fields;
        let product = self
            .product_name
            .get()
            .or(fields.product_name.get())
            .or(fields.provider_name.get())
            .or_else(|| self.product_arn.as_str().rsplit('/').next())
            .filter(|product| !product.is_empty());
        let version = fields.provider_version.get().or(fields.inspector_version.get());
        ReportHead {
            tool: Cow::Borrowed(product.unwrap_or("AWS Security Hub")),
            tool_version: version.map(Cow::Borrowed),
            observed_at: None,
            title: None,
        }
    }

    /// Which observation makes it, by its first type (`TTPs/Persistence/…`) and what it holds.
    fn kind(&self) -> ObservationKind {
        let types = || self.types.iter().map(Text::as_str);
        let begins = |word: &str| types().any(|kind| kind.starts_with(word));
        if !self.vulnerabilities.is_empty() || types().any(|kind| kind.contains("/Vulnerabilities"))
        {
            ObservationKind::Vulnerability
        } else if self.compliance.is_some() {
            ObservationKind::Configuration
        } else if begins("Sensitive Data") {
            ObservationKind::DataSecurity
        } else if begins("TTPs") || begins("Unusual Behaviors") || begins("Effects") {
            ObservationKind::Detection
        } else {
            ObservationKind::Configuration
        }
    }

    fn outcome(&self, kind: ObservationKind, zone: &TimeZone) -> Option<Outcome<'_>> {
        let compliance = self.compliance.as_ref().map_or("", |c| c.status.as_str());
        let workflow = self.workflow.status.get().unwrap_or(self.workflow_state.as_str());
        // Inspector closes a vulnerability when it sees it corrected; a person may resolve any
        // finding. A verdict of the rule itself stands above both, and threats stay what they were.
        let corrected = self.product_fields.inspector_status.as_str() == "CLOSED"
            || workflow.eq_ignore_ascii_case("RESOLVED");
        let verdict = match compliance {
            "PASSED" => Some(Ok(())),
            "FAILED" => None,
            "WARNING" | "NOT_AVAILABLE" => Some(Err(NotAssessed::Unknown)),
            _ if corrected && kind != ObservationKind::Detection => Some(Ok(())),
            _ => None,
        };
        let first = || {
            let known = self.vulnerabilities.iter().find_map(|v| self.vulnerability_check(v));
            known.or_else(|| self.check(kind))
        };
        match verdict {
            Some(Ok(())) => return first().map(Outcome::Pass),
            Some(Err(reason)) => return Some(Outcome::NotAssessed(first()?, reason)),
            None => {}
        }
        let mut findings = Vec::with_capacity(1);
        for vulnerability in &self.vulnerabilities {
            self.of_vulnerability(vulnerability, zone, &mut findings);
        }
        if findings.is_empty() {
            let mut finding = self.finding(self.check(kind)?, zone);
            finding.location = Cow::Borrowed(match kind {
                ObservationKind::Detection => {
                    self.id.as_str().rsplit('/').next().unwrap_or_default()
                }
                _ => self.resource().location(),
            });
            let reason = self.compliance.iter().flat_map(|c| &c.status_reasons);
            let reason = reason.filter_map(|reason| reason.description.get()).next();
            finding.evidence = reason.map(Cow::Borrowed).or_else(|| self.description.cow());
            findings.push(finding);
        }
        Some(Outcome::Findings(findings))
    }

    fn finding<'f>(&'f self, check: CheckSeen<'f>, zone: &TimeZone) -> FindingSeen<'f> {
        let severity = check.severity.unwrap_or(Severity::Medium);
        let mut finding = FindingSeen::fail(check, severity);
        if severity == Severity::Info && self.compliance.is_none() {
            finding.state = FindingState::Info;
        }
        let suppressed = self.workflow.status.as_str().eq_ignore_ascii_case("SUPPRESSED");
        let archived = self.record_state.as_str().eq_ignore_ascii_case("ARCHIVED");
        if suppressed || archived || self.workflow.status.as_str() == "RESOLVED" {
            finding.disposition = Disposition::Accepted;
        }
        finding.first_seen = self.first_observed_at.at(zone).or(self.created_at.at(zone));
        finding
    }

    fn of_vulnerability<'f>(
        &'f self,
        vulnerability: &'f Vulnerability<'f>,
        zone: &TimeZone,
        findings: &mut Vec<FindingSeen<'f>>,
    ) {
        let Some(check) = self.vulnerability_check(vulnerability) else { return };
        let finding = self.finding(check, zone);
        if vulnerability.vulnerable_packages.is_empty() {
            findings.push(finding);
            return;
        }
        for affected in &vulnerability.vulnerable_packages {
            let mut here = finding.clone();
            let path = affected.file_path.get();
            here.location = package::location(None, affected.name.as_str(), path);
            here.evidence =
                Some(Cow::Owned(format!("{} {}", affected.name.as_str(), affected.whole())));
            here.fixed_version = affected.fixed_in_version.cow();
            findings.push(here);
        }
    }

    fn resource(&self) -> cloud::Resource<'_> {
        let resource = self.resources.first();
        let account = match self.aws_account_id.as_str() {
            "" => self.product_fields.account_id.as_str(),
            account => account,
        };
        cloud::Resource {
            uid: resource.map_or("", |resource| resource.id.as_str()),
            kind: resource.map_or("", |resource| resource.kind.as_str()),
            name: resource.map_or("", |resource| resource.tags.name.as_str()),
            account,
            region: resource
                .and_then(|resource| resource.region.get())
                .unwrap_or(self.region.as_str()),
            provider: "aws",
        }
    }

    fn asset<'f>(
        &'f self,
        resource: &cloud::Resource<'f>,
        local: LocalAsset,
        place: Place,
    ) -> AssetSeen<'f> {
        let mut seen = resource.asset(local, place);
        let Some(first) = self.resources.first() else { return seen };
        let add = |seen: &mut AssetSeen<'f>, kind, value: Cow<'f, str>| {
            if let Some(identifier) = Identifier::new(kind, value)
                && !seen.identifiers.contains(&identifier)
            {
                seen.identifiers.push(identifier);
            }
        };
        let instance = &first.details.aws_ec2_instance;
        for address in instance.ip_v4_addresses.iter().chain(&instance.ip_v6_addresses) {
            add(&mut seen, IdentifierKind::Ip, Cow::Borrowed(address.as_str()));
        }
        seen.attributes.extend(Attribute::new(names::MODEL, instance.kind.as_str()));
        let image = &first.details.aws_ecr_container_image;
        if let Some(repository) = image.repository_name.get() {
            let registry = image.registry_id.get().unwrap_or(self.aws_account_id.as_str());
            let region = first.region.as_str();
            for tag in image.image_tags.iter().filter_map(Text::get) {
                let name = format!("{registry}.dkr.ecr.{region}.amazonaws.com/{repository}:{tag}");
                add(&mut seen, IdentifierKind::Artefact, Cow::Owned(name));
            }
            add(&mut seen, IdentifierKind::Digest, Cow::Borrowed(image.image_digest.as_str()));
            seen.name = Cow::Borrowed(repository);
        }
        let fields = &self.product_fields;
        let platform = fields.instance_platform.get().or(fields.image_platform.get());
        seen.attributes.extend(Attribute::new(names::OS, platform.unwrap_or_default()));
        seen
    }
}

#[cfg(test)]
mod tests;
