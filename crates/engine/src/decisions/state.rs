//! A person records in which state of its life an asset is.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use yagura_baseline::{life::Says, master::Master};
use yagura_lake::{
    LakeError, Snapshot,
    row::Stored,
    rows::{AssetRow, AttributeRow, CommitRow, LifeRecordRow, LinkRow, SourceRow, SubjectRow},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    attribute::names,
    id::{AssetKey, Commit, DecisionKey, SourceKey, SubjectKey},
    life_cycle::LifeCycle,
};

use super::{DecisionError, DecisionSaid, draft::Draft, said};
use crate::{
    browse::assets::{AssetId, state_of},
    life::{LifeRecords, record},
};

/// That an asset is in a state since a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// The asset.
    pub asset: AssetKey,
    /// Its state.
    pub state: LifeCycle,
    /// Since when.
    pub since: Timestamp,
}

/// A state that was recorded, and in which the asset is now. Serialises to a part of the document of
/// `--json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StateRecorded {
    /// The asset.
    pub asset: AssetId,
    /// Its name.
    pub name: String,
    /// What is recorded; `None` if a record is taken back.
    pub recorded: Option<LifeCycle>,
    /// Since when that holds.
    pub since: Timestamp,
    /// Whether it holds from later on only: what it becomes is told of then, by what is known now.
    pub is_of_later: bool,
    /// In which state the asset is without it now.
    pub before: LifeCycle,
    /// In which state it is with it, or will be.
    pub after: LifeCycle,
    /// What says so.
    pub says: Says,
    /// When a source that observes last saw it.
    pub seen: Option<Timestamp>,
    /// Whether a sighting contradicts what is recorded.
    pub contradicted: bool,
}

/// Records a state.
pub(super) async fn plan(
    draft: &mut Draft<'_>,
    said: &State,
    now: Timestamp,
) -> Result<(), DecisionError> {
    let of_asset = Filter::of("asset", [said.asset.0]);
    let rows: Vec<AssetRow> = draft.snapshot.rows(&of_asset).await?;
    if rows.is_empty() {
        return Err(DecisionError::UnknownAsset { asset: said.asset });
    }
    let stand: Vec<LifeRecordRow> = draft.snapshot.rows(&of_asset).await?;
    let last = stand.iter().filter(|row| row.since == said.since).max_by_key(|row| row.decision);
    if last.and_then(record).is_some_and(|last| last.state == said.state) {
        return Err(DecisionError::SameState { asset: said.asset, state: said.state });
    }
    draft.assets.insert(said.asset);
    draft.changes.life_records.push(LifeRecordRow {
        asset: said.asset,
        state: said.state.number() as i8,
        since: said.since,
        decision: draft.decision,
        decided_at: now,
    });
    Ok(())
}

/// Takes back what a decision recorded, or records again what it took back.
pub(super) async fn undo(
    draft: &mut Draft<'_>,
    decision: DecisionKey,
    commit: Commit,
) -> Result<(), LakeError> {
    let all = Filter::all().with_superseded();
    let versions: Vec<Stored<LifeRecordRow>> = draft.snapshot.read(&all).await?;
    let stands = |decision| {
        versions.iter().find(move |version: &&Stored<LifeRecordRow>| {
            version.row.decision == decision && version.superseded_by.is_none()
        })
    };
    for version in versions.iter().filter(|version| version.row.decision == decision) {
        if version.superseded_by.is_none() {
            draft.changes.superseded.push(version.version());
        }
        draft.assets.insert(version.row.asset);
    }
    for version in versions.iter().filter(|version| version.superseded_by == Some(commit)) {
        if stands(version.row.decision).is_none() {
            draft.changes.life_records.push(version.row.clone());
        }
        draft.assets.insert(version.row.asset);
    }
    Ok(())
}

/// What the records of a draft do to their assets.
pub(super) async fn recorded(
    draft: &Draft<'_>,
    master: &Master,
    now: Timestamp,
) -> Result<Vec<StateRecorded>, LakeError> {
    let before: Vec<Stored<LifeRecordRow>> = draft.snapshot.read(&Filter::all()).await?;
    let is_gone =
        |version: &&Stored<LifeRecordRow>| draft.changes.superseded.contains(&version.version());
    let taken_back = before.iter().filter(is_gone).map(|version| (&version.row, false));
    let new = draft.changes.life_records.iter().map(|row| (row, true));
    let touched: Vec<(LifeRecordRow, bool)> =
        taken_back.chain(new).map(|(row, new)| (row.clone(), new)).collect();
    if touched.is_empty() {
        return Ok(Vec::new());
    }
    let mut after: Vec<LifeRecordRow> =
        before.iter().filter(|version| !is_gone(version)).map(|v| v.row.clone()).collect();
    after.extend(draft.changes.life_records.iter().cloned());
    let mut told = Vec::new();
    for (row, new) in touched {
        let at = now.max(row.since);
        let records_now = LifeRecords::load(draft.snapshot, now).await?;
        let records_then = LifeRecords::of_rows(draft.snapshot, after.clone(), at).await?;
        let of = state_of(draft.snapshot, row.asset, now, master).await?;
        let then = state_of(draft.snapshot, row.asset, at, master).await?;
        let (Some(of), Some(then)) = (of, then) else { continue };
        let (before, after) = (of.life(master, &records_now), then.life(master, &records_then));
        told.push(StateRecorded {
            asset: AssetId(row.asset),
            recorded: record(&row).filter(|_| new).map(|record| record.state),
            since: row.since,
            is_of_later: row.since > now,
            before: before.state,
            after: after.state,
            says: after.says,
            seen: then.asked.seen,
            contradicted: after.contradicted.is_some(),
            name: then.name,
        });
    }
    Ok(told)
}

/// What was said of the state of an asset: by a person or a source. Serialises to a part of the
/// document of `yagura asset history --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StateSaid {
    /// The state.
    pub state: LifeCycle,
    /// Since when it holds.
    pub since: Timestamp,
    /// Until when a source said so (exclusive).
    pub until: Option<Timestamp>,
    /// When it became known.
    pub known_at: Option<Timestamp>,
    /// The decision of a person.
    pub decision: Option<DecisionSaid>,
    /// The source that said so.
    pub source: Option<String>,
}

/// What was said of the state of an asset that had begun by a time, in order of time.
pub(super) async fn states(
    snapshot: &Snapshot,
    asset: AssetKey,
    as_of: Option<Timestamp>,
) -> Result<Vec<StateSaid>, LakeError> {
    let of_asset = Filter::of("asset", [asset.0]);
    let links: Vec<LinkRow> = snapshot.rows(&of_asset).await?;
    let subjects = links.iter().map(|link| link.subject.0);
    let of_subjects = Filter::of("subject", subjects);
    let (ever, all) = (of_asset.with_superseded(), Filter::all());
    let (versions, attributes, subjects, sources, decisions) = tokio::try_join!(
        snapshot.read::<LifeRecordRow>(&ever),
        snapshot.read::<AttributeRow>(&of_subjects),
        snapshot.rows::<SubjectRow>(&of_subjects),
        snapshot.rows::<SourceRow>(&all),
        said(snapshot),
    )?;
    let stated = attributes.iter().filter(|stored| *stored.row.name == *names::LIFE_CYCLE);
    let commits: BTreeSet<i64> = (stated.clone().map(|stored| stored.id.written_by.0))
        .chain(versions.iter().map(|stored| stored.id.written_by.0))
        .collect();
    let commits: Vec<Stored<CommitRow>> = snapshot.read(&Filter::of("written_by", commits)).await?;
    let known_at = |commit: Commit| {
        commits.iter().find(|one| one.id.written_by == commit).map(|one| one.row.committed_at)
    };
    let source_of: BTreeMap<SubjectKey, SourceKey> =
        subjects.into_iter().map(|row| (row.subject, row.source)).collect();
    let sources: BTreeMap<SourceKey, String> =
        sources.into_iter().map(|row| (row.source, row.name)).collect();
    let mut all: Vec<StateSaid> = Vec::new();
    for Stored { id, row, .. } in stated {
        let Ok(state) = row.value.parse() else { continue };
        let source = source_of.get(&row.subject).and_then(|source| sources.get(source));
        all.push(StateSaid {
            state,
            since: row.first_seen,
            until: row.resolved_at,
            known_at: known_at(id.written_by),
            decision: None,
            source: Some(source.cloned().unwrap_or_default()),
        });
    }
    // A record that was taken back and taken up again stands in several versions.
    let mut counted: BTreeSet<DecisionKey> = BTreeSet::new();
    for Stored { id, row, .. } in &versions {
        let Some(of) = record(row).filter(|_| counted.insert(row.decision)) else { continue };
        all.push(StateSaid {
            state: of.state,
            since: of.since,
            until: None,
            known_at: known_at(id.written_by),
            decision: decisions.values().find(|said| said.decision.0 == row.decision).cloned(),
            source: None,
        });
    }
    all.retain(|said| as_of.is_none_or(|at| said.since <= at));
    all.sort_by_key(|said| (said.since, said.known_at));
    Ok(all)
}
