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

use std::borrow::Cow;

use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;
use yagura_model::{
    asset::LocalAsset,
    check::CheckSeen,
    coverage::{CheckSet, CoverageSeen, ObservationKind, ObservationKinds},
    finding::{Disposition, FindingSeen, FindingState},
    record::{DropReason, Outcome, Place, Record},
    report::ReportHead,
    severity::Severity,
    software::SoftwareSeen,
    warning::{Warning, WarningCode},
};

use crate::{
    cloud,
    error::{ErrorCode, ParseError},
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    json::JsonReader,
    json_records::JsonRecords,
    lenient::{Many, Moment, Number, Text},
    local::LocalAssets,
    package, reference,
    sink::{Sink, Stopped},
};

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
        let mut reading = Reading {
            zone: &context.zone,
            assets: LocalAssets::new(),
            covered: Vec::new(),
            observed_at: None,
        };
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
        Ok(())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
struct Finding<'a> {
    finding_arn: Text<'a>,
    aws_account_id: Text<'a>,
    #[serde(rename = "type")]
    kind: Text<'a>,
    title: Text<'a>,
    description: Text<'a>,
    severity: Text<'a>,
    status: Text<'a>,
    first_observed_at: Moment<'a>,
    last_observed_at: Moment<'a>,
    updated_at: Moment<'a>,
    exploit_available: Text<'a>,
    epss: Epss<'a>,
    remediation: Remediation<'a>,
    resources: Many<Resource<'a>>,
    package_vulnerability_details: PackageVulnerability<'a>,
    code_vulnerability_details: CodeVulnerability<'a>,
    network_reachability_details: Reachability<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Epss<'a> {
    score: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Remediation<'a> {
    recommendation: Recommendation<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Recommendation<'a> {
    text: Text<'a>,
    #[serde(alias = "Url")]
    url: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Resource<'a> {
    id: Text<'a>,
    #[serde(rename = "type")]
    kind: Text<'a>,
    region: Text<'a>,
    tags: Tags<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Tags<'a> {
    #[serde(rename = "Name")]
    name: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
struct PackageVulnerability<'a> {
    vulnerability_id: Text<'a>,
    related_vulnerabilities: Many<Text<'a>>,
    cvss: Many<Cvss<'a>>,
    source_url: Text<'a>,
    reference_urls: Many<Text<'a>>,
    vulnerable_packages: Many<Package<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
struct Cvss<'a> {
    scoring_vector: Text<'a>,
    version: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
struct Package<'a> {
    name: Text<'a>,
    version: Text<'a>,
    release: Text<'a>,
    file_path: Text<'a>,
    fixed_in_version: Text<'a>,
    remediation: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
struct CodeVulnerability<'a> {
    detector_id: Text<'a>,
    detector_name: Text<'a>,
    cwes: Many<Text<'a>>,
    reference_urls: Many<Text<'a>>,
    file_path: FilePath<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
struct FilePath<'a> {
    file_path: Text<'a>,
    start_line: Number,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
struct Reachability<'a> {
    protocol: Text<'a>,
    open_port_range: PortRange,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PortRange {
    begin: Number,
    end: Number,
}

#[derive(Debug)]
struct Reading<'c> {
    zone: &'c TimeZone,
    assets: LocalAssets,
    covered: Vec<ObservationKinds>,
    observed_at: Option<Timestamp>,
}

fn dropped(
    reason: DropReason,
    detail: String,
    place: Place,
    sink: &mut dyn Sink,
) -> Result<(), Stopped> {
    let at = format!("byte {}", place.start);
    sink.warn(Warning { code: WarningCode::DroppedRecord, at, detail })?;
    sink.record(Record { place, asset: None, outcome: Outcome::Dropped(reason) })
}

impl Reading<'_> {
    fn finding(
        &mut self,
        finding: &Finding<'_>,
        place: Place,
        sink: &mut dyn Sink,
    ) -> Result<(), Stopped> {
        for moment in [&finding.last_observed_at, &finding.updated_at] {
            self.observed_at = self.observed_at.max(moment.at(self.zone));
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
        let (asset, new) = self.assets.number_of(&key);
        if new {
            self.covered.push(ObservationKinds::NONE);
            sink.asset(resource.asset(asset, place))?;
        }
        let kind = finding.kind();
        if let Some(covered) = self.covered.get_mut(asset.0 as usize)
            && !covered.contains(kind)
        {
            *covered = covered.with(kind);
            let all = kind == ObservationKind::Vulnerability;
            sink.coverage(CoverageSeen {
                asset,
                kinds: ObservationKinds::of(&[kind]),
                credentialed: None,
                checks: if all { CheckSet::All } else { CheckSet::Named(Vec::new()) },
                observed_at: None,
            })?;
        }
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
            Outcome::Findings(finding.findings(check, self.zone))
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

impl Package<'_> {
    fn whole(&self) -> Cow<'_, str> {
        match (self.version.as_str(), self.release.get()) {
            (version, Some(release)) => Cow::Owned(format!("{version}-{release}")),
            (version, None) => Cow::Borrowed(version),
        }
    }

    fn seen(&self, asset: LocalAsset) -> SoftwareSeen<'_> {
        SoftwareSeen {
            asset,
            name: Cow::Borrowed(self.name.as_str()),
            version: self.whole(),
            purl: None,
            cpe: None,
            vendor: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AwsInspector2;
    use crate::{error::ErrorCode, testing};

    const REPORT: &str = r#"{"findings":[
 {"findingArn":"arn:aws:inspector2:us-east-1:111122223333:finding/1","awsAccountId":"111122223333","type":"PACKAGE_VULNERABILITY","title":"CVE-2026-0003 - linux","severity":"MEDIUM","status":"ACTIVE",
  "firstObservedAt":"2026-03-01 09:00:00.5+09:00","lastObservedAt":"2026-04-01T00:00:00Z","epss":{"score":0.01},"exploitAvailable":"YES","remediation":{"recommendation":{"text":"None Provided"}},
  "resources":[{"id":"arn:aws:ecr:us-east-1:111122223333:repository/app/sha256:ab","type":"AWS_ECR_CONTAINER_IMAGE","region":"us-east-1"}],
  "packageVulnerabilityDetails":{"vulnerabilityId":"CVE-2026-0003","cvss":[{"version":"3.1","scoringVector":"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H"}],"vulnerablePackages":[{"name":"linux","version":"4.19","release":"2","fixedInVersion":"4.20","remediation":"update"}]}},
 {"findingArn":"a:2","awsAccountId":"111122223333","type":"CODE_VULNERABILITY","title":"Log injection","severity":"HIGH","status":"SUPPRESSED","resources":[{"id":"arn:aws:lambda:us-east-1:111122223333:function:f","type":"AWS_LAMBDA_FUNCTION"}],
  "codeVulnerabilityDetails":{"detectorId":"java/log@v1","cwes":["CWE-117"],"filePath":{"filePath":"src/a.py","startLine":7}}},
 {"findingArn":"a:3","type":"NETWORK_REACHABILITY","title":"Port 22 is reachable","severity":"INFORMATIONAL","status":"ACTIVE","resources":[{"id":"i-0123456789abcdef0","type":"AWS_EC2_INSTANCE"}],
  "networkReachabilityDetails":{"protocol":"TCP","openPortRange":{"begin":22,"end":22}}},
 {"findingArn":"a:4","type":"PACKAGE_VULNERABILITY","title":"t","status":"CLOSED","resources":[{"id":"i-0123456789abcdef0","type":"AWS_EC2_INSTANCE"}],"packageVulnerabilityDetails":{"vulnerabilityId":"CVE-2026-0004"}},
 {"title":"no id"}]}"#;

    #[test]
    fn packages_code_and_ports_are_found() {
        let seen = testing::parse(&AwsInspector2, REPORT.as_bytes()).unwrap();
        let account = seen.tally.account;
        assert_eq!((account.records, account.findings, account.passes), (5, 2, 1));
        assert_eq!((account.facts, account.dropped), (1, 1));
        let text = seen.lines.join("\n");
        for expected in [
            "asset 0 image",
            "digest=sha256:ab",
            "remediation: Some(\"update\"), references: [\"EPSS:0.01\", \"EXPLOIT\"]",
            "location: \"linux\", evidence: Some(\"linux 4.19-2\"), fixed_version: Some(\"4.20\")",
            "first_seen: Some(2026-03-01T00:00:00.5Z)",
            "location: \"src/a.py:7\", evidence: None, fixed_version: None, disposition: Accepted",
            "references: [\"CWE-117\"]",
            "location: \"22/tcp\"",
            "record 2 Pass(CheckSeen { id: \"CVE-2026-0004\"",
        ] {
            assert!(text.contains(expected), "{expected} in\n{text}");
        }
        testing::check_prefixes(&AwsInspector2, REPORT.as_bytes());
    }

    #[test]
    fn an_answer_without_findings_is_refused() {
        let refused = testing::parse_unclaimed(&AwsInspector2, b"{}").unwrap_err();
        assert_eq!(refused.code, ErrorCode::Invalid);
        assert!(refused.message.contains("`findings`"));
        let none = testing::parse_unclaimed(&AwsInspector2, br#"{"findings":[]}"#).unwrap();
        assert_eq!(none.tally.account.records, 0);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_end_in_a_value_or_an_error(bytes in proptest::collection::vec(0_u8.., 0..300)) {
            testing::parse_unclaimed(&AwsInspector2, &bytes).ok();
        }
    }
}
