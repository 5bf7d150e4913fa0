//! What sources say about an asset, what stands of it, and where they disagree.

use std::collections::BTreeMap;

use serde::Serialize;
use yagura_baseline::master::{Candidate, Lost, Network, choose};
use yagura_lake::rows::AttributeRow;
use yagura_model::{Timestamp, attribute::names, id::SubjectKey};

use super::{SaidBy, ValueSaid, identifiers::add};
use crate::master::{Witnesses, says_no_class};

/// An attribute with all its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttributeSaid {
    /// Its name.
    pub name: String,
    /// The values that stand.
    pub values: Vec<ValueSaid>,
    /// Whose statement stands; the first of them where what sources say adds up.
    pub source: String,
    /// Since when the values have been there that it says.
    pub since: Timestamp,
    /// When that source last looked at the asset.
    pub confirmed: Timestamp,
    /// 情報期限切れ: whether nobody has confirmed it in time.
    pub stale: bool,
    /// What other sources say instead, the best first.
    pub others: Vec<OtherValue>,
}

/// A value that does not stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OtherValue {
    /// The value.
    pub value: String,
    /// Each source once, the one that began last first.
    pub said_by: Vec<SaidBy>,
    /// When the best of these sources last looked at the asset.
    pub confirmed: Timestamp,
    /// Why its statement does not stand.
    pub why: Lost,
}

/// The attributes in the order of the vocabulary, a source's own after them.
pub(super) fn attributes(
    rows: &[AttributeRow],
    witnesses: &Witnesses<'_>,
    network: Network,
    source: impl Fn(SubjectKey) -> String,
) -> Vec<AttributeSaid> {
    let mut by_name: BTreeMap<(usize, &str), BTreeMap<SubjectKey, Vec<&AttributeRow>>> =
        BTreeMap::new();
    for row in rows.iter().filter(|row| !says_no_class(row)) {
        let place = names::ALL.iter().position(|name| **name == *row.name);
        let place = place.unwrap_or(names::ALL.len());
        let of_name = by_name.entry((place, &row.name)).or_default();
        of_name.entry(row.subject).or_default().push(row);
    }
    by_name
        .into_iter()
        .filter_map(|((_, name), rows)| attribute(name, rows, witnesses, network, &source))
        .collect()
}

fn attribute(
    name: &str,
    rows: BTreeMap<SubjectKey, Vec<&AttributeRow>>,
    witnesses: &Witnesses<'_>,
    network: Network,
    source: &impl Fn(SubjectKey) -> String,
) -> Option<AttributeSaid> {
    let candidate = |(subject, mut values): (SubjectKey, Vec<_>)| {
        values.sort_by(|a: &&AttributeRow, b: &&AttributeRow| {
            (b.first_seen, &a.value).cmp(&(a.first_seen, &b.value))
        });
        Some(Candidate { witness: witnesses.of(subject)?, values })
    };
    let said: Vec<Candidate<&AttributeRow>> = rows.into_iter().filter_map(candidate).collect();
    let master = witnesses.master();
    let preference = master.attribute(name);
    let choice = choose(master, preference, network, witnesses.at(), &said);
    let best = said.get(*choice.chosen.first()?)?;
    let mut values: Vec<ValueSaid> = Vec::new();
    for row in choice.chosen.iter().filter_map(|place| said.get(*place)).flat_map(|one| &one.values)
    {
        if !values.iter().any(|value| value.value.eq_ignore_ascii_case(&row.value)) {
            values.push(ValueSaid { value: row.value.to_string(), said_by: Vec::new() });
        }
    }
    let mut others: Vec<OtherValue> = Vec::new();
    let all = choice.chosen.iter().map(|place| (*place, None));
    let lost = choice.others.iter().map(|(place, why)| (*place, Some(*why)));
    for (candidate, why) in all.chain(lost).filter_map(|(at, why)| Some((said.get(at)?, why))) {
        for row in &candidate.values {
            let by = SaidBy { source: source(row.subject), since: row.first_seen };
            let same = |value: &str| value.eq_ignore_ascii_case(&row.value);
            // Who says the same agrees, whatever the place of its statement.
            if let Some(value) = values.iter_mut().find(|value| same(&value.value)) {
                add(&mut value.said_by, by);
            } else if let Some(other) = others.iter_mut().find(|other| same(&other.value)) {
                add(&mut other.said_by, by);
            } else if let Some(why) = why {
                let (value, confirmed) = (row.value.to_string(), candidate.witness.confirmed);
                others.push(OtherValue { value, said_by: vec![by], confirmed, why });
            }
        }
    }
    if preference.many {
        values.sort_by(|a, b| natural(&a.value).cmp(&natural(&b.value)));
    }
    Some(AttributeSaid {
        name: name.to_owned(),
        values,
        source: source(best.witness.subject),
        since: best.values.iter().map(|row| row.first_seen).max()?,
        confirmed: best.witness.confirmed,
        stale: choice.stale,
        others,
    })
}

/// Ports in the order of their numbers, words in that of their letters.
fn natural(text: &str) -> (u64, &str) {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = text.get(..digits).and_then(|digits| digits.parse().ok());
    (number.unwrap_or_default(), text)
}
