//! What some assets are called.

use std::collections::{BTreeMap, BTreeSet};

use yagura_baseline::master::Master;
use yagura_lake::{
    LakeError, Snapshot,
    rows::{AssetRow, AttributeRow, CoverageRow, SourceRow, SubjectRow},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    attribute::names,
    id::{AssetKey, SubjectKey},
};

use super::{Heard, Hearing, Register, Settled, Witnesses, looked, settle_all};
use crate::links::links;

/// More assets than so many are named by going through all there are.
const FEW: usize = 100_000;

/// The names of some assets at a time; of one that nobody had seen by then what it was called first.
///
/// # Errors
/// If the lake cannot be read.
pub(crate) async fn called(
    snapshot: &Snapshot,
    master: &Master,
    at: Timestamp,
    assets: impl IntoIterator<Item = AssetKey>,
) -> Result<BTreeMap<AssetKey, String>, LakeError> {
    let wanted: BTreeSet<AssetKey> = assets.into_iter().collect();
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let of_assets = Filter::of("asset", wanted.iter().map(|asset| asset.0));
    let mut rows: Vec<AssetRow> = snapshot.rows(&of_assets).await?;
    let names = if wanted.len() > FEW {
        of_all(snapshot, master, at).await?
    } else {
        of_few(snapshot, master, at, &of_assets).await?
    };
    rows.retain(|row| wanted.contains(&row.asset));
    let name = |row: AssetRow| (row.asset, names.get(&row.asset).cloned().unwrap_or(row.name));
    Ok(rows.into_iter().map(name).collect())
}

async fn of_few(
    snapshot: &Snapshot,
    master: &Master,
    at: Timestamp,
    of_assets: &Filter,
) -> Result<BTreeMap<AssetKey, String>, LakeError> {
    let links = links(snapshot, of_assets, at).await?;
    let asset_of: BTreeMap<SubjectKey, AssetKey> =
        links.into_iter().map(|link| (link.subject, link.asset)).collect();
    let of_subjects = Filter::of("subject", asset_of.keys().map(|subject| subject.0));
    let shards = asset_of.keys().map(|subject| i64::from(subject.shard().0));
    let (of_shards, all) = (Filter::of("of_shard", shards), Filter::all());
    let (subjects, attributes, coverage, sources) = tokio::try_join!(
        snapshot.rows::<SubjectRow>(&of_subjects),
        snapshot.rows::<AttributeRow>(&of_subjects),
        snapshot.rows::<CoverageRow>(&of_shards),
        snapshot.rows::<SourceRow>(&all)
    )?;
    let looks = looked(coverage, &asset_of.keys().copied().collect(), at)?;
    let witnesses = Witnesses::of_record(snapshot, master, at, sources, &subjects, &looks).await?;
    let hearing = Hearing::new(witnesses, [names::NAME], &[]);
    let mut heard = Heard::new(&hearing);
    for row in &attributes {
        asset_of.get(&row.subject).into_iter().for_each(|asset| heard.attribute(*asset, row));
    }
    for row in &subjects {
        asset_of.get(&row.subject).into_iter().for_each(|asset| heard.at_first(*asset, row));
    }
    let name = |asset: AssetKey| {
        heard.settle(asset).value(names::NAME).map(|name| (asset, name.to_owned()))
    };
    let assets: BTreeSet<AssetKey> = asset_of.into_values().collect();
    Ok(assets.into_iter().filter_map(name).collect())
}

async fn of_all(
    snapshot: &Snapshot,
    master: &Master,
    at: Timestamp,
) -> Result<BTreeMap<AssetKey, String>, LakeError> {
    let register = Register::load(snapshot, at).await?;
    let coverage: Vec<CoverageRow> = snapshot.rows(&Filter::all()).await?;
    let witnesses = Witnesses::load(snapshot, master, at, Filter::all(), &coverage).await?;
    let hearing = Hearing::new(witnesses, [names::NAME], &[]);
    let name = |_: usize, settled: &Settled| settled.value(names::NAME).map(str::to_owned);
    let names = settle_all(&hearing, snapshot, &register, name).await?;
    let all = names.into_iter().enumerate();
    Ok(all.filter_map(|(index, name)| Some((register.key(index), name?))).collect())
}
