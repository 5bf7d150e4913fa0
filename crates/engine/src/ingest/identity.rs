//! Identity resolution (名寄せ) of new subjects: which asset a source's record is.
//!
//! The strongest identifier that anything in the same scope shares decides. An asset that a
//! stronger, single-valued identifier contradicts is not taken, and neither is one of several: the
//! subject then gets an asset of its own and waits for a person (architecture, semantics 6).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use yagura_baseline::identity::{Rules, Scope};
use yagura_lake::{
    LakeError, Snapshot,
    rows::{AssetRow, HoldRow, IdentifierRow, LinkRow},
    scan::Filter,
    table::Table,
};
use yagura_model::{
    attribute::names,
    domain::{AssetClass, Domain},
    id::{AssetKey, SubjectKey},
    identifier::{Identifier, IdentifierKind},
};

use super::{
    hash,
    stage::Asset,
    work::{Subjects, Work},
};

/// How many subjects met a known asset, made a new one, or wait for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Resolved {
    pub(super) matched: u64,
    pub(super) new: u64,
    pub(super) held: u64,
}

/// Values by kind of identifier.
type Values = BTreeMap<IdentifierKind, BTreeSet<String>>;

/// What is known of the assets a report might mean.
#[derive(Debug, Default)]
struct Known {
    by_hash: HashMap<i64, BTreeSet<AssetKey>>,
    values: HashMap<AssetKey, Values>,
}

/// Links every new subject to an asset.
pub(super) async fn resolve(
    work: &mut Work<'_>,
    subjects: &Subjects,
) -> Result<Resolved, LakeError> {
    let stage = work.stage;
    let new: Vec<(SubjectKey, &Asset)> = subjects
        .new
        .iter()
        .filter_map(|(subject, local)| Some((*subject, stage.assets.get(*local)?.as_ref()?)))
        .collect();
    let hashes: BTreeSet<i64> = new
        .iter()
        .flat_map(|(_, asset)| asset.identifiers.iter().map(move |i| (asset, i)))
        .filter_map(|(asset, i)| identity_hash(work, asset, i))
        .collect();
    let mut known = load(work.snapshot, hashes).await?;
    let known_before = subjects.by_local.iter().flatten().collect::<BTreeSet<_>>().len() as u64;
    let mut resolved = Resolved { matched: known_before - new.len() as u64, ..Resolved::default() };
    let mut refined = BTreeMap::new();
    for (subject, asset) in new {
        let verdict = decide(work, asset, &known);
        let (key, decided_by) = match verdict {
            Verdict::Same(key, kind) => {
                resolved.matched += 1;
                refined.entry(key).or_insert(asset.class);
                (key, format!("rule:{kind}"))
            }
            Verdict::New => {
                resolved.new += 1;
                (make(work, subject, asset), "rule:new".to_owned())
            }
            Verdict::Held(candidates, reason) => {
                resolved.held += 1;
                let key = make(work, subject, asset);
                let candidates = candidates.iter().map(|key| key.0).collect();
                work.changes.holds.push(HoldRow { subject, asset: key, candidates, reason });
                (key, "rule:held".to_owned())
            }
        };
        work.changes.links.push(LinkRow {
            subject,
            asset: key,
            valid_from: None,
            valid_to: None,
            decided_by,
        });
        remember(work, &mut known, key, asset);
    }
    refine(work, refined).await?;
    Ok(resolved)
}

/// The hash subjects of one thing share, or `None` if the identifier does not identify here.
pub(super) fn identity_hash(
    work: &Work<'_>,
    asset: &Asset,
    identifier: &Identifier<'_>,
) -> Option<i64> {
    let scope = match work.rules.scope(identifier.kind) {
        Scope::Global | Scope::Organisation => work.organisation.to_owned(),
        Scope::Source => format!("{}#{}", work.organisation, work.source.source),
        Scope::Zone => {
            let zone = asset.attributes.iter().find(|a| a.name == names::ZONE)?;
            format!("{}@{}", work.organisation, zone.value)
        }
    };
    scoped_hash(work.rules, asset.class.domain(), &scope, identifier)
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
    let parts = [&[domain.number()], scope.as_bytes(), &[kind.number()], value.as_bytes()];
    rules.usable(*kind, value).then(|| hash::short(&parts))
}

enum Verdict {
    Same(AssetKey, IdentifierKind),
    New,
    Held(BTreeSet<AssetKey>, String),
}

fn decide(work: &Work<'_>, asset: &Asset, known: &Known) -> Verdict {
    let mut by_strength: Vec<&Identifier<'_>> = asset.identifiers.iter().collect();
    by_strength.sort_by_key(|i| (std::cmp::Reverse(work.rules.strength(i.kind)), i.kind));
    let mut contradicted = BTreeSet::new();
    let mut contradicting = None;
    for group in by_strength.chunk_by(|a, b| a.kind == b.kind) {
        let Some(kind) = group.first().map(|identifier| identifier.kind) else { continue };
        let mut candidates = BTreeSet::new();
        for identifier in group {
            if let Some(hash) = identity_hash(work, asset, identifier) {
                candidates.extend(known.by_hash.get(&hash).into_iter().flatten().copied());
            }
        }
        let mut fitting = BTreeSet::new();
        for candidate in &candidates {
            match contradiction(work.rules, asset, kind, known.values.get(candidate)) {
                None => {
                    fitting.insert(*candidate);
                }
                Some(by) => {
                    contradicted.insert(*candidate);
                    contradicting.get_or_insert(by);
                }
            }
        }
        match (fitting.first(), fitting.len()) {
            (Some(only), 1) if contradicted.is_empty() => return Verdict::Same(*only, kind),
            (Some(_), _) => {
                fitting.extend(contradicted);
                return Verdict::Held(fitting, format!("several:{kind}"));
            }
            (None, _) => {}
        }
    }
    match contradicting {
        Some(by) => Verdict::Held(contradicted, format!("contradiction:{by}")),
        None => Verdict::New,
    }
}

/// The single-valued kind, stronger than the one that matched, in which the two differ.
fn contradiction(
    rules: &Rules,
    asset: &Asset,
    matched: IdentifierKind,
    known: Option<&Values>,
) -> Option<IdentifierKind> {
    let known = known?;
    asset
        .identifiers
        .iter()
        .filter(|i| rules.contradicts(i.kind) && rules.usable(i.kind, &i.value))
        .filter(|i| rules.strength(i.kind) > rules.strength(matched))
        .filter(|i| rules.scope(i.kind) != Scope::Source)
        .find(|i| known.get(&i.kind).is_some_and(|held| !held.contains(i.value.as_ref())))
        .map(|i| i.kind)
}

fn make(work: &mut Work<'_>, subject: SubjectKey, asset: &Asset) -> AssetKey {
    let key = AssetKey(work.count("assets"));
    work.changes.assets.push(AssetRow {
        asset: key,
        domain: asset.class.domain().number() as i8,
        class: asset.class.number() as i8,
        name: asset.name.clone(),
        organisation: work.organisation.to_owned(),
        first_seen: asset.observed_at.unwrap_or(work.at),
    });
    debug_assert!(subject.number() > 0);
    key
}

fn remember(work: &Work<'_>, known: &mut Known, key: AssetKey, asset: &Asset) {
    for identifier in &asset.identifiers {
        if let Some(hash) = identity_hash(work, asset, identifier) {
            known.by_hash.entry(hash).or_default().insert(key);
        }
        if work.rules.usable(identifier.kind, &identifier.value) {
            let values = known.values.entry(key).or_default();
            values.entry(identifier.kind).or_default().insert(identifier.value.to_string());
        }
    }
}

async fn load(snapshot: &Snapshot, hashes: BTreeSet<i64>) -> Result<Known, LakeError> {
    let mut known = Known::default();
    if hashes.is_empty() {
        return Ok(known);
    }
    let shared: Vec<IdentifierRow> = snapshot.rows(&Filter::of("hash", hashes)).await?;
    let shared: Vec<&IdentifierRow> =
        shared.iter().filter(|row| row.resolved_at.is_none()).collect();
    if shared.is_empty() {
        return Ok(known);
    }
    let subjects = shared.iter().map(|row| row.subject.0);
    let links: Vec<LinkRow> = snapshot.rows(&Filter::of("subject", subjects)).await?;
    let asset_of: HashMap<SubjectKey, AssetKey> =
        links.iter().map(|link| (link.subject, link.asset)).collect();
    for row in &shared {
        if let (Some(hash), Some(asset)) = (row.hash, asset_of.get(&row.subject)) {
            known.by_hash.entry(hash).or_default().insert(*asset);
        }
    }
    let assets = asset_of.values().map(|asset| asset.0);
    let links: Vec<LinkRow> = snapshot.rows(&Filter::of("asset", assets)).await?;
    let asset_of: HashMap<SubjectKey, AssetKey> =
        links.iter().map(|link| (link.subject, link.asset)).collect();
    let subjects = links.iter().map(|link| link.subject.0);
    let all: Vec<IdentifierRow> = snapshot.rows(&Filter::of("subject", subjects)).await?;
    for row in all {
        let kind = u8::try_from(row.kind).ok().and_then(IdentifierKind::from_number);
        if let (Some(asset), Some(kind), None, Some(_)) =
            (asset_of.get(&row.subject), kind, row.resolved_at, row.hash)
        {
            let values = known.values.entry(*asset).or_default();
            values.entry(kind).or_default().insert(row.value.to_string());
        }
    }
    Ok(known)
}

/// A device whose sort no source had said takes the sort the first source says.
async fn refine(
    work: &mut Work<'_>,
    classes: BTreeMap<AssetKey, AssetClass>,
) -> Result<(), LakeError> {
    let wanted = classes.keys().map(|key| key.0);
    let stored = work.snapshot.read::<AssetRow>(&Filter::of("asset", wanted)).await?;
    for mut asset in stored {
        let known = u8::try_from(asset.row.class).ok().and_then(AssetClass::from_number);
        let said = classes.get(&asset.row.asset).copied();
        if let (Some(AssetClass::Device), Some(said)) = (known, said)
            && said != AssetClass::Device
        {
            asset.row.class = said.number() as i8;
            work.changes.superseded.push((Table::Assets, asset.id));
            work.changes.assets.push(asset.row);
        }
    }
    Ok(())
}
