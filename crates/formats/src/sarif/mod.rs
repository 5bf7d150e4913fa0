//! SARIF: what static analysis and many other scanners found in code, images and configurations.
//!
//! Specified by OASIS, <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>,
//! version 2.1.0.
//!
//! Kept: each run's repository (`versionControlProvenance`), image or code base as an asset; each
//! result with its rule, level or `security-severity`, message, CWEs and CVEs, suppressions
//! (accepted) and first detection.
//! Dropped: code flows, stacks, graphs, quoted source text, which may hold secrets; the message of
//! a secret scanner is dropped for the same reason.
//!
//! The kind of a result decides what it is: `fail` a finding, `informational` a fact, `pass` and
//! a result whose baseline state is `absent` a pass, `open` unknown, `review` work for a person.
//!
//! A location is `uri#fingerprint` where the tool gives a fingerprint, else `uri#function` where it
//! names one, else `uri:line`: lines move with every change above them and are the last resort.
//! Of partial fingerprints only hashes count, since tools put names and dates of people there too.
//!
//! Coverage: a run covers what its tool looks for, on the asset as a whole, or on the part of it
//! that the run's category (`automationDetails`) names: one category never closes what another
//! found. Of several tools in one log each covers the rules it lists. A run that did not end well
//! (`executionSuccessful` false), or has no list of results, covers nothing.

mod rules;
mod shape;
mod statement;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use yagura_model::{
    asset::{AssetSeen, LocalAsset},
    coverage::{CheckSet, CoverageSeen, ObservationKinds},
    domain::AssetClass,
    identifier::{Identifier, IdentifierKind},
    record::{DropReason, Outcome, Place, Record},
    report::ReportHead,
    warning::{Warning, WarningCode},
};

use crate::{
    error::{ErrorCode, ParseError},
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    json::{JsonReader, Next, Raw},
    local::LocalAssets,
    sink::Sink,
    times::Times,
};
use rules::Rules;
use shape::{
    ArtefactAddress, Automation, Finding, Invocation, Properties, Provenance, Tool, Words,
};

/// See the module.
#[derive(Debug)]
pub struct Sarif;

const UNNAMED: &str = "unnamed code base";

impl Format for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }

    fn specification(&self) -> Specification {
        Specification {
            title: "SARIF 2.1.0",
            url: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html",
            record: "runs[].results[]",
        }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        head.has_json("runs[].tool.driver")
            || (head.has_json("runs[]") && head.has_json("$schema") && head.has_json("version"))
    }

    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let mut json = JsonReader::new(input)?;
        let mut version: Option<String> = None;
        let mut runs = None;
        json.enter(Next::Object)?;
        let mut first = true;
        while let Some(key) = json.key(first)? {
            first = false;
            match key.as_str() {
                "version" => version = json.read()?,
                "runs" => {
                    json.once(runs.is_some(), &key)?;
                    runs = list(&mut json)?;
                }
                _ => {
                    json.skip()?;
                }
            }
        }
        json.finish()?;
        match version.as_deref() {
            Some(version) if version.starts_with("2.1.") => {}
            Some(other) => {
                let message = format!("SARIF `{other}` is not read, only 2.1.0 is");
                return Err(ParseError::at(ErrorCode::Version, "version", message));
            }
            None => {
                let message = "is required and missing";
                return Err(ParseError::at(ErrorCode::Invalid, "version", message));
            }
        }
        let Some(runs) = runs else {
            return Err(ParseError::at(ErrorCode::Invalid, "runs", "is required and missing"));
        };
        let mut log = Log {
            context,
            times: Times::new(&context.zone),
            assets: LocalAssets::new(),
            looks: Vec::new(),
        };
        elements(&mut json, runs, |json| {
            let run = run(json)?;
            log.take(json, &run, sink)?;
            json.go_to(run.place.end)
        })?;
        log.cover(sink)?;
        log.times.tell(sink)?;
        Ok(())
    }
}

/// The members of a run, without its results.
#[derive(Debug, Default)]
struct Run {
    place: Place,
    tool: Tool,
    invocations: Vec<Invocation>,
    provenance: Vec<Provenance>,
    automation: Automation,
    bases: BTreeMap<String, ArtefactAddress>,
    properties: Properties,
    results: Option<Place>,
}

fn run(json: &mut JsonReader<'_>) -> Result<Run, ParseError> {
    let mut run = Run::default();
    json.peek()?;
    let start = json.position();
    json.enter(Next::Object)?;
    let mut first = true;
    while let Some(key) = json.key(first)? {
        first = false;
        match key.as_str() {
            "tool" => run.tool = json.read()?,
            "invocations" => run.invocations = optional(json)?,
            "versionControlProvenance" => run.provenance = optional(json)?,
            "automationDetails" | "automationId" => run.automation = optional(json)?,
            "originalUriBaseIds" => run.bases = optional(json)?,
            "properties" => run.properties = optional(json)?,
            "results" => {
                json.once(run.results.is_some(), &key)?;
                run.results = list(json)?;
            }
            _ => {
                json.skip()?;
            }
        }
    }
    run.place = Place { start, end: json.position() };
    Ok(run)
}

fn optional<T: Default + for<'b> serde::Deserialize<'b>>(
    json: &mut JsonReader<'_>,
) -> Result<T, ParseError> {
    Ok(json.read::<Option<T>>()?.unwrap_or_default())
}

/// The place of the list that stands next; `None` for `null`.
fn list(json: &mut JsonReader<'_>) -> Result<Option<Place>, ParseError> {
    let is_null = json.peek()? == Next::Scalar;
    let place = json.skip()?;
    Ok((!is_null).then_some(place))
}

fn elements(
    json: &mut JsonReader<'_>,
    place: Place,
    mut each: impl FnMut(&mut JsonReader<'_>) -> Result<(), ParseError>,
) -> Result<(), ParseError> {
    json.go_to(place.start)?;
    json.enter(Next::Array)?;
    let mut first = true;
    while json.element(first)? {
        first = false;
        each(json)?;
    }
    Ok(())
}

impl Run {
    /// The hierarchy of the automation id without its last part, which names the single run.
    fn category(&self) -> Option<&str> {
        let (category, _) = self.automation.id.as_deref()?.rsplit_once('/')?;
        Some(category).filter(|category| !category.is_empty())
    }

    /// Class, name, and the identifiers that hold outside of this source.
    fn asset(&self) -> (AssetClass, String, Vec<Identifier<'_>>) {
        let repository =
            self.provenance.iter().find_map(|it| it.repository_uri.as_deref()).map(|uri| {
                let uri = uri.trim_end_matches('/');
                uri.strip_suffix(".git").unwrap_or(uri)
            });
        let artefact = |name: &str| Identifier::new(IdentifierKind::Artefact, name.to_owned());
        if let Some(repository) = repository.filter(|uri| !uri.is_empty()) {
            let identifiers = artefact(repository).into_iter().collect();
            return (AssetClass::Repository, repository.to_owned(), identifiers);
        }
        if let Some(image) = self.properties.image_name.as_ref().and_then(Words::first) {
            let digests = self.properties.repo_digests.iter().flat_map(Words::iter);
            let digests = digests
                .filter_map(|name| name.rsplit_once('@'))
                .filter_map(|(_, digest)| Identifier::new(IdentifierKind::Digest, digest));
            let identifiers = artefact(image).into_iter().chain(digests).collect();
            return (AssetClass::Image, image.to_owned(), identifiers);
        }
        let base = ["%SRCROOT%", "SRCROOT", "PROJECTROOT", "ROOTPATH"]
            .iter()
            .filter_map(|name| self.bases.get(*name)?.uri.as_deref())
            .find(|uri| uri.trim_start_matches("file:").chars().any(char::is_alphanumeric));
        let name = self.category().or(base).unwrap_or(UNNAMED).to_owned();
        (AssetClass::Application, name, Vec::new())
    }

    fn failed(&self) -> bool {
        self.invocations.iter().any(|it| it.execution_successful == Some(false))
    }
}

/// What is kept from one run to the next.
struct Log<'c> {
    context: &'c Context,
    times: Times<'c>,
    assets: LocalAssets,
    looks: Vec<Look>,
}

/// What one run looked for.
struct Look {
    asset: LocalAsset,
    tool: String,
    kinds: ObservationKinds,
    rules: Vec<String>,
}

impl Log<'_> {
    fn take(
        &mut self,
        json: &mut JsonReader<'_>,
        run: &Run,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let driver = &run.tool.driver;
        let times = run.invocations.iter().filter_map(|it| {
            let text = it.end_time_utc.as_deref().or(it.start_time_utc.as_deref())?;
            self.times.read(text, || format!("byte {}, invocations", run.place.start))
        });
        sink.head(ReportHead {
            tool: driver.name.as_str().into(),
            tool_version: driver
                .semantic_version
                .as_deref()
                .or(driver.version.as_deref())
                .map(Cow::from),
            observed_at: times.max(),
            title: run.automation.id.as_deref().map(Cow::from),
        })?;
        let asset = self.asset(run, sink)?;
        let rules = Rules::new(&run.tool);
        let root =
            run.invocations.iter().find_map(|it| it.working_directory.as_ref()?.uri.as_deref());
        let mut kinds = rules.kinds();
        if let Some(place) = run.results {
            elements(json, place, |json| {
                let raw = json.value()?;
                let read: Result<Finding<'_>, String> = raw.read()?;
                let outcome = match &read {
                    Ok(found) => statement::outcome(found, &rules, root, self.context)
                        .ok_or((DropReason::NoCheck, "a result without a rule".to_owned())),
                    Err(message) => Err((DropReason::Malformed, message.clone())),
                };
                if let Ok((kind, _)) = &outcome {
                    kinds = kinds.with(*kind);
                }
                give(outcome.map(|(_, outcome)| outcome), &raw, asset, sink)
            })?;
        }
        if run.failed() {
            let code = WarningCode::IncompleteScan;
            let at = format!("byte {}", run.place.start);
            let detail = format!("a run of `{}` did not end well", driver.name);
            sink.warn(Warning { code, at, detail })?;
        }
        if run.failed() || run.results.is_none() {
            kinds = ObservationKinds::NONE;
        }
        let (tool, rules) = (driver.name.clone(), rules.ids().map(str::to_owned).collect());
        self.looks.push(Look { asset, tool, kinds, rules });
        Ok(())
    }

    /// The asset of a run. A category is a part of it that the source looks at on its own: it
    /// has a number and a stable id of its own, and the same identifiers.
    fn asset(&mut self, run: &Run, sink: &mut dyn Sink) -> Result<LocalAsset, ParseError> {
        let (class, name, identifiers) = run.asset();
        let part = run.category().filter(|category| *category != name);
        let stable = match part {
            Some(category) => Cow::Owned(format!("{name}#{category}")),
            None => Cow::Borrowed(name.as_str()),
        };
        let (asset, new) = self.assets.number(&stable);
        if new {
            sink.asset(AssetSeen {
                local: asset,
                class,
                name: name.as_str().into(),
                stable_id: Some(stable),
                identifiers,
                attributes: Vec::new(),
                relations: Vec::new(),
                observed_at: None,
                place: run.place,
            })?;
        }
        Ok(asset)
    }

    /// Tells what was looked for. Where several tools looked at one asset, each covers its own
    /// rules only: what another one found is not gone when its run is missing.
    fn cover(&self, sink: &mut dyn Sink) -> Result<(), ParseError> {
        let mut tools: BTreeMap<LocalAsset, BTreeSet<&str>> = BTreeMap::new();
        for look in &self.looks {
            tools.entry(look.asset).or_default().insert(&look.tool);
        }
        for look in &self.looks {
            let alone = tools.get(&look.asset).is_none_or(|tools| tools.len() == 1);
            let checks = match alone {
                true => CheckSet::All,
                false => CheckSet::Named(look.rules.iter().map(Cow::from).collect()),
            };
            let (asset, kinds) = (look.asset, look.kinds);
            let (credentialed, observed_at) = (None, None);
            sink.coverage(CoverageSeen { asset, kinds, credentialed, checks, observed_at })?;
        }
        Ok(())
    }
}

fn give(
    outcome: Result<Outcome<'_>, (DropReason, String)>,
    raw: &Raw<'_>,
    asset: LocalAsset,
    sink: &mut dyn Sink,
) -> Result<(), ParseError> {
    match outcome {
        Ok(outcome) => {
            sink.record(Record { place: raw.place, asset: Some(asset), outcome })?;
        }
        Err((reason, detail)) => {
            let at = format!("byte {}", raw.place.start);
            sink.warn(Warning { code: WarningCode::DroppedRecord, at, detail })?;
            let outcome = Outcome::Dropped(reason);
            sink.record(Record { place: raw.place, asset: None, outcome })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
