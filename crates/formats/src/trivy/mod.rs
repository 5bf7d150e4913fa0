//! Trivy's JSON: vulnerabilities, misconfigurations, secrets and licences of images, file systems,
//! repositories and Kubernetes clusters.
//!
//! Specified by <https://trivy.dev/latest/docs/configuration/reporting/>: schema 2 (`Results`), the
//! array of results before it, and the Kubernetes report (`Resources` or `Findings`, before
//! 0.36 `Vulnerabilities` and `Misconfigurations`).
//!
//! Kept: the artefact, or each Kubernetes resource, as an asset; its packages, or without a list of
//! them those with vulnerabilities, as software; every result with its CVSS vectors (those of the
//! source of the severity first, then NVD's), fixed version, CWEs and references. What Trivy was
//! told to ignore stays a finding, marked as accepted, or as not affected where a VEX document
//! said so.
//! Dropped: image layers and configuration, quoted code, and above all the text of secrets: a
//! secret is told by its rule, file and line.
//! A licence of a category that asks for no more than a notice is a fact and no finding.
//!
//! An old array without an image's name has each target as an asset of its own.
//!
//! Coverage: a report says by the classes of its results what was looked at. Trivy is silent on
//! secrets and licences where it finds none; then they are not covered, for nothing tells a clean
//! artefact from one that was not searched.

mod result;
mod shape;
mod statement;

use std::borrow::Cow;

use serde::Deserialize;
use yagura_model::{
    asset::{AssetSeen, LocalAsset},
    attribute::{Attribute, names},
    coverage::{CheckSet, CoverageSeen, ObservationKinds},
    domain::AssetClass,
    identifier::{Identifier, IdentifierKind},
    record::Place,
    report::ReportHead,
};

use crate::{
    error::{ErrorCode, ParseError},
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    json::{JsonReader, Next},
    local::LocalAssets,
    sink::Sink,
    time,
};
use result::{Parts, elements, list, parts};

/// See the module.
#[derive(Debug)]
pub struct Trivy;

const UNNAMED: &str = "unnamed artefact";

impl Format for Trivy {
    fn name(&self) -> &'static str {
        "trivy"
    }

    fn specification(&self) -> Specification {
        Specification {
            title: "Trivy JSON, schema 2, Kubernetes and before",
            url: "https://trivy.dev/latest/docs/configuration/reporting/",
            record: "Vulnerabilities[], Misconfigurations[], Secrets[], Licenses[]",
        }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        let schema_2 = head.has_json("SchemaVersion") && head.has_json("ArtifactName");
        let kubernetes = ["Resources", "Findings", "Vulnerabilities", "Misconfigurations"];
        let legacy = ["Vulnerabilities", "Misconfigurations", "Secrets", "Type"];
        schema_2
            || head.has_json("Results[].Target")
            || (head.has_json("ClusterName") && kubernetes.iter().any(|key| head.has_json(key)))
            || (head.has_json("[].Target")
                && legacy.iter().any(|key| head.has_json(&format!("[].{key}"))))
    }

    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let mut json = JsonReader::new(input)?;
        match json.peek()? {
            Next::Array => {
                head(None, None, None, sink)?;
                let start = json.position();
                let place = json.skip()?;
                json.finish()?;
                legacy(&mut json, Place { start, ..place }, sink)
            }
            _ => document(&mut json, context, sink),
        }
    }
}

/// The members of a report that is an object.
#[derive(Debug, Default)]
struct Document {
    tool: Option<Tool>,
    created: Option<String>,
    name: Option<String>,
    kind: Option<String>,
    metadata: Metadata,
    cluster: Option<String>,
    results: Option<Place>,
    resources: Vec<Place>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Tool {
    #[serde(rename = "Version")]
    version: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Metadata {
    #[serde(rename = "OS")]
    system: Option<System>,
    #[serde(rename = "ImageID")]
    image_id: Option<String>,
    repo_tags: Option<Vec<String>>,
    repo_digests: Option<Vec<String>>,
    #[serde(rename = "RepoURL")]
    repository: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct System {
    family: String,
    name: String,
}

fn document(
    json: &mut JsonReader<'_>,
    context: &Context,
    sink: &mut dyn Sink,
) -> Result<(), ParseError> {
    let start = json.position();
    let mut document = Document::default();
    json.enter(Next::Object)?;
    let mut first = true;
    while let Some(key) = json.key(first)? {
        first = false;
        match key.as_str() {
            "Trivy" => document.tool = json.read()?,
            "CreatedAt" => document.created = json.read()?,
            "ArtifactName" => document.name = json.read()?,
            "ArtifactType" => document.kind = json.read()?,
            "ClusterName" => document.cluster = json.read()?,
            "Metadata" => {
                document.metadata = json.read::<Option<Metadata>>()?.unwrap_or_default();
            }
            "SchemaVersion" => {
                let version: Option<u64> = json.read()?;
                if version.is_some_and(|version| version > 2) {
                    let message = format!("Trivy's schema {} is not read", version.unwrap_or(0));
                    return Err(ParseError::at(ErrorCode::Version, "SchemaVersion", message));
                }
            }
            "Results" => document.results = list(json)?,
            "Resources" | "Findings" | "Vulnerabilities" | "Misconfigurations" => {
                document.resources.extend(list(json)?);
            }
            _ => {
                json.skip()?;
            }
        }
    }
    let end = json.position();
    json.finish()?;

    let created = document.created.as_deref();
    let observed_at = created.and_then(|text| time::read(text, &context.zone)).map(|t| t.at);
    let version = document.tool.as_ref().and_then(|tool| tool.version.as_deref());
    let title = document.cluster.as_deref().or(document.name.as_deref());
    head(version, observed_at, title.filter(|title| !title.is_empty()), sink)?;
    if document.cluster.is_some() || !document.resources.is_empty() {
        let mut assets = LocalAssets::new();
        let cluster = document.cluster.as_deref().unwrap_or_default();
        for place in document.resources {
            resources(json, place, cluster, &mut assets, sink)?;
        }
        return Ok(());
    }
    let local = LocalAsset(0);
    let name = document.name.as_deref().filter(|name| !name.is_empty()).unwrap_or(UNNAMED);
    sink.asset(artefact(local, name, &document, Place { start, end }))?;
    let mut kinds = ObservationKinds::NONE;
    if let Some(place) = document.results {
        each_result(json, place, |json, parts| {
            kinds = kinds.union(parts.kinds());
            result::take(json, parts, local, false, sink)
        })?;
    }
    covered(local, kinds, sink)
}

fn head(
    version: Option<&str>,
    observed_at: Option<yagura_model::Timestamp>,
    title: Option<&str>,
    sink: &mut dyn Sink,
) -> Result<(), ParseError> {
    sink.head(ReportHead {
        tool: "trivy".into(),
        tool_version: version.map(Cow::from),
        observed_at,
        title: title.map(Cow::from),
    })?;
    Ok(())
}

fn covered(
    asset: LocalAsset,
    kinds: ObservationKinds,
    sink: &mut dyn Sink,
) -> Result<(), ParseError> {
    let checks = CheckSet::All;
    sink.coverage(CoverageSeen { asset, kinds, credentialed: None, checks, observed_at: None })?;
    Ok(())
}

fn artefact<'d>(
    local: LocalAsset,
    name: &'d str,
    document: &'d Document,
    place: Place,
) -> AssetSeen<'d> {
    let metadata = &document.metadata;
    let class = match document.kind.as_deref() {
        Some("container_image") => AssetClass::Image,
        Some("repository") => AssetClass::Repository,
        Some("vm" | "aws_account") => AssetClass::Device,
        // Before types were written, only images had these.
        None | Some("") if metadata.image_id.is_some() => AssetClass::Image,
        _ => AssetClass::Application,
    };
    let digests = metadata.repo_digests.iter().flatten();
    let digests = digests.filter_map(|name| name.rsplit_once('@')).map(|(_, digest)| digest);
    let names = metadata.repo_tags.iter().flatten().map(String::as_str).filter(|tag| *tag != name);
    let identifiers = std::iter::once(name)
        .filter(|name| is_name(name))
        .chain(names)
        .chain(metadata.repository.as_deref())
        .map(|name| (IdentifierKind::Artefact, name))
        .chain(digests.chain(metadata.image_id.as_deref()).map(|it| (IdentifierKind::Digest, it)))
        .filter_map(|(kind, value)| Identifier::new(kind, value))
        .collect();
    let attributes = metadata.system.iter().flat_map(|system| {
        [
            Attribute::new(names::OS, system.family.as_str()),
            Attribute::new(names::OS_VERSION, system.name.as_str()),
        ]
    });
    AssetSeen {
        local,
        class,
        name: name.into(),
        stable_id: Some(name.into()),
        identifiers,
        attributes: attributes.flatten().collect(),
        relations: Vec::new(),
        observed_at: None,
        place,
    }
}

/// Whether a name tells an artefact from others: a path such as `.` or `/` does not.
fn is_name(name: &str) -> bool {
    name != UNNAMED && name.chars().any(char::is_alphanumeric)
}

fn each_result(
    json: &mut JsonReader<'_>,
    place: Place,
    mut each: impl FnMut(&mut JsonReader<'_>, &Parts) -> Result<(), ParseError>,
) -> Result<(), ParseError> {
    elements(json, place, |json| {
        let parts = parts(json)?;
        each(json, &parts)?;
        json.go_to(parts.place.end)
    })
}

/// The report of old versions: results without an artefact around them.
fn legacy(json: &mut JsonReader<'_>, place: Place, sink: &mut dyn Sink) -> Result<(), ParseError> {
    let mut image = None;
    each_result(json, place, |_, parts| {
        if image.is_none() {
            image = parts.image().map(str::to_owned);
        }
        Ok(())
    })?;
    let mut assets = LocalAssets::new();
    each_result(json, place, |json, parts| {
        let name = image.as_deref().unwrap_or(&parts.target);
        let (local, new) = assets.number(name);
        if new {
            let class = if image.is_some() { AssetClass::Image } else { AssetClass::Application };
            let identifier = image
                .as_deref()
                .filter(|name| is_name(name))
                .and_then(|name| Identifier::new(IdentifierKind::Artefact, name));
            sink.asset(AssetSeen {
                local,
                class,
                name: name.into(),
                stable_id: Some(name.into()),
                identifiers: identifier.into_iter().collect(),
                attributes: Vec::new(),
                relations: Vec::new(),
                observed_at: None,
                place: parts.place,
            })?;
        }
        result::take(json, parts, local, false, sink)?;
        covered(local, parts.kinds(), sink)
    })
}

/// The resources of a Kubernetes report.
fn resources(
    json: &mut JsonReader<'_>,
    place: Place,
    cluster: &str,
    assets: &mut LocalAssets,
    sink: &mut dyn Sink,
) -> Result<(), ParseError> {
    elements(json, place, |json| {
        let start = json.position();
        let (mut namespace, mut kind, mut name) = (None, None, None);
        let mut results = None;
        json.enter(Next::Object)?;
        let mut first = true;
        while let Some(key) = json.key(first)? {
            first = false;
            match key.as_str() {
                "Namespace" => namespace = json.read::<Option<String>>()?,
                "Kind" => kind = json.read::<Option<String>>()?,
                "Name" => name = json.read::<Option<String>>()?,
                "Results" => results = list(json)?,
                _ => {
                    json.skip()?;
                }
            }
        }
        let place = Place { start, end: json.position() };
        let parts = [namespace.as_deref(), kind.as_deref(), name.as_deref()];
        let parts: Vec<&str> =
            parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        let name = if parts.is_empty() { UNNAMED.to_owned() } else { parts.join("/") };
        let whole = if cluster.is_empty() { name.clone() } else { format!("{cluster}/{name}") };
        let (local, new) = assets.number(&whole);
        if new {
            // A resource of a cluster without a name is like those of any other cluster.
            let identifier = (!cluster.is_empty())
                .then(|| Identifier::new(IdentifierKind::Artefact, whole.as_str()))
                .flatten();
            let node = kind.as_deref() == Some("Node");
            sink.asset(AssetSeen {
                local,
                class: if node { AssetClass::Server } else { AssetClass::CloudResource },
                name: name.as_str().into(),
                stable_id: Some(whole.as_str().into()),
                identifiers: identifier.into_iter().collect(),
                attributes: Attribute::new(names::ZONE, cluster).into_iter().collect(),
                relations: Vec::new(),
                observed_at: None,
                place,
            })?;
        }
        let mut kinds = ObservationKinds::NONE;
        if let Some(results) = results {
            each_result(json, results, |json, parts| {
                kinds = kinds.union(parts.kinds());
                result::take(json, parts, local, true, sink)
            })?;
        }
        covered(local, kinds, sink)?;
        json.go_to(place.end)
    })
}

#[cfg(test)]
mod tests {
    use super::Trivy;
    use crate::testing;
    use proptest::prelude::*;

    const IMAGE: &str = r#"{
 "SchemaVersion": 2, "Trivy": {"Version": "0.69.1"}, "CreatedAt": "2026-04-01T09:00:00+09:00",
 "ArtifactName": "registry.example/app:1", "ArtifactType": "container_image",
 "Metadata": {"OS": {"Family": "debian", "Name": "12.1"}, "ImageID": "sha256:cc",
  "RepoTags": ["registry.example/app:1", "registry.example/app:latest"],
  "RepoDigests": ["registry.example/app@sha256:aa"]},
 "Results": [
  {"Target": "registry.example/app:1 (debian 12.1)", "Class": "os-pkgs", "Type": "debian",
   "Packages": [{"Name": "zlib1g", "Version": "1.2", "Release": "3", "Epoch": 1, "Maintainer": "M",
     "Identifier": {"PURL": "pkg:deb/debian/zlib1g@1.2-3?epoch=1"}}],
   "Vulnerabilities": [
    {"VulnerabilityID": "DLA-1", "VendorIDs": ["CVE-2026-0001", "DSA-9"], "PkgName": "zlib1g",
     "PkgIdentifier": {"PURL": "pkg:deb/debian/zlib1g@1.2-3?epoch=1"}, "InstalledVersion": "1.2-3",
     "FixedVersion": "1.2-4", "Status": "fixed", "SeveritySource": "debian", "Severity": "HIGH",
     "PrimaryURL": "https://a.example", "References": ["https://a.example", "https://b.example"],
     "CweIDs": ["CWE-79"], "Title": "title", "Description": "text",
     "CVSS": {"amazon": {"V3Vector": "CVSS:3.1/AV:P"}, "debian": {"V40Vector": "CVSS:4.0/AV:N"},
      "nvd": {"V2Vector": "AV:L", "V3Vector": "CVSS:3.1/AV:N", "V3Score": 9.8}}},
    {"PkgName": "nameless"}, {"VulnerabilityID": 7}],
   "ExperimentalModifiedFindings": [
    {"Type": "vulnerability", "Status": "ignored", "Finding": {"VulnerabilityID": "CVE-2026-0009", "PkgName": "zlib1g"}},
    {"Type": "vulnerability", "Status": "not_affected", "Finding": {"VulnerabilityID": "CVE-2026-0008", "PkgName": "zlib1g"}},
    {"Type": "riddle", "Finding": {}}]},
  {"Target": "app/package-lock.json", "Class": "lang-pkgs", "Type": "npm", "Packages": null,
   "Vulnerabilities": [{"VulnerabilityID": "CVE-2026-0002", "PkgName": "left", "InstalledVersion": "1",
     "Ref": "pkg:npm/left@1", "Severity": "UNKNOWN", "Status": "not_affected",
     "CVSS": {"ghsa": {"V3Score": 9.1}}}]},
  {"Target": "Dockerfile", "Class": "config", "Type": "dockerfile",
   "MisconfSummary": {"Successes": 1, "Failures": 1},
   "Misconfigurations": [
    {"ID": "DS002", "AVDID": "AVD-DS-0002", "Title": "root", "Severity": "HIGH", "Status": "FAIL",
     "Resolution": "add USER", "Message": "set USER", "CauseMetadata": {"Resource": "stage"}},
    {"ID": "DS001", "Severity": "LOW", "Status": "PASS"},
    {"ID": "DS003", "Severity": "LOW", "Status": "EXCEPTION"}]},
  {"Target": "/app/.env", "Class": "secret",
   "Secrets": [{"RuleID": "aws-access-key-id", "Category": "AWS", "Severity": "CRITICAL", "Title": "AWS key",
     "StartLine": 7, "Match": "KEY=PLAINTEXT", "Code": {"Lines": [{"Content": "KEY=PLAINTEXT"}]}}]},
  {"Target": "OS Packages", "Class": "license",
   "Licenses": [{"Name": "GPL-3.0", "Category": "restricted", "Severity": "HIGH", "PkgName": "zlib1g"},
    {"Name": "MIT", "Category": "notice", "Severity": "LOW", "FilePath": "/usr/share/x"}]}
 ]}"#;

    #[test]
    fn an_image_is_read_with_all_kinds_of_results() {
        let seen = testing::parse(&Trivy, IMAGE.as_bytes()).unwrap();
        let account = seen.tally.account;
        assert_eq!((account.records, account.findings, account.passes), (13, 8, 1));
        assert_eq!((account.facts, account.dropped, account.not_assessed), (1, 3, 0));
        assert_eq!((seen.tally.assets, seen.tally.software), (1, 2));
        let text = seen.lines.join("\n");
        for expected in [
            "tool_version: Some(\"0.69.1\"), observed_at: Some(2026-04-01T00:00:00Z)",
            "asset 0 image `registry.example/app:1`",
            "[artefact=registry.example/app:1 artefact=registry.example/app:latest digest=sha256:aa digest=sha256:cc]",
            "{os=debian; os.version=12.1}",
            "version: \"1:1.2-3\"",
            "cves: [\"CVE-2026-0001\"]",
            "vectors: [\"CVSS:4.0/AV:N\", \"CVSS:3.1/AV:N\", \"AV:L\", \"CVSS:3.1/AV:P\"]",
            "[\"CWE-79\", \"DSA-9\", \"https://a.example\", \"https://b.example\"]",
            "location: \"pkg:deb/debian/zlib1g\", evidence: Some(\"zlib1g 1.2-3; fixed\"), fixed_version: Some(\"1.2-4\")",
            "location: \"pkg:npm/left#app/package-lock.json\"",
            "severity: Some(Critical), cves: [\"CVE-2026-0002\"]",
            "location: \"Dockerfile#stage\"",
            "location: \"/app/.env\", evidence: Some(\"AWS, line 7\")",
            "disposition: Accepted",
            "disposition: NotAffected",
            "state: Info",
            "coverage 0 [software_inventory vulnerability configuration secret licence] credentialed=None All",
        ] {
            assert!(text.contains(expected), "{expected} in\n{text}");
        }
        assert!(!text.contains("PLAINTEXT"));
        assert!(testing::places(IMAGE, &seen)[0].starts_with("{\"VulnerabilityID\""));
    }

    #[test]
    fn an_old_array_is_about_its_image_or_else_about_its_targets() {
        let image = r#"[{"Target":"a/yarn.lock","Type":"yarn","Vulnerabilities":null},
            {"Target":"app:1 (alpine 3.7)","Type":"alpine","Vulnerabilities":[
            {"VulnerabilityID":"CVE-2026-0001","PkgName":"curl","InstalledVersion":"7","Severity":"LOW"}]}]"#;
        let seen = testing::parse(&Trivy, image.as_bytes()).unwrap();
        let text = seen.lines.join("\n");
        assert!(text.contains("asset 0 image `app:1`"), "{text}");
        assert!(text.contains("location: \"curl\""), "{text}");
        assert_eq!((seen.tally.assets, seen.tally.software), (1, 1));
        let files = r#"[{"Target":"a.lock","Vulnerabilities":[]},{"Target":"b.lock","Vulnerabilities":[]}]"#;
        let seen = testing::parse(&Trivy, files.as_bytes()).unwrap();
        assert_eq!(seen.tally.assets, 2);
        assert!(seen.lines.join("\n").contains("coverage 1 [vulnerability]"));
    }

    #[test]
    fn resources_of_a_cluster_are_assets() {
        let text = r#"{"ClusterName":"blue","Resources":[
            {"Namespace":"default","Kind":"Deployment","Name":"web","Results":[
              {"Target":"registry.example:5000/web:1 (debian 12)","Class":"os-pkgs","Vulnerabilities":[
                {"VulnerabilityID":"CVE-2026-0001","PkgName":"apt","InstalledVersion":"1"}]}]},
            {"Namespace":"default","Kind":"Deployment","Name":"web","Results":[
              {"Target":"Deployment/web","Class":"config","Misconfigurations":[
                {"ID":"KSV001","Status":"FAIL","Message":"Container 'front' of Deployment 'web' should"}]}]},
            {"Kind":"Node","Name":"n1"}]}"#;
        let seen = testing::parse(&Trivy, text.as_bytes()).unwrap();
        assert_eq!((seen.tally.account.findings, seen.tally.assets), (2, 2));
        let text = seen.lines.join("\n");
        for expected in [
            "asset 0 cloud_resource `default/Deployment/web` stable=Some(\"blue/default/Deployment/web\")",
            "asset 1 server `Node/n1`",
            "location: \"apt#registry.example:5000/web\"",
            "location: \"front\"",
            "coverage 0 [configuration]",
        ] {
            assert!(text.contains(expected), "{expected} in\n{text}");
        }
    }

    #[test]
    fn a_newer_schema_is_refused() {
        let text = br#"{"SchemaVersion":3,"ArtifactName":"x","Results":[]}"#;
        let refused = testing::parse(&Trivy, text).unwrap_err();
        assert_eq!((refused.code.as_str(), refused.at.as_str()), ("version", "SchemaVersion"));
    }

    #[test]
    fn every_prefix_is_refused_or_read() {
        testing::check_prefixes(&Trivy, IMAGE.as_bytes());
    }

    proptest! {
        #[test]
        fn any_bytes_end_in_a_value_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            testing::parse_unclaimed(&Trivy, &bytes).ok();
        }
    }
}
