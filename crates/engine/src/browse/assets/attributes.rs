//! What sources say about an asset, and where they disagree.

use std::collections::BTreeMap;

use serde::Serialize;
use yagura_lake::rows::AttributeRow;
use yagura_model::{attribute::names, id::SubjectKey};

use super::{SaidBy, ValueSaid, identifiers::add};

/// Attributes an asset has as many of as there are: what sources say adds up.
const MANY: &[&str] = &[names::OPEN_PORT, names::MEMBER_OF, names::NOTE];

/// An attribute with all its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttributeSaid {
    /// Its name.
    pub name: String,
    /// The values that count: what the newest statement says.
    pub values: Vec<ValueSaid>,
    /// What other sources say instead.
    pub others: Vec<ValueSaid>,
}

/// The attributes in the order of the vocabulary, a source's own after them.
pub(super) fn attributes(
    rows: &[AttributeRow],
    source: impl Fn(SubjectKey) -> String,
) -> Vec<AttributeSaid> {
    let mut by_name: BTreeMap<(usize, &str), Vec<&AttributeRow>> = BTreeMap::new();
    for row in rows {
        let place = names::ALL.iter().position(|name| **name == *row.name);
        let place = place.unwrap_or(names::ALL.len());
        by_name.entry((place, &row.name)).or_default().push(row);
    }
    by_name.into_iter().map(|((_, name), rows)| attribute(name, rows, &source)).collect()
}

fn attribute(
    name: &str,
    mut rows: Vec<&AttributeRow>,
    source: &impl Fn(SubjectKey) -> String,
) -> AttributeSaid {
    rows.sort_by(|a, b| {
        (b.first_seen, b.report, &a.value).cmp(&(a.first_seen, a.report, &b.value))
    });
    let newest = rows.first().map(|row| row.subject);
    let counts = |row: &AttributeRow| MANY.contains(&name) || Some(row.subject) == newest;
    let chosen: Vec<&str> = rows.iter().filter(|row| counts(row)).map(|row| &*row.value).collect();
    let (mut values, mut others) = (Vec::new(), Vec::new());
    for row in &rows {
        let same = chosen.iter().any(|value| value.eq_ignore_ascii_case(&row.value));
        let list: &mut Vec<ValueSaid> = if same { &mut values } else { &mut others };
        let said = SaidBy { source: source(row.subject), since: row.first_seen };
        match list.iter_mut().find(|known| known.value.eq_ignore_ascii_case(&row.value)) {
            Some(known) => add(&mut known.said_by, said),
            None => list.push(ValueSaid { value: row.value.to_string(), said_by: vec![said] }),
        }
    }
    if MANY.contains(&name) {
        values.sort_by(|a, b| natural(&a.value).cmp(&natural(&b.value)));
    }
    AttributeSaid { name: name.to_owned(), values, others }
}

/// Ports in the order of their numbers, words in that of their letters.
fn natural(text: &str) -> (u64, &str) {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = text.get(..digits).and_then(|digits| digits.parse().ok());
    (number.unwrap_or_default(), text)
}
