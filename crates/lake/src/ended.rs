//! The versions that stand no longer and whose files do not say so.

use std::collections::{BTreeSet, HashMap};

use yagura_model::id::Commit;

use crate::row::RowId;

/// Which commit put something in the place of a version.
#[derive(Debug, Default)]
pub(crate) struct Ended {
    by_row: HashMap<RowId, Commit>,
    /// The commits that wrote one of them: few have, and their rows mostly stand together.
    commits: BTreeSet<Commit>,
}

impl Ended {
    /// Takes note of a version; of several commits that ended it the first counts.
    pub(crate) fn insert(&mut self, version: RowId, by: Commit) {
        self.commits.insert(version.written_by);
        let end = self.by_row.entry(version).or_insert(by);
        *end = by.min(*end);
    }

    /// The commit that ended a version.
    pub(crate) fn get(&self, version: RowId) -> Option<Commit> {
        self.by_row.get(&version).copied()
    }

    /// Whether a version ended that a commit wrote.
    pub(crate) fn touches(&self, commit: Commit) -> bool {
        self.commits.contains(&commit)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_row.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.by_row.len()
    }

    /// All versions, in no order that means anything.
    pub(crate) fn versions(&self) -> impl Iterator<Item = RowId> + '_ {
        self.by_row.keys().copied()
    }
}
