//! The intervals of one thing that reports see or do not see, whatever order they come in.
//!
//! A source's reports are observations of a key (a check at a location of a subject): at each time
//! a report covered the key, it was there or it was not. An interval runs from the first
//! observation that saw it to the next one that covered it and did not. The intervals are a
//! function of the set of observations; [`observe`] keeps them right for one observation more,
//! early or late (architecture, semantics 4 and 5). Of two observations at the same time the one
//! that saw the thing counts.

use jiff::SignedDuration;
use yagura_model::Timestamp;

/// The resolution of times in the lake.
const INSTANT: SignedDuration = SignedDuration::from_micros(1);

/// An interval, open without an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Interval {
    /// First observation that saw it.
    pub(super) from: Timestamp,
    /// First covering observation after that did not.
    pub(super) to: Option<Timestamp>,
}

impl Interval {
    fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }
}

/// What one more observation does to the intervals of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing changes.
    Same,
    /// A new interval, beside those that are.
    New(Interval),
    /// The interval at an index becomes another.
    Becomes(usize, Interval),
    /// The interval at an index becomes two.
    Splits(usize, Interval, Interval),
    /// Two neighbours, the first at the index, become one.
    Joins(usize, Interval),
}

/// The step for one observation at a time.
///
/// `intervals` are those of the key, ascending. `covering_from` gives the earliest time, the given
/// one or later, at which another report of the source covered the key.
pub(super) fn observe(
    intervals: &[Interval],
    at: Timestamp,
    seen: bool,
    covering_from: impl Fn(Timestamp) -> Option<Timestamp>,
) -> Step {
    let next = || covering_from(at.saturating_add(INSTANT).unwrap_or(Timestamp::MAX));
    // Another look at the same time did not end the interval: it saw the thing.
    let seen_by_another = || covering_from(at) == Some(at);
    let holding = intervals.iter().position(|interval| interval.holds(at));
    match (seen, holding) {
        (true, Some(_)) | (false, None) => Step::Same,
        (false, Some(_)) if seen_by_another() => Step::Same,
        (false, Some(index)) => absent(intervals, index, at, next()),
        (true, None) => present(intervals, at, next()),
    }
}

fn absent(intervals: &[Interval], index: usize, at: Timestamp, next: Option<Timestamp>) -> Step {
    let Some(interval) = intervals.get(index) else { return Step::Same };
    if interval.from == at {
        return Step::Same;
    }
    let before = Interval { from: interval.from, to: Some(at) };
    match next.filter(|next| interval.holds(*next)) {
        Some(next) => Step::Splits(index, before, Interval { from: next, to: interval.to }),
        None => Step::Becomes(index, before),
    }
}

fn present(intervals: &[Interval], at: Timestamp, next: Option<Timestamp>) -> Step {
    let later = intervals.iter().position(|interval| interval.from > at);
    let after = later.and_then(|index| intervals.get(index));
    // With no observation between this one and the next interval, that interval begins here.
    let reaches = after.filter(|after| next.is_none_or(|next| next >= after.from));
    let closed_here = intervals.iter().position(|interval| interval.to == Some(at));
    match (closed_here.and_then(|index| Some((index, *intervals.get(index)?))), reaches) {
        (Some((index, before)), Some(after)) => {
            Step::Joins(index, Interval { from: before.from, to: after.to })
        }
        (Some((index, before)), None) => {
            Step::Becomes(index, Interval { from: before.from, to: next })
        }
        (None, Some(after)) => match later {
            Some(index) => Step::Becomes(index, Interval { from: at, to: after.to }),
            None => Step::Same,
        },
        (None, None) => Step::New(Interval { from: at, to: next }),
    }
}

#[cfg(test)]
mod tests {
    use super::{Interval, Step, observe};
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use yagura_model::Timestamp;

    fn at(instant: i64) -> Timestamp {
        Timestamp::from_microsecond(instant).unwrap()
    }

    /// The intervals of a set of observations, from the definition.
    fn reference(observations: &BTreeMap<i64, bool>) -> Vec<Interval> {
        let mut intervals: Vec<Interval> = Vec::new();
        let mut open = false;
        for (time, seen) in observations {
            match (open, seen) {
                (false, true) => intervals.push(Interval { from: at(*time), to: None }),
                (true, false) => intervals.last_mut().unwrap().to = Some(at(*time)),
                _ => {}
            }
            open = *seen;
        }
        intervals
    }

    fn apply(intervals: &mut Vec<Interval>, step: Step) {
        match step {
            Step::Same => {}
            Step::New(interval) => intervals.push(interval),
            Step::Becomes(index, interval) => intervals[index] = interval,
            Step::Splits(index, first, second) => {
                intervals[index] = first;
                intervals.push(second);
            }
            Step::Joins(index, interval) => {
                intervals[index] = interval;
                intervals.remove(index + 1);
            }
        }
        intervals.sort_by_key(|interval| interval.from);
    }

    fn run(order: &[(i64, bool)]) -> (Vec<Interval>, BTreeMap<i64, bool>) {
        let mut intervals = Vec::new();
        let mut known: BTreeMap<i64, bool> = BTreeMap::new();
        for (time, seen) in order {
            let next = |from: Timestamp| {
                known.range(from.as_microsecond()..).next().map(|(time, _)| at(*time))
            };
            let step = observe(&intervals, at(*time), *seen, next);
            apply(&mut intervals, step);
            let before = known.get(time).copied().unwrap_or(false);
            known.insert(*time, before || *seen);
        }
        (intervals, known)
    }

    #[test]
    fn a_finding_opens_closes_and_comes_back() {
        let (intervals, _) = run(&[(1, true), (2, true), (3, false), (5, true)]);
        let expected =
            [Interval { from: at(1), to: Some(at(3)) }, Interval { from: at(5), to: None }];
        assert_eq!(intervals, expected);
    }

    #[test]
    fn a_late_report_changes_history_and_not_the_present() {
        let (intervals, _) = run(&[(1, true), (5, true), (3, false)]);
        let expected =
            [Interval { from: at(1), to: Some(at(3)) }, Interval { from: at(5), to: None }];
        assert_eq!(intervals, expected);
        let (intervals, _) = run(&[(5, false), (3, true)]);
        assert_eq!(intervals, [Interval { from: at(3), to: Some(at(5)) }]);
        let (intervals, _) = run(&[(5, true), (3, true)]);
        assert_eq!(intervals, [Interval { from: at(3), to: None }]);
    }

    proptest! {
        #[test]
        fn order_does_not_matter(
            order in prop::collection::vec((0i64..12, any::<bool>()), 0..20)
        ) {
            let (intervals, known) = run(&order);
            prop_assert_eq!(intervals, reference(&known));
        }
    }
}
