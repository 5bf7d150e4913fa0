//! How organisations came to be as they are: by whom, when, and by which decision.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use yagura_lake::{
    Snapshot,
    row::Stored,
    rows::{CommitRow, OrganisationRow, SuccessionRow},
    scan::Filter,
};
use yagura_model::{Timestamp, id::Commit, organisation::OrganisationCode};

use super::{ReorganisationError, undo::Versions};
use crate::decisions::{self, DecisionSaid};

/// What was said of organisations at once. Serialises to the stable line of
/// `yagura org history --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The commit since which it is known.
    pub commit: Commit,
    /// When that was.
    pub known_at: Option<Timestamp>,
    /// The decision, if a person decided; else it came with a report or was added by hand.
    pub decision: Option<DecisionSaid>,
    /// The organisations, in order of code.
    pub changes: Vec<StepChange>,
}

/// What was said of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepChange {
    /// Its code.
    pub code: String,
    /// Its life as it was told before.
    pub before: Life,
    /// Its life as it was told from then on.
    pub after: Life,
}

/// The life of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Life {
    /// What it was called and stood under, in order of time.
    pub intervals: Vec<Interval>,
    /// To whom passed what it answered for, in order of time.
    pub passes: Vec<Passed>,
}

/// What an organisation answered for passed to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Passed {
    /// When.
    pub passed_at: Timestamp,
    /// To which.
    pub successor: String,
}

/// An interval of the life of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Interval {
    /// Since when; without it since ever.
    pub valid_from: Option<Timestamp>,
    /// Until when (exclusive); without it for ever.
    pub valid_to: Option<Timestamp>,
    /// Its name in Japanese.
    pub name_ja: String,
    /// Its name in English.
    pub name_en: String,
    /// The code of the organisation above.
    pub parent: Option<String>,
}

impl From<&OrganisationRow> for Interval {
    fn from(row: &OrganisationRow) -> Self {
        Self {
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            name_ja: row.name_ja.clone(),
            name_en: row.name_en.clone(),
            parent: Some(row.parent.clone()).filter(|parent| !parent.is_empty()),
        }
    }
}

/// What was said of an organisation, by persons and registers, or all that persons decided; in the
/// order in which it became known.
///
/// # Errors
/// If the organisation is not known, or the lake cannot be read.
pub async fn history(
    snapshot: &Snapshot,
    organisation: Option<&OrganisationCode>,
) -> Result<Vec<Step>, ReorganisationError> {
    let versions = Versions::load(snapshot).await?;
    let wanted: Vec<&str> = match organisation {
        Some(code) => versions.codes().filter(|known| *known == code.as_str()).collect(),
        None => versions.codes().collect(),
    };
    if let (Some(code), true) = (organisation, wanted.is_empty()) {
        return Err(ReorganisationError::Unknown(code.clone()));
    }
    let decisions = decisions::said(snapshot).await?;
    let commits: BTreeSet<Commit> = wanted.iter().flat_map(|code| versions.commits(code)).collect();
    let filter = Filter::of("written_by", commits.iter().map(|commit| commit.0));
    let times: Vec<Stored<CommitRow>> = snapshot.read(&filter).await?;
    let times: BTreeMap<Commit, Timestamp> =
        times.iter().map(|stored| (stored.id.written_by, stored.row.committed_at)).collect();
    let lives = |code: &str, commit: Commit| {
        let said = versions.at(code, Some(commit));
        let passed = |row: &SuccessionRow| Passed {
            passed_at: row.passed_at,
            successor: row.successor.clone(),
        };
        Life {
            intervals: said.rows.iter().map(Interval::from).collect(),
            passes: said.passes.iter().map(passed).collect(),
        }
    };
    let step = |commit: Commit| {
        let decision = decisions.get(&commit).cloned();
        if organisation.is_none() && decision.is_none() {
            return None;
        }
        let change = |code: &&str| {
            let (before, after) = (lives(code, Commit(commit.0 - 1)), lives(code, commit));
            let code = (*code).to_owned();
            (before != after).then_some(StepChange { code, before, after })
        };
        let changes: Vec<StepChange> = wanted.iter().filter_map(change).collect();
        let known_at = times.get(&commit).copied();
        (!changes.is_empty()).then_some(Step { commit, known_at, decision, changes })
    };
    Ok(commits.into_iter().filter_map(step).collect())
}
