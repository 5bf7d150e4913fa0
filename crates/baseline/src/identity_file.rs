//! The file of identity rules: its schema, and the checks that make it [`Rules`].

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;
use yagura_model::identifier::IdentifierKind;

use crate::{
    file::{File, FileError, RawHead},
    identity::{KindRule, Limits, Never, Rules, Scope, Shape, Step, comparable},
    network::Network,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRules {
    rules: RawHead,
    limits: Spanned<Limits>,
    kind: Vec<RawKind>,
    #[serde(default)]
    variant: Vec<RawVariant>,
    #[serde(default)]
    never: Vec<Spanned<RawNever>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKind {
    kind: Spanned<IdentifierKind>,
    strength: Spanned<u8>,
    scope: Scope,
    single: Spanned<bool>,
    moves: bool,
    tells_apart: Option<Spanned<bool>>,
    valid_days: Option<Spanned<u32>>,
    normal: Vec<Spanned<Step>>,
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawVariant {
    of: Spanned<char>,
    are: Vec<Spanned<char>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNever {
    kinds: Option<Vec<IdentifierKind>>,
    #[serde(default)]
    exact: Vec<Spanned<String>>,
    #[serde(default)]
    prefix: Vec<Spanned<String>>,
    #[serde(default)]
    suffix: Vec<Spanned<String>>,
    #[serde(default)]
    cidr: Vec<Spanned<String>>,
    shape: Option<Shape>,
    shorter_than: Option<usize>,
    why: String,
}

/// Reads and checks the text of a file of identity rules.
pub(crate) fn read(text: &str) -> Result<Rules, FileError> {
    let raw: RawRules = toml::from_str(text).map_err(|error| FileError::of_toml(text, &error))?;
    let file = File { text };
    let limits = *raw.limits.as_ref();
    if limits.second_person_above == 0 || limits.simultaneous_hours == 0 {
        return Err(FileError::at(text, &raw.limits.span(), "a limit of 0 forbids everything"));
    }
    let variants = variants(text, &raw.variant)?;
    let mut kinds = kinds(text, &raw.kind)?;
    for never in &raw.never {
        add(text, never, &mut kinds)?;
    }
    Ok(Rules {
        name: file.word(&raw.rules.name)?,
        version: file.word(&raw.rules.version)?,
        effective: file.date(&raw.rules.effective)?,
        title_ja: raw.rules.title_ja,
        title_en: raw.rules.title_en,
        source: raw.rules.source,
        limits,
        kinds,
        variants,
    })
}

/// The rule of every kind, none left out and none twice.
fn kinds(text: &str, raw: &[RawKind]) -> Result<BTreeMap<IdentifierKind, KindRule>, FileError> {
    let mut kinds = BTreeMap::new();
    for entry in raw {
        let strength = *entry.strength.as_ref();
        if !(1..=100).contains(&strength) {
            let reason = format!("the strength `{strength}` is not from 1 to 100");
            return Err(FileError::at(text, &entry.strength.span(), reason));
        }
        moving(text, entry)?;
        let mut normal = Vec::new();
        for step in &entry.normal {
            if normal.contains(step.as_ref()) {
                return Err(FileError::at(text, &step.span(), "the step stands there already"));
            }
            normal.push(*step.as_ref());
        }
        let rule = KindRule {
            strength,
            scope: entry.scope,
            single: *entry.single.as_ref(),
            moves: entry.moves,
            tells_apart: entry.tells_apart.as_ref().is_some_and(|apart| *apart.as_ref()),
            valid_days: entry.valid_days.as_ref().map(|days| *days.as_ref()),
            normal,
            why: entry.why.clone(),
            never: Never::default(),
        };
        if kinds.insert(*entry.kind.as_ref(), rule).is_some() {
            let reason = format!("the kind `{}` has a rule already", entry.kind.as_ref());
            return Err(FileError::at(text, &entry.kind.span(), reason));
        }
    }
    if let Some(kind) = IdentifierKind::ALL.iter().find(|kind| !kinds.contains_key(kind)) {
        let place = raw.last().map_or(0..0, |entry| entry.kind.span());
        let reason = format!("no rule for the kind `{kind}`; add a [[kind]]");
        return Err(FileError::at(text, &place, reason));
    }
    Ok(kinds)
}

/// What a kind whose values move, or stay, cannot be besides.
fn moving(text: &str, entry: &RawKind) -> Result<(), FileError> {
    if entry.moves && *entry.single.as_ref() {
        let reason =
            "a value that moves contradicts nothing: `single` and `moves` exclude each other";
        return Err(FileError::at(text, &entry.single.span(), reason));
    }
    if entry.moves {
        return Ok(());
    }
    if let Some(apart) = &entry.tells_apart {
        let reason =
            "only values that move need `tells_apart`; those that stay contradict by `single`";
        return Err(FileError::at(text, &apart.span(), reason));
    }
    if let Some(days) = &entry.valid_days {
        let reason = "only values that move lose their validity; leave `valid_days` out";
        return Err(FileError::at(text, &days.span(), reason));
    }
    Ok(())
}

/// The table of 異体字: every variant once, and none of them the character of another.
fn variants(text: &str, raw: &[RawVariant]) -> Result<BTreeMap<char, char>, FileError> {
    let heads: BTreeSet<char> = raw.iter().map(|entry| *entry.of.as_ref()).collect();
    let mut variants = BTreeMap::new();
    for entry in raw {
        for variant in &entry.are {
            let c = *variant.as_ref();
            if heads.contains(&c) || variants.insert(c, *entry.of.as_ref()).is_some() {
                let reason = format!("the character `{c}` has its place in the table already");
                return Err(FileError::at(text, &variant.span(), reason));
            }
        }
    }
    Ok(variants)
}

/// Adds one `[[never]]` to the kinds it holds for.
fn add(
    text: &str,
    entry: &Spanned<RawNever>,
    rules: &mut BTreeMap<IdentifierKind, KindRule>,
) -> Result<(), FileError> {
    let never = entry.as_ref();
    let says_something = never.shape.is_some()
        || never.shorter_than.is_some()
        || [&never.exact, &never.prefix, &never.suffix, &never.cidr]
            .iter()
            .any(|values| !values.is_empty());
    if !says_something {
        let reason =
            "say which values: `exact`, `prefix`, `suffix`, `cidr`, `shape` or `shorter_than`";
        return Err(FileError::at(text, &entry.span(), reason));
    }
    for blank in [&never.exact, &never.prefix, &never.suffix].into_iter().flatten() {
        if blank.as_ref().trim().is_empty() {
            return Err(FileError::at(text, &blank.span(), "an empty text would fit every value"));
        }
    }
    let mut networks = Vec::new();
    for range in &never.cidr {
        let network = Network::parse(range.as_ref())
            .map_err(|reason| FileError::at(text, &range.span(), reason))?;
        networks.push((network, never.why.clone()));
    }
    let kinds = never.kinds.as_deref().unwrap_or(IdentifierKind::ALL);
    for kind in kinds {
        let Some(rule) = rules.get_mut(kind) else { continue };
        let texts = |values: &[Spanned<String>]| -> Vec<(String, String)> {
            let text =
                |value: &Spanned<String>| (comparable(*kind, value.as_ref()), never.why.clone());
            values.iter().map(text).collect()
        };
        rule.never.exact.extend(texts(&never.exact));
        rule.never.prefixes.extend(texts(&never.prefix));
        rule.never.suffixes.extend(texts(&never.suffix));
        rule.never.networks.extend(networks.iter().cloned());
        rule.never.shapes.extend(never.shape.map(|shape| (shape, never.why.clone())));
        rule.never.shorter_than.extend(never.shorter_than.map(|least| (least, never.why.clone())));
    }
    Ok(())
}
