//! A vulnerability of a bill as statements about the components it affects.

use std::borrow::Cow;

use yagura_model::{
    check::CheckSeen,
    coverage::ObservationKind,
    finding::{Disposition, FindingSeen, FindingState},
    severity::Severity,
};

use super::{
    document::{Affected, Analysis, Named, OneOrMany, Rating, Vulnerability},
    targets::Target,
};
use crate::reference;

/// The check a vulnerability is, or `None` if it has no id of any kind. A severity word that is
/// not known goes to `unknown`.
pub(super) fn check<'v>(
    vulnerability: &'v Vulnerability<'_>,
    mut unknown: impl FnMut(&str),
) -> Option<CheckSeen<'v>> {
    let id = vulnerability
        .id
        .as_deref()
        .or(vulnerability.reference.as_deref())
        .filter(|id| !id.is_empty())?;
    let mut check = CheckSeen::new(id, ObservationKind::Vulnerability, id);
    let aliases = || vulnerability.references.iter().flatten().filter_map(|a| a.id.as_deref());
    check.cves = reference::cves(std::iter::once(id).chain(aliases())).map(Cow::Owned).collect();
    let ratings = ranked(vulnerability);
    for rating in &ratings {
        if let Some(vector) = vector(rating)
            && !check.vectors.contains(&vector)
        {
            check.vectors.push(vector);
        }
    }
    check.severity = ratings.iter().find_map(|rating| severity(rating, &mut unknown));
    check.description = first(&[&vulnerability.description, &vulnerability.detail]);
    check.remediation = first(&[&vulnerability.recommendation, &vulnerability.workaround]);
    check.references = vulnerability
        .cwes
        .iter()
        .flatten()
        .map(|cwe| Cow::Owned(format!("CWE-{cwe}")))
        .chain(aliases().filter(|alias| *alias != id && !reference::is_cve(alias)).map(Cow::from))
        .chain(address(vulnerability.source.as_ref()))
        .chain(
            vulnerability
                .advisories
                .iter()
                .flatten()
                .filter_map(|advisory| advisory.url.as_deref())
                .filter(|url| !url.is_empty())
                .map(Cow::from),
        )
        .collect();
    Some(check)
}

/// The statement about one target.
pub(super) fn statement<'v>(
    check: CheckSeen<'v>,
    target: &Target,
    affected: Option<&Affected<'_>>,
    analysis: Option<&Analysis<'_>>,
) -> FindingSeen<'v> {
    let severity = check.severity.unwrap_or(Severity::Medium);
    let mut finding = FindingSeen::fail(check, severity);
    finding.location = Cow::Owned(target.location.to_string());
    finding.evidence =
        Some(evidence(target, analysis).into()).filter(|text: &Cow<'_, str>| !text.is_empty());
    finding.disposition = analysis.map_or(Disposition::Open, disposition);
    match affected.and_then(|affected| status(affected, target.version())) {
        Some(Status::Unaffected) => finding.disposition = Disposition::NotAffected,
        Some(Status::Unknown) => finding.state = FindingState::Unknown,
        Some(Status::Affected) | None => {}
    }
    finding
}

/// Whether the bill says that the vulnerability is corrected.
pub(super) fn is_resolved(analysis: &Analysis<'_>) -> bool {
    matches!(analysis.state.as_deref(), Some("resolved" | "resolved_with_pedigree"))
}

/// Whether an analysis state is one of the specification's.
pub(super) fn is_known_state(analysis: &Analysis<'_>) -> bool {
    const STATES: &[&str] = &[
        "resolved",
        "resolved_with_pedigree",
        "exploitable",
        "in_triage",
        "false_positive",
        "not_affected",
    ];
    analysis.state.as_deref().is_none_or(|state| state.is_empty() || STATES.contains(&state))
}

fn disposition(analysis: &Analysis<'_>) -> Disposition {
    let accepted = analysis
        .response
        .iter()
        .flatten()
        .any(|response| matches!(&**response, "will_not_fix" | "accepted"));
    match analysis.state.as_deref() {
        Some("not_affected" | "false_positive") => Disposition::NotAffected,
        _ if accepted => Disposition::Accepted,
        _ => Disposition::Open,
    }
}

enum Status {
    Affected,
    Unaffected,
    Unknown,
}

/// What the versions of an `affects` element say of the version at hand: its own entry if there is
/// one, else the worst of all.
fn status(affected: &Affected<'_>, version: Option<&str>) -> Option<Status> {
    let read = |word: Option<&str>| match word {
        Some("unaffected") => Status::Unaffected,
        Some("unknown") => Status::Unknown,
        _ => Status::Affected,
    };
    let versions = affected.versions.as_deref().filter(|versions| !versions.is_empty())?;
    let own =
        versions.iter().find(|entry| version.is_some() && entry.version.as_deref() == version);
    if let Some(own) = own {
        return Some(read(own.status.as_deref()));
    }
    let all = || versions.iter().map(|entry| read(entry.status.as_deref()));
    if all().any(|status| matches!(status, Status::Affected)) {
        Some(Status::Affected)
    } else if all().any(|status| matches!(status, Status::Unknown)) {
        Some(Status::Unknown)
    } else {
        Some(Status::Unaffected)
    }
}

/// The package, and why the bill says what it says of it.
fn evidence(target: &Target, analysis: Option<&Analysis<'_>>) -> String {
    let mut text = target.title.to_string();
    let said = analysis.iter().flat_map(|analysis| {
        [&analysis.state, &analysis.justification, &analysis.detail].map(Option::as_deref)
    });
    for part in said.flatten().filter(|part| !part.is_empty()) {
        text.push_str(if text.is_empty() { "" } else { "; " });
        text.push_str(part);
    }
    text
}

/// The ratings, those of the vulnerability's own source first (it knows its packages best), then
/// by method, newest CVSS first; what is equal keeps the order of the document.
fn ranked<'v, 'a>(vulnerability: &'v Vulnerability<'a>) -> Vec<&'v Rating<'a>> {
    let own = name(vulnerability.source.as_ref());
    let mut ratings: Vec<_> = vulnerability.ratings.iter().flatten().collect();
    ratings.sort_by_key(|rating| {
        let foreign = own.is_none() || name(rating.source.as_ref()) != own;
        (foreign, method(rating).0)
    });
    ratings
}

/// The rank of a rating's method and the prefix of its vectors, if it is a CVSS method.
fn method(rating: &Rating<'_>) -> (u8, Option<&'static str>) {
    match rating.method.as_deref() {
        Some("CVSSv4") => (0, Some("CVSS:4.0/")),
        Some("CVSSv31") => (1, Some("CVSS:3.1/")),
        Some("CVSSv3") => (2, Some("CVSS:3.0/")),
        Some("CVSSv2") => (3, Some("")),
        _ => (4, None),
    }
}

/// A CVSS vector with the prefix of its version.
fn vector<'v>(rating: &'v Rating<'_>) -> Option<Cow<'v, str>> {
    let text = rating.vector.as_deref()?.trim();
    let text = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or(text);
    if text.starts_with("CVSS:") {
        return Some(Cow::Borrowed(text));
    }
    match method(rating).1 {
        Some("") if !text.is_empty() => Some(Cow::Borrowed(text)),
        Some(prefix) if !text.is_empty() => Some(Cow::Owned(format!("{prefix}{text}"))),
        _ => None,
    }
}

fn severity(rating: &Rating<'_>, unknown: &mut impl FnMut(&str)) -> Option<Severity> {
    if let Some(word) = rating.severity.as_deref() {
        if let Some(severity) = Severity::from_word(word) {
            return Some(severity);
        }
        if !word.is_empty() && !word.eq_ignore_ascii_case("unknown") {
            unknown(word);
        }
    }
    method(rating).1.and(rating.score).map(Severity::from_cvss)
}

fn name<'v>(source: Option<&'v Named<'_>>) -> Option<&'v str> {
    source?.name.as_deref()
}

fn address<'v>(source: Option<&'v Named<'_>>) -> Option<Cow<'v, str>> {
    match source?.url.as_ref()? {
        OneOrMany::One(url) if !url.is_empty() => Some(Cow::Borrowed(&**url)),
        OneOrMany::One(_) => None,
        OneOrMany::Many(urls) => urls.first().map(|url| Cow::Borrowed(url.as_str())),
    }
}

fn first<'v>(texts: &[&'v Option<crate::text::Text<'_>>]) -> Option<Cow<'v, str>> {
    texts.iter().filter_map(|text| text.as_deref()).find(|text| !text.is_empty()).map(Cow::from)
}

#[cfg(test)]
mod tests {
    use super::{check, statement};
    use crate::cyclonedx::{document::Vulnerability, targets::Target};

    fn read(text: &str) -> Vulnerability<'_> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn the_own_source_and_the_newest_method_come_first() {
        let vulnerability = read(
            r#"{"id":"CVE-2026-0001","source":{"name":"debian","url":"https://debian.example"},
            "references":[{"id":"GHSA-x"},{"id":"cve-2026-0002"}],"cwes":[79],
            "ratings":[
              {"method":"OWASP","severity":"low","vector":"OWASP/K9"},
              {"source":{"name":"nvd"},"method":"CVSSv2","vector":"(AV:N/AC:L/Au:N/C:N/I:P/A:N)"},
              {"source":{"name":"nvd"},"method":"CVSSv31","severity":"critical","vector":"AV:N/AC:L"},
              {"source":{"name":"debian"},"severity":"medium"}]}"#,
        );
        let found = check(&vulnerability, |_| {}).unwrap();
        assert_eq!(found.severity.unwrap().as_str(), "medium");
        assert_eq!(found.vectors, ["CVSS:3.1/AV:N/AC:L", "AV:N/AC:L/Au:N/C:N/I:P/A:N"]);
        assert_eq!(found.cves, ["CVE-2026-0001", "CVE-2026-0002"]);
        assert_eq!(found.references, ["CWE-79", "GHSA-x", "https://debian.example"]);
    }

    #[test]
    fn a_score_speaks_where_no_word_does() {
        let of = |text: &str| {
            let mut unknown = Vec::new();
            let vulnerability = read(text);
            let found = check(&vulnerability, |word| unknown.push(word.to_owned())).unwrap();
            (found.severity.map(|s| s.as_str()), unknown)
        };
        let rated = |rating: &str| of(&format!(r#"{{"id":"x","ratings":[{rating}]}}"#));
        assert_eq!(rated(r#"{"method":"CVSSv3","score":7.1}"#), (Some("high"), vec![]));
        assert_eq!(rated(r#"{"method":"OWASP","score":60}"#), (None, vec![]));
        assert_eq!(rated(r#"{"severity":"grave"}"#), (None, vec!["grave".to_owned()]));
        assert_eq!(rated(r#"{"severity":"unknown"}"#), (None, vec![]));
    }

    #[test]
    fn an_analysis_decides_and_never_removes() {
        let said = |extra: &str| {
            let text = format!(r#"{{"id":"x",{extra}}}"#);
            let vulnerability = read(&text);
            let affected = vulnerability.affects.as_ref().and_then(|list| list.first());
            let found = statement(
                check(&vulnerability, |_| {}).unwrap(),
                &Target::default(),
                affected,
                vulnerability.analysis.as_ref(),
            );
            format!("{} {}", found.state, found.disposition)
        };
        let analysis = |inner: &str| said(&format!(r#""analysis":{{{inner}}}"#));
        assert_eq!(analysis(r#""state":"not_affected""#), "fail not_affected");
        assert_eq!(analysis(r#""state":"false_positive""#), "fail not_affected");
        assert_eq!(analysis(r#""response":["will_not_fix"]"#), "fail accepted");
        assert_eq!(analysis(r#""state":"exploitable""#), "fail open");
        let versions =
            |inner: &str| said(&format!(r#""affects":[{{"ref":"r","versions":[{inner}]}}]"#));
        assert_eq!(versions(r#"{"version":"1","status":"unaffected"}"#), "fail not_affected");
        assert_eq!(versions(r#"{"version":"1","status":"unknown"}"#), "unknown open");
        assert_eq!(versions(r#"{"version":"1","status":"unknown"},{"range":"x"}"#), "fail open");
    }
}
