//! Sets of packages: images that machines are set up from, and bundles added to them.

use super::check::Check;
use crate::chance::{Chance, Ranks};

/// A check that a machine with a set of packages may fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// The number of the check in the catalogue.
    pub(crate) check: u32,
    /// How often it is met among those who may have it, of 65,536.
    pub(crate) prevalence: u16,
}

/// A set of packages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct PackageSet {
    /// Their numbers in the catalogue.
    pub(crate) packages: Vec<u32>,
    /// The checks of all of them, in an order without meaning.
    pub(crate) candidates: Vec<Candidate>,
    /// The sum of the prevalences.
    pub(crate) weight: u64,
}

/// How the packages of a family are shared out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    /// The number of the first package.
    pub(super) first: usize,
    /// So many from there on are in images.
    pub(super) common: usize,
    /// So many behind them are in bundles.
    pub(super) extra: usize,
}

/// The images of a family: popular packages are in most, and each is in one at least.
pub(super) fn images(
    layout: Layout,
    count: usize,
    size: usize,
    checks: &[Check],
    chance: Chance,
) -> Vec<PackageSet> {
    let ranks = Ranks::new(layout.common, 6);
    let image = |number: usize| {
        let chance = chance.at(3).at(number as u64);
        let mut packages: Vec<usize> = (number..layout.common).step_by(count).collect();
        let mut draws = 0..(size as u64 * 20);
        while packages.len() < size {
            let Some(draw) = draws.next() else { break };
            let package = ranks.draw(chance.at(draw));
            if !packages.contains(&package) {
                packages.push(package);
            }
        }
        set(packages, layout.first, checks, chance)
    };
    (0..count).map(image).collect()
}

/// The bundles of a family: the first is empty, the others share out what is in no image.
pub(super) fn bundles(layout: Layout, count: usize, checks: &[Check]) -> Vec<PackageSet> {
    let others = count.saturating_sub(1).max(1);
    let bundle = |number: usize| {
        let packages = (number..layout.extra).step_by(others).map(|place| layout.common + place);
        set(packages.collect(), layout.first, checks, Chance::new(number as u64))
    };
    std::iter::once(PackageSet::default()).chain((0..others).map(bundle)).collect()
}

fn set(mut places: Vec<usize>, first: usize, checks: &[Check], chance: Chance) -> PackageSet {
    places.sort_unstable();
    let packages: Vec<u32> = places.iter().map(|place| (first + place) as u32).collect();
    // How many checks of each package came before.
    let mut met = vec![0_u32; packages.len()];
    let mut candidates = Vec::new();
    for check in checks {
        let Ok(place) = packages.binary_search(&check.package) else { continue };
        let Some(before) = met.get_mut(place) else { continue };
        // The first checks of a package are the known ones, that most machines still have.
        let prevalence = (58_000 / (1 + *before)).max(300);
        *before += 1;
        candidates.push(Candidate { check: check.number, prevalence: prevalence as u16 });
    }
    candidates.sort_by_key(|candidate| chance.at(u64::from(candidate.check)).bits());
    let weight = candidates.iter().map(|candidate| u64::from(candidate.prevalence)).sum();
    PackageSet { packages, candidates, weight }
}
