//! The time in which a problem was open: the intervals of its findings together.

use yagura_model::Timestamp;

/// From the first instant at which any source states a problem to the first at which none does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Episode {
    pub(super) from: Timestamp,
    /// Without it the problem is still open.
    pub(super) to: Option<Timestamp>,
}

impl Episode {
    /// Whether it holds at an instant.
    pub(super) fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }
}

/// The intervals of findings together, ascending and apart from each other.
pub(super) fn episodes(mut intervals: Vec<Episode>) -> Vec<Episode> {
    intervals.sort_unstable();
    let mut episodes: Vec<Episode> = Vec::new();
    for interval in intervals {
        let last = episodes.last_mut();
        match last.filter(|last| last.to.is_none_or(|to| interval.from <= to)) {
            Some(last) => last.to = last.to.zip(interval.to).map(|(a, b)| a.max(b)),
            None => episodes.push(interval),
        }
    }
    episodes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Episode, episodes};

    fn at(second: i64) -> yagura_model::Timestamp {
        yagura_model::Timestamp::from_second(second).unwrap()
    }

    proptest! {
        #[test]
        fn a_problem_is_open_while_a_finding_is(
            intervals in prop::collection::vec((0_i64..20, prop::option::of(1_i64..10)), 0..8),
        ) {
            let interval = |(from, long): &(i64, Option<i64>)| Episode {
                from: at(*from),
                to: long.map(|long| at(from + long)),
            };
            let findings: Vec<Episode> = intervals.iter().map(interval).collect();
            let together = episodes(findings.clone());
            for second in -1..32 {
                let any = |all: &[Episode]| all.iter().any(|one| one.holds(at(second)));
                prop_assert_eq!(any(&together), any(&findings), "at {}", second);
            }
            // Between two episodes it was not open.
            for two in together.windows(2) {
                prop_assert!(two[0].to.is_some_and(|to| to < two[1].from));
            }
        }
    }
}
