//! A person takes a decision back: what was before it is again.

use std::collections::{BTreeMap, BTreeSet};

use yagura_lake::{
    LakeError, Snapshot,
    row::Stored,
    rows::{AssetRow, CommitRow, DecisionRow, HoldRow, LinkRow, OrganisationRow, SuccessionRow},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    id::{AssetKey, Commit, DecisionKey, SubjectKey},
};

use super::{DecisionError, Later, draft::Draft, state, successors};
use crate::ingest::{in_force, is_within, renamed};

/// Restores the links, assets and holds that a decision put others in the place of.
pub(super) async fn plan(
    draft: &mut Draft<'_>,
    decision: DecisionKey,
) -> Result<(), DecisionError> {
    let rows: Vec<Stored<DecisionRow>> = draft.snapshot.read(&Filter::all()).await?;
    let found = rows.iter().find(|stored| stored.row.decision == decision);
    let undone = found.ok_or(DecisionError::UnknownDecision { decision })?;
    let all: Vec<DecisionRow> = rows.iter().map(|stored| stored.row.clone()).collect();
    let in_force = in_force(&all);
    let by =
        all.iter().find(|row| row.undoes == Some(decision) && in_force.contains(&row.decision));
    if let Some(by) = by {
        return Err(DecisionError::AlreadyUndone { decision, by: by.decision });
    }
    let of_commit = Filter::of("written_by", [undone.id.written_by.0]).with_superseded();
    let organisations: Vec<OrganisationRow> = draft.snapshot.rows(&of_commit).await?;
    let passes: Vec<SuccessionRow> = draft.snapshot.rows(&of_commit).await?;
    if !organisations.is_empty() || !passes.is_empty() {
        return Err(DecisionError::OfOrganisations { decision });
    }
    let written: BTreeMap<Commit, DecisionKey> =
        rows.iter().map(|stored| (stored.id.written_by, stored.row.decision)).collect();
    let past = Past { decision, commit: undone.id.written_by, written };
    draft.assets.extend(undone.row.assets.iter().copied().map(AssetKey));
    let left = links(draft, &past, &undone.row).await?;
    came_since(draft, &past, &left).await?;
    assets(draft, &past, &undone.row).await?;
    holds(draft, &past).await?;
    state::undo(draft, decision, undone.id.written_by).await?;
    Ok(())
}

/// The decision to be taken back.
struct Past {
    decision: DecisionKey,
    /// The commit that wrote it.
    commit: Commit,
    /// The decisions by the commits that wrote them.
    written: BTreeMap<Commit, DecisionKey>,
}

impl Past {
    /// Whether the decision wrote a version of a row or put another in its place.
    fn touched<T>(&self, version: &Stored<T>) -> bool {
        version.id.written_by == self.commit || version.superseded_by == Some(self.commit)
    }

    /// What a commit after it was.
    async fn later(
        &self,
        snapshot: &Snapshot,
        commit: Commit,
        decided_by: Option<&str>,
    ) -> Result<Later, LakeError> {
        if let Some(decision) = self.written.get(&commit) {
            return Ok(Later::Decision(*decision));
        }
        let decided_by = decided_by.unwrap_or("rule").to_owned();
        Ok(Later::Rule { decided_by, known_at: committed_at(snapshot, commit).await? })
    }
}

/// When a commit was made.
async fn committed_at(snapshot: &Snapshot, commit: Commit) -> Result<Option<Timestamp>, LakeError> {
    let filter = Filter::of("written_by", [commit.0]);
    let rows: Vec<CommitRow> = snapshot.rows(&filter).await?;
    Ok(rows.first().map(|row| row.committed_at))
}

/// Restores the links; gives the assets that records leave.
async fn links(
    draft: &mut Draft<'_>,
    past: &Past,
    row: &DecisionRow,
) -> Result<BTreeSet<AssetKey>, DecisionError> {
    let decision = past.decision;
    let of_records = Filter::of("subject", row.subjects.iter().copied()).with_superseded();
    let versions: Vec<Stored<LinkRow>> = draft.snapshot.read(&of_records).await?;
    let of_record = |subject| versions.iter().filter(move |v| v.row.subject == subject);
    let mut left = BTreeSet::new();
    for record in row.subjects.iter().copied().map(SubjectKey) {
        let before = of_record(record).find(|v| v.superseded_by == Some(past.commit));
        let after = of_record(record).find(|v| v.id.written_by == past.commit);
        let now = of_record(record).find(|v| v.superseded_by.is_none());
        let (Some(before), Some(after), Some(now)) = (before, after, now) else { continue };
        // What was changed since and put back does not matter.
        if now.row != after.row {
            let decided_by = Some(now.row.decided_by.as_str());
            let later = past.later(draft.snapshot, now.id.written_by, decided_by).await?;
            return Err(DecisionError::ChangedSince { decision, record, later });
        }
        if before.row.asset != now.row.asset {
            left.insert(now.row.asset);
        }
        draft.relink(now, before.row.clone());
    }
    Ok(left)
}

/// Finds the records that joined since the assets that records leave: nobody said where they belong.
async fn came_since(
    draft: &mut Draft<'_>,
    past: &Past,
    left: &BTreeSet<AssetKey>,
) -> Result<(), LakeError> {
    let of_assets = Filter::of("asset", left.iter().map(|asset| asset.0)).with_superseded();
    let versions: Vec<Stored<LinkRow>> = draft.snapshot.read(&of_assets).await?;
    let before = versions.iter().filter(|link| link.id.written_by <= past.commit);
    let before: BTreeSet<SubjectKey> = before.map(|link| link.row.subject).collect();
    for Stored { row, .. } in versions.iter().filter(|link| link.superseded_by.is_none()) {
        if !before.contains(&row.subject) && !draft.placed.contains_key(&row.subject) {
            draft.came_since.insert(row.subject, row.asset);
        }
    }
    Ok(())
}

/// Brings the assets back that the decision took away, takes those away that it made, and restores
/// what it changed of others and nobody changed since.
async fn assets(
    draft: &mut Draft<'_>,
    past: &Past,
    row: &DecisionRow,
) -> Result<(), DecisionError> {
    let filter = Filter::of("asset", row.assets.iter().copied()).with_superseded();
    let versions: Vec<Stored<AssetRow>> = draft.snapshot.read(&filter).await?;
    let needed: BTreeSet<AssetKey> = draft.placed.values().map(|(_, to)| *to).collect();
    let kept: BTreeSet<AssetKey> = draft.came_since.values().copied().collect();
    for asset in row.assets.iter().copied().map(AssetKey) {
        let of_asset = || versions.iter().filter(|version| version.row.asset == asset);
        let before = of_asset().find(|version| version.superseded_by == Some(past.commit));
        let after = of_asset().find(|version| version.id.written_by == past.commit);
        let now = of_asset().find(|version| version.superseded_by.is_none());
        match (before, after, now) {
            (Some(before), None, None) => {
                draft.changes.assets.push(before.row.clone());
                draft.made.insert(asset);
            }
            (None, Some(_), Some(now)) if !needed.contains(&asset) && !kept.contains(&asset) => {
                draft.retire(now);
            }
            (Some(before), Some(after), Some(now)) => {
                draft.restate(now, restored(&now.row, &before.row, &after.row));
            }
            (_, _, None) if needed.contains(&asset) => {
                let last = of_asset().filter_map(|version| version.superseded_by).max();
                let later = past.later(draft.snapshot, last.unwrap_or(past.commit), None).await?;
                let decision = past.decision;
                return Err(DecisionError::GoneSince { decision, asset, later });
            }
            _ => {}
        }
    }
    Ok(())
}

/// The row of an asset without what a decision changed, but with what was changed since.
fn restored(now: &AssetRow, before: &AssetRow, after: &AssetRow) -> AssetRow {
    let mut row = now.clone();
    if now.first_seen == after.first_seen {
        row.first_seen = before.first_seen;
    }
    if now.class == after.class {
        row.class = before.class;
    }
    if now.name == after.name {
        row.name.clone_from(&before.name);
    }
    row
}

/// Lets wait again what waited for a person before, unless something else waits there by now.
async fn holds(draft: &mut Draft<'_>, past: &Past) -> Result<(), LakeError> {
    let versions: Vec<Stored<HoldRow>> =
        draft.snapshot.read(&Filter::all().with_superseded()).await?;
    let links = stand_on(draft, past, &versions).await?;
    let went = went(draft, past, &versions).await?;
    for (subject, asset) in links {
        let of_record = || versions.iter().filter(|hold| hold.row.subject == subject);
        let before = of_record().find(|hold| hold.superseded_by == Some(past.commit));
        let after = of_record().find(|hold| hold.id.written_by == past.commit);
        let now = of_record().find(|hold| hold.superseded_by.is_none());
        if after.map(|hold| &hold.row) != now.map(|hold| &hold.row) {
            continue;
        }
        let row = before.and_then(|before| match is_within(&before.row) {
            true => Some(HoldRow { asset, candidates: vec![asset.0], ..before.row.clone() }),
            false => renamed(&before.row, asset, |key| went.get(&key).copied().unwrap_or(key)),
        });
        match now {
            Some(now) => draft.rehold(now, row),
            None => {
                draft.holds_again += u64::from(row.is_some());
                draft.changes.holds.extend(row);
            }
        }
    }
    Ok(())
}

/// Where candidates of the holds went since: a hold is told as it would be now.
async fn went(
    draft: &Draft<'_>,
    past: &Past,
    versions: &[Stored<HoldRow>],
) -> Result<BTreeMap<AssetKey, AssetKey>, LakeError> {
    let again = versions.iter().filter(|hold| past.touched(hold));
    let candidates: BTreeSet<AssetKey> =
        again.flat_map(|hold| hold.row.candidates.iter().copied().map(AssetKey)).collect();
    let mut went = BTreeMap::new();
    for candidate in candidates.difference(&draft.made) {
        let now = successors(draft.snapshot, *candidate).await?;
        if let Some(now) = now.first().filter(|_| now.len() == 1) {
            went.insert(*candidate, *now);
        }
    }
    Ok(went)
}

/// Where the records of some holds stand once the decision is taken back.
async fn stand_on(
    draft: &Draft<'_>,
    past: &Past,
    versions: &[Stored<HoldRow>],
) -> Result<BTreeMap<SubjectKey, AssetKey>, LakeError> {
    let concerned = versions.iter().filter(|hold| past.touched(hold));
    let filter = Filter::of("subject", concerned.map(|hold| hold.row.subject.0));
    let links: Vec<LinkRow> = draft.snapshot.rows(&filter).await?;
    let stands = |link: LinkRow| {
        let to = draft.placed.get(&link.subject).map_or(link.asset, |(_, to)| *to);
        (link.subject, to)
    };
    Ok(links.into_iter().map(stands).collect())
}
