//! Numbers for the assets of one report.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};

use yagura_model::asset::LocalAsset;

/// Gives each key of a report (a host name, a device uid, a target) one [`LocalAsset`].
///
/// Holds 24 bytes a key, not the key: two independent 64-bit hashes with random seeds make a
/// mix-up of two keys less likely than one in 10²⁰ for ten million assets.
#[derive(Debug)]
pub struct LocalAssets {
    seeds: (RandomState, RandomState),
    numbers: HashMap<(u64, u64), u32>,
}

impl LocalAssets {
    /// An empty table.
    #[expect(clippy::new_without_default, reason = "a table belongs to one parse")]
    pub fn new() -> Self {
        Self { seeds: (RandomState::new(), RandomState::new()), numbers: HashMap::new() }
    }

    /// The number of a key, and whether it is new.
    pub fn number(&mut self, key: &str) -> (LocalAsset, bool) {
        self.number_of(key)
    }

    /// The number of a key of several parts, and whether it is new.
    pub fn number_of<K: Hash + ?Sized>(&mut self, key: &K) -> (LocalAsset, bool) {
        let hash = (self.seeds.0.hash_one(key), self.seeds.1.hash_one(key));
        let next = self.numbers.len() as u32;
        let number = *self.numbers.entry(hash).or_insert(next);
        (LocalAsset(number), number == next)
    }
}

#[cfg(test)]
mod tests {
    use super::LocalAssets;

    #[test]
    fn a_key_keeps_its_number() {
        let mut table = LocalAssets::new();
        let (a, new_a) = table.number("a");
        let (b, new_b) = table.number("b");
        assert!(new_a && new_b && a != b);
        assert_eq!(table.number("a"), (a, false));
    }
}
