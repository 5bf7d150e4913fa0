//! Faces: what the assets of a report are found by, worked out once for all that asks.

use std::borrow::Cow;

use yagura_baseline::identity::{Rules, Scope};
use yagura_model::{attribute::names, id::SourceKey, life_cycle::LifeCycle};

use super::{
    identity::scoped_hash,
    stage::{Asset, Shown, Stage},
    subjects::Key,
};

/// What the assets of a report are found by, as it comes from one source of an organisation.
#[derive(Debug)]
pub(super) struct Faces {
    organisation: String,
    pub(super) source: SourceKey,
    by_local: Vec<Option<Face>>,
}

/// What one asset is found by.
#[derive(Debug)]
pub(super) struct Face {
    /// What its source knows it by.
    pub(super) key: Key,
    /// The hash each identifier shares with all subjects of the same thing, in the order in which the
    /// asset shows them; `None` for one that does not identify here.
    pub(super) hashes: Vec<Option<i64>>,
}

impl Faces {
    pub(super) fn of(rules: &Rules, organisation: &str, source: SourceKey, stage: &Stage) -> Self {
        let face = |asset: &Asset| {
            let hash = |shown| hash(rules, (organisation, source), asset, shown);
            let hashes = asset.shown.iter().map(hash).collect();
            Face { key: Key::of(rules, source, asset), hashes }
        };
        let by_local = stage.assets.iter().map(|asset| asset.as_ref().map(face)).collect();
        Self { organisation: organisation.to_owned(), source, by_local }
    }

    /// Whether they are those of a source of an organisation.
    pub(super) fn are_of(&self, organisation: &str, source: SourceKey) -> bool {
        self.organisation == organisation && self.source == source
    }

    /// What an asset is found by.
    pub(super) fn get(&self, local: usize) -> Option<&Face> {
        self.by_local.get(local)?.as_ref()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Face> {
        self.by_local.iter().flatten()
    }
}

/// The hash subjects of one thing share, or `None` if the identifier does not identify here.
///
/// What was disposed of has no name and no address any more, whatever a register still says: they
/// are free for a successor.
fn hash(
    rules: &Rules,
    (organisation, source): (&str, SourceKey),
    asset: &Asset,
    shown: &Shown,
) -> Option<i64> {
    let normal = shown.normal.as_deref()?;
    let gone =
        || asset.values_of(names::LIFE_CYCLE).any(|state| state == LifeCycle::Disposed.as_str());
    if rules.valid_days(shown.kind).is_some() && gone() {
        return None;
    }
    let scope = match rules.scope(shown.kind) {
        Scope::Global | Scope::Organisation => Cow::Borrowed(organisation),
        Scope::Source => Cow::Owned(format!("{organisation}#{source}")),
        Scope::Zone => {
            let zone = asset.values_of(names::ZONE).next()?;
            Cow::Owned(format!("{organisation}@{zone}"))
        }
    };
    Some(scoped_hash(asset.class.domain(), &scope, shown.kind, normal))
}
