//! Organisations: named on the way in, or told by a register.

use std::collections::BTreeSet;

use yagura_lake::{
    Changes, LakeError, Transaction, row::Stored, rows::OrganisationRow, scan::Filter, table::Table,
};
use yagura_model::organisation::OrganisationCode;

use super::stage::Organisation;

/// The codes of an organisation and those above it that the lake does not know, topmost first.
pub(crate) async fn unknown(
    transaction: &Transaction,
    code: &OrganisationCode,
) -> Result<Vec<OrganisationCode>, LakeError> {
    let rows: Vec<OrganisationRow> = transaction.rows(&Filter::all()).await?;
    let known: BTreeSet<String> = rows.into_iter().map(|row| row.code).collect();
    let mut unknown = Vec::new();
    let mut next = Some(code.clone());
    while let Some(code) = next {
        next = code.parent();
        if !known.contains(code.as_str()) {
            unknown.push(code);
        }
    }
    unknown.reverse();
    Ok(unknown)
}

/// The row of an organisation of which only the code is known.
pub(crate) fn named(code: &OrganisationCode) -> OrganisationRow {
    let last = code.as_str().rsplit('/').next().unwrap_or_default();
    OrganisationRow {
        code: code.as_str().to_owned(),
        name_ja: last.to_owned(),
        name_en: last.to_owned(),
        parent: code.parent().map(|parent| parent.as_str().to_owned()).unwrap_or_default(),
        valid_from: None,
        valid_to: None,
    }
}

/// Writes what a register says of organisations. A statement for the same code and the same
/// beginning puts itself in the place of the one before; one that begins without a date does so
/// for an organisation of which only the code was known.
pub(crate) async fn register(
    transaction: &Transaction,
    said: &[Organisation],
    changes: &mut Changes,
) -> Result<(), LakeError> {
    if said.is_empty() {
        return Ok(());
    }
    let known: Vec<Stored<OrganisationRow>> = transaction.read(&Filter::all()).await?;
    for organisation in said {
        let row = OrganisationRow {
            code: organisation.code.clone(),
            name_ja: organisation.name_ja.clone(),
            name_en: organisation.name_en.clone(),
            parent: organisation.parent.clone().unwrap_or_default(),
            valid_from: organisation.from,
            valid_to: organisation.to,
        };
        let bare = |known: &OrganisationRow| known.valid_from.is_none() && known.valid_to.is_none();
        let before = known.iter().find(|stored| {
            stored.row.code == row.code
                && (stored.row.valid_from == row.valid_from || bare(&stored.row))
        });
        if before.is_some_and(|stored| stored.row == row) {
            continue;
        }
        changes
            .organisations
            .retain(|new| new.code != row.code || !(new.valid_from == row.valid_from || bare(new)));
        if let Some(stored) = before {
            changes.superseded.push((Table::Organisations, stored.id));
        }
        changes.organisations.push(row);
    }
    Ok(())
}
