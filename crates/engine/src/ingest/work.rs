//! What the steps of an ingest share.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;

use yagura_baseline::identity::Rules;
use yagura_lake::{
    Changes, Transaction,
    row::Stored,
    rows::{IdentifierRow, SourceRow, SubjectRow},
};
use yagura_model::{
    Timestamp,
    id::{ReportKey, SubjectKey},
};

use super::{faces::Faces, known::Known, stage::Stage};

/// Subjects that are compared at a time: what a report says of those before them is held by columns.
/// Tests have so few that most of their reports have several parts.
const AT_A_TIME: usize = if cfg!(test) { 5 } else { 16_384 };

/// Most subjects born in one shard.
pub(super) const SHARD_SUBJECTS: i64 = 50_000;

/// One report on its way into the lake.
#[derive(Debug)]
pub(super) struct Work<'a> {
    pub(super) stage: &'a Stage,
    /// What its assets are found by.
    pub(super) faces: &'a Faces,
    /// The lake with what reports before this one change.
    pub(super) transaction: &'a Transaction,
    /// What it shares with other reports.
    pub(super) known: &'a Known,
    pub(super) rules: &'a Rules,
    /// The other organisations whose things may be those of the source's own organisation.
    pub(super) kin: BTreeSet<String>,
    pub(super) source: SourceRow,
    pub(super) report: ReportKey,
    /// When the report was observed.
    pub(super) at: Timestamp,
    /// Namespace of the ids of checks.
    pub(super) tool: &'a str,
    pub(super) changes: Changes,
}

impl Work<'_> {
    /// The organisation inside which things are told apart: that of the source, wherever its assets
    /// went since.
    pub(super) fn organisation(&self) -> &str {
        &self.source.organisation
    }

    /// The next number of a counter, from 1.
    pub(super) fn count(&mut self, name: &str) -> i64 {
        let next = self.counter(name) + 1;
        self.changes.counters.insert(name.to_owned(), next);
        next
    }

    /// Where a counter stands.
    pub(super) fn counter(&self, name: &str) -> i64 {
        let moved = self.changes.counters.get(name).copied();
        moved.unwrap_or_else(|| self.transaction.counter(name))
    }

    /// Sets a counter.
    pub(super) fn set_counter(&mut self, name: String, value: i64) {
        self.changes.counters.insert(name, value);
    }

    /// When an asset of the report was observed.
    pub(super) fn observed(&self, local: usize) -> Timestamp {
        let own = self.stage.assets.get(local).and_then(|a| a.as_ref()?.observed_at);
        own.unwrap_or(self.at)
    }
}

/// The subjects of a report.
#[derive(Debug, Default)]
pub(super) struct Subjects {
    /// By local number of the asset.
    pub(super) by_local: Vec<Option<SubjectKey>>,
    /// Those the lake did not know, by local number of the first asset that is one.
    pub(super) new: BTreeMap<SubjectKey, usize>,
    /// The rows of those the lake knew, and of other generations of them, in order.
    pub(super) rows: Vec<SubjectRow>,
    /// The identifiers in force of those the lake knew.
    pub(super) identifiers: Vec<Stored<IdentifierRow>>,
}

impl Subjects {
    /// The subject of a local asset.
    pub(super) fn get(&self, local: u32) -> Option<SubjectKey> {
        self.by_local.get(local as usize).copied().flatten()
    }

    /// The subjects the lake knew before.
    pub(super) fn known(&self) -> impl Iterator<Item = SubjectKey> + '_ {
        self.by_local.iter().flatten().copied().filter(|subject| !self.new.contains_key(subject))
    }
}

/// Assets of a report by the subjects they are, ascending.
pub(super) type Locals = [(SubjectKey, usize)];

impl Subjects {
    /// The assets of the report by their subjects.
    pub(super) fn ordered(&self) -> Vec<(SubjectKey, usize)> {
        let all = self.by_local.iter().enumerate();
        let mut ordered: Vec<_> =
            all.filter_map(|(local, subject)| Some(((*subject)?, local))).collect();
        ordered.sort_unstable();
        ordered
    }

    /// The row of a subject the lake knew.
    pub(super) fn row(&self, subject: SubjectKey) -> Option<&SubjectRow> {
        let place = self.rows.binary_search_by_key(&subject, |row| row.subject).ok()?;
        self.rows.get(place)
    }

    /// Which of some assets the lake knew, by their subjects, each once.
    pub(super) fn known_of(&self, part: &Locals) -> BTreeSet<i64> {
        let known = part.iter().filter(|(subject, _)| !self.new.contains_key(subject));
        known.map(|(subject, _)| subject.0).collect()
    }
}

/// Assets so many subjects at a time, those of one subject together.
pub(super) fn in_parts(mut ordered: &Locals) -> impl Iterator<Item = &Locals> {
    std::iter::from_fn(move || {
        let (last, _) = ordered.get(ordered.len().min(AT_A_TIME).checked_sub(1)?)?;
        let end = ordered.partition_point(|(subject, _)| subject <= last);
        let (part, rest) = ordered.split_at(end);
        ordered = rest;
        Some(part)
    })
}

/// What of rows in order of their subjects is of a part, after which only later ones are drawn.
pub(super) fn of_part<T>(
    rows: &mut Peekable<impl Iterator<Item = T>>,
    part: &Locals,
    subject: impl Fn(&T) -> SubjectKey,
) -> Vec<T> {
    let Some((last, _)) = part.last() else { return Vec::new() };
    std::iter::from_fn(|| rows.next_if(|row| subject(row) <= *last)).collect()
}
