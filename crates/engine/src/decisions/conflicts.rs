//! The contradictions that wait for a person.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use yagura_baseline::master::Master;
use yagura_lake::{
    LakeError, Snapshot,
    row::Stored,
    rows::{CommitRow, HoldRow, IdentifierRow},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    id::{AssetKey, Commit, SubjectKey},
    identifier::IdentifierKind,
    organisation::OrganisationCode,
};

use super::{RecordSaid, records};
use crate::{
    browse::assets::{Brief, brief},
    tree::Tree,
};

/// A record that waits for a person. What belongs to assets of organisations that were not asked about
/// is not said. Serialises to the stable line of `yagura asset conflicts --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The record; `None` if it stands on an asset of another organisation.
    pub record: Option<RecordSaid>,
    /// The asset it stands on.
    pub asset: Option<Brief>,
    /// What the record shows, in order of kind.
    pub shows: Vec<Shown>,
    /// The assets it may be; if that is the asset it stands on, it contradicts the others there.
    pub candidates: Vec<Brief>,
    /// How many more assets it may be, of other organisations.
    pub candidates_elsewhere: u64,
    /// Why: `contradiction:<kind of identifier>` or `several:<kind of identifier>`, without the kind if
    /// the record is not to be told of.
    pub reason: String,
    /// Since when it waits.
    pub since: Option<Timestamp>,
}

/// An identifier a record shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Its kind.
    pub kind: IdentifierKind,
    /// Its value.
    pub value: String,
}

/// All records that wait for a person, in order of the assets they stand on; only those that concern
/// assets an organisation or one below it manages, if one is named.
///
/// # Errors
/// If the lake cannot be read.
pub async fn conflicts(
    snapshot: &Snapshot,
    master: &Master,
    organisation: Option<&OrganisationCode>,
    at: Timestamp,
) -> Result<Vec<Conflict>, LakeError> {
    let holds: Vec<Stored<HoldRow>> = snapshot.read(&Filter::all()).await?;
    let subjects = || holds.iter().map(|hold| hold.row.subject);
    let assets: BTreeSet<AssetKey> = holds.iter().flat_map(|hold| concerned(&hold.row)).collect();
    let of_subjects = Filter::of("subject", subjects().map(|subject| subject.0));
    let of_commits = Filter::of("written_by", holds.iter().map(|hold| hold.id.written_by.0));
    let (briefs, said, identifiers, commits) = tokio::try_join!(
        brief(snapshot, master, &assets, at),
        records(snapshot, subjects()),
        snapshot.rows::<IdentifierRow>(&of_subjects),
        snapshot.read::<CommitRow>(&of_commits),
    )?;
    let briefs: BTreeMap<AssetKey, Brief> =
        briefs.into_iter().map(|brief| (brief.asset.0, brief)).collect();
    let times: BTreeMap<Commit, Timestamp> =
        commits.iter().map(|commit| (commit.id.written_by, commit.row.committed_at)).collect();
    let tree = Tree::load(snapshot, at).await?;
    let visible = |key: AssetKey| {
        let brief = briefs.get(&key)?;
        organisation
            .is_none_or(|org| tree.is_within(&brief.organisation, org))
            .then(|| brief.clone())
    };
    let mut conflicts = Vec::new();
    for Stored { id, row, .. } in &holds {
        if !concerned(row).any(|key| visible(key).is_some()) {
            continue;
        }
        let asset = visible(row.asset);
        let candidates: Vec<Brief> =
            row.candidates.iter().filter_map(|key| visible(AssetKey(*key))).collect();
        let known = row.candidates.iter().filter(|key| briefs.contains_key(&AssetKey(**key)));
        let elsewhere = known.count() - candidates.len();
        let how = row.reason.split(':').next().unwrap_or_default();
        conflicts.push(Conflict {
            record: asset.as_ref().and_then(|_| said.get(&row.subject).cloned()),
            shows: asset.as_ref().map(|_| shows(&identifiers, row.subject)).unwrap_or_default(),
            reason: asset.as_ref().map_or(how, |_| &row.reason).to_owned(),
            asset,
            candidates,
            candidates_elsewhere: elsewhere as u64,
            since: times.get(&id.written_by).copied(),
        });
    }
    conflicts.sort_by_key(|conflict| {
        let asset = conflict.asset.as_ref().map(|asset| asset.asset);
        (asset.is_none(), asset, conflict.record.clone())
    });
    Ok(conflicts)
}

/// The asset a held record stands on and those it may be.
fn concerned(row: &HoldRow) -> impl Iterator<Item = AssetKey> + '_ {
    row.candidates.iter().copied().map(AssetKey).chain([row.asset])
}

/// What a record shows now.
fn shows(rows: &[IdentifierRow], subject: SubjectKey) -> Vec<Shown> {
    let own = rows.iter().filter(|row| row.subject == subject && row.resolved_at.is_none());
    let mut shows: Vec<Shown> = own
        .filter_map(|row| {
            let kind = u8::try_from(row.kind).ok().and_then(IdentifierKind::from_number)?;
            Some(Shown { kind, value: row.value.to_string() })
        })
        .collect();
    shows.sort_by(|a, b| (a.kind, &a.value).cmp(&(b.kind, &b.value)));
    shows.dedup();
    shows
}
