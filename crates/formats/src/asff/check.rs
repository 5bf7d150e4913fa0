//! The check a finding names.

use std::borrow::Cow;

use yagura_model::{check::CheckSeen, coverage::ObservationKind, severity::Severity};

use super::wire::{Finding, Vulnerability};
use crate::{lenient::Text, reference};

impl Finding<'_> {
    /// The rule or the sort of threat.
    pub(super) fn check(&self, kind: ObservationKind) -> Option<CheckSeen<'_>> {
        let compliance = self.compliance.as_ref();
        let generator = self.generator_id.as_str();
        let threat = || self.types.iter().find_map(|text| text.as_str().rsplit('/').next());
        let id = match kind {
            ObservationKind::Detection => threat(),
            ObservationKind::Vulnerability => None,
            _ => compliance
                .and_then(|compliance| compliance.security_control_id.get())
                .or(self.product_fields.control_id.get()),
        };
        let id = match (id, reference::cves_in(self.title.as_str()).next()) {
            (Some(id), _) => Cow::Borrowed(id),
            (None, Some(cve)) if kind == ObservationKind::Vulnerability => Cow::Owned(cve),
            // Prowler's own reports name the same rule without the prefix.
            _ if !generator.is_empty() => {
                Cow::Borrowed(generator.strip_prefix("prowler-").unwrap_or(generator))
            }
            _ => self.title.cow()?,
        };
        let mut check = CheckSeen::new(id, kind, self.title.as_str());
        if let Some(cve) = reference::cve(&check.id) {
            check.cves.push(Cow::Owned(cve.into_owned()));
        }
        self.describe(&mut check);
        if let Some(compliance) = compliance {
            check.references.extend(compliance.related_requirements.iter().filter_map(Text::cow));
        }
        Some(check)
    }

    pub(super) fn vulnerability_check<'f>(
        &'f self,
        vulnerability: &'f Vulnerability<'f>,
    ) -> Option<CheckSeen<'f>> {
        let id = vulnerability.id.get()?;
        let title = self.title.get().unwrap_or(id);
        let mut check = CheckSeen::new(id, ObservationKind::Vulnerability, title);
        for cve in std::iter::once(&vulnerability.id).chain(&vulnerability.related_vulnerabilities)
        {
            if let Some(cve) = reference::cve(cve.as_str())
                && !check.cves.contains(&cve)
            {
                check.cves.push(cve);
            }
        }
        for cvss in &vulnerability.cvss {
            let vector = reference::vector(cvss.base_vector.as_str(), cvss.version.as_str());
            check.vectors.extend(vector.filter(|vector| !check.vectors.contains(vector)));
        }
        let score = vulnerability.epss_score.get().or(self.epss_score.get());
        check.references.extend(score.map(|score| Cow::Owned(format!("EPSS:{score}"))));
        if vulnerability.exploit_available.as_str().eq_ignore_ascii_case("YES") {
            check.references.push(Cow::Borrowed("EXPLOIT"));
        }
        check.references.extend(vulnerability.vendor.url.cow());
        check.references.extend(vulnerability.reference_urls.iter().filter_map(Text::cow));
        self.describe(&mut check);
        Some(check)
    }

    fn describe<'f>(&'f self, check: &mut CheckSeen<'f>) {
        check.severity = self.severity();
        check.description = self.description.cow();
        let advice = &self.remediation.recommendation;
        check.remediation = advice.text.cow().or_else(|| {
            let packages = self.vulnerabilities.iter().flat_map(|v| &v.vulnerable_packages);
            packages.filter_map(|package| package.remediation.cow()).next()
        });
        for link in [&advice.url, &self.source_url, &self.product_fields.recommendation_url] {
            if let Some(link) = link.cow()
                && !check.references.contains(&link)
            {
                check.references.push(link);
            }
        }
    }

    pub(super) fn severity(&self) -> Option<Severity> {
        // The bands of `Severity.Normalized`: 0, 1–39, 40–69, 70–89, 90–100.
        let normalized = || match self.severity.normalized.0? {
            ..=0 => Some(Severity::Info),
            1..=39 => Some(Severity::Low),
            40..=69 => Some(Severity::Medium),
            70..=89 => Some(Severity::High),
            _ => Some(Severity::Critical),
        };
        Severity::from_word(self.severity.label.as_str()).or_else(normalized)
    }
}
