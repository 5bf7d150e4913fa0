//! How the records of an asset came to it and left it, by whom, and when that was known.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use yagura_lake::{
    LakeError, Snapshot,
    row::Stored,
    rows::{CommitRow, DecisionRow, LinkRow},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    decision::DecisionKind,
    id::{AssetKey, Commit, DecisionKey, SubjectKey},
};

use super::{DecisionId, RecordSaid, StateSaid, records, records::born, state::states, successors};
use crate::{browse::assets::AssetId, ingest::in_force};

/// The history of an asset. Serialises to the stable document of `yagura asset history --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct History {
    /// Version of this document.
    pub version: u8,
    /// 基準日時: only records that had been seen by this time; without it all.
    pub as_of: Option<Timestamp>,
    /// 当時の認識: by what was known at this time; without it by all that is known.
    pub known_at: Option<Timestamp>,
    /// The asset asked about.
    pub asset: AssetId,
    /// The assets it is now: itself, or where its records went if its number is in the present no
    /// longer.
    pub now: Vec<AssetId>,
    /// What happened to every record that ever stood on it, the oldest first.
    pub changes: Vec<Change>,
    /// What was said of the state of its life, the oldest first.
    pub states: Vec<StateSaid>,
}

/// Records that came to an asset at once, by one rule or decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The commit since which it is known.
    pub commit: Commit,
    /// When that was.
    pub known_at: Option<Timestamp>,
    /// Where the records stood; `None` if they were new.
    pub from: Option<AssetId>,
    /// Where they stand since.
    pub to: AssetId,
    /// What the links say: `rule:<kind of identifier>`, `rule:merge:<kind of identifier>`, `rule:new`,
    /// `rule:held`, `person:<number of the decision>`.
    pub decided_by: String,
    /// The decision, if a person decided.
    pub decision: Option<DecisionSaid>,
    /// The records.
    pub records: Vec<RecordSaid>,
}

/// A decision and who took it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecisionSaid {
    /// Its number.
    pub decision: DecisionId,
    /// What it was.
    pub kind: Option<DecisionKind>,
    /// Who decided.
    pub by: String,
    /// The second person, if one was needed.
    pub second: Option<String>,
    /// Why.
    pub reason: String,
    /// When.
    pub decided_at: Timestamp,
    /// The decision it takes back.
    pub undoes: Option<DecisionId>,
    /// The decision that takes it back.
    pub undone_by: Option<DecisionId>,
}

/// What decided, from where, to where.
type Cause = (Commit, Option<AssetKey>, AssetKey, String);

/// The history of an asset, of all its records or of those that had been seen by a time; `None` if
/// there never was one of this number, or none of its records had been seen.
///
/// # Errors
/// If the lake cannot be read.
pub async fn history(
    snapshot: &Snapshot,
    asset: AssetKey,
    as_of: Option<Timestamp>,
) -> Result<Option<History>, LakeError> {
    let ever = Filter::of("asset", [asset.0]).with_superseded();
    let stood: Vec<LinkRow> = snapshot.rows(&ever).await?;
    let mut subjects: BTreeSet<SubjectKey> = stood.iter().map(|link| link.subject).collect();
    if let Some(at) = as_of {
        let born = born(snapshot, &subjects).await?;
        subjects.retain(|subject| born.get(subject).is_some_and(|born| *born <= at));
    }
    if subjects.is_empty() {
        return Ok(None);
    }
    let all = Filter::of("subject", subjects.iter().map(|subject| subject.0)).with_superseded();
    let mut versions: Vec<Stored<LinkRow>> = snapshot.read(&all).await?;
    versions.sort_by_key(|version| (version.id.written_by, version.row.subject));
    let mut stands: BTreeMap<SubjectKey, AssetKey> = BTreeMap::new();
    let mut causes: BTreeMap<Cause, Vec<SubjectKey>> = BTreeMap::new();
    for Stored { id, row, .. } in &versions {
        let before = stands.insert(row.subject, row.asset);
        let cause = (id.written_by, before, row.asset, row.decided_by.clone());
        causes.entry(cause).or_default().push(row.subject);
    }
    let commits = Filter::of("written_by", versions.iter().map(|version| version.id.written_by.0));
    let (records_said, decisions, commits, now) = tokio::try_join!(
        records(snapshot, subjects.iter().copied()),
        said(snapshot),
        snapshot.read::<CommitRow>(&commits),
        successors(snapshot, asset),
    )?;
    let times: BTreeMap<Commit, Timestamp> =
        commits.iter().map(|commit| (commit.id.written_by, commit.row.committed_at)).collect();
    let change = |((commit, from, to, decided_by), subjects): (Cause, Vec<SubjectKey>)| Change {
        commit,
        known_at: times.get(&commit).copied(),
        from: from.map(AssetId),
        to: AssetId(to),
        decided_by,
        decision: decisions.get(&commit).cloned(),
        records: subjects.iter().filter_map(|s| records_said.get(s).cloned()).collect(),
    };
    Ok(Some(History {
        version: 1,
        as_of,
        known_at: snapshot.known_at(),
        asset: AssetId(asset),
        now: now.into_iter().map(AssetId).collect(),
        changes: causes.into_iter().map(change).collect(),
        states: states(snapshot, asset, as_of).await?,
    }))
}

/// The decisions by the commits that wrote them.
pub(crate) async fn said(snapshot: &Snapshot) -> Result<BTreeMap<Commit, DecisionSaid>, LakeError> {
    let stored: Vec<Stored<DecisionRow>> = snapshot.read(&Filter::all()).await?;
    let rows: Vec<DecisionRow> = stored.iter().map(|stored| stored.row.clone()).collect();
    let in_force = in_force(&rows);
    let undone: BTreeMap<DecisionKey, DecisionKey> = rows
        .iter()
        .filter(|row| in_force.contains(&row.decision))
        .filter_map(|row| Some((row.undoes?, row.decision)))
        .collect();
    let said = |Stored { id, row, .. }: Stored<DecisionRow>| {
        let said = DecisionSaid {
            decision: DecisionId(row.decision),
            kind: u8::try_from(row.kind).ok().and_then(DecisionKind::from_number),
            by: row.decided_by,
            second: Some(row.second_person).filter(|second| !second.is_empty()),
            reason: row.reason,
            decided_at: row.decided_at,
            undoes: row.undoes.map(DecisionId),
            undone_by: undone.get(&row.decision).copied().map(DecisionId),
        };
        (id.written_by, said)
    };
    Ok(stored.into_iter().map(said).collect())
}
