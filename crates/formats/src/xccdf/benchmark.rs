//! What benchmarks say of their rules: the side table of a report.

use std::collections::{BTreeMap, HashMap};

use yagura_model::severity::Severity;

use super::score::Group;
use crate::{error::ParseError, xml::XmlReader};

/// Most bytes of one text of a rule.
const TEXT_LIMIT: usize = 8 << 10;

/// Most bytes of all texts together; beyond it rules keep their title only.
const TEXTS_LIMIT: usize = 64 << 20;

/// The benchmarks of a report.
#[derive(Debug, Default)]
pub(super) struct Benchmarks {
    pub(super) rules: HashMap<String, Rule>,
    pub(super) groups: Vec<Group>,
    pub(super) profiles: BTreeMap<String, String>,
    pub(super) title: Option<String>,
    /// Whether texts were left out for their size.
    pub(super) cut: bool,
    kept: usize,
}

/// A rule as its benchmark states it.
#[derive(Debug, Default)]
pub(super) struct Rule {
    pub(super) title: String,
    pub(super) severity: Option<Severity>,
    pub(super) weight: Option<f64>,
    pub(super) group: usize,
    /// Ids in other systems, such as CVE and CCE.
    pub(super) idents: Vec<String>,
    pub(super) references: Vec<String>,
    pub(super) description: String,
    pub(super) remediation: String,
}

impl Benchmarks {
    /// Opens the benchmark or group just started.
    pub(super) fn open(&mut self, xml: &XmlReader<'_>, parent: Option<usize>) -> usize {
        self.groups.push(Group { parent, weight: weight(xml).unwrap_or(1.0) });
        self.groups.len() - 1
    }

    /// Reads the profile just started.
    pub(super) fn profile(&mut self, xml: &mut XmlReader<'_>) -> Result<(), ParseError> {
        let id = xml.attribute("id").map(|id| id.into_owned());
        let depth = xml.depth();
        while xml.next_child(depth)? {
            match (xml.name(), &id) {
                ("title", Some(id)) => {
                    let title = text(xml)?;
                    self.profiles.entry(id.clone()).or_insert(title);
                }
                _ => xml.skip()?,
            }
        }
        Ok(())
    }

    /// Reads the rule just started, which stands in a group.
    pub(super) fn rule(&mut self, xml: &mut XmlReader<'_>, group: usize) -> Result<(), ParseError> {
        let Some(id) = xml.attribute("id").map(|id| id.into_owned()) else { return xml.skip() };
        let mut rule = Rule { group, weight: weight(xml), ..Rule::default() };
        rule.severity = xml.attribute("severity").and_then(|word| Severity::from_word(&word));
        let mut script = (0, String::new());
        let depth = xml.depth();
        while xml.next_child(depth)? {
            match xml.name() {
                "title" if rule.title.is_empty() => rule.title = text(xml)?,
                "description" if rule.description.is_empty() => {
                    rule.description = discussion(text(xml)?);
                }
                "fixtext" if rule.remediation.is_empty() => rule.remediation = text(xml)?,
                "fix" => {
                    let rank = rank(xml.attribute("system").as_deref());
                    if rank > script.0 {
                        script = (rank, text(xml)?);
                    } else {
                        xml.skip()?;
                    }
                }
                "ident" => push_new(&mut rule.idents, text(xml)?),
                "version" => push_new(&mut rule.references, text(xml)?),
                "reference" => {
                    let link = xml.attribute("href").map(|href| href.into_owned());
                    push_new(&mut rule.references, link.unwrap_or_default());
                    xml.skip()?;
                }
                _ => xml.skip()?,
            }
        }
        if rule.remediation.is_empty() {
            rule.remediation = script.1;
        }
        self.kept += rule.description.len() + rule.remediation.len();
        if self.kept > TEXTS_LIMIT {
            rule.description = String::new();
            rule.remediation = String::new();
            self.cut = true;
        }
        self.rules.insert(id, rule);
        Ok(())
    }
}

/// The text of the element just started, cut, without surrounding space.
pub(super) fn text(xml: &mut XmlReader<'_>) -> Result<String, ParseError> {
    let mut text = String::new();
    xml.text_into(&mut text, TEXT_LIMIT)?;
    Ok(if text.trim().len() == text.len() { text } else { text.trim().to_owned() })
}

pub(super) fn push_new(list: &mut Vec<String>, text: String) {
    if !text.is_empty() && list.len() < 200 && !list.contains(&text) {
        list.push(text);
    }
}

/// The weight of the element just started: not negative, and finite.
pub(super) fn weight(xml: &XmlReader<'_>) -> Option<f64> {
    let weight = xml.attribute("weight")?.trim().parse::<f64>().ok()?;
    (weight.is_finite() && weight >= 0.0).then_some(weight)
}

/// How well a person can follow a fix of a system: a shell script best.
fn rank(system: Option<&str>) -> u8 {
    match system {
        Some(system) if system.ends_with(":fix:script:sh") => 4,
        None => 3,
        Some(system) if system.starts_with("urn:xccdf:fix:") => 2,
        Some(_) => 1,
    }
}

/// STIGs put several texts into the description as escaped elements; the first is the one that
/// describes.
fn discussion(text: String) -> String {
    let inner = text
        .split_once("<VulnDiscussion>")
        .map(|(_, rest)| rest.split_once("</VulnDiscussion>").map_or(rest, |(inner, _)| inner));
    match inner {
        Some(inner) => inner.trim().to_owned(),
        None => text,
    }
}
