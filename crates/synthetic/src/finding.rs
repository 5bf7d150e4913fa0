//! Findings as they truly are: from when to when a weakness is on a device.

use crate::{
    case::Case,
    catalogue::{Candidate, Check, Package, PackageSet, Rule},
    chance::Chance,
    device::{Device, side},
    government::Government,
    plan::DAY,
};

/// How much more or less than others a device has, in 64ths; on average 64.
const RATES: &[u64] = &[10, 20, 32, 44, 56, 64, 72, 90, 104, 148];

/// Of a thousand findings that are corrected so many come back.
const REOPENED: u32 = 50;

/// Of a thousand machines, so many fail a rule at some time.
const FAILING: u32 = 160;

/// When something is so, in seconds from the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// From when on.
    pub opened: i64,
    /// Until when, without it.
    pub closed: Option<i64>,
    /// And again from when on.
    pub reopened: Option<i64>,
}

impl Interval {
    /// Whether it is so at a time.
    pub fn holds(&self, seconds: i64) -> bool {
        seconds >= self.opened
            && (self.closed.is_none_or(|closed| seconds < closed)
                || self.reopened.is_some_and(|reopened| seconds >= reopened))
    }

    /// Since when it is so at a time at which it is.
    pub fn since(&self, seconds: i64) -> i64 {
        self.reopened.filter(|reopened| seconds >= *reopened).unwrap_or(self.opened)
    }
}

/// A weakness of a device.
#[derive(Debug, Clone, Copy)]
pub struct Finding<'g> {
    /// Which.
    pub check: &'g Check,
    /// In which package.
    pub package: &'g Package,
    /// When.
    pub interval: Interval,
}

/// A rule a machine has to follow, and when it does not.
#[derive(Debug, Clone, Copy)]
pub struct Ruling<'g> {
    /// Which.
    pub rule: &'g Rule,
    /// When it is not followed; `None` if it always is.
    pub failed: Option<Interval>,
}

impl Government {
    /// All findings a device has in the whole time, each check at most once.
    pub fn findings(&self, device: &Device) -> impl Iterator<Item = Finding<'_>> {
        let chance = device.chance.at(side::FINDINGS);
        let case = device.case;
        let sets = self.catalogue().sets(device.platform.family, device.image, device.bundle);
        let weight = sets.iter().flatten().map(|set| set.weight).sum::<u64>().max(1);
        let rate = device.chance.at(side::RATE).pick(RATES);
        let wanted = (u64::from(self.plan().findings_per_device) * rate) << 10;
        sets.into_iter()
            .flatten()
            .enumerate()
            .flat_map(move |(number, set)| window(set, wanted, weight, chance.at(number as u64)))
            .filter_map(move |candidate| {
                let chance = chance.at(1 << 32).at(u64::from(candidate.check));
                if chance.bits() & 0xffff >= u64::from(candidate.prevalence) {
                    return None;
                }
                let check = self.catalogue().checks().get(candidate.check as usize)?;
                let package = self.catalogue().packages().get(check.package as usize)?;
                let interval = match case {
                    // It comes with the image, for as long as the instance lives.
                    Case::AutoScaled => {
                        Interval { opened: check.published, closed: None, reopened: None }
                    }
                    _ => self.interval(chance, check.published),
                };
                Some(Finding { check, package, interval })
            })
    }

    /// The packages installed on a device.
    pub fn software(&self, device: &Device) -> Vec<&Package> {
        let catalogue = self.catalogue();
        let sets = catalogue.sets(device.platform.family, device.image, device.bundle);
        let numbers = sets.into_iter().flatten().flat_map(|set| &set.packages);
        numbers.filter_map(|number| catalogue.packages().get(*number as usize)).collect()
    }

    /// When something is so that is possible from a time on.
    fn interval(&self, chance: Chance, possible: i64) -> Interval {
        let span = self.plan().span().max(1);
        let age = chance.at(0);
        let opened = if age.happens(550) {
            -(age.at(0).below(300 * DAY as u64) as i64)
        } else {
            age.at(0).below(span as u64) as i64
        };
        let opened = opened.max(possible);
        let between =
            |chance: Chance, from: i64| from + chance.below((span - from).max(1) as u64) as i64;
        let closed = (opened < span && chance.at(1).happens(self.plan().corrected))
            .then(|| between(chance.at(2), opened.max(0)));
        let reopened = closed
            .filter(|_| chance.at(3).happens(REOPENED))
            .map(|closed| between(chance.at(4), closed));
        Interval { opened, closed, reopened }
    }

    /// The rules of a scope, as something with this chance follows them.
    pub(crate) fn rulings(
        &self,
        chance: Chance,
        of: impl Fn(&Rule) -> bool,
    ) -> impl Iterator<Item = Ruling<'_>> {
        let rules = self.catalogue().rules().iter().filter(move |rule| of(rule));
        rules.map(move |rule| {
            let chance = chance.at(u64::from(rule.number));
            let failed = chance.happens(FAILING).then(|| self.interval(chance, i64::MIN));
            Ruling { rule, failed }
        })
    }
}

/// A part of a set's candidates, large enough that what is met of it is as much as wanted: so
/// that few findings do not cost as much as many.
fn window(
    set: &PackageSet,
    wanted: u64,
    weight: u64,
    chance: Chance,
) -> impl Iterator<Item = Candidate> + '_ {
    let all = set.candidates.len() as u64;
    // 65,536 for the prevalence are the 64 and 1,024 of `wanted`.
    let length = u128::from(wanted) * u128::from(all);
    let more = chance.at(0).below(weight) < (length % u128::from(weight)) as u64;
    let length = (length / u128::from(weight)) as usize + usize::from(more);
    let start = chance.below(all) as usize;
    let (before, from) = set.candidates.split_at_checked(start).unwrap_or_default();
    from.iter().chain(before).copied().take(length)
}
