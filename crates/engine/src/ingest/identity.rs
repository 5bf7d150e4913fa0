//! Identity resolution (名寄せ): which asset a source's record is.
//!
//! The strongest identifier that anything in the same scope shares decides. What shares only a value
//! that moves and contradicts in one that stays is another thing. What shares a value that stays and
//! contradicts in one as strong waits for a person, and so does what could be several things that
//! contradict each other. What connects several things that do not makes them one. A source shows
//! one thing once: two records it confirms at one time are two things, and a value that both show
//! identifies neither (architecture, semantics 6; ADR 0018).

mod apart;
mod decide;
mod gone;
mod hashes;
mod load;
mod merge;
mod places;
mod reopen;
mod scene;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use yagura_lake::{
    LakeError,
    rows::{AssetRow, HoldRow, LinkRow, SubjectRow},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    domain::AssetClass,
    id::{AssetKey, SubjectKey},
    identifier::IdentifierKind,
};

use super::{
    stage::Asset,
    subjects::{self, Found, Spot},
    work::{Subjects, Work},
};
pub(crate) use apart::in_force;
use decide::Verdict;
pub(crate) use hashes::identity_in;
pub(super) use hashes::scoped_hash;
pub(crate) use merge::{is_within, joined, renamed};
use scene::Scene;

/// How many subjects met a known asset, made a new one, or wait for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Resolved {
    pub(super) matched: u64,
    pub(super) new: u64,
    pub(super) held: u64,
}

/// What was decided about the subjects of a report.
#[derive(Debug, Default)]
struct Decided {
    resolved: Resolved,
    /// The assets made.
    made: BTreeMap<AssetKey, AssetRow>,
    /// Assets that a source of a known class joined.
    refined: BTreeMap<AssetKey, AssetClass>,
    /// When the report saw assets that may not have been known so early.
    seen: BTreeMap<AssetKey, Timestamp>,
    /// Assets that went into another.
    merged: BTreeMap<AssetKey, AssetKey>,
    /// Members a person must decide about: candidates and reason.
    held: BTreeMap<usize, (BTreeSet<AssetKey>, String)>,
    /// Known members about which it was decided again, because they changed.
    again: BTreeSet<usize>,
    /// And because what joined them identifies nothing.
    reopened: BTreeSet<usize>,
}

impl Decided {
    /// The asset that one went into, or itself.
    fn now(&self, asset: AssetKey) -> AssetKey {
        self.merged.get(&asset).copied().unwrap_or(asset)
    }

    /// Notes that an asset was seen at a time.
    fn see(&mut self, asset: AssetKey, at: Timestamp) {
        let first = self.seen.entry(asset).or_insert(at);
        *first = at.min(*first);
    }
}

/// Links every subject that is new, or known by something else than before, to an asset.
pub(super) async fn resolve(
    work: &mut Work<'_>,
    mut found: Found,
) -> Result<(Subjects, Resolved), LakeError> {
    let (mut scene, drafts) = load::load(work, &mut found).await?;
    let mut decided = Decided::default();
    reopen::reopen(work, &mut scene, &mut decided);
    let changed: Vec<usize> = (0..scene.members.len())
        .filter(|number| scene.get(*number).is_some_and(|m| !m.changed.is_empty() && !m.is_fixed()))
        .collect();
    for number in changed {
        again(&mut scene, &mut decided, number);
    }
    for number in &drafts {
        first(work, &mut scene, &mut decided, *number);
    }
    let subjects = born(work, found, &mut scene, &drafts);
    let known: BTreeSet<SubjectKey> = subjects.known().collect();
    decided.resolved.matched += known.len() as u64;
    links(work, &scene);
    earlier(work, &subjects, &scene, &mut decided).await?;
    merge::holds(work, &scene, &decided).await?;
    merge::assets(work, &scene, &decided).await?;
    Ok((subjects, decided.resolved))
}

/// Decides about a subject the lake knows that shows something else than before.
fn again(scene: &mut Scene<'_>, decided: &mut Decided, number: usize) {
    decided.again.insert(number);
    match scene.decide(number) {
        Verdict::Same { asset, also, .. } => join(scene, decided, asset, also),
        Verdict::Held { candidates, reason } => {
            decided.held.insert(number, (candidates, reason));
            return;
        }
        Verdict::Alone => {}
    }
    follow(scene, number);
}

/// Decides about a new subject.
fn first(work: &mut Work<'_>, scene: &mut Scene<'_>, decided: &mut Decided, number: usize) {
    let Some(local) = scene.get(number).and_then(|member| member.local) else { return };
    let Some(Some(asset)) = work.stage.assets.get(local) else { return };
    let (key, decided_by) = match scene.decide(number) {
        Verdict::Same { asset: key, kind, also } => {
            join(scene, decided, key, also);
            let key = decided.now(key);
            decided.resolved.matched += 1;
            decided.refined.entry(key).or_insert(asset.class);
            decided.see(key, work.observed(local));
            (key, kind.map_or_else(|| "rule:new".to_owned(), |kind| format!("rule:{kind}")))
        }
        Verdict::Alone => {
            decided.resolved.new += 1;
            (make(work, decided, asset, local), "rule:new".to_owned())
        }
        Verdict::Held { candidates, reason } => {
            decided.resolved.held += 1;
            let key = make(work, decided, asset, local);
            decided.held.insert(number, (candidates, reason));
            scene.put(number, key, "rule:held".to_owned());
            return;
        }
    };
    scene.put(number, key, decided_by);
    follow(scene, number);
}

/// The number of a new asset.
fn make(work: &mut Work<'_>, decided: &mut Decided, asset: &Asset, local: usize) -> AssetKey {
    let key = AssetKey(work.count("assets"));
    decided.made.insert(key, asset_row(work, key, asset, local));
    key
}

/// Makes one asset of several: the one known longest, unless a person placed records on another.
fn join(
    scene: &mut Scene<'_>,
    decided: &mut Decided,
    asset: AssetKey,
    also: Vec<(AssetKey, IdentifierKind)>,
) {
    let Some(strongest) = also.first().map(|(_, kind)| *kind) else { return };
    let mut all: BTreeMap<AssetKey, IdentifierKind> = also.into_iter().collect();
    all.insert(asset, strongest);
    let placed = all.keys().copied().find(|asset| scene.has_fixed(*asset, None));
    let Some(kept) = placed.or_else(|| all.keys().next().copied()) else { return };
    all.remove(&kept);
    for (gone, kind) in all {
        let members: Vec<usize> = scene.of(gone).collect();
        for member in members {
            scene.put(member, kept, format!("rule:merge:{kind}"));
        }
        for target in decided.merged.values_mut().filter(|target| **target == gone) {
            *target = kept;
        }
        decided.merged.insert(gone, kept);
    }
}

/// Records that belong with a member rather than where they are come with it.
fn follow(scene: &mut Scene<'_>, number: usize) {
    for (stray, kind) in scene.strays(number) {
        if let Some(asset) = scene.get(number).and_then(|member| member.asset) {
            scene.put(stray, asset, format!("rule:{kind}"));
        }
    }
}

/// Gives the new subjects their keys, each beside the first record of its asset.
fn born(work: &mut Work<'_>, found: Found, scene: &mut Scene<'_>, drafts: &[usize]) -> Subjects {
    let mut keys: Vec<Option<SubjectKey>> = Vec::with_capacity(drafts.len());
    let Found { rows, identifiers, by_local, drafts: found_drafts, .. } = found;
    let mut subjects = Subjects { rows, identifiers, ..Subjects::default() };
    for (number, draft) in drafts.iter().zip(found_drafts) {
        let others = scene.get(*number).and_then(|m| m.asset).into_iter().flat_map(|asset| {
            scene.of(asset).filter_map(|other| {
                let other = scene.get(other)?;
                Some((other.report, other.subject?))
            })
        });
        let beside = others.min().map(|(_, subject)| subject.shard());
        let subject = subjects::born(work, beside);
        if let Some(member) = scene.members.get_mut(*number) {
            member.subject = Some(subject);
        }
        if let Some(Some(asset)) = work.stage.assets.get(draft.local) {
            work.changes.subjects.push(SubjectRow {
                subject,
                source: work.source.source,
                key_hash: draft.key_hash,
                stable_key: draft.stable_key,
                organisation: work.organisation().to_owned(),
                class: asset.class.number() as i8,
                name: asset.name.clone(),
                report: work.report,
            });
        }
        subjects.new.insert(subject, draft.local);
        keys.push(Some(subject));
    }
    let subject = |spot: &Option<Spot>| match (*spot)? {
        Spot::Known(subject) => Some(subject),
        Spot::New(draft) => keys.get(draft).copied().flatten(),
    };
    subjects.by_local = by_local.iter().map(subject).collect();
    subjects
}

/// Writes the links that are new or other than before.
fn links(work: &mut Work<'_>, scene: &Scene<'_>) {
    for member in scene.members.iter().filter(|member| member.anew) {
        let (Some(subject), Some(asset)) = (member.subject, member.asset) else { continue };
        work.changes.superseded.extend(member.link);
        work.changes.links.push(LinkRow {
            subject,
            asset,
            valid_from: None,
            valid_to: None,
            decided_by: member.decided_by.clone(),
        });
    }
}

/// Notes the assets of which the report shows a record earlier than anything known of the record: an
/// older report that comes late makes its asset older.
async fn earlier(
    work: &Work<'_>,
    subjects: &Subjects,
    scene: &Scene<'_>,
    decided: &mut Decided,
) -> Result<(), LakeError> {
    let mut first: HashMap<SubjectKey, Timestamp> = HashMap::new();
    for row in subjects.identifiers.iter().map(|stored| &stored.row) {
        let known = first.entry(row.subject).or_insert(row.first_seen);
        *known = row.first_seen.min(*known);
    }
    let mut early: BTreeMap<SubjectKey, Timestamp> = BTreeMap::new();
    for (local, subject) in subjects.by_local.iter().enumerate() {
        let Some(subject) = subject.filter(|subject| !subjects.new.contains_key(subject)) else {
            continue;
        };
        let at = work.observed(local);
        if first.get(&subject).is_none_or(|first| at < *first) {
            let seen = early.entry(subject).or_insert(at);
            *seen = at.min(*seen);
        }
    }
    if early.is_empty() {
        return Ok(());
    }
    let of_subjects = Filter::of("subject", early.keys().map(|subject| subject.0));
    let links: Vec<LinkRow> = work.transaction.rows(&of_subjects).await?;
    let moved = scene.members.iter().filter(|member| member.anew);
    let moved = moved.filter_map(|member| Some((member.subject?, member.asset?)));
    let stand = links.into_iter().map(|link| (link.subject, link.asset)).chain(moved);
    for (subject, asset) in stand.collect::<BTreeMap<SubjectKey, AssetKey>>() {
        if let Some(at) = early.get(&subject) {
            decided.see(decided.now(asset), *at);
        }
    }
    Ok(())
}

/// The row of a hold.
fn hold(
    subject: SubjectKey,
    asset: AssetKey,
    candidates: &BTreeSet<AssetKey>,
    why: &str,
) -> HoldRow {
    let candidates = candidates.iter().map(|key| key.0).collect();
    HoldRow { subject, asset, candidates, reason: why.to_owned() }
}

/// The row of a new asset.
fn asset_row(work: &Work<'_>, key: AssetKey, asset: &Asset, local: usize) -> AssetRow {
    AssetRow {
        asset: key,
        domain: asset.class.domain().number() as i8,
        class: asset.class.number() as i8,
        name: asset.name.clone(),
        organisation: work.organisation().to_owned(),
        first_seen: work.observed(local),
    }
}
