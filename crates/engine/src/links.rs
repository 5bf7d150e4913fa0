//! Which asset a record is at a time: the links that hold then.

use yagura_lake::{
    LakeError, Snapshot,
    rows::{LinkPoint, LinkRow},
    scan::Filter,
};
use yagura_model::Timestamp;

/// The links a filter wants that hold at a time.
///
/// # Errors
/// If the lake cannot be read.
pub(crate) async fn links(
    snapshot: &Snapshot,
    filter: &Filter,
    at: Timestamp,
) -> Result<Vec<LinkRow>, LakeError> {
    let mut links: Vec<LinkRow> = snapshot.rows(filter).await?;
    links.retain(|link| hold_at(at, link.valid_from, link.valid_to));
    Ok(links)
}

/// The same with as much of each link as a score needs.
///
/// # Errors
/// If the lake cannot be read.
pub(crate) async fn link_points(
    snapshot: &Snapshot,
    filter: &Filter,
    at: Timestamp,
) -> Result<Vec<LinkPoint>, LakeError> {
    let mut links: Vec<LinkPoint> = snapshot.rows(filter).await?;
    links.retain(|link| hold_at(at, link.valid_from, link.valid_to));
    Ok(links)
}

/// Whether dates hold at a time; one that is missing is no bound.
pub(crate) fn hold_at(at: Timestamp, from: Option<Timestamp>, to: Option<Timestamp>) -> bool {
    from.is_none_or(|from| from <= at) && to.is_none_or(|to| at < to)
}
