//! A result as an outcome.

use std::borrow::Cow;
use std::collections::BTreeMap;

use yagura_model::{
    check::CheckSeen,
    coverage::ObservationKind,
    finding::{Disposition, FindingSeen, FindingState},
    record::{NotAssessed, Outcome},
    severity::Severity,
};

use super::{
    rules::Rules,
    shape::{Finding, Fingerprint, Message, Properties, Rule, Words},
};
use crate::{format::Context, reference, text::Text, time};

/// Longest message that may stand for a missing rule.
const NAME_LIMIT: usize = 120;

/// The outcome of a result with what it observed; `None` if it names no rule and its message is no
/// name for one.
pub(super) fn outcome<'r>(
    found: &'r Finding<'_>,
    rules: &Rules<'r>,
    root: Option<&str>,
    context: &Context,
) -> Option<(ObservationKind, Outcome<'r>)> {
    let rule = rules.find(found);
    let id = found
        .rule_id
        .as_deref()
        .or_else(|| found.rule.as_ref()?.id.as_deref())
        .or_else(|| rule.map(|rule| rule.id.as_str()))
        .filter(|id| !id.is_empty())
        .or_else(|| found.message.text.as_deref().filter(|text| text.len() <= NAME_LIMIT))
        .filter(|id| !id.is_empty())?;
    let message = message(&found.message, rule);
    let check = check(id, found, rule, rules);
    let kind = check.kind;
    let result_kind = found.kind.as_deref().unwrap_or("fail");
    if found.baseline_state.as_deref() == Some("absent") {
        return Some((kind, Outcome::Pass(check)));
    }
    let outcome = match result_kind {
        "pass" => Outcome::Pass(check),
        "open" => Outcome::NotAssessed(check, NotAssessed::Unknown),
        "review" => Outcome::NotAssessed(check, NotAssessed::Manual),
        "notApplicable" => Outcome::NotAssessed(check, NotAssessed::NotApplicable),
        other => {
            let severity = severity(found, rule);
            let mut finding = FindingSeen::fail(check, severity);
            if other == "informational" {
                finding.state = FindingState::Info;
                finding.severity = Severity::Info;
            }
            finding.location = location(found, root);
            finding.evidence = evidence(kind, found, message);
            finding.disposition = disposition(found);
            finding.first_seen = found
                .provenance
                .as_ref()
                .and_then(|it| it.first_detection_time_utc.as_deref())
                .and_then(|text| time::read(text, &context.zone))
                .map(|time| time.at);
            Outcome::Findings(vec![finding])
        }
    };
    Some((kind, outcome))
}

fn check<'r>(
    id: &'r str,
    found: &'r Finding<'_>,
    rule: Option<&'r Rule>,
    rules: &Rules<'r>,
) -> CheckSeen<'r> {
    let bags = || {
        rule.and_then(|rule| rule.properties.as_ref()).into_iter().chain(found.properties.as_ref())
    };
    let words = || bags().flat_map(|bag| [&bag.tags, &bag.cwe]).flatten().flat_map(Words::iter);
    let text = |plain: &'r Option<super::shape::Plain>| {
        plain.as_ref()?.text.as_deref().map(str::trim).filter(|text| !text.is_empty())
    };
    let short = rule.and_then(|rule| text(&rule.short_description));
    let full = rule.and_then(|rule| text(&rule.full_description));
    let name = rule.and_then(|rule| rule.name.as_deref()).filter(|name| !name.is_empty());

    let mut cves: Vec<String> = reference::cves_in(id).collect();
    cves.extend(words().flat_map(reference::cves_in));
    if cves.is_empty() {
        cves.extend(name.into_iter().chain(short).flat_map(reference::cves_in));
    }
    cves.dedup();
    let kind = rules
        .kind_of(bags().filter_map(|it| it.tags.as_ref()).flat_map(Words::iter), !cves.is_empty());
    let title: Cow<'r, str> = match short.or(name) {
        Some(title) => title.into(),
        None => id.into(),
    };
    let mut check = CheckSeen::new(id, kind, title);
    check.cves = cves.into_iter().map(Cow::Owned).collect();
    check.severity = Some(severity(found, rule));
    check.description = full.map(Cow::Borrowed);
    check.remediation = found
        .fixes
        .iter()
        .flatten()
        .find_map(|fix| fix.description.as_ref()?.text.as_deref())
        .or_else(|| rule.and_then(|rule| text(&rule.help)))
        .map(Cow::Borrowed);
    let taxa = found.taxa.iter().flatten();
    let related = rule.and_then(|rule| rule.relationships.as_ref());
    let taxa = taxa.chain(related.into_iter().flatten().map(|related| &related.target));
    let mut references: Vec<Cow<'r, str>> = words()
        .filter_map(cwe)
        .chain(taxa.filter_map(|taxon| {
            let of = taxon.tool_component.as_ref().and_then(|it| it.name.as_deref());
            let id = taxon.id.as_deref()?;
            if of.is_some_and(|of| of.eq_ignore_ascii_case("cwe")) && digits(id) {
                return Some(format!("CWE-{id}"));
            }
            cwe(id)
        }))
        .map(Cow::Owned)
        .collect();
    references.extend(rule.and_then(|rule| rule.help_uri.as_deref()).map(Cow::Borrowed));
    let mut known = Vec::with_capacity(references.len());
    references.retain(|reference| {
        let new = !known.contains(reference);
        if new {
            known.push(reference.clone());
        }
        new
    });
    check.references = references;
    check
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `external/cwe/cwe-079`, `CWE-79: …` as `CWE-79`.
fn cwe(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let (_, rest) = lower.rsplit_once("cwe-")?;
    let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let number = number.trim_start_matches('0');
    (!number.is_empty()).then(|| format!("CWE-{number}"))
}

/// A result's text, with the arguments in their places where it is one of its rule's strings.
fn message<'r>(message: &'r Message<'_>, rule: Option<&'r Rule>) -> Cow<'r, str> {
    if let Some(text) = message.text.as_deref().or(message.markdown.as_deref()) {
        return text.into();
    }
    let id = message.id.as_deref().unwrap_or_default();
    let string = rule
        .and_then(|rule| rule.message_strings.as_ref()?.get(id)?.text.as_deref())
        .unwrap_or_default();
    let arguments = message.arguments.as_deref().unwrap_or_default();
    let mut text = Cow::Borrowed(string);
    for (index, argument) in arguments.iter().enumerate() {
        text = text.replace(&format!("{{{index}}}"), argument).into();
    }
    text
}

/// `security-severity` before the words some tools add before the level.
fn severity(found: &Finding<'_>, rule: Option<&Rule>) -> Severity {
    let own = found.properties.as_ref();
    let general = rule.and_then(|rule| rule.properties.as_ref());
    let score = |bag: Option<&Properties>| bag?.security_severity.as_ref()?.value();
    if let Some(score) = score(own).or_else(|| score(general)) {
        return Severity::from_cvss(score);
    }
    let word = own.and_then(|bag| {
        [&bag.severity, &bag.issue_severity]
            .into_iter()
            .flatten()
            .filter_map(Words::first)
            .find_map(Severity::from_word)
    });
    let level = found
        .level
        .as_deref()
        .or_else(|| rule?.default_configuration.as_ref()?.level.as_deref())
        .unwrap_or("warning");
    word.or_else(|| Severity::from_word(level)).unwrap_or(Severity::Medium)
}

/// See the module above.
fn location<'r>(found: &'r Finding<'_>, root: Option<&str>) -> Cow<'r, str> {
    let first = found.locations.iter().flatten().next();
    let physical = first.and_then(|location| location.physical_location.as_ref());
    let uri = physical
        .and_then(|physical| physical.artifact_location.as_ref()?.uri.as_deref())
        .map(|uri| relative(uri, root))
        .unwrap_or_default();
    let logical =
        first.and_then(|location| {
            location.logical_locations.iter().flatten().find_map(|logical| {
                logical.fully_qualified_name.as_deref().or(logical.name.as_deref())
            })
        });
    let mark = fingerprint(found.fingerprints.as_ref(), |_| true)
        .or_else(|| fingerprint(found.partial_fingerprints.as_ref(), is_hash))
        .or(logical);
    let line = physical.and_then(|physical| physical.region.as_ref()?.start_line);
    match (mark, line) {
        (Some(mark), _) if uri.is_empty() => mark.into(),
        (Some(mark), _) => format!("{uri}#{mark}").into(),
        (None, Some(line)) if !uri.is_empty() => format!("{uri}:{line}").into(),
        (None, _) => uri.into(),
    }
}

/// An address inside the directory the tool worked in, without that directory.
fn relative<'r>(uri: &'r str, root: Option<&str>) -> &'r str {
    let inside = root.filter(|root| !root.is_empty()).and_then(|root| uri.strip_prefix(root));
    match inside {
        Some(inside) => inside.trim_start_matches('/'),
        None => uri,
    }
}

fn fingerprint<'r>(
    prints: Option<&'r BTreeMap<Text<'_>, Fingerprint<'_>>>,
    counts: impl Fn(&str) -> bool,
) -> Option<&'r str> {
    prints?.iter().filter(|(name, _)| counts(name)).find_map(|(_, print)| {
        let text: &str = match print {
            Fingerprint::Text(text) | Fingerprint::Nested { value: text } => text,
            Fingerprint::Other(_) => return None,
        };
        (!text.is_empty()).then_some(text)
    })
}

/// Whether a partial fingerprint is a hash of the place: not of its column or of the whole file.
fn is_hash(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    (name.contains("hash") || name.contains("fingerprint"))
        && !name.contains("column")
        && !name.contains("file")
}

/// What the tool says here; of a secret only the line, for the text may hold it.
fn evidence<'r>(
    kind: ObservationKind,
    found: &Finding<'_>,
    message: Cow<'r, str>,
) -> Option<Cow<'r, str>> {
    let line = found
        .locations
        .iter()
        .flatten()
        .find_map(|location| location.physical_location.as_ref()?.region.as_ref()?.start_line);
    let line = line.map(|line| format!("line {line}"));
    if kind == ObservationKind::Secret {
        return line.map(Cow::Owned);
    }
    match line {
        Some(line) if message.is_empty() => Some(line.into()),
        Some(line) => Some(format!("{line}: {message}").into()),
        None => Some(message).filter(|message| !message.is_empty()),
    }
}

/// Suppressed is what has suppressions, none of them rejected or under review.
fn disposition(found: &Finding<'_>) -> Disposition {
    let suppressions = found.suppressions.as_deref().unwrap_or_default();
    let accepted = suppressions.iter().all(|it| {
        let status = it.status.as_deref().or(it.state.as_deref());
        status.is_none_or(|status| status == "accepted")
    });
    if accepted && !suppressions.is_empty() { Disposition::Accepted } else { Disposition::Open }
}
