//! All that a decision about identities looks at: the subjects of the report that are new or known
//! by something else than before, and every subject of an asset they share an identifier with.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use jiff::SignedDuration;
use yagura_baseline::identity::{Rules, Scope};
use yagura_lake::row::Version;
use yagura_model::{
    Timestamp,
    domain::AssetClass,
    id::{AssetKey, DecisionKey, ReportKey, SourceKey, SubjectKey},
    identifier::IdentifierKind,
};

/// Up to how many holders of one value are compared each with each.
const MANY: usize = 32;

/// An identifier as it is compared.
#[derive(Debug, Clone)]
pub(super) struct Value {
    pub(super) kind: IdentifierKind,
    pub(super) value: Arc<str>,
    pub(super) hash: i64,
    /// When it was first shown.
    pub(super) since: Timestamp,
}

/// A value that was shown for a time and is shown no longer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Past {
    pub(super) hash: i64,
    pub(super) span: (Timestamp, Timestamp),
}

/// A subject, or one to be born.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// `None` until it is born.
    pub(super) subject: Option<SubjectKey>,
    /// What its source takes it for, and calls it.
    pub(super) class: AssetClass,
    pub(super) name: String,
    pub(super) source: SourceKey,
    /// Of the key its source knows it by; generations of one key share it.
    pub(super) key_hash: i64,
    /// The kind of identifier its source knows it by, if its values move.
    pub(super) key_kind: Option<IdentifierKind>,
    /// The report it was born of.
    pub(super) report: ReportKey,
    /// `None` until it is decided.
    pub(super) asset: Option<AssetKey>,
    /// The version of the link in force.
    pub(super) link: Option<Version>,
    pub(super) decided_by: String,
    /// Whether this report moved it or decided about it.
    pub(super) anew: bool,
    pub(super) values: Vec<Value>,
    /// What it showed before and shows no longer.
    pub(super) past: Vec<Past>,
    /// Its asset in this report, if it is in it.
    pub(super) local: Option<usize>,
    /// The kinds in which it shows something it did not show before.
    pub(super) changed: BTreeSet<IdentifierKind>,
    /// The first and the last time its source is known to have confirmed it.
    pub(super) span: (Timestamp, Timestamp),
    /// On which side of which splits a person put it.
    pub(super) told: BTreeMap<DecisionKey, bool>,
}

impl Member {
    /// Whether a person decided where it belongs.
    pub(super) fn is_fixed(&self) -> bool {
        self.decided_by.starts_with("person:")
    }

    /// Whether another member is another generation under the same key.
    pub(super) fn is_sibling(&self, other: &Self) -> bool {
        self.source == other.source && self.key_hash == other.key_hash
    }

    /// Whether it shows a value.
    pub(super) fn shows(&self, hash: i64) -> bool {
        self.values.iter().any(|value| value.hash == hash)
    }

    /// Its source confirmed it at a time.
    pub(super) fn confirm(&mut self, at: Timestamp) {
        self.span = (self.span.0.min(at), self.span.1.max(at));
    }

    /// The times at which it showed a value, once for each time it began to.
    pub(super) fn showed(&self, hash: i64) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
        let now = self.values.iter().filter(move |value| value.hash == hash);
        let now = now.map(|value| (value.since, self.span.1.max(value.since)));
        now.chain(self.past.iter().filter(move |past| past.hash == hash).map(|past| past.span))
    }

    /// How far a time lies outside of the time it is known to have been there.
    fn away(&self, at: Timestamp) -> SignedDuration {
        let before = self.span.0.duration_since(at);
        let after = at.duration_since(self.span.1);
        before.max(after).max(SignedDuration::ZERO)
    }
}

/// The members and how they meet.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub(super) rules: &'a Rules,
    pub(super) members: Vec<Member>,
    by_hash: HashMap<i64, Vec<usize>>,
    /// Those that showed a value and show it no longer.
    by_past: HashMap<i64, Vec<usize>>,
    of_asset: BTreeMap<AssetKey, BTreeSet<usize>>,
    /// Values that several things show at the same time.
    shared: HashSet<i64>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(rules: &'a Rules, members: Vec<Member>) -> Self {
        let mut scene = Self {
            rules,
            by_hash: HashMap::new(),
            by_past: HashMap::new(),
            of_asset: BTreeMap::new(),
            shared: HashSet::new(),
            members: Vec::new(),
        };
        for member in members {
            scene.add(member);
        }
        scene.find_shared();
        scene
    }

    /// Adds a member; gives its number.
    pub(super) fn add(&mut self, member: Member) -> usize {
        let number = self.members.len();
        for value in &member.values {
            self.by_hash.entry(value.hash).or_default().push(number);
        }
        for past in &member.past {
            self.by_past.entry(past.hash).or_default().push(number);
        }
        if let Some(asset) = member.asset {
            self.of_asset.entry(asset).or_default().insert(number);
        }
        self.members.push(member);
        number
    }

    pub(super) fn get(&self, member: usize) -> Option<&Member> {
        self.members.get(member)
    }

    /// The members of an asset.
    pub(super) fn of(&self, asset: AssetKey) -> impl Iterator<Item = usize> + Clone + '_ {
        self.of_asset.get(&asset).into_iter().flatten().copied()
    }

    /// The values of the members of an asset, but one member.
    pub(super) fn values_of(
        &self,
        asset: AssetKey,
        but: usize,
    ) -> impl Iterator<Item = &Value> + Clone + '_ {
        let others = self.of(asset).filter(move |member| *member != but);
        others.filter_map(|member| self.get(member)).flat_map(|member| &member.values)
    }

    /// The members that show a value which identifies.
    pub(super) fn holders(&self, hash: i64) -> impl Iterator<Item = usize> + '_ {
        let identifies = !self.shared.contains(&hash);
        let holders = self.by_hash.get(&hash).filter(|_| identifies);
        holders.into_iter().flatten().copied()
    }

    /// The members that showed a value which identifies, and show it no longer.
    pub(super) fn held_before(&self, hash: i64) -> impl Iterator<Item = usize> + '_ {
        let identifies = !self.shared.contains(&hash);
        let held = self.by_past.get(&hash).filter(|_| identifies);
        held.into_iter().flatten().copied()
    }

    /// Puts a member on an asset.
    pub(super) fn put(&mut self, member: usize, asset: AssetKey, decided_by: String) {
        let Some(put) = self.members.get_mut(member) else { return };
        if let Some(before) = put.asset.replace(asset)
            && let Some(members) = self.of_asset.get_mut(&before)
        {
            members.remove(&member);
        }
        put.decided_by = decided_by;
        put.anew = true;
        self.of_asset.entry(asset).or_default().insert(member);
    }

    /// Takes a member off its asset, until it is decided where it belongs.
    pub(super) fn take_off(&mut self, member: usize) {
        let Some(taken) = self.members.get_mut(member) else { return };
        if let Some(before) = taken.asset.take()
            && let Some(members) = self.of_asset.get_mut(&before)
        {
            members.remove(&member);
        }
    }

    /// Whether a value that a member shows identifies nothing, because several things show it.
    pub(super) fn is_shared(&self, value: &Value) -> bool {
        self.shared.contains(&value.hash)
    }

    /// Whether a person placed a member of an asset, but one member.
    pub(super) fn has_fixed(&self, asset: AssetKey, but: Option<usize>) -> bool {
        let mut others = self.of(asset).filter(|member| Some(*member) != but);
        others.any(|member| self.get(member).is_some_and(Member::is_fixed))
    }

    /// The assets that lost all their members.
    pub(super) fn emptied(&self) -> impl Iterator<Item = AssetKey> + '_ {
        let empty = self.of_asset.iter().filter(|(_, members)| members.is_empty());
        empty.map(|(asset, _)| *asset)
    }

    /// The single-valued kinds in which two things differ.
    pub(super) fn differ<'v>(
        &self,
        one: impl Iterator<Item = &'v Value> + Clone,
        other: impl Iterator<Item = &'v Value> + Clone,
    ) -> BTreeSet<IdentifierKind> {
        let rules = self.rules;
        let stays = |kind| rules.contradicts(kind) && rules.scope(kind) != Scope::Source;
        differ(one, other, stays)
    }

    /// Whether a source showed both at one time, or so close that they are two things.
    pub(super) fn simultaneous(&self, one: usize, other: usize) -> bool {
        let (Some(a), Some(b)) = (self.get(one), self.get(other)) else { return false };
        if a.source != b.source || one == other {
            return false;
        }
        let in_one_report = a.local.is_some() && b.local.is_some();
        if a.key_hash == b.key_hash && !in_one_report {
            // Generations of one key: what they show told them apart, or did not.
            return false;
        }
        let (first, second) = if a.span.0 <= b.span.0 { (a, b) } else { (b, a) };
        let gap = second.span.0.duration_since(first.span.1);
        let close = SignedDuration::from_hours(self.rules.limits.simultaneous_hours.into());
        if gap <= SignedDuration::ZERO {
            return true;
        }
        gap < close && (in_one_report || !self.agree(a, b))
    }

    /// Whether two records have a value in common that a copy would not have (a card, a name, the
    /// digest of a content), and contradict in none.
    fn agree(&self, a: &Member, b: &Member) -> bool {
        let rules = self.rules;
        let own = |kind| !rules.moves(kind) && !rules.contradicts(kind);
        let tells = |value: &&Value| {
            rules.tells_apart(value.kind)
                || (own(value.kind) && rules.scope(value.kind) != Scope::Source)
        };
        let common = a.values.iter().filter(tells).any(|value| b.shows(value.hash));
        common && self.differ(a.values.iter(), b.values.iter()).is_empty()
    }

    /// Whether a value had lost its validity when another record showed it.
    pub(super) fn stale(&self, holder: usize, kind: IdentifierKind, at: Timestamp) -> bool {
        let (Some(holder), Some(days)) = (self.get(holder), self.rules.valid_days(kind)) else {
            return false;
        };
        holder.away(at) > SignedDuration::from_hours(i64::from(days) * 24)
    }

    /// A value that a source showed of several things at one time identifies none of them: the UUID
    /// of cloned machines, the address of a translating gateway, a serial number copied by hand. Nor
    /// does one that things show which a person told apart.
    fn find_shared(&mut self) {
        let mut looked: HashSet<i64> = HashSet::new();
        let mut shared: HashSet<i64> = HashSet::new();
        for value in self.members.iter().flat_map(|member| &member.values) {
            let Some(holders) = self.by_hash.get(&value.hash).filter(|all| all.len() > 1) else {
                continue;
            };
            if looked.insert(value.hash) && self.shows_several(holders) {
                shared.insert(value.hash);
            }
        }
        self.shared = shared;
    }

    fn shows_several(&self, holders: &[usize]) -> bool {
        let mut holders: Vec<(&Member, usize)> =
            holders.iter().filter_map(|holder| Some((self.get(*holder)?, *holder))).collect();
        holders.sort_by_key(|(member, number)| (member.source, member.span, *number));
        // Many that show one value show it one soon after another: neighbours tell.
        let reach = if holders.len() <= MANY { MANY } else { 1 };
        let several = |(place, (a, one)): (usize, &(&Member, usize))| {
            let after = holders.iter().skip(place + 1).take(reach);
            // Of two on one asset a person may have said that they are one, and their source may
            // know one thing by two keys in turn: only what is shown at once counts.
            let here = |m: &Member| m.local.is_some() && !m.is_fixed();
            let counts = |b: &Member| a.asset != b.asset || (here(a) && here(b));
            let mut others = after.filter(|(b, _)| a.asset.is_none() || counts(b));
            others.any(|(_, other)| self.simultaneous(*one, *other))
        };
        holders.iter().enumerate().any(several)
            || self.are_told_apart(holders.iter().map(|(member, _)| *member))
    }
}

/// The kinds of some sort of which both show values, and none in common.
#[expect(clippy::needless_pass_by_value, reason = "an iterator is given away by what made it")]
pub(super) fn differ<'v>(
    one: impl Iterator<Item = &'v Value> + Clone,
    other: impl Iterator<Item = &'v Value> + Clone,
    wanted: impl Fn(IdentifierKind) -> bool,
) -> BTreeSet<IdentifierKind> {
    let kinds: BTreeSet<IdentifierKind> =
        one.clone().map(|value| value.kind).filter(|kind| wanted(*kind)).collect();
    let apart = |kind: &IdentifierKind| {
        let mut theirs = other.clone().filter(|value| value.kind == *kind).peekable();
        let has = theirs.peek().is_some();
        has && !theirs
            .any(|value| one.clone().any(|own| own.kind == *kind && own.value == value.value))
    };
    kinds.into_iter().filter(apart).collect()
}
