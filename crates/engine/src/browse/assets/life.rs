//! In which state of its life an asset is, and what says so.

use serde::Serialize;
use yagura_baseline::{
    life::{Life, Record, Says},
    master::Master,
};
use yagura_lake::{LakeError, Snapshot};
use yagura_model::{Timestamp, attribute::names, id::AssetKey, life_cycle::LifeCycle};

use super::{AttributeSaid, attributes::attributes, read::Rows};
use crate::{
    decisions::{DecisionSaid, said},
    life::{Asked, LifeRecords},
    master::{Heard, Hearing, Settled, Witnesses},
};

/// The state of an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LifeSaid {
    /// The state.
    pub state: LifeCycle,
    /// Since when; of what was seen after a record the first sighting since.
    pub since: Timestamp,
    /// What says so.
    pub says: Says,
    /// The record that says it, or that sightings contradict.
    pub record: Option<RecordSaid>,
    /// Whether the record is contradicted.
    pub contradicted: bool,
    /// The last sighting.
    pub seen: Option<Sighting>,
    /// How many days it may be silent; `None` is for ever.
    pub silent_days: Option<u32>,
}

/// A record of a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordSaid {
    /// The state.
    pub state: LifeCycle,
    /// Since when.
    pub since: Timestamp,
    /// The source that says so.
    pub source: Option<String>,
    /// The decision of a person that says so.
    pub decision: Option<DecisionSaid>,
}

/// A look of a source that observes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sighting {
    /// When.
    pub at: Timestamp,
    /// The name of the source.
    pub source: String,
}

/// The state of the asset of some rows.
pub(super) async fn life(
    snapshot: &Snapshot,
    rows: &Rows,
    witnesses: &Witnesses<'_>,
    settled: &Settled,
    attributes: &[AttributeSaid],
) -> Result<LifeSaid, LakeError> {
    let master: &Master = witnesses.master();
    let records = LifeRecords::load(snapshot, witnesses.at()).await?;
    let class = settled.class(rows.asset.class);
    let asset = rows.asset.asset;
    let seen = sightings(rows, witnesses).max_by_key(|sighting| sighting.at);
    let asked = Asked {
        asset,
        class,
        first_seen: rows.asset.first_seen,
        seen: seen.as_ref().map(|sighting| sighting.at),
    };
    let Life { state, since, says, contradicted } = records.life(master, asked, settled);
    let of_record = match (contradicted, says) {
        (Some(contradicted), _) => Some(contradicted),
        (None, Says::Stated | Says::Decided) => Some((Record { state, since }, says)),
        (None, Says::Nothing | Says::Seen | Says::Silent | Says::NeverSeen) => None,
    };
    let decision = match (&of_record, records.decision(asset)) {
        (Some((_, Says::Decided)), Some(decision)) => {
            let decisions = said(snapshot).await?;
            decisions.into_values().find(|said| said.decision.0 == decision)
        }
        _ => None,
    };
    let source = attributes.iter().find(|said| said.name == names::LIFE_CYCLE);
    let record = of_record.map(|(record, says)| RecordSaid {
        state: record.state,
        since: record.since,
        source: source.filter(|_| says == Says::Stated).map(|said| said.source.clone()),
        decision,
    });
    let since = match (says, of_record) {
        (Says::Seen, Some((record, _))) => {
            let from = master.contradicts_from(record);
            let at = sightings(rows, witnesses).map(|sighting| sighting.at);
            at.filter(|at| *at >= from).min().unwrap_or(since)
        }
        _ => since,
    };
    Ok(LifeSaid {
        state,
        since,
        says,
        record,
        contradicted: contradicted.is_some(),
        seen,
        silent_days: class.and_then(|class| master.silent_days(class, settled.at_least_days)),
    })
}

/// The state of an asset at a time; `None` if nobody had seen it by then.
///
/// # Errors
/// If the lake cannot be read.
pub(super) async fn life_of(
    snapshot: &Snapshot,
    asset: AssetKey,
    at: Timestamp,
    master: &Master,
) -> Result<Option<LifeSaid>, LakeError> {
    let Some(rows) = Rows::load(snapshot, asset, at).await? else { return Ok(None) };
    let hearing = hearing(snapshot, &rows, master, at).await?;
    let settled = settled(&hearing, &rows);
    let witnesses = hearing.witnesses();
    let source = |subject| rows.source_of(subject);
    let attributes = attributes(&rows.attributes, witnesses, settled.network, source);
    Ok(Some(life(snapshot, &rows, witnesses, &settled, &attributes).await?))
}

/// What is known of the life of an asset but what persons recorded.
#[derive(Debug)]
pub(crate) struct StateOf {
    pub(crate) asked: Asked,
    pub(crate) name: String,
    settled: Settled,
}

impl StateOf {
    /// Its state with what persons recorded.
    pub(crate) fn life(&self, master: &Master, records: &LifeRecords) -> Life {
        records.life(master, self.asked, &self.settled)
    }
}

/// What is known of the life of an asset at a time; `None` if nobody had seen it by then.
///
/// # Errors
/// If the lake cannot be read.
pub(crate) async fn state_of(
    snapshot: &Snapshot,
    asset: AssetKey,
    at: Timestamp,
    master: &Master,
) -> Result<Option<StateOf>, LakeError> {
    let Some(rows) = Rows::load(snapshot, asset, at).await? else { return Ok(None) };
    let hearing = hearing(snapshot, &rows, master, at).await?;
    let settled = settled(&hearing, &rows);
    let asked = Asked {
        asset,
        class: settled.class(rows.asset.class),
        first_seen: rows.asset.first_seen,
        seen: sightings(&rows, hearing.witnesses()).map(|sighting| sighting.at).max(),
    };
    let name = settled.name(&rows.asset.name).to_owned();
    Ok(Some(StateOf { asked, settled, name }))
}

/// Asks what an asset is, what it is called and in which state it is said to be.
async fn hearing<'m>(
    snapshot: &Snapshot,
    rows: &Rows,
    master: &'m Master,
    at: Timestamp,
) -> Result<Hearing<'m>, LakeError> {
    let (sources, subjects) = (rows.sources(), &rows.subjects);
    let looks = &rows.coverage;
    let witnesses = Witnesses::of_record(snapshot, master, at, sources, subjects, looks).await?;
    Ok(Hearing::new(witnesses, [names::NAME, names::CLASS, names::LIFE_CYCLE], &[]))
}

fn settled(hearing: &Hearing<'_>, rows: &Rows) -> Settled {
    let mut heard = Heard::new(hearing);
    rows.attributes.iter().for_each(|row| heard.attribute((), row));
    heard.settle(())
}

/// The looks at an asset by sources that observe.
fn sightings<'r>(
    rows: &'r Rows,
    witnesses: &'r Witnesses<'_>,
) -> impl Iterator<Item = Sighting> + 'r {
    let looks = rows.coverage.iter().map(|(look, _)| look);
    looks
        .filter(|look| look.kinds != 0)
        .filter(|look| witnesses.observes(look.source, look.credentialed))
        .map(|look| Sighting { at: look.observed_at, source: rows.source(look.source) })
}
