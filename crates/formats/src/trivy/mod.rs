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
mod several;
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
    times::Times,
};
use result::{Parts, elements, list, parts};
use several::{legacy, resources};

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
    let mut of_trivy = false;
    json.enter(Next::Object)?;
    let mut first = true;
    while let Some(key) = json.key(first)? {
        first = false;
        let own = ["SchemaVersion", "ArtifactName", "Results", "ClusterName"];
        of_trivy |= own.contains(&key.as_str());
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
            "Results" => {
                json.once(document.results.is_some(), &key)?;
                document.results = list(json)?;
            }
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
    if !of_trivy {
        let message =
            "there are neither `Results` nor what they are of, so this is no report of Trivy";
        return Err(json.refused(ErrorCode::Invalid, message));
    }

    let mut times = Times::new(&context.zone);
    let created = document.created.as_deref().unwrap_or_default();
    let observed_at = times.read(created, || "CreatedAt".to_owned());
    times.tell(sink)?;
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

#[cfg(test)]
mod tests;
