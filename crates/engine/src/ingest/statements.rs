//! Statements of a source against what it said before.
//!
//! What is said of a name, a kind holds until the source says otherwise. The intervals are a function of
//! what was said when, whatever order it comes in: a statement older than what is known holds until the
//! source's next look, from which on what was known holds again.

use std::cmp::Ordering;

use yagura_lake::{
    row::{Row, Stored, Version},
    rows::{AttributeRow, IdentifierRow, RelationRow, SoftwareRow},
};
use yagura_model::{Timestamp, id::SubjectKey};

/// A row that says something of a subject during an interval.
pub(super) trait Statement: Row + Clone {
    /// What the values of one statement replace each other in: the name, the kind.
    type Group<'r>: Ord
    where
        Self: 'r;
    fn subject(&self) -> SubjectKey;
    fn group(&self) -> Self::Group<'_>;
    /// Whether both say the same, whenever.
    fn says_same(&self, other: &Self) -> bool;
    fn interval(&self) -> (Timestamp, Option<Timestamp>);
    fn set_interval(&mut self, from: Timestamp, to: Option<Timestamp>);
}

macro_rules! statement {
    ($row:ty, $group:ty, |$this:ident, $other:ident| $key:expr, $same:expr) => {
        impl Statement for $row {
            type Group<'r> = $group;

            fn subject(&self) -> SubjectKey {
                self.subject
            }

            fn group(&self) -> Self::Group<'_> {
                let $this = self;
                $key
            }

            fn says_same(&self, $other: &Self) -> bool {
                let $this = self;
                $same
            }

            fn interval(&self) -> (Timestamp, Option<Timestamp>) {
                (self.first_seen, self.resolved_at)
            }

            fn set_interval(&mut self, from: Timestamp, to: Option<Timestamp>) {
                self.first_seen = from;
                self.resolved_at = to;
            }
        }
    };
}

// The name of what was disposed of identifies nothing any more, though it is still said.
statement!(
    IdentifierRow,
    i8,
    |this, other| this.kind,
    this.value == other.value && this.hash.is_some() == other.hash.is_some()
);
statement!(AttributeRow, &'r str, |this, other| &*this.name, this.value == other.value);
statement!(
    RelationRow,
    i8,
    |this, other| this.kind,
    this.target == other.target
        && this.valid_from == other.valid_from
        && this.valid_to == other.valid_to
);
statement!(SoftwareRow, (), |_this, other| (), _this.software_set == other.software_set);

/// Compares statements with what is known; gives the rows to write and those to supersede.
///
/// `emptied` says of rows of which the report names none when it says so that nothing holds any more.
/// `next_look` is the next time after one at which the source said such things again.
pub(super) fn restated<T: Statement>(
    mut stored: Vec<Stored<T>>,
    mut said: Vec<T>,
    emptied: impl Fn(&T) -> Option<Timestamp>,
    next_look: impl Fn(&T, Timestamp) -> Option<Timestamp>,
) -> (Vec<T>, Vec<Version>) {
    stored.sort_by(|a, b| in_groups(&a.row, &b.row));
    said.sort_by(in_groups);
    let mut change = Change { rows: Vec::new(), old: Vec::new() };
    let mut histories =
        stored.chunk_by(|a, b| in_groups(&a.row, &b.row) == Ordering::Equal).peekable();
    let order = |history: &[Stored<T>], row: &T| history.first().map(|v| in_groups(&v.row, row));
    let empty = |history: &[Stored<T>], change: &mut Change<T>| {
        let first = history.first().map(|version| &version.row);
        if let Some((row, at)) = first.and_then(|row| Some((row, emptied(row)?))) {
            change.replace(history, &[], at, || next_look(row, at));
        }
    };
    for group in said.chunk_by(|a, b| in_groups(a, b) == Ordering::Equal) {
        let Some(first) = group.first() else { continue };
        let is = |wanted| move |history: &&[Stored<T>]| order(history, first) == Some(wanted);
        while let Some(history) = histories.next_if(is(Ordering::Less)) {
            empty(history, &mut change);
        }
        let history = histories.next_if(is(Ordering::Equal)).unwrap_or_default();
        let mut values: Vec<&T> = Vec::with_capacity(group.len());
        for row in group {
            if !values.iter().any(|other| other.says_same(row)) {
                values.push(row);
            }
        }
        let at = first.interval().0;
        change.replace(history, &values, at, || next_look(first, at));
    }
    histories.for_each(|history| empty(history, &mut change));
    (change.rows, change.old)
}

/// The order of statements by what they replace each other in.
fn in_groups<T: Statement>(a: &T, b: &T) -> Ordering {
    a.subject().cmp(&b.subject()).then_with(|| a.group().cmp(&b.group()))
}

/// The rows to write and those to supersede.
struct Change<T> {
    rows: Vec<T>,
    old: Vec<Version>,
}

impl<T: Statement> Change<T> {
    /// One statement against the history of its group.
    fn replace(
        &mut self,
        history: &[Stored<T>],
        values: &[&T],
        at: Timestamp,
        next_look: impl Fn() -> Option<Timestamp>,
    ) {
        let holds = |version: &&Stored<T>| {
            let (from, to) = version.row.interval();
            from <= at && to.is_none_or(|to| at < to)
        };
        let is = |row: &T| values.iter().any(|value| value.says_same(row));
        let gone = || history.iter().filter(holds).filter(|version| !is(&version.row));
        let held = |value: &&&T| !history.iter().filter(holds).any(|v| v.row.says_same(value));
        let new = || values.iter().filter(held);
        if gone().next().is_none() && new().next().is_none() {
            return;
        }
        let bounds = history.iter().flat_map(|version| {
            let (from, to) = version.row.interval();
            [Some(from), to]
        });
        let next = bounds.chain([next_look()]).flatten().filter(|time| *time > at).min();
        for version in gone() {
            let (from, to) = version.row.interval();
            // What was said at the same time was said.
            if from == at {
                continue;
            }
            self.old.push(version.version());
            self.write(&version.row, (from, Some(at)));
            if let Some(next) = next.filter(|next| to.is_none_or(|to| *next < to)) {
                self.write(&version.row, (next, to));
            }
        }
        for value in new() {
            let same = || history.iter().filter(|version| version.row.says_same(value));
            let before = same().find(|version| version.row.interval().1 == Some(at));
            let after = same().find(|version| Some(version.row.interval().0) == next);
            self.old.extend(before.into_iter().chain(after).map(Stored::version));
            let from = before.map_or(at, |before| before.row.interval().0);
            let to = after.map_or(next, |after| after.row.interval().1);
            // What was said first stays so that the report that said it is told.
            self.write(before.map_or(value, |before| &before.row), (from, to));
        }
    }

    fn write(&mut self, row: &T, (from, to): (Timestamp, Option<Timestamp>)) {
        let mut row = row.clone();
        row.set_interval(from, to);
        self.rows.push(row);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Arc;

    use proptest::prelude::*;
    use yagura_lake::{
        row::{RowId, Stored},
        rows::AttributeRow,
    };
    use yagura_model::{
        Timestamp,
        id::{Commit, ReportKey, SubjectKey},
    };

    use super::restated;

    fn at(instant: i64) -> Timestamp {
        Timestamp::from_microsecond(instant).unwrap()
    }

    fn row(instant: i64, value: &str) -> AttributeRow {
        AttributeRow {
            subject: SubjectKey(7),
            name: Arc::from("os"),
            value: Arc::from(value),
            first_seen: at(instant),
            resolved_at: None,
            report: ReportKey(1),
        }
    }

    /// What holds after statements in some order, and how many rows say it.
    fn after(said: &[(i64, Vec<&str>)]) -> Vec<AttributeRow> {
        let mut stored: Vec<Stored<AttributeRow>> = Vec::new();
        let mut looks: BTreeSet<i64> = BTreeSet::new();
        for (number, (instant, values)) in said.iter().enumerate() {
            let rows = values.iter().map(|value| row(*instant, value)).collect();
            let next = |_: &AttributeRow, from: Timestamp| {
                looks.iter().map(|look| at(*look)).find(|look| *look > from)
            };
            let (rows, old) = restated(stored.clone(), rows, |_| None, next);
            stored.retain(|one| !old.contains(&one.version()));
            for (row, place) in rows.into_iter().zip(0..) {
                let id = RowId { written_by: Commit(number as i64), row: place };
                stored.push(Stored { id, superseded_by: None, row });
            }
            looks.insert(*instant);
        }
        stored.into_iter().map(|stored| stored.row).collect()
    }

    fn holding(rows: &[AttributeRow], instant: i64) -> Vec<&str> {
        let at = at(instant);
        let holds =
            |row: &&AttributeRow| row.first_seen <= at && row.resolved_at.is_none_or(|to| at < to);
        let mut values: Vec<&str> = rows.iter().filter(holds).map(|row| &*row.value).collect();
        values.sort_unstable();
        values
    }

    #[test]
    fn an_older_statement_changes_history_and_not_the_present() {
        let rows = after(&[(1, vec!["a"]), (10, vec!["a"]), (5, vec!["b"])]);
        assert_eq!([1, 5, 9, 10].map(|t| holding(&rows, t)), [["a"], ["b"], ["b"], ["a"]]);
        let rows = after(&[(10, vec!["a"]), (5, vec!["b"]), (7, vec!["a"])]);
        assert_eq!([5, 7, 10].map(|t| holding(&rows, t)), [["b"], ["a"], ["a"]]);
    }

    #[test]
    fn what_is_said_again_adds_no_row() {
        assert_eq!(after(&[(1, vec!["a"]), (2, vec!["a"]), (3, vec!["a"])]).len(), 1);
        assert_eq!(after(&[(3, vec!["a"]), (2, vec!["a"]), (1, vec!["a"])]).len(), 1);
    }

    proptest! {
        #[test]
        fn the_order_of_statements_does_not_matter(
            said in prop::collection::btree_map(0i64..12, prop::collection::btree_set(prop::sample::select(vec!["a", "b", "c"]), 1..3), 0..8)
                .prop_flat_map(|said| {
                    let said: Vec<_> = said.into_iter().collect();
                    Just(said).prop_shuffle()
                })
        ) {
            let said: Vec<(i64, Vec<&str>)> =
                said.into_iter().map(|(t, values)| (t, values.into_iter().collect())).collect();
            let rows = after(&said);
            let by_time: BTreeMap<i64, &Vec<&str>> = said.iter().map(|(t, v)| (*t, v)).collect();
            for instant in 0..14 {
                let last = by_time.range(..=instant).next_back().map(|(_, values)| (*values).clone());
                prop_assert_eq!(holding(&rows, instant), last.unwrap_or_default());
            }
        }
    }
}
