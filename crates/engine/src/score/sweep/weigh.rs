//! The points of the findings of each asset.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use yagura_baseline::{
    inputs::{Base, Exposure, Value},
    problem::problem,
    remedy::remedy,
};
use yagura_model::{
    Timestamp, coverage::ObservationKind, id::CheckKey, points::MicroPoints, severity::Severity,
};

use super::{
    Ground,
    findings::{Scans, Statement, Weighed, Weight},
    sketch::Sketch,
    sums::Sums,
};

/// Everything points depend on, with the clock in whole days: within a day nothing changes.
type Worth = (Base, Option<Exposure>, Value, i64);

/// Weighs assets one after another.
pub(super) struct Weigher<'w> {
    scans: &'w Scans,
    ground: &'w Ground<'w>,
    kept: &'w [bool],
    known: HashMap<Worth, MicroPoints>,
    part: Part,
}

/// What some assets weigh.
#[derive(Default)]
pub(super) struct Part {
    assets: Vec<(usize, Weight)>,
    carried: Vec<(usize, MicroPoints)>,
    by_check: Sums,
    by_remedy: Sums,
}

/// A problem of the asset at hand.
struct Weighty<'s> {
    remedy: &'s Arc<str>,
    problem: u32,
    check: CheckKey,
    kind: ObservationKind,
    points: MicroPoints,
    accepted: bool,
}

impl Part {
    pub(super) fn add_to(self, all: &mut Weighed) {
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
        all.by_check.join(self.by_check);
        all.by_remedy.join(self.by_remedy);
    }
}

impl<'w> Weigher<'w> {
    pub(super) fn new(scans: &'w Scans, ground: &'w Ground<'w>, kept: &'w [bool]) -> Self {
        Self { scans, ground, kept, known: HashMap::new(), part: Part::default() }
    }

    pub(super) fn done(self) -> Part {
        self.part
    }

    /// Weighs all statements about some assets.
    pub(super) fn all(&mut self, mut statements: Vec<Statement>) {
        // They come in runs by subject: a sort that sees runs has little to do.
        statements.sort_by_key(|statement| (statement.asset, statement.problem, statement.check));
        for of_asset in statements.chunk_by(|a, b| a.asset == b.asset) {
            self.asset(of_asset);
        }
    }

    fn asset(&mut self, statements: &[Statement]) {
        let Some(index) = statements.first().map(|statement| statement.asset as usize) else {
            return;
        };
        let Some(sketch) = self.ground.sketches.all.get(index) else { return };
        let mut problems: Vec<Weighty<'_>> = statements
            .chunk_by(|a, b| a.problem == b.problem)
            .filter_map(|of_problem| self.weigh(sketch, of_problem))
            .collect();
        // Stable: the problems of a remedy keep the order of their keys.
        problems.sort_by(|a, b| a.remedy.cmp(b.remedy));
        let mut weight = Weight::default();
        let mut carried = BTreeMap::new();
        for members in problems.chunk_by(|a, b| a.remedy == b.remedy) {
            self.remedy(index, members, &mut weight, &mut carried);
        }
        self.part.assets.push((index, weight));
        let Some(class) = sketch.class else { return };
        for (kind, points) in carried {
            let slots = self.ground.looks.slots_of(index, class, kind);
            self.part.carried.extend(slots.map(|slot| (slot, points)));
        }
    }

    fn remedy(
        &mut self,
        index: usize,
        members: &[Weighty<'_>],
        weight: &mut Weight,
        carried: &mut BTreeMap<ObservationKind, MicroPoints>,
    ) {
        let kept = self.kept.get(index).copied().unwrap_or_default();
        let key = self.ground.register.key(index);
        let shares = match members {
            // A remedy of one problem is the problem.
            [one] => vec![one.points],
            _ => {
                let points: Vec<MicroPoints> = members.iter().map(|one| one.points).collect();
                remedy(self.ground.model, &points).shares
            }
        };
        for (member, share) in members.iter().zip(shares) {
            if member.accepted {
                weight.accepted += share;
            } else {
                weight.open += share;
            }
            weight.items += 1;
            *carried.entry(member.kind).or_default() += share;
            let Some(matter) = self.scans.matters.get(member.problem as usize).filter(|_| kept)
            else {
                continue;
            };
            let by_check = self.part.by_check.under(&matter.key);
            by_check.item(share, member.accepted);
            by_check.title(key, member.check);
            by_check.assets += 1;
            self.part.by_remedy.under(member.remedy).item(share, member.accepted);
        }
        if let Some(first) = members.first().filter(|_| kept) {
            self.part.by_remedy.under(first.remedy).assets += 1;
        }
    }

    /// One problem of an asset, by the statements about it in order of check.
    fn weigh<'s>(&mut self, sketch: &Sketch, statements: &'s [Statement]) -> Option<Weighty<'s>>
    where
        'w: 's,
    {
        let open = || statements.iter().filter(|statement| statement.open);
        let first = open().next()?;
        let matter = self.scans.matters.get(first.problem as usize)?;
        let worst = open().map(|statement| statement.severity).max()?;
        let base = matter.vulnerability.unwrap_or(Base::Check(worst));
        if matches!(base, Base::Check(Severity::Info)) {
            return None;
        }
        let since = statements.iter().map(|statement| statement.first_seen).min()?;
        let package = open()
            .filter_map(|statement| Some((statement.check, statement.package.as_ref()?)))
            .min();
        Some(Weighty {
            remedy: package.map_or(&matter.key, |(_, package)| package),
            problem: first.problem,
            check: first.check,
            kind: self.scans.kind(first.check)?,
            points: self.points(sketch, base, since),
            accepted: open().all(|statement| statement.accepted),
        })
    }

    fn points(&mut self, sketch: &Sketch, base: Base, since: Timestamp) -> MicroPoints {
        let start = since.max(sketch.worth.in_service_since.unwrap_or(sketch.first_seen));
        let days = (self.ground.at.as_second() - start.as_second()).max(0) / 86_400;
        let worth = (base, sketch.worth.exposure, sketch.worth.value, days);
        if let Some(points) = self.known.get(&worth) {
            return *points;
        }
        let points = problem(self.ground.model, &self.ground.inputs(sketch, base, since)).points;
        self.known.insert(worth, points);
        points
    }
}
