//! Checks: what a finding is an instance of.

use std::borrow::Cow;

use crate::{coverage::ObservationKind, severity::Severity};

/// The definition of a check as a report states it: what is the same on every asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckSeen<'a> {
    /// The source's own id: plugin, rule, control or vulnerability id.
    pub id: Cow<'a, str>,
    /// Which observation makes this check.
    pub kind: ObservationKind,
    /// One line for people.
    pub title: Cow<'a, str>,
    /// How bad a failure is, if the definition says so.
    pub severity: Option<Severity>,
    /// Vulnerabilities the check names (`CVE-2024-0001`), upper case, in the source's order.
    pub cves: Vec<Cow<'a, str>>,
    /// CVSS vectors in the source's order, each with its version prefix where the version has one.
    pub vectors: Vec<Cow<'a, str>>,
    /// What it is about.
    pub description: Option<Cow<'a, str>>,
    /// How to correct it.
    pub remediation: Option<Cow<'a, str>>,
    /// Links and other ids (`CWE-79`, `https://…`).
    pub references: Vec<Cow<'a, str>>,
    /// Whether a look without credentials sees it; `None` where the source does not say.
    pub remote: Option<bool>,
}

impl<'a> CheckSeen<'a> {
    /// A check of which only the id, kind and title are known.
    pub fn new(
        id: impl Into<Cow<'a, str>>,
        kind: ObservationKind,
        title: impl Into<Cow<'a, str>>,
    ) -> Self {
        Self {
            id: id.into(),
            kind,
            title: title.into(),
            severity: None,
            cves: Vec::new(),
            vectors: Vec::new(),
            description: None,
            remediation: None,
            references: Vec::new(),
            remote: None,
        }
    }
}
