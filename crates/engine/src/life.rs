//! The life cycle of assets (ライフサイクル): in which state each is at a time.
//!
//! The rule is `baseline`'s ([`Master::life()`]); here it meets the lake. What sources say of the state is
//! heard like any other attribute, what persons recorded stands in `life_records`, and the last
//! sighting follows from who looked. All who need the state of an asset ask here: the score, the
//! list and the record of assets, the views.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use yagura_baseline::{
    life::{Decided, Known, Life, Record},
    master::Master,
};
use yagura_lake::{
    LakeError, Snapshot,
    rows::{AssetPoint, LifeRecordRow},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    domain::AssetClass,
    id::{AssetKey, DecisionKey},
    life_cycle::LifeCycle,
};

use crate::{
    decisions::successors,
    master::{Register, Settled, Witnesses},
};

/// What persons recorded of assets, as it counts at a time.
#[derive(Debug, Default)]
pub(crate) struct LifeRecords {
    at: Timestamp,
    of: BTreeMap<AssetKey, (Decided, DecisionKey)>,
}

/// An asset whose state is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) asset: AssetKey,
    pub(crate) class: Option<AssetClass>,
    pub(crate) first_seen: Timestamp,
    /// When a source that observes last saw it.
    pub(crate) seen: Option<Timestamp>,
}

/// What a person recorded of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LifeRecord {
    /// The asset, or the one it went into since.
    pub(crate) asset: AssetKey,
    pub(crate) decided: Decided,
    pub(crate) decision: DecisionKey,
}

impl LifeRecord {
    /// What began last counts, of what began at once what was decided last.
    pub(crate) fn order(&self) -> (Timestamp, DecisionKey) {
        (self.decided.record.since, self.decision)
    }
}

/// All that persons recorded. What was recorded of an asset that went into another since counts for that
/// one.
///
/// # Errors
/// If the lake cannot be read.
pub(crate) async fn records(snapshot: &Snapshot) -> Result<Vec<LifeRecord>, LakeError> {
    let rows: Vec<LifeRecordRow> = snapshot.rows(&Filter::all()).await?;
    of_present(snapshot, rows).await
}

/// The records of some rows, each of the asset that counts now.
async fn of_present(
    snapshot: &Snapshot,
    rows: Vec<LifeRecordRow>,
) -> Result<Vec<LifeRecord>, LakeError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let named = rows.iter().map(|row| row.asset.0);
    let there: Vec<AssetPoint> = snapshot.rows(&Filter::of("asset", named)).await?;
    let there: BTreeSet<AssetKey> = there.into_iter().map(|asset| asset.asset).collect();
    let mut went: BTreeMap<AssetKey, Option<AssetKey>> = BTreeMap::new();
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(record) = record(&row) else { continue };
        let asset = match there.contains(&row.asset) {
            true => Some(row.asset),
            false => match went.get(&row.asset) {
                Some(known) => *known,
                None => {
                    let now = successors(snapshot, row.asset).await?;
                    // Where its records went several ways nobody can say of which it holds.
                    let only = now.first().copied().filter(|_| now.len() == 1);
                    went.insert(row.asset, only);
                    only
                }
            },
        };
        let decided = Decided { record, decided_at: row.decided_at };
        let of = |asset| LifeRecord { asset, decided, decision: row.decision };
        records.extend(asset.map(of));
    }
    Ok(records)
}

impl LifeRecords {
    /// The records that had begun by a time. What was recorded of an asset that went into another since
    /// counts for that one.
    ///
    /// # Errors
    /// If the lake cannot be read.
    pub(crate) async fn load(snapshot: &Snapshot, at: Timestamp) -> Result<Self, LakeError> {
        let rows: Vec<LifeRecordRow> = snapshot.rows(&Filter::all()).await?;
        Self::of_rows(snapshot, rows, at).await
    }

    /// The same of some rows.
    ///
    /// # Errors
    /// If the lake cannot be read.
    pub(crate) async fn of_rows(
        snapshot: &Snapshot,
        rows: Vec<LifeRecordRow>,
        at: Timestamp,
    ) -> Result<Self, LakeError> {
        let mut records = Self { at, of: BTreeMap::new() };
        let begun = rows.into_iter().filter(|row| row.since <= at).collect();
        let mut begun = of_present(snapshot, begun).await?;
        begun.sort_by_key(LifeRecord::order);
        for LifeRecord { asset, decided, decision } in begun {
            records.of.insert(asset, (decided, decision));
        }
        Ok(records)
    }

    /// The decision that counts of an asset.
    pub(crate) fn decision(&self, asset: AssetKey) -> Option<DecisionKey> {
        self.of.get(&asset).map(|(_, decision)| *decision)
    }

    /// In which state an asset is, by what stands of what its sources say.
    pub(crate) fn life(&self, master: &Master, of: Asked, settled: &Settled) -> Life {
        let known = Known {
            class: of.class,
            at_least_days: settled.at_least_days,
            first_seen: of.first_seen,
            seen: of.seen,
            stated: settled.stated(),
            decided: self.of.get(&of.asset).map(|(decided, _)| *decided),
        };
        master.life(&known, self.at)
    }
}

/// What a row says.
pub(crate) fn record(row: &LifeRecordRow) -> Option<Record> {
    let state = u8::try_from(row.state).ok().and_then(LifeCycle::from_number)?;
    Some(Record { state, since: row.since })
}

/// When each asset of a register was last seen, by index.
pub(crate) fn seen(witnesses: &Witnesses<'_>, register: &Register) -> Vec<Option<Timestamp>> {
    let mut seen = vec![None; register.assets.len()];
    for (subject, at) in witnesses.sightings() {
        if let Some(place) = register.of(subject).and_then(|index| seen.get_mut(index)) {
            *place = (*place).max(Some(at));
        }
    }
    seen
}

/// The name of the count of assets whose record a sighting contradicts.
const CONTRADICTED: &str = "contradicted";

/// How many assets are in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct StateCounts {
    /// 運用中.
    pub in_service: u64,
    /// 保管中.
    pub in_store: u64,
    /// 予備.
    pub spare: u64,
    /// 廃棄.
    pub disposed: u64,
    /// 移管.
    pub transferred: u64,
    /// 所在不明.
    pub missing: u64,
    /// Those of all states whose record a sighting contradicts.
    pub contradicted: u64,
}

impl StateCounts {
    /// Counts an asset.
    pub fn add(&mut self, state: LifeCycle, contradicted: bool) {
        let count = match state {
            LifeCycle::InService => &mut self.in_service,
            LifeCycle::InStore => &mut self.in_store,
            LifeCycle::Spare => &mut self.spare,
            LifeCycle::Disposed => &mut self.disposed,
            LifeCycle::Transferred => &mut self.transferred,
            LifeCycle::Missing => &mut self.missing,
        };
        *count += 1;
        self.contradicted += u64::from(contradicted);
    }

    /// How many are in a state.
    pub fn of(&self, state: LifeCycle) -> u64 {
        match state {
            LifeCycle::InService => self.in_service,
            LifeCycle::InStore => self.in_store,
            LifeCycle::Spare => self.spare,
            LifeCycle::Disposed => self.disposed,
            LifeCycle::Transferred => self.transferred,
            LifeCycle::Missing => self.missing,
        }
    }

    /// The counts by the names of the states, and of the contradicted ones.
    pub(crate) fn by_name(&self) -> BTreeMap<String, u64> {
        let of_state = |state: &LifeCycle| (state.as_str().to_owned(), self.of(*state));
        let contradicted = (CONTRADICTED.to_owned(), self.contradicted);
        LifeCycle::ALL.iter().map(of_state).chain([contradicted]).collect()
    }

    /// The counts by their names.
    pub(crate) fn of_names(names: &BTreeMap<String, u64>) -> Self {
        let count = |name: &str| names.get(name).copied().unwrap_or_default();
        let of = |state: LifeCycle| count(state.as_str());
        Self {
            in_service: of(LifeCycle::InService),
            in_store: of(LifeCycle::InStore),
            spare: of(LifeCycle::Spare),
            disposed: of(LifeCycle::Disposed),
            transferred: of(LifeCycle::Transferred),
            missing: of(LifeCycle::Missing),
            contradicted: count(CONTRADICTED),
        }
    }

    /// Adds others.
    pub(crate) fn join(&mut self, other: &Self) {
        self.in_service += other.in_service;
        self.in_store += other.in_store;
        self.spare += other.spare;
        self.disposed += other.disposed;
        self.transferred += other.transferred;
        self.missing += other.missing;
        self.contradicted += other.contradicted;
    }

    /// How many do not count in points and averages.
    pub fn left_out(&self) -> u64 {
        let out = LifeCycle::ALL.iter().filter(|state| !state.counts());
        out.map(|state| self.of(*state)).sum()
    }
}
