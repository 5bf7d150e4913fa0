//! Groups of keys that were joined, by whatever way.

use std::collections::HashMap;

/// A key stands for its group, or leads to one that does.
#[derive(Debug, Default)]
pub(super) struct Groups {
    above: HashMap<i64, i64>,
}

impl Groups {
    /// Puts the groups of two keys together.
    pub(super) fn join(&mut self, one: i64, other: i64) {
        let (of_one, of_other) = (self.of(one), self.of(other));
        let least = of_one.min(of_other);
        // The ways of all of them become short.
        let all = [one, other, of_one, of_other].into_iter().filter(|key| *key != least);
        self.above.extend(all.map(|key| (key, least)));
    }

    /// The key that stands for the group of a key.
    pub(super) fn of(&self, key: i64) -> i64 {
        let mut at = key;
        while let Some(above) = self.above.get(&at) {
            at = *above;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::Groups;

    #[test]
    fn what_is_joined_by_way_of_others_is_one_group() {
        let mut groups = Groups::default();
        groups.join(5, 3);
        groups.join(9, 7);
        assert_ne!(groups.of(5), groups.of(9));
        groups.join(9, 5);
        assert!([3, 5, 7, 9].iter().all(|key| groups.of(*key) == 3));
        assert_eq!(groups.of(4), 4);
    }
}
