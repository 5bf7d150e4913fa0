//! Which versions of a table stand no longer, and what ended them.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use roaring::{RoaringBitmap, RoaringTreemap};
use yagura_model::id::Commit;

use crate::row::RowId;

/// Which commit put something in the place of a version.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Ended {
    /// By the commit that wrote it: few commits have one, and their rows mostly stand together. A state
    /// shares what it has in common with the one before.
    by_commit: BTreeMap<Commit, Arc<Ends>>,
}

/// Of what one commit wrote, what ended.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Ends {
    /// The numbers of the versions there.
    rows: RoaringBitmap,
    by: By,
}

/// What ended some versions.
#[derive(Debug, Clone, PartialEq)]
enum By {
    One(Commit),
    /// In order of the numbers of the versions.
    Each(Vec<Commit>),
}

impl Default for By {
    fn default() -> Self {
        Self::Each(Vec::new())
    }
}

impl Ended {
    /// Takes note of a version; of several commits that ended it the first counts.
    pub(crate) fn insert(&mut self, version: RowId, by: Commit) {
        let of_commit = self.by_commit.entry(version.written_by).or_default();
        Arc::make_mut(of_commit).insert(version.row, by);
    }

    /// Takes note of versions that one commit wrote, each with what ended it.
    pub(crate) fn extend(&mut self, written_by: Commit, ends: Vec<(i32, Commit)>) {
        let of_commit = self.by_commit.entry(written_by).or_default();
        *of_commit = Arc::new(of_commit.with(ends));
    }

    /// What is left without versions of these names; `None` if none of them is here.
    pub(crate) fn without(&self, names: &RoaringTreemap) -> Option<Self> {
        let mut left: Option<Self> = None;
        for (commit, rows) in names.bitmaps() {
            let commit = Commit(i64::from(commit));
            let of_commit = self.of(commit).filter(|ends| !ends.rows.is_disjoint(rows));
            let Some(of_commit) = of_commit.map(|ends| ends.without(rows)) else { continue };
            let left = &mut left.get_or_insert_with(|| self.clone()).by_commit;
            match of_commit.rows.is_empty() {
                true => left.remove(&commit),
                false => left.insert(commit, Arc::new(of_commit)),
            };
        }
        left
    }

    /// The commit that ended a version.
    pub(crate) fn get(&self, version: RowId) -> Option<Commit> {
        self.of(version.written_by)?.get(version.row)
    }

    /// How many of some versions ended. Those of one commit mostly stand together.
    pub(crate) fn count(&self, versions: impl Iterator<Item = RowId>) -> usize {
        let (mut last, mut of_commit) = (None, None);
        let ended = versions.filter(|id| {
            if last != Some(id.written_by) {
                (last, of_commit) = (Some(id.written_by), self.of(id.written_by));
            }
            of_commit.is_some_and(|ended| ended.has(id.row))
        });
        ended.count()
    }

    /// What a commit wrote that ended.
    pub(crate) fn of(&self, commit: Commit) -> Option<&Ends> {
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
        self.by_commit.values().map(|ends| ends.len()).sum()
    }

    /// All versions with what ended them, in order.
    #[cfg(test)]
    pub(crate) fn all(&self) -> impl Iterator<Item = (RowId, Commit)> + '_ {
        self.by_commit.iter().flat_map(|(commit, ends)| {
            ends.all().map(|(row, by)| (RowId { written_by: *commit, row }, by))
        })
    }
}

impl Ends {
    /// Whether a version ended.
    pub(crate) fn has(&self, row: i32) -> bool {
        self.rows.contains(row as u32)
    }

    /// The commit that ended a version.
    pub(crate) fn get(&self, row: i32) -> Option<Commit> {
        if !self.has(row) {
            return None;
        }
        match &self.by {
            By::One(by) => Some(*by),
            By::Each(by) => {
                // What ended it is found by counting those before it, which takes long.
                let place = usize::try_from(self.rows.rank(row as u32)).ok()?.checked_sub(1)?;
                by.get(place).copied()
            }
        }
    }

    fn len(&self) -> usize {
        usize::try_from(self.rows.len()).unwrap_or(usize::MAX)
    }

    fn all(&self) -> impl Iterator<Item = (i32, Commit)> + '_ {
        self.rows.iter().enumerate().filter_map(|(place, row)| {
            let by = match &self.by {
                By::One(by) => *by,
                By::Each(by) => *by.get(place)?,
            };
            Some((row as i32, by))
        })
    }

    fn insert(&mut self, row: i32, by: Commit) {
        if self.rows.is_empty() {
            self.by = By::One(by);
        }
        if self.by == By::One(by) {
            self.rows.insert(row as u32);
        } else {
            *self = self.with(vec![(row, by)]);
        }
    }

    fn without(&self, rows: &RoaringBitmap) -> Self {
        let left = self.all().filter(|(row, _)| !rows.contains(*row as u32));
        Self::default().with(left.collect())
    }

    fn with(&self, more: Vec<(i32, Commit)>) -> Self {
        let all = self.all().chain(more).map(|(row, by)| (row as u32, by));
        let mut all: Vec<(u32, Commit)> = all.collect();
        // Runs that are sorted already are merged. Of one version the first end comes first.
        all.sort();
        all.dedup_by_key(|(row, _)| *row);
        let rows = all.iter().map(|(row, _)| *row).collect();
        let by = match all.first() {
            Some((_, one)) if all.iter().all(|(_, by)| by == one) => By::One(*one),
            _ => By::Each(all.into_iter().map(|(_, by)| by).collect()),
        };
        Self { rows, by }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use yagura_model::id::Commit;

    use super::Ended;
    use crate::row::RowId;

    proptest! {
        #[test]
        fn of_several_ends_the_first_counts_in_whatever_order_and_number_they_come(
            ends in prop::collection::vec((1_i64..4, 0_i32..70_000, 1_i64..6), 0..60),
            cut in 0_usize..60,
        ) {
            let id = |written_by: i64, row| RowId { written_by: Commit(written_by), row };
            let mut expected: BTreeMap<RowId, Commit> = BTreeMap::new();
            for (written_by, row, by) in &ends {
                let end = expected.entry(id(*written_by, *row)).or_insert(Commit(*by));
                *end = Commit(*by).min(*end);
            }
            let mut one_by_one = Ended::default();
            ends.iter().for_each(|(w, row, by)| one_by_one.insert(id(*w, *row), Commit(*by)));
            let mut together = Ended::default();
            for part in [ends.get(..cut.min(ends.len())), ends.get(cut.min(ends.len())..)] {
                for commit in 1..4 {
                    let of_commit = part.unwrap_or_default().iter().filter(|end| end.0 == commit);
                    let of_commit: Vec<_> = of_commit.map(|(_, row, by)| (*row, Commit(*by))).collect();
                    if !of_commit.is_empty() {
                        together.extend(Commit(commit), of_commit);
                    }
                }
            }
            for ended in [&one_by_one, &together] {
                prop_assert_eq!(ended.all().collect::<BTreeMap<_, _>>(), expected.clone());
                prop_assert_eq!(ended.len(), expected.len());
                for written_by in 1..4 {
                    for row in ends.iter().map(|(_, row, _)| *row).chain([0, 69_999]) {
                        let id = id(written_by, row);
                        prop_assert_eq!(ended.get(id), expected.get(&id).copied());
                    }
                }
            }
            prop_assert_eq!(one_by_one, together);
        }
    }
}
