//! What persons recorded as disposed of: its names and addresses are free for a successor.
//!
//! A register that says `disposed` frees what its own record shows ([`faces`](super::super::faces)). A
//! person's record frees what all records of the asset show, for what is seen from its day on, until it
//! is taken back, a source says something else since, or the machine is seen after all.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use yagura_baseline::{
    life::{Known, Record},
    master::Master,
};
use yagura_lake::{
    LakeError,
    rows::{AttributeRow, SourceRow},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    attribute::names,
    id::{AssetKey, SourceKey, SubjectKey},
    life_cycle::LifeCycle,
};

use super::{
    super::work::Work,
    scene::{Member, Value},
};
use crate::life::LifeRecord;

/// Takes away what identifies nothing any more.
pub(super) async fn free(work: &Work<'_>, members: &mut [Member]) -> Result<(), LakeError> {
    let records = work.known.life_records(work.transaction).await?;
    if records.is_empty() {
        return Ok(());
    }
    let assets: BTreeSet<AssetKey> = members.iter().filter_map(|member| member.asset).collect();
    let gone = records.iter().filter(|one| one.decided.record.state == LifeCycle::Disposed);
    let gone: BTreeSet<AssetKey> =
        gone.map(|one| one.asset).filter(|asset| assets.contains(asset)).collect();
    if gone.is_empty() {
        return Ok(());
    }
    let shown = shown(work);
    let lives = lives(work, members, &gone).await?;
    for member in members {
        let Some(asset) = member.asset.filter(|asset| gone.contains(asset)) else { continue };
        let Some(life) = lives.get(&asset) else { continue };
        let is_free = |value: &Value| {
            let may = work.rules.valid_days(value.kind).is_some();
            let at = shown.get(&value.hash).filter(|_| may);
            at.is_some_and(|at| life.is_disposed(records, asset, *at))
        };
        member.values.retain(|value| !is_free(value));
    }
    Ok(())
}

/// The first time at which the report shows each value by which things are found.
fn shown(work: &Work<'_>) -> HashMap<i64, Timestamp> {
    let mut shown: HashMap<i64, Timestamp> = HashMap::new();
    for local in 0..work.stage.assets.len() {
        let at = work.observed(local);
        for hash in work.faces.get(local).into_iter().flat_map(|face| &face.hashes).flatten() {
            let first = shown.entry(*hash).or_insert(at);
            *first = at.min(*first);
        }
    }
    shown
}

/// What is known of the life of an asset beside what persons recorded.
#[derive(Debug, Default)]
struct Seen {
    last: Option<Timestamp>,
    stated: Option<Record>,
}

impl Seen {
    /// Whether the asset is disposed of at a time by what a person recorded.
    fn is_disposed(&self, records: &[LifeRecord], asset: AssetKey, at: Timestamp) -> bool {
        let begun = |one: &&LifeRecord| one.asset == asset && one.decided.record.since <= at;
        let begun = records.iter().filter(begun);
        let Some(last) = begun.max_by_key(|one| one.order()) else { return false };
        let known = Known {
            // Silence ends no record of a disposal.
            class: None,
            at_least_days: 0,
            first_seen: at,
            seen: self.last,
            stated: self.stated,
            decided: Some(last.decided),
        };
        Master::shipped().life(&known, at).state == LifeCycle::Disposed
    }
}

/// When sources that observe last saw some assets, and what sources say of their states.
async fn lives(
    work: &Work<'_>,
    members: &[Member],
    gone: &BTreeSet<AssetKey>,
) -> Result<BTreeMap<AssetKey, Seen>, LakeError> {
    let master = Master::shipped();
    let sources: Vec<SourceRow> = work.transaction.rows(&Filter::all()).await?;
    let observes = |row: &SourceRow| {
        let kind = master.of_kind(master.kind(&row.tool, &row.name, None));
        kind.is_some_and(|kind| kind.observes)
    };
    let observing: BTreeSet<SourceKey> =
        sources.iter().filter(|row| observes(row)).map(|row| row.source).collect();
    let mut lives: BTreeMap<AssetKey, Seen> = BTreeMap::new();
    let mut asset_of: BTreeMap<SubjectKey, AssetKey> = BTreeMap::new();
    for member in members {
        let Some(asset) = member.asset.filter(|asset| gone.contains(asset)) else { continue };
        asset_of.extend(member.subject.map(|subject| (subject, asset)));
        let seen = lives.entry(asset).or_default();
        if observing.contains(&member.source) {
            seen.last = seen.last.max(Some(member.span.1));
        }
    }
    let of_subjects = Filter::of("subject", asset_of.keys().map(|subject| subject.0));
    let said: Vec<AttributeRow> = work.transaction.rows(&of_subjects).await?;
    for row in said.iter().filter(|row| *row.name == *names::LIFE_CYCLE) {
        let seen = asset_of.get(&row.subject).and_then(|asset| lives.get_mut(asset));
        if let (Some(seen), Ok(state), None) = (seen, row.value.parse(), row.resolved_at) {
            let record = Record { state, since: row.first_seen };
            let newer = seen.stated.is_none_or(|stated| stated.since < record.since);
            seen.stated = if newer { Some(record) } else { seen.stated };
        }
    }
    Ok(lives)
}
