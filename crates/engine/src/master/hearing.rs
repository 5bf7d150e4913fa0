//! What witnesses say of many assets, and what stands of it.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use yagura_baseline::{
    life::Record,
    master::{Contest, Master, Network, Preference, Standing},
};
use yagura_lake::rows::{AttributeRow, RelationPoint, SubjectRow};
use yagura_model::{
    Timestamp, asset::RelationKind, attribute::names, domain::AssetClass, id::SubjectKey,
};

use super::{
    restated::{Restated, says_no_class},
    witness::Witnesses,
};
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
    /// The records that call their things, or take them for, something else than at first.
    restated: Restated,
}

/// What was said of one asset: what may yet stand, by the place of what it is about.
#[derive(Debug, Default)]
pub(super) struct Voices {
    attributes: Vec<(u8, Contest<Said>)>,
    relations: Vec<(u8, Contest<Said>)>,
    /// Whether a record shows it without saying what sort of device it is.
    unsorted: bool,
}

/// What one record says of an asset.
#[derive(Debug, Clone)]
pub(super) struct Voice {
    about: About,
    standing: Standing,
    said: Said,
}

/// What is asked about, by its place in the hearing.
#[derive(Debug, Clone, Copy)]
enum About {
    Attribute(u8),
    Relation(u8),
    /// That it is a device, and not of which sort.
    Unsorted,
}

/// What stands of an asset.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settled {
    /// The network it stands in.
    pub(crate) network: Network,
    /// What the network allows: observations are required no more often than in so many days.
    pub(crate) at_least_days: u32,
    values: Vec<(&'static str, Arc<str>)>,
    /// Of the attribute that says what it is.
    class: Option<AssetClass>,
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

    /// The attributes that are asked about.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.names.iter().map(|(name, _)| *name)
    }

    /// Whether an attribute is asked about.
    pub(super) fn asks(&self, name: &str) -> bool {
        self.names.iter().any(|(other, _)| *other == name)
    }

    /// What a record said of the name or the class when it was born, if it is asked about and the record
    /// was there.
    pub(super) fn at_first(
        &self,
        name: &str,
        subject: SubjectKey,
        value: impl FnOnce() -> Arc<str>,
    ) -> Option<Voice> {
        let mut asked = (0..).zip(&self.names);
        let (place, (_, preference)) = asked.find(|(_, (other, _))| **other == *name)?;
        if !self.witnesses.was_there(subject) {
            return None;
        }
        let standing = self.standing(preference, subject)?;
        let said = Said { since: Timestamp::MIN, value: value() };
        Some(Voice { about: About::Attribute(place), standing, said })
    }

    /// What a record took its thing for when it was born.
    pub(super) fn class_at_first(&self, subject: SubjectKey, class: AssetClass) -> Option<Voice> {
        let voice = self.at_first(names::CLASS, subject, || Arc::from(class.as_str()))?;
        // Who does not know the sort contradicts nobody who does.
        let about = if class == AssetClass::Device { About::Unsorted } else { voice.about };
        Some(Voice { about, ..voice })
    }

    /// What a record says of an attribute, if it is asked about and holds.
    pub(super) fn attribute(&self, row: &AttributeRow) -> Option<Voice> {
        let mut asked = (0..).zip(&self.names);
        let (place, (_, preference)) = asked.find(|(_, (name, _))| **name == *row.name)?;
        let at = self.witnesses.at;
        if row.first_seen > at || row.resolved_at.is_some_and(|to| to <= at) {
            return None;
        }
        let said = Said { since: row.first_seen, value: Arc::clone(&row.value) };
        let about = if says_no_class(row) { About::Unsorted } else { About::Attribute(place) };
        Some(Voice { about, standing: self.standing(preference, row.subject)?, said })
    }

    /// What a record says of a relation, if it is asked about, is stated and is in force.
    pub(super) fn relation(&self, row: &RelationPoint) -> Option<Voice> {
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
            About::Unsorted => false,
        }
    }

    /// What stands of an asset of which all this was said.
    pub(super) fn settle(&self, voices: &Voices) -> Settled {
        let master = self.witnesses.master;
        // What says the network is never out of date: it stands in whatever network.
        let first = |wanted| {
            let (_, contest) = voices.attributes.iter().find(|(place, _)| *place == wanted)?;
            let (_, preference) = self.names.get(usize::from(wanted))?;
            first(contest, preference, Network::default())
        };
        let network =
            master.network(first(0).map(|value| &**value), first(1).map(|value| &**value));
        let (mut stated, mut class) = (None, voices.unsorted.then_some(AssetClass::Device));
        let value = |(place, contest): &(u8, Contest<Said>)| {
            let (name, preference) = self.names.get(usize::from(*place))?;
            let said = self::first_said(contest, preference, network)?;
            if *name == names::LIFE_CYCLE
                && let Ok(state) = said.value.parse()
            {
                stated = Some(Record { state, since: said.since });
            }
            if *name == names::CLASS {
                class = said.value.parse().ok().or(class);
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
            class,
            stated,
            targets,
            managed_since,
        }
    }
}

impl Voices {
    pub(super) fn add(&mut self, hearing: &Hearing<'_>, Voice { about, standing, said }: Voice) {
        let many = hearing.adds_up(about);
        let (contests, place) = match about {
            About::Attribute(place) => (&mut self.attributes, place),
            About::Relation(place) => (&mut self.relations, place),
            About::Unsorted => {
                self.unsorted = true;
                return;
            }
        };
        match contests.iter_mut().find(|(other, _)| *other == place) {
            Some((_, contest)) => contest.add(many, standing, said),
            None => contests.push((place, Contest::of(standing, said))),
        }
    }

    pub(super) fn clear(&mut self) {
        self.attributes.clear();
        self.relations.clear();
        self.unsorted = false;
    }
}

impl<'h, K: Copy + Eq + Hash> Heard<'h, K> {
    /// Nothing yet.
    pub(crate) fn new(hearing: &'h Hearing<'h>) -> Self {
        Self { hearing, voices: HashMap::new(), restated: Restated::default() }
    }

    /// Hears an attribute of an asset, if it is asked about and holds.
    pub(crate) fn attribute(&mut self, key: K, row: &AttributeRow) {
        if let Some(voice) = self.hearing.attribute(row) {
            self.restated.note(row);
            self.voices.entry(key).or_default().add(self.hearing, voice);
        }
    }

    /// Hears what a record of an asset called it and took it for at first, after all its attributes.
    pub(crate) fn at_first(&mut self, key: K, row: &SubjectRow) {
        let name = Some(row.subject).filter(|subject| !self.restated.names(*subject));
        let name = name.and_then(|subject| {
            self.hearing.at_first(names::NAME, subject, || Arc::from(row.name.as_str()))
        });
        let class = u8::try_from(row.class).ok().and_then(AssetClass::from_number);
        let class = class.filter(|_| !self.restated.classes(row.subject));
        let class = class.and_then(|class| self.hearing.class_at_first(row.subject, class));
        for voice in name.into_iter().chain(class) {
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

    /// Its name; before any record of it was there that of its first.
    pub(crate) fn name<'s>(&'s self, first: &'s str) -> &'s str {
        self.value(names::NAME).unwrap_or(first)
    }

    /// Its class; before any record of it was there that of its first.
    pub(crate) fn class(&self, first: i8) -> Option<AssetClass> {
        self.class.or_else(|| u8::try_from(first).ok().and_then(AssetClass::from_number))
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
