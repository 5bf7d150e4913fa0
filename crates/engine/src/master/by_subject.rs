//! Something known of each subject, at hand by its shard and number.

use yagura_lake::{
    LakeError, parts,
    row::{Row, Stored},
    scan::Scan,
};
use yagura_model::id::{Shard, SubjectKey};

/// What is known of each subject; of some nothing.
#[derive(Debug)]
pub(crate) struct BySubject<T> {
    /// In order of the shards.
    shards: Vec<(Shard, Vec<Option<T>>)>,
}

impl<T> Default for BySubject<T> {
    fn default() -> Self {
        Self { shards: Vec::new() }
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
        let (_, numbers) = self.shards.get(self.place(subject.shard()).ok()?)?;
        numbers.get(subject.number() as usize).copied().flatten()
    }

    /// Takes note of something of a subject.
    pub(crate) fn set(&mut self, subject: SubjectKey, value: T) {
        let shard = subject.shard();
        let place = self.place(shard).unwrap_or_else(|place| {
            self.shards.insert(place, (shard, Vec::new()));
            place
        });
        if let Some((_, numbers)) = self.shards.get_mut(place) {
            set(numbers, subject, value);
        }
    }

    /// Where a shard stands, or would stand. Shards are numbered with few gaps: it stands as far from
    /// the first as its number, or is looked for.
    fn place(&self, shard: Shard) -> Result<usize, usize> {
        let first = self.shards.first().map_or(0, |(first, _)| first.0);
        let near = usize::try_from(i64::from(shard.0) - i64::from(first)).unwrap_or_default();
        match self.shards.get(near) {
            Some((there, _)) if *there == shard => Ok(near),
            _ => self.shards.binary_search_by_key(&shard, |(shard, _)| *shard),
        }
    }

    /// The shards with a subject of which something is known, ascending.
    pub(crate) fn shards(&self) -> Vec<Shard> {
        self.shards.iter().map(|(shard, _)| *shard).collect()
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
