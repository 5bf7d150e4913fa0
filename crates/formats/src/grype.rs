//! Grype's own JSON: vulnerabilities of an image, a directory or a bill of materials.
//!
//! Specified by <https://github.com/anchore/grype>, `grype/presenter/models`, schema of versions
//! 0.7 to 0.104.
//! Kept: each match with its vulnerability, CVSS vectors (its own before those of related records),
//! the package, fixed versions, EPSS and KEV as references; the source as one asset; every matched
//! package as software.
//! Dropped: match details and CPE guesses, which say how the match was found.
//! Grype looks at all packages of its source: a report covers all vulnerabilities it knows.

mod source;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde::Deserialize;
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

use crate::{
    error::{ErrorCode, ParseError},
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    json::{JsonReader, Next, Raw},
    package, reference,
    sink::Sink,
    text::Text,
    times::Times,
};

use source::{Descriptor, Distro, Source};

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
                "matches" => {
                    json.once(matches.is_some(), &key)?;
                    matches = Some(json.skip()?);
                }
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
        let Some(matches) = matches else {
            let message = "there is no `matches`, so this is no report of Grype";
            return Err(json.refused(ErrorCode::Invalid, message));
        };

        let mut times = Times::new(&context.zone);
        let written = descriptor.timestamp.unwrap_or_default();
        let observed_at = times.read(&written, || "descriptor.timestamp".to_owned());
        times.tell(sink)?;
        sink.head(ReportHead {
            tool: "grype".into(),
            tool_version: descriptor.version.map(Cow::Owned),
            observed_at,
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
