//! Organisations: named on the way in, or told by a register.

use std::collections::{BTreeMap, BTreeSet};

use yagura_lake::{
    Changes, LakeError, Transaction,
    row::Stored,
    rows::{DecisionRow, OrganisationRow, SuccessionRow},
    scan::Filter,
};
use yagura_model::{Timestamp, decision::DecisionKind, organisation::OrganisationCode};

use super::{Request, identity::in_force, stage::Organisation};
use crate::tree::Tree;

/// What reorganisations make of the organisation a report is given for.
#[derive(Debug)]
pub(super) struct Lineage {
    /// The tree when the report was observed; `None` if no organisation's assets ever passed to
    /// another.
    tree: Option<Tree>,
}

impl Lineage {
    /// Reads it, and gives the organisation of a request its code: people also name an organisation
    /// by where it stands.
    pub(super) async fn load(
        transaction: &Transaction,
        request: &mut Request,
        at: Timestamp,
    ) -> Result<Self, LakeError> {
        let rows: Vec<OrganisationRow> = transaction.rows(&Filter::all()).await?;
        let passes: Vec<SuccessionRow> = transaction.rows(&Filter::all()).await?;
        let code = request.organisation.as_str();
        if code.contains('/') && !rows.iter().any(|row| row.code == code) {
            let meant = |at| Tree::of(&rows, &passes, at).meant(&request.organisation);
            if let Some(code) = meant(at).or_else(|| meant(Timestamp::MAX)) {
                request.organisation = code;
            }
        }
        Ok(Self { tree: (!passes.is_empty()).then(|| Tree::of(&rows, &passes, at)) })
    }

    /// The other organisations whose things may be an organisation's own, because what one answers
    /// for passed to the other.
    pub(super) fn kin(&self, code: &str) -> BTreeSet<String> {
        self.tree.as_ref().map(|tree| tree.kin(code)).unwrap_or_default()
    }
}

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

/// The organisations about which persons decided, and until when that reaches.
///
/// What a person decided stands until it is taken back, and a register that has not heard of it yet
/// does not take it back. What begins after all that persons decided is news.
async fn reorganised(
    transaction: &Transaction,
) -> Result<BTreeMap<String, Option<Timestamp>>, LakeError> {
    let decisions: Vec<Stored<DecisionRow>> = transaction.read(&Filter::all()).await?;
    let rows: Vec<DecisionRow> = decisions.iter().map(|stored| stored.row.clone()).collect();
    let in_force = in_force(&rows);
    let of_organisations = |stored: &&Stored<DecisionRow>| {
        let kind = u8::try_from(stored.row.kind).ok().and_then(DecisionKind::from_number);
        kind.is_some_and(DecisionKind::is_of_organisations)
            && in_force.contains(&stored.row.decision)
    };
    let commits: Vec<i64> =
        decisions.iter().filter(of_organisations).map(|stored| stored.id.written_by.0).collect();
    let mut until = BTreeMap::new();
    if commits.is_empty() {
        return Ok(until);
    }
    let written = Filter::of("written_by", commits).with_superseded();
    let rows: Vec<OrganisationRow> = transaction.rows(&written).await?;
    for row in rows {
        let last = [row.valid_from, row.valid_to].into_iter().flatten().max();
        let known = until.entry(row.code).or_insert(last);
        *known = last.max(*known);
    }
    Ok(until)
}

/// Writes what a register says of organisations. A statement for the same code and the same
/// beginning puts itself in the place of the one before; one that begins without a date does so
/// for an organisation of which only the code was known. Gives the codes of those of which it may say
/// nothing, because persons reorganised them.
pub(crate) async fn register(
    transaction: &Transaction,
    said: &[Organisation],
    changes: &mut Changes,
) -> Result<Vec<String>, LakeError> {
    let mut left_out = Vec::new();
    if said.is_empty() {
        return Ok(left_out);
    }
    let known: Vec<Stored<OrganisationRow>> = transaction.read(&Filter::all()).await?;
    let reorganised = reorganised(transaction).await?;
    for organisation in said {
        let row = OrganisationRow {
            code: organisation.code.clone(),
            name_ja: organisation.name_ja.clone(),
            name_en: organisation.name_en.clone(),
            parent: organisation.parent.clone().unwrap_or_default(),
            valid_from: organisation.from,
            valid_to: organisation.to,
        };
        if known.iter().any(|stored| stored.row == row) {
            continue;
        }
        if reorganised.get(&row.code).is_some_and(|last| row.valid_from <= *last) {
            left_out.push(row.code);
            continue;
        }
        let bare = |known: &OrganisationRow| known.valid_from.is_none() && known.valid_to.is_none();
        let before = known.iter().find(|stored| {
            stored.row.code == row.code
                && (stored.row.valid_from == row.valid_from || bare(&stored.row))
        });
        changes
            .organisations
            .retain(|new| new.code != row.code || !(new.valid_from == row.valid_from || bare(new)));
        if let Some(stored) = before {
            changes.superseded.push(stored.version());
        }
        changes.organisations.push(row);
    }
    Ok(left_out)
}
