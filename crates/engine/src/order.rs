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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::by_key;

    proptest! {
        #[test]
        fn it_is_the_order_of_a_stable_sort(keys in prop::collection::vec(1000_usize..1040, 0..80)) {
            let mut sorted: Vec<u32> = (0..keys.len() as u32).collect();
            sorted.sort_by_key(|place| keys[*place as usize]);
            prop_assert_eq!(by_key(&keys, |key| *key), sorted);
        }
    }
}
