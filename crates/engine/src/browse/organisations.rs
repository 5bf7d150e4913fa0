//! Organisations: the dated tree, and adding to it by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;
use yagura_lake::{Changes, Lake, LakeError, Snapshot, rows::OrganisationRow, scan::Filter};
use yagura_model::{Timestamp, organisation::OrganisationCode};

use crate::{clock::Clock, ingest, links::hold_at};

/// An organisation during an interval of its life. Serialises to the stable line of
/// `yagura org list --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Organisation {
    /// Its code.
    pub code: String,
    /// Its name in Japanese.
    pub name_ja: String,
    /// Its name in English.
    pub name_en: String,
    /// The code of the organisation above.
    pub parent: Option<String>,
    /// Since when; without it since ever.
    pub valid_from: Option<Timestamp>,
    /// Until when (exclusive); without it for ever.
    pub valid_to: Option<Timestamp>,
    /// How many stand above it.
    pub depth: usize,
}

/// What became of an organisation that was to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// Whether something was written.
    pub changed: bool,
    /// The organisations above that were made on the way, of which only the codes are known.
    pub made_above: Vec<String>,
}

/// Why an organisation was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// The organisation above is not known.
    #[error("the organisation `{0}` is not known")]
    UnknownParent(OrganisationCode),
    /// It would stand above itself.
    #[error("`{parent}` stands below `{code}`")]
    Circle {
        /// The organisation to be added.
        code: OrganisationCode,
        /// What was to stand above it.
        parent: OrganisationCode,
    },
    /// Persons reorganised it, and what is to be said begins before.
    #[error("`{0}` was reorganised since")]
    Reorganised(OrganisationCode),
    /// It ends before it begins.
    #[error("it ends at {to} and begins at {from}")]
    Backwards {
        /// Its beginning.
        from: Timestamp,
        /// Its end.
        to: Timestamp,
    },
    /// The lake cannot be read or written.
    #[error(transparent)]
    Lake(#[from] LakeError),
}

impl AddError {
    /// The stable code, whose text for people is in the Fluent files under `org-add-<code>`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownParent(_) => "unknown_parent",
            Self::Circle { .. } => "circle",
            Self::Reorganised(_) => "reorganised",
            Self::Backwards { .. } => "backwards",
            Self::Lake(_) => "lake",
        }
    }

    /// Every code.
    pub const CODES: &'static [&'static str] =
        &["unknown_parent", "circle", "reorganised", "backwards", "lake"];
}

/// An organisation to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrganisation {
    /// Its code.
    pub code: OrganisationCode,
    /// Its name in Japanese.
    pub name_ja: String,
    /// Its name in English.
    pub name_en: String,
    /// The organisation above, if that is not what the code says.
    pub parent: Option<OrganisationCode>,
    /// Since when.
    pub valid_from: Option<Timestamp>,
    /// Until when (exclusive).
    pub valid_to: Option<Timestamp>,
}

/// The tree, each organisation before those below it, else by code and time: as it was at a time, or
/// through all its life.
///
/// # Errors
/// If the lake cannot be read.
pub async fn list(
    snapshot: &Snapshot,
    as_of: Option<Timestamp>,
) -> Result<Vec<Organisation>, LakeError> {
    let mut rows: Vec<OrganisationRow> = snapshot.rows(&Filter::all()).await?;
    rows.retain(|row| as_of.is_none_or(|at| hold_at(at, row.valid_from, row.valid_to)));
    Ok(tree(rows))
}

/// The codes of an organisation and all that ever stood below it. A code the tree does not know
/// stands for itself.
///
/// # Errors
/// If the lake cannot be read.
pub async fn codes_below(snapshot: &Snapshot, code: &str) -> Result<BTreeSet<String>, LakeError> {
    let rows: Vec<OrganisationRow> = snapshot.rows(&Filter::all()).await?;
    let mut below = BTreeSet::from([code.to_owned()]);
    loop {
        let more: BTreeSet<&str> = rows
            .iter()
            .filter(|row| below.contains(&row.parent) && !below.contains(&row.code))
            .map(|row| row.code.as_str())
            .collect();
        if more.is_empty() {
            return Ok(below);
        }
        below.extend(more.into_iter().map(str::to_owned));
    }
}

fn tree(mut rows: Vec<OrganisationRow>) -> Vec<Organisation> {
    rows.sort_by(|a, b| (&a.code, a.valid_from).cmp(&(&b.code, b.valid_from)));
    let known: BTreeSet<String> = rows.iter().map(|row| row.code.clone()).collect();
    let mut below: BTreeMap<String, Vec<OrganisationRow>> = BTreeMap::new();
    for row in rows {
        let above = if known.contains(&row.parent) { row.parent.clone() } else { String::new() };
        below.entry(above).or_default().push(row);
    }
    let mut list = Vec::new();
    let mut open: Vec<(OrganisationRow, usize)> = Vec::new();
    let mut grow = |open: &mut Vec<(OrganisationRow, usize)>, above: &str, depth: usize| {
        let rows = below.remove(above).unwrap_or_default();
        open.extend(rows.into_iter().rev().map(|row| (row, depth)));
    };
    grow(&mut open, "", 0);
    while let Some((row, depth)) = open.pop() {
        // Those below stand under the last of the intervals with this code.
        if open.last().is_none_or(|(next, _)| next.code != row.code) {
            grow(&mut open, &row.code, depth + 1);
        }
        list.push(shown(row, depth));
    }
    // Rows that stand above each other in a circle are not reached from the top.
    let left: Vec<OrganisationRow> = below.into_values().flatten().collect();
    list.extend(left.into_iter().map(|row| shown(row, 0)));
    list
}

fn shown(row: OrganisationRow, depth: usize) -> Organisation {
    Organisation {
        code: row.code,
        name_ja: row.name_ja,
        name_en: row.name_en,
        parent: (!row.parent.is_empty()).then_some(row.parent),
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        depth,
    }
}

/// Adds an organisation, or puts what is said in the place of what was known of it since the same
/// time.
///
/// # Errors
/// If it cannot stand in the tree, or the lake cannot be written.
pub async fn add(
    lake: &Lake,
    clock: Clock,
    wait: Duration,
    said: &NewOrganisation,
) -> Result<Added, AddError> {
    if let (Some(from), Some(to)) = (said.valid_from, said.valid_to)
        && to <= from
    {
        return Err(AddError::Backwards { from, to });
    }
    let mut writer = lake.write(wait, clock.now()).await?;
    let transaction = writer.begin();
    let mut changes = Changes::default();
    let mut made_above = Vec::new();
    if let Some(parent) = &said.parent {
        let below = codes_below(writer.snapshot(), said.code.as_str()).await?;
        if below.contains(parent.as_str()) {
            let (code, parent) = (said.code.clone(), parent.clone());
            return Err(AddError::Circle { code, parent });
        }
        if ingest::organisations::unknown(&transaction, parent).await?.contains(parent) {
            return Err(AddError::UnknownParent(parent.clone()));
        }
    } else if let Some(parent) = said.code.parent() {
        let unknown = ingest::organisations::unknown(&transaction, &parent).await?;
        changes.organisations.extend(unknown.iter().map(ingest::organisations::named));
        made_above.extend(unknown.iter().map(|code| code.as_str().to_owned()));
    }
    let parent = said.parent.clone().or_else(|| said.code.parent());
    let organisation = ingest::stage::Organisation {
        code: said.code.as_str().to_owned(),
        name_ja: said.name_ja.clone(),
        name_en: said.name_en.clone(),
        parent: parent.map(|parent| parent.as_str().to_owned()),
        from: said.valid_from,
        to: said.valid_to,
    };
    let left_out =
        ingest::organisations::register(&transaction, &[organisation], &mut changes).await?;
    if !left_out.is_empty() {
        return Err(AddError::Reorganised(said.code.clone()));
    }
    let changed = !changes.is_empty();
    if changed {
        writer.commit(changes, clock.now()).await?;
    }
    Ok(Added { changed, made_above })
}
