//! Read-only SQL over the documented views, with what stands of each asset by the rules of master
//! records.

use std::sync::Arc;

use yagura_baseline::master::Master;
use yagura_lake::{
    LakeError, Snapshot,
    masters::{MasterColumn, Masters, Standing, wanted},
    query::{Answer, QueryLimits},
    rows::CoverageRow,
    scan::Filter,
    views::AsOf,
};
use yagura_model::{
    Timestamp, asset::RelationKind, attribute::names, domain::AssetClass, life_cycle::LifeCycle,
};

use crate::{
    life::{self, Asked, LifeRecords},
    master::{Hearing, Register, Settled, Witnesses, settle_all},
    tree::Tree,
};

/// Carries out one `SELECT` over the views of a snapshot, at a time and by what it knows.
///
/// # Errors
/// As the lake's own [`query`](yagura_lake::query::query).
pub async fn query(
    snapshot: &Snapshot,
    master: &Master,
    sql: &str,
    as_of: AsOf,
    limits: QueryLimits,
) -> Result<Answer, LakeError> {
    let masters = masters(snapshot, master, sql, as_of.at());
    let masters = match tokio::time::timeout(limits.time, masters).await {
        Ok(masters) => masters?,
        Err(_) => return Err(LakeError::TooSlow { seconds: limits.time.as_secs() }),
    };
    yagura_lake::query::query(snapshot, sql, as_of, limits, masters).await
}

/// What stands of all assets, as far as one `SELECT` over the views shows it, and the tree of
/// organisations.
///
/// # Errors
/// `Query` if it is not one `SELECT` over the views; if a file cannot be read.
pub async fn masters(
    snapshot: &Snapshot,
    master: &Master,
    sql: &str,
    at: Timestamp,
) -> Result<Masters, LakeError> {
    let columns = wanted(sql)?;
    let tree = Tree::load(snapshot, at).await?;
    let mut masters = Masters::new(&columns, standings(&tree));
    if columns.is_empty() {
        return Ok(masters);
    }
    let all = Filter::all();
    let register = Register::load(snapshot, at).await?;
    let coverage: Vec<CoverageRow> = snapshot.rows(&all).await?;
    let witnesses = Witnesses::load(snapshot, master, at, all.clone(), &coverage).await?;
    let state = columns.contains(&MasterColumn::State);
    let attributes = columns.iter().filter_map(|column| match column {
        MasterColumn::Attribute(name) => Some(*name),
        MasterColumn::Name => Some(names::NAME),
        MasterColumn::Class => Some(names::CLASS),
        MasterColumn::State => Some(names::LIFE_CYCLE),
        MasterColumn::Relation(_) => None,
    });
    // How long an asset may be silent follows from what it is.
    let attributes = attributes.chain(state.then_some(names::CLASS));
    let records =
        if state { LifeRecords::load(snapshot, at).await? } else { LifeRecords::default() };
    let seen = if state {
        tokio::task::block_in_place(|| life::seen(&witnesses, &register))
    } else {
        Vec::new()
    };
    let relations: Vec<_> = columns
        .iter()
        .filter_map(|column| match column {
            MasterColumn::Relation(kind) => Some(*kind),
            _ => None,
        })
        .collect();
    let hearing = Hearing::new(witnesses, attributes, &relations);
    let classes: Vec<(AssetClass, Arc<str>)> =
        AssetClass::ALL.iter().map(|class| (*class, Arc::from(class.as_str()))).collect();
    let texts: Vec<(LifeCycle, Arc<str>)> =
        LifeCycle::ALL.iter().map(|state| (*state, Arc::from(state.as_str()))).collect();
    // What a query shows of an asset stands in the order of the columns.
    let shown = |index: usize, settled: &Settled| -> Vec<Option<Arc<str>>> {
        let value = |column: &MasterColumn| match column {
            MasterColumn::Attribute(name) => settled.shared(name).cloned(),
            // Of what nobody said otherwise the views tell what it was first.
            MasterColumn::Name => settled.shared(names::NAME).cloned(),
            MasterColumn::Class => {
                let class = settled.class(register.assets.get(index)?.class);
                let text = classes.iter().find(|(other, _)| Some(*other) == class);
                text.map(|(_, text)| Arc::clone(text))
            }
            MasterColumn::Relation(RelationKind::ManagedBy) => {
                let asset = register.assets.get(index)?;
                Some(settled.organisation(&tree, &asset.organisation, asset.first_seen))
            }
            MasterColumn::Relation(kind) => settled.targets(*kind).first().cloned(),
            MasterColumn::State => {
                let row = register.assets.get(index)?;
                let asked = Asked {
                    asset: row.asset,
                    class: settled.class(row.class),
                    first_seen: row.first_seen,
                    seen: seen.get(index).copied().flatten(),
                };
                let state = records.life(master, asked, settled).state;
                texts.iter().find(|(other, _)| *other == state).map(|(_, text)| Arc::clone(text))
            }
        };
        columns.iter().map(value).collect()
    };
    let settled = settle_all(&hearing, snapshot, &register, shown).await?;
    for (asset, values) in register.assets.iter().zip(&settled) {
        masters.push(asset.asset, values.iter().map(Option::as_deref));
    }
    Ok(masters)
}

/// Each organisation with all it stands under.
fn standings(tree: &Tree) -> Vec<Standing> {
    let of_organisation = |organisation: &str| {
        let organisation = organisation.to_owned();
        tree.path(&organisation).into_iter().zip(0..).map(move |(above, height)| Standing {
            organisation: organisation.clone(),
            above: above.to_string(),
            height,
        })
    };
    tree.codes().flat_map(of_organisation).collect()
}
