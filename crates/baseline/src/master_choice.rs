//! The choice among what several sources say, written once.
//!
//! [`Standing`] orders statements. [`choose`] takes all statements about one thing and says why the
//! others lost; [`Contest`] takes them one by one and keeps only those that may yet win, for who
//! goes through millions of assets. Both choose the same: a test holds them against each other.

use std::cmp::Reverse;

use yagura_model::{
    Timestamp,
    id::{SourceKey, SubjectKey},
};

use crate::master::{Master, Network, Networks, Preference, Witness};

/// How a statement stands among others about the same: the smaller one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// In which networks it is in date.
    pub(crate) fresh: Networks,
    pub(crate) rank: u8,
    pub(crate) confirmed: Timestamp,
    pub(crate) source: SourceKey,
    pub(crate) subject: SubjectKey,
}

/// What decides besides being in date.
type Order = (u8, Reverse<Timestamp>, SourceKey, SubjectKey);

impl Standing {
    /// The record that says it.
    pub fn subject(&self) -> SubjectKey {
        self.subject
    }

    /// The source that says it.
    pub fn source(&self) -> SourceKey {
        self.source
    }

    /// When its source last confirmed it.
    pub fn confirmed(&self) -> Timestamp {
        self.confirmed
    }

    /// Whether it is in date in a network, or need not be.
    pub fn is_fresh(&self, network: Network) -> bool {
        self.fresh.contains(network)
    }

    fn order(&self) -> Order {
        (self.rank, Reverse(self.confirmed), self.source, self.subject)
    }

    /// The order of statements about an asset in a network.
    fn order_in(&self, network: Network) -> (bool, Order) {
        (!self.is_fresh(network), self.order())
    }

    /// Whether this wins in whatever network the asset stands.
    fn always_beats(&self, other: &Self) -> bool {
        let never_later = other.fresh.0 & !self.fresh.0 == 0;
        let always_earlier = self.fresh == Networks::ALL && other.fresh == Networks(0);
        (never_later && self.order() < other.order()) || always_earlier
    }
}

/// Why a statement does not stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lost {
    /// It is out of date, and another is not.
    Stale,
    /// Another kind of source is preferred.
    LowerPrecedence,
    /// Another was confirmed later.
    ConfirmedEarlier,
    /// All else being equal another source was registered earlier, or another record was there.
    CameLater,
}

/// All that one record says of one thing: an attribute, a kind of relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate<V> {
    /// Who says it.
    pub witness: Witness,
    /// What it says.
    pub values: Vec<V>,
}

/// What stands and what does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The places of the candidates that stand, the best first; several only where what sources say
    /// adds up.
    pub chosen: Vec<usize>,
    /// Whether even the best is out of date.
    pub stale: bool,
    /// The places of the others with the reason, the best first.
    pub others: Vec<(usize, Lost)>,
}

/// Chooses among all that is said about one thing of an asset in a network. The answer does not
/// depend on the order of the candidates; those without values count for nothing.
pub fn choose<V>(
    master: &Master,
    preference: &Preference,
    network: Network,
    now: Timestamp,
    candidates: &[Candidate<V>],
) -> Choice {
    let mut placed: Vec<(usize, Standing)> = candidates
        .iter()
        .enumerate()
        .filter(|(_, candidate)| !candidate.values.is_empty())
        .map(|(place, candidate)| (place, master.standing(preference, &candidate.witness, now)))
        .collect();
    placed.sort_by_key(|(_, standing)| standing.order_in(network));
    let Some((_, best)) = placed.first().copied() else {
        return Choice { chosen: Vec::new(), stale: false, others: Vec::new() };
    };
    let mut choice =
        Choice { chosen: Vec::new(), stale: !best.is_fresh(network), others: Vec::new() };
    for (place, standing) in placed {
        let stands = match preference.many {
            true => standing.is_fresh(network) == best.is_fresh(network),
            false => standing == best,
        };
        if stands {
            choice.chosen.push(place);
        } else {
            choice.others.push((place, why(&best, &standing, network)));
        }
    }
    choice
}

/// Why a statement stands behind the best one.
fn why(best: &Standing, lost: &Standing, network: Network) -> Lost {
    if best.is_fresh(network) && !lost.is_fresh(network) {
        Lost::Stale
    } else if lost.rank > best.rank {
        Lost::LowerPrecedence
    } else if lost.confirmed < best.confirmed {
        Lost::ConfirmedEarlier
    } else {
        Lost::CameLater
    }
}

/// Statements about one thing of one asset that may yet win, while it is not known in which network
/// the asset stands.
#[derive(Debug, Clone)]
pub struct Contest<V> {
    // Nearly always there is one: it needs no place elsewhere.
    first: (Standing, V),
    more: Vec<(Standing, V)>,
}

impl<V> Contest<V> {
    /// A contest with one statement.
    pub fn of(standing: Standing, value: V) -> Self {
        Self { first: (standing, value), more: Vec::new() }
    }

    /// Adds a statement; in which order they come makes no difference. `many` is that of the
    /// preference.
    pub fn add(&mut self, many: bool, standing: Standing, value: V) {
        if many {
            self.more.push((standing, value));
            return;
        }
        if self.all().any(|(held, _)| held.always_beats(&standing)) {
            return;
        }
        self.more.retain(|(held, _)| !standing.always_beats(held));
        if standing.always_beats(&self.first.0) {
            self.first = (standing, value);
        } else {
            self.more.push((standing, value));
        }
    }

    /// Adds all of another contest about the same.
    pub fn join(&mut self, many: bool, other: Self) {
        for (standing, value) in std::iter::once(other.first).chain(other.more) {
            self.add(many, standing, value);
        }
    }

    fn all(&self) -> impl Iterator<Item = &(Standing, V)> {
        std::iter::once(&self.first).chain(&self.more)
    }

    /// The statement that stands first in a network.
    pub fn best(&self, network: Network) -> Standing {
        let best = self.all().map(|(standing, _)| *standing);
        best.min_by_key(|standing| standing.order_in(network)).unwrap_or(self.first.0)
    }

    /// The values that stand in a network.
    pub fn values(&self, many: bool, network: Network) -> impl Iterator<Item = &V> {
        let best = self.best(network);
        self.all()
            .filter(move |(standing, _)| match many {
                true => standing.is_fresh(network) == best.is_fresh(network),
                false => standing.subject == best.subject,
            })
            .map(|(_, value)| value)
    }
}
