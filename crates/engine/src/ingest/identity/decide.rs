//! The decision about one subject: which asset it is, which assets it connects, or that a person
//! must say.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use yagura_baseline::identity::Scope;
use yagura_model::{Timestamp, id::AssetKey, identifier::IdentifierKind};

use super::scene::{Member, Scene, differ};

/// What is decided about a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It shares nothing that identifies with anything it could be.
    Alone,
    /// It is an asset, or goes on being the one it is; and these others are the same thing, each by
    /// the kind of identifier that connects.
    Same {
        asset: AssetKey,
        /// The strongest kind it shares with the asset; `None` if it is there already.
        kind: Option<IdentifierKind>,
        also: Vec<(AssetKey, IdentifierKind)>,
    },
    /// A person must say whether it is one of these.
    Held { candidates: BTreeSet<AssetKey>, reason: String },
}

/// How a subject and an asset it shares something with go together.
enum Fit {
    /// They are one thing, by this kind at the strongest.
    Same(IdentifierKind),
    /// They are two, and nobody need be asked.
    Different,
    /// What they share says one thing, and this kind says two. The other kind is what they share.
    Contradiction(IdentifierKind, IdentifierKind),
}

/// The kinds of identifier a subject shares with an asset, each with whether a holder was confirmed
/// within its validity.
type Shared = BTreeMap<IdentifierKind, bool>;

impl Scene<'_> {
    /// Decides about a member.
    pub(super) fn decide(&self, number: usize) -> Verdict {
        let Some(member) = self.get(number) else { return Verdict::Alone };
        let home = member.asset;
        let mut fits: Vec<(IdentifierKind, AssetKey)> = Vec::new();
        let mut contradicted: Vec<(IdentifierKind, IdentifierKind, AssetKey)> = Vec::new();
        // What a known subject goes on showing was decided about before.
        let new = |kind: &IdentifierKind| home.is_none() || member.changed.contains(kind);
        for (asset, shared) in self.meets(number, member) {
            if Some(asset) == home {
                continue;
            }
            match self.fit(number, member, asset, &shared) {
                Fit::Same(kind) if shared.keys().any(new) => fits.push((kind, asset)),
                Fit::Contradiction(by, firm) if new(&by) || new(&firm) => {
                    contradicted.push((by, firm, asset));
                }
                _ => {}
            }
        }
        let strength = |kind: IdentifierKind| self.rules.strength(kind);
        fits.sort_by_key(|(kind, asset)| (std::cmp::Reverse(strength(*kind)), *kind, *asset));
        if home.is_none() {
            self.pass_on(number, &mut fits);
        }
        let best = fits.first().copied();
        // A contradiction about something weaker than what fits is a mistake in a weaker value.
        contradicted.retain(|(_, shared, _)| {
            best.is_none_or(|(kind, _)| strength(*shared) >= strength(kind))
        });
        let all = || {
            let others = contradicted.iter().map(|(.., asset)| *asset);
            fits.iter().map(|(_, asset)| *asset).chain(others).collect::<BTreeSet<_>>()
        };
        if let Some(by) = home.and_then(|home| self.leaves(number, member, home)) {
            let mut candidates = all();
            candidates.extend(home.filter(|_| candidates.is_empty()));
            return Verdict::Held { candidates, reason: format!("contradiction:{by}") };
        }
        match (best, contradicted.first()) {
            (Some((kind, _)), Some(_)) => {
                return Verdict::Held { candidates: all(), reason: format!("several:{kind}") };
            }
            (None, Some((by, ..))) => {
                return Verdict::Held { candidates: all(), reason: format!("contradiction:{by}") };
            }
            _ => {}
        }
        match (home, best) {
            (None, None) => Verdict::Alone,
            (Some(home), _) => self.connect(number, (None, home), &fits),
            (None, Some((kind, asset))) => {
                self.connect(number, (Some(kind), asset), fits.get(1..).unwrap_or(&[]))
            }
        }
    }

    /// Of things that had a name one after another it is the one that showed it nearest to its time.
    fn pass_on(&self, number: usize, fits: &mut Vec<(IdentifierKind, AssetKey)>) {
        let Some(kind) = fits.first().map(|(kind, _)| *kind) else { return };
        if !(self.rules.moves(kind) && self.rules.tells_apart(kind)) {
            return;
        }
        let by_kind = fits.iter().filter(|(by, _)| *by == kind);
        let nearest = by_kind
            .filter_map(|(_, asset)| Some((self.apart_by(number, *asset, kind)?, *asset)))
            .min();
        let Some((gap, nearest)) = nearest else { return };
        fits.retain(|(by, asset)| {
            let later = || self.apart_by(number, *asset, kind).is_some_and(|other| other > gap);
            *asset == nearest || *by != kind || !later() || self.compatible(nearest, *asset, number)
        });
        // What connects the others is the one it is.
        fits.sort_by_key(|(by, asset)| (*by != kind, *by == kind && *asset != nearest));
    }

    /// How long before or after a member an asset showed a value of a kind that the member shows.
    ///
    /// What is there by the name itself and nothing else does not say when the thing had it, unless
    /// nothing firmer does.
    fn apart_by(
        &self,
        number: usize,
        asset: AssetKey,
        kind: IdentifierKind,
    ) -> Option<SignedDuration> {
        let member = self.get(number)?;
        let values = member.values.iter().filter(|value| value.kind == kind);
        let gaps = values.flat_map(|value| {
            let own = (value.since, member.span.1.max(value.since));
            self.others(number, value.hash, asset).flat_map(move |other| {
                let named = self.is_only_named(other);
                other.showed(value.hash).map(move |their| (named, between(own, their)))
            })
        });
        gaps.min().map(|(_, gap)| gap)
    }

    /// Whether nothing but names and addresses says which thing a member is.
    fn is_only_named(&self, member: &Member) -> bool {
        let rules = self.rules;
        let firm = |kind| rules.valid_days(kind).is_none() && rules.scope(kind) != Scope::Source;
        !member.values.iter().any(|value| firm(value.kind))
    }

    /// The other members of an asset that show a value or showed it.
    fn others(&self, number: usize, hash: i64, asset: AssetKey) -> impl Iterator<Item = &Member> {
        let holders = self.holders(hash).chain(self.held_before(hash));
        let others = holders.filter(move |holder| *holder != number);
        others.filter_map(|h| self.get(h)).filter(move |other| other.asset == Some(asset))
    }

    /// Which other assets that fit are the same thing as the one it is.
    fn connect(
        &self,
        number: usize,
        (kind, asset): (Option<IdentifierKind>, AssetKey),
        others: &[(IdentifierKind, AssetKey)],
    ) -> Verdict {
        let mut also: Vec<(AssetKey, IdentifierKind)> = Vec::new();
        let mut clash: Vec<(AssetKey, IdentifierKind)> = Vec::new();
        let firm = kind.is_none_or(|kind| !self.rules.moves(kind));
        for (by, other) in others.iter().copied() {
            // An address says where a record belongs, but not that two assets are one.
            if self.rules.scope(by) == Scope::Zone {
                continue;
            }
            let joined = also.iter().map(|(asset, _)| *asset).chain([asset]);
            if joined.into_iter().all(|one| self.compatible(one, other, number)) {
                also.push((other, by));
            } else if !(firm && self.rules.moves(by)) {
                clash.push((other, by));
            }
        }
        match clash.first() {
            None => Verdict::Same { asset, kind, also },
            Some((_, by)) => {
                let own = kind.map(|_| asset);
                let clashing = clash.iter().chain(&also).map(|(asset, _)| *asset);
                let reason = format!("several:{}", kind.unwrap_or(*by));
                Verdict::Held { candidates: clashing.chain(own).collect(), reason }
            }
        }
    }

    /// The assets a member shares an identifier with.
    fn meets(&self, number: usize, member: &Member) -> BTreeMap<AssetKey, Shared> {
        let mut meets: BTreeMap<AssetKey, Shared> = BTreeMap::new();
        for value in &member.values {
            for holder in self.holders(value.hash).filter(|holder| *holder != number) {
                let Some(held) = self.get(holder).filter(|held| !held.is_sibling(member)) else {
                    continue;
                };
                let Some(asset) = held.asset else { continue };
                let fresh = !self.stale(holder, value.kind, member.span.1);
                *meets.entry(asset).or_default().entry(value.kind).or_default() |= fresh;
            }
        }
        meets
    }

    fn fit(&self, number: usize, member: &Member, asset: AssetKey, shared: &Shared) -> Fit {
        if self.of(asset).any(|other| self.are_two(number, other)) {
            return Fit::Different;
        }
        let strength = |kind: &IdentifierKind| self.rules.strength(*kind);
        let own = member.values.iter();
        let differ_in = self.differ(own, self.values_of(asset, number));
        let strongest = self.strongest_of(shared.keys().copied());
        let firm = shared.keys().copied().filter(|kind| !self.rules.moves(*kind));
        let Some(firm) = self.strongest_of(firm) else {
            let moved = || self.by_moving(number, member, asset, shared);
            return match differ_in.is_empty().then(moved).flatten() {
                Some(kind) => Fit::Same(kind),
                None => Fit::Different,
            };
        };
        let against = differ_in.into_iter().filter(|kind| strength(kind) >= strength(&firm));
        match self.strongest_of(against) {
            Some(by) => Fit::Contradiction(by, firm),
            None => Fit::Same(strongest.unwrap_or(firm)),
        }
    }

    /// The strongest of some kinds; of equally strong ones the first.
    fn strongest_of(&self, kinds: impl Iterator<Item = IdentifierKind>) -> Option<IdentifierKind> {
        kinds.min_by_key(|kind| (std::cmp::Reverse(self.rules.strength(*kind)), *kind))
    }

    /// The strongest kind that moves by which a member and an asset are one thing.
    ///
    /// An address does not count against a name or card that differs, nor once its validity has
    /// run out. A name does not count against a card that differs once its own has.
    fn by_moving(
        &self,
        number: usize,
        member: &Member,
        asset: AssetKey,
        shared: &Shared,
    ) -> Option<IdentifierKind> {
        let tells = |kind| self.rules.tells_apart(kind);
        // Under the same key the source showed another thing there before.
        let sibling = |other: usize| self.get(other).is_some_and(|o| o.is_sibling(member));
        let mut others = self.of(asset).filter(|other| *other != number);
        let key = member.key_kind.filter(|_| others.any(sibling));
        let own = member.values.iter();
        let apart = differ(own, self.values_of(asset, number), tells);
        let counts = |(kind, fresh): &(&IdentifierKind, &bool)| {
            let stronger =
                |other: &IdentifierKind| self.rules.strength(*other) > self.rules.strength(**kind);
            let against = apart.iter().any(stronger);
            match (tells(**kind), **fresh) {
                (true, true) => true,
                (true, false) | (false, true) => !against,
                (false, false) => false,
            }
        };
        let kinds = shared.iter().filter(counts).map(|(kind, _)| *kind);
        self.strongest_of(kinds.filter(|kind| Some(*kind) != key))
    }

    /// The kind that changed and in which a member now contradicts the others of its asset.
    fn leaves(&self, number: usize, member: &Member, home: AssetKey) -> Option<IdentifierKind> {
        let differ_in = self.differ(member.values.iter(), self.values_of(home, number));
        let changed = differ_in.into_iter().filter(|kind| member.changed.contains(kind));
        self.strongest_of(changed)
    }

    /// Whether two assets can be one thing: nothing contradicts, no source shows both at one time, no
    /// person told them apart, and persons placed records on one of them at the most.
    pub(super) fn compatible(&self, one: AssetKey, other: AssetKey, but: usize) -> bool {
        let members = |asset| self.of(asset).filter(move |member| *member != but);
        !(self.has_fixed(one, Some(but)) && self.has_fixed(other, Some(but)))
            && self.differ(self.values_of(one, but), self.values_of(other, but)).is_empty()
            && !members(one).any(|a| members(other).any(|b| self.are_two(a, b)))
    }

    /// Records that went along with something weaker than what they share with a member that has
    /// just been told apart from it, each with the kind that moves it.
    pub(super) fn strays(&self, number: usize) -> Vec<(usize, IdentifierKind)> {
        let Some((member, asset)) = self.get(number).and_then(|m| Some((m, m.asset?))) else {
            return Vec::new();
        };
        let mut strays: BTreeMap<usize, IdentifierKind> = BTreeMap::new();
        for value in &member.values {
            for holder in self.holders(value.hash) {
                let Some(held) = self.get(holder) else { continue };
                let Some(at) = held.asset.filter(|at| *at != asset) else { continue };
                let strength = self.rules.strength(value.kind);
                let stays = self.strongest(holder, held, at);
                let stale = self.stale(holder, value.kind, member.span.1);
                // A name that went from the one to the other: it is with the one that had it then.
                let passed = || self.is_passed_on(holder, value.kind, at, asset);
                let comes = |stays| {
                    let was = || self.tie_before(holder, at) >= Some(strength);
                    (strength > stays && !was()) || (strength >= stays && passed())
                };
                if held.is_fixed() || stale || !stays.is_some_and(comes) {
                    continue;
                }
                let tells = |kind| self.rules.tells_apart(kind) || self.rules.contradicts(kind);
                let differs = differ(held.values.iter(), self.values_of(asset, holder), tells);
                let two = self.of(asset).any(|other| self.are_two(holder, other));
                if differs.is_empty() && !two && self.rules.scope(value.kind) != Scope::Zone {
                    strays.insert(holder, value.kind);
                }
            }
        }
        strays.into_iter().collect()
    }

    /// Whether a member is where it is by a name that another asset showed nearer to its time, which
    /// is another thing.
    fn is_passed_on(
        &self,
        number: usize,
        kind: IdentifierKind,
        from: AssetKey,
        to: AssetKey,
    ) -> bool {
        if !(self.rules.moves(kind) && self.rules.tells_apart(kind)) {
            return false;
        }
        let there = self.apart_by(number, to, kind);
        let here = self.apart_by(number, from, kind);
        there.is_some_and(|there| here.is_none_or(|here| there < here))
            && !self.compatible(from, to, number)
    }

    /// The strength of the strongest kind that a member shows and others of its asset showed before.
    fn tie_before(&self, number: usize, asset: AssetKey) -> Option<u8> {
        let member = self.get(number)?;
        let showed = |hash| {
            let mut before = self.held_before(hash);
            before.any(|h| h != number && self.get(h).is_some_and(|h| h.asset == Some(asset)))
        };
        let values = member.values.iter().filter(|value| showed(value.hash));
        values.map(|value| self.rules.strength(value.kind)).max()
    }

    /// The strength of the strongest kind a member shares with the others of its asset; `None` if it
    /// is alone.
    fn strongest(&self, number: usize, member: &Member, asset: AssetKey) -> Option<u8> {
        self.of(asset).find(|other| *other != number)?;
        let shares = |hash| {
            let mut holders = self.holders(hash);
            holders.any(|h| h != number && self.get(h).is_some_and(|h| h.asset == Some(asset)))
        };
        let shared = member.values.iter().filter(|value| shares(value.hash));
        Some(shared.map(|value| self.rules.strength(value.kind)).max().unwrap_or(0))
    }
}

/// How long two times lie one after the other; nothing if they overlap.
fn between(one: (Timestamp, Timestamp), other: (Timestamp, Timestamp)) -> SignedDuration {
    let before = other.0.duration_since(one.1);
    let after = one.0.duration_since(other.1);
    before.max(after).max(SignedDuration::ZERO)
}
