//! A person says that several assets are one thing.

use std::collections::BTreeSet;

use yagura_lake::{
    row::Stored,
    rows::{HoldRow, LinkRow},
    scan::Filter,
};
use yagura_model::{domain::AssetClass, id::AssetKey};

use super::{DecisionError, draft::Draft};
use crate::ingest::{joined, renamed};

/// Puts all records of some assets on the one known longest.
///
/// The records of the one that is kept are placed there too: that they belong with the others is what
/// was decided, and no rule shall take them away.
pub(super) async fn plan(
    draft: &mut Draft<'_>,
    assets: &BTreeSet<AssetKey>,
) -> Result<(), DecisionError> {
    let rows = draft.alike(assets).await?;
    let [kept, gone @ ..] = rows.as_slice() else { return Err(DecisionError::OneAsset) };
    if gone.is_empty() {
        return Err(DecisionError::OneAsset);
    }
    let key = kept.row.asset;
    let of_assets = Filter::of("asset", assets.iter().map(|asset| asset.0));
    let links: Vec<Stored<LinkRow>> = draft.snapshot.read(&of_assets).await?;
    for link in &links {
        draft.place(link, key);
    }
    let first_seen = rows.iter().map(|stored| stored.row.first_seen).min();
    let classes = gone.iter().filter_map(|stored| {
        let class = u8::try_from(stored.row.class).ok().and_then(AssetClass::from_number)?;
        (class != AssetClass::Device).then_some(class)
    });
    let said = classes.min();
    draft.restate(kept, joined(&kept.row, first_seen, said));
    for asset in gone {
        draft.retire(asset);
    }
    let now = |asset| if assets.contains(&asset) { key } else { asset };
    // A candidate may wait anywhere.
    let holds: Vec<Stored<HoldRow>> = draft.snapshot.read(&Filter::all()).await?;
    for hold in &holds {
        let candidates = hold.row.candidates.iter().copied().map(AssetKey);
        if candidates.chain([hold.row.asset]).any(|asset| assets.contains(&asset)) {
            draft.rehold(hold, renamed(&hold.row, now(hold.row.asset), now));
        }
    }
    Ok(())
}
