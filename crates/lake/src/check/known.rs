//! The keys that rows may point to.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Display;

use roaring::{RoaringBitmap, RoaringTreemap};
use yagura_model::id::{Shard, SubjectKey};

use super::breach::{At, Breaches, Invariant};
use crate::{manifest::Manifest, table::Table};

/// The keys of one kind.
#[derive(Debug, Default)]
pub(super) struct Keys {
    all: RoaringTreemap,
    in_force: RoaringTreemap,
}

impl Keys {
    /// Notes a key; false if another version with it is in force as well.
    pub(super) fn add(&mut self, key: i64, in_force: bool) -> bool {
        self.all.insert(key as u64);
        !in_force || self.in_force.insert(key as u64)
    }

    pub(super) fn has(&self, key: i64) -> bool {
        self.all.contains(key as u64)
    }

    /// The greatest key of those that are not negative.
    fn greatest(&self) -> u64 {
        let below: RoaringTreemap =
            self.all.iter().take_while(|key| *key <= i64::MAX as u64).collect();
        below.max().unwrap_or_default()
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Tables with rows that are lost or cannot be read: pointing to one of them is no breach.
    pub(super) incomplete: BTreeSet<Table>,
    pub(super) by_table: BTreeMap<Table, Keys>,
    /// The numbers of the subjects of each shard.
    pub(super) subjects: BTreeMap<i32, RoaringBitmap>,
    in_force: BTreeMap<i32, RoaringBitmap>,
    /// Hashes of what is open in the shard that is being gone through.
    open: HashSet<u64>,
    shard: Option<Shard>,
}

impl Known {
    pub(super) fn new(incomplete: BTreeSet<Table>) -> Self {
        Self { incomplete, ..Self::default() }
    }

    /// Notes the key of a row.
    pub(super) fn key(
        &mut self,
        table: Table,
        key: i64,
        in_force: bool,
        at: impl Fn() -> At,
        found: &mut Breaches,
    ) {
        if !self.by_table.entry(table).or_default().add(key, in_force) {
            self.twice(Invariant::KeyOnce, at(), found);
        }
    }

    /// Notes a subject.
    pub(super) fn subject(
        &mut self,
        subject: SubjectKey,
        in_force: bool,
        at: impl Fn() -> At,
        found: &mut Breaches,
    ) {
        let (shard, number) = (subject.shard().0, subject.number());
        self.subjects.entry(shard).or_default().insert(number);
        if in_force && !self.in_force.entry(shard).or_default().insert(number) {
            self.twice(Invariant::KeyOnce, at(), found);
        }
    }

    /// Notes that something is open; files come shard by shard.
    pub(super) fn open(
        &mut self,
        of: SubjectKey,
        hash: u64,
        at: impl Fn() -> At,
        found: &mut Breaches,
    ) {
        if self.shard != Some(of.shard()) {
            self.shard = Some(of.shard());
            self.open.clear();
        }
        if !self.open.insert(hash) {
            self.twice(Invariant::OpenOnce, at(), found);
        }
    }

    /// Begins with another table.
    pub(super) fn turn(&mut self) {
        self.shard = None;
        self.open = HashSet::new();
    }

    /// Without the table of superseded versions nobody knows what is in force.
    fn twice(&self, invariant: Invariant, at: At, found: &mut Breaches) {
        if !self.incomplete.contains(&Table::Superseded) {
            found.add(invariant, at, "there are two of it");
        }
    }

    /// Holds that what a row points to is there.
    pub(super) fn points(
        &self,
        to: Table,
        key: i64,
        column: &'static str,
        at: impl Fn() -> At,
        found: &mut Breaches,
    ) {
        let there = match to {
            Table::Subjects => {
                let subject = SubjectKey(key);
                let of_shard = self.subjects.get(&subject.shard().0);
                of_shard.is_some_and(|numbers| numbers.contains(subject.number()))
            }
            _ => self.by_table.get(&to).is_some_and(|keys| keys.has(key)),
        };
        if !there {
            self.lacks(to, key, column, at, found);
        }
    }

    /// What a row points to is not there.
    pub(super) fn lacks(
        &self,
        to: Table,
        key: impl Display,
        column: &'static str,
        at: impl Fn() -> At,
        found: &mut Breaches,
    ) {
        if !self.incomplete.contains(&to) {
            let detail = format!("its `{column}` names {key}, which is not in `{}`", to.name());
            found.add(Invariant::Reference, at(), detail);
        }
    }

    /// Holds that the counters stand above every key that was given.
    pub(super) fn counters(&self, manifest: &Manifest, found: &mut Breaches) {
        for (name, given) in self.given() {
            let stands = manifest.counters.get(&name).copied().unwrap_or_default();
            if u64::try_from(stands).unwrap_or_default() < given {
                let detail = format!("it stands at {stands}, and {given} was given already");
                let number = i64::try_from(given).unwrap_or(i64::MAX);
                let at = At::default().key(name).number(number);
                found.add(Invariant::Counter, at, detail);
            }
        }
    }

    /// The greatest number of each counter that was given.
    fn given(&self) -> BTreeMap<String, u64> {
        let mut given = BTreeMap::new();
        let counted = [
            (Table::Sources, "sources"),
            (Table::Reports, "reports"),
            (Table::Assets, "assets"),
            (Table::Checks, "checks"),
            (Table::Packages, "packages"),
            (Table::Decisions, "decisions"),
            (Table::Retentions, crate::retention::COUNTER),
        ];
        for (table, name) in counted {
            if let Some(keys) = self.by_table.get(&table) {
                given.insert(name.to_owned(), keys.greatest());
            }
        }
        for (shard, numbers) in &self.subjects {
            let number = u64::from(numbers.max().unwrap_or_default());
            given.insert(format!("shard.{shard}.subjects"), number);
        }
        if let Some(shard) = self.subjects.last_key_value().map(|(shard, _)| *shard) {
            given.insert("shards".to_owned(), u64::from(shard.unsigned_abs()));
        }
        given
    }
}
