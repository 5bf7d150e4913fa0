//! One `result`: what it says, held in buffers that serve all results of a file.

use std::borrow::Cow;

use yagura_model::{
    check::CheckSeen,
    coverage::ObservationKind,
    finding::{Disposition, FindingSeen, FindingState},
    record::{DropReason, NotAssessed, Outcome},
    severity::Severity,
};

use crate::{
    error::ParseError,
    excerpt::{fixed_version, short},
    reference::is_cve,
    texts::Texts,
    xml::XmlReader,
};

/// How much of a text that is the same on all hosts is kept.
const TEXT_LIMIT: usize = 64 << 10;

/// How much of the description is looked at.
const OUTPUT_LIMIT: usize = 4 << 10;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Item {
    pub(super) host: String,
    pub(super) hostname: String,
    pub(super) asset_id: String,
    name: String,
    port: String,
    oid: String,
    nvt_name: String,
    tags: String,
    solution: String,
    threat: String,
    severity: String,
    original: String,
    score: String,
    quality: String,
    compliance: String,
    delta: String,
    output: String,
    vectors: Texts,
    cves: Texts,
    references: Texts,
    scratch: String,
}

impl Item {
    /// Reads the result whose start was just met, to its end.
    pub(super) fn read(&mut self, xml: &mut XmlReader<'_>) -> Result<(), ParseError> {
        self.clear();
        let depth = xml.depth();
        while xml.next_child(depth)? {
            let field = match xml.name() {
                "name" => &mut self.name,
                "port" => &mut self.port,
                "threat" => &mut self.threat,
                "severity" => &mut self.severity,
                "original_severity" => &mut self.original,
                "compliance" => &mut self.compliance,
                "delta" => &mut self.delta,
                "description" => {
                    xml.text_into(&mut self.output, OUTPUT_LIMIT)?;
                    continue;
                }
                "host" => {
                    let (address, other) = (&mut self.host, &mut self.hostname);
                    self.asset_id = host(xml, address, other)?;
                    continue;
                }
                "nvt" => {
                    self.nvt(xml)?;
                    continue;
                }
                "qod" => {
                    let inside = xml.depth();
                    while xml.next_child(inside)? {
                        if xml.name() == "type" {
                            xml.text_into(&mut self.quality, 64)?;
                        } else {
                            xml.skip()?;
                        }
                    }
                    continue;
                }
                _ => {
                    xml.skip()?;
                    continue;
                }
            };
            xml.text_into(field, 1024)?;
        }
        Ok(())
    }

    fn clear(&mut self) {
        for field in [
            &mut self.host,
            &mut self.hostname,
            &mut self.asset_id,
            &mut self.name,
            &mut self.port,
            &mut self.oid,
            &mut self.nvt_name,
            &mut self.tags,
            &mut self.solution,
            &mut self.threat,
            &mut self.severity,
            &mut self.original,
            &mut self.score,
            &mut self.quality,
            &mut self.compliance,
            &mut self.delta,
            &mut self.output,
        ] {
            field.clear();
        }
        self.vectors.clear();
        self.cves.clear();
        self.references.clear();
    }

    fn nvt(&mut self, xml: &mut XmlReader<'_>) -> Result<(), ParseError> {
        self.oid.push_str(xml.attribute("oid").unwrap_or_default().trim());
        let depth = xml.depth();
        while xml.next_child(depth)? {
            match xml.name() {
                "name" => xml.text_into(&mut self.nvt_name, 1024)?,
                "tags" => xml.text_into(&mut self.tags, TEXT_LIMIT)?,
                "solution" => xml.text_into(&mut self.solution, TEXT_LIMIT)?,
                "cvss_base" => xml.text_into(&mut self.score, 16)?,
                "severities" => self.severities(xml)?,
                "refs" => self.refs(xml)?,
                // Before GMP 20.08.
                "cve" | "bid" | "xref" => {
                    let name = xml.name().as_bytes().first().copied();
                    xml.text_into(&mut self.scratch, TEXT_LIMIT)?;
                    for one in self.scratch.split(',').map(str::trim) {
                        match name {
                            _ if one.starts_with("NO") => {}
                            Some(b'c') => self.cves.push_new(one),
                            Some(b'b') => self.references.push_joined("BID:", one),
                            _ => {
                                self.references.push_new(one.strip_prefix("URL:").unwrap_or(one));
                            }
                        }
                    }
                }
                _ => xml.skip()?,
            }
        }
        Ok(())
    }

    fn severities(&mut self, xml: &mut XmlReader<'_>) -> Result<(), ParseError> {
        let depth = xml.depth();
        while xml.next_child(depth)? {
            let inside = xml.depth();
            while xml.next_child(inside)? {
                if xml.name() == "value" {
                    xml.text_into(&mut self.scratch, 512)?;
                    self.vectors.push_new(self.scratch.trim());
                } else {
                    xml.skip()?;
                }
            }
        }
        Ok(())
    }

    fn refs(&mut self, xml: &mut XmlReader<'_>) -> Result<(), ParseError> {
        let depth = xml.depth();
        while xml.next_child(depth)? {
            let id = xml.attribute("id").unwrap_or_default();
            match xml.attribute("type").unwrap_or_default().as_ref() {
                "cve" | "cve_id" => self.cves.push_new(id.trim()),
                "bid" | "bugtraq_id" => self.references.push_joined("BID:", id.trim()),
                _ => self.references.push_new(id.trim()),
            }
            xml.skip()?;
        }
        Ok(())
    }

    /// The value of one tag of `summary=…|insight=…`.
    fn tag(&self, name: &str) -> Option<&str> {
        const NAMES: &[&str] = &[
            "cvss_base_vector",
            "summary",
            "insight",
            "affected",
            "impact",
            "solution",
            "vuldetect",
            "solution_type",
            "solution_method",
            "qodType",
            "qod_type",
            "qod",
        ];
        let tag = |piece: &str| NAMES.iter().any(|known| strip(piece, known).is_some());
        let start = std::iter::once(0).chain(self.tags.match_indices('|').map(|(at, _)| at + 1));
        for at in start {
            let rest = self.tags.get(at..).unwrap_or_default();
            let Some(value) = strip(rest, name) else { continue };
            // A value may hold the sign itself: it ends where the next tag begins.
            let ends = value.match_indices('|').map(|(at, _)| at);
            let end = ends.into_iter().find(|at| value.get(at + 1..).is_some_and(tag));
            let value = value.get(..end.unwrap_or(value.len())).unwrap_or(value).trim();
            return (!value.is_empty()).then_some(value);
        }
        None
    }

    /// Whether the check works with credentials, as far as the quality of detection tells.
    ///
    /// Source: Greenbone, quality of detection types.
    pub(super) fn remote(&self) -> Option<bool> {
        let quality = match self.quality.trim() {
            "" => self.tag("qodType").or_else(|| self.tag("qod_type")).unwrap_or_default(),
            quality => quality,
        };
        match quality {
            "package" | "registry" | "executable_version" | "executable_version_unreliable" => {
                Some(false)
            }
            _ if quality.contains("authenticated") => Some(false),
            "exploit" => Some(true),
            _ if quality.starts_with("remote_") => Some(true),
            _ => None,
        }
    }

    /// What becomes of the result, or why it is dropped.
    pub(super) fn outcome(&self) -> Result<Outcome<'_>, (DropReason, String)> {
        if self.delta.trim().starts_with("gone") {
            let message = "a result that is gone in a report of differences".to_owned();
            return Err((DropReason::Unsupported, message));
        }
        let title = some(&self.nvt_name).or_else(|| some(&self.name));
        let id = some(&self.oid).filter(|oid| oid != "0").or_else(|| title.clone());
        let Some(id) = id else {
            return Err((DropReason::NoCheck, "a result names no test".to_owned()));
        };
        let compliance = self.compliance.trim();
        let rule = matches!(compliance, "yes" | "no" | "incomplete");
        let kind =
            if rule { ObservationKind::Configuration } else { ObservationKind::Vulnerability };
        let mut check = CheckSeen::new(id.clone(), kind, title.unwrap_or_else(|| id.clone()));
        check.cves = self.cves.iter().map(Cow::Borrowed).collect();
        if is_cve(&id) && check.cves.is_empty() {
            check.cves.push(id);
        }
        check.vectors = self.vectors.iter().map(Cow::Borrowed).collect();
        if let Some(vector) = self.tag("cvss_base_vector")
            && !check.vectors.iter().any(|known| known == vector)
            && vector != "NONE"
        {
            check.vectors.push(Cow::Borrowed(vector));
        }
        check.description = self.tag("summary").map(Cow::Borrowed);
        let solution = some(&self.solution).or_else(|| self.tag("solution").map(Cow::Borrowed));
        check.remediation = solution;
        check.references = self.references.iter().map(Cow::Borrowed).collect();
        check.remote = self.remote();
        check.severity = number(&self.score).filter(|score| *score > 0.0).map(Severity::from_cvss);

        match compliance {
            "yes" => return Ok(Outcome::Pass(check)),
            "incomplete" => return Ok(Outcome::NotAssessed(check, NotAssessed::Unknown)),
            _ => {}
        }
        let standing = Standing::of(&self.threat, &self.severity, &self.original);
        if standing == Standing::Broke {
            return Ok(Outcome::NotAssessed(check, NotAssessed::Error));
        }
        let (severity, disposition) = match standing {
            Standing::Fails(severity) => (severity, Disposition::Open),
            Standing::Overridden(severity, disposition) => (severity, disposition),
            _ if compliance == "no" => (Severity::Medium, Disposition::Open),
            _ => (Severity::Info, Disposition::Open),
        };
        let mut finding = FindingSeen::fail(check, severity);
        if severity == Severity::Info {
            finding.state = FindingState::Info;
        }
        finding.disposition = disposition;
        finding.location = Cow::Borrowed(location(&self.port));
        finding.evidence = some(short(&self.output));
        finding.fixed_version = fixed_version(&self.output).map(Cow::Borrowed);
        Ok(Outcome::Findings(vec![finding]))
    }
}

/// What threat and severity of a result say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Standing {
    /// A weakness.
    Fails(Severity),
    /// A weakness that a person marked.
    Overridden(Severity, Disposition),
    /// A log message.
    Informs,
    /// The test broke.
    Broke,
}

impl Standing {
    /// The number counts before the word: it is a CVSS score, the word has three steps only. The
    /// numbers -1, -2 and -3 stand for false positive, debug message and error message.
    pub(crate) fn of(threat: &str, severity: &str, original: &str) -> Self {
        let threat = threat.trim();
        let score = number(severity);
        let before = number(original).filter(|score| *score > 0.0).map(Severity::from_cvss);
        if score == Some(-1.0) || threat == "False Positive" {
            let severity = before.unwrap_or(Severity::Medium);
            return Self::Overridden(severity, Disposition::NotAffected);
        }
        if score == Some(-3.0) || threat == "Error" {
            return Self::Broke;
        }
        match (score, before) {
            (Some(score), _) if score > 0.0 => Self::Fails(Severity::from_cvss(score)),
            (Some(0.0), Some(before)) => Self::Overridden(before, Disposition::Accepted),
            (Some(_), _) => Self::Informs,
            (None, _) => match threat {
                "Alarm" => Self::Fails(Severity::High),
                _ => match Severity::from_word(threat) {
                    Some(Severity::Info) => Self::Informs,
                    Some(severity) => Self::Fails(severity),
                    None if threat == "Debug" => Self::Informs,
                    None => Self::Fails(Severity::Medium),
                },
            },
        }
    }
}

/// Reads `<host>192.0.2.1<asset asset_id="…"/><hostname>…</hostname></host>`; gives the asset id.
fn host(
    xml: &mut XmlReader<'_>,
    address: &mut String,
    name: &mut String,
) -> Result<String, ParseError> {
    use crate::xml::Node;
    let depth = xml.depth();
    let mut id = String::new();
    loop {
        match xml.step()? {
            Node::Text => address.push_str(xml.piece()),
            Node::Start if xml.name() == "asset" => {
                id = xml.attribute("asset_id").unwrap_or_default().into_owned();
                xml.skip()?;
            }
            Node::Start if xml.name() == "hostname" => xml.text_into(name, 1024)?,
            Node::Start => xml.skip()?,
            Node::End if xml.depth() < depth => return Ok(id),
            Node::Eof => return Ok(id),
            Node::End => {}
        }
    }
}

/// `443/tcp` of `443/tcp` and of `https (443/tcp)`; empty for `general/tcp`.
pub(super) fn location(port: &str) -> &str {
    let port = port.trim();
    let port = port.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(port);
    if port.starts_with("general") { "" } else { port }
}

fn strip<'t>(text: &'t str, tag: &str) -> Option<&'t str> {
    text.strip_prefix(tag)?.strip_prefix('=')
}

fn some(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim();
    (!text.is_empty()).then_some(Cow::Borrowed(text))
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}
