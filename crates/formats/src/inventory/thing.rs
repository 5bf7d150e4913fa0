//! One thing of a register, gathered cell by cell.

use std::borrow::Cow;

use yagura_model::{
    Timestamp,
    asset::{Relation, RelationKind},
    attribute::Attribute,
    domain::AssetClass,
    identifier::{Identifier, IdentifierKind},
};

use super::text;

/// What a row says of one asset.
#[derive(Default)]
pub(super) struct Thing<'c> {
    pub(super) number: Option<Cow<'c, str>>,
    pub(super) class: Option<AssetClass>,
    pub(super) name: Option<Cow<'c, str>>,
    pub(super) identifiers: Vec<Identifier<'c>>,
    pub(super) attributes: Vec<Attribute<'c>>,
    pub(super) relations: Vec<Relation<'c>>,
    pub(super) terms: Vec<(RelationKind, Option<Timestamp>, Option<Timestamp>)>,
    pub(super) observed_at: Option<Timestamp>,
}

impl<'c> Thing<'c> {
    /// What tells it from other things: its number, else its strongest identifier.
    pub(super) fn key(&self) -> Option<Cow<'_, str>> {
        let strongest = || self.identifiers.iter().min_by_key(|identifier| identifier.kind);
        let key = self.number.as_ref().or_else(|| strongest().map(|identifier| &identifier.value));
        key.map(|key| Cow::Borrowed(key.as_ref()))
    }

    pub(super) fn say(&mut self, name: &'static str, value: impl Into<Cow<'c, str>>) -> bool {
        let attribute = Attribute::new(name, value);
        let said = attribute.is_some();
        self.attributes.extend(attribute);
        said
    }

    pub(super) fn identify(&mut self, kind: IdentifierKind, cell: &'c str) -> bool {
        let mut all = true;
        for part in parts(cell, separates(kind)) {
            let fits = kind != IdentifierKind::Ip || part.parse::<std::net::IpAddr>().is_ok();
            match Identifier::new(kind, part).filter(|_| fits) {
                Some(identifier) => self.identifiers.push(identifier),
                None => all = false,
            }
        }
        all
    }

    /// Gives each relation the dates the row says of its kind.
    pub(super) fn date_relations(&mut self) {
        for relation in &mut self.relations {
            for (_, from, to) in self.terms.iter().filter(|term| term.0 == relation.kind) {
                relation.from = relation.from.or(*from);
                relation.to = relation.to.or(*to);
            }
        }
    }

    pub(super) fn relate(&mut self, kind: RelationKind, cell: &'c str) {
        self.relations.extend(parts(cell, |c| matches!(c, ';' | '\n')).map(|target| Relation {
            kind,
            target,
            from: None,
            to: None,
        }));
    }
}

/// The values of a cell that may hold several, in half-width form.
fn parts<'c>(
    cell: &'c str,
    separator: impl Fn(char) -> bool + 'c,
) -> impl Iterator<Item = Cow<'c, str>> {
    cell.split(move |c| c == '；' || separator(c))
        .map(|part| match text::narrow(part) {
            Cow::Borrowed(part) => Cow::Borrowed(part.trim()),
            Cow::Owned(part) => Cow::Owned(part.trim().to_owned()),
        })
        .filter(|part| !part.is_empty())
}

/// What separates identifiers of a kind: a comma too where no such identifier holds one.
fn separates(kind: IdentifierKind) -> impl Fn(char) -> bool {
    let comma = matches!(
        kind,
        IdentifierKind::Mac
            | IdentifierKind::Ip
            | IdentifierKind::Fqdn
            | IdentifierKind::Hostname
            | IdentifierKind::Domain
            | IdentifierKind::Mail
    );
    move |c| matches!(c, ';' | '\n') || (comma && matches!(c, ',' | '、' | '，'))
}
