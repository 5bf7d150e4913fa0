//! The steps that make two spellings of an identifier one, named in the file of rules.

use std::{borrow::Cow, collections::BTreeMap, net::IpAddr};

use yagura_model::width;

/// One step of normalisation. Most values are in order: then it copies nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Capital letters as small ones.
    Case,
    /// 全角・半角: full-width letters as ASCII, half-width kana as full-width, hyphens as one.
    Width,
    /// 異体字 as the character the table of the file names.
    Variants,
    /// White space anywhere goes.
    Spaces,
    /// Only letters and digits: separators of MAC addresses, braces of UUIDs.
    Plain,
    /// The dot that ends a complete domain name goes.
    FinalDot,
    /// An IP address in its one canonical form.
    Address,
    /// An account name without the domain before a backslash.
    Account,
}

impl Step {
    /// The value after this step.
    pub(crate) fn apply<'v>(
        self,
        value: Cow<'v, str>,
        variants: &BTreeMap<char, char>,
    ) -> Cow<'v, str> {
        match self {
            Self::Case if value.chars().any(char::is_uppercase) => value.to_lowercase().into(),
            Self::Width if !value.is_ascii() => {
                width::narrow(&width::full_kana(&value)).into_owned().into()
            }
            Self::Variants if !value.is_ascii() => {
                value.chars().map(|c| variants.get(&c).copied().unwrap_or(c)).collect()
            }
            Self::Spaces => without(value, char::is_whitespace),
            Self::Plain => without(value, |c| !c.is_alphanumeric()),
            Self::FinalDot if value.ends_with('.') => value.trim_end_matches('.').to_owned().into(),
            Self::Address => match value.parse::<IpAddr>().map(|address| address.to_canonical()) {
                Ok(IpAddr::V6(address)) => address.to_string().into(),
                // What was an IPv4 address written inside an IPv6 one has a colon.
                Ok(IpAddr::V4(address)) if value.contains(':') => address.to_string().into(),
                _ => value,
            },
            Self::Account => match value.rsplit_once('\\') {
                Some((_, account)) if !account.is_empty() => account.to_owned().into(),
                _ => value,
            },
            _ => value,
        }
    }
}

fn without(value: Cow<'_, str>, unwanted: impl Fn(char) -> bool) -> Cow<'_, str> {
    if value.contains(&unwanted) {
        value.chars().filter(|c| !unwanted(*c)).collect()
    } else {
        value
    }
}
