//! Sets of integer keys that many rows are held against.

/// Bits of the sieve for each key: so many that one row in sixteen or fewer passes it by chance.
const BITS_A_KEY: usize = 16;

/// Below so many keys a search is as fast as the sieve.
const FEW: usize = 16;

/// A set of keys that says quickly of most others that they are not in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// Ascending, each once.
    sorted: Vec<i64>,
    /// One bit for each key at the place its mixed bits name; empty if there are few keys.
    sieve: Vec<u64>,
}

impl Keys {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// All, ascending.
    pub fn iter(&self) -> impl Iterator<Item = i64> + '_ {
        self.sorted.iter().copied()
    }

    /// Whether it is one of them.
    pub fn contains(&self, key: i64) -> bool {
        let sifted = match self.sieve.get(place(key, self.sieve.len())) {
            Some(word) => word & bit(key) != 0,
            None => true,
        };
        sifted && self.sorted.binary_search(&key).is_ok()
    }

    /// Whether one of them lies between two values, both included.
    pub fn any_within(&self, low: i64, high: i64) -> bool {
        let from = self.sorted.partition_point(|key| *key < low);
        self.sorted.get(from).is_some_and(|key| *key <= high)
    }
}

impl FromIterator<i64> for Keys {
    fn from_iter<I: IntoIterator<Item = i64>>(keys: I) -> Self {
        let mut sorted: Vec<i64> = keys.into_iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        let words = if sorted.len() < FEW { 0 } else { (sorted.len() * BITS_A_KEY).div_ceil(64) };
        let mut sieve = vec![0; words];
        for key in &sorted {
            if let Some(word) = sieve.get_mut(place(*key, words)) {
                *word |= bit(*key);
            }
        }
        Self { sorted, sieve }
    }
}

/// The bits of a key mixed, so that neighbours lie apart (Fibonacci hashing: Knuth, The Art of
/// Computer Programming 3, 6.4).
fn mixed(key: i64) -> u64 {
    (key as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn place(key: i64, words: usize) -> usize {
    ((u128::from(mixed(key)) * words as u128) >> 64) as usize
}

fn bit(key: i64) -> u64 {
    // Other bits than those that say the place.
    1 << (mixed(key) & 63)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::Keys;

    proptest! {
        #[test]
        fn keys_answer_like_a_set(
            keys in prop::collection::btree_set(any::<i64>(), 0..60),
            dense in prop::collection::btree_set(-40_i64..40, 0..60),
            others in prop::collection::vec(any::<i64>(), 0..40),
        ) {
            for all in [keys, dense] {
                let set: Keys = all.iter().copied().collect();
                prop_assert_eq!(set.len(), all.len());
                prop_assert_eq!(set.iter().collect::<BTreeSet<_>>(), all.clone());
                for key in all.iter().copied().chain(others.iter().copied()).chain(-40..40) {
                    prop_assert_eq!(set.contains(key), all.contains(&key));
                    let within = all.range(key..=key.saturating_add(3)).next().is_some();
                    prop_assert_eq!(set.any_within(key, key.saturating_add(3)), within);
                }
            }
        }
    }
}
