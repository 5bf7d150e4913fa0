//! Records as statements.

use std::borrow::Cow;

use yagura_model::{
    check::CheckSeen,
    coverage::ObservationKind,
    finding::{Disposition, FindingSeen, FindingState},
    record::Outcome,
    severity::Severity,
};

use super::shape::{Cvss, Licence, Misconfiguration, Secret, Vulnerability};
use crate::{package, reference, text::Text};

/// Where a record stands.
#[derive(Debug)]
pub(super) struct Scope<'t> {
    pub(super) target: &'t str,
    pub(super) class: &'t str,
    pub(super) kubernetes: bool,
}

impl<'t> Scope<'t> {
    /// The file or image inside the asset that tells a package here from the same one elsewhere.
    fn path(&self) -> Option<&'t str> {
        /// Targets that stand for all packages of a language.
        const GROUPS: &[&str] =
            &["Java", "Node.js", "Python", "Ruby", "Conda", "Rust", "Kubernetes"];
        match self.class {
            "lang-pkgs" if !GROUPS.contains(&self.target) => Some(self.target),
            "os-pkgs" if self.kubernetes => {
                Some(without_tag(self.target.rsplit_once(" (").map_or(self.target, |it| it.0)))
            }
            _ => None,
        }
    }
}

/// An image's name without its tag and digest.
fn without_tag(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => image,
    }
}

pub(super) fn vulnerability<'r>(
    it: &'r Vulnerability<'_>,
    scope: &Scope<'r>,
    disposition: Disposition,
) -> Option<FindingSeen<'r>> {
    if it.id.is_empty() {
        return None;
    }
    let id: &'r str = &it.id;
    let title = filled(it.title.as_ref()).unwrap_or(id);
    let mut check = CheckSeen::new(id, ObservationKind::Vulnerability, title);
    let vendor = || it.vendor_ids.iter().flatten().map(|id| &**id);
    check.cves =
        reference::cves(std::iter::once(&*it.id).chain(vendor())).map(Cow::Owned).collect();
    let ratings = ratings(it);
    for vector in ratings.iter().flat_map(|cvss| [&cvss.v4, &cvss.v3, &cvss.v2]) {
        if let Some(vector) = filled(vector.as_ref())
            && !check.vectors.iter().any(|known| *known == vector)
        {
            check.vectors.push(vector.into());
        }
    }
    let score = ratings.iter().find_map(|cvss| cvss.v4_score.or(cvss.v3_score).or(cvss.v2_score));
    check.severity = it
        .severity
        .as_deref()
        .and_then(Severity::from_word)
        .or_else(|| score.map(Severity::from_cvss));
    check.description = filled(it.description.as_ref()).map(Cow::Borrowed);
    check.references = it
        .cwes
        .iter()
        .flatten()
        .map(|cwe| &**cwe)
        .chain(vendor().filter(|id| !reference::is_cve(id)))
        .chain(addresses(it.primary_url.as_ref(), it.references.as_deref()))
        .map(Cow::Borrowed)
        .collect();
    let severity = check.severity.unwrap_or(Severity::Medium);
    let mut finding = FindingSeen::fail(check, severity);
    let path = it.path.as_deref().filter(|path| !path.is_empty()).or(scope.path());
    let location = package::location(it.purl(), &it.package, path);
    finding.location = Cow::Owned(location.into_owned());
    let mut evidence = format!("{} {}", &*it.package, &*it.version);
    if let Some(status) = filled(it.status.as_ref()) {
        evidence = format!("{evidence}; {status}");
    }
    finding.evidence = Some(evidence.into());
    finding.fixed_version = filled(it.fixed_version.as_ref()).map(Cow::Borrowed);
    // `will_not_fix` is what the vendor decided, not what the asset's owner accepted.
    finding.disposition = match it.status.as_deref() {
        Some("not_affected") => Disposition::NotAffected,
        _ => disposition,
    };
    Some(finding)
}

/// The ratings of the source the severity is from, then NVD's, then the others by name.
fn ratings<'v, 'a>(it: &'v Vulnerability<'a>) -> Vec<&'v Cvss<'a>> {
    let own = it.severity_source.as_deref();
    let mut ratings: Vec<_> = it.cvss.iter().flatten().collect();
    ratings.sort_by_key(|(source, _)| match &***source {
        source if Some(source) == own => 0,
        "nvd" => 1,
        _ => 2,
    });
    ratings.into_iter().map(|(_, cvss)| cvss).collect()
}

pub(super) fn misconfiguration<'r>(
    it: &'r Misconfiguration<'_>,
    scope: &Scope<'r>,
    disposition: Disposition,
) -> Option<Outcome<'r>> {
    let id = filled(it.id.as_ref()).or_else(|| filled(it.avd_id.as_ref()))?;
    let title = filled(it.title.as_ref()).unwrap_or(id);
    let avd = filled(it.avd_id.as_ref()).filter(|avd| *avd != id);
    let mut check = CheckSeen::new(id, ObservationKind::Configuration, title);
    check.severity = it.severity.as_deref().and_then(Severity::from_word);
    check.description = filled(it.description.as_ref()).map(Cow::Borrowed);
    check.remediation = filled(it.resolution.as_ref()).map(Cow::Borrowed);
    check.references = avd
        .into_iter()
        .chain(addresses(it.primary_url.as_ref(), it.references.as_deref()))
        .map(Cow::Borrowed)
        .collect();
    let status = it.status.as_deref().unwrap_or_default();
    if status.eq_ignore_ascii_case("PASS") {
        return Some(Outcome::Pass(check));
    }
    let severity = check.severity.unwrap_or(Severity::Medium);
    let mut finding = FindingSeen::fail(check, severity);
    let message = it.message.as_deref().unwrap_or_default();
    // The resource itself is the asset; a file among many is a place.
    let file = if scope.kubernetes { "" } else { scope.target };
    let resource = it.cause_metadata.as_ref().and_then(|cause| cause.resource.as_deref());
    let within = resource.filter(|it| !it.is_empty()).or_else(|| container(message));
    finding.location = match within {
        Some(within) if file.is_empty() => within.into(),
        Some(within) => format!("{file}#{within}").into(),
        None => file.into(),
    };
    finding.evidence = filled(it.message.as_ref()).map(Cow::Borrowed);
    finding.disposition =
        if status.eq_ignore_ascii_case("EXCEPTION") { Disposition::Accepted } else { disposition };
    Some(Outcome::Findings(vec![finding]))
}

/// The container a Kubernetes check speaks of: `Container 'web' of Deployment …`.
fn container(message: &str) -> Option<&str> {
    let rest = message.strip_prefix("Container ")?;
    let quote = rest.chars().next().filter(|first| matches!(first, '\'' | '"'))?;
    rest.get(1..)?.split(quote).next().filter(|name| !name.is_empty())
}

pub(super) fn secret<'r>(
    it: &'r Secret<'_>,
    scope: &Scope<'r>,
    disposition: Disposition,
) -> Option<FindingSeen<'r>> {
    if it.rule.is_empty() {
        return None;
    }
    let rule: &'r str = &it.rule;
    let title = filled(it.title.as_ref()).unwrap_or(rule);
    let mut check = CheckSeen::new(rule, ObservationKind::Secret, title);
    check.severity = it.severity.as_deref().and_then(Severity::from_word);
    let severity = check.severity.unwrap_or(Severity::High);
    let mut finding = FindingSeen::fail(check, severity);
    finding.location = scope.target.into();
    let category = filled(it.category.as_ref());
    let line = it.start_line.map(|line| format!("line {line}"));
    let evidence: Vec<String> = category.map(str::to_owned).into_iter().chain(line).collect();
    finding.evidence =
        Some(evidence.join(", ").into()).filter(|text: &Cow<'_, str>| !text.is_empty());
    finding.disposition = disposition;
    Some(finding)
}

pub(super) fn licence<'r>(
    it: &'r Licence<'_>,
    scope: &Scope<'r>,
    disposition: Disposition,
) -> Option<FindingSeen<'r>> {
    if it.name.is_empty() {
        return None;
    }
    let name: &'r str = &it.name;
    let category = it.category.as_deref().unwrap_or_default();
    let harmless = matches!(category, "notice" | "permissive" | "unencumbered");
    let title: Cow<'r, str> =
        if category.is_empty() { name.into() } else { format!("{name} ({category})").into() };
    let mut check = CheckSeen::new(name, ObservationKind::Licence, title);
    let word = it.severity.as_deref().and_then(Severity::from_word);
    check.severity = if harmless { Some(Severity::Info) } else { word };
    check.references = filled(it.link.as_ref()).map(Cow::Borrowed).into_iter().collect();
    let severity = check.severity.unwrap_or(Severity::Medium);
    let mut finding = FindingSeen::fail(check, severity);
    if harmless {
        finding.state = FindingState::Info;
    }
    let place = filled(it.package.as_ref()).or_else(|| filled(it.file_path.as_ref()));
    finding.location = place.unwrap_or(scope.target).into();
    finding.disposition = disposition;
    Some(finding)
}

fn filled<'r>(text: Option<&'r Text<'_>>) -> Option<&'r str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// The first address and the others, each once.
fn addresses<'r>(
    primary: Option<&'r Text<'_>>,
    others: Option<&'r [Text<'_>]>,
) -> impl Iterator<Item = &'r str> {
    let first: Option<&'r str> = primary.map(|it| &**it).filter(|it| !it.is_empty());
    let others: Vec<&'r str> = others.unwrap_or_default().iter().map(|it| &**it).collect();
    first.into_iter().chain(others.into_iter().filter(move |it| Some(*it) != first))
}
