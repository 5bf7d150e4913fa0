//! Which asset a record is at a time: the links that hold then.

use yagura_lake::{LakeError, Snapshot, rows::LinkRow, scan::Filter};
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

/// Whether dates hold at a time; one that is missing is no bound.
pub(crate) fn hold_at(at: Timestamp, from: Option<Timestamp>, to: Option<Timestamp>) -> bool {
    from.is_none_or(|from| from <= at) && to.is_none_or(|to| at < to)
}
