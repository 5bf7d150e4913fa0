//! Counting the episodes of all problems, shard by shard.

use std::collections::BTreeMap;

use yagura_lake::{LakeError, parts};
use yagura_model::Timestamp;

use super::{
    episodes::{Episode, episodes},
    members::Members,
    problems::{Problems, Statement},
};

/// What is counted of a line in the period that ends with an instant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Cell {
    /// Open at the instant.
    pub(super) open: u64,
    /// Those of them that every source that states them says are accepted.
    pub(super) accepted: u64,
    /// Opened for the first time on their asset.
    pub(super) opened: u64,
    /// Opened again.
    pub(super) reopened: u64,
    /// Closed.
    pub(super) closed: u64,
    /// Of those closed, the seconds since each was first seen on its asset.
    pub(super) seconds: BTreeMap<i64, u64>,
}

impl Cell {
    fn add(&mut self, other: Self) {
        self.open += other.open;
        self.accepted += other.accepted;
        self.opened += other.opened;
        self.reopened += other.reopened;
        self.closed += other.closed;
        for (seconds, count) in other.seconds {
            *self.seconds.entry(seconds).or_default() += count;
        }
    }
}

/// By instant and line.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) cells: Vec<Vec<Cell>>,
}

impl Tally {
    /// Counts all problems.
    pub(super) fn count(
        problems: &Problems,
        members: &Members,
        ends: &[Timestamp],
    ) -> Result<Self, LakeError> {
        let parts = parts::each(&problems.shards(), |shard| {
            let (mut here, mut away) = (Vec::new(), Vec::new());
            problems.each(shard, members, |statement| {
                let spans = members.spans(statement.asset);
                if spans { &mut away } else { &mut here }.push(statement);
            })?;
            let mut tally = Self::new(members, ends);
            tally.all(here, members, ends);
            Ok((tally, away))
        })?;
        let mut whole = Self::new(members, ends);
        let mut away = Vec::new();
        for (part, more) in parts {
            whole.add(part);
            away.extend(more);
        }
        whole.all(away, members, ends);
        Ok(whole)
    }

    fn new(members: &Members, ends: &[Timestamp]) -> Self {
        Self { cells: vec![vec![Cell::default(); members.count()]; ends.len()] }
    }

    fn add(&mut self, other: Self) {
        for (mine, theirs) in self.cells.iter_mut().zip(other.cells) {
            for (cell, other) in mine.iter_mut().zip(theirs) {
                cell.add(other);
            }
        }
    }

    fn all(&mut self, mut statements: Vec<Statement>, members: &Members, ends: &[Timestamp]) {
        statements.sort_unstable_by_key(|statement| (statement.asset, statement.problem));
        let about = |one: &Statement, other: &Statement| {
            (one.asset, one.problem) == (other.asset, other.problem)
        };
        for problem in statements.chunk_by(about) {
            self.problem(problem, members, ends);
        }
    }

    /// Counts a problem by the findings that state it.
    fn problem(&mut self, findings: &[Statement], members: &Members, ends: &[Timestamp]) {
        let (Some(first), Some(severity)) =
            (findings.first(), findings.iter().map(|finding| finding.severity).max())
        else {
            return;
        };
        let episodes = episodes(findings.iter().map(|finding| finding.interval).collect());
        let Some(born) = episodes.first().map(|episode| episode.from) else { return };
        let instants = std::iter::once(Timestamp::MIN).chain(ends.iter().copied()).zip(ends);
        for (instant, (before, at)) in instants.enumerate() {
            let within = |time: Timestamp| before < time && time <= *at;
            let open = episodes.iter().any(|episode| episode.holds(*at));
            let came = |nth: &dyn Fn(usize) -> bool| {
                let all = episodes.iter().enumerate();
                all.filter(|(index, one)| nth(*index) && within(one.from)).count() as u64
            };
            let ended = || episodes.iter().filter_map(|episode: &Episode| episode.to);
            let cell = Cell {
                open: u64::from(open),
                accepted: u64::from(open && is_accepted(findings, *at)),
                opened: came(&|index| index == 0),
                reopened: came(&|index| index > 0),
                closed: ended().filter(|to| within(*to)).count() as u64,
                seconds: ended()
                    .filter(|to| within(*to))
                    .map(|to| (to.duration_since(born).as_secs(), 1))
                    .collect(),
            };
            if cell == Cell::default() {
                continue;
            }
            for line in members.of(instant, first.asset as usize, severity) {
                let of = self.cells.get_mut(instant).and_then(|cells| cells.get_mut(line));
                if let Some(of) = of {
                    of.add(cell.clone());
                }
            }
        }
    }
}

fn is_accepted(findings: &[Statement], at: Timestamp) -> bool {
    findings.iter().filter(|finding| finding.interval.holds(at)).all(|finding| finding.accepted)
}
