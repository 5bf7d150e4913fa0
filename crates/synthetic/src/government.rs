//! The government of a plan: who has what, found by number without what stands before it.

use std::ops::Range;

use crate::{
    catalogue::Catalogue,
    chance::{Chance, Ranks},
    plan::{Plan, Sizes},
};

/// What chance is asked for: each has numbers of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    Organisation,
    Block,
    Device,
    User,
    System,
    DataSet,
    Report,
    Catalogue,
}

/// A synthetic government. Its memory grows with organisations and checks, not with devices.
#[derive(Debug)]
pub struct Government {
    plan: Plan,
    root: Chance,
    devices: Shares,
    users: Shares,
    systems: Shares,
    data_sets: Shares,
    catalogue: Catalogue,
}

impl Government {
    /// The government of a plan.
    pub fn new(plan: Plan) -> Self {
        let root = Chance::new(plan.seed);
        let shares = |all: u64| Shares::new(all, plan.organisations.max(1), plan.sizes);
        Self {
            root,
            devices: shares(plan.devices),
            users: shares(plan.users),
            systems: shares(plan.systems),
            data_sets: shares(plan.data_sets),
            catalogue: Catalogue::new(root.at(Topic::Catalogue as u64), &plan),
            plan,
        }
    }

    /// What was asked for.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Packages, checks and rules.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// How many organisations there are.
    pub fn organisations(&self) -> u32 {
        self.plan.organisations.max(1)
    }

    /// The numbers of an organisation's devices.
    pub fn devices_of(&self, organisation: u32) -> Range<u64> {
        self.devices.range(organisation)
    }

    /// The numbers of the users that belong to an organisation at the start.
    pub fn users_of(&self, organisation: u32) -> Range<u64> {
        self.users.range(organisation)
    }

    /// The numbers of an organisation's systems.
    pub fn systems_of(&self, organisation: u32) -> Range<u64> {
        self.systems.range(organisation)
    }

    /// The numbers of an organisation's data sets.
    pub fn data_sets_of(&self, organisation: u32) -> Range<u64> {
        self.data_sets.range(organisation)
    }

    pub(crate) fn shares_of_devices(&self) -> &Shares {
        &self.devices
    }

    pub(crate) fn shares_of_users(&self) -> &Shares {
        &self.users
    }

    pub(crate) fn shares_of_systems(&self) -> &Shares {
        &self.systems
    }

    pub(crate) fn shares_of_data_sets(&self) -> &Shares {
        &self.data_sets
    }

    pub(crate) fn chance(&self, topic: Topic, number: u64) -> Chance {
        self.root.at(topic as u64).at(number)
    }
}

/// How numbered things are shared out among organisations: each has a run of numbers.
#[derive(Debug)]
pub(crate) struct Shares {
    /// Where each organisation's run ends.
    ends: Vec<u64>,
}

impl Shares {
    fn new(all: u64, organisations: u32, sizes: Sizes) -> Self {
        let count = organisations as usize;
        // Each has one at least, if there are so many.
        let first = u64::from(organisations).min(all);
        let rest = all - first;
        let ranks = Ranks::new(count, 2);
        let end = |after: usize| {
            let after_number = after as u64;
            let more = match sizes {
                Sizes::Even => rest * after_number / u64::from(organisations),
                Sizes::Ranked => ranks.before(after, rest),
            };
            after_number.min(first) + more
        };
        Self { ends: (1..=count).map(end).collect() }
    }

    pub(crate) fn range(&self, organisation: u32) -> Range<u64> {
        let organisation = organisation as usize;
        let before = organisation.checked_sub(1).and_then(|last| self.ends.get(last)).copied();
        let end = self.ends.get(organisation).copied();
        before.unwrap_or_default()..end.unwrap_or_default()
    }

    /// Whose a number is.
    pub(crate) fn owner(&self, number: u64) -> u32 {
        self.ends.partition_point(|end| *end <= number) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::Shares;
    use crate::plan::Sizes;

    #[test]
    fn every_number_belongs_to_one_organisation() {
        for sizes in [Sizes::Even, Sizes::Ranked] {
            let shares = Shares::new(1_000, 30, sizes);
            for number in 0..1_000 {
                assert!(shares.range(shares.owner(number)).contains(&number), "{number}");
            }
            assert!((0..30).all(|organisation| !shares.range(organisation).is_empty()));
            assert_eq!(shares.range(29).end, 1_000);
        }
        assert_eq!(Shares::new(85_000, 1_700, Sizes::Even).range(1_699).start, 84_950);
    }
}
