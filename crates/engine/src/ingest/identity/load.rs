//! Setting the scene: what the report shows anew, and what the lake knows of whoever shares it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::SignedDuration;
use yagura_lake::{
    LakeError,
    row::Stored,
    rows::{IdentifierRow, LinkRow, SubjectRow},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    domain::AssetClass,
    id::{SourceKey, SubjectKey},
    identifier::{Identifier, IdentifierKind},
};

use super::{
    super::{
        stage::Shown,
        subjects::{self, Draft, Found, Spot},
        work::Work,
    },
    apart, gone,
    hashes::{hashes_of_kin, identity_in},
    places, reopen,
    scene::{Member, Past, Scene, Value},
};

/// What a known subject shows that it did not show before.
struct Change {
    local: usize,
    kinds: BTreeSet<IdentifierKind>,
}

/// The scene, and which of its members are the drafts of the report, in their order.
pub(super) async fn load<'a>(
    work: &Work<'a>,
    found: &mut Found,
) -> Result<(Scene<'a>, Vec<usize>), LakeError> {
    let changes = changes(work, found);
    let drafts: Vec<Member> =
        found.drafts.iter().filter_map(|draft| drafted(work, draft)).collect();
    let mut hashes: BTreeSet<i64> = drafts.iter().flat_map(|m| &m.values).map(|v| v.hash).collect();
    for member in &drafts {
        hashes.extend(member.local.into_iter().flat_map(|local| of_kin(work, local)));
    }
    for change in changes.values() {
        hashes.extend(shown_hashes(work, change.local));
        hashes.extend(of_kin(work, change.local));
    }
    for place in &found.places {
        hashes.extend(shown_hashes(work, place.local));
    }
    hashes.extend(reopen::doubled(work, found).await?);
    let mut members = known(work, found, hashes, &changes).await?;
    let first = members.len();
    members.extend(drafts);
    let mut numbers: Vec<usize> = (first..members.len()).collect();
    let mut scene = Scene::new(work.rules, members);
    places::settle(work, &mut scene, found, &mut numbers);
    Ok((scene, numbers))
}

/// A subject to be born, as it shows itself in the report.
pub(super) fn drafted(work: &Work<'_>, draft: &Draft) -> Option<Member> {
    let asset = work.stage.assets.get(draft.local)?.as_ref()?;
    let at = work.observed(draft.local);
    Some(Member {
        subject: None,
        class: asset.class,
        name: asset.name.clone(),
        source: work.source.source,
        key_hash: key_hash(work, work.source.source, &draft.stable_key, draft.key_hash),
        key_kind: draft.moving,
        report: work.report,
        asset: None,
        link: None,
        decided_by: String::new(),
        anew: false,
        values: values(work, draft.local, at).collect(),
        past: Vec::new(),
        local: Some(draft.local),
        changed: BTreeSet::new(),
        span: (at, at),
        told: BTreeMap::new(),
    })
}

/// By what other generations of its key are told: each clone that a source knows by a number they
/// share has a key of its own.
fn key_hash(work: &Work<'_>, source: SourceKey, stable_key: &str, key_hash: i64) -> i64 {
    match subjects::is_copied(work.rules, stable_key) {
        true => subjects::key_hash(source, stable_key),
        false => key_hash,
    }
}

fn class(number: i8) -> AssetClass {
    let known = u8::try_from(number).ok().and_then(AssetClass::from_number);
    known.unwrap_or(AssetClass::Device)
}

/// What an asset of the report shows at a time that can identify it.
pub(super) fn values<'w>(
    work: &'w Work<'_>,
    local: usize,
    since: Timestamp,
) -> impl Iterator<Item = Value> + 'w {
    shows(work, local).filter_map(move |(shown, hash)| {
        Some(Value {
            kind: shown.kind,
            value: Arc::clone(shown.normal.as_ref()?),
            hash: hash?,
            since,
        })
    })
}

/// What an asset of the report shows, each with the hash it is found by.
fn shows<'w>(
    work: &'w Work<'_>,
    local: usize,
) -> impl Iterator<Item = (&'w Shown, Option<i64>)> + 'w {
    let asset = work.stage.assets.get(local).and_then(Option::as_ref);
    let both = asset.zip(work.faces.get(local)).into_iter();
    both.flat_map(|(asset, face)| asset.shown.iter().zip(face.hashes.iter().copied()))
}

fn shown_hashes<'w>(work: &'w Work<'_>, local: usize) -> impl Iterator<Item = i64> + 'w {
    shows(work, local).filter_map(|(_, hash)| hash)
}

/// The hashes that what an asset shows has where else it may be known.
fn of_kin<'w>(work: &'w Work<'_>, local: usize) -> impl Iterator<Item = i64> + 'w {
    let asset = work.stage.assets.get(local).and_then(Option::as_ref);
    let domain = asset.map(|asset| asset.class.domain()).filter(|_| !work.kin.is_empty());
    domain.into_iter().flat_map(move |domain| {
        // What identifies nothing here identifies nothing there.
        let identifying = shows(work, local).filter(|(_, hash)| hash.is_some());
        identifying.flat_map(move |(shown, _)| hashes_of_kin(work, domain, shown))
    })
}

/// The known subjects that show something they did not show before. A report older than what is
/// known changes the history of a subject and not what it is.
fn changes(work: &Work<'_>, found: &Found) -> BTreeMap<SubjectKey, Change> {
    let mut changes: BTreeMap<SubjectKey, Change> = BTreeMap::new();
    for (local, spot) in found.by_local.iter().enumerate() {
        let (Some(Spot::Known(subject)), Some(Some(asset))) = (spot, work.stage.assets.get(local))
        else {
            continue;
        };
        let at = work.observed(local);
        let rows = found.shown_by(*subject);
        for shown in asset.shown.iter().filter(|shown| shown.normal.is_some()) {
            let kind = shown.kind.number() as i8;
            let mut of_kind =
                rows.clone().filter(|row| row.kind == kind && row.resolved_at.is_none());
            let known = of_kind.clone().any(|row| *row.value == *shown.value);
            if known || of_kind.any(|row| row.first_seen > at) {
                continue;
            }
            let new = || Change { local, kinds: BTreeSet::new() };
            changes.entry(*subject).or_insert_with(new).kinds.insert(shown.kind);
        }
    }
    changes
}

/// The subjects that hold one of the hashes or changed, and all others of their assets.
async fn known(
    work: &Work<'_>,
    found: &Found,
    hashes: BTreeSet<i64>,
    changes: &BTreeMap<SubjectKey, Change>,
) -> Result<Vec<Member>, LakeError> {
    if hashes.is_empty() {
        return Ok(Vec::new());
    }
    let shared: Vec<IdentifierRow> = work.transaction.rows(&Filter::of("hash", hashes)).await?;
    let open = shared.iter().filter(|row| row.resolved_at.is_none());
    let placed = found.places.iter().flat_map(|place| place.generations.iter().copied());
    let meant: BTreeSet<i64> = open
        .map(|row| row.subject)
        .chain(changes.keys().copied())
        .chain(placed)
        .map(|s| s.0)
        .collect();
    if meant.is_empty() {
        return Ok(Vec::new());
    }
    let links: Vec<LinkRow> = work.transaction.rows(&Filter::of("subject", meant)).await?;
    let of_assets = Filter::of("asset", links.iter().map(|link| link.asset.0));
    let links: Vec<Stored<LinkRow>> = work.transaction.read(&of_assets).await?;
    let of_subjects = Filter::of("subject", links.iter().map(|link| link.row.subject.0));
    let (subjects, identifiers) = tokio::try_join!(
        work.transaction.rows::<SubjectRow>(&of_subjects),
        work.transaction.rows::<IdentifierRow>(&of_subjects),
    )?;
    let links: HashMap<SubjectKey, Stored<LinkRow>> =
        links.into_iter().map(|link| (link.row.subject, link)).collect();
    let mut rows: HashMap<SubjectKey, Vec<IdentifierRow>> = HashMap::new();
    for row in identifiers {
        rows.entry(row.subject).or_default().push(row);
    }
    let mut members = Vec::with_capacity(subjects.len());
    for subject in subjects {
        let (Some(link), Some(rows)) = (links.get(&subject.subject), rows.get(&subject.subject))
        else {
            continue;
        };
        let born = (subject.organisation.as_str(), class(subject.class));
        let times = rows.iter().map(|row| row.first_seen);
        let (Some(first), Some(last)) = (times.clone().min(), times.max()) else { continue };
        members.push(Member {
            subject: Some(subject.subject),
            class: class(subject.class),
            source: subject.source,
            key_hash: key_hash(work, subject.source, &subject.stable_key, subject.key_hash),
            name: subject.name,
            key_kind: None,
            report: subject.report,
            asset: Some(link.row.asset),
            link: Some(link.version()),
            decided_by: link.row.decided_by.clone(),
            anew: false,
            values: rows.iter().filter_map(|row| stored(work, born, row)).collect(),
            past: rows.iter().filter_map(|row| past(work, born, row)).collect(),
            local: None,
            changed: BTreeSet::new(),
            span: (first, last),
            told: BTreeMap::new(),
        });
    }
    confirm(work, &mut members).await?;
    apart::load(work, &mut members).await?;
    shown_now(work, found, changes, &mut members);
    gone::free(work, &mut members).await?;
    Ok(members)
}

/// The organisation a subject was born in, and its class.
type Born<'s> = (&'s str, AssetClass);

/// The hash a stored identifier has inside the source's organisation: that of a subject born in one
/// of its kin has another there.
fn hash_here(work: &Work<'_>, (born, class): Born<'_>, row: &IdentifierRow) -> Option<i64> {
    let hash = row.hash?;
    if born == work.organisation() || !work.kin.contains(born) {
        return Some(hash);
    }
    let kind = u8::try_from(row.kind).ok().and_then(IdentifierKind::from_number)?;
    let identifier = Identifier { kind, value: Cow::Borrowed(&*row.value) };
    // What means nothing without its source or zone keeps the name it has there.
    Some(identity_in(work.rules, class.domain(), work.organisation(), &identifier).unwrap_or(hash))
}

/// An identifier in force as it is compared.
fn stored(work: &Work<'_>, born: Born<'_>, row: &IdentifierRow) -> Option<Value> {
    let hash = hash_here(work, born, row).filter(|_| row.resolved_at.is_none())?;
    let kind = u8::try_from(row.kind).ok().and_then(IdentifierKind::from_number)?;
    let value = Arc::from(work.rules.normal(kind, &row.value).as_ref());
    Some(Value { kind, value, hash, since: row.first_seen })
}

/// An identifier that is in force no longer: it was until just before it was seen gone.
fn past(work: &Work<'_>, born: Born<'_>, row: &IdentifierRow) -> Option<Past> {
    let to = row.resolved_at?.saturating_sub(SignedDuration::from_micros(1)).ok()?;
    Some(Past { hash: hash_here(work, born, row)?, span: (row.first_seen, to.max(row.first_seen)) })
}

/// When the sources of some subjects looked at them, for the first time and the last.
async fn confirm(work: &Work<'_>, members: &mut [Member]) -> Result<(), LakeError> {
    for member in members {
        let Some(subject) = member.subject else { continue };
        let span = work.known.span(work.transaction, member.source, subject).await?;
        if let Some((first, last)) = span {
            member.confirm(first);
            member.confirm(last);
        }
    }
    Ok(())
}

/// What the report says of subjects the lake knows stands in the place of what was said before.
fn shown_now(
    work: &Work<'_>,
    found: &Found,
    changes: &BTreeMap<SubjectKey, Change>,
    members: &mut [Member],
) {
    let mut locals: HashMap<SubjectKey, Vec<usize>> = HashMap::new();
    for (local, spot) in found.by_local.iter().enumerate() {
        if let Some(Spot::Known(subject)) = spot {
            locals.entry(*subject).or_default().push(local);
        }
    }
    for member in members {
        let Some(subject) = member.subject else { continue };
        let Some(locals) = locals.get(&subject) else { continue };
        let newest = locals.iter().map(|local| work.observed(*local)).max();
        // Of what is older than what is known, nothing is taken.
        let before = member.span.1;
        let late = newest.is_some_and(|newest| newest < before);
        let mut said: Vec<Value> = Vec::new();
        let mut kinds: BTreeSet<IdentifierKind> = BTreeSet::new();
        for local in locals {
            member.local = Some(*local);
            member.confirm(work.observed(*local));
            if let Some(Some(asset)) = work.stage.assets.get(*local) {
                said.extend(values(work, *local, work.observed(*local)));
                kinds.extend(asset.shown.iter().map(|shown| shown.kind));
            }
        }
        if !late {
            let (old, kept) =
                member.values.drain(..).partition(|value| kinds.contains(&value.kind));
            member.values = kept;
            for old in Vec::into_iter(old) {
                let old: Value = old;
                match said.iter_mut().find(|value| value.hash == old.hash) {
                    Some(again) => again.since = again.since.min(old.since),
                    None => member.past.push(Past { hash: old.hash, span: (old.since, before) }),
                }
            }
            member.values.extend(said);
        }
        if let Some(change) = changes.get(&subject).filter(|_| !late) {
            member.changed.clone_from(&change.kinds);
        }
    }
}
