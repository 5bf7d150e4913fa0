//! Identity rules: what an identifier is worth, and which values identify nothing.
//!
//! The rules decide about one identifier at a time; joining subjects by them is the engine's work.

use std::{borrow::Cow, collections::BTreeMap, net::IpAddr, sync::LazyLock};

use jiff::civil::Date;
use yagura_model::identifier::IdentifierKind;

pub use crate::identity_normal::Step;
use crate::{file::FileError, identity_file, network::Network};

/// Where a value of a kind is unique. Resolution never crosses organisations, whatever the scope.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everywhere.
    Global,
    /// Inside one organisation.
    Organisation,
    /// Inside the tool that gave it.
    Source,
    /// Inside one named zone of a network; without a named zone it identifies nothing.
    Zone,
}

/// A form that values which never identify have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// The same letter or digit all along, separators aside.
    OneCharacterRepeated,
    /// Zeros all along, separators and a prefix that ends in a colon aside.
    OnlyZeros,
    /// A MAC address that software chose: second lowest bit of the first octet.
    LocallyAdministered,
    /// A MAC address of a group: lowest bit of the first octet.
    GroupAddress,
    /// An IP address where a name should be.
    Address,
    /// Anything but an IP address.
    NoAddress,
}

/// The rules of a file. Only a file makes them ([`Rules::from_toml`]), so every kind has its rule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rules {
    /// Name, the same across versions.
    pub name: String,
    /// Version, named by every link they made.
    pub version: String,
    /// The day they take effect.
    pub effective: Date,
    /// Title for people, Japanese.
    pub title_ja: String,
    /// Title for people, English.
    pub title_en: String,
    /// Where the rules come from.
    pub source: String,
    /// Bounds of what is decided without a person, and of what is one moment.
    pub limits: Limits,
    pub(crate) kinds: BTreeMap<IdentifierKind, KindRule>,
    /// 異体字 and the character each is compared as.
    pub(crate) variants: BTreeMap<char, char>,
}

/// The numbers of a file of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// A person who merges or splits more assets than this at once needs a second one.
    pub second_person_above: u32,
    /// Two records of one source that it confirmed closer together than this are two things, unless
    /// they agree in what else they show.
    pub simultaneous_hours: u32,
}

/// The rule of one kind of identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KindRule {
    /// How strong it is among the identifiers of one asset: 1 to 100.
    pub strength: u8,
    /// Where a value is unique.
    pub scope: Scope,
    /// Whether one thing has one such value, so that two different ones contradict.
    pub single: bool,
    /// Whether a value goes from one thing to another by nature: a name, an address, a card.
    pub moves: bool,
    /// Whether records that show nothing firmer are of different things if they differ in it.
    pub tells_apart: bool,
    /// How many days after its source last confirmed it a value that moves still identifies;
    /// `None` is for ever.
    pub valid_days: Option<u32>,
    /// What is done to a value before it is compared, in this order.
    pub normal: Vec<Step>,
    /// The reason for all of it.
    pub why: String,
    pub(crate) never: Never,
}

/// The values of one kind that never identify, each with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Never {
    pub(crate) exact: BTreeMap<String, String>,
    pub(crate) prefixes: Vec<(String, String)>,
    pub(crate) suffixes: Vec<(String, String)>,
    pub(crate) networks: Vec<(Network, String)>,
    pub(crate) shapes: Vec<(Shape, String)>,
    pub(crate) shorter_than: Vec<(usize, String)>,
}

static SHIPPED: LazyLock<Rules> = LazyLock::new(|| match Rules::from_toml(Rules::SHIPPED_TEXT) {
    Ok(rules) => rules,
    #[expect(clippy::panic, reason = "the text is part of the program; a test reads it")]
    Err(error) => panic!("baselines/identity/default.toml: {error}"),
});

impl Rules {
    /// The text of the rules that are shipped.
    pub const SHIPPED_TEXT: &'static str = include_str!("../../../baselines/identity/default.toml");

    /// The rules that are shipped: `baselines/identity/default.toml`.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Reads and checks a file of identity rules.
    pub fn from_toml(text: &str) -> Result<Self, FileError> {
        identity_file::read(text)
    }

    /// The rule of a kind.
    pub fn of(&self, kind: IdentifierKind) -> Option<&KindRule> {
        self.kinds.get(&kind)
    }

    /// How strong a kind is among the identifiers of one asset: 1 to 100.
    pub fn strength(&self, kind: IdentifierKind) -> u8 {
        self.of(kind).map_or(0, |rule| rule.strength)
    }

    /// Where a value of a kind is unique.
    pub fn scope(&self, kind: IdentifierKind) -> Scope {
        self.of(kind).map_or(Scope::Source, |rule| rule.scope)
    }

    /// Whether two different values of a kind on one thing contradict each other.
    pub fn contradicts(&self, kind: IdentifierKind) -> bool {
        self.of(kind).is_some_and(|rule| rule.single)
    }

    /// Whether a value of a kind goes from one thing to another by nature.
    pub fn moves(&self, kind: IdentifierKind) -> bool {
        self.of(kind).is_some_and(|rule| rule.moves)
    }

    /// Whether records that show nothing firmer are of different things if they differ in a kind.
    pub fn tells_apart(&self, kind: IdentifierKind) -> bool {
        self.of(kind).is_some_and(|rule| rule.tells_apart)
    }

    /// How many days a value of a kind identifies without being confirmed; `None` is for ever.
    pub fn valid_days(&self, kind: IdentifierKind) -> Option<u32> {
        self.of(kind)?.valid_days
    }

    /// A value as it is compared with others of its kind.
    pub fn normal<'v>(&self, kind: IdentifierKind, value: &'v str) -> Cow<'v, str> {
        let steps = self.of(kind).map_or(&[][..], |rule| rule.normal.as_slice());
        steps
            .iter()
            .fold(Cow::Borrowed(value.trim()), |value, step| step.apply(value, &self.variants))
    }

    /// Whether a value of a kind can identify anything at all.
    pub fn usable(&self, kind: IdentifierKind, value: &str) -> bool {
        !value.trim().is_empty() && self.why_never(kind, value).is_none()
    }

    /// Why a value of a kind never identifies; `None` if it may.
    pub fn why_never(&self, kind: IdentifierKind, value: &str) -> Option<&str> {
        self.of(kind)?.never.why(kind, value)
    }
}

impl Never {
    fn why(&self, kind: IdentifierKind, value: &str) -> Option<&str> {
        let plain = comparable(kind, value);
        if let Some(why) = self.exact.get(&plain) {
            return Some(why);
        }
        let starts = self.prefixes.iter().find(|(prefix, _)| plain.starts_with(prefix.as_str()));
        let ends = || self.suffixes.iter().find(|(suffix, _)| plain.ends_with(suffix.as_str()));
        if let Some((_, why)) = starts.or_else(ends) {
            return Some(why);
        }
        if let Some((_, why)) =
            self.shorter_than.iter().find(|(least, _)| plain.chars().count() < *least)
        {
            return Some(why);
        }
        if let Some((_, why)) = self.shapes.iter().find(|(shape, _)| shape.fits(&plain)) {
            return Some(why);
        }
        if self.networks.is_empty() {
            return None;
        }
        let address = address(&plain)?;
        self.networks
            .iter()
            .find(|(network, _)| network.contains(address))
            .map(|(_, why)| why.as_str())
    }
}

impl Shape {
    /// Whether a [comparable] value has this form.
    fn fits(self, value: &str) -> bool {
        match self {
            Self::OneCharacterRepeated => {
                let mut letters = value.chars().filter(|c| c.is_alphanumeric());
                letters.next().is_none_or(|first| letters.all(|c| c == first))
            }
            Self::OnlyZeros => {
                let number = value.rsplit_once(':').map_or(value, |(_, number)| number);
                number.chars().filter(|c| c.is_alphanumeric()).all(|c| c == '0')
            }
            Self::LocallyAdministered => first_octet(value).is_some_and(|octet| octet & 0b10 != 0),
            Self::GroupAddress => first_octet(value).is_some_and(|octet| octet & 0b01 != 0),
            Self::Address => address(value).is_some(),
            Self::NoAddress => address(value).is_none(),
        }
    }
}

fn first_octet(mac: &str) -> Option<u8> {
    u8::from_str_radix(mac.get(..2)?, 16).ok()
}

/// The address a text is, without an interface (`%eth0`); IPv4 inside IPv6 is IPv4.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.split_once('%').map_or(text, |(address, _)| address);
    text.parse().ok().map(|address: IpAddr| address.to_canonical())
}

/// A value as values are compared: lower case, trimmed; MAC addresses and UUIDs without separators.
pub(crate) fn comparable(kind: IdentifierKind, value: &str) -> String {
    let lower = value.trim().to_lowercase();
    match kind {
        IdentifierKind::Mac | IdentifierKind::Uuid
            if lower.chars().any(|c| c.is_alphanumeric()) =>
        {
            lower.chars().filter(|c| c.is_alphanumeric()).collect()
        }
        _ => lower,
    }
}
