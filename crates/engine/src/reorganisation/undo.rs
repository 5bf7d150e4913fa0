//! A reorganisation is taken back: the rows it put others in the place of stand again.

use std::collections::{BTreeMap, BTreeSet};

use yagura_lake::{
    Snapshot,
    row::Stored,
    rows::{DecisionRow, OrganisationRow, SuccessionRow},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    id::{Commit, DecisionKey},
};

use super::{
    ReorganisationError,
    draft::{Draft, Rows},
};
use crate::ingest::in_force;

/// Restores what stood before a decision of every organisation it changed.
pub(super) async fn plan(
    snapshot: &Snapshot,
    decision: DecisionKey,
    now: Timestamp,
) -> Result<Draft, ReorganisationError> {
    let decisions: Vec<Stored<DecisionRow>> = snapshot.read(&Filter::all()).await?;
    let found = decisions.iter().find(|stored| stored.row.decision == decision);
    let commit = found.ok_or(ReorganisationError::UnknownDecision(decision))?.id.written_by;
    let rows: Vec<DecisionRow> = decisions.iter().map(|stored| stored.row.clone()).collect();
    let in_force = in_force(&rows);
    let by =
        rows.iter().find(|row| row.undoes == Some(decision) && in_force.contains(&row.decision));
    if let Some(by) = by {
        return Err(ReorganisationError::AlreadyUndone { decision, by: by.decision });
    }
    let versions = Versions::load(snapshot).await?;
    let touched = versions.touched(commit);
    if touched.is_empty() {
        return Err(ReorganisationError::OfAssets(decision));
    }
    let mut after = Said::default();
    for code in versions.codes() {
        let stands = versions.at(code, None);
        if !touched.contains(code) {
            after.extend(stands);
            continue;
        }
        // What was changed since and put back does not matter.
        if stands != versions.at(code, Some(commit)) {
            let later = versions.last_change(code);
            let by = decisions.iter().find(|stored| Some(stored.id.written_by) == later);
            let by = by.map(|stored| stored.row.decision);
            let organisation = code.to_owned();
            return Err(ReorganisationError::ChangedSince { decision, organisation, by });
        }
        after.extend(versions.at(code, Some(Commit(commit.0 - 1))));
    }
    let all = Filter::all();
    let (organisations, passes) = tokio::try_join!(snapshot.read(&all), snapshot.read(&all))?;
    Ok(Draft {
        from: versions.began(commit).unwrap_or(now),
        organisations: Rows::restored(organisations, after.rows),
        passes: Rows::restored(passes, after.passes),
    })
}

/// What is said of organisations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) rows: Vec<OrganisationRow>,
    pub(super) passes: Vec<SuccessionRow>,
}

impl Said {
    fn extend(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.passes.extend(other.passes);
    }

    /// In an order that says nothing.
    fn sorted(mut self) -> Self {
        self.rows.sort_by(|a, b| {
            (a.valid_from, a.valid_to, &a.parent).cmp(&(b.valid_from, b.valid_to, &b.parent))
        });
        self.passes.sort_by(|a, b| (a.passed_at, &a.successor).cmp(&(b.passed_at, &b.successor)));
        self
    }

    fn dates(&self) -> BTreeSet<Timestamp> {
        let rows = self.rows.iter().flat_map(|row| [row.valid_from, row.valid_to]).flatten();
        rows.chain(self.passes.iter().map(|pass| pass.passed_at)).collect()
    }
}

/// All that was ever said of organisations.
pub(super) struct Versions {
    rows: BTreeMap<String, Vec<Stored<OrganisationRow>>>,
    passes: BTreeMap<String, Vec<Stored<SuccessionRow>>>,
}

impl Versions {
    pub(super) async fn load(snapshot: &Snapshot) -> Result<Self, ReorganisationError> {
        let all = Filter::all().with_superseded();
        let mut versions = Self { rows: BTreeMap::new(), passes: BTreeMap::new() };
        let rows: Vec<Stored<OrganisationRow>> = snapshot.read(&all).await?;
        for version in rows {
            versions.rows.entry(version.row.code.clone()).or_default().push(version);
        }
        let passes: Vec<Stored<SuccessionRow>> = snapshot.read(&all).await?;
        for version in passes {
            versions.passes.entry(version.row.organisation.clone()).or_default().push(version);
        }
        Ok(versions)
    }

    pub(super) fn codes(&self) -> impl Iterator<Item = &str> {
        self.rows.keys().map(String::as_str)
    }

    /// What was said of an organisation after a commit, or is now.
    pub(super) fn at(&self, code: &str, commit: Option<Commit>) -> Said {
        Said {
            rows: stood(self.rows.get(code), commit),
            passes: stood(self.passes.get(code), commit),
        }
        .sorted()
    }

    /// The commits that changed something of an organisation.
    pub(super) fn commits(&self, code: &str) -> BTreeSet<Commit> {
        commits(self.rows.get(code)).chain(commits(self.passes.get(code))).collect()
    }

    fn last_change(&self, code: &str) -> Option<Commit> {
        self.commits(code).pop_last()
    }

    /// The organisations that a commit changed.
    pub(super) fn touched(&self, commit: Commit) -> BTreeSet<String> {
        let codes = self.codes().filter(|code| self.commits(code).contains(&commit));
        codes.map(str::to_owned).collect()
    }

    /// The first date that a commit brought or took away.
    fn began(&self, commit: Commit) -> Option<Timestamp> {
        let of_code = |code: String| {
            let before = self.at(&code, Some(Commit(commit.0 - 1))).dates();
            let after = self.at(&code, Some(commit)).dates();
            let other = before.symmetric_difference(&after).min().copied();
            // A row that begins on the very day of the reorganisation changes no date.
            let written = self.rows.get(&code).into_iter().flatten();
            let written = written.filter(|version| version.id.written_by == commit);
            other.or_else(|| written.filter_map(|version| version.row.valid_from).max())
        };
        self.touched(commit).into_iter().filter_map(of_code).min()
    }
}

/// The rows that stood after a commit, or stand now.
fn stood<T: Clone>(versions: Option<&Vec<Stored<T>>>, commit: Option<Commit>) -> Vec<T> {
    let stood = |version: &&Stored<T>| match commit {
        None => version.superseded_by.is_none(),
        Some(commit) => {
            version.id.written_by <= commit && version.superseded_by.is_none_or(|by| by > commit)
        }
    };
    let versions = versions.into_iter().flatten().filter(stood);
    versions.map(|version| version.row.clone()).collect()
}

fn commits<T>(versions: Option<&Vec<Stored<T>>>) -> impl Iterator<Item = Commit> {
    let versions = versions.into_iter().flatten();
    versions.flat_map(|version| [Some(version.id.written_by), version.superseded_by]).flatten()
}
