//! An inventory as JSON Lines: one object a line, its keys the columns.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
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
    json::{JsonReader, Next},
    sink::Sink,
};

/// Most different keys of a file.
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
        let mut columns: BTreeMap<String, Column> = BTreeMap::new();
        let mut json = JsonReader::new(input)?;
        let mut number: u64 = 0;
        while json.peek()? != Next::Eof {
            number += 1;
            let raw = json.value()?;
            let text = format!("object {number}, byte {}", raw.place.start);
            let at = At { place: raw.place, text: &text };
            let members: Members = match raw.read()? {
                Ok(members) => members,
                Err(message) => {
                    register.drop_row(at, DropReason::Malformed, message)?;
                    continue;
                }
            };
            for repeated in &members.repeated {
                register.warn(WarningCode::DuplicateKey, &text, repeated.as_str())?;
            }
            for key in members.values.keys() {
                if !columns.contains_key(key) {
                    if columns.len() == KEY_LIMIT {
                        let message = format!("more than {KEY_LIMIT} different keys");
                        return Err(ParseError::at(ErrorCode::TooLarge, text, message));
                    }
                    columns.insert(key.clone(), register.column(key, 0, &text)?);
                }
            }
            let known = members.values.keys().filter_map(|key| match columns.get(key) {
                Some(Column::Known(field)) => Some(*field),
                _ => None,
            });
            let fields = known.chain(mapping.constant_fields());
            let kind = mapping.kind.or_else(|| field::kind_of(fields));
            let cells: Vec<(&Column, String)> = members
                .values
                .iter()
                .filter_map(|(key, value)| Some((columns.get(key)?, cell(value)?)))
                .collect();
            let cells = cells.iter().map(|(column, cell)| (*column, cell.as_str()));
            register.row(kind, cells, at)?;
        }
        if number == 0 {
            return Err(ParseError::at_byte(ErrorCode::Empty, 0, "the file is empty"));
        }
        register.finish()
    }
}

/// A value as the cell of a table would hold it; the elements of an array separated by `;`.
fn cell(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(values) => Some(values.iter().filter_map(cell).collect::<Vec<_>>().join(";")),
        other => Some(other.to_string()),
    }
}

/// The members of an object, each key with the last of its values.
struct Members {
    values: BTreeMap<String, Value>,
    repeated: Vec<String>,
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Members { values: BTreeMap::new(), repeated: Vec::new() };
        while let Some((key, value)) = map.next_entry::<String, Value>()? {
            if members.values.insert(key.clone(), value).is_some() {
                members.repeated.push(key);
            }
        }
        Ok(members)
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
            "[mail=hanako@sakura.example staff_number=U-1] {account.mfa=none} <managed_by=sakura>",
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
