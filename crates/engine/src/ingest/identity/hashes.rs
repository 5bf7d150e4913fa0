//! The hash by which subjects of one thing find each other.

use std::borrow::Cow;

use yagura_baseline::identity::{Rules, Scope};
use yagura_model::{attribute::names, domain::Domain, id::SourceKey, identifier::Identifier};

use super::super::{hash, stage::Asset, work::Work};

/// How a register says that a thing is gone.
const DISPOSED: &str = "disposed";

/// The hash subjects of one thing share, or `None` if the identifier does not identify here.
///
/// What was disposed of has no name and no address any more, whatever a register still says: they
/// are free for a successor.
pub(in crate::ingest) fn identity_hash(
    work: &Work<'_>,
    asset: &Asset,
    identifier: &Identifier<'_>,
) -> Option<i64> {
    hash_from(work.rules, (work.organisation(), work.source.source), asset, identifier)
}

/// The same for a report that comes from a source of an organisation.
pub(in crate::ingest) fn hash_from(
    rules: &Rules,
    (organisation, source): (&str, SourceKey),
    asset: &Asset,
    identifier: &Identifier<'_>,
) -> Option<i64> {
    let gone = || asset.values_of(names::LIFE_CYCLE).any(|state| state == DISPOSED);
    if rules.valid_days(identifier.kind).is_some() && gone() {
        return None;
    }
    let scope = match rules.scope(identifier.kind) {
        Scope::Global | Scope::Organisation => Cow::Borrowed(organisation),
        Scope::Source => Cow::Owned(format!("{organisation}#{source}")),
        Scope::Zone => {
            let zone = asset.values_of(names::ZONE).next()?;
            Cow::Owned(format!("{organisation}@{zone}"))
        }
    };
    scoped_hash(rules, asset.class.domain(), &scope, identifier)
}

/// The hashes an identifier has in the organisations whose things may be the source's own.
pub(super) fn hashes_of_kin(
    work: &Work<'_>,
    asset: &Asset,
    identifier: &Identifier<'_>,
) -> impl Iterator<Item = i64> {
    // What identifies nothing here identifies nothing there.
    let identifies = !work.kin.is_empty() && identity_hash(work, asset, identifier).is_some();
    let kin = work.kin.iter().filter(move |_| identifies);
    let domain = asset.class.domain();
    kin.filter_map(move |kin| identity_in(work.rules, domain, kin, identifier))
}

/// The hash an identifier has wherever anything in an organisation states it; `None` for kinds that
/// mean nothing without their source or zone.
pub(crate) fn identity_in(
    rules: &Rules,
    domain: Domain,
    organisation: &str,
    identifier: &Identifier<'_>,
) -> Option<i64> {
    match rules.scope(identifier.kind) {
        Scope::Global | Scope::Organisation => scoped_hash(rules, domain, organisation, identifier),
        Scope::Source | Scope::Zone => None,
    }
}

/// One staff number is one person and one domain name one system, but a device may have the name of
/// a web site: identifiers join within a domain only.
fn scoped_hash(
    rules: &Rules,
    domain: Domain,
    scope: &str,
    Identifier { kind, value }: &Identifier<'_>,
) -> Option<i64> {
    if !rules.usable(*kind, value) {
        return None;
    }
    let value = rules.normal(*kind, value);
    let parts = [&[domain.number()], scope.as_bytes(), &[kind.number()], value.as_bytes()];
    Some(hash::short(&parts))
}
