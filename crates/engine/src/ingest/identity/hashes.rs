//! The hash by which subjects of one thing find each other.

use std::borrow::Cow;

use yagura_baseline::identity::{Rules, Scope};
use yagura_model::{
    domain::Domain,
    identifier::{Identifier, IdentifierKind},
};

use super::super::{hash, stage::Shown, work::Work};

/// The hashes an identifier has in the organisations whose things may be the source's own, if it
/// identifies here.
pub(super) fn hashes_of_kin(
    work: &Work<'_>,
    domain: Domain,
    shown: &Shown,
) -> impl Iterator<Item = i64> {
    let Shown { kind, value, .. } = shown;
    let identifier = Identifier { kind: *kind, value: Cow::Borrowed(value) };
    work.kin.iter().filter_map(move |kin| identity_in(work.rules, domain, kin, &identifier))
}

/// The hash an identifier has wherever anything in an organisation states it; `None` for kinds that
/// mean nothing without their source or zone.
pub(crate) fn identity_in(
    rules: &Rules,
    domain: Domain,
    organisation: &str,
    Identifier { kind, value }: &Identifier<'_>,
) -> Option<i64> {
    match rules.scope(*kind) {
        Scope::Global | Scope::Organisation => rules
            .usable(*kind, value)
            .then(|| scoped_hash(domain, organisation, *kind, &rules.normal(*kind, value))),
        Scope::Source | Scope::Zone => None,
    }
}

/// One staff number is one person and one domain name one system, but a device may have the name of
/// a web site: identifiers join within a domain only.
pub(in crate::ingest) fn scoped_hash(
    domain: Domain,
    scope: &str,
    kind: IdentifierKind,
    normal: &str,
) -> i64 {
    hash::short(&[&[domain.number()], scope.as_bytes(), &[kind.number()], normal.as_bytes()])
}
