//! Nessus v2 XML.

use std::fmt::Write as _;

use yagura_model::{
    asset::AssetSeen,
    attribute::names,
    coverage::CoverageSeen,
    domain::AssetClass,
    finding::FindingSeen,
    identifier::IdentifierKind,
    organisation::OrganisationSeen,
    record::{Outcome, Record},
    report::ReportHead,
    severity::Severity,
    sink::{Sink, Stopped},
    software::SoftwareSeen,
    warning::Warning,
};

use super::Pen;
use crate::{identity::REGION, report::Report};

/// See the module.
pub(super) struct Scan<'p, 'o> {
    pen: &'p mut Pen<'o>,
    report: Report,
    begun: bool,
}

impl<'p, 'o> Scan<'p, 'o> {
    pub(super) fn new(pen: &'p mut Pen<'o>, report: Report) -> Self {
        Self { pen, report, begun: false }
    }

    /// Ends the document.
    pub(super) fn finish(&mut self) -> Result<(), Stopped> {
        self.begin();
        self.pen.text.push_str("</Report>\n</NessusClientData_v2>\n");
        self.pen.put()
    }

    fn begin(&mut self) {
        if !self.begun {
            self.begun = true;
            let text = &mut self.pen.text;
            text.push_str("<?xml version=\"1.0\" ?>\n<NessusClientData_v2>\n<Report name=\"");
            escaped(text, self.report.source.name_ja());
            text.push_str("\">\n");
        }
    }

    fn tag(&mut self, name: &str, value: &str) {
        let text = &mut self.pen.text;
        text.push_str("<tag name=\"");
        text.push_str(name);
        text.push_str("\">");
        escaped(text, value);
        text.push_str("</tag>\n");
    }

    fn item(&mut self, finding: &FindingSeen<'_>) -> Result<(), Stopped> {
        let check = &finding.check;
        let text = &mut self.pen.text;
        let (port, protocol) = finding.location.split_once('/').unwrap_or(("0", "tcp"));
        let severity = finding.severity.number();
        let service = if port == "0" { "general" } else { "unknown" };
        // Writing into a text does not fail.
        write!(
            text,
            "<ReportItem port=\"{port}\" svc_name=\"{service}\" protocol=\"{protocol}\" \
             severity=\"{severity}\" pluginID=\"{}\" pluginFamily=\"General\" pluginName=\"",
            check.id
        )
        .ok();
        escaped(text, &check.title);
        text.push_str("\">\n");
        for cve in &check.cves {
            element(text, "cve", cve);
        }
        for vector in &check.vectors {
            element(text, "cvss3_vector", vector);
        }
        element(text, "description", check.description.as_deref().unwrap_or_default());
        let kind = if check.remote == Some(true) { "remote" } else { "local" };
        element(text, "plugin_type", kind);
        let word = match finding.severity {
            Severity::Critical => "Critical",
            Severity::High => "High",
            Severity::Medium => "Medium",
            Severity::Low => "Low",
            Severity::Info => "None",
        };
        element(text, "risk_factor", word);
        element(text, "solution", check.remediation.as_deref().unwrap_or("n/a"));
        for reference in &check.references {
            element(text, "xref", reference);
        }
        text.push_str("<plugin_output>\n  ");
        escaped(text, finding.evidence.as_deref().unwrap_or_default());
        text.push_str("\n</plugin_output>\n</ReportItem>\n");
        self.pen.put()
    }
}

impl Sink for Scan<'_, '_> {
    fn head(&mut self, _: ReportHead<'_>) -> Result<(), Stopped> {
        Ok(())
    }

    fn organisation(&mut self, _: OrganisationSeen<'_>) -> Result<(), Stopped> {
        Ok(())
    }

    fn asset(&mut self, seen: AssetSeen<'_>) -> Result<(), Stopped> {
        self.begin();
        let text = &mut self.pen.text;
        text.push_str("<ReportHost name=\"");
        escaped(text, &seen.name);
        text.push_str("\"><HostProperties>\n");
        let ended = self.report.observed_at.as_second();
        self.tag("HOST_END_TIMESTAMP", &ended.to_string());
        let credentialed = self.report.credentialed == Some(true);
        self.tag("Credentialed_Scan", if credentialed { "true" } else { "false" });
        let values = |kind: IdentifierKind| {
            let of_kind = seen.identifiers.iter().filter(move |one| one.kind == kind);
            of_kind.map(|one| one.value.as_ref()).collect::<Vec<&str>>()
        };
        for instance in values(IdentifierKind::CloudInstance) {
            match instance.split(':').nth(4) {
                Some(account) => {
                    self.tag("aws-instance-accountId", account);
                    self.tag("aws-instance-region", REGION);
                }
                None => self.tag("aws-instance-instance-id", instance),
            }
        }
        let macs = values(IdentifierKind::Mac);
        if !macs.is_empty() {
            self.tag("mac-address", &macs.join("\n"));
        }
        for (kind, name) in [
            (IdentifierKind::Uuid, "bios-uuid"),
            (IdentifierKind::Fqdn, "host-fqdn"),
            (IdentifierKind::Hostname, "netbios-name"),
            (IdentifierKind::Ip, "host-ip"),
        ] {
            for value in values(kind) {
                self.tag(name, value);
            }
        }
        let system = seen.attributes.iter().find(|attribute| attribute.name == names::OS);
        if let Some(system) = system {
            self.tag("operating-system", &system.value);
        }
        let kind = match seen.class {
            AssetClass::Network => "switch",
            AssetClass::Printer => "printer",
            AssetClass::Mobile => "mobile",
            _ => "general-purpose",
        };
        self.tag("system-type", kind);
        self.pen.text.push_str("</HostProperties>\n");
        self.pen.put()
    }

    fn coverage(&mut self, _: CoverageSeen<'_>) -> Result<(), Stopped> {
        // It is told at the end of a host.
        self.pen.text.push_str("</ReportHost>\n");
        self.pen.put()
    }

    fn software(&mut self, _: SoftwareSeen<'_>) -> Result<(), Stopped> {
        Ok(())
    }

    fn record(&mut self, record: Record<'_>) -> Result<(), Stopped> {
        if let Outcome::Findings(findings) = &record.outcome {
            for finding in findings {
                self.item(finding)?;
            }
        }
        Ok(())
    }

    fn warn(&mut self, _: Warning) -> Result<(), Stopped> {
        Ok(())
    }
}

fn element(text: &mut String, name: &str, value: &str) {
    text.push('<');
    text.push_str(name);
    text.push('>');
    escaped(text, value);
    text.push_str("</");
    text.push_str(name);
    text.push_str(">\n");
}

fn escaped(text: &mut String, value: &str) {
    for c in value.chars() {
        match c {
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '&' => text.push_str("&amp;"),
            '"' => text.push_str("&quot;"),
            c => text.push(c),
        }
    }
}
