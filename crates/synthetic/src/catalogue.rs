//! What can be installed and what can be wrong with it: packages, vulnerability checks, rules of
//! configuration, and the sets of packages that machines are set up with.

mod check;
mod package;
mod rule;
mod sets;

pub use check::{Check, Service};
pub use package::Package;
pub use rule::{Rule, Scope};
pub(crate) use sets::{Candidate, PackageSet};

use crate::{
    chance::{Chance, Ranks},
    plan::Plan,
    platform::Family,
};

/// Packages, checks, rules and sets. All texts that repeat from finding to finding are made once,
/// here, and borrowed.
#[derive(Debug)]
pub struct Catalogue {
    packages: Vec<Package>,
    checks: Vec<Check>,
    rules: Vec<Rule>,
    /// By family.
    images: Vec<Sets>,
    bundles: Vec<Sets>,
}

/// The sets of a family, and how often each is met.
#[derive(Debug)]
struct Sets {
    sets: Vec<PackageSet>,
    ranks: Ranks,
}

/// How many packages, sets and of what size a family has.
#[derive(Debug, Clone, Copy)]
struct Size {
    family: Family,
    /// Checks of a hundred.
    checks: usize,
    /// Packages that images hold; as many as two thirds of these are in bundles only.
    packages: usize,
    images: usize,
    /// Packages of an image.
    image: usize,
    bundles: usize,
}

const SIZES: &[Size] = &[
    Size { family: Family::Windows, checks: 38, packages: 480, images: 60, image: 45, bundles: 64 },
    Size { family: Family::Debian, checks: 27, packages: 420, images: 40, image: 46, bundles: 48 },
    Size { family: Family::Rpm, checks: 19, packages: 360, images: 32, image: 46, bundles: 40 },
    Size { family: Family::Appliance, checks: 9, packages: 90, images: 24, image: 14, bundles: 8 },
    Size { family: Family::Mobile, checks: 7, packages: 90, images: 16, image: 24, bundles: 8 },
];

impl Catalogue {
    pub(crate) fn new(chance: Chance, plan: &Plan) -> Self {
        let mut packages = Vec::new();
        let mut checks = Vec::new();
        let mut images = Vec::new();
        let mut bundles = Vec::new();
        for size in SIZES {
            let chance = chance.at(size.family.index() as u64);
            let first = packages.len();
            let extra = size.packages * 2 / 3;
            packages.extend(
                (0..size.packages + extra)
                    .map(|number| package::make(first + number, size.family, chance, plan)),
            );
            let made = packages.get(first..).unwrap_or_default();
            let first_check = checks.len();
            let count = plan.checks as usize * size.checks / 100;
            checks.extend(check::make(first_check, count, made, chance, plan));
            let of_family = checks.get(first_check..).unwrap_or_default();
            let layout = sets::Layout { first, common: size.packages, extra };
            let sets = sets::images(layout, size.images, size.image, of_family, chance);
            images.push(Sets { ranks: Ranks::new(sets.len(), 3), sets });
            let sets = sets::bundles(layout, size.bundles, of_family);
            bundles.push(Sets { ranks: Ranks::new(sets.len(), 3), sets });
        }
        Self { packages, checks, rules: rule::all(), images, bundles }
    }

    /// Every package.
    pub fn packages(&self) -> &[Package] {
        &self.packages
    }

    /// Every vulnerability check.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Every rule of configuration.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    pub(crate) fn draw_image(&self, family: Family, chance: Chance) -> usize {
        self.images.get(family.index()).map_or(0, |sets| sets.ranks.draw(chance))
    }

    /// Many machines have the first bundle, which is empty.
    pub(crate) fn draw_bundle(&self, family: Family, chance: Chance) -> usize {
        let sets = self.bundles.get(family.index());
        if chance.happens(400) { 0 } else { sets.map_or(0, |sets| sets.ranks.draw(chance.at(0))) }
    }

    /// The two sets a machine has.
    pub(crate) fn sets(
        &self,
        family: Family,
        image: usize,
        bundle: usize,
    ) -> [Option<&PackageSet>; 2] {
        [
            self.images.get(family.index()).and_then(|sets| sets.sets.get(image)),
            self.bundles.get(family.index()).and_then(|sets| sets.sets.get(bundle)),
        ]
    }
}
