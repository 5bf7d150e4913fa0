//! A saved column mapping: how a register that exists maps to the documented columns.
//!
//! TOML, documented in `docs/inventory.md`. Every key is optional; without a mapping the first row
//! is the header and only documented names are understood.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    field::{self, Field, Kind},
    register::Column,
    text, words,
};
use crate::error::{ErrorCode, ParseError};

/// First cells that mark a row of totals, where a mapping gives none.
const TOTALS: [&str; 7] = ["合計", "小計", "総計", "累計", "計", "total", "subtotal"];

/// See the module.
#[derive(Debug)]
pub(super) struct Mapping {
    /// Whether the caller gave one.
    pub(super) given: bool,
    /// Name of the sheet; the first one without it.
    pub(super) sheet: Option<String>,
    /// Rows of the header, from 1, in order.
    pub(super) header_rows: Vec<u64>,
    /// First row of data, from 1.
    pub(super) first_data_row: u64,
    /// What the whole file is about, if its columns do not say.
    pub(super) kind: Option<Kind>,
    /// Fields that have the same value in every row.
    pub(super) constants: Vec<(Column, String)>,
    /// Names of the fields that constants give.
    pub(super) constant_names: Vec<String>,
    headers: BTreeMap<String, Column>,
    positions: BTreeMap<usize, Column>,
    values: BTreeMap<&'static str, BTreeMap<String, String>>,
    totals: Vec<String>,
    keep_unlisted: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Text {
    kind: Option<String>,
    sheet: Option<String>,
    header_rows: Option<Rows>,
    first_data_row: Option<u64>,
    totals: Option<Vec<String>>,
    unlisted: Option<Unlisted>,
    columns: BTreeMap<String, String>,
    constants: BTreeMap<String, toml::Value>,
    values: BTreeMap<String, BTreeMap<String, toml::Value>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Rows {
    One(u64),
    Several(Vec<u64>),
}

#[derive(Debug, Deserialize, PartialEq, Eq, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Unlisted {
    Keep,
    Ignore,
}

impl Mapping {
    /// The mapping of a TOML text, or the one of a file that needs none.
    pub(super) fn read(toml: Option<&str>) -> Result<Self, ParseError> {
        let text: Text = match toml {
            None => Text::default(),
            Some(toml) => toml::from_str(toml).map_err(|error| {
                let at = error.span().map_or(0, |span| span.start);
                let line = toml.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
                refused(format!("line {line}"), error.message())
            })?,
        };
        let header_rows = match text.header_rows {
            None => vec![1],
            Some(Rows::One(row)) => vec![row],
            Some(Rows::Several(rows)) => rows,
        };
        let last = header_rows.last().copied().unwrap_or(0);
        if header_rows.contains(&0) || !header_rows.is_sorted() || header_rows.len() > 20 {
            return Err(refused("header_rows", "give row numbers from 1, in order, at most 20"));
        }
        let first_data_row = text.first_data_row.unwrap_or(last + 1);
        if first_data_row <= last {
            return Err(refused("first_data_row", "the data begins before its header ends"));
        }
        let kind = match text.kind {
            None => None,
            Some(word) => Some(words::kind(&word).ok_or_else(|| {
                let kinds = "organisation, device, user, system or data_set";
                refused("kind", &format!("`{word}` is no kind: write {kinds}"))
            })?),
        };
        let mut headers = BTreeMap::new();
        let mut positions = BTreeMap::new();
        for (header, name) in &text.columns {
            let column = target(name, &format!("columns.`{header}`"))?;
            match header.strip_prefix('#').map(str::parse::<usize>) {
                Some(Ok(position)) if position > 0 => positions.insert(position, column),
                _ => headers.insert(text::key(header).into_owned(), column),
            };
        }
        let mut constants = Vec::new();
        for (name, value) in &text.constants {
            constants.push((target(name, &format!("constants.`{name}`"))?, scalar(value)));
        }
        let mut values = BTreeMap::new();
        for (name, map) in &text.values {
            let at = format!("values.`{name}`");
            let field = field::by_name(name).ok_or_else(|| no_field(name, &at))?;
            let map =
                map.iter().map(|(from, to)| (text::key(from).into_owned(), scalar(to))).collect();
            values.insert(field.name, map);
        }
        let totals = match text.totals {
            None => TOTALS.iter().map(|word| (*word).to_owned()).collect(),
            Some(words) => words.iter().map(|word| text::key(word).into_owned()).collect(),
        };
        Ok(Self {
            given: toml.is_some(),
            sheet: text.sheet,
            constant_names: text.constants.into_keys().collect(),
            header_rows,
            first_data_row,
            kind,
            constants,
            headers,
            positions,
            values,
            totals,
            keep_unlisted: text.unlisted != Some(Unlisted::Ignore),
        })
    }

    /// What the mapping says of a column; `None` if it leaves it to the documented names.
    pub(super) fn column(&self, header: &str, position: usize) -> Option<Column> {
        if let Some(column) = self.positions.get(&position) {
            return Some(column.clone());
        }
        if let Some(column) = self.headers.get(text::key(header).as_ref()) {
            return Some(column.clone());
        }
        (!self.keep_unlisted).then_some(Column::Ignored)
    }

    /// The value a cell means for a field.
    pub(super) fn value<'c, 'm: 'c>(&'m self, field: &Field, cell: &'c str) -> &'c str {
        match self.values.get(field.name).and_then(|map| map.get(text::key(cell).as_ref())) {
            Some(value) => value.as_str(),
            None => cell,
        }
    }

    /// Whether a row is none of data: blank, or a total by its first filled cell. Such rows are
    /// no records.
    pub(super) fn passes_over<'c>(&self, mut cells: impl Iterator<Item = &'c str>) -> bool {
        let Some(first) = cells.find(|cell| !cell.trim().is_empty()) else { return true };
        if first.len() > 100 {
            return false;
        }
        let key = text::key(first);
        self.totals.iter().any(|total| {
            key.strip_prefix(total.as_str()).is_some_and(|rest| {
                rest.is_empty() || rest.starts_with(['(', ':', '【', '（', '：'])
            })
        })
    }

    /// The fields that constants give.
    pub(super) fn constant_fields(&self) -> impl Iterator<Item = &'static Field> {
        self.constant_names.iter().filter_map(|name| field::by_name(name))
    }
}

fn target(name: &str, at: &str) -> Result<Column, ParseError> {
    if name.is_empty() || name == "ignore" {
        return Ok(Column::Ignored);
    }
    if name.starts_with("x.") && name.len() > 2 {
        return Ok(Column::Own(name.to_owned()));
    }
    field::by_name(name).map(Column::Known).ok_or_else(|| no_field(name, at))
}

fn scalar(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn no_field(name: &str, at: &str) -> ParseError {
    let message = format!(
        "`{name}` is no column of an inventory: see docs/inventory.md, or write `x.{name}`"
    );
    refused(at, &message)
}

fn refused(at: impl Into<String>, message: &str) -> ParseError {
    ParseError::at(ErrorCode::Invalid, format!("mapping, {}", at.into()), message)
}

#[cfg(test)]
mod tests {
    use super::Mapping;

    #[test]
    fn a_mapping_says_what_is_wrong_with_it() {
        let refused = |toml: &str| Mapping::read(Some(toml)).unwrap_err().to_string();
        assert!(refused("kind = \"car\"").contains("`car` is no kind"));
        assert!(refused("[columns]\n\"色\" = \"colour\"").contains("`x.colour`"));
        assert!(refused("\nheader_row = 3").contains("mapping, line 2"));
        assert!(refused("header_rows = [2]\nfirst_data_row = 2").contains("before its header"));
    }

    #[test]
    fn totals_and_blank_rows_are_no_data() {
        let mapping = Mapping::read(None).unwrap();
        let over = |cells: &[&str]| mapping.passes_over(cells.iter().copied());
        assert!(over(&["", " 　"]) && over(&["", "合　計", "12"]) && over(&["小計（台）"]));
        assert!(!over(&["計算機", "1"]) && !over(&["合計システム"]));
    }
}
