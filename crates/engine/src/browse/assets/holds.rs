//! Identities that wait for a person.

use std::collections::BTreeSet;

use serde::Serialize;
use yagura_lake::{LakeError, Snapshot, rows::HoldRow};
use yagura_model::{
    Timestamp,
    id::{AssetKey, SubjectKey},
};

use super::targets::{Other, names};
use crate::decisions::records;

/// 名寄せ保留: two records that may be one thing, which a person must decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hold {
    /// Whose record it is.
    pub source: String,
    /// The name of the thing there.
    pub name: String,
    /// Whether the record stands on the asset asked about; if not, it stands on `others` and may
    /// be the asset asked about.
    pub here: bool,
    /// The assets it may be, or the one it stands on.
    pub others: Vec<Other>,
    /// Why: `contradiction:<kind of identifier>` or `several:<kind of identifier>`.
    pub reason: String,
}

/// The holds of an asset, and those of others that may be this one.
pub(super) async fn load(
    snapshot: &Snapshot,
    rows: Vec<HoldRow>,
    asset: AssetKey,
    own: &BTreeSet<SubjectKey>,
    at: Timestamp,
) -> Result<Vec<Hold>, LakeError> {
    let concerns = |row: &HoldRow| own.contains(&row.subject) || row.candidates.contains(&asset.0);
    let rows: Vec<HoldRow> = rows.into_iter().filter(concerns).collect();
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let others = |row: &HoldRow| -> Vec<AssetKey> {
        if own.contains(&row.subject) {
            row.candidates.iter().copied().map(AssetKey).collect()
        } else {
            vec![row.asset]
        }
    };
    let names = names(snapshot, at, rows.iter().flat_map(others)).await?;
    let records = records(snapshot, rows.iter().map(|row| row.subject)).await?;
    let mut holds: Vec<Hold> = rows
        .iter()
        .map(|row| {
            let record = records.get(&row.subject);
            Hold {
                source: record.map(|record| record.source.clone()).unwrap_or_default(),
                name: record.map(|record| record.name.clone()).unwrap_or_default(),
                here: own.contains(&row.subject),
                others: others(row).iter().filter_map(|key| names.get(key).cloned()).collect(),
                reason: row.reason.clone(),
            }
        })
        .collect();
    holds.sort_by(|a, b| (!a.here, &a.source, &a.name).cmp(&(!b.here, &b.source, &b.name)));
    Ok(holds)
}
