//! Amazon Inspector's own JSON: the findings as its API lists them.
//!
//! Specified by <https://docs.aws.amazon.com/inspector/v2/APIReference/API_Finding.html>, as
//! `{"findings": […]}` or a bare array.
//! Kept: package vulnerabilities with CVSS vectors, packages and fixed versions, weaknesses in code
//! with file and line, reachable ports; the resource, EPSS and exploits as references.
//! Dropped: score adjustments, network paths, exploit times. A finding about several resources
//! stands at the first of them, with a warning.
//! A report covers all vulnerabilities of the resources it names, and the code weaknesses and
//! reachable ports it lists.

#[cfg(test)]
mod tests;
mod wire;

use std::borrow::Cow;

use jiff::{Timestamp, tz::TimeZone};
use yagura_model::{
    check::CheckSeen,
    coverage::{CheckSet, ObservationKind},
    finding::{Disposition, FindingSeen, FindingState},
    record::{DropReason, Outcome, Place, Record},
    report::ReportHead,
    severity::Severity,
    warning::{Warning, WarningCode},
};

use crate::{
    cloud,
    error::{ErrorCode, ParseError},
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    json::JsonReader,
    json_records::JsonRecords,
    lenient::Text,
    package,
    records::{Covered, dropped},
    reference,
    sink::{Sink, Stopped},
    times::Times,
};

use wire::Finding;

/// See the module.
#[derive(Debug)]
pub struct AwsInspector2;

impl Format for AwsInspector2 {
    fn name(&self) -> &'static str {
        "aws_inspector2"
    }

    fn specification(&self) -> Specification {
        Specification {
            title: "Amazon Inspector JSON",
            url: "https://docs.aws.amazon.com/inspector/v2/APIReference/API_Finding.html",
            record: "findings[]",
        }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        ["findings[].findingArn", "[].findingArn", "findingArn"]
            .iter()
            .any(|path| head.has_json(path))
    }

    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let mut json = JsonReader::new(input)?;
        let mut records = JsonRecords::wrapped_in(&["findings"]);
        let mut reading =
            Reading { times: Times::new(&context.zone), assets: Covered::new(), observed_at: None };
        while let Some(raw) = records.next(&mut json)? {
            match raw.read::<Finding<'_>>()? {
                Ok(finding) if finding.finding_arn.get().is_some() => {
                    reading.finding(&finding, raw.place, sink)?;
                }
                // An object without the array is one finding; one without an id is no report.
                Ok(_) if !records.is_list() => {
                    let message = "there are neither `findings` nor a `findingArn`";
                    return Err(ParseError::at_byte(ErrorCode::Invalid, raw.place.start, message));
                }
                Ok(_) => {
                    let detail = "the finding has no `findingArn`".to_owned();
                    dropped(DropReason::Malformed, detail, raw.place, sink)?;
                }
                Err(message) => dropped(DropReason::Malformed, message, raw.place, sink)?,
            }
        }
        json.finish()?;
        sink.head(ReportHead {
            tool: Cow::Borrowed("Amazon Inspector"),
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
    observed_at: Option<Timestamp>,
}

impl Reading<'_> {
    fn finding(
        &mut self,
        finding: &Finding<'_>,
        place: Place,
        sink: &mut dyn Sink,
    ) -> Result<(), Stopped> {
        for moment in [&finding.last_observed_at, &finding.updated_at] {
            let at = self.times.moment(moment, || format!("byte {}", place.start));
            self.observed_at = self.observed_at.max(at);
        }
        let Some(check) = finding.check() else {
            let detail = "the finding names no check".to_owned();
            return dropped(DropReason::NoCheck, detail, place, sink);
        };
        let resource = finding.resource();
        let Some(key) = resource.key() else {
            let detail = "the finding names neither a resource nor an account".to_owned();
            return dropped(DropReason::NoAsset, detail, place, sink);
        };
        let (asset, new) = self.assets.number(&key);
        if new {
            sink.asset(resource.asset(asset, place))?;
        }
        let kind = finding.kind();
        let checks = match kind {
            ObservationKind::Vulnerability => CheckSet::All,
            _ => CheckSet::Named(Vec::new()),
        };
        self.assets.look(asset, kind, None, checks, sink)?;
        for package in &finding.package_vulnerability_details.vulnerable_packages {
            sink.software(package.seen(asset))?;
        }
        if finding.resources.len() > 1 {
            let at = format!("byte {}", place.start);
            let detail = format!("{} resources, kept at the first", finding.resources.len());
            sink.warn(Warning { code: WarningCode::Cut, at, detail })?;
        }
        let outcome = if finding.status.as_str() == "CLOSED" {
            Outcome::Pass(check)
        } else {
            Outcome::Findings(finding.findings(check, self.times.zone))
        };
        sink.record(Record { place, asset: Some(asset), outcome })
    }
}

impl Finding<'_> {
    fn kind(&self) -> ObservationKind {
        match self.kind.as_str() {
            "CODE_VULNERABILITY" => ObservationKind::Code,
            "NETWORK_REACHABILITY" => ObservationKind::OpenPort,
            _ => ObservationKind::Vulnerability,
        }
    }

    fn resource(&self) -> cloud::Resource<'_> {
        let first = self.resources.first();
        cloud::Resource {
            uid: first.map_or("", |resource| resource.id.as_str()),
            kind: first.map_or("", |resource| resource.kind.as_str()),
            name: first.map_or("", |resource| resource.tags.name.as_str()),
            account: self.aws_account_id.as_str(),
            region: first.map_or("", |resource| resource.region.as_str()),
            provider: "aws",
        }
    }

    fn check(&self) -> Option<CheckSeen<'_>> {
        let package = &self.package_vulnerability_details;
        let code = &self.code_vulnerability_details;
        let id = package
            .vulnerability_id
            .get()
            .or(code.detector_id.get())
            .or(code.detector_name.get())
            .or(self.title.get())?;
        let mut check = CheckSeen::new(id, self.kind(), self.title.get().unwrap_or(id));
        for id in std::iter::once(&package.vulnerability_id).chain(&package.related_vulnerabilities)
        {
            if let Some(cve) = reference::cve(id.as_str())
                && !check.cves.contains(&cve)
            {
                check.cves.push(cve);
            }
        }
        for cvss in &package.cvss {
            let vector = reference::vector(cvss.scoring_vector.as_str(), cvss.version.as_str());
            check.vectors.extend(vector.filter(|vector| !check.vectors.contains(vector)));
        }
        check.severity = Severity::from_word(self.severity.as_str());
        check.description = self.description.cow();
        let advice = &self.remediation.recommendation;
        let said = advice.text.cow().filter(|text| text != "None Provided");
        let mut packages = package.vulnerable_packages.iter();
        check.remediation = said.or_else(|| packages.find_map(|package| package.remediation.cow()));
        let score = self.epss.score.get();
        check.references.extend(score.map(|score| Cow::Owned(format!("EPSS:{score}"))));
        if self.exploit_available.as_str().eq_ignore_ascii_case("YES") {
            check.references.push(Cow::Borrowed("EXPLOIT"));
        }
        check.references.extend(code.cwes.iter().filter_map(Text::cow));
        check.references.extend(package.source_url.cow());
        let links = package.reference_urls.iter().chain(&code.reference_urls);
        for link in links.chain([&advice.url]).filter_map(Text::cow) {
            if !check.references.contains(&link) {
                check.references.push(link);
            }
        }
        check.remote = (self.kind() == ObservationKind::OpenPort).then_some(true);
        Some(check)
    }

    fn findings<'f>(&'f self, check: CheckSeen<'f>, zone: &TimeZone) -> Vec<FindingSeen<'f>> {
        let severity = check.severity.unwrap_or(Severity::Medium);
        let mut finding = FindingSeen::fail(check, severity);
        if severity == Severity::Info {
            finding.state = FindingState::Info;
        }
        if self.status.as_str() == "SUPPRESSED" {
            finding.disposition = Disposition::Accepted;
        }
        finding.first_seen = self.first_observed_at.at(zone);
        let packages = &self.package_vulnerability_details.vulnerable_packages;
        if !packages.is_empty() {
            let here = packages.iter().map(|package| {
                let mut here = finding.clone();
                let name = package.name.as_str();
                here.location = package::location(None, name, package.file_path.get());
                here.evidence = Some(Cow::Owned(format!("{name} {}", package.whole())));
                // `NotAvailable` says there is no version that corrects it.
                let fixed = package.fixed_in_version.cow();
                here.fixed_version = fixed.filter(|fixed| fixed != "NotAvailable");
                here
            });
            return here.collect();
        }
        let file = &self.code_vulnerability_details.file_path;
        let reach = &self.network_reachability_details;
        finding.location = match (file.file_path.get(), reach.open_port_range.begin.0) {
            (Some(path), _) => match file.start_line.0 {
                Some(line) => Cow::Owned(format!("{path}:{line}")),
                None => Cow::Borrowed(path),
            },
            (None, Some(begin)) => {
                let protocol = reach.protocol.as_str().to_ascii_lowercase();
                Cow::Owned(match reach.open_port_range.end.0 {
                    Some(end) if end != begin => format!("{begin}-{end}/{protocol}"),
                    _ => format!("{begin}/{protocol}"),
                })
            }
            (None, None) => Cow::Borrowed(""),
        };
        vec![finding]
    }
}
