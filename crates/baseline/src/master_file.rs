//! The file of the rules of master records: its schema, and the checks that make it [`Master`].

use std::{cmp::Reverse, collections::BTreeMap};

use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;
use yagura_model::{asset::RelationKind, domain::AssetClass};

use crate::{
    file::{File, FileError, RawHead},
    life::{LifeRules, Silence},
    master::{Master, NetworkClass, Networks, Preference, SourceKind},
};

/// Entries of kinds of sources a file may have.
const MOST_KINDS: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMaster {
    master: RawHead,
    network: Vec<RawNetwork>,
    source: Vec<RawSource>,
    other: RawOther,
    default: RawPreference,
    #[serde(default)]
    attribute: Vec<RawAttribute>,
    #[serde(default)]
    relation: Vec<RawRelation>,
    life_cycle: Spanned<RawLife>,
    silence: Vec<RawSilence>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNetwork {
    network: Spanned<String>,
    title_ja: String,
    title_en: String,
    words: Vec<Spanned<String>>,
    zones: Vec<Spanned<String>>,
    at_least_days: Spanned<u32>,
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSource {
    kind: Spanned<String>,
    title_ja: String,
    title_en: String,
    formats: Option<Vec<String>>,
    sources: Option<Vec<String>>,
    credentialed: Option<bool>,
    days: Spanned<u32>,
    #[serde(default = "yes")]
    observes: bool,
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOther {
    kind: Spanned<String>,
    title_ja: String,
    title_en: String,
    days: Spanned<u32>,
    #[serde(default = "yes")]
    observes: bool,
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLife {
    grace_days: Spanned<u32>,
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSilence {
    classes: Vec<Spanned<AssetClass>>,
    /// Without it for ever.
    days: Option<Spanned<u32>>,
    why: String,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPreference {
    prefer: Vec<Spanned<String>>,
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAttribute {
    names: Vec<Spanned<String>>,
    prefer: Vec<Spanned<String>>,
    #[serde(default)]
    many: bool,
    expires: Option<bool>,
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRelation {
    kinds: Vec<Spanned<RelationKind>>,
    prefer: Vec<Spanned<String>>,
    #[serde(default)]
    many: bool,
    expires: Option<bool>,
    why: String,
}

/// Reads and checks the text of a file of rules.
pub(crate) fn read(text: &str) -> Result<Master, FileError> {
    let raw: RawMaster = toml::from_str(text).map_err(|error| FileError::of_toml(text, &error))?;
    let file = File { text };
    let networks = file.networks(&raw.network)?;
    let kinds = file.kinds(&raw.source, &raw.other)?;
    let default = file.preference(&kinds, &raw.default.prefer, (false, true), &raw.default.why)?;
    let mut master = Master {
        name: file.word(&raw.master.name)?,
        version: file.word(&raw.master.version)?,
        digest: hex::encode(Sha256::digest(text)),
        effective: file.date(&raw.master.effective)?,
        title_ja: raw.master.title_ja.clone(),
        title_en: raw.master.title_en.clone(),
        source: raw.master.source.clone(),
        networks,
        kinds,
        default,
        exact: BTreeMap::new(),
        prefixes: Vec::new(),
        relations: BTreeMap::new(),
        life: file.life(&raw.life_cycle, &raw.silence)?,
    };
    for entry in &raw.attribute {
        file.attribute(&mut master, entry)?;
    }
    master.prefixes.sort_by(|(a, _), (b, _)| (Reverse(a.len()), a).cmp(&(Reverse(b.len()), b)));
    for entry in &raw.relation {
        file.relation(&mut master, entry)?;
    }
    for name in Master::NETWORK {
        if master.attribute(name).expires || master.attribute(name).many {
            let place = raw.attribute.last().and_then(|entry| entry.names.last());
            let reason = format!(
                "`{name}` says how long anything is in date: its rule needs `expires = false` and \
                 not `many`"
            );
            return Err(FileError::at(text, &place.map_or(0..0, Spanned::span), reason));
        }
    }
    Ok(master)
}

impl File<'_> {
    fn networks(&self, raw: &[RawNetwork]) -> Result<Vec<NetworkClass>, FileError> {
        let mut networks: Vec<NetworkClass> = Vec::new();
        for entry in raw {
            let name = self.word(&entry.network)?;
            if networks.iter().any(|other| other.name == name) {
                let reason = format!("the network `{name}` stands there already");
                return Err(self.refuse(&entry.network, reason));
            }
            if networks.len() == Networks::MOST {
                let reason = format!("more than {} networks", Networks::MOST);
                return Err(self.refuse(&entry.network, reason));
            }
            let taken = |word: &String| networks.iter().any(|other| other.words.contains(word));
            let words = self.texts(&entry.words, taken)?;
            let taken = |zone: &String| networks.iter().any(|other| other.zones.contains(zone));
            let zones = self.texts(&entry.zones, taken)?;
            networks.push(NetworkClass {
                name,
                title_ja: entry.title_ja.clone(),
                title_en: entry.title_en.clone(),
                words,
                zones,
                at_least_days: self.days(&entry.at_least_days, 0)?,
                why: entry.why.clone(),
            });
        }
        if networks.is_empty() {
            return Err(FileError::at(self.text, &(0..0), "name at least one [[network]]"));
        }
        Ok(networks)
    }

    /// Texts in small letters, none of them blank or another network's.
    fn texts(
        &self,
        values: &[Spanned<String>],
        taken: impl Fn(&String) -> bool,
    ) -> Result<Vec<String>, FileError> {
        let mut texts = Vec::new();
        for value in values {
            let text = self.word(value)?.trim().to_lowercase();
            if taken(&text) {
                let reason = format!("`{text}` means another network already");
                return Err(self.refuse(value, reason));
            }
            texts.push(text);
        }
        Ok(texts)
    }

    fn kinds(&self, raw: &[RawSource], other: &RawOther) -> Result<Vec<SourceKind>, FileError> {
        let mut kinds = Vec::new();
        for entry in raw {
            let name = self.word(&entry.kind)?;
            if entry.formats.is_none() && entry.sources.is_none() {
                let reason = "say which sources are meant: `formats` or `sources`";
                return Err(self.refuse(&entry.kind, reason));
            }
            if kinds.len() == MOST_KINDS {
                let reason = format!("more than {MOST_KINDS} entries");
                return Err(self.refuse(&entry.kind, reason));
            }
            kinds.push(SourceKind {
                name,
                title_ja: entry.title_ja.clone(),
                title_en: entry.title_en.clone(),
                formats: entry.formats.clone(),
                sources: entry.sources.clone(),
                credentialed: entry.credentialed,
                days: self.days(&entry.days, 1)?,
                observes: entry.observes,
                why: entry.why.clone(),
            });
        }
        kinds.push(SourceKind {
            name: self.word(&other.kind)?,
            title_ja: other.title_ja.clone(),
            title_en: other.title_en.clone(),
            formats: None,
            sources: None,
            credentialed: None,
            days: self.days(&other.days, 1)?,
            observes: other.observes,
            why: other.why.clone(),
        });
        Ok(kinds)
    }

    fn preference(
        &self,
        kinds: &[SourceKind],
        prefer: &[Spanned<String>],
        (many, expires): (bool, bool),
        why: &str,
    ) -> Result<Preference, FileError> {
        let mut names: Vec<String> = Vec::new();
        for name in prefer {
            if !kinds.iter().any(|kind| kind.name == *name.as_ref()) {
                let reason = format!("no [[source]] is of the kind `{}`", name.as_ref());
                return Err(self.refuse(name, reason));
            }
            if names.contains(name.as_ref()) {
                return Err(self.refuse(name, "the kind stands there already"));
            }
            names.push(name.as_ref().clone());
        }
        let rank = |kind: &SourceKind| {
            let place = names.iter().position(|name| *name == kind.name).unwrap_or(names.len());
            u8::try_from(place).unwrap_or(u8::MAX)
        };
        let ranks = kinds.iter().map(rank).collect();
        Ok(Preference { prefer: names, ranks, many, expires, why: why.to_owned() })
    }

    fn attribute(&self, master: &mut Master, entry: &RawAttribute) -> Result<(), FileError> {
        let expires = entry.expires.unwrap_or(true);
        let flags = (entry.many, expires);
        let preference = self.preference(&master.kinds, &entry.prefer, flags, &entry.why)?;
        for name in &entry.names {
            let text = self.word(name)?;
            let known = match text.strip_suffix('*') {
                Some(beginning) => {
                    let known = master.prefixes.iter().any(|(other, _)| other == beginning);
                    master.prefixes.push((beginning.to_owned(), preference.clone()));
                    known
                }
                None => master.exact.insert(text.clone(), preference.clone()).is_some(),
            };
            if known {
                let reason = format!("`{text}` has a rule already");
                return Err(self.refuse(name, reason));
            }
        }
        Ok(())
    }

    fn relation(&self, master: &mut Master, entry: &RawRelation) -> Result<(), FileError> {
        let expires = entry.expires.unwrap_or(true);
        let flags = (entry.many, expires);
        let preference = self.preference(&master.kinds, &entry.prefer, flags, &entry.why)?;
        for kind in &entry.kinds {
            if master.relations.insert(*kind.as_ref(), preference.clone()).is_some() {
                let reason = format!("`{}` has a rule already", kind.as_ref());
                return Err(self.refuse(kind, reason));
            }
        }
        Ok(())
    }

    fn life(&self, raw: &Spanned<RawLife>, of: &[RawSilence]) -> Result<LifeRules, FileError> {
        let mut silence = BTreeMap::new();
        for entry in of {
            let days = entry.days.as_ref().map(|days| self.days(days, 1)).transpose()?;
            for class in &entry.classes {
                let one = Silence { days, why: entry.why.clone() };
                if silence.insert(*class.as_ref(), one).is_some() {
                    let reason = format!("`{}` has a rule already", class.as_ref());
                    return Err(self.refuse(class, reason));
                }
            }
        }
        if let Some(class) = AssetClass::ALL.iter().find(|class| !silence.contains_key(class)) {
            let reason = format!("no [[silence]] says how long a `{class}` may be silent");
            return Err(self.refuse(raw, reason));
        }
        let RawLife { grace_days, why } = raw.as_ref();
        Ok(LifeRules { grace_days: self.days(grace_days, 0)?, why: why.clone(), silence })
    }
}
