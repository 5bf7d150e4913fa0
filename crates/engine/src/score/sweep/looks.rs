//! Who looked at what: the newest look of each required observation of each asset.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};

use roaring::RoaringBitmap;
use yagura_baseline::{
    model::Model,
    observation::{ObservationState, Required},
};
use yagura_lake::{LakeError, parts, rows::CoverageRow};
use yagura_model::{
    Timestamp,
    coverage::{ObservationKind, ObservationKinds},
    domain::AssetClass,
    id::{Shard, SubjectKey},
};

use super::sketch::Sketches;
use crate::master::Register;

/// No look: before every time.
const NEVER: i64 = i64::MIN;

/// The required observations of all assets, in slots: those of an asset stand together.
#[derive(Debug)]
pub(super) struct Looks {
    /// By index of the asset, its first slot.
    first: Vec<usize>,
    /// By slot, the microsecond of the newest look; shards are gone through side by side.
    newest: Vec<AtomicI64>,
    required: BTreeMap<AssetClass, Vec<Required>>,
    at: Timestamp,
}

/// A required observation of an asset.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) slot: usize,
    pub(super) required: Required,
    pub(super) state: ObservationState,
}

impl Looks {
    /// From all rows of coverage.
    pub(super) fn new(
        mut rows: Vec<CoverageRow>,
        (register, sketches): (&Register, &Sketches),
        model: &Model,
        at: Timestamp,
    ) -> Result<Self, LakeError> {
        let mut looks =
            Self { first: Vec::new(), newest: Vec::new(), required: BTreeMap::new(), at };
        let mut classes = Vec::with_capacity(register.assets.len());
        let mut slots = 0;
        for class in sketches.all.iter().map(|sketch| sketch.class) {
            looks.first.push(slots);
            if let Some(class) = class {
                let required = looks.required.entry(class);
                slots += required.or_insert_with(|| model.required(class).to_vec()).len();
            }
            classes.push(class);
        }
        looks.newest = std::iter::repeat_with(|| AtomicI64::new(NEVER)).take(slots).collect();
        // Newest first: what a newer look of the same sort saw, an older one says nothing new of.
        rows.retain(|row| row.observed_at <= at);
        rows.sort_by_key(|row| std::cmp::Reverse(row.observed_at));
        let mut by_shard: BTreeMap<Shard, Vec<CoverageRow>> = BTreeMap::new();
        for row in rows {
            by_shard.entry(row.of_shard).or_default().push(row);
        }
        let shards: Vec<Shard> = by_shard.keys().copied().collect();
        parts::each(&shards, |shard| {
            let mut met: BTreeMap<(i32, bool), RoaringBitmap> = BTreeMap::new();
            for row in by_shard.get(&shard).into_iter().flatten() {
                let credentialed = row.credentialed != Some(false);
                let seen = met.entry((row.kinds, credentialed)).or_default();
                let subjects = row.numbers()?;
                let new = &subjects - &*seen;
                *seen |= subjects;
                let kinds = ObservationKinds(u32::try_from(row.kinds).unwrap_or_default());
                for number in new {
                    let index = register.of(SubjectKey::new(shard, number));
                    let class = index.and_then(|index| Some((index, (*classes.get(index)?)?)));
                    if let Some((index, class)) = class {
                        looks.note(index, class, kinds, row.credentialed, row.observed_at);
                    }
                }
            }
            Ok(())
        })?;
        Ok(looks)
    }

    fn note(
        &self,
        index: usize,
        class: AssetClass,
        kinds: ObservationKinds,
        credentialed: Option<bool>,
        at: Timestamp,
    ) {
        let Some(required) = self.required.get(&class) else { return };
        let first = self.first.get(index).copied().unwrap_or_default();
        for (slot, required) in (first..).zip(required) {
            let looked = kinds.contains(required.kind);
            if looked
                && required.accepts(required.kind, credentialed)
                && let Some(newest) = self.newest.get(slot)
            {
                newest.fetch_max(at.as_microsecond(), Ordering::Relaxed);
            }
        }
    }

    /// The required observations of an asset, with what is known of each; required no more often
    /// than its network allows.
    pub(super) fn of(
        &self,
        index: usize,
        class: AssetClass,
        at_least_days: u32,
    ) -> impl Iterator<Item = Look> {
        let first = self.first.get(index).copied().unwrap_or_default();
        let required = self.required.get(&class).map(Vec::as_slice).unwrap_or_default();
        (first..).zip(required).map(move |(slot, required)| {
            let newest = self.newest.get(slot).map(|newest| newest.load(Ordering::Relaxed));
            let newest = newest.filter(|newest| *newest != NEVER);
            let newest = newest.and_then(|newest| Timestamp::from_microsecond(newest).ok());
            let required = required.at_least(at_least_days);
            Look { slot, required, state: required.state(newest, self.at) }
        })
    }

    /// How many slots there are.
    pub(super) fn slots(&self) -> usize {
        self.newest.len()
    }

    /// The slots of an asset that ask for a kind.
    pub(super) fn slots_of(
        &self,
        index: usize,
        class: AssetClass,
        kind: ObservationKind,
    ) -> impl Iterator<Item = usize> {
        let first = self.first.get(index).copied().unwrap_or_default();
        let required = self.required.get(&class).map(Vec::as_slice).unwrap_or_default();
        (first..).zip(required).filter(move |(_, one)| one.kind == kind).map(|(slot, _)| slot)
    }
}
