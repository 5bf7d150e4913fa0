//! Records by what tells them apart for people.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use yagura_lake::{
    LakeError, Snapshot,
    rows::{AttributeRow, IdentifierRow, RelationRow, SourceRow, SubjectRow},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    attribute::names,
    id::{SourceKey, SubjectKey},
};

use super::RecordId;

/// A source's record of a thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RecordSaid {
    /// Its number.
    pub record: RecordId,
    /// Whose it is.
    pub source: String,
    /// What the source calls the thing.
    pub name: String,
}

/// Some records.
pub(crate) async fn records(
    snapshot: &Snapshot,
    subjects: impl IntoIterator<Item = SubjectKey>,
) -> Result<BTreeMap<SubjectKey, RecordSaid>, LakeError> {
    let filter = Filter::of("subject", subjects.into_iter().map(|subject| subject.0));
    let all = Filter::all();
    let (subjects, attributes, sources) = tokio::try_join!(
        snapshot.rows::<SubjectRow>(&filter),
        snapshot.rows::<AttributeRow>(&filter),
        snapshot.rows::<SourceRow>(&all),
    )?;
    let renamed = attributes.into_iter().filter(|row| *row.name == *names::NAME);
    let renamed = renamed.filter(|row| row.resolved_at.is_none());
    let mut renamed: BTreeMap<SubjectKey, String> =
        renamed.map(|row| (row.subject, row.value.to_string())).collect();
    let sources: BTreeMap<SourceKey, String> =
        sources.into_iter().map(|row| (row.source, row.name)).collect();
    let mut said = |row: SubjectRow| {
        let source = sources.get(&row.source).cloned().unwrap_or_default();
        let record = RecordId(row.subject);
        let name = renamed.remove(&row.subject).unwrap_or(row.name);
        (row.subject, RecordSaid { record, source, name })
    };
    Ok(subjects.into_iter().map(&mut said).collect())
}

/// When some records first said anything.
pub(super) async fn born(
    snapshot: &Snapshot,
    subjects: &BTreeSet<SubjectKey>,
) -> Result<BTreeMap<SubjectKey, Timestamp>, LakeError> {
    let filter = Filter::of("subject", subjects.iter().map(|subject| subject.0));
    let (identifiers, attributes, relations) = tokio::try_join!(
        snapshot.rows::<IdentifierRow>(&filter),
        snapshot.rows::<AttributeRow>(&filter),
        snapshot.rows::<RelationRow>(&filter),
    )?;
    let times = (identifiers.iter().map(|row| (row.subject, row.first_seen)))
        .chain(attributes.iter().map(|row| (row.subject, row.first_seen)))
        .chain(relations.iter().map(|row| (row.subject, row.first_seen)));
    let mut born: BTreeMap<SubjectKey, Timestamp> = BTreeMap::new();
    for (subject, at) in times {
        let first = born.entry(subject).or_insert(at);
        *first = at.min(*first);
    }
    Ok(born)
}
