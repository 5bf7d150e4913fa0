//! Just enough of some assets to tell them apart.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;
use yagura_baseline::master::Master;
use yagura_lake::{
    LakeError, Snapshot,
    rows::{AssetRow, AttributeRow, CoverageRow, IdentifierRow, RelationPoint, SubjectRow},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    asset::RelationKind,
    attribute::names,
    domain::AssetClass,
    id::{AssetKey, SubjectKey},
    identifier::IdentifierKind,
};

use super::{AssetId, holds_at, identifiers::known_as, kind_of};
use crate::{
    links::links,
    master::{Heard, Hearing, Witnesses},
    tree::Tree,
};

/// What tells an asset from others of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Brief {
    /// Which asset.
    pub asset: AssetId,
    /// Its name.
    pub name: String,
    /// What people call it besides.
    pub known_as: Vec<String>,
    /// Its class.
    pub class: Option<AssetClass>,
    /// 管理組織: who answers for it.
    pub organisation: String,
}

/// Some assets as they were at a time, in order of key.
///
/// # Errors
/// If the lake cannot be read.
pub async fn brief(
    snapshot: &Snapshot,
    master: &Master,
    keys: &BTreeSet<AssetKey>,
    at: Timestamp,
) -> Result<Vec<Brief>, LakeError> {
    let of_assets = Filter::of("asset", keys.iter().map(|key| key.0));
    let (mut assets, links) =
        tokio::try_join!(snapshot.rows::<AssetRow>(&of_assets), links(snapshot, &of_assets, at))?;
    let asset_of: BTreeMap<SubjectKey, AssetKey> =
        links.into_iter().map(|link| (link.subject, link.asset)).collect();
    let of_subjects = Filter::of("subject", asset_of.keys().map(|subject| subject.0));
    let shards = asset_of.keys().map(|subject| i64::from(subject.shard().0));
    let of_shards = Filter::of("of_shard", shards);
    let (subjects, identifiers, attributes, relations, coverage) = tokio::try_join!(
        snapshot.rows::<SubjectRow>(&of_subjects),
        snapshot.rows::<IdentifierRow>(&of_subjects),
        snapshot.rows::<AttributeRow>(&of_subjects),
        snapshot.rows::<RelationPoint>(&of_subjects),
        snapshot.rows::<CoverageRow>(&of_shards)
    )?;
    let tree = Tree::load(snapshot, at).await?;
    let witnesses = Witnesses::load(snapshot, master, at, of_subjects, &coverage).await?;
    let asked = [names::NAME, names::CLASS];
    let hearing = Hearing::new(witnesses, asked, &[RelationKind::ManagedBy]);
    let mut heard = Heard::new(&hearing);
    for row in &attributes {
        asset_of.get(&row.subject).into_iter().for_each(|asset| heard.attribute(*asset, row));
    }
    for row in &relations {
        asset_of.get(&row.subject).into_iter().for_each(|asset| heard.relation(*asset, row));
    }
    for row in &subjects {
        asset_of.get(&row.subject).into_iter().for_each(|asset| heard.at_first(*asset, row));
    }
    assets.sort_by_key(|row| row.asset);
    let seen = assets.into_iter().filter(|row| row.first_seen <= at);
    let told = seen.map(|row| {
        let own = |subject: SubjectKey| asset_of.get(&subject) == Some(&row.asset);
        let called = identifiers
            .iter()
            .filter(|i| own(i.subject) && holds_at(at, i.first_seen, i.resolved_at))
            .filter_map(|i| Some((kind_of(i.kind, IdentifierKind::from_number)?, &*i.value)));
        let settled = heard.settle(row.asset);
        let born_in = Arc::from(row.organisation);
        let name = settled.name(&row.name).to_owned();
        Brief {
            asset: AssetId(row.asset),
            known_as: known_as(called, &name),
            class: settled.class(row.class),
            organisation: settled.organisation(&tree, &born_in, row.first_seen).to_string(),
            name,
        }
    });
    Ok(told.collect())
}
