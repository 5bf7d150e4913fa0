//! Grype's own JSON: vulnerabilities of an image, a directory or a bill of materials.
//!
//! Specified by <https://github.com/anchore/grype>, `grype/presenter/models`, schema of versions
//! 0.7 to 0.104.
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
    text::Text,
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
        cpe: package.cpes.iter().flatten().find_map(Cpe::name),
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
        #[serde(rename = "imageID", default)]
        image_id: String,
        #[serde(rename = "repoDigests", default)]
        repo_digests: Option<Vec<String>>,
    },
    Path(String),
}

impl Source {
    fn asset(&self, local: LocalAsset, distro: &Distro, place: Place) -> AssetSeen<'_> {
        let (name, digests) = match &self.target {
            Some(Target::Image { user_input, manifest_digest, image_id, repo_digests }) => {
                let own = [manifest_digest.as_str(), image_id.as_str()];
                let named = repo_digests.iter().flatten().filter_map(|name| name.rsplit_once('@'));
                let all: Vec<&str> =
                    own.into_iter().chain(named.map(|(_, digest)| digest)).collect();
                (user_input.as_str(), all)
            }
            Some(Target::Path(path)) => (path.as_str(), Vec::new()),
            None => ("unnamed source", Vec::new()),
        };
        let class = if self.kind == "image" { AssetClass::Image } else { AssetClass::Application };
        // A path such as `.` tells no artefact from another.
        let told = name.chars().any(char::is_alphanumeric) && self.target.is_some();
        let artefact = told.then(|| Identifier::new(IdentifierKind::Artefact, name)).flatten();
        let digests =
            digests.into_iter().filter_map(|it| Identifier::new(IdentifierKind::Digest, it));
        let attributes = [
            Attribute::new(names::OS, distro.name.clone()),
            Attribute::new(names::OS_VERSION, distro.version.clone()),
        ];
        AssetSeen {
            local,
            class,
            name: name.into(),
            stable_id: Some(name.into()),
            identifiers: artefact.into_iter().chain(digests).collect(),
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
    related: Option<Vec<Vulnerability<'a>>>,
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
    #[serde(borrow, default)]
    advisories: Option<Vec<Advisory<'a>>>,
    #[serde(borrow, default)]
    cwes: Option<Vec<Weakness<'a>>>,
    #[serde(default)]
    epss: Option<Vec<Probability>>,
    #[serde(rename = "knownExploited", default)]
    known_exploited: Option<Vec<serde::de::IgnoredAny>>,
    /// Ratings, links and fix as version 0.7 wrote them.
    #[serde(borrow, rename = "cvssV3", default)]
    old_cvss_3: Option<Cvss<'a>>,
    #[serde(borrow, rename = "cvssV2", default)]
    old_cvss_2: Option<Cvss<'a>>,
    #[serde(borrow, default)]
    links: Option<Vec<Text<'a>>>,
    #[serde(borrow, rename = "fixedInVersion", default)]
    fixed_in: Option<Text<'a>>,
}

impl<'a> Vulnerability<'a> {
    fn vectors(&self) -> impl Iterator<Item = Cow<'a, str>> {
        let old = self.old_cvss_3.iter().chain(&self.old_cvss_2);
        let ratings = self.cvss.iter().flatten().chain(old);
        ratings.map(|cvss| cvss.vector.clone()).filter(|vector| !vector.is_empty())
    }
}

#[derive(Debug, Deserialize)]
struct Advisory<'a> {
    #[serde(borrow, default)]
    link: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
struct Weakness<'a> {
    #[serde(borrow, default)]
    cwe: Option<Text<'a>>,
}

/// A probability of exploitation (EPSS).
#[derive(Debug, Deserialize)]
struct Probability {
    epss: f64,
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
    cpes: Option<Vec<Cpe<'a>>>,
    #[serde(borrow, default)]
    locations: Option<Vec<Location<'a>>>,
}

/// A CPE name, or its parts as version 0.7 wrote them, which are passed over.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Cpe<'a> {
    #[serde(borrow)]
    Name(Text<'a>),
    Parts(serde::de::IgnoredAny),
}

impl<'a> Cpe<'a> {
    fn name(&self) -> Option<Cow<'a, str>> {
        match self {
            Self::Name(name) => Some(name.clone().into()),
            Self::Parts(_) => None,
        }
    }
}

#[derive(Debug, Deserialize)]
struct Location<'a> {
    #[serde(borrow, default)]
    path: Cow<'a, str>,
}

impl<'a> Match<'a> {
    fn finding(&self) -> FindingSeen<'a> {
        let own = &self.vulnerability;
        let all = || std::iter::once(own).chain(self.related.iter().flatten());
        let text = all().map(|v| &v.description).find(|d| !d.is_empty());
        let mut check =
            CheckSeen::new(own.id.clone(), ObservationKind::Vulnerability, own.id.clone());
        check.cves = reference::cves(all().map(|v| v.id.as_ref())).map(Cow::Owned).collect();
        check.vectors = all().flat_map(Vulnerability::vectors).collect();
        check.description = text.cloned();
        check.references = self.references();
        let severity = all().find_map(|v| Severity::from_word(&v.severity));
        check.severity = severity;

        let package = &self.artifact;
        let fixed: Option<Vec<String>> = own.fix.as_ref().and_then(|fix| fix.versions.clone());
        let fixed = fixed.filter(|versions| !versions.is_empty()).map(|v| v.join(", "));
        let old = || own.fixed_in.as_deref().filter(|it| !it.is_empty()).map(str::to_owned);
        let fixed = fixed.or_else(old);
        let location = package::location(package.purl.as_deref(), &package.name, package.path());
        let mut finding = FindingSeen::fail(check, severity.unwrap_or(Severity::Medium));
        finding.location = Cow::Owned(location.into_owned());
        finding.evidence = Some(format!("{} {}", package.name, package.version).into());
        finding.fixed_version = fixed.map(Cow::Owned);
        finding
    }
}

impl<'a> Match<'a> {
    /// Weaknesses, advisories and links; `EPSS:` with the highest probability and `KEV`.
    fn references(&self) -> Vec<Cow<'a, str>> {
        let own = &self.vulnerability;
        let all = || std::iter::once(own).chain(self.related.iter().flatten());
        let mut references: Vec<Cow<'a, str>> = Vec::new();
        let weaknesses = all().flat_map(|v| v.cwes.iter().flatten()).filter_map(|w| w.cwe.clone());
        let advisories = own.advisories.iter().flatten().filter_map(|it| it.link.clone());
        let links = own.links.iter().flatten().cloned();
        let found = weaknesses.chain(advisories).chain(links).map(Cow::from);
        for reference in found.chain(own.urls.iter().flatten().cloned()) {
            if !reference.is_empty() && !references.contains(&reference) {
                references.push(reference);
            }
        }
        let probabilities = all().flat_map(|v| v.epss.iter().flatten()).map(|it| it.epss);
        if let Some(highest) = probabilities.reduce(f64::max) {
            references.push(format!("EPSS:{highest}").into());
        }
        if all().flat_map(|v| v.known_exploited.iter().flatten()).next().is_some() {
            references.push("KEV".into());
        }
        references
    }
}

impl Artifact<'_> {
    /// The file the package lies in; none for a package of the system, which lies in one place,
    /// unless the system's own database does not list it.
    fn path(&self) -> Option<&str> {
        const DATABASES: &[&str] = &[
            "/var/lib/dpkg",
            "/var/lib/rpm",
            "/usr/lib/sysimage/rpm",
            "/lib/apk/db",
            "/usr/lib/apk/db",
            "/var/lib/pacman",
            "/var/db/pkg",
        ];
        let mut paths = self.locations.iter().flatten().map(|location| location.path.as_ref());
        let listed = |path: &str| DATABASES.iter().any(|database| path.starts_with(database));
        let system = matches!(self.kind.as_ref(), "deb" | "rpm" | "apk" | "alpm" | "portage");
        if system && paths.clone().any(listed) { None } else { paths.next() }
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
    fn exploitation_and_old_shapes_are_read() {
        let text = r#"{"source":{"type":"directory","target":"."},"matches":[
          {"vulnerability":{"id":"CVE-2026-0001","severity":"High","cwes":[{"cwe":"CWE-79"}],
            "advisories":[{"link":"https://a.example"}],"urls":["https://a.example"],
            "epss":[{"cve":"CVE-2026-0001","epss":0.123}],"knownExploited":[{"cve":"CVE-2026-0001"}]},
           "artifact":{"name":"libc6","type":"deb","locations":[{"path":"/lib/libc.so"}],"cpes":["cpe:2.3:a:b"]}},
          {"vulnerability":{"id":"CVE-2026-0002","links":["https://l.example"],"fixedInVersion":"2",
            "cvssV2":{"vector":"AV:N"},"cvssV3":{"vector":"CVSS:3.0/AV:N"}},"relatedVulnerabilities":null,
           "matchDetails":{"matcher":"m"},
           "artifact":{"name":"zlib","type":"deb","cpes":[{"Part":"a"}],
            "locations":[{"path":"/usr/share/doc/zlib"},{"path":"/var/lib/dpkg/status"}]}}]}"#;
        let seen = testing::parse(&Grype, text.as_bytes()).unwrap();
        assert_eq!(seen.tally.account.findings, 2);
        let text = seen.lines.join("\n");
        for expected in [
            "stable=Some(\".\") []",
            "references: [\"CWE-79\", \"https://a.example\", \"EPSS:0.123\", \"KEV\"]",
            "cpe: Some(\"cpe:2.3:a:b\")",
            "location: \"libc6#/lib/libc.so\"",
            "vectors: [\"CVSS:3.0/AV:N\", \"AV:N\"]",
            "references: [\"https://l.example\"]",
            "location: \"zlib\"",
            "fixed_version: Some(\"2\")",
        ] {
            assert!(text.contains(expected), "{expected} in\n{text}");
        }
    }

    #[test]
    fn every_prefix_is_refused_or_read() {
        testing::check_prefixes(&Grype, REPORT.as_bytes());
    }
}
