//! Assets whose records are decided again, because what joined them turns out to identify nothing.
//!
//! One machine of a pool of clones is seen, later another with the same UUID: a machine set up again,
//! as far as anybody can know. Then a source shows both at one time. From that moment the UUID
//! identifies neither, and what was joined by it must not stay together. Only the assets whose
//! records show such a value are looked at, and only once: a link decided again names another rule.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use yagura_baseline::identity::Scope;
use yagura_lake::{
    LakeError,
    rows::{AssetRow, LinkRow},
    scan::Filter,
};
use yagura_model::{
    id::{AssetKey, SubjectKey},
    identifier::IdentifierKind,
};

use super::{
    super::{
        subjects::{Found, Spot},
        work::Work,
    },
    Decided,
    decide::Verdict,
    follow, join,
    scene::{Member, Scene},
};

/// The values that stay with a thing which known subjects of the report show at one time though one
/// asset has them.
pub(super) async fn doubled(work: &Work<'_>, found: &Found) -> Result<BTreeSet<i64>, LakeError> {
    let mut shown: HashMap<SubjectKey, usize> = HashMap::new();
    for (local, spot) in found.by_local.iter().enumerate() {
        if let Some(Spot::Known(subject)) = spot {
            shown.insert(*subject, local);
        }
    }
    let stays = |number: i8| {
        let kind = u8::try_from(number).ok().and_then(IdentifierKind::from_number);
        kind.is_some_and(|kind| {
            work.rules.contradicts(kind)
                && !work.rules.moves(kind)
                && work.rules.scope(kind) != Scope::Source
        })
    };
    let mut first: HashMap<i64, SubjectKey> = HashMap::new();
    let mut several: BTreeMap<i64, BTreeSet<SubjectKey>> = BTreeMap::new();
    for row in found.identifiers.iter().map(|stored| &stored.row) {
        let Some(hash) = row.hash.filter(|_| row.resolved_at.is_none() && stays(row.kind)) else {
            continue;
        };
        if !shown.contains_key(&row.subject) {
            continue;
        }
        let other = *first.entry(hash).or_insert(row.subject);
        if other != row.subject {
            several.entry(hash).or_default().extend([other, row.subject]);
        }
    }
    if several.is_empty() {
        return Ok(BTreeSet::new());
    }
    let subjects = several.values().flatten().map(|subject| subject.0);
    let links: Vec<LinkRow> = work.transaction.rows(&Filter::of("subject", subjects)).await?;
    let by_rule = links.iter().filter(|link| !link.decided_by.starts_with("person:"));
    let assets: BTreeMap<SubjectKey, AssetKey> =
        by_rule.map(|link| (link.subject, link.asset)).collect();
    let on_one = |subjects: &BTreeSet<SubjectKey>| {
        let mut of = BTreeSet::new();
        !subjects.iter().filter_map(|subject| assets.get(subject)).all(|asset| of.insert(*asset))
    };
    Ok(several.into_iter().filter(|(_, of)| on_one(of)).map(|(hash, _)| hash).collect())
}

/// Decides again about the records of every asset that shows it was joined wrongly.
pub(super) fn reopen(work: &mut Work<'_>, scene: &mut Scene<'_>, decided: &mut Decided) {
    for asset in scene.unsound() {
        let mut members: Vec<usize> =
            scene.of(asset).filter(|m| scene.get(*m).is_some_and(|m| !m.is_fixed())).collect();
        members.sort_by_key(|number| scene.get(*number).map(|m| (m.report, m.subject)));
        let before: Vec<(usize, Option<String>)> = members
            .iter()
            .map(|number| (*number, scene.get(*number).map(|m| m.decided_by.clone())))
            .collect();
        for number in &members {
            scene.take_off(*number);
        }
        let mut members = members.into_iter();
        // Its number stays with what is known longest, unless a person placed something on it.
        if scene.of(asset).next().is_none()
            && let Some(oldest) = members.next()
        {
            scene.put(oldest, asset, "rule:new".to_owned());
            decided.reopened.insert(oldest);
        }
        for number in members {
            place(work, scene, decided, number);
            decided.reopened.insert(number);
        }
        for (number, decided_by) in before {
            let Some(member) = scene.members.get_mut(number) else { continue };
            if member.asset == Some(asset) && Some(&member.decided_by) == decided_by.as_ref() {
                member.anew = false;
            }
        }
    }
}

/// Places a record that was taken off its asset.
fn place(work: &mut Work<'_>, scene: &mut Scene<'_>, decided: &mut Decided, number: usize) {
    let (asset, decided_by) = match scene.decide(number) {
        Verdict::Same { asset, kind, also } => {
            join(scene, decided, asset, also);
            let asset = decided.now(asset);
            if let Some(member) = scene.get(number) {
                decided.see(asset, member.span.0);
            }
            let kind = kind.map_or_else(|| "new".to_owned(), |kind| kind.to_string());
            (asset, format!("rule:{kind}"))
        }
        Verdict::Alone => {
            let Some(asset) = apart(work, scene, decided, number) else { return };
            (asset, "rule:new".to_owned())
        }
        Verdict::Held { candidates, reason } => {
            let Some(asset) = apart(work, scene, decided, number) else { return };
            decided.held.insert(number, (candidates, reason));
            (asset, "rule:held".to_owned())
        }
    };
    scene.put(number, asset, decided_by);
    follow(scene, number);
}

/// A new asset of a record that stands alone.
fn apart(
    work: &mut Work<'_>,
    scene: &Scene<'_>,
    decided: &mut Decided,
    number: usize,
) -> Option<AssetKey> {
    let member = scene.get(number)?;
    let asset = AssetKey(work.count("assets"));
    let row = AssetRow {
        asset,
        domain: member.class.domain().number() as i8,
        class: member.class.number() as i8,
        name: member.name.clone(),
        organisation: work.organisation().to_owned(),
        first_seen: member.span.0,
    };
    decided.made.insert(asset, row);
    Some(asset)
}

impl Scene<'_> {
    /// The assets whose records do not belong together: the report shows two of them at one time, or
    /// one is there by nothing but a value that several things show.
    fn unsound(&self) -> BTreeSet<AssetKey> {
        let mut unsound = BTreeSet::new();
        for (number, member) in self.members.iter().enumerate() {
            let Some(asset) = member.asset.filter(|_| !member.is_fixed()) else { continue };
            if self.rests_on_shared(number, member, asset) || self.is_doubled(number, asset) {
                unsound.insert(asset);
            }
        }
        unsound
    }

    /// Whether the report shows a member and another of its asset at one time.
    fn is_doubled(&self, number: usize, asset: AssetKey) -> bool {
        let here = |number| self.get(number).is_some_and(|m| m.local.is_some() && !m.is_fixed());
        here(number) && self.of(asset).any(|other| here(other) && self.simultaneous(number, other))
    }

    /// Whether the value by which a rule linked a member is one that several things show.
    fn rests_on_shared(&self, number: usize, member: &Member, asset: AssetKey) -> bool {
        let linked_by = member.decided_by.rsplit(':').next().and_then(|kind| kind.parse().ok());
        let linked_by: Option<IdentifierKind> = linked_by;
        // A name or card that two show for a time says nothing about what it joined before.
        let Some(kind) = linked_by.filter(|kind| !self.rules.moves(*kind)) else { return false };
        let of_kind = || member.values.iter().filter(|value| value.kind == kind);
        let common = |hash| {
            let mut holders = self.holders(hash);
            holders.any(|h| h != number && self.get(h).is_some_and(|h| h.asset == Some(asset)))
        };
        of_kind().any(|value| self.is_shared(value)) && !of_kind().any(|value| common(value.hash))
    }
}
