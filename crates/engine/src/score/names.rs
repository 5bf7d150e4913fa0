//! What people call the organisations and systems of a score.

use std::collections::BTreeMap;

use yagura_lake::{LakeError, Snapshot, rows::OrganisationRow, scan::Filter};
use yagura_model::{Timestamp, domain::AssetClass, identifier::IdentifierKind};

use crate::links::hold_at;

use super::{
    facts::{Facts, number},
    sweep::Sweep,
};

/// A name in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Name {
    /// Japanese.
    pub ja: String,
    /// English; empty if nobody gave one.
    pub en: String,
}

/// Names by the keys a score has.
#[derive(Debug, Clone, Default)]
pub struct Names {
    organisations: BTreeMap<String, Name>,
    systems: BTreeMap<String, String>,
}

impl Names {
    /// The names at a time.
    ///
    /// # Errors
    /// If the lake cannot be read.
    pub async fn load(snapshot: &Snapshot, facts: &Facts) -> Result<Self, LakeError> {
        let mut names =
            Self { organisations: organisations(snapshot, facts.at).await?, ..Self::default() };
        for (key, asset) in &facts.assets {
            if number(asset.class, AssetClass::from_number) != Some(AssetClass::System) {
                continue;
            }
            for row in facts.identifiers.get(key).into_iter().flatten() {
                let kind = number(row.kind, IdentifierKind::from_number);
                if kind == Some(IdentifierKind::SystemNumber) {
                    names.systems.insert(row.value.to_string(), asset.name.clone());
                }
            }
        }
        Ok(names)
    }

    /// The names of what a sweep has lines for.
    ///
    /// # Errors
    /// If the lake cannot be read.
    pub async fn of_sweep(snapshot: &Snapshot, sweep: &Sweep) -> Result<Self, LakeError> {
        let organisations = organisations(snapshot, sweep.at).await?;
        Ok(Self { organisations, systems: sweep.systems.clone() })
    }

    /// The names of organisations at a time, and of nothing else.
    ///
    /// # Errors
    /// If the lake cannot be read.
    pub async fn of_organisations(snapshot: &Snapshot, at: Timestamp) -> Result<Self, LakeError> {
        Ok(Self { organisations: organisations(snapshot, at).await?, ..Self::default() })
    }

    /// An organisation by its code.
    pub fn organisation(&self, code: &str) -> Option<&Name> {
        self.organisations.get(code)
    }

    /// A system by its number.
    pub fn system(&self, number: &str) -> Option<&str> {
        self.systems.get(number).map(String::as_str)
    }

    /// The codes known.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.organisations.keys().map(String::as_str)
    }
}

async fn organisations(
    snapshot: &Snapshot,
    at: Timestamp,
) -> Result<BTreeMap<String, Name>, LakeError> {
    let rows: Vec<OrganisationRow> = snapshot.rows(&Filter::all()).await?;
    let mut names = BTreeMap::new();
    for row in rows {
        let now = hold_at(at, row.valid_from, row.valid_to);
        let name = Name { ja: row.name_ja, en: row.name_en };
        // A name that no longer holds is better than none.
        if now {
            names.insert(row.code, name);
        } else {
            names.entry(row.code).or_insert(name);
        }
    }
    Ok(names)
}
