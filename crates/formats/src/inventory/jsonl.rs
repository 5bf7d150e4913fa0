//! An inventory as JSON Lines: one object a line, its keys the columns.

use std::{borrow::Cow, collections::HashMap, fmt};

use serde::de::{
    Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor,
    value::MapAccessDeserializer,
};
use serde_json::Value;
use yagura_model::{record::DropReason, warning::WarningCode};

use super::{
    field,
    mapping::Mapping,
    register::{At, Column, Register},
};
use crate::{
    error::{ErrorCode, ParseError},
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    json::{JsonReader, Raw},
    json_records::JsonRecords,
    lenient::Text,
    sink::Sink,
};

/// Most different keys of a file, and most members of an object.
const KEY_LIMIT: usize = 4096;

/// Yagura's inventory as JSON Lines. See [`super`].
#[derive(Debug)]
pub struct InventoryJsonl;

impl Format for InventoryJsonl {
    fn name(&self) -> &'static str {
        "inventory_jsonl"
    }

    fn specification(&self) -> Specification {
        Specification {
            title: "Yagura inventory, JSON Lines",
            url: super::SPECIFICATION,
            record: "objects",
        }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        let headers = field::FIELDS
            .iter()
            .flat_map(|field| field.others.iter().copied().chain([field.name]))
            .filter(|name| head.has_json(name));
        field::is_inventory(headers)
    }

    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let mapping = Mapping::read(context.mapping.as_deref())?;
        let mut register = Register::new(sink, context.zone.clone(), &mapping)?;
        let mut columns = Columns::default();
        let mut json = JsonReader::new(input)?;
        let mut records = JsonRecords::default();
        let mut number = 0;
        while let Some(raw) = records.next(&mut json)? {
            number += 1;
            object(raw, number, &mut columns, &mapping, &mut register)?;
        }
        json.finish()?;
        register.finish()
    }
}

/// Takes one object, counted from 1, as a row.
fn object(
    raw: Raw<'_>,
    number: u64,
    columns: &mut Columns,
    mapping: &Mapping,
    register: &mut Register<'_>,
) -> Result<(), ParseError> {
    let text = format_args!("object {number}, byte {}", raw.place.start);
    let at = At { place: raw.place, text };
    let members: Members<'_> = match raw.read()? {
        Ok(members) => members,
        Err(message) => return register.drop_row(at, DropReason::Malformed, message),
    };
    let mut cells: Vec<(usize, Cow<'_, str>)> = Vec::with_capacity(members.0.len());
    for (Text(key), cell) in members.0 {
        let index = columns.index(&key, cells.len(), register, at)?;
        let cell = cell.0.unwrap_or_default();
        match columns.first_in(number, index, cells.len()) {
            None => cells.push((index, cell)),
            Some(before) => {
                register.warn(WarningCode::DuplicateKey, text, key)?;
                if let Some(before) = cells.get_mut(before) {
                    before.1 = cell;
                }
            }
        }
    }
    let columns = &columns.all;
    let column = |index: usize| columns.get(index).map(|met| &met.column);
    let known = cells.iter().filter_map(|(index, _)| match column(*index) {
        Some(Column::Known(field)) => Some(*field),
        _ => None,
    });
    let kind = mapping.kind.or_else(|| field::kind_of(known.chain(mapping.constant_fields())));
    let cells = cells.iter().filter_map(|(index, cell)| Some((column(*index)?, cell.as_ref())));
    register.row(kind, cells, at)
}

/// The keys met so far.
#[derive(Debug, Default)]
struct Columns {
    all: Vec<Met>,
    indices: HashMap<String, usize>,
}

/// A key, and what it means.
#[derive(Debug)]
struct Met {
    key: String,
    column: Column,
    /// The last object it stood in, counted from 1, and as which cell.
    last: (u64, usize),
}

impl Columns {
    /// The index of a key. Objects mostly have their keys in one order: `guess` is looked at first.
    fn index(
        &mut self,
        key: &str,
        guess: usize,
        register: &mut Register<'_>,
        at: At<'_>,
    ) -> Result<usize, ParseError> {
        if self.all.get(guess).is_some_and(|met| met.key == key) {
            return Ok(guess);
        }
        if let Some(index) = self.indices.get(key) {
            return Ok(*index);
        }
        let index = self.all.len();
        if index == KEY_LIMIT {
            let message = format!("more than {KEY_LIMIT} different keys");
            return Err(ParseError::at(ErrorCode::TooLarge, at.text.to_string(), message));
        }
        let column = register.column(key, 0, at.text)?;
        self.all.push(Met { key: key.to_owned(), column, last: (0, 0) });
        self.indices.insert(key.to_owned(), index);
        Ok(index)
    }

    /// Notes that a key stands in an object as a cell; the cell it stood as there before, if it did.
    fn first_in(&mut self, object: u64, index: usize, cell: usize) -> Option<usize> {
        let met = self.all.get_mut(index)?;
        if met.last.0 == object {
            return Some(met.last.1);
        }
        met.last = (object, cell);
        None
    }
}

/// The members of an object in their order.
struct Members<'b>(Vec<(Text<'b>, Cell<'b>)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Objects;
        impl<'de> Visitor<'de> for Objects {
            type Value = Members<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::with_capacity(16);
                while let Some(member) = map.next_entry()? {
                    if members.len() == KEY_LIMIT {
                        let message = format!("more than {KEY_LIMIT} members in one object");
                        return Err(A::Error::custom(message));
                    }
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Objects)
    }
}

/// A value as the cell of a table would hold it, the elements of an array separated by `;`; nothing
/// for `null`.
struct Cell<'b>(Option<Cow<'b, str>>);

impl<'de> Deserialize<'de> for Cell<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Cells;
        impl<'de> Visitor<'de> for Cells {
            type Value = Cell<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a value")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Cell<'de>, E> {
                Ok(Cell(Some(Cow::Borrowed(text))))
            }
            fn visit_str<E>(self, text: &str) -> Result<Cell<'de>, E> {
                Ok(Cell(Some(Cow::Owned(text.to_owned()))))
            }
            fn visit_unit<E>(self) -> Result<Cell<'de>, E> {
                Ok(Cell(None))
            }
            fn visit_bool<E>(self, truth: bool) -> Result<Cell<'de>, E> {
                Ok(Cell(Some(Cow::Borrowed(if truth { "true" } else { "false" }))))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Cell<'de>, E> {
                Ok(Cell(Some(Cow::Owned(number.to_string()))))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Cell<'de>, E> {
                Ok(Cell(Some(Cow::Owned(number.to_string()))))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Cell<'de>, E> {
                Ok(Cell(Some(Cow::Owned(Value::from(number).to_string()))))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Cell<'de>, A::Error> {
                let mut joined: Option<Cow<'de, str>> = None;
                while let Some(Cell(element)) = seq.next_element()? {
                    let Some(element) = element else { continue };
                    joined = Some(match joined {
                        None => element,
                        Some(before) => before + ";" + element,
                    });
                }
                Ok(Cell(joined))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Cell<'de>, A::Error> {
                let object = Value::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Cell(Some(Cow::Owned(object.to_string()))))
            }
        }
        deserializer.deserialize_any(Cells)
    }
}

#[cfg(test)]
mod tests {
    use super::InventoryJsonl;
    use crate::testing;

    const REGISTER: &str = r#"{"kind":"device","device_number":"PC-1","ip":["192.0.2.1","2001:db8::1"],"encrypted":true,"rack":3,"in_service_since":"R8.4.1"}
{"staff_number":"U-1","name":"櫻 花子","mail":"hanako@sakura.example","mfa":"パスキー","mfa":"none","organisation_code":"sakura"}
{"システム番号":"S-1","公開範囲":"インターネット","運用事業者":"櫓運用","契約終了日":"令和9年3月31日"}
[1]
{"kind":"device","hostname":null}
"#;

    #[test]
    fn objects_are_rows() {
        let seen = testing::parse(&InventoryJsonl, REGISTER.as_bytes()).unwrap();
        let account = seen.tally.account;
        assert_eq!((account.records, account.facts, account.dropped), (5, 3, 2));
        let text = seen.lines.join("\n");
        for expected in [
            "[asset_number=PC-1 ip=192.0.2.1 ip=2001:db8::1] {encrypted=true; in_service_since=2026-03-31T15:00:00Z; x.rack=3}",
            "[staff_number=U-1 mail=hanako@sakura.example] {account.mfa=none} <managed_by=sakura>",
            "[system_number=S-1] {exposure=internet} <operated_by=櫓運用>",
            "DuplicateKey, at: \"object 2, byte ",
        ] {
            assert!(text.contains(expected), "{expected} in\n{text}");
        }
        assert!(testing::places(REGISTER, &seen)[1].starts_with("{\"staff_number\""));
    }

    #[test]
    fn every_prefix_is_refused_or_read() {
        testing::check_prefixes(&InventoryJsonl, REGISTER.as_bytes());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_refused_or_read(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            testing::parse_unclaimed(&InventoryJsonl, &bytes).ok();
        }
    }
}
