//! The life cycle of assets (ライフサイクル): in which state each is, by record, by sighting, by silence.
//!
//! A record says that an asset is in a state since a time: a person's, or a register's column. A
//! sighting is a look of a source that observes; that a register lists a thing is none. What was seen
//! after the record that says it is gone, is not gone; what nobody has seen for longer than its class
//! allows, and no record explains, is missing. So no record and no silence makes anything safe that
//! was seen.

use std::collections::BTreeMap;

use yagura_model::{Timestamp, domain::AssetClass, life_cycle::LifeCycle};

use crate::{age::SECONDS_PER_DAY, master::Master};

/// The rules of the life cycle.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LifeRules {
    /// So many days after a record begins a sighting contradicts it.
    pub grace_days: u32,
    /// The reason.
    pub why: String,
    /// Every class has its own.
    pub(crate) silence: BTreeMap<AssetClass, Silence>,
}

/// How long assets of a class may be silent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Silence {
    /// Days since the last sighting; `None` is for ever.
    pub days: Option<u32>,
    /// The reason.
    pub why: String,
}

/// What is known of the life of an asset at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its class; `None` if it is of none.
    pub class: Option<AssetClass>,
    /// What its network allows: nobody need see it more often than in so many days.
    pub at_least_days: u32,
    /// Since when it is known.
    pub first_seen: Timestamp,
    /// When a source that observes last saw it.
    pub seen: Option<Timestamp>,
    /// What stands of what sources say of its state.
    pub stated: Option<Record>,
    /// What persons decided.
    pub decided: Option<Decided>,
}

/// A state since a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record {
    /// The state.
    pub state: LifeCycle,
    /// Since when.
    pub since: Timestamp,
}

/// A state since a time, as a person decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decided {
    /// What was decided.
    pub record: Record,
    /// When.
    pub decided_at: Timestamp,
}

/// What says in which state an asset is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// Nothing: what is known and not silent is in service.
    Nothing,
    /// A source's record, such as a register's column.
    Stated,
    /// A person's record.
    Decided,
    /// A sighting after the record that says something else.
    Seen,
    /// Silence since the last sighting, for longer than the class allows.
    Silent,
    /// No source that observes has ever seen it, for longer than the class allows.
    NeverSeen,
}

/// In which state an asset is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// The state.
    pub state: LifeCycle,
    /// Since when; of what was seen after a record the last sighting.
    pub since: Timestamp,
    /// What says so.
    pub says: Says,
    /// The record that sightings contradict, and whether it is a person's.
    pub contradicted: Option<(Record, Says)>,
}

impl LifeRules {
    /// How long assets of a class may be silent.
    pub fn silence(&self, class: AssetClass) -> Option<&Silence> {
        self.silence.get(&class)
    }
}

impl Master {
    /// How many days an asset of a class may be silent in a network that allows so many; `None` is for
    /// ever.
    pub fn silent_days(&self, class: AssetClass, at_least_days: u32) -> Option<u32> {
        let days = self.life.silence(class)?.days?;
        Some(days.max(at_least_days))
    }

    /// From when on a sighting contradicts a record.
    pub fn contradicts_from(&self, record: Record) -> Timestamp {
        later(record.since, self.life.grace_days)
    }

    /// In which state an asset is at a time by what is known of it then.
    pub fn life(&self, known: &Known, at: Timestamp) -> Life {
        let record = known.record();
        let seen_since =
            |record: Record| known.seen.is_some_and(|seen| seen >= self.contradicts_from(record));
        let silent = self.silent(known, at);
        let Some((record, says)) = record else { return in_service(known, silent, None) };
        let stands = Life { state: record.state, since: record.since, says, contradicted: None };
        match record.state {
            LifeCycle::InService => in_service(known, silent, Some(stands)),
            _ if !seen_since(record) => stands,
            // What lies in a store is silent while it lies there.
            LifeCycle::InStore | LifeCycle::Spare if silent.is_some() => stands,
            LifeCycle::InStore
            | LifeCycle::Spare
            | LifeCycle::Disposed
            | LifeCycle::Transferred
            | LifeCycle::Missing => {
                let since = known.seen.unwrap_or(record.since);
                let found = Life {
                    state: LifeCycle::InService,
                    since,
                    says: Says::Seen,
                    // That something missing was found contradicts nothing.
                    contradicted: (record.state != LifeCycle::Missing).then_some((record, says)),
                };
                Life { contradicted: found.contradicted, ..in_service(known, silent, Some(found)) }
            }
        }
    }

    /// Since when an asset has been silent for too long, and whether it was ever seen.
    fn silent(&self, known: &Known, at: Timestamp) -> Option<(Timestamp, Says)> {
        let days = self.silent_days(known.class?, known.at_least_days)?;
        // Who says that it is in service has seen it.
        let met = known.decided.map(|decided| decided.record);
        let met = met.filter(|met| met.state == LifeCycle::InService).map(|met| met.since);
        let seen = known.seen.max(met);
        let since = later(seen.unwrap_or(known.first_seen), days);
        let says = if seen.is_some() { Says::Silent } else { Says::NeverSeen };
        (since < at).then_some((since, says))
    }
}

impl Known {
    /// The record that counts. What a source said by the day of a decision, who decided knew: only what
    /// it says since then stands against it.
    fn record(&self) -> Option<(Record, Says)> {
        let stated = self.stated.map(|stated| (stated, Says::Stated));
        let Some(decided) = self.decided else { return stated };
        let known_by = decided.record.since.max(decided.decided_at);
        let newer = stated.filter(|(stated, _)| stated.since > known_by);
        newer.or(Some((decided.record, Says::Decided)))
    }
}

/// In service, unless it has been silent for too long.
fn in_service(known: &Known, silent: Option<(Timestamp, Says)>, said: Option<Life>) -> Life {
    let nothing = Life {
        state: LifeCycle::InService,
        since: known.first_seen,
        says: Says::Nothing,
        contradicted: None,
    };
    match silent {
        None => said.unwrap_or(nothing),
        Some((since, says)) => Life { state: LifeCycle::Missing, since, says, ..nothing },
    }
}

/// So many days later.
fn later(at: Timestamp, days: u32) -> Timestamp {
    let seconds = at.as_second().saturating_add(i64::from(days) * SECONDS_PER_DAY);
    Timestamp::new(seconds, at.subsec_nanosecond()).unwrap_or(Timestamp::MAX)
}
