//! What readers share that go from record to record, each of which says what it is about.

use std::hash::Hash;

use yagura_model::{
    asset::LocalAsset,
    coverage::{CheckSet, CoverageSeen, ObservationKind, ObservationKinds},
    record::{DropReason, Outcome, Place, Record},
    warning::{Warning, WarningCode},
};

use crate::{
    local::LocalAssets,
    sink::{Sink, Stopped},
};

/// Counts a record that cannot be used, with a warning of the reason.
pub(crate) fn dropped(
    reason: DropReason,
    detail: impl Into<String>,
    place: Place,
    sink: &mut dyn Sink,
) -> Result<(), Stopped> {
    let at = format!("byte {}", place.start);
    sink.warn(Warning { code: WarningCode::DroppedRecord, at, detail: detail.into() })?;
    sink.record(Record { place, asset: None, outcome: Outcome::Dropped(reason) })
}

/// The assets met so far, each with the kinds of observation that were told for it.
#[derive(Debug)]
pub(crate) struct Covered {
    numbers: LocalAssets,
    kinds: Vec<ObservationKinds>,
}

impl Covered {
    /// None met yet.
    pub(crate) fn new() -> Self {
        Self { numbers: LocalAssets::new(), kinds: Vec::new() }
    }

    /// The number of an asset by its key, and whether it is new.
    pub(crate) fn number<K: Hash + ?Sized>(&mut self, key: &K) -> (LocalAsset, bool) {
        let (asset, new) = self.numbers.number_of(key);
        if new {
            self.kinds.push(ObservationKinds::NONE);
        }
        (asset, new)
    }

    /// Whether a kind of an asset was not yet noted; it is from now on.
    pub(crate) fn is_new(&mut self, asset: LocalAsset, kind: ObservationKind) -> bool {
        let Some(kinds) = self.kinds.get_mut(asset.0 as usize) else { return false };
        let new = !kinds.contains(kind);
        *kinds = kinds.with(kind);
        new
    }

    /// Tells the first time that a kind of an asset was looked at.
    pub(crate) fn look(
        &mut self,
        asset: LocalAsset,
        kind: ObservationKind,
        credentialed: Option<bool>,
        checks: CheckSet<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), Stopped> {
        if !self.is_new(asset, kind) {
            return Ok(());
        }
        let kinds = ObservationKinds::of(&[kind]);
        sink.coverage(CoverageSeen { asset, kinds, credentialed, checks, observed_at: None })
    }

    /// The assets of which a kind was noted.
    pub(crate) fn with(&self, kind: ObservationKind) -> impl Iterator<Item = LocalAsset> {
        let numbered = self.kinds.iter().zip(0..);
        numbered.filter(move |(kinds, _)| kinds.contains(kind)).map(|(_, n)| LocalAsset(n))
    }
}
