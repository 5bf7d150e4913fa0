//! Problems: one CVE on one asset is one problem, whoever and however many say so.

use std::collections::{BTreeMap, BTreeSet};

use yagura_baseline::{
    choice::{ChosenVector, choose_vector},
    inputs::{Base, ProblemInputs},
    model::Model,
};
use yagura_lake::rows::CheckScore;
use yagura_model::{
    coverage::ObservationKind, finding::Disposition, id::CheckKey, severity::Severity,
};

use super::{
    facts::{Evidence, Facts, number},
    profile::Profile,
};

/// What a problem is about, on its asset.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKey {
    /// Exactly this CVE.
    Cve(String),
    /// A check that does not name exactly one CVE, as `tool:id`.
    Check(String),
}

impl ProblemKey {
    /// What a check is about.
    pub(super) fn of(check: &CheckScore) -> Self {
        match check.cves.as_slice() {
            [cve] => Self::Cve(cve.clone()),
            _ => Self::Check(format!("{}:{}", check.tool, check.id)),
        }
    }

    /// As text: `CVE-2024-0001`, `nessus:12345`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Cve(text) | Self::Check(text) => text,
        }
    }
}

/// A problem of an asset.
#[derive(Debug, Clone)]
pub struct Problem {
    /// What it is about.
    pub key: ProblemKey,
    /// One line for people.
    pub title: String,
    /// Which kind of observation makes it.
    pub kind: ObservationKind,
    /// What its points are made from.
    pub inputs: ProblemInputs,
    /// What one correction closes together: a package, else the problem itself.
    pub remedy: String,
    /// The version that corrects it, where a source says one.
    pub fixed_version: Option<String>,
    /// Whether every source that says so also says that it was accepted or does not apply.
    pub accepted: bool,
    /// The open statements that prove it.
    pub evidences: Vec<Evidence>,
}

/// The vector that stands for each CVE in the whole run, of the CVEs that some finding states.
pub(super) fn vectors<'f>(
    model: &Model,
    facts: &'f Facts,
) -> BTreeMap<&'f str, Option<ChosenVector<'f>>> {
    let stated = facts.evidences.values().flatten().map(|evidence| evidence.check);
    let stated: BTreeSet<CheckKey> = stated.collect();
    let mut wanted: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for check in stated.iter().filter_map(|check| facts.checks.get(check)) {
        if let [cve] = check.cves.as_slice() {
            wanted.entry(cve).or_default();
        }
    }
    let mut checks: Vec<_> = facts.checks.values().collect();
    checks.sort_by_key(|check| check.check);
    for check in checks {
        if let [cve] = check.cves.as_slice()
            && let Some(vectors) = wanted.get_mut(cve.as_str())
        {
            vectors
                .extend(check.vectors.iter().map(|vector| (check.tool.as_str(), vector.as_str())));
        }
    }
    wanted.into_iter().map(|(cve, stated)| (cve, choose_vector(model, &stated))).collect()
}

/// The open problems of one asset, in order of key.
pub(super) fn problems(
    facts: &Facts,
    profile: &Profile,
    vectors: &BTreeMap<&str, Option<ChosenVector<'_>>>,
) -> Vec<Problem> {
    let mut by_key: BTreeMap<ProblemKey, Vec<&Evidence>> = BTreeMap::new();
    for evidence in facts.evidences.get(&profile.asset).into_iter().flatten() {
        if let Some(key) = key_of(facts, evidence.check) {
            by_key.entry(key).or_default().push(evidence);
        }
    }
    by_key
        .into_iter()
        .filter_map(|(key, evidences)| problem(facts, profile, vectors, key, &evidences))
        .collect()
}

/// The problem a check makes; `None` for detections, which are events.
fn key_of(facts: &Facts, check: CheckKey) -> Option<ProblemKey> {
    let check = facts.checks.get(&check)?;
    if number(check.kind, ObservationKind::from_number) == Some(ObservationKind::Detection) {
        return None;
    }
    Some(ProblemKey::of(check))
}

fn problem(
    facts: &Facts,
    profile: &Profile,
    vectors: &BTreeMap<&str, Option<ChosenVector<'_>>>,
    key: ProblemKey,
    evidences: &[&Evidence],
) -> Option<Problem> {
    let first_seen = evidences.iter().map(|evidence| evidence.first_seen).min()?;
    let mut open: Vec<Evidence> =
        evidences.iter().filter(|evidence| evidence.open).map(|e| (*e).clone()).collect();
    open.sort_by(|a, b| {
        (a.check, &a.location, a.source, a.subject).cmp(&(
            b.check,
            &b.location,
            b.source,
            b.subject,
        ))
    });
    let first = open.first()?;
    let check = facts.checks.get(&first.check)?;
    let worst = open.iter().map(|evidence| evidence.severity).max()?;
    let base = match &key {
        ProblemKey::Cve(cve) => {
            let chosen = vectors.get(cve.as_str()).copied().flatten();
            Base::Vulnerability(chosen.map(|chosen| chosen.score))
        }
        ProblemKey::Check(_) => Base::Check(worst),
    };
    if matches!(base, Base::Check(Severity::Info)) {
        return None;
    }
    let package = open.iter().map(|evidence| &*evidence.location).find(|l| l.starts_with("pkg:"));
    Some(Problem {
        title: check.title.clone(),
        kind: number(check.kind, ObservationKind::from_number)?,
        inputs: profile.worth.inputs(base, profile.first_seen, first_seen, facts.at),
        remedy: package.map_or_else(|| key.as_str().to_owned(), str::to_owned),
        fixed_version: open.iter().find_map(|e| e.fixed_version.as_deref()).map(str::to_owned),
        accepted: open.iter().all(|evidence| evidence.disposition != Disposition::Open),
        evidences: open,
        key,
    })
}
