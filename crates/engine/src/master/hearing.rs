//! What witnesses say of many assets, and what stands of it.

use std::collections::{BTreeMap, HashMap, hash_map::Entry};
use std::hash::Hash;
use std::sync::Arc;

use yagura_baseline::master::{Contest, Master, Network, Preference, Standing};
use yagura_lake::{
    LakeError, Snapshot,
    row::Stored,
    rows::{AttributeRow, RelationPoint},
    scan::Filter,
};
use yagura_model::{Timestamp, asset::RelationKind};

use super::{register::Register, shards, witness::Witnesses};
use crate::links::hold_at;

/// What is asked about, and who may answer.
#[derive(Debug)]
pub(crate) struct Hearing<'m> {
    witnesses: Witnesses<'m>,
    /// Those of [`Master::NETWORK`] first.
    names: Vec<(&'static str, &'m Preference)>,
    relations: Vec<(RelationKind, &'m Preference)>,
}

/// A value and since when it is there.
#[derive(Debug, Clone)]
struct Said {
    since: Timestamp,
    value: Arc<str>,
}

/// What was said of some assets, by what the caller knows them by.
#[derive(Debug)]
pub(crate) struct Heard<'h, K> {
    hearing: &'h Hearing<'h>,
    attributes: HashMap<(K, u8), Contest<Said>>,
    relations: HashMap<(K, u8), Contest<Said>>,
}

/// What stands of an asset.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settled {
    /// The network it stands in.
    pub(crate) network: Network,
    /// What the network allows: observations are required no more often than in so many days.
    pub(crate) at_least_days: u32,
    values: Vec<(&'static str, Arc<str>)>,
    targets: BTreeMap<RelationKind, Vec<Arc<str>>>,
}

impl<'m> Hearing<'m> {
    /// Asks about some attributes, and those that say the network, and about some relations.
    pub(crate) fn new(
        witnesses: Witnesses<'m>,
        names: impl IntoIterator<Item = &'static str>,
        relations: &[RelationKind],
    ) -> Self {
        let master = witnesses.master;
        let mut asked = Master::NETWORK.map(|name| (name, master.attribute(name))).to_vec();
        for name in names {
            if !asked.iter().any(|(other, _)| *other == name) {
                asked.push((name, master.attribute(name)));
            }
        }
        let relations = relations.iter().map(|kind| (*kind, master.relation(*kind))).collect();
        Self { witnesses, names: asked, relations }
    }

    /// Who may answer.
    pub(crate) fn witnesses(&self) -> &Witnesses<'m> {
        &self.witnesses
    }

    fn attribute(&self, place: u8) -> Option<(&'static str, &'m Preference)> {
        self.names.get(usize::from(place)).copied()
    }

    fn relation(&self, place: u8) -> Option<(RelationKind, &'m Preference)> {
        self.relations.get(usize::from(place)).copied()
    }
}

impl<'h, K: Copy + Eq + Hash> Heard<'h, K> {
    /// Nothing yet.
    pub(crate) fn new(hearing: &'h Hearing<'h>) -> Self {
        Self { hearing, attributes: HashMap::new(), relations: HashMap::new() }
    }

    /// Hears an attribute of an asset, if it is asked about and holds.
    pub(crate) fn attribute(&mut self, key: K, row: &AttributeRow) {
        let hearing = self.hearing;
        let Some(place) = hearing.names.iter().position(|(name, _)| **name == *row.name) else {
            return;
        };
        let at = hearing.witnesses.at;
        if row.first_seen > at || row.resolved_at.is_some_and(|to| to <= at) {
            return;
        }
        let place = u8::try_from(place).unwrap_or(u8::MAX);
        let Some((_, preference)) = hearing.attribute(place) else { return };
        let Some(witness) = hearing.witnesses.of(row.subject) else { return };
        let standing = hearing.witnesses.master.standing(preference, &witness, at);
        let said = Said { since: row.first_seen, value: Arc::clone(&row.value) };
        add(&mut self.attributes, (key, place), preference.many, standing, said);
    }

    /// Hears a relation of an asset, if it is asked about, is stated and is in force.
    pub(crate) fn relation(&mut self, key: K, row: &RelationPoint) {
        let hearing = self.hearing;
        let kind = u8::try_from(row.kind).ok().and_then(RelationKind::from_number);
        let place = hearing.relations.iter().position(|(other, _)| Some(*other) == kind);
        let at = hearing.witnesses.at;
        let stated = row.first_seen <= at && row.resolved_at.is_none_or(|to| at < to);
        let in_force = hold_at(at, row.valid_from, row.valid_to);
        let (Some(place), true, true) = (place, stated, in_force) else { return };
        let place = u8::try_from(place).unwrap_or(u8::MAX);
        let Some((_, preference)) = hearing.relation(place) else { return };
        let Some(witness) = hearing.witnesses.of(row.subject) else { return };
        let standing = hearing.witnesses.master.standing(preference, &witness, at);
        // Of several the one that began last is the one, where one is needed.
        let since = row.valid_from.unwrap_or(Timestamp::MIN);
        let said = Said { since, value: Arc::clone(&row.target) };
        add(&mut self.relations, (key, place), preference.many, standing, said);
    }

    /// Adds what was heard elsewhere of the same hearing.
    pub(crate) fn join(&mut self, other: Self) {
        // Each key is looked at alone: the order in which they come says nothing.
        #[expect(clippy::iter_over_hash_type, reason = "contests end alike in any order")]
        for ((key, place), contest) in other.attributes {
            let many = self.hearing.attribute(place).is_some_and(|(_, one)| one.many);
            join(&mut self.attributes, (key, place), many, contest);
        }
        #[expect(clippy::iter_over_hash_type, reason = "contests end alike in any order")]
        for ((key, place), contest) in other.relations {
            let many = self.hearing.relation(place).is_some_and(|(_, one)| one.many);
            join(&mut self.relations, (key, place), many, contest);
        }
    }

    /// What stands of an asset.
    pub(crate) fn settle(&self, key: K) -> Settled {
        let hearing = self.hearing;
        let master = hearing.witnesses.master;
        let said = |place: u8, network: Network| {
            let (name, preference) = hearing.attribute(place)?;
            let contest = self.attributes.get(&(key, place))?;
            let value = stand(contest, preference, network).into_iter().next()?;
            Some((name, value))
        };
        // What says the network is never out of date: it stands in whatever network.
        let value = |place| said(place, Network::default()).map(|(_, value)| value);
        let network = master.network(value(0).as_deref(), value(1).as_deref());
        let places = |count: usize| 0..u8::try_from(count).unwrap_or(u8::MAX);
        let values = places(hearing.names.len()).filter_map(|place| said(place, network));
        let targets = places(hearing.relations.len()).filter_map(|place| {
            let (kind, preference) = hearing.relation(place)?;
            let contest = self.relations.get(&(key, place))?;
            Some((kind, stand(contest, preference, network)))
        });
        Settled {
            network,
            at_least_days: master.of_network(network).map_or(0, |one| one.at_least_days),
            values: values.collect(),
            targets: targets.collect(),
        }
    }
}

impl<'h> Heard<'h, usize> {
    /// All that a filter wants, of the assets of a register by their index, shard by shard.
    ///
    /// # Errors
    /// If the lake cannot be read.
    pub(crate) async fn all(
        hearing: &'h Hearing<'h>,
        snapshot: &Snapshot,
        register: &Register,
        all: &Filter,
    ) -> Result<Self, LakeError> {
        let attributes = snapshot.scan::<AttributeRow>(all).await?;
        let relations = snapshot.scan::<RelationPoint>(all).await?;
        let hear = |shard| {
            let mut heard = Self::new(hearing);
            attributes.each(Some(shard), |Stored { row, .. }| {
                if let Some(index) = register.of(row.subject) {
                    heard.attribute(index, &row);
                }
            })?;
            relations.each(Some(shard), |Stored { row, .. }| {
                if let Some(index) = register.of(row.subject) {
                    heard.relation(index, &row);
                }
            })?;
            Ok(heard)
        };
        let shards = register.shards();
        let parts = tokio::task::block_in_place(|| shards::each(&shards, hear))?;
        let mut heard = Self::new(hearing);
        parts.into_iter().for_each(|part| heard.join(part));
        Ok(heard)
    }
}

/// The values that stand, each once: the one that began last first, then in order of text.
fn stand(contest: &Contest<Said>, preference: &Preference, network: Network) -> Vec<Arc<str>> {
    let mut stand: Vec<&Said> = contest.values(preference.many, network).collect();
    stand.sort_by(|a, b| b.since.cmp(&a.since).then_with(|| a.value.cmp(&b.value)));
    let mut values: Vec<Arc<str>> = Vec::with_capacity(stand.len());
    for said in stand {
        if !values.contains(&said.value) {
            values.push(Arc::clone(&said.value));
        }
    }
    values
}

fn add<K: Eq + Hash>(
    contests: &mut HashMap<K, Contest<Said>>,
    key: K,
    many: bool,
    standing: Standing,
    said: Said,
) {
    match contests.entry(key) {
        Entry::Occupied(mut held) => held.get_mut().add(many, standing, said),
        Entry::Vacant(place) => {
            place.insert(Contest::of(standing, said));
        }
    }
}

fn join<K: Eq + Hash>(
    contests: &mut HashMap<K, Contest<Said>>,
    key: K,
    many: bool,
    other: Contest<Said>,
) {
    match contests.entry(key) {
        Entry::Occupied(mut held) => held.get_mut().join(many, other),
        Entry::Vacant(place) => {
            place.insert(other);
        }
    }
}

impl Settled {
    /// The value of an attribute.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.shared(name).map(|value| &**value)
    }

    /// The value of an attribute, to be shared.
    pub(crate) fn shared(&self, name: &str) -> Option<&Arc<str>> {
        self.values.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// The other sides of a relation, the one that counts where one is needed first.
    pub(crate) fn targets(&self, kind: RelationKind) -> &[Arc<str>] {
        self.targets.get(&kind).map(Vec::as_slice).unwrap_or_default()
    }

    /// 管理組織: who answers for it, where anybody says so.
    pub(crate) fn managed_by(&self) -> Option<&Arc<str>> {
        self.targets(RelationKind::ManagedBy).first()
    }
}
