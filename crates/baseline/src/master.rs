//! Master records (マスターレコード): which source's value stands for an asset, as rules of a file.
//!
//! The rules say of what kind a source is, whom to prefer for which attribute, and how long what was
//! said is in date. [`choose`] and [`Contest`] choose by them. In which state of its life an asset is
//! follows from the same records ([`life`](crate::life)).

use std::{collections::BTreeMap, sync::LazyLock};

use jiff::civil::Date;
use yagura_model::{
    Timestamp,
    asset::RelationKind,
    attribute::names,
    id::{SourceKey, SubjectKey},
};

pub use crate::master_choice::{Candidate, Choice, Contest, Lost, Standing, choose};
use crate::{
    age::SECONDS_PER_DAY, file::FileError, life::LifeRules, master_file, observation::Required,
};

/// The rules of a file. Only a file makes them ([`Master::from_toml`]), so their bounds always hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Master {
    /// Name, the same across versions.
    pub name: String,
    /// Version.
    pub version: String,
    /// SHA-256 of the file, lower case hex: what tells two files of one name apart.
    pub digest: String,
    /// The day they take effect.
    pub effective: Date,
    /// Title for people, Japanese.
    pub title_ja: String,
    /// Title for people, English.
    pub title_en: String,
    /// Where the rules come from.
    pub source: String,
    /// The first is that of everything nobody says another of.
    pub(crate) networks: Vec<NetworkClass>,
    /// The last is what fits no other.
    pub(crate) kinds: Vec<SourceKind>,
    pub(crate) default: Preference,
    pub(crate) exact: BTreeMap<String, Preference>,
    /// Beginnings of names, the longest first.
    pub(crate) prefixes: Vec<(String, Preference)>,
    pub(crate) relations: BTreeMap<RelationKind, Preference>,
    /// In which state of its life an asset is.
    pub life: LifeRules,
}

/// A network as far as it matters how assets in it can be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NetworkClass {
    /// Its name in the file.
    pub name: String,
    /// What people call it, Japanese.
    pub title_ja: String,
    /// What people call it, English.
    pub title_en: String,
    /// Values of `network.class` that mean it, in small letters.
    pub words: Vec<String>,
    /// Names of zones that mean it, in small letters; `*` at the end stands for any rest.
    pub zones: Vec<String>,
    /// What comes from here is in date at least so long.
    pub at_least_days: u32,
    /// The reason.
    pub why: String,
}

/// Sources that are trusted alike.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourceKind {
    /// Its name in the file; several entries may have one.
    pub name: String,
    /// What people call it, Japanese.
    pub title_ja: String,
    /// What people call it, English.
    pub title_en: String,
    /// Formats of the sources; `None` is any.
    pub formats: Option<Vec<String>>,
    /// Names of the sources; `None` is any.
    pub sources: Option<Vec<String>>,
    /// How the last look must have been done; `None` is however.
    pub credentialed: Option<bool>,
    /// How many days what was said is in date after the last look.
    pub days: u32,
    /// Whether it sees what it tells of; a register says what should be there.
    pub observes: bool,
    /// The reason.
    pub why: String,
}

/// Whom to prefer for an attribute or a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Preference {
    /// Kinds of sources, best first.
    pub prefer: Vec<String>,
    /// By number of the kind, its place among those preferred.
    pub(crate) ranks: Vec<u8>,
    /// What sources say adds up instead of one being chosen.
    pub many: bool,
    /// Whether what is out of date loses.
    pub expires: bool,
    /// The reason.
    pub why: String,
}

/// A kind of source of the rules it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(pub(crate) u8);

/// A network of the rules it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Network(pub(crate) u8);

/// A set of networks of one file of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Networks(pub(crate) u16);

impl Networks {
    pub(crate) const ALL: Self = Self(u16::MAX);
    /// How many networks a file may have.
    pub(crate) const MOST: usize = 16;

    pub(crate) fn contains(self, network: Network) -> bool {
        self.0 & (1_u16 << (network.0 & 15)) != 0
    }
}

static SHIPPED: LazyLock<Master> =
    LazyLock::new(|| match Master::from_toml(Master::SHIPPED_TEXT) {
        Ok(master) => master,
        #[expect(clippy::panic, reason = "the text is part of the program; a test reads it")]
        Err(error) => panic!("baselines/master/default.toml: {error}"),
    });

impl Master {
    /// The text of the rules that are shipped.
    pub const SHIPPED_TEXT: &'static str = include_str!("../../../baselines/master/default.toml");

    /// The rules that are shipped: `baselines/master/default.toml`.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Reads and checks a file of rules.
    pub fn from_toml(text: &str) -> Result<Self, FileError> {
        master_file::read(text)
    }

    /// The attributes that say in which network an asset stands, the one that decides first.
    pub const NETWORK: [&'static str; 2] = [names::NETWORK_CLASS, names::ZONE];

    /// Of what kind a source is, by its format, its name, and how its last look was done.
    pub fn kind(&self, format: &str, source: &str, credentialed: Option<bool>) -> Kind {
        let listed = |list: &Option<Vec<String>>, text: &str| {
            list.as_ref().is_none_or(|list| list.iter().any(|one| one == text))
        };
        let fits = |kind: &SourceKind| {
            listed(&kind.formats, format)
                && listed(&kind.sources, source)
                && kind.credentialed.is_none_or(|wanted| credentialed == Some(wanted))
        };
        let place = self.kinds.iter().position(fits).unwrap_or(self.kinds.len() - 1);
        Kind(u8::try_from(place).unwrap_or(u8::MAX))
    }

    /// What is known of a kind.
    pub fn of_kind(&self, kind: Kind) -> Option<&SourceKind> {
        self.kinds.get(usize::from(kind.0))
    }

    /// The kinds in the order of the file, the one of all others last.
    pub fn kinds(&self) -> &[SourceKind] {
        &self.kinds
    }

    /// The networks in the order of the file.
    pub fn networks(&self) -> &[NetworkClass] {
        &self.networks
    }

    /// Whom to prefer for an attribute.
    pub fn attribute(&self, name: &str) -> &Preference {
        self.exact.get(name).unwrap_or_else(|| {
            let fits = |(prefix, _): &&(String, Preference)| name.starts_with(prefix.as_str());
            self.prefixes.iter().find(fits).map_or(&self.default, |(_, preference)| preference)
        })
    }

    /// Whom to prefer for a relation.
    pub fn relation(&self, kind: RelationKind) -> &Preference {
        self.relations.get(&kind).unwrap_or(&self.default)
    }

    /// The network that values of [`NETWORK`](Self::NETWORK) mean.
    pub fn network(&self, class: Option<&str>, zone: Option<&str>) -> Network {
        let place = |text: Option<&str>, list: fn(&NetworkClass) -> &Vec<String>| {
            let text = text?.trim().to_lowercase();
            let means = |pattern: &String| match pattern.strip_suffix('*') {
                Some(beginning) => text.starts_with(beginning),
                None => text == *pattern,
            };
            self.networks.iter().position(|network| list(network).iter().any(means))
        };
        let found = place(class, |network| &network.words)
            .or_else(|| place(zone, |network| &network.zones));
        Network(found.and_then(|place| u8::try_from(place).ok()).unwrap_or_default())
    }

    /// What is known of a network.
    pub fn of_network(&self, network: Network) -> Option<&NetworkClass> {
        self.networks.get(usize::from(network.0))
    }

    /// How many days what a kind of source said of an asset in a network is in date.
    pub fn days(&self, kind: Kind, network: Network) -> u32 {
        let days = self.of_kind(kind).map_or(0, |kind| kind.days);
        days.max(self.at_least(network))
    }

    /// A required observation as it is required in a network: not more often than the network allows.
    #[must_use]
    pub fn required(&self, required: Required, network: Network) -> Required {
        required.at_least(self.at_least(network))
    }

    fn at_least(&self, network: Network) -> u32 {
        self.of_network(network).map_or(0, |network| network.at_least_days)
    }

    /// How a statement stands among others about the same.
    pub fn standing(&self, preference: &Preference, said: &Witness, now: Timestamp) -> Standing {
        let rank = preference.ranks.get(usize::from(said.kind.0)).copied().unwrap_or(u8::MAX);
        let fresh = match preference.expires {
            true => self.in_date(said.kind, said.confirmed, now),
            false => Networks::ALL,
        };
        Standing {
            fresh,
            rank,
            confirmed: said.confirmed,
            source: said.source,
            subject: said.subject,
        }
    }

    /// The networks in which what a kind of source confirmed at a time is in date.
    fn in_date(&self, kind: Kind, confirmed: Timestamp, now: Timestamp) -> Networks {
        let age = now.as_second().saturating_sub(confirmed.as_second());
        let holds = |days: u32| age <= i64::from(days) * SECONDS_PER_DAY;
        let own = self.of_kind(kind).map_or(0, |kind| kind.days);
        if holds(own) {
            return Networks::ALL;
        }
        let bit = |(place, network): (usize, &NetworkClass)| {
            if holds(network.at_least_days) { 1_u16 << (place & 15) } else { 0 }
        };
        Networks(self.networks.iter().enumerate().map(bit).fold(0, |all, one| all | one))
    }
}

/// Who says something, and when its source last looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Witness {
    /// Of what kind the source is.
    pub kind: Kind,
    /// The source.
    pub source: SourceKey,
    /// Its record of the asset.
    pub subject: SubjectKey,
    /// When its source last looked at the asset: it confirmed what the record says.
    pub confirmed: Timestamp,
}
