//! The rules of a run's tool, and what the tool looks for.

use std::collections::BTreeMap;

use yagura_model::coverage::{ObservationKind, ObservationKinds};

use super::shape::{Component, Finding, Rule, Tool};

/// Tools that look for something else than weaknesses in code, by a part of their name.
const TOOLS: &[(&str, ObservationKind)] = &[
    ("gitleaks", ObservationKind::Secret),
    ("trufflehog", ObservationKind::Secret),
    ("detect-secrets", ObservationKind::Secret),
    ("ggshield", ObservationKind::Secret),
    ("kingfisher", ObservationKind::Secret),
    ("dependency-check", ObservationKind::Vulnerability),
    ("dependency check", ObservationKind::Vulnerability),
    ("grype", ObservationKind::Vulnerability),
    ("trivy", ObservationKind::Vulnerability),
    ("osv-scanner", ObservationKind::Vulnerability),
    ("black duck", ObservationKind::Vulnerability),
    ("blackduck", ObservationKind::Vulnerability),
    ("snyk open source", ObservationKind::Vulnerability),
    ("snyk container", ObservationKind::Vulnerability),
    ("docker scout", ObservationKind::Vulnerability),
    ("govulncheck", ObservationKind::Vulnerability),
    ("npm audit", ObservationKind::Vulnerability),
    ("nuclei", ObservationKind::Vulnerability),
    ("dockle", ObservationKind::Configuration),
    ("checkov", ObservationKind::Configuration),
    ("tfsec", ObservationKind::Configuration),
    ("kics", ObservationKind::Configuration),
    ("terrascan", ObservationKind::Configuration),
    ("hadolint", ObservationKind::Configuration),
    ("kubescape", ObservationKind::Configuration),
    ("kube-linter", ObservationKind::Configuration),
    ("scorecard", ObservationKind::Configuration),
    ("snyk iac", ObservationKind::Configuration),
    ("cfn-lint", ObservationKind::Configuration),
];

/// See the module.
#[derive(Debug)]
pub(super) struct Rules<'t> {
    tool: &'t Tool,
    by_id: BTreeMap<&'t str, &'t Rule>,
    kind: ObservationKind,
}

impl<'t> Rules<'t> {
    pub(super) fn new(tool: &'t Tool) -> Self {
        let mut by_id = BTreeMap::new();
        let components = std::iter::once(&tool.driver).chain(tool.extensions.iter().flatten());
        for rule in components.flat_map(|component| component.rules.iter().flatten()) {
            by_id.entry(rule.id.as_str()).or_insert(rule);
        }
        let name = tool.driver.name.to_lowercase();
        let kind = TOOLS
            .iter()
            .find(|(part, _)| name.contains(part))
            .map_or(ObservationKind::Code, |(_, kind)| *kind);
        Self { tool, by_id, kind }
    }

    /// What the tool looks for, as far as its name tells.
    pub(super) fn kinds(&self) -> ObservationKinds {
        ObservationKinds::of(&[self.kind])
    }

    /// The ids of the rules.
    pub(super) fn ids(&self) -> impl Iterator<Item = &'t str> {
        self.by_id.keys().copied()
    }

    /// The rule of a result: by index in its component, else by id, of which the parts behind a
    /// `/` may be finer than the rule.
    pub(super) fn find(&self, found: &Finding<'_>) -> Option<&'t Rule> {
        let given = found.rule.as_ref();
        let index = found.rule_index.or(given.and_then(|rule| rule.index));
        let component = given
            .and_then(|rule| rule.tool_component.as_ref()?.index)
            .and_then(|at| self.extension(at))
            .unwrap_or(&self.tool.driver);
        let id = found.rule_id.as_deref().or(given.and_then(|rule| rule.id.as_deref()));
        let indexed = index.and_then(|at| usize::try_from(at).ok()).and_then(|at| {
            let rule = component.rules.as_ref()?.get(at)?;
            // An index that contradicts the id is a mistake of the tool; the id counts.
            id.is_none_or(|id| id.starts_with(&rule.id)).then_some(rule)
        });
        indexed.or_else(|| {
            let mut id = id?;
            loop {
                if let Some(rule) = self.by_id.get(id) {
                    return Some(*rule);
                }
                id = id.rsplit_once('/')?.0;
            }
        })
    }

    fn extension(&self, at: i64) -> Option<&'t Component> {
        self.tool.extensions.as_ref()?.get(usize::try_from(at).ok()?)
    }

    /// What a result observes: its own tags tell, or a CVE it names, else the tool's name.
    pub(super) fn kind_of<'w>(
        &self,
        mut tags: impl Iterator<Item = &'w str>,
        names_cve: bool,
    ) -> ObservationKind {
        let tagged = tags.find_map(|tag| match tag.to_ascii_lowercase().as_str() {
            "secret" | "secrets" => Some(ObservationKind::Secret),
            "misconfiguration" => Some(ObservationKind::Configuration),
            "license" | "licence" => Some(ObservationKind::Licence),
            _ => None,
        });
        match tagged {
            Some(kind) => kind,
            None if names_cve => ObservationKind::Vulnerability,
            None => self.kind,
        }
    }
}
