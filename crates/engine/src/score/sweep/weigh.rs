//! The points of the findings of each asset.

use std::sync::Arc;

use hashbrown::HashMap;
use yagura_baseline::{inputs::Base, remedy::remedy};
use yagura_lake::{LakeError, parts};
use yagura_model::{
    coverage::ObservationKind, id::CheckKey, points::MicroPoints, severity::Severity,
};

use super::{
    Ground,
    findings::{Scans, Statement, Weighed, Weight},
    price::Prices,
    sketch::Sketch,
    sums::{Sum, Tally},
};
use crate::order::by_key;

/// Weighs assets one after another.
pub(super) struct Weigher<'w> {
    scans: &'w Scans,
    ground: &'w Ground<'w>,
    kept: &'w [bool],
    prices: Prices<'w>,
    part: Part,
    // What is at hand of one asset, kept to be filled again.
    problems: Vec<Weighty>,
    points: Vec<MicroPoints>,
    carried: Vec<(ObservationKind, MicroPoints)>,
}

/// What some assets weigh.
#[derive(Default)]
pub(super) struct Part {
    assets: Vec<(usize, Weight)>,
    carried: Vec<(usize, MicroPoints)>,
    sums: PartSums,
}

/// What stands under problems and remedies.
#[derive(Default)]
pub(super) struct PartSums {
    by_check: Tally,
    by_matter: Tally,
    packages: Packages,
    by_package: Tally,
}

/// The packages that were met, numbered as they came.
#[derive(Default)]
struct Packages {
    numbers: HashMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
}

/// What one correction closes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Remedy {
    Package(u32),
    Matter(u32),
}

/// A problem of the asset at hand.
struct Weighty {
    remedy: Remedy,
    problem: u32,
    check: CheckKey,
    kind: ObservationKind,
    points: MicroPoints,
    accepted: bool,
}

impl Packages {
    fn number(&mut self, text: Arc<str>) -> u32 {
        if let Some(number) = self.numbers.get(&text) {
            return *number;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }

    fn text(&self, number: u32) -> Option<&Arc<str>> {
        self.texts.get(number as usize)
    }
}

impl Part {
    /// Gives each asset what it weighs; what stands under problems and remedies is left.
    pub(super) fn spread(self, all: &mut Weighed) -> PartSums {
        for (index, weight) in self.assets {
            if let Some(place) = all.assets.get_mut(index) {
                *place = weight;
            }
        }
        for (slot, points) in self.carried {
            if let Some(place) = all.carried.get_mut(slot) {
                *place += points;
            }
        }
        self.sums
    }
}

impl PartSums {
    fn under(&mut self, remedy: Remedy) -> &mut Sum {
        match remedy {
            Remedy::Package(number) => self.by_package.under(number),
            Remedy::Matter(place) => self.by_matter.under(place),
        }
    }

    fn join(&mut self, other: &Self) {
        self.by_check.join(&other.by_check);
        self.by_matter.join(&other.by_matter);
        for (number, sum) in other.by_package.all() {
            if let Some(text) = other.packages.text(number) {
                let here = self.packages.number(Arc::clone(text));
                self.by_package.under(here).join(sum);
            }
        }
    }

    /// All of some sums.
    ///
    /// # Errors
    /// If a thread fails.
    pub(super) fn joined(all: &[Self]) -> Result<Self, LakeError> {
        let halves = parts::each(&[0, 1], |half| {
            let mut joined = Self::default();
            all.iter().skip(half).step_by(2).for_each(|sums| joined.join(sums));
            Ok(joined)
        })?;
        let mut joined = Self::default();
        halves.iter().for_each(|half| joined.join(half));
        Ok(joined)
    }

    /// Hands over the sums.
    pub(super) fn end(self, all: &mut Weighed) {
        let named =
            |(number, sum): (u32, &Sum)| Some((Arc::clone(self.packages.text(number)?), *sum));
        all.by_package = self.by_package.all().filter_map(named).collect();
        all.by_check = self.by_check;
        all.by_matter = self.by_matter;
    }
}

impl<'w> Weigher<'w> {
    pub(super) fn new(scans: &'w Scans, ground: &'w Ground<'w>, kept: &'w [bool]) -> Self {
        Self {
            scans,
            ground,
            kept,
            prices: Prices::new(ground),
            part: Part::default(),
            problems: Vec::new(),
            points: Vec::new(),
            carried: Vec::new(),
        }
    }

    /// The number of a package in the statements given to this weigher.
    pub(super) fn package(&mut self, text: Arc<str>) -> u32 {
        self.part.sums.packages.number(text)
    }

    pub(super) fn done(self) -> Part {
        self.part
    }

    /// Weighs all statements about some assets.
    pub(super) fn all(&mut self, statements: &[Statement]) {
        let order = by_key(statements, |statement| statement.asset as usize);
        let mut of_asset: Vec<Statement> = Vec::new();
        let mut order =
            order.into_iter().filter_map(|place| statements.get(place as usize)).peekable();
        while let Some(statement) = order.next() {
            of_asset.push(*statement);
            if order.peek().is_none_or(|next| next.asset != statement.asset) {
                of_asset.sort_unstable_by_key(|one| (one.problem, one.check));
                self.asset(&of_asset);
                of_asset.clear();
            }
        }
    }

    fn asset(&mut self, statements: &[Statement]) {
        let Some(index) = statements.first().map(|statement| statement.asset as usize) else {
            return;
        };
        let Some(sketch) = self.ground.sketches.all.get(index) else { return };
        let mut problems = std::mem::take(&mut self.problems);
        problems.clear();
        let of_problems = statements.chunk_by(|a, b| a.problem == b.problem);
        problems.extend(of_problems.filter_map(|of_problem| self.weigh(sketch, of_problem)));
        // Stable: the problems of a remedy keep the order of their keys.
        problems.sort_by_key(|problem| problem.remedy);
        self.carried.clear();
        let mut weight = Weight::default();
        for members in problems.chunk_by(|a, b| a.remedy == b.remedy) {
            self.remedy(index, members, &mut weight);
        }
        self.problems = problems;
        self.part.assets.push((index, weight));
        let Some(class) = sketch.class else { return };
        for (kind, points) in &self.carried {
            let slots = self.ground.looks.slots_of(index, class, *kind);
            self.part.carried.extend(slots.map(|slot| (slot, *points)));
        }
    }

    fn remedy(&mut self, index: usize, members: &[Weighty], weight: &mut Weight) {
        let kept = self.kept.get(index).copied().unwrap_or_default();
        let key = self.ground.register.key(index);
        self.points.clear();
        self.points.extend(members.iter().map(|one| one.points));
        if members.len() > 1 {
            // A remedy of one problem is the problem.
            self.points = remedy(self.ground.model, &self.points).shares;
        }
        for (member, share) in members.iter().zip(&self.points) {
            let share = *share;
            if member.accepted {
                weight.accepted += share;
            } else {
                weight.open += share;
            }
            weight.items += 1;
            match self.carried.iter_mut().find(|(kind, _)| *kind == member.kind) {
                Some((_, points)) => *points += share,
                None => self.carried.push((member.kind, share)),
            }
            if kept {
                let by_check = self.part.sums.by_check.under(member.problem);
                by_check.item(share, member.accepted);
                by_check.title(key, member.check);
                by_check.assets += 1;
                self.part.sums.under(member.remedy).item(share, member.accepted);
            }
        }
        if let Some(first) = members.first().filter(|_| kept) {
            self.part.sums.under(first.remedy).assets += 1;
        }
    }

    /// One problem of an asset, by the statements about it in order of check.
    fn weigh(&mut self, sketch: &Sketch, statements: &[Statement]) -> Option<Weighty> {
        let open = || statements.iter().filter(|statement| statement.open);
        let first = open().next()?;
        let matter = self.scans.matters.get(first.problem as usize)?;
        let worst = open().map(|statement| statement.severity).max()?;
        let base = matter.vulnerability.unwrap_or(Base::Check(worst));
        if matches!(base, Base::Check(Severity::Info)) {
            return None;
        }
        let since = statements.iter().map(|statement| statement.first_seen).min()?;
        let packages = &self.part.sums.packages;
        let package = open()
            .filter_map(|statement| Some((statement.check, statement.package?)))
            .min_by_key(|(check, package)| (*check, packages.text(*package)));
        Some(Weighty {
            remedy: package
                .map_or(Remedy::Matter(first.problem), |(_, package)| Remedy::Package(package)),
            problem: first.problem,
            check: first.check,
            kind: self.scans.kind(first.check)?,
            points: self.prices.of(sketch, base, since),
            accepted: open().all(|statement| statement.accepted),
        })
    }
}
