//! Points added up by what they are for.

use std::collections::HashMap;
use std::sync::Arc;

use yagura_model::{
    id::{AssetKey, CheckKey},
    points::MicroPoints,
};

/// What stands under one key.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) open: MicroPoints,
    pub(super) accepted: MicroPoints,
    pub(super) unknown: MicroPoints,
    pub(super) assets: u64,
    pub(super) items: u64,
    /// The first asset with a problem, and the check whose title the problem has there.
    titled: Option<(AssetKey, CheckKey)>,
}

impl Sum {
    /// Adds one part of one asset.
    pub(super) fn item(&mut self, points: MicroPoints, accepted: bool) {
        if accepted {
            self.accepted += points;
        } else {
            self.open += points;
        }
        self.items += 1;
    }

    /// Adds the only part an asset has here.
    pub(super) fn only(&mut self, points: MicroPoints, estimate: bool) {
        self.item(points, false);
        self.assets += 1;
        if estimate {
            self.unknown += points;
        }
    }

    /// Keeps the title of the first asset.
    pub(super) fn title(&mut self, asset: AssetKey, check: CheckKey) {
        let titled = self.titled.get_or_insert((asset, check));
        *titled = (*titled).min((asset, check));
    }

    /// Adds another sum of the same.
    pub(super) fn join(&mut self, other: &Self) {
        self.open += other.open;
        self.accepted += other.accepted;
        self.unknown += other.unknown;
        self.assets += other.assets;
        self.items += other.items;
        if let Some((asset, check)) = other.titled {
            self.title(asset, check);
        }
    }
}

/// Sums by a number: the place of what they are for.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    by_number: Vec<Sum>,
}

impl Tally {
    /// The sum under a number, which is small.
    pub(super) fn under(&mut self, number: u32) -> &mut Sum {
        let place = number as usize;
        if self.by_number.len() <= place {
            self.by_number.resize(place + 1, Sum::default());
        }
        #[expect(clippy::indexing_slicing, reason = "it has just been made long enough")]
        &mut self.by_number[place]
    }

    /// Adds other sums by the same numbers.
    pub(super) fn join(&mut self, other: &Self) {
        for (number, sum) in other.all() {
            self.under(number).join(sum);
        }
    }

    /// The sums under which something stands.
    pub(super) fn all(&self) -> impl Iterator<Item = (u32, &Sum)> {
        (0..).zip(&self.by_number).filter(|(_, sum)| sum.items > 0)
    }
}

/// Sums by key.
#[derive(Debug, Clone, Default)]
pub(super) struct Sums {
    by_key: HashMap<Arc<str>, Sum>,
}

impl Sums {
    /// Adds a sum under a key.
    pub(super) fn add(&mut self, key: Arc<str>, sum: &Sum) {
        self.by_key.entry(key).or_default().join(sum);
    }

    /// All sums with their keys, in no order.
    pub(super) fn all(&self) -> impl Iterator<Item = (&Arc<str>, &Sum)> {
        self.by_key.iter()
    }

    /// The check whose title a problem has.
    pub(super) fn titled(&self, key: &str) -> Option<CheckKey> {
        self.by_key.get(key)?.titled.map(|(_, check)| check)
    }
}
