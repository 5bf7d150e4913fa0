//! The score of a few assets of a large lake, without reading all of it.

use std::collections::BTreeSet;

use yagura_baseline::{master::Master, model::Model};
use yagura_lake::{
    Lake, LakeError, Snapshot,
    rows::{AssetRow, IdentifierRow, RelationRow},
    scan::Filter,
    table::Table,
};
use yagura_model::{
    Timestamp, asset::RelationKind, domain::AssetClass, id::AssetKey, identifier::IdentifierKind,
    organisation::OrganisationCode,
};

use crate::links::links;

use super::{
    Facts, References, ScoreRun, Sweep,
    facts::{is, of_assets},
};

/// Rows of findings from which on a few assets are scored alone. Below, scoring all takes no longer
/// than a person notices, and the estimates stand on what is there now.
const MANY: u64 = 100_000;

impl ScoreRun {
    /// Scores all assets as they are now. In a large lake the references are left for
    /// [`some`](Self::some).
    ///
    /// # Errors
    /// If a table cannot be read.
    pub async fn present(
        lake: &Lake,
        snapshot: &Snapshot,
        model: &Model,
        master: &Master,
        now: Timestamp,
    ) -> Result<(Self, Facts), LakeError> {
        let (run, facts) = Self::all(snapshot, model, master, now).await?;
        if is_large(snapshot).await? {
            // A folder that cannot be written to can be asked all the same.
            drop(run.references.leave(lake, model).await);
        }
        Ok((run, facts))
    }

    /// Scores some assets as they are now. In a large lake their unknowns are held against the
    /// references that the last score of the present left; if there are none, they are made first.
    ///
    /// # Errors
    /// If a table cannot be read.
    pub async fn some(
        lake: &Lake,
        snapshot: &Snapshot,
        model: &Model,
        master: &Master,
        now: Timestamp,
        assets: &BTreeSet<AssetKey>,
    ) -> Result<(Self, Facts), LakeError> {
        if !is_large(snapshot).await? {
            return Self::present(lake, snapshot, model, master, now).await;
        }
        let references = match References::left(lake, model, master, now).await? {
            Some(left) => left,
            None => Sweep::present(lake, snapshot, model, master, now, None).await?.references,
        };
        Self::few(references, snapshot, model, master, now, assets).await
    }

    pub(super) async fn few(
        references: References,
        snapshot: &Snapshot,
        model: &Model,
        master: &Master,
        now: Timestamp,
        assets: &BTreeSet<AssetKey>,
    ) -> Result<(Self, Facts), LakeError> {
        // An asset takes from the systems it belongs to what it does not say itself.
        let mut with_systems = systems(snapshot, assets, now).await?;
        with_systems.extend(assets);
        let facts = Facts::load(snapshot, master, now, Some(&with_systems)).await?;
        let mut run = Self::against(references, &facts, model, snapshot.commit());
        run.assets.retain(|score| assets.contains(&score.profile.asset));
        Ok((run, facts))
    }
}

impl Sweep {
    /// Scores all assets as they are now, as [`run`](Self::run). In a large lake the references are
    /// left for [`ScoreRun::some`].
    ///
    /// # Errors
    /// If a table cannot be read.
    pub async fn present(
        lake: &Lake,
        snapshot: &Snapshot,
        model: &Model,
        master: &Master,
        now: Timestamp,
        within: Option<&OrganisationCode>,
    ) -> Result<Self, LakeError> {
        let sweep = Self::run(snapshot, model, master, now, within).await?;
        if is_large(snapshot).await? {
            // A folder that cannot be written to can be asked all the same.
            drop(sweep.references.leave(lake, model).await);
        }
        Ok(sweep)
    }
}

async fn is_large(snapshot: &Snapshot) -> Result<bool, LakeError> {
    let files = snapshot.files(Table::Findings).await?;
    Ok(files.iter().map(|file| file.rows).sum::<u64>() > MANY)
}

/// The systems some assets say they belong to, by number or by name.
async fn systems(
    snapshot: &Snapshot,
    assets: &BTreeSet<AssetKey>,
    at: Timestamp,
) -> Result<BTreeSet<AssetKey>, LakeError> {
    let own = links(snapshot, &of_assets(Some(assets)), at).await?;
    let subjects = own.iter().map(|link| link.subject.0);
    let relations: Vec<RelationRow> = snapshot.rows(&Filter::of("subject", subjects)).await?;
    let named: BTreeSet<String> = relations
        .into_iter()
        .filter(|row| is(row.kind, RelationKind::from_number, RelationKind::PartOf))
        .map(|row| row.target)
        .collect();
    if named.is_empty() {
        return Ok(BTreeSet::new());
    }
    let class = i64::from(AssetClass::System.number());
    let systems: Vec<AssetRow> = snapshot.rows(&Filter::of("class", [class])).await?;
    let keys = systems.iter().map(|system| system.asset.0);
    let links = links(snapshot, &Filter::of("asset", keys), at).await?;
    let subjects = links.iter().map(|link| link.subject.0);
    let numbers: Vec<IdentifierRow> = snapshot.rows(&Filter::of("subject", subjects)).await?;
    let numbered: BTreeSet<i64> = numbers
        .iter()
        .filter(|row| is(row.kind, IdentifierKind::from_number, IdentifierKind::SystemNumber))
        .filter(|row| named.contains(&*row.value))
        .map(|row| row.subject.0)
        .collect();
    let by_number = links.iter().filter(|link| numbered.contains(&link.subject.0));
    let by_name = systems.iter().filter(|system| named.contains(&system.name));
    Ok(by_number.map(|link| link.asset).chain(by_name.map(|system| system.asset)).collect())
}
