//! Points added up by a text: a problem, a remedy.

use std::collections::HashMap;
use std::sync::Arc;

use yagura_model::{
    id::{AssetKey, CheckKey},
    points::MicroPoints,
};

/// Sums by key.
#[derive(Debug, Clone, Default)]
pub(super) struct Sums {
    by_key: HashMap<Arc<str>, Sum>,
}

/// What stands under one key.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) open: MicroPoints,
    pub(super) accepted: MicroPoints,
    pub(super) unknown: MicroPoints,
    pub(super) assets: u64,
    pub(super) items: u64,
    /// The first asset with a problem, and the check whose title the problem has there.
    pub(super) titled: Option<(AssetKey, CheckKey)>,
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

    /// Keeps the title of the first asset.
    pub(super) fn title(&mut self, asset: AssetKey, check: CheckKey) {
        let titled = self.titled.get_or_insert((asset, check));
        *titled = (*titled).min((asset, check));
    }

    fn join(&mut self, other: &Self) {
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

impl Sums {
    /// The sum under a key.
    pub(super) fn under(&mut self, key: &Arc<str>) -> &mut Sum {
        self.by_key.entry(Arc::clone(key)).or_default()
    }

    /// Adds the only part an asset has under a key.
    pub(super) fn add(&mut self, key: &str, points: MicroPoints, estimate: bool) {
        if !self.by_key.contains_key(key) {
            self.by_key.insert(Arc::from(key), Sum::default());
        }
        let Some(sum) = self.by_key.get_mut(key) else { return };
        sum.item(points, false);
        sum.assets += 1;
        if estimate {
            sum.unknown += points;
        }
    }

    /// Adds other sums.
    pub(super) fn join(&mut self, other: Self) {
        #[expect(clippy::iter_over_hash_type, reason = "sums are equal in any order")]
        for (key, sum) in other.by_key {
            self.by_key.entry(key).or_default().join(&sum);
        }
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
