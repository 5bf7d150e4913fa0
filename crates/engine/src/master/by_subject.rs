//! Something known of each subject, at hand by its shard and number.

use std::collections::BTreeMap;

use yagura_lake::{
    LakeError, parts,
    row::{Row, Stored},
    scan::Scan,
};
use yagura_model::id::{Shard, SubjectKey};

/// What is known of each subject; of some nothing.
#[derive(Debug)]
pub(crate) struct BySubject<T> {
    shards: BTreeMap<Shard, Vec<Option<T>>>,
}

impl<T> Default for BySubject<T> {
    fn default() -> Self {
        Self { shards: BTreeMap::new() }
    }
}

impl<T: Copy + Send> BySubject<T> {
    /// What the rows of a table say, shard by shard.
    ///
    /// # Errors
    /// If the lake cannot be read.
    pub(crate) fn load<R: Row>(
        scan: &Scan<R>,
        said: impl Fn(R) -> Option<(SubjectKey, T)> + Sync,
    ) -> Result<Self, LakeError>
    where
        Scan<R>: Sync,
    {
        let shards: Vec<Shard> = scan.shards().into_iter().collect();
        let parts = parts::each(&shards, |shard| {
            let mut here = Vec::new();
            scan.each(Some(shard), |Stored { row, .. }| {
                if let Some((subject, value)) = said(row) {
                    set(&mut here, subject, value);
                }
            })?;
            Ok(here)
        })?;
        Ok(Self { shards: shards.into_iter().zip(parts).collect() })
    }

    /// What is known of a subject.
    pub(crate) fn get(&self, subject: SubjectKey) -> Option<T> {
        let numbers = self.shards.get(&subject.shard())?;
        numbers.get(subject.number() as usize).copied().flatten()
    }

    /// Takes note of something of a subject.
    pub(crate) fn set(&mut self, subject: SubjectKey, value: T) {
        set(self.shards.entry(subject.shard()).or_default(), subject, value);
    }

    /// The shards with a subject of which something is known, ascending.
    pub(crate) fn shards(&self) -> Vec<Shard> {
        self.shards.keys().copied().collect()
    }

    /// All of which something is known, shard by shard.
    pub(crate) fn all(&self) -> impl Iterator<Item = (SubjectKey, T)> + '_ {
        self.shards.iter().flat_map(|(shard, numbers)| {
            let known = (0..).zip(numbers).filter_map(|(number, value)| Some((number, (*value)?)));
            known.map(|(number, value)| (SubjectKey::new(*shard, number), value))
        })
    }
}

fn set<T: Copy>(numbers: &mut Vec<Option<T>>, subject: SubjectKey, value: T) {
    let number = subject.number() as usize;
    if numbers.len() <= number {
        numbers.resize(number + 1, None);
    }
    if let Some(place) = numbers.get_mut(number) {
        *place = Some(value);
    }
}
