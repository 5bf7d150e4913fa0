//! Which assets there are, by index, and which of them a subject is.

use std::collections::BTreeMap;
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

use crate::links::link_points;

/// The assets there are, in order of key: an index is an asset.
#[derive(Debug, Default)]
pub(crate) struct Register {
    pub(crate) assets: Vec<AssetPoint>,
    /// Index of the asset plus one, by shard and number of the subject.
    subjects: BTreeMap<Shard, Vec<u32>>,
    /// By index, whether the subjects of an asset lie in several shards.
    spans: Vec<bool>,
}

impl Register {
    /// The assets that had been seen by a time.
    pub(crate) async fn load(snapshot: &Snapshot, at: Timestamp) -> Result<Self, LakeError> {
        let mut assets: Vec<AssetPoint> = snapshot.rows(&Filter::all()).await?;
        assets.retain(|asset| asset.first_seen <= at);
        let links = link_points(snapshot, &Filter::all(), at).await?;
        let mut register = Self { spans: vec![false; assets.len()], assets, ..Self::default() };
        let mut homes: Vec<Option<Shard>> = vec![None; register.assets.len()];
        for LinkPoint { subject, asset, .. } in links {
            let Some(index) = register.index(asset) else { continue };
            let shard = subject.shard();
            let numbers = register.subjects.entry(shard).or_default();
            let number = subject.number() as usize;
            if numbers.len() <= number {
                numbers.resize(number + 1, 0);
            }
            if let Some(place) = numbers.get_mut(number) {
                *place = u32::try_from(index + 1).unwrap_or_default();
            }
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
        let numbers = self.subjects.get(&subject.shard())?;
        let index = numbers.get(subject.number() as usize)?;
        (*index as usize).checked_sub(1)
    }

    /// The shards with subjects of assets, ascending.
    pub(crate) fn shards(&self) -> Vec<Shard> {
        self.subjects.keys().copied().collect()
    }

    /// Whether the facts of an asset lie in several shards.
    pub(crate) fn spans(&self, index: usize) -> bool {
        self.spans.get(index).copied().unwrap_or_default()
    }

    /// The index of an asset.
    pub(crate) fn index(&self, key: AssetKey) -> Option<usize> {
        self.assets.binary_search_by_key(&key, |asset| asset.asset).ok()
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
