//! What decisions do to assets and to what waits for a person.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use yagura_lake::{
    LakeError,
    row::Stored,
    rows::{AssetRow, HoldRow},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    domain::AssetClass,
    id::{AssetKey, SubjectKey},
};

use super::{super::work::Work, Decided, hold, scene::Scene};

/// Writes the assets that are new, changes those that were joined, and takes those away from the
/// present that have no record any more: their rows stay in what was known before.
pub(super) async fn assets(
    work: &mut Work<'_>,
    scene: &Scene<'_>,
    decided: &Decided,
) -> Result<(), LakeError> {
    let empty: BTreeSet<AssetKey> = scene.emptied().collect();
    let mut seen: BTreeMap<AssetKey, Timestamp> = BTreeMap::new();
    for (key, at) in &decided.seen {
        let first = seen.entry(decided.now(*key)).or_insert(*at);
        *first = (*first).min(*at);
    }
    for (key, made) in decided.made.iter().filter(|(key, _)| !empty.contains(key)) {
        let mut row = made.clone();
        row.first_seen = seen.get(key).copied().unwrap_or(row.first_seen).min(row.first_seen);
        work.changes.assets.push(row);
    }
    let merged = decided.merged.values().chain(decided.merged.keys());
    let wanted = decided.refined.keys().chain(seen.keys()).chain(merged).chain(&empty);
    let wanted: BTreeSet<i64> = wanted.map(|key| key.0).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let stored: Vec<Stored<AssetRow>> = work.transaction.read(&Filter::of("asset", wanted)).await?;
    // An asset that took others in is as old as the oldest of them.
    let mut first_seen = seen;
    for Stored { row, .. } in &stored {
        let kept = decided.now(row.asset);
        let first = first_seen.entry(kept).or_insert(row.first_seen);
        *first = row.first_seen.min(*first);
    }
    for asset in stored {
        let key = asset.row.asset;
        if empty.contains(&key) {
            work.changes.superseded.push(asset.version());
            continue;
        }
        let first = first_seen.get(&key).copied();
        let row = joined(&asset.row, first, decided.refined.get(&key).copied());
        if row != asset.row {
            work.changes.superseded.push(asset.version());
            work.changes.assets.push(row);
        }
    }
    Ok(())
}

/// The row of an asset that records joined: as old as the oldest of them, and of the sort the first
/// source says if no source had said what sort of device it is.
pub(crate) fn joined(
    before: &AssetRow,
    first_seen: Option<Timestamp>,
    said: Option<AssetClass>,
) -> AssetRow {
    let mut row = before.clone();
    row.first_seen = first_seen.unwrap_or(row.first_seen);
    let known = u8::try_from(row.class).ok().and_then(AssetClass::from_number);
    if let (Some(AssetClass::Device), Some(said)) = (known, said) {
        row.class = said.number() as i8;
    }
    row
}

/// Writes what waits for a person from now on, and ends what waits no longer.
pub(super) async fn holds(
    work: &mut Work<'_>,
    scene: &Scene<'_>,
    decided: &Decided,
) -> Result<(), LakeError> {
    let mut new: BTreeMap<SubjectKey, HoldRow> = BTreeMap::new();
    for (number, (candidates, reason)) in &decided.held {
        let member = scene.get(*number).and_then(|m| Some((m.subject?, m.asset?)));
        if let Some((subject, asset)) = member {
            let candidates = candidates.iter().map(|key| decided.now(*key)).collect();
            new.insert(subject, hold(subject, asset, &candidates, reason));
        }
    }
    let empty: BTreeSet<AssetKey> = scene.emptied().collect();
    if !decided.again.is_empty() || !decided.reopened.is_empty() || !empty.is_empty() {
        let members: HashMap<SubjectKey, usize> = (scene.members.iter().enumerate())
            .filter_map(|(number, member)| Some((member.subject?, number)))
            .collect();
        let of_subjects = scene.members.iter().filter_map(|member| Some(member.subject?.0));
        let of_subjects = Filter::of("subject", of_subjects);
        // A candidate may wait anywhere.
        let filter = if empty.is_empty() { of_subjects } else { Filter::all() };
        let stored: Vec<Stored<HoldRow>> = work.transaction.read(&filter).await?;
        for before in stored {
            let number = members.get(&before.row.subject).copied();
            let now = match new.remove(&before.row.subject) {
                None if number.is_some_and(|n| decided.reopened.contains(&n)) => None,
                None if number.is_some_and(|number| settled(&before.row, scene, number)) => None,
                None => {
                    let asset = number.and_then(|n| scene.get(n)?.asset);
                    let asset = asset.unwrap_or(before.row.asset);
                    renamed(&before.row, asset, |key| decided.now(key))
                }
                other => other,
            };
            if now.as_ref() != Some(&before.row) {
                work.changes.superseded.push(before.version());
                work.changes.holds.extend(now);
            }
        }
    }
    work.changes.holds.extend(new.into_values());
    Ok(())
}

/// Whether what made a subject wait is gone: it shows something else of that kind, or no longer
/// contradicts the others of its asset.
fn settled(before: &HoldRow, scene: &Scene<'_>, number: usize) -> bool {
    let Some(member) = scene.get(number) else { return false };
    let kind = before.reason.rsplit(':').next().and_then(|kind| kind.parse().ok());
    let changed = kind.is_some_and(|kind| member.changed.contains(&kind));
    let alike =
        |asset| scene.differ(member.values.iter(), scene.values_of(asset, number)).is_empty();
    changed || (is_within(before) && member.asset.is_some_and(alike))
}

/// Whether it contradicts its own asset: then that is its only candidate.
pub(crate) fn is_within(row: &HoldRow) -> bool {
    row.candidates == [row.asset.0]
}

/// A hold after assets were merged, by where its record stands and what became of each asset: between
/// those that are one now nothing is left to decide.
pub(crate) fn renamed(
    before: &HoldRow,
    asset: AssetKey,
    now: impl Fn(AssetKey) -> AssetKey,
) -> Option<HoldRow> {
    let candidates: BTreeSet<AssetKey> =
        before.candidates.iter().map(|key| now(AssetKey(*key))).collect();
    let within = is_within(before);
    let others: BTreeSet<AssetKey> =
        candidates.into_iter().filter(|key| within || *key != asset).collect();
    (!others.is_empty()).then(|| hold(before.subject, asset, &others, &before.reason))
}
