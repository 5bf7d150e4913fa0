//! Which assets there are, by index, and which of them a subject is.

use std::num::NonZero;
use std::sync::Arc;

use yagura_lake::{
    LakeError, Snapshot,
    rows::{AssetPoint, LinkPoint},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    id::{AssetKey, Shard, SubjectKey},
};

use super::BySubject;
use crate::links::hold_at;

/// The assets there are, in order of key: an index is an asset.
#[derive(Debug, Default)]
pub(crate) struct Register {
    pub(crate) assets: Vec<AssetPoint>,
    /// Index of the asset plus one.
    subjects: BySubject<NonZero<u32>>,
    /// By index, whether the subjects of an asset lie in several shards.
    spans: Vec<bool>,
}

impl Register {
    /// The assets that had been seen by a time.
    pub(crate) async fn load(snapshot: &Snapshot, at: Timestamp) -> Result<Self, LakeError> {
        let mut assets: Vec<AssetPoint> = snapshot.rows(&Filter::all()).await?;
        assets.retain(|asset| asset.first_seen <= at);
        let mut register = Self { spans: vec![false; assets.len()], assets, ..Self::default() };
        let links = snapshot.scan::<LinkPoint>(&Filter::all()).await?;
        let place = |link: LinkPoint| {
            let index = register.index(link.asset)?;
            let holds = hold_at(at, link.valid_from, link.valid_to);
            holds.then_some((link.subject, NonZero::new(u32::try_from(index + 1).ok()?)?))
        };
        register.subjects = tokio::task::block_in_place(|| BySubject::load(&links, place))?;
        let mut homes: Vec<Option<Shard>> = vec![None; register.assets.len()];
        for (subject, index) in register.subjects.all() {
            let (index, shard) = (index.get() as usize - 1, subject.shard());
            if let (Some(home), Some(spans)) = (homes.get_mut(index), register.spans.get_mut(index))
            {
                *spans |= home.is_some_and(|home| home != shard);
                *home = Some(shard);
            }
        }
        Ok(register)
    }

    /// The asset a subject is.
    pub(crate) fn of(&self, subject: SubjectKey) -> Option<usize> {
        Some(self.subjects.get(subject)?.get() as usize - 1)
    }

    /// The shards with subjects of assets, ascending.
    pub(crate) fn shards(&self) -> Vec<Shard> {
        self.subjects.shards()
    }

    /// Whether the facts of an asset lie in several shards.
    pub(crate) fn spans(&self, index: usize) -> bool {
        self.spans.get(index).copied().unwrap_or_default()
    }

    /// The index of an asset. Keys are numbered with few gaps: it lies as far from the first as its
    /// key, or before that by as many as are missing.
    pub(crate) fn index(&self, key: AssetKey) -> Option<usize> {
        let (first, last) = (self.assets.first()?.asset, self.assets.last()?.asset);
        let distance = |to: AssetKey| usize::try_from(to.0.checked_sub(first.0)?).ok();
        let far = distance(key)?;
        let missing = (distance(last)? + 1).saturating_sub(self.assets.len());
        let near = far.saturating_sub(missing);
        let window = self.assets.get(near..self.assets.len().min(far + 1))?;
        let found = window.binary_search_by_key(&key, |asset| asset.asset).ok()?;
        Some(near + found)
    }

    /// The asset at an index.
    pub(crate) fn key(&self, index: usize) -> AssetKey {
        self.assets.get(index).map_or(AssetKey(0), |asset| asset.asset)
    }

    /// The organisation an asset was born in.
    pub(crate) fn born_in(&self, index: usize) -> Arc<str> {
        self.assets.get(index).map(|asset| Arc::clone(&asset.organisation)).unwrap_or_default()
    }
}
