//! The records an asset is gathered from, and the software they list.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use yagura_model::{Timestamp, attribute::names, domain::AssetClass, id::SubjectKey};

use super::{kind_of, read::Rows};
use crate::decisions::RecordId;

/// One source's record of the asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceRecord {
    /// Its number.
    pub record: RecordId,
    /// The name of the source.
    pub source: String,
    /// What the source calls the asset.
    pub name: String,
    /// What the source takes it for.
    pub class: Option<AssetClass>,
    /// What decided that its record belongs here: `rule:<kind of identifier>`, `rule:new`,
    /// `rule:held`, `person:<number of the decision>`.
    pub decided_by: String,
    /// When it first showed the asset.
    pub first_seen: Timestamp,
    /// When it last looked at the asset.
    pub observed_at: Option<Timestamp>,
    /// How many packages and programs it lists.
    pub software: Option<u64>,
}

/// The records, the one that came first first.
pub(super) fn records(rows: &Rows) -> Vec<SourceRecord> {
    let mut list: Vec<(SubjectKey, SourceRecord)> = rows
        .subjects
        .iter()
        .filter_map(|subject| {
            let key = subject.subject;
            let link = rows.links.iter().find(|link| link.subject == key)?;
            let sets: BTreeSet<i32> = packages(rows, Some(key));
            let record = SourceRecord {
                record: RecordId(key),
                source: rows.source(subject.source),
                name: rows.said(key, names::NAME).unwrap_or(&subject.name).to_owned(),
                class: rows
                    .said(key, names::CLASS)
                    .and_then(|class| class.parse().ok())
                    .or_else(|| kind_of(subject.class, AssetClass::from_number)),
                decided_by: link.decided_by.clone(),
                first_seen: rows.born(key)?,
                observed_at: rows.looked(key).map(|row| row.observed_at).max(),
                software: rows.lists_software(key).then_some(sets.len() as u64),
            };
            Some((key, record))
        })
        .collect();
    list.sort_by(|(a, one), (b, other)| {
        (one.first_seen, &one.source, a).cmp(&(other.first_seen, &other.source, b))
    });
    list.into_iter().map(|(_, record)| record).collect()
}

/// The packages of a subject, or of all.
pub(super) fn packages(rows: &Rows, of: Option<SubjectKey>) -> BTreeSet<i32> {
    let sets: BTreeMap<i64, &Vec<i32>> =
        rows.software_sets.iter().map(|set| (set.software_set, &set.packages)).collect();
    rows.software
        .iter()
        .filter(|row| of.is_none_or(|subject| row.subject == subject))
        .filter_map(|row| sets.get(&row.software_set))
        .flat_map(|packages| packages.iter().copied())
        .collect()
}
