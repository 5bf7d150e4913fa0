//! Where an asset went whose number is not in the present.

use std::collections::{BTreeMap, BTreeSet};

use yagura_lake::{
    LakeError, Snapshot,
    row::Stored,
    rows::{AssetRow, LinkRow},
    scan::Filter,
};
use yagura_model::id::{AssetKey, SubjectKey};

/// The assets that the last records of an asset went to, as they are in the present; itself if it is
/// there, none if there never was such an asset.
///
/// # Errors
/// If the lake cannot be read.
pub async fn successors(
    snapshot: &Snapshot,
    asset: AssetKey,
) -> Result<BTreeSet<AssetKey>, LakeError> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![asset];
    while let Some(asset) = open.pop() {
        if !seen.insert(asset) {
            continue;
        }
        let of_asset = Filter::of("asset", [asset.0]);
        let rows: Vec<AssetRow> = snapshot.rows(&of_asset).await?;
        if rows.is_empty() {
            open.extend(next(snapshot, asset).await?);
        } else {
            found.insert(asset);
        }
    }
    Ok(found)
}

/// Where the records that left an asset last went then.
async fn next(snapshot: &Snapshot, asset: AssetKey) -> Result<BTreeSet<AssetKey>, LakeError> {
    let of_asset = Filter::of("asset", [asset.0]).with_superseded();
    let left: Vec<Stored<LinkRow>> = snapshot.read(&of_asset).await?;
    let Some(last) = left.iter().filter_map(|link| link.superseded_by).max() else {
        return Ok(BTreeSet::new());
    };
    let left: BTreeMap<SubjectKey, &Stored<LinkRow>> = left
        .iter()
        .filter(|link| link.superseded_by == Some(last))
        .map(|link| (link.row.subject, link))
        .collect();
    let of_records = Filter::of("subject", left.keys().map(|subject| subject.0)).with_superseded();
    let versions: Vec<Stored<LinkRow>> = snapshot.read(&of_records).await?;
    let went = versions.into_iter().filter(|link| link.id.written_by == last);
    Ok(went.map(|link| link.row.asset).filter(|went| *went != asset).collect())
}
