//! One test result: a machine, the results of rules, the scores.

use std::borrow::Cow;

use yagura_model::{
    Timestamp,
    asset::LocalAsset,
    check::CheckSeen,
    coverage::{CheckSet, CoverageSeen, ObservationKind, ObservationKinds},
    finding::{FindingSeen, FindingState},
    record::{DropReason, NotAssessed, Outcome, Place, Record},
    report::ReportHead,
    severity::Severity,
    warning::{Warning, WarningCode},
};

use super::{
    Reading,
    benchmark::{Benchmarks, Rule, push_new, text, weight},
    score::{self, Scored, Verdict},
    target::{Assets, Target},
};
use crate::{
    cpe, error::ParseError, local::LocalAssets, reference, sink::Sink, time, xml::XmlReader,
};

/// How many results of each sort.
#[derive(Debug, Default)]
struct Counts {
    assessed: u64,
    not_applicable: u64,
    not_checked: u64,
    not_selected: u64,
    undecided: u64,
}

/// A test result while it is read.
struct TestResult<'r> {
    benchmarks: &'r Benchmarks,
    place: Place,
    target: Target,
    tool: String,
    tool_version: Option<String>,
    title: Option<String>,
    profile: Option<String>,
    named_asset: Option<String>,
    ended_at: Option<Timestamp>,
    credentialed: Option<bool>,
    /// The asset, once it was given to the sink: `Some(None)` if it cannot be named.
    asset: Option<Option<LocalAsset>>,
    kinds: ObservationKinds,
    counts: Counts,
    scored: Vec<Scored>,
}

/// One `rule-result`.
#[derive(Default)]
struct RuleResult {
    rule: String,
    result: String,
    severity: Option<Severity>,
    weight: Option<f64>,
    unscored: bool,
    idents: Vec<String>,
    message: String,
    instances: Vec<String>,
}

impl Reading<'_> {
    /// Reads the `TestResult` just started.
    pub(super) fn test_result(
        &mut self,
        xml: &mut XmlReader<'_>,
        report: Option<&str>,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let start = xml.started_at();
        let mut read = TestResult {
            benchmarks: &self.benchmarks,
            place: Place { start, end: xml.position() },
            target: Target::default(),
            tool: String::new(),
            tool_version: None,
            title: None,
            profile: None,
            named_asset: None,
            ended_at: None,
            credentialed: None,
            asset: None,
            kinds: ObservationKinds::NONE,
            counts: Counts::default(),
            scored: Vec::new(),
        };
        if let Some(system) = xml.attribute("test-system").and_then(|name| cpe::read(&name)) {
            read.tool = system.product;
            read.tool_version = Some(system.version).filter(|version| !version.is_empty());
        }
        let end = xml.attribute("end-time").or_else(|| xml.attribute("start-time"));
        if let Some(end) = end.map(|end| end.into_owned()) {
            let at = format!("byte {start}");
            match time::read(&end, &self.context.zone) {
                Some(moment) => {
                    read.ended_at = Some(moment.at);
                    if !moment.zoned {
                        let code = WarningCode::TimeWithoutZone;
                        sink.warn(Warning { code, at, detail: end })?;
                    }
                }
                None => {
                    sink.warn(Warning { code: WarningCode::UnreadableTime, at, detail: end })?;
                }
            }
        }
        let depth = xml.depth();
        while xml.next_child(depth)? {
            match xml.name() {
                "rule-result" => {
                    let asset = match read.asset {
                        Some(asset) => asset,
                        None => read.open(&self.assets, &mut self.locals, report, sink)?,
                    };
                    read.rule_result(xml, asset, sink)?;
                }
                "score" => read.score(xml, sink)?,
                "title" if read.title.is_none() => read.title = Some(text(xml)?),
                "profile" => {
                    let id = xml.attribute("idref").map(|id| id.into_owned());
                    let title = id.as_ref().and_then(|id| read.benchmarks.profiles.get(id));
                    read.profile = title.cloned().or(id);
                    xml.skip()?;
                }
                "identity" => {
                    // A tool that runs on the machine itself writes `false` although it sees
                    // everything: only `true` says something.
                    let yes = |name| matches!(xml.attribute(name).as_deref(), Some("true" | "1"));
                    if yes("authenticated") || yes("privileged") {
                        read.credentialed = Some(true);
                    }
                    xml.skip()?;
                }
                "target" => {
                    let name = text(xml)?;
                    read.target.tell("target", &name);
                    if read.target.name.is_empty() {
                        read.target.name = name;
                    }
                }
                "target-address" => {
                    let at = format!("byte {}", xml.started_at());
                    let address = text(xml)?;
                    if !read.target.tell("target-address", &address) {
                        let detail = format!("target-address `{address}`");
                        sink.warn(Warning { code: WarningCode::UnreadableValue, at, detail })?;
                    }
                }
                "target-facts" => read.facts(xml)?,
                "target-id-ref" => {
                    read.named_asset = xml.attribute("name").map(|name| name.into_owned());
                    xml.skip()?;
                }
                _ => xml.skip()?,
            }
        }
        let asset = match read.asset {
            Some(asset) => asset,
            None => read.open(&self.assets, &mut self.locals, report, sink)?,
        };
        read.close(asset, sink)
    }
}

impl TestResult<'_> {
    /// Gives the head and the asset, when all that is said before the results is known.
    fn open(
        &mut self,
        assets: &Assets,
        locals: &mut LocalAssets,
        report: Option<&str>,
        sink: &mut dyn Sink,
    ) -> Result<Option<LocalAsset>, ParseError> {
        if let Some(asset) = assets.find(self.named_asset.as_deref(), report) {
            self.target.add(asset);
        }
        let title = self.profile.as_ref().or(self.benchmarks.title.as_ref());
        sink.head(ReportHead {
            tool: Cow::Borrowed(&self.tool),
            tool_version: self.tool_version.as_deref().map(Cow::Borrowed),
            observed_at: self.ended_at,
            title: title.or(self.title.as_ref()).map(|title| Cow::Borrowed(title.as_str())),
        })?;
        let asset = match self.target.key() {
            None => None,
            Some(key) => {
                let (local, _) = locals.number(key);
                sink.asset(self.target.seen(local, self.ended_at, self.place))?;
                Some(local)
            }
        };
        self.asset = Some(asset);
        Ok(asset)
    }

    fn facts(&mut self, xml: &mut XmlReader<'_>) -> Result<(), ParseError> {
        let depth = xml.depth();
        while xml.next_child(depth)? {
            let name = xml.attribute("name").map(|name| name.into_owned()).unwrap_or_default();
            let value = text(xml)?;
            match name.strip_prefix("urn:xccdf:fact:scanner:") {
                Some("name") if !value.is_empty() => self.tool = value.to_lowercase(),
                Some("version") if !value.is_empty() => self.tool_version = Some(value),
                Some(_) => {}
                None => {
                    self.target.tell(name.rsplit(':').next().unwrap_or_default(), &value);
                }
            }
        }
        Ok(())
    }

    fn rule_result(
        &mut self,
        xml: &mut XmlReader<'_>,
        asset: Option<LocalAsset>,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let start = xml.started_at();
        let mut found = RuleResult {
            rule: xml.attribute("idref").map(|id| id.trim().to_owned()).unwrap_or_default(),
            severity: xml.attribute("severity").and_then(|word| Severity::from_word(&word)),
            weight: weight(xml),
            unscored: xml.attribute("role").as_deref() == Some("unscored"),
            ..RuleResult::default()
        };
        let depth = xml.depth();
        while xml.next_child(depth)? {
            match xml.name() {
                "result" => found.result = text(xml)?,
                "ident" => push_new(&mut found.idents, text(xml)?),
                "message" if found.message.is_empty() => found.message = text(xml)?,
                "instance" => push_new(&mut found.instances, text(xml)?),
                _ => xml.skip()?,
            }
        }
        let place = Place { start, end: xml.position() };
        let benchmarks = self.benchmarks;
        let rule = benchmarks.rules.get(&found.rule);
        let check = found.check(rule);
        let kind = check.kind;
        let severity = found.severity.or(rule.and_then(|rule| rule.severity));
        let finding = |state| {
            let mut finding =
                FindingSeen::fail(check.clone(), severity.unwrap_or(Severity::Medium));
            finding.state = state;
            finding.location = Cow::Owned(found.instances.join(" "));
            finding.evidence =
                Some(Cow::Borrowed(found.message.as_str())).filter(|text| !text.is_empty());
            Outcome::Findings(vec![finding])
        };
        let counts = &mut self.counts;
        let not_assessed = |why| Outcome::NotAssessed(check.clone(), why);
        let (outcome, verdict) = match found.result.as_str() {
            "pass" | "fixed" => (Outcome::Pass(check), Verdict::Passed),
            "fail" => (finding(FindingState::Fail), Verdict::NotPassed),
            "informational" => (finding(FindingState::Info), Verdict::NotCounted),
            "error" => (not_assessed(NotAssessed::Error), Verdict::NotPassed),
            "unknown" => (not_assessed(NotAssessed::Unknown), Verdict::NotPassed),
            "notapplicable" => (not_assessed(NotAssessed::NotApplicable), Verdict::NotCounted),
            "notchecked" => (not_assessed(NotAssessed::NotChecked), Verdict::NotCounted),
            "notselected" => (not_assessed(NotAssessed::NotSelected), Verdict::NotCounted),
            _ => (Outcome::Dropped(DropReason::Malformed), Verdict::NotCounted),
        };
        let outcome = match (asset, outcome) {
            _ if found.rule.is_empty() => Outcome::Dropped(DropReason::NoCheck),
            (None, _) => Outcome::Dropped(DropReason::NoAsset),
            (_, outcome) => outcome,
        };
        let asset = match &outcome {
            Outcome::Dropped(reason) => {
                let detail = match reason {
                    DropReason::NoCheck => "the result names no rule".to_owned(),
                    DropReason::NoAsset => "the test result names no target".to_owned(),
                    _ => format!("`{}` is no result of XCCDF ({})", found.result, found.rule),
                };
                let at = format!("byte {start}");
                sink.warn(Warning { code: WarningCode::DroppedRecord, at, detail })?;
                None
            }
            Outcome::Pass(_) | Outcome::Findings(_) => {
                counts.assessed += 1;
                self.kinds = self.kinds.with(kind);
                asset
            }
            Outcome::NotAssessed(_, why) => {
                match why {
                    NotAssessed::NotApplicable => counts.not_applicable += 1,
                    NotAssessed::NotSelected => counts.not_selected += 1,
                    NotAssessed::Error | NotAssessed::Unknown => counts.undecided += 1,
                    NotAssessed::NotChecked | NotAssessed::Manual => counts.not_checked += 1,
                }
                asset
            }
            Outcome::Fact => asset,
        };
        if !found.rule.is_empty() {
            self.scored.push(Scored {
                group: rule.map(|rule| rule.group),
                weight: found.weight.or(rule.and_then(|rule| rule.weight)).unwrap_or(1.0),
                verdict: if found.unscored { Verdict::NotCounted } else { verdict },
            });
        }
        Ok(sink.record(Record { place, asset, outcome })?)
    }

    /// Computes the score just started again, and says if the figure in the file is another one.
    fn score(&self, xml: &mut XmlReader<'_>, sink: &mut dyn Sink) -> Result<(), ParseError> {
        let at = format!("byte {}", xml.started_at());
        let system = xml.attribute("system").map(|system| system.into_owned());
        let system = system.as_deref().unwrap_or("urn:xccdf:scoring:default");
        let maximum = xml.attribute("maximum").map(|maximum| maximum.into_owned());
        let written = text(xml)?;
        let Some(computed) = score::compute(system, &self.benchmarks.groups, &self.scored) else {
            return Ok(());
        };
        let score = score::agrees(&written, computed.score);
        if !score || maximum.as_ref().is_some_and(|m| !score::agrees(m, computed.maximum)) {
            let detail = format!(
                "{system}: {written} of {}, the results give {} of {}",
                maximum.as_deref().unwrap_or("-"),
                computed.score,
                computed.maximum
            );
            sink.warn(Warning { code: WarningCode::FigureMismatch, at, detail })?;
        }
        Ok(())
    }

    /// Says what was really looked at.
    fn close(&self, asset: Option<LocalAsset>, sink: &mut dyn Sink) -> Result<(), ParseError> {
        let counts = &self.counts;
        if counts.assessed == 0 {
            let detail = format!(
                "no rule was assessed: {} not applicable, {} not checked, {} not selected, {} \
                 error or unknown",
                counts.not_applicable, counts.not_checked, counts.not_selected, counts.undecided
            );
            let at = format!("byte {}", self.place.start);
            sink.warn(Warning { code: WarningCode::IncompleteScan, at, detail })?;
        }
        let Some(asset) = asset else { return Ok(()) };
        Ok(sink.coverage(CoverageSeen {
            asset,
            kinds: self.kinds,
            credentialed: self.credentialed,
            checks: CheckSet::Named(Vec::new()),
            observed_at: self.ended_at,
        })?)
    }
}

impl RuleResult {
    /// The check as the rule and this result state it. A rule that names vulnerabilities is a
    /// check for them, every other one for a setting.
    fn check<'a>(&'a self, rule: Option<&'a Rule>) -> CheckSeen<'a> {
        let idents = || {
            let of_rule = rule.map(|rule| rule.idents.as_slice()).unwrap_or_default();
            self.idents.iter().chain(of_rule.iter().filter(|ident| !self.idents.contains(ident)))
        };
        let cves: Vec<Cow<'a, str>> =
            reference::cves(idents().map(String::as_str)).map(Cow::Owned).collect();
        let kind = match cves.is_empty() {
            true => ObservationKind::Configuration,
            false => ObservationKind::Vulnerability,
        };
        let filled = |text: &'a str| Some(Cow::Borrowed(text)).filter(|text| !text.is_empty());
        let title = rule.map(|rule| rule.title.as_str()).filter(|title| !title.is_empty());
        let mut check = CheckSeen::new(self.rule.as_str(), kind, title.unwrap_or(&self.rule));
        check.severity = rule.and_then(|rule| rule.severity).or(self.severity);
        check.references = idents()
            .filter(|ident| !reference::is_cve(ident))
            .chain(rule.iter().flat_map(|rule| &rule.references))
            .map(|text| Cow::Borrowed(text.as_str()))
            .collect();
        check.cves = cves;
        if let Some(rule) = rule {
            check.description = filled(&rule.description);
            check.remediation = filled(&rule.remediation);
        }
        check
    }
}
