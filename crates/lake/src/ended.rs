//! The versions that stand no longer and whose files do not say so.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use hashbrown::HashMap;
use yagura_model::id::Commit;

use crate::row::RowId;

/// Which commit put something in the place of a version.
#[derive(Debug, Default, Clone)]
pub(crate) struct Ended {
    /// By the commit that wrote it and its number there: few commits have one, and their rows mostly
    /// stand together. A state shares what it has in common with the one before.
    by_commit: BTreeMap<Commit, Arc<HashMap<i32, Commit>>>,
}

impl Ended {
    /// Takes note of a version; of several commits that ended it the first counts.
    pub(crate) fn insert(&mut self, version: RowId, by: Commit) {
        let of_commit = self.by_commit.entry(version.written_by).or_default();
        let end = Arc::make_mut(of_commit).entry(version.row).or_insert(by);
        *end = by.min(*end);
    }

    /// The commit that ended a version.
    pub(crate) fn get(&self, version: RowId) -> Option<Commit> {
        self.of(version.written_by)?.get(&version.row).copied()
    }

    /// What a commit wrote that ended, by its number there, with what ended it.
    pub(crate) fn of(&self, commit: Commit) -> Option<&HashMap<i32, Commit>> {
        self.by_commit.get(&commit).map(|rows| &**rows)
    }

    /// Whether something ended that one of these commits wrote.
    pub(crate) fn any_of(&self, commits: RangeInclusive<Commit>) -> bool {
        self.by_commit.range(commits).next().is_some()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_commit.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.by_commit.values().map(|rows| rows.len()).sum()
    }

    /// All versions, in no order that means anything.
    pub(crate) fn versions(&self) -> impl Iterator<Item = RowId> + '_ {
        self.by_commit.iter().flat_map(|(commit, rows)| {
            rows.keys().map(|row| RowId { written_by: *commit, row: *row })
        })
    }
}
