//! Results of NSE scripts that look for vulnerabilities: `vulners`, and all that use the `vulns`
//! library.

use yagura_model::{
    check::CheckSeen,
    coverage::ObservationKind,
    finding::{FindingSeen, FindingState},
    severity::Severity,
};

use crate::{
    error::ParseError,
    reference::{cves, is_cve},
    xml::XmlReader,
};

/// Longest value of an element of a script's result.
const VALUE_LIMIT: usize = 16 << 10;

/// Most elements and tables of one result; what comes behind is left out.
const NODE_LIMIT: usize = 50_000;

/// A table of a script's result.
#[derive(Debug, Default)]
struct Table {
    key: String,
    values: Vec<(String, String)>,
    tables: Vec<Table>,
}

impl Table {
    /// Reads the `table` or `script` whose start was just met, to its end.
    fn read(xml: &mut XmlReader<'_>, left: &mut usize) -> Result<Self, ParseError> {
        let key = xml.attribute("key").unwrap_or_default().into_owned();
        let mut table = Self { key, ..Self::default() };
        let depth = xml.depth();
        while xml.next_child(depth)? {
            if *left == 0 {
                xml.skip()?;
                continue;
            }
            *left -= 1;
            match xml.name() {
                "table" => table.tables.push(Self::read(xml, left)?),
                "elem" => {
                    let key = xml.attribute("key").unwrap_or_default().into_owned();
                    let mut value = String::new();
                    xml.text_into(&mut value, VALUE_LIMIT)?;
                    table.values.push((key, value));
                }
                _ => xml.skip()?,
            }
        }
        Ok(table)
    }

    fn value(&self, key: &str) -> Option<&str> {
        let found = self.values.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    fn table(&self, key: &str) -> Option<&Self> {
        self.tables.iter().find(|table| table.key == key)
    }

    /// The values of an inner table, as lists are written.
    fn list(&self, key: &str) -> impl Iterator<Item = &str> {
        self.table(key).into_iter().flat_map(|table| table.values.iter().map(|(_, v)| v.trim()))
    }
}

/// Whether a script looks for vulnerabilities, by its name.
pub(super) fn looks_for_vulnerabilities(name: &str) -> bool {
    name == "vulners" || name.contains("vuln")
}

/// What the `script` whose start was just met found, each a statement about `location`.
pub(super) fn findings(
    xml: &mut XmlReader<'_>,
    location: &str,
) -> Result<Vec<FindingSeen<'static>>, ParseError> {
    let script = xml.attribute("id").unwrap_or_default().into_owned();
    let output = match script.as_str() {
        "vulners" => xml.attribute("output").unwrap_or_default().into_owned(),
        _ => String::new(),
    };
    let mut left = NODE_LIMIT;
    let result = Table::read(xml, &mut left)?;
    let mut found = Vec::new();
    if script == "vulners" {
        for product in &result.tables {
            for entry in &product.tables {
                let (Some(id), score) = (entry.value("id"), entry.value("cvss")) else { continue };
                found.extend(vulners(id, score, &product.key, location));
            }
        }
        if result.tables.is_empty() {
            found.extend(vulners_text(&output, location));
        }
    } else {
        found.extend(result.tables.iter().filter_map(|table| library(table, &script, location)));
    }
    // Two products of one port may have a vulnerability in common.
    let mut ids = std::collections::BTreeSet::new();
    found.retain(|finding| ids.insert(finding.check.id.clone()));
    Ok(found)
}

/// One CVE that `vulners` knows for a product; what is no CVE (an exploit, an advisory) is none.
fn vulners(
    id: &str,
    score: Option<&str>,
    product: &str,
    location: &str,
) -> Option<FindingSeen<'static>> {
    let id = id.trim().to_ascii_uppercase();
    if !is_cve(&id) {
        return None;
    }
    // A score of 0 stands for none.
    let severity = score
        .and_then(|score| score.trim().parse().ok())
        .filter(|score| *score > 0.0)
        .map(Severity::from_cvss);
    let mut check = CheckSeen::new(id.clone(), ObservationKind::Vulnerability, id.clone());
    check.references = vec![format!("https://vulners.com/cve/{id}").into()];
    check.cves = vec![id.into()];
    check.severity = severity;
    check.remote = Some(true);
    let mut finding = FindingSeen::fail(check, severity.unwrap_or(Severity::Medium));
    finding.location = location.to_owned().into();
    let score = score.unwrap_or("unknown");
    finding.evidence = Some(format!("{product} CVSS {score}").trim_start().to_owned().into());
    Some(finding)
}

/// `vulners` before it wrote tables: `cpe:/a:x:y:1:` and below it lines of id, score and address.
fn vulners_text(output: &str, location: &str) -> Vec<FindingSeen<'static>> {
    let mut product = "";
    let mut found = Vec::new();
    for line in output.lines().take(NODE_LIMIT) {
        let mut words = line.split_whitespace();
        match words.next() {
            Some(word) if word.starts_with("cpe:") => product = word.trim_end_matches(':'),
            Some(word) => found.extend(vulners(word, words.next(), product, location)),
            None => {}
        }
    }
    found
}

/// One vulnerability as the `vulns` library of NSE writes it.
///
/// Source: <https://nmap.org/nsedoc/lib/vulns.html>.
fn library(table: &Table, script: &str, location: &str) -> Option<FindingSeen<'static>> {
    let state = match table.value("state")? {
        state if state.starts_with("NOT VULNERABLE") => return None,
        state if state.contains("VULNERABLE") => FindingState::Fail,
        state if state.starts_with("UNKNOWN") => FindingState::Unknown,
        _ => return None,
    };
    let title = table.value("title").unwrap_or(script);
    // The library numbers what has no id of its own from run to run.
    let numbered = table.key.is_empty() || table.key.starts_with("NMAP-");
    let id = if numbered { script } else { &table.key };
    let mut check = CheckSeen::new(id.to_owned(), ObservationKind::Vulnerability, title.to_owned());
    let ids: Vec<&str> =
        table.list("ids").map(|id| id.strip_prefix("CVE:").unwrap_or(id)).collect();
    check.cves = cves(ids.iter().copied().chain([table.key.as_str()])).map(Into::into).collect();
    let mut severity = None;
    for (key, value) in table.table("scores").into_iter().flat_map(|scores| &scores.values) {
        let score = value.split_whitespace().next().and_then(|score| score.parse().ok());
        severity = severity.or(score.map(Severity::from_cvss));
        if let Some(vector) = vector(key, value) {
            check.vectors.push(vector.into());
        }
    }
    severity = severity.or_else(|| table.value("risk_factor").and_then(Severity::from_word));
    check.severity = severity;
    let joined = |key| {
        let text = table.list(key).collect::<Vec<_>>().join("\n");
        (!text.is_empty()).then(|| text.into())
    };
    check.description = joined("description");
    let others = ids.into_iter().filter(|id| !is_cve(id));
    check.references = others.chain(table.list("refs")).map(|one| one.to_owned().into()).collect();
    check.remote = Some(true);
    let mut finding = FindingSeen::fail(check, severity.unwrap_or(Severity::Medium));
    finding.state = state;
    finding.location = location.to_owned().into();
    finding.evidence = joined("check_results").or_else(|| joined("extra_info"));
    Some(finding)
}

/// The vector in `10.0 (HIGH) (AV:N/AC:L/Au:N/C:C/I:C/A:C)`.
fn vector(key: &str, value: &str) -> Option<String> {
    let (_, rest) = value.rsplit_once('(')?;
    let vector = rest.trim_end().strip_suffix(')')?;
    match key {
        _ if vector.starts_with("CVSS:") => Some(vector.to_owned()),
        _ if !vector.contains("AV:") => None,
        "CVSSv3" => Some(format!("CVSS:3.0/{vector}")),
        _ => Some(vector.to_owned()),
    }
}
