//! One `ReportItem`: what it says, held in buffers that serve all items of a file.

use std::borrow::Cow;

use yagura_model::{
    check::CheckSeen,
    coverage::ObservationKind,
    finding::{FindingSeen, FindingState},
    record::{DropReason, NotAssessed, Outcome},
    severity::Severity,
};

use crate::{
    error::ParseError,
    excerpt::{first_address, fixed_version, short},
    texts::Texts,
    xml::XmlReader,
};

/// How much of a text that is the same on all hosts is kept.
const TEXT_LIMIT: usize = 64 << 10;

/// How much of a plugin's output is looked at.
const OUTPUT_LIMIT: usize = 4 << 10;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Item {
    pub(super) plugin: String,
    name: String,
    family: String,
    port: String,
    protocol: String,
    severity: String,
    pub(super) output: String,
    description: String,
    synopsis: String,
    solution: String,
    run: String,
    vectors: Texts,
    cves: Texts,
    references: Texts,
    scratch: String,
    compliance: Compliance,
}

/// The elements of the `cm` namespace.
#[derive(Debug, Default)]
struct Compliance {
    result: String,
    id: String,
    name: String,
    about: String,
    solution: String,
    actual: String,
}

impl Item {
    /// Reads the item whose start was just met, to its end.
    pub(super) fn read(&mut self, xml: &mut XmlReader<'_>) -> Result<(), ParseError> {
        self.clear();
        for (name, value) in xml.attributes() {
            let field = match name {
                "pluginID" => &mut self.plugin,
                "pluginName" => &mut self.name,
                "pluginFamily" => &mut self.family,
                "port" => &mut self.port,
                "protocol" => &mut self.protocol,
                "severity" => &mut self.severity,
                _ => continue,
            };
            field.push_str(&value);
        }
        let depth = xml.depth();
        while xml.next_child(depth)? {
            let field = match xml.name() {
                "description" => &mut self.description,
                "synopsis" => &mut self.synopsis,
                "solution" => &mut self.solution,
                "plugin_type" => &mut self.run,
                "plugin_output" => {
                    xml.text_into(&mut self.output, OUTPUT_LIMIT)?;
                    continue;
                }
                "cve" => {
                    xml.text_into(&mut self.scratch, 64)?;
                    self.cves.push_new(self.scratch.trim());
                    continue;
                }
                "cvss_vector" | "cvss3_vector" | "cvss4_vector" => {
                    let version = xml.name().as_bytes().get(4).copied();
                    xml.text_into(&mut self.scratch, 512)?;
                    self.add_vector(version);
                    continue;
                }
                "see_also" => {
                    xml.text_into(&mut self.scratch, TEXT_LIMIT)?;
                    let lines = self.scratch.lines().map(str::trim).filter(|line| !line.is_empty());
                    lines.for_each(|line| self.references.push_new(line));
                    continue;
                }
                "xref" => {
                    xml.text_into(&mut self.scratch, TEXT_LIMIT)?;
                    self.add_reference("");
                    continue;
                }
                "cwe" => {
                    xml.text_into(&mut self.scratch, 64)?;
                    self.add_reference("CWE:");
                    continue;
                }
                "bid" => {
                    xml.text_into(&mut self.scratch, 64)?;
                    self.add_reference("BID:");
                    continue;
                }
                "compliance-result" => &mut self.compliance.result,
                "compliance-check-id" => &mut self.compliance.id,
                "compliance-check-name" => &mut self.compliance.name,
                "compliance-info" => &mut self.compliance.about,
                "compliance-solution" => &mut self.compliance.solution,
                "compliance-actual-value" => &mut self.compliance.actual,
                "compliance-see-also" => {
                    xml.text_into(&mut self.scratch, TEXT_LIMIT)?;
                    self.add_reference("");
                    continue;
                }
                "compliance-reference" => {
                    xml.text_into(&mut self.scratch, TEXT_LIMIT)?;
                    // `800-53|AC-2,CSCv8|5.1`: a list of framework and control.
                    let all = self.scratch.split(',').map(str::trim).filter(|one| !one.is_empty());
                    all.for_each(|one| self.references.push_new(one));
                    continue;
                }
                _ => {
                    xml.skip()?;
                    continue;
                }
            };
            xml.text_into(field, TEXT_LIMIT)?;
        }
        Ok(())
    }

    fn clear(&mut self) {
        let Self { compliance, .. } = self;
        for field in [
            &mut self.plugin,
            &mut self.name,
            &mut self.family,
            &mut self.port,
            &mut self.protocol,
            &mut self.severity,
            &mut self.output,
            &mut self.description,
            &mut self.synopsis,
            &mut self.solution,
            &mut self.run,
            &mut compliance.result,
            &mut compliance.id,
            &mut compliance.name,
            &mut compliance.about,
            &mut compliance.solution,
            &mut compliance.actual,
        ] {
            field.clear();
        }
        self.vectors.clear();
        self.cves.clear();
        self.references.clear();
    }

    /// `version` is the letter behind `cvss` in the element's name.
    fn add_vector(&mut self, version: Option<u8>) {
        let vector = self.scratch.trim();
        let vector = vector.strip_prefix("CVSS2#").unwrap_or(vector);
        match version {
            Some(b'3') if !vector.is_empty() && !vector.starts_with("CVSS:") => {
                self.vectors.push_joined("CVSS:3.0/", vector);
            }
            Some(b'4') if !vector.is_empty() && !vector.starts_with("CVSS:") => {
                self.vectors.push_joined("CVSS:4.0/", vector);
            }
            _ => self.vectors.push_new(vector),
        }
    }

    fn add_reference(&mut self, prefix: &str) {
        let text = self.scratch.trim();
        let text = text.strip_prefix(prefix).unwrap_or(text);
        match (prefix, text.strip_prefix("CWE:").or_else(|| text.strip_prefix("CWE-"))) {
            (_, Some(number)) => self.references.push_joined("CWE-", number),
            ("CWE:", None) => self.references.push_joined("CWE-", text),
            (_, None) => self.references.push_joined(prefix, text),
        }
    }

    /// Whether this is a rule of a compliance audit with a verdict.
    pub(super) fn is_compliance(&self) -> bool {
        !self.compliance.result.trim().is_empty()
    }

    /// Whether the plugin works on the host itself, with credentials or by an agent.
    pub(super) fn is_local(&self) -> bool {
        self.run.trim() == "local"
    }

    /// Which observation makes this item.
    pub(super) fn kind(&self, web: bool) -> ObservationKind {
        if self.is_compliance() {
            ObservationKind::Configuration
        } else if web {
            ObservationKind::Code
        } else if self.family == "Port scanners" || self.plugin == "0" {
            ObservationKind::OpenPort
        } else {
            ObservationKind::Vulnerability
        }
    }

    /// What becomes of the item, or why it is dropped.
    pub(super) fn outcome(&self, web: bool) -> Result<Outcome<'_>, (DropReason, String)> {
        let severity = match self.severity.trim() {
            "0" => Severity::Info,
            "1" => Severity::Low,
            "2" => Severity::Medium,
            "3" => Severity::High,
            "4" => Severity::Critical,
            other => {
                return Err((DropReason::Malformed, format!("severity `{other}` is not 0 to 4")));
            }
        };
        if self.plugin.trim().is_empty() {
            return Err((DropReason::NoCheck, "an item has no `pluginID`".to_owned()));
        }
        if self.is_compliance() {
            return Ok(self.compliance_outcome(severity));
        }
        let id = self.plugin.trim();
        let title = if self.name.is_empty() && id == "0" { "Open port" } else { &self.name };
        let mut check = CheckSeen::new(id, self.kind(web), title);
        check.severity = Some(severity);
        check.cves = self.cves.iter().map(Cow::Borrowed).collect();
        check.vectors = self.vectors.iter().map(Cow::Borrowed).collect();
        check.references = self.references.iter().map(Cow::Borrowed).collect();
        check.description = some(&self.description).or_else(|| some(&self.synopsis));
        check.remediation = some(&self.solution).filter(|solution| solution != "n/a");
        check.remote = match self.run.trim() {
            _ if web => Some(true),
            "remote" => Some(true),
            "local" => Some(false),
            _ => None,
        };
        let mut finding = FindingSeen::fail(check, severity);
        if severity == Severity::Info {
            finding.state = FindingState::Info;
        }
        finding.location = match web.then(|| first_address(&self.output)).flatten() {
            Some(address) => Cow::Borrowed(address),
            None => self.location(),
        };
        finding.evidence = some(short(&self.output));
        if severity > Severity::Info {
            finding.fixed_version = fixed_version(&self.output).map(Cow::Borrowed);
        }
        Ok(Outcome::Findings(vec![finding]))
    }

    fn compliance_outcome(&self, severity: Severity) -> Outcome<'_> {
        let own = &self.compliance;
        let name = some(&own.name).unwrap_or_else(|| Cow::Borrowed(self.name.trim()));
        let id = some(&own.id).unwrap_or_else(|| name.clone());
        let mut check = CheckSeen::new(id, ObservationKind::Configuration, name);
        let severity = if severity == Severity::Info { Severity::Medium } else { severity };
        check.severity = Some(severity);
        check.description = some(&own.about);
        check.remediation = some(&own.solution);
        check.references = self.references.iter().map(Cow::Borrowed).collect();
        check.remote = Some(false);
        match own.result.trim() {
            "PASSED" => Outcome::Pass(check),
            "FAILED" => {
                let mut finding = FindingSeen::fail(check, severity);
                finding.evidence = some(short(&own.actual));
                Outcome::Findings(vec![finding])
            }
            "WARNING" => Outcome::NotAssessed(check, NotAssessed::Manual),
            "ERROR" => Outcome::NotAssessed(check, NotAssessed::Error),
            "SKIPPED" => Outcome::NotAssessed(check, NotAssessed::NotApplicable),
            _ => Outcome::NotAssessed(check, NotAssessed::Unknown),
        }
    }

    /// `443/tcp`; empty for the host as a whole.
    fn location(&self) -> Cow<'_, str> {
        match self.port.trim() {
            "" | "0" => Cow::Borrowed(""),
            port => Cow::Owned(format!("{port}/{}", self.protocol.trim().to_ascii_lowercase())),
        }
    }
}

fn some(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim();
    (!text.is_empty()).then_some(Cow::Borrowed(text))
}
