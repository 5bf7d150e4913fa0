//! Order by counting: for many items whose keys lie near each other.

use std::sync::{Mutex, PoisonError};

/// The places of some items in order of their keys, those of one key as they came. Takes time and memory
/// in proportion to how many items there are, and to how far their keys lie apart.
pub(crate) fn by_key<T>(items: &[T], key: impl Fn(&T) -> usize) -> Vec<u32> {
    let keys = || items.iter().map(&key);
    let (Some(low), Some(high)) = (keys().min(), keys().max()) else { return Vec::new() };
    // Where the items of each key begin, then each to its place.
    let mut begins = vec![0_u32; high - low + 2];
    for key in keys() {
        if let Some(count) = begins.get_mut(key - low + 1) {
            *count += 1;
        }
    }
    let mut before = 0;
    for count in &mut begins {
        before += *count;
        *count = before;
    }
    let mut order = vec![0_u32; items.len()];
    for (place, key) in (0..).zip(keys()) {
        let Some(next) = begins.get_mut(key - low) else { continue };
        if let Some(slot) = order.get_mut(*next as usize) {
            *slot = place;
        }
        *next += 1;
    }
    order
}

/// Ranges of keys that are worked at side by side: more than there are cores, since not all have as
/// much in them.
pub(crate) const RANGES: usize = 8;

/// Items by ranges of their keys, so that what is about one key stands in one range.
#[derive(Debug)]
pub(crate) struct Ranges<T> {
    width: usize,
    lists: Vec<Vec<T>>,
}

impl<T> Ranges<T> {
    /// None yet, of keys from 0 to below a number.
    pub(crate) fn new(keys: usize) -> Self {
        let lists = std::iter::repeat_with(Vec::new).take(RANGES).collect();
        Self { width: keys.div_ceil(RANGES).max(1), lists }
    }

    /// Adds one.
    pub(crate) fn push(&mut self, key: usize, item: T) {
        if let Some(list) = self.lists.get_mut((key / self.width).min(RANGES - 1)) {
            list.push(item);
        }
    }

    /// Those of several parts, in the order of the parts, range by range: whoever works at a range takes
    /// what is in it.
    pub(crate) fn joined(parts: impl IntoIterator<Item = Self>) -> Vec<Mutex<Vec<Vec<T>>>> {
        let mut joined: Vec<Vec<Vec<T>>> = std::iter::repeat_with(Vec::new).take(RANGES).collect();
        for part in parts {
            for (range, list) in joined.iter_mut().zip(part.lists) {
                range.push(list);
            }
        }
        joined.into_iter().map(Mutex::new).collect()
    }
}

/// Takes what is in a range.
pub(crate) fn taken<T>(ranges: &[Mutex<Vec<Vec<T>>>], range: usize) -> impl Iterator<Item = T> {
    let lists = ranges
        .get(range)
        .map(|lists| std::mem::take(&mut *lists.lock().unwrap_or_else(PoisonError::into_inner)));
    lists.into_iter().flatten().flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{RANGES, Ranges, by_key, taken};

    proptest! {
        #[test]
        fn ranges_hold_every_item_once_and_those_of_a_key_together(
            keys in prop::collection::vec(0_usize..40, 0..80),
        ) {
            let items: Vec<(usize, usize)> = keys.iter().copied().enumerate().collect();
            let parts = items.chunks(17).map(|items| {
                let mut part = Ranges::new(40);
                items.iter().for_each(|item| part.push(item.1, *item));
                part
            });
            let joined = Ranges::joined(parts);
            let mut sorted = items;
            sorted.sort_by_key(|(_, key)| *key);
            let mut together = Vec::new();
            for range in 0..RANGES {
                let mut list: Vec<(usize, usize)> = taken(&joined, range).collect();
                list.sort_by_key(|(_, key)| *key);
                together.extend(list);
            }
            prop_assert_eq!(together, sorted);
        }

        #[test]
        fn it_is_the_order_of_a_stable_sort(keys in prop::collection::vec(1000_usize..1040, 0..80)) {
            let mut sorted: Vec<u32> = (0..keys.len() as u32).collect();
            sorted.sort_by_key(|place| keys[*place as usize]);
            prop_assert_eq!(by_key(&keys, |key| *key), sorted);
        }
    }
}
