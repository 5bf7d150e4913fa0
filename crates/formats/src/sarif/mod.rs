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
//! Coverage: a run covers what its tool looks for, on the asset as a whole. A run that did not end
//! well (`executionSuccessful` false), or has no list of results, covers nothing.

mod rules;
mod shape;
mod statement;

use std::borrow::Cow;
use std::collections::BTreeMap;

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
    time,
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
                "runs" => runs = list(&mut json)?,
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
        let mut assets = LocalAssets::new();
        elements(&mut json, runs, |json| {
            let run = run(json)?;
            take(json, &run, &mut assets, context, sink)?;
            json.go_to(run.place.end)
        })
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
            "results" => run.results = list(json)?,
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

fn take(
    json: &mut JsonReader<'_>,
    run: &Run,
    assets: &mut LocalAssets,
    context: &Context,
    sink: &mut dyn Sink,
) -> Result<(), ParseError> {
    let driver = &run.tool.driver;
    let times = run.invocations.iter().filter_map(|it| {
        let text = it.end_time_utc.as_deref().or(it.start_time_utc.as_deref())?;
        time::read(text, &context.zone).map(|time| time.at)
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
    let (class, name, identifiers) = run.asset();
    let (asset, new) = assets.number(&name);
    if new {
        sink.asset(AssetSeen {
            local: asset,
            class,
            name: name.as_str().into(),
            stable_id: Some(name.as_str().into()),
            identifiers,
            attributes: Vec::new(),
            relations: Vec::new(),
            observed_at: None,
            place: run.place,
        })?;
    }
    let rules = Rules::new(&run.tool);
    let root = run.invocations.iter().find_map(|it| it.working_directory.as_ref()?.uri.as_deref());
    let mut kinds = rules.kinds();
    if let Some(place) = run.results {
        elements(json, place, |json| {
            let raw = json.value()?;
            let read: Result<Finding<'_>, String> = raw.read()?;
            let outcome = match &read {
                Ok(found) => statement::outcome(found, &rules, root, context)
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
    let checks = CheckSet::All;
    sink.coverage(CoverageSeen { asset, kinds, credentialed: None, checks, observed_at: None })?;
    Ok(())
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
mod tests {
    use super::Sarif;
    use crate::testing;
    use proptest::prelude::*;

    const LOG: &str = r#"{
 "$schema": "https://json.schemastore.example/sarif-2.1.0.json", "version": "2.1.0",
 "runs": [
  {"results": [
    {"ruleId": "py/injection", "ruleIndex": 0, "message": {"text": "user data"},
     "locations": [{"physicalLocation": {"artifactLocation": {"uri": "file:///code/src/a.py"}, "region": {"startLine": 10}}}],
     "partialFingerprints": {"author": "someone", "primaryLocationLineHash": "h:1", "fileHash": "f"}},
    {"ruleId": "py/old/1", "kind": "fail", "level": "error", "message": {"id": "m", "arguments": ["x"]},
     "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/b.py"}, "region": {"startLine": 3}}}],
     "suppressions": [{"kind": "inSource"}], "taxa": [{"id": "89", "toolComponent": {"name": "CWE"}}],
     "fixes": [{"description": {"text": "correct it"}}],
     "provenance": {"firstDetectionTimeUtc": "2026-01-01T00:00:00Z"}},
    {"rule": {"index": 0, "toolComponent": {"index": 0}}, "message": {"text": "t"},
     "locations": [{"logicalLocations": [{"fullyQualifiedName": "a::b"}]}],
     "suppressions": [{"status": "underReview"}]},
    {"ruleId": "a", "kind": "pass", "message": {}}, {"ruleId": "a", "kind": "open", "message": {}},
    {"ruleId": "a", "kind": "review", "message": {}}, {"ruleId": "a", "kind": "notApplicable", "message": {}},
    {"ruleId": "a", "kind": "informational", "message": {"text": "fact"}},
    {"ruleId": "a", "baselineState": "absent", "message": {}},
    {"ruleId": "CVE-2026-0001", "message": {}, "properties": {"severity": "low"}},
    {"message": {}}, {"ruleId": 7}
   ],
   "tool": {"driver": {"name": "scanner", "semanticVersion": "1.2.3", "rules": [
      {"id": "py/injection", "shortDescription": {"text": "Injection"}, "fullDescription": {"text": "long"},
       "helpUri": "https://h.example", "properties": {"tags": ["external/cwe/cwe-079"], "security-severity": "9.3"}},
      {"id": "py/old", "name": "Old", "messageStrings": {"m": {"text": "uses {0}"}}}]},
     "extensions": [{"name": "pack", "rules": [{"id": "pack/one", "defaultConfiguration": {"level": "note"}}]}]},
   "invocations": [{"executionSuccessful": true, "endTimeUtc": "2026-04-01T00:00:00Z", "workingDirectory": {"uri": "file:///code"}}],
   "versionControlProvenance": [{"repositoryUri": "https://code.example/team/app.git"}]},
  {"tool": {"driver": {"name": "gitleaks", "rules": []}}, "automationDetails": {"id": "secrets/2026-04-01"},
   "results": [{"message": {"text": "Key secret detected"}, "locations": [{"physicalLocation":
     {"artifactLocation": {"uri": ".env"}, "region": {"startLine": 2, "snippet": {"text": "PLAINTEXT"}}}}],
     "properties": {"offender": "PLAINTEXT"}, "fingerprints": {"row": {"value": "v"}}}]},
  {"tool": {"driver": {"name": "broken"}}, "results": [], "invocations": [{"executionSuccessful": false}]},
  {"tool": {"driver": {"name": "trivy"}}, "properties": {"imageName": "registry.example/app:1", "repoDigests": ["registry.example/app@sha256:aa"]}}
 ]}"#;

    #[test]
    fn results_become_outcomes_by_their_kind() {
        let seen = testing::parse(&Sarif, LOG.as_bytes()).unwrap();
        let account = seen.tally.account;
        assert_eq!((account.records, account.findings, account.passes), (13, 5, 2));
        assert_eq!((account.not_assessed, account.facts, account.dropped), (3, 1, 2));
        let text = seen.lines.join("\n");
        for expected in [
            "tool: \"scanner\", tool_version: Some(\"1.2.3\"), observed_at: Some(2026-04-01T00:00:00Z)",
            "asset 0 repository `https://code.example/team/app` stable=Some(\"https://code.example/team/app\") [artefact=https://code.example/team/app]",
            "title: \"Injection\", severity: Some(Critical)",
            "references: [\"CWE-79\", \"https://h.example\"]",
            "location: \"src/a.py#h:1\", evidence: Some(\"line 10: user data\")",
            "id: \"py/old/1\", kind: Code, title: \"Old\", severity: Some(High)",
            "remediation: Some(\"correct it\"), references: [\"CWE-89\"]",
            "location: \"src/b.py:3\", evidence: Some(\"line 3: uses x\"), fixed_version: None, disposition: Accepted, first_seen: Some(2026-01-01T00:00:00Z)",
            "id: \"pack/one\"",
            "severity: Low, location: \"a::b\", evidence: Some(\"t\"), fixed_version: None, disposition: Open",
            "Unknown)",
            "Manual)",
            "NotApplicable)",
            "id: \"CVE-2026-0001\", kind: Vulnerability, title: \"CVE-2026-0001\", severity: Some(Low)",
            "coverage 0 [vulnerability code] credentialed=None All",
            "asset 1 application `secrets`",
            "id: \"Key secret detected\", kind: Secret",
            "location: \".env#v\", evidence: Some(\"line 2\")",
            "coverage 1 [secret] credentialed=None All",
            "code: IncompleteScan",
            "coverage 2 [] credentialed=None All",
            "asset 3 image `registry.example/app:1`",
            "coverage 3 [] credentialed=None All",
        ] {
            assert!(text.contains(expected), "{expected} in\n{text}");
        }
        assert!(!text.contains("PLAINTEXT") && !text.contains("someone"));
        assert!(testing::places(LOG, &seen)[0].starts_with("{\"ruleId\": \"py/injection\""));
    }

    #[test]
    fn other_versions_are_refused() {
        for (text, code) in [
            (r#"{"version":"2.0.0","runs":[{"tool":{"driver":{}}}]}"#, "version"),
            (r#"{"runs":[{"tool":{"driver":{}}}]}"#, "invalid"),
        ] {
            let refused = testing::parse(&Sarif, text.as_bytes()).unwrap_err();
            assert_eq!(refused.code.as_str(), code, "{text}");
        }
    }

    #[test]
    fn every_prefix_is_refused_or_read() {
        testing::check_prefixes(&Sarif, LOG.as_bytes());
    }

    proptest! {
        #[test]
        fn any_bytes_end_in_a_value_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            testing::parse_unclaimed(&Sarif, &bytes).ok();
        }
    }
}
