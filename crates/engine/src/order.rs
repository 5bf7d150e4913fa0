//! Order by counting: for many items whose keys lie near each other.

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

/// Items as several lists, each with those whose keys lie in a range of its own, as they came: what is
/// about one key stands in one list. Keys are below `keys`.
pub(crate) fn in_ranges<T>(
    items: impl IntoIterator<Item = T>,
    keys: usize,
    key: impl Fn(&T) -> usize,
) -> Vec<Vec<T>> {
    let mut lists: Vec<Vec<T>> = std::iter::repeat_with(Vec::new).take(RANGES).collect();
    let width = keys.div_ceil(RANGES).max(1);
    for item in items {
        if let Some(list) = lists.get_mut((key(&item) / width).min(RANGES - 1)) {
            list.push(item);
        }
    }
    lists
}

/// Ranges that are worked at side by side: more than there are cores, since not all have as much in
/// them.
const RANGES: usize = 8;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{by_key, in_ranges};

    proptest! {
        #[test]
        fn ranges_hold_every_item_once_and_those_of_a_key_together(
            keys in prop::collection::vec(0_usize..40, 0..80),
        ) {
            let items: Vec<(usize, usize)> = keys.iter().copied().enumerate().collect();
            let lists = in_ranges(items.iter().copied(), 40, |(_, key)| *key);
            let mut sorted = items;
            sorted.sort_by_key(|(_, key)| *key);
            let mut together = Vec::new();
            for mut list in lists {
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
