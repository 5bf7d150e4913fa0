//! What witnesses say of many assets, and what stands of it.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use yagura_baseline::{
    life::Record,
    master::{Contest, Master, Network, Preference, Standing},
};
use yagura_lake::{
    LakeError, Snapshot, parts,
    row::Stored,
    rows::{AttributeRow, RelationPoint},
    scan::Filter,
};
use yagura_model::{Timestamp, asset::RelationKind, attribute::names, id::SubjectKey};

use super::{register::Register, witness::Witnesses};
use crate::{links::hold_at, tree::Tree};

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
    voices: HashMap<K, Voices>,
}

/// What was said of one asset: what may yet stand, by the place of what it is about.
#[derive(Debug, Default)]
struct Voices {
    attributes: Vec<(u8, Contest<Said>)>,
    relations: Vec<(u8, Contest<Said>)>,
}

/// What one record says of an asset.
#[derive(Debug, Clone)]
struct Voice {
    about: About,
    standing: Standing,
    said: Said,
}

/// What is asked about, by its place in the hearing.
#[derive(Debug, Clone, Copy)]
enum About {
    Attribute(u8),
    Relation(u8),
}

/// What stands of an asset.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settled {
    /// The network it stands in.
    pub(crate) network: Network,
    /// What the network allows: observations are required no more often than in so many days.
    pub(crate) at_least_days: u32,
    values: Vec<(&'static str, Arc<str>)>,
    /// Of the attribute that says in which state of its life it is.
    stated: Option<Record>,
    targets: BTreeMap<RelationKind, Vec<Arc<str>>>,
    /// Since when somebody says who answers for it.
    managed_since: Timestamp,
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

    /// What a record says of an attribute, if it is asked about and holds.
    fn attribute(&self, row: &AttributeRow) -> Option<Voice> {
        let mut asked = (0..).zip(&self.names);
        let (place, (_, preference)) = asked.find(|(_, (name, _))| **name == *row.name)?;
        let at = self.witnesses.at;
        if row.first_seen > at || row.resolved_at.is_some_and(|to| to <= at) {
            return None;
        }
        let said = Said { since: row.first_seen, value: Arc::clone(&row.value) };
        Some(Voice {
            about: About::Attribute(place),
            standing: self.standing(preference, row.subject)?,
            said,
        })
    }

    /// What a record says of a relation, if it is asked about, is stated and is in force.
    fn relation(&self, row: &RelationPoint) -> Option<Voice> {
        let kind = u8::try_from(row.kind).ok().and_then(RelationKind::from_number);
        let mut asked = (0..).zip(&self.relations);
        let (place, (_, preference)) = asked.find(|(_, (other, _))| Some(*other) == kind)?;
        let at = self.witnesses.at;
        let stated = row.first_seen <= at && row.resolved_at.is_none_or(|to| at < to);
        if !stated || !hold_at(at, row.valid_from, row.valid_to) {
            return None;
        }
        // Of several the one that began last is the one, where one is needed.
        let undated = match kind {
            Some(RelationKind::ManagedBy) => row.first_seen,
            _ => Timestamp::MIN,
        };
        let since = row.valid_from.unwrap_or(undated);
        let said = Said { since, value: Arc::clone(&row.target) };
        Some(Voice {
            about: About::Relation(place),
            standing: self.standing(preference, row.subject)?,
            said,
        })
    }

    fn standing(&self, preference: &Preference, subject: SubjectKey) -> Option<Standing> {
        let witness = self.witnesses.of(subject)?;
        Some(self.witnesses.master.standing(preference, &witness, self.witnesses.at))
    }

    fn adds_up(&self, about: About) -> bool {
        match about {
            About::Attribute(place) => {
                self.names.get(usize::from(place)).is_some_and(|(_, one)| one.many)
            }
            About::Relation(place) => {
                self.relations.get(usize::from(place)).is_some_and(|(_, one)| one.many)
            }
        }
    }

    /// What stands of an asset of which all this was said.
    fn settle(&self, voices: &Voices) -> Settled {
        let master = self.witnesses.master;
        // What says the network is never out of date: it stands in whatever network.
        let first = |wanted| {
            let (_, contest) = voices.attributes.iter().find(|(place, _)| *place == wanted)?;
            let (_, preference) = self.names.get(usize::from(wanted))?;
            first(contest, preference, Network::default())
        };
        let network =
            master.network(first(0).map(|value| &**value), first(1).map(|value| &**value));
        let mut stated = None;
        let value = |(place, contest): &(u8, Contest<Said>)| {
            let (name, preference) = self.names.get(usize::from(*place))?;
            let said = self::first_said(contest, preference, network)?;
            if *name == names::LIFE_CYCLE
                && let Ok(state) = said.value.parse()
            {
                stated = Some(Record { state, since: said.since });
            }
            Some((*name, Arc::clone(&said.value)))
        };
        let values = voices.attributes.iter().filter_map(value).collect();
        let mut managed_since = Timestamp::MIN;
        let target = |(place, contest): &(u8, Contest<Said>)| {
            let (kind, preference) = self.relations.get(usize::from(*place))?;
            if *kind == RelationKind::ManagedBy {
                let stand = contest.values(preference.many, network);
                managed_since = stand.map(|said| said.since).max().unwrap_or(managed_since);
            }
            Some((*kind, all(contest, preference, network)))
        };
        let targets = voices.relations.iter().filter_map(target).collect();
        Settled {
            network,
            at_least_days: master.of_network(network).map_or(0, |one| one.at_least_days),
            values,
            stated,
            targets,
            managed_since,
        }
    }
}

impl Voices {
    fn add(&mut self, hearing: &Hearing<'_>, Voice { about, standing, said }: Voice) {
        let many = hearing.adds_up(about);
        let (contests, place) = match about {
            About::Attribute(place) => (&mut self.attributes, place),
            About::Relation(place) => (&mut self.relations, place),
        };
        match contests.iter_mut().find(|(other, _)| *other == place) {
            Some((_, contest)) => contest.add(many, standing, said),
            None => contests.push((place, Contest::of(standing, said))),
        }
    }

    fn clear(&mut self) {
        self.attributes.clear();
        self.relations.clear();
    }
}

impl<'h, K: Copy + Eq + Hash> Heard<'h, K> {
    /// Nothing yet.
    pub(crate) fn new(hearing: &'h Hearing<'h>) -> Self {
        Self { hearing, voices: HashMap::new() }
    }

    /// Hears an attribute of an asset, if it is asked about and holds.
    pub(crate) fn attribute(&mut self, key: K, row: &AttributeRow) {
        if let Some(voice) = self.hearing.attribute(row) {
            self.voices.entry(key).or_default().add(self.hearing, voice);
        }
    }

    /// Hears a relation of an asset, if it is asked about, is stated and is in force.
    pub(crate) fn relation(&mut self, key: K, row: &RelationPoint) {
        if let Some(voice) = self.hearing.relation(row) {
            self.voices.entry(key).or_default().add(self.hearing, voice);
        }
    }

    /// What stands of an asset.
    pub(crate) fn settle(&self, key: K) -> Settled {
        self.hearing.settle(self.voices.get(&key).unwrap_or(&Voices::default()))
    }
}

/// Settles all assets of a register, shard by shard; gives what is made of each, by index.
///
/// # Errors
/// If the lake cannot be read.
pub(crate) async fn settle_all<T: Send>(
    hearing: &Hearing<'_>,
    snapshot: &Snapshot,
    register: &Register,
    make: impl Fn(usize, &Settled) -> T + Sync,
) -> Result<Vec<T>, LakeError> {
    let attributes = snapshot.scan::<AttributeRow>(&Filter::all()).await?;
    let relations = snapshot.scan::<RelationPoint>(&Filter::all()).await?;
    let hear = |shard| {
        let (mut here, mut away) = (Vec::new(), Vec::new());
        let mut note = |subject, voice: Option<Voice>| {
            if let (Some(index), Some(voice)) = (register.of(subject), voice) {
                if register.spans(index) { &mut away } else { &mut here }.push((index, voice));
            }
        };
        attributes.each(Some(shard), |Stored { row, .. }| {
            note(row.subject, hearing.attribute(&row));
        })?;
        relations.each(Some(shard), |Stored { row, .. }| {
            note(row.subject, hearing.relation(&row));
        })?;
        Ok((settle_each(hearing, here, &make), away))
    };
    let shards = register.shards();
    let parts = tokio::task::block_in_place(|| parts::each(&shards, hear))?;
    let mut made: Vec<Option<T>> = Vec::new();
    made.resize_with(register.assets.len(), || None);
    let mut away = Vec::new();
    for (part, more) in parts {
        part.into_iter().for_each(|(index, one)| place(&mut made, index, one));
        away.extend(more);
    }
    for (index, one) in settle_each(hearing, away, &make) {
        place(&mut made, index, one);
    }
    let nothing = hearing.settle(&Voices::default());
    let all = made.into_iter().enumerate();
    Ok(all.map(|(index, one)| one.unwrap_or_else(|| make(index, &nothing))).collect())
}

fn place<T>(made: &mut [Option<T>], index: usize, one: T) {
    if let Some(place) = made.get_mut(index) {
        *place = Some(one);
    }
}

/// Settles some assets of which all voices are there.
fn settle_each<T>(
    hearing: &Hearing<'_>,
    mut said: Vec<(usize, Voice)>,
    make: impl Fn(usize, &Settled) -> T,
) -> Vec<(usize, T)> {
    // They come in runs by subject: a sort that sees runs has little to do.
    said.sort_by_key(|(index, _)| *index);
    let mut made = Vec::new();
    let mut voices = Voices::default();
    let mut said = said.into_iter().peekable();
    while let Some((index, voice)) = said.next() {
        voices.add(hearing, voice);
        if said.peek().is_none_or(|(next, _)| *next != index) {
            made.push((index, make(index, &hearing.settle(&voices))));
            voices.clear();
        }
    }
    made
}

/// The value of those that stand that began last, of several the first in order of text.
fn first<'c>(
    contest: &'c Contest<Said>,
    preference: &Preference,
    network: Network,
) -> Option<&'c Arc<str>> {
    first_said(contest, preference, network).map(|said| &said.value)
}

fn first_said<'c>(
    contest: &'c Contest<Said>,
    preference: &Preference,
    network: Network,
) -> Option<&'c Said> {
    let stand = contest.values(preference.many, network);
    stand.min_by(|a, b| b.since.cmp(&a.since).then_with(|| a.value.cmp(&b.value)))
}

/// The values that stand, each once: the one that began last first, then in order of text.
fn all(contest: &Contest<Said>, preference: &Preference, network: Network) -> Vec<Arc<str>> {
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

impl Settled {
    /// The value of an attribute.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.shared(name).map(|value| &**value)
    }

    /// The value of an attribute, to be shared.
    pub(crate) fn shared(&self, name: &str) -> Option<&Arc<str>> {
        self.values.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// What its sources say of the state of its life.
    pub(crate) fn stated(&self) -> Option<Record> {
        self.stated
    }

    /// The other sides of a relation, the one that counts where one is needed first.
    pub(crate) fn targets(&self, kind: RelationKind) -> &[Arc<str>] {
        self.targets.get(&kind).map(Vec::as_slice).unwrap_or_default()
    }

    /// 管理組織: who answers for an asset at the time of a tree. That is who is said to, or where nobody
    /// says so the organisation it was born in, or whoever answers for what that one answered for.
    pub(crate) fn organisation(
        &self,
        tree: &Tree,
        born_in: &Arc<str>,
        first_seen: Timestamp,
    ) -> Arc<str> {
        match self.targets(RelationKind::ManagedBy).first() {
            Some(code) => tree.answering(code, self.managed_since),
            None => tree.answering(born_in, first_seen),
        }
    }
}
