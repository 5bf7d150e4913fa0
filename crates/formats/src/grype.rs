//! Grype's own JSON: vulnerabilities of an image, a directory or a bill of materials.
//!
//! Specified by <https://github.com/anchore/grype>, `grype/presenter/models`, schema of versions
//! 0.28 to 0.104.
//! Kept: each match with its vulnerability, CVSS vectors (its own before those of related records),
//! the package, fixed versions, EPSS and KEV as references; the source as one asset; every matched
//! package as software.
//! Dropped: match details and CPE guesses, which say how the match was found.
//! Grype looks at all packages of its source: a report covers all vulnerabilities it knows.

use std::borrow::Cow;

use serde::Deserialize;
use yagura_model::{
    asset::{AssetSeen, LocalAsset},
    attribute::{Attribute, names},
    check::CheckSeen,
    coverage::{CheckSet, CoverageSeen, ObservationKind, ObservationKinds},
    domain::AssetClass,
    finding::FindingSeen,
    identifier::{Identifier, IdentifierKind},
    record::{DropReason, Outcome, Place, Record},
    report::ReportHead,
    severity::Severity,
    software::SoftwareSeen,
    warning::{Warning, WarningCode},
};

use crate::{
    error::ParseError,
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    json::{JsonReader, Next, Raw},
    package, reference,
    sink::Sink,
    time,
};

/// See the module.
#[derive(Debug)]
pub struct Grype;

impl Format for Grype {
    fn name(&self) -> &'static str {
        "grype"
    }

    fn specification(&self) -> Specification {
        Specification {
            title: "Grype JSON",
            url: "https://github.com/anchore/grype",
            record: "matches[]",
        }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        head.has_json("matches[]")
            && (head.has_json("matches[].artifact") || head.has_json("source.type"))
    }

    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let mut json = JsonReader::new(input)?;
        let mut matches = None;
        let mut source = Source::default();
        let mut source_place = Place::default();
        let mut distro = Distro::default();
        let mut descriptor = Descriptor::default();
        json.enter(Next::Object)?;
        let mut first = true;
        while let Some(key) = json.key(first)? {
            first = false;
            match key.as_str() {
                "matches" => matches = Some(json.skip()?),
                "source" => {
                    let raw = json.value()?;
                    source_place = raw.place;
                    source = raw.read()?.unwrap_or_default();
                }
                "distro" => distro = json.read::<Option<Distro>>()?.unwrap_or_default(),
                "descriptor" => descriptor = json.read::<Option<Descriptor>>()?.unwrap_or_default(),
                _ => {
                    json.skip()?;
                }
            }
        }
        json.finish()?;

        sink.head(ReportHead {
            tool: "grype".into(),
            tool_version: descriptor.version.map(Cow::Owned),
            observed_at: descriptor
                .timestamp
                .and_then(|t| time::read(&t, &context.zone))
                .map(|t| t.at),
            title: None,
        })?;
        let asset = LocalAsset(0);
        sink.asset(source.asset(asset, &distro, source_place))?;
        sink.coverage(CoverageSeen {
            asset,
            kinds: ObservationKinds::of(&[ObservationKind::Vulnerability]),
            credentialed: None,
            checks: CheckSet::All,
            observed_at: None,
        })?;
        let Some(matches) = matches else { return Ok(()) };
        json.go_to(matches.start)?;
        json.enter(Next::Array)?;
        let mut first = true;
        while json.element(first)? {
            first = false;
            emit(&json.value()?, asset, sink)?;
        }
        Ok(())
    }
}

fn emit(raw: &Raw<'_>, asset: LocalAsset, sink: &mut dyn Sink) -> Result<(), ParseError> {
    let found: Match<'_> = match raw.read()? {
        Ok(found) => found,
        Err(message) => {
            let at = format!("byte {}", raw.place.start);
            sink.warn(Warning { code: WarningCode::DroppedRecord, at, detail: message })?;
            let outcome = Outcome::Dropped(DropReason::Malformed);
            sink.record(Record { place: raw.place, asset: None, outcome })?;
            return Ok(());
        }
    };
    let package = &found.artifact;
    sink.software(SoftwareSeen {
        asset,
        name: package.name.clone(),
        version: package.version.clone(),
        purl: package.purl.clone().filter(|purl| !purl.is_empty()),
        cpe: package.cpes.first().cloned(),
        vendor: None,
    })?;
    let finding = found.finding();
    let outcome = Outcome::Findings(vec![finding]);
    sink.record(Record { place: raw.place, asset: Some(asset), outcome })?;
    Ok(())
}

#[derive(Debug, Default, Deserialize)]
struct Descriptor {
    version: Option<String>,
    timestamp: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Distro {
    #[serde(default)]
    name: String,
    #[serde(default)]
    version: String,
}

#[derive(Debug, Default, Deserialize)]
struct Source {
    #[serde(rename = "type", default)]
    kind: String,
    target: Option<Target>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Target {
    Image {
        #[serde(rename = "userInput")]
        user_input: String,
        #[serde(rename = "manifestDigest", default)]
        manifest_digest: String,
    },
    Path(String),
}

impl Source {
    fn asset(&self, local: LocalAsset, distro: &Distro, place: Place) -> AssetSeen<'_> {
        let (name, digest) = match &self.target {
            Some(Target::Image { user_input, manifest_digest }) => {
                (user_input.as_str(), manifest_digest.as_str())
            }
            Some(Target::Path(path)) => (path.as_str(), ""),
            None => ("unnamed source", ""),
        };
        let class = if self.kind == "image" { AssetClass::Image } else { AssetClass::Application };
        let identifiers = [
            Identifier::new(IdentifierKind::Artefact, name),
            Identifier::new(IdentifierKind::Digest, digest),
        ];
        let attributes = [
            Attribute::new(names::OS, distro.name.clone()),
            Attribute::new(names::OS_VERSION, distro.version.clone()),
        ];
        AssetSeen {
            local,
            class,
            name: name.into(),
            stable_id: Some(name.into()),
            identifiers: identifiers.into_iter().flatten().collect(),
            attributes: attributes.into_iter().flatten().collect(),
            relations: Vec::new(),
            observed_at: None,
            place,
        }
    }
}

#[derive(Debug, Deserialize)]
struct Match<'a> {
    #[serde(borrow)]
    vulnerability: Vulnerability<'a>,
    #[serde(borrow, rename = "relatedVulnerabilities", default)]
    related: Vec<Vulnerability<'a>>,
    #[serde(borrow)]
    artifact: Artifact<'a>,
}

#[derive(Debug, Deserialize)]
struct Vulnerability<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow, default)]
    severity: Cow<'a, str>,
    #[serde(borrow, default)]
    description: Cow<'a, str>,
    #[serde(borrow, default)]
    urls: Option<Vec<Cow<'a, str>>>,
    #[serde(borrow, default)]
    cvss: Option<Vec<Cvss<'a>>>,
    fix: Option<Fix>,
}

#[derive(Debug, Deserialize)]
struct Cvss<'a> {
    #[serde(borrow, default)]
    vector: Cow<'a, str>,
}

#[derive(Debug, Deserialize)]
struct Fix {
    #[serde(default)]
    versions: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
struct Artifact<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    version: Cow<'a, str>,
    #[serde(borrow, rename = "type", default)]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    purl: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    cpes: Vec<Cow<'a, str>>,
    #[serde(borrow, default)]
    locations: Option<Vec<Location<'a>>>,
}

#[derive(Debug, Deserialize)]
struct Location<'a> {
    #[serde(borrow, default)]
    path: Cow<'a, str>,
}

impl<'a> Match<'a> {
    fn finding(&self) -> FindingSeen<'a> {
        let own = &self.vulnerability;
        let all = || std::iter::once(own).chain(&self.related);
        let text = all().map(|v| &v.description).find(|d| !d.is_empty());
        let mut check =
            CheckSeen::new(own.id.clone(), ObservationKind::Vulnerability, own.id.clone());
        check.cves = reference::cves(all().map(|v| v.id.as_ref())).map(Cow::Owned).collect();
        check.vectors = all()
            .flat_map(|v| v.cvss.iter().flatten())
            .map(|cvss| cvss.vector.clone())
            .filter(|vector| !vector.is_empty())
            .collect();
        check.description = text.cloned();
        check.references = own.urls.iter().flatten().cloned().collect();
        let severity = all().find_map(|v| Severity::from_word(&v.severity));
        check.severity = severity;

        let package = &self.artifact;
        let system = matches!(package.kind.as_ref(), "deb" | "rpm" | "apk" | "alpm" | "portage");
        let path = package.locations.iter().flatten().next().map(|location| location.path.as_ref());
        let fixed: Option<Vec<String>> = own.fix.as_ref().and_then(|fix| fix.versions.clone());
        let fixed = fixed.filter(|versions| !versions.is_empty()).map(|v| v.join(", "));
        let location =
            package::location(package.purl.as_deref(), &package.name, path.filter(|_| !system));
        let mut finding = FindingSeen::fail(check, severity.unwrap_or(Severity::Medium));
        finding.location = Cow::Owned(location.into_owned());
        finding.evidence = Some(format!("{} {}", package.name, package.version).into());
        finding.fixed_version = fixed.map(Cow::Owned);
        finding
    }
}

#[cfg(test)]
mod tests {
    use super::Grype;
    use crate::testing;

    const REPORT: &str = r#"{
 "matches": [
  {"vulnerability": {"id": "GHSA-0000-0000-0001", "severity": "High", "cvss": [], "fix": {"versions": ["2.0"]}},
   "relatedVulnerabilities": [{"id": "CVE-2026-0001", "severity": "Critical", "description": "d",
     "cvss": [{"vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]}],
   "artifact": {"name": "lib", "version": "1.0", "type": "python", "purl": "pkg:pypi/lib@1.0",
     "locations": [{"path": "/srv/lib"}]}},
  {"vulnerability": {"id": 7}}
 ],
 "source": {"type": "image", "target": {"userInput": "registry.example/app:1", "manifestDigest": "sha256:aa"}},
 "distro": {"name": "debian", "version": "12"},
 "descriptor": {"name": "grype", "version": "0.104.0", "timestamp": "2026-04-01T09:00:00+09:00"}
}"#;

    #[test]
    fn a_match_becomes_a_finding_and_a_broken_one_is_counted() {
        let seen = testing::parse(&Grype, REPORT.as_bytes()).unwrap();
        let account = seen.tally.account;
        assert_eq!((account.records, account.findings, account.dropped), (2, 1, 1));
        let text = seen.lines.join("\n");
        for expected in [
            "asset 0 image `registry.example/app:1`",
            "artefact=registry.example/app:1 digest=sha256:aa",
            "{os=debian; os.version=12}",
            "cves: [\"CVE-2026-0001\"]",
            "location: \"pkg:pypi/lib#/srv/lib\"",
            "fixed_version: Some(\"2.0\")",
            "observed_at: Some(2026-04-01T00:00:00Z)",
        ] {
            assert!(text.contains(expected), "{expected} in\n{text}");
        }
        assert!(testing::places(REPORT, &seen)[0].starts_with("{\"vulnerability\""));
    }

    #[test]
    fn every_prefix_is_refused_or_read() {
        testing::check_prefixes(&Grype, REPORT.as_bytes());
    }
}
