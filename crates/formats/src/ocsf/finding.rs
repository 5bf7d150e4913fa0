//! Findings of OCSF events: their verdict, their checks, where they stand.

use std::borrow::Cow;

use jiff::tz::TimeZone;
use yagura_model::{
    check::CheckSeen,
    coverage::ObservationKind,
    finding::{Disposition, FindingSeen, FindingState},
    record::Outcome,
    severity::Severity,
};

use super::{
    event::{Article, Event, Info, Package, Remediation, Vulnerability},
    verdict::{Stage, Verdict, stage, verdict},
};
use crate::{cloud::Resource, lenient::Text, package, reference};

/// Classes of the findings category.
pub(super) const SECURITY: i64 = 2001;
pub(super) const VULNERABILITY: i64 = 2002;
pub(super) const COMPLIANCE: i64 = 2003;
pub(super) const DETECTION: i64 = 2004;
pub(super) const INCIDENT: i64 = 2005;
pub(super) const DATA_SECURITY: i64 = 2006;
pub(super) const APPLICATION_POSTURE: i64 = 2007;
pub(super) const IAM_ANALYSIS: i64 = 2008;

/// One event of the findings category, understood.
#[derive(Debug)]
pub(super) struct Finding<'e> {
    event: &'e Event<'e>,
    info: &'e Info<'e>,
    verdict: Option<Verdict>,
    stage: Stage,
    /// Which observation makes it.
    pub(super) kind: ObservationKind,
}

impl<'e> Finding<'e> {
    pub(super) fn of(event: &'e Event<'e>, class: i64, none: &'e Info<'e>) -> Self {
        let listed = event.finding_info_list.first();
        let info =
            event.finding_info.as_ref().or(event.finding.as_ref()).or(listed).unwrap_or(none);
        let verdict = verdict(event, class);
        let posture = |other| {
            if !event.vulnerabilities.is_empty() {
                ObservationKind::Vulnerability
            } else if verdict.is_some() {
                ObservationKind::Configuration
            } else {
                other
            }
        };
        let kind = match class {
            VULNERABILITY => ObservationKind::Vulnerability,
            COMPLIANCE | IAM_ANALYSIS => ObservationKind::Configuration,
            SECURITY | DETECTION => posture(ObservationKind::Detection),
            DATA_SECURITY => ObservationKind::DataSecurity,
            APPLICATION_POSTURE => posture(ObservationKind::Code),
            _ => ObservationKind::Detection,
        };
        Self { event, info, verdict, stage: stage(event, class), kind }
    }

    /// Whether the event says the outcome of the check it names and nothing of others: rules that
    /// are listed with their outcome, and signs.
    pub(super) fn is_named(&self) -> bool {
        self.kind != ObservationKind::Vulnerability
    }

    /// Whether the event changes what was reported before, as no list of what a scan found does.
    pub(super) fn is_change(&self) -> bool {
        let changes = matches!(self.event.activity_id.0, Some(2 | 3));
        !self.is_named() && (changes || self.stage == Stage::Resolved)
    }

    /// The packages the event names as installed.
    pub(super) fn packages(&self) -> impl Iterator<Item = &'e Package<'e>> {
        let all = self.event.vulnerabilities.iter();
        all.flat_map(|v| v.affected_packages.iter().chain(&v.packages))
    }

    /// What becomes of the record; `None` if it names no check.
    pub(super) fn outcome(&self, zone: &TimeZone) -> Option<Outcome<'e>> {
        let vulnerabilities = &self.event.vulnerabilities;
        let of_vulnerabilities =
            self.kind == ObservationKind::Vulnerability && !vulnerabilities.is_empty();
        // Signs stay what they were when they are closed; posture that was corrected passes.
        let corrected = self.verdict.is_none()
            && self.kind != ObservationKind::Detection
            && (self.stage == Stage::Resolved
                || self.stage == Stage::Open && self.event.activity_id.0 == Some(3));
        if self.verdict == Some(Verdict::Pass) || corrected {
            let first = vulnerabilities.iter().find_map(|v| self.vulnerability_check(v));
            let check = first.filter(|_| of_vulnerabilities).or_else(|| self.check())?;
            return Some(Outcome::Pass(check));
        }
        if let Some(Verdict::None(reason)) = self.verdict {
            return Some(Outcome::NotAssessed(self.check()?, reason));
        }
        let mut findings = Vec::with_capacity(1);
        if of_vulnerabilities {
            for vulnerability in vulnerabilities {
                self.of_vulnerability(vulnerability, zone, &mut findings);
            }
        }
        if findings.is_empty() {
            findings.push(self.of_event(zone)?);
        }
        Some(Outcome::Findings(findings))
    }

    fn finding(&self, check: CheckSeen<'e>, severity: Severity) -> FindingSeen<'e> {
        let mut finding = FindingSeen::fail(check, severity);
        if severity == Severity::Info && self.verdict.is_none() {
            finding.state = FindingState::Info;
        }
        finding.disposition = match self.stage {
            Stage::Open => Disposition::Open,
            Stage::NotAffected => Disposition::NotAffected,
            Stage::Accepted | Stage::Resolved => Disposition::Accepted,
        };
        finding
    }

    fn of_event(&self, zone: &TimeZone) -> Option<FindingSeen<'e>> {
        let check = self.check()?;
        let severity = check.severity.unwrap_or(Severity::Medium);
        let mut finding = self.finding(check, severity);
        let event = self.event;
        finding.first_seen = self.info.first_seen_time.at(zone);
        if self.kind == ObservationKind::Detection && finding.first_seen.is_none() {
            finding.first_seen = self.info.created_time.at(zone);
        }
        let compliance = event.compliance.as_ref().and_then(|c| c.status_detail.get());
        let shown = event.evidences.iter().find_map(|evidence| {
            evidence.name.get().or_else(|| evidence.file.as_ref().and_then(|f| f.path.get()))
        });
        let evidence = event.status_detail.get().or(compliance).or(event.message.get()).or(shown);
        finding.evidence = evidence.map(Cow::Borrowed);
        finding.location = Cow::Borrowed(self.location());
        Some(finding)
    }

    /// Where on the asset: a sign by its own id, data by its store or file, a rule of a region by
    /// the region where the resource's id does not hold it.
    fn location(&self) -> &'e str {
        let event = self.event;
        match self.kind {
            ObservationKind::Detection => self.info.uid.as_str(),
            ObservationKind::DataSecurity => {
                let file = event.file.as_ref();
                file.and_then(|file| file.path.get().or(file.name.get()))
                    .or_else(|| {
                        let stores = event.databucket.iter().chain(&event.database);
                        stores.map(|store| store.name.as_str()).find(|name| !name.is_empty())
                    })
                    .unwrap_or_default()
            }
            _ => event.resources.first().map_or("", |resource| {
                let uid = resource.uid.as_str();
                let account = event.cloud.as_ref().and_then(|cloud| cloud.id());
                let region = resource.region.as_str();
                Resource {
                    uid,
                    region,
                    account: account.unwrap_or_default(),
                    ..Resource::default()
                }
                .location()
            }),
        }
    }

    fn of_vulnerability(
        &self,
        vulnerability: &'e Vulnerability<'e>,
        zone: &TimeZone,
        findings: &mut Vec<FindingSeen<'e>>,
    ) {
        let Some(check) = self.vulnerability_check(vulnerability) else { return };
        let severity = check.severity.unwrap_or(Severity::Medium);
        let mut finding = self.finding(check, severity);
        let first_seen = &vulnerability.first_seen_time;
        finding.first_seen = self
            .info
            .first_seen_time
            .at(zone)
            .or_else(|| first_seen.at(zone))
            .or_else(|| self.info.created_time.at(zone));
        let mut packages =
            vulnerability.affected_packages.iter().chain(&vulnerability.packages).peekable();
        if packages.peek().is_none() {
            if let Some(code) = vulnerability.affected_code.first() {
                let path = code.file.as_ref().map_or("", |file| file.path.as_str());
                finding.location = match code.start_line.0 {
                    Some(line) if !path.is_empty() => Cow::Owned(format!("{path}:{line}")),
                    _ => Cow::Borrowed(path),
                };
            }
            let evidence = self.event.status_detail.get().or(self.event.message.get());
            finding.evidence = evidence.map(Cow::Borrowed);
            findings.push(finding);
            return;
        }
        while let Some(affected) = packages.next() {
            let mut here =
                if packages.peek().is_some() { finding.clone() } else { take(&mut finding) };
            let path = affected.path.get().filter(|_| !is_system(affected.purl.as_str()));
            here.location = package::location(affected.purl.get(), affected.name.as_str(), path);
            here.evidence = affected.evidence();
            here.fixed_version = affected.fixed_in_version.cow();
            findings.push(here);
        }
    }

    /// The rule of an event without vulnerabilities.
    fn check(&self) -> Option<CheckSeen<'e>> {
        let event = self.event;
        let info = self.info;
        let analytic = info.analytic.as_ref().or(event.analytic.as_ref());
        let compliance = event.compliance.as_ref();
        let id = event
            .metadata
            .as_ref()
            .and_then(|metadata| metadata.event_code.get())
            .or_else(|| analytic.and_then(|analytic| analytic.uid.get().or(analytic.name.get())))
            .or_else(|| compliance.and_then(|compliance| compliance.control.get()))
            .or_else(|| info.title.get())
            .or_else(|| info.types.iter().find_map(Text::get))
            .or_else(|| info.uid.get())?;
        let title = info.title.get().or(event.message.get()).unwrap_or(id);
        let mut check = CheckSeen::new(id, self.kind, title);
        check.severity = self.severity();
        check.description = info.desc.cow().or_else(|| compliance.and_then(|c| c.desc.cow()));
        check.remediation = self.remediation(None);
        check.references.extend(info.src_url.cow());
        self.refer_to_remediation(&mut check, None);
        if let Some(compliance) = compliance {
            let listed = compliance.requirements.iter().chain(&compliance.standards);
            check.references.extend(listed.filter_map(Text::cow));
        }
        Some(check)
    }

    fn vulnerability_check(&self, vulnerability: &'e Vulnerability<'e>) -> Option<CheckSeen<'e>> {
        let info = self.info;
        let cve = vulnerability.cve.as_ref();
        let advisory = vulnerability.advisory.as_ref();
        let id = cve
            .and_then(|cve| cve.uid.get())
            .or_else(|| advisory.and_then(|advisory| advisory.uid.get()))
            .or_else(|| vulnerability.title.get())
            .or_else(|| info.title.get())
            .or_else(|| info.uid.get())?;
        let title = vulnerability
            .title
            .get()
            .or_else(|| cve.and_then(|cve| cve.title.get()))
            .or_else(|| info.title.get())
            .unwrap_or(id);
        let mut check = CheckSeen::new(id, self.kind, title);
        check.cves.extend(reference::cve(id));
        check.severity =
            Severity::from_word(vulnerability.severity.as_str()).or_else(|| self.severity());
        check.description = vulnerability
            .desc
            .cow()
            .or_else(|| cve.and_then(|cve| cve.desc.cow()))
            .or_else(|| info.desc.cow());
        check.remediation = self.remediation(Some(vulnerability));
        let references = &mut check.references;
        if let Some(cve) = cve {
            let vectors = cve.cvss.iter();
            check.vectors.extend(vectors.filter_map(|cvss| {
                reference::vector(cvss.vector_string.as_str(), cvss.version.as_str())
            }));
            let score = cve.epss.as_ref().and_then(|epss| epss.score.get());
            references.extend(score.map(|score| Cow::Owned(format!("EPSS:{score}"))));
            let weaknesses = cve.cwe.iter().chain(&cve.related_cwes).chain(&vulnerability.cwe);
            let weaknesses = weaknesses.filter_map(|cwe| cwe.uid.get()).chain(cve.cwe_uid.get());
            references.extend(weaknesses.map(weakness));
        } else {
            references.extend(vulnerability.cwe.iter().filter_map(|c| c.uid.get()).map(weakness));
        }
        if vulnerability.kev.is_true() || cve.is_some_and(|cve| cve.kev.is_true()) {
            references.push(Cow::Borrowed("KEV"));
        }
        if vulnerability.is_exploit_available.is_true() {
            references.push(Cow::Borrowed("EXPLOIT"));
        }
        let links = cve.into_iter().flat_map(|cve| &cve.references);
        let links = vulnerability.references.iter().chain(links).filter_map(Text::cow);
        references.extend(links);
        references.extend(advisory.and_then(|advisory| advisory.src_url.cow()));
        references.extend(info.src_url.cow());
        self.refer_to_remediation(&mut check, Some(vulnerability));
        Some(check)
    }

    fn severity(&self) -> Option<Severity> {
        match self.event.severity_id.0 {
            Some(1) => Some(Severity::Info),
            Some(2) => Some(Severity::Low),
            Some(3) => Some(Severity::Medium),
            Some(4) => Some(Severity::High),
            Some(5 | 6) => Some(Severity::Critical),
            _ => Severity::from_word(self.event.severity.as_str()),
        }
    }

    fn remediations(
        &self,
        vulnerability: Option<&'e Vulnerability<'e>>,
    ) -> impl Iterator<Item = &'e Remediation<'e>> {
        let own = vulnerability.and_then(|vulnerability| vulnerability.remediation.as_ref());
        own.into_iter().chain(&self.event.remediation).chain(&self.info.remediation)
    }

    fn remediation(&self, vulnerability: Option<&'e Vulnerability<'e>>) -> Option<Cow<'e, str>> {
        let said = self.remediations(vulnerability).find_map(|remediation| remediation.desc.cow());
        let article = |article: &'e Article<'e>| article.title.cow().or(article.uid.cow());
        said.or_else(|| vulnerability.and_then(|v| v.kb_article_list.iter().find_map(article)))
    }

    fn refer_to_remediation(
        &self,
        check: &mut CheckSeen<'e>,
        vulnerability: Option<&'e Vulnerability<'e>>,
    ) {
        let mut articles = Vec::new();
        if let Some(vulnerability) = vulnerability {
            articles.extend(vulnerability.kb_articles.iter().filter_map(Text::cow));
            articles.extend(vulnerability.kb_article_list.iter().filter_map(|a| a.uid.cow()));
        }
        for remediation in self.remediations(vulnerability) {
            articles.extend(remediation.kb_articles.iter().filter_map(Text::cow));
            articles.extend(remediation.kb_article_list.iter().filter_map(|a| a.uid.cow()));
            articles.extend(remediation.references.iter().filter_map(Text::cow));
        }
        for reference in articles {
            if !check.references.contains(&reference) {
                check.references.push(reference);
            }
        }
    }
}

impl Package<'_> {
    fn evidence(&self) -> Option<Cow<'_, str>> {
        match (self.name.get(), self.version.get()) {
            (Some(name), Some(version)) => Some(Cow::Owned(format!("{name} {version}"))),
            (name, _) => name.map(Cow::Borrowed),
        }
    }
}

/// The finding, leaving an empty one behind.
fn take<'e>(finding: &mut FindingSeen<'e>) -> FindingSeen<'e> {
    let check = CheckSeen::new("", finding.check.kind, "");
    std::mem::replace(finding, FindingSeen::fail(check, Severity::Info))
}

/// Whether a package manager of the system holds the package, so that its path says nothing.
fn is_system(purl: &str) -> bool {
    ["pkg:deb/", "pkg:rpm/", "pkg:apk/", "pkg:alpm/"].iter().any(|kind| purl.starts_with(kind))
}

fn weakness(uid: &str) -> Cow<'_, str> {
    if uid.bytes().all(|byte| byte.is_ascii_digit()) {
        Cow::Owned(format!("CWE-{uid}"))
    } else {
        Cow::Borrowed(uid)
    }
}
