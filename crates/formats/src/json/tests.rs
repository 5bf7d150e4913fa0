//! Documents are split into values, and what could harm is refused.

use super::{JsonReader, Next, VALUE_LIMIT};
use crate::error::ErrorCode;
use proptest::prelude::*;
use std::io::Cursor;

/// The elements of a top-level array.
fn elements(text: &[u8]) -> Result<Vec<String>, ErrorCode> {
    let mut input = Cursor::new(text.to_vec());
    let mut json = JsonReader::new(&mut input).map_err(|error| error.code)?;
    json.enter(Next::Array).map_err(|error| error.code)?;
    let mut seen = Vec::new();
    while json.element(seen.is_empty()).map_err(|error| error.code)? {
        let raw = json.value().map_err(|error| error.code)?;
        assert_eq!(raw.text.as_bytes(), &text[raw.place.start as usize..raw.place.end as usize]);
        raw.read::<serde::de::IgnoredAny>().map_err(|error| error.code)?.ok();
        seen.push(raw.text.to_owned());
    }
    json.finish().map_err(|error| error.code)?;
    Ok(seen)
}

#[test]
fn an_array_is_split_into_its_elements() {
    let text = br#" [ {"a":"}\"]"}, [1,2 ] ,3 , "x\\", null ] "#;
    let expected = [r#"{"a":"}\"]"}"#, "[1,2 ]", "3", r#""x\\""#, "null"];
    assert_eq!(elements(text).unwrap(), expected);
    assert!(elements(b"[]").unwrap().is_empty());
}

#[test]
fn what_could_harm_is_refused() {
    let deep = "[".repeat(200);
    let long = format!("[\"{}\"]", "x".repeat(VALUE_LIMIT + (1 << 20)));
    let cases: [(&[u8], ErrorCode); 9] = [
        (b"[1,", ErrorCode::Truncated),
        (b"[1,]", ErrorCode::Malformed),
        (b"[1 2]", ErrorCode::Malformed),
        (b"[{\"a\":nope}]", ErrorCode::Malformed),
        (b"[1]x", ErrorCode::Malformed),
        (b"[\"\xff\"]", ErrorCode::Encoding),
        (b"null", ErrorCode::Invalid),
        (deep.as_bytes(), ErrorCode::TooDeep),
        (long.as_bytes(), ErrorCode::TooLarge),
    ];
    for (text, code) in cases {
        let shown = String::from_utf8_lossy(&text[..text.len().min(40)]).into_owned();
        assert_eq!(elements(text).err(), Some(code), "{shown}");
    }
}

#[test]
fn keys_are_walked_and_values_skipped_and_revisited() {
    let text = r#"{"late":{"x":[1,2]},"name":"n"}"#;
    let mut input = Cursor::new(text.as_bytes().to_vec());
    let mut json = JsonReader::new(&mut input).unwrap();
    json.enter(Next::Object).unwrap();
    assert_eq!(json.key(true).unwrap().as_deref(), Some("late"));
    let place = json.skip().unwrap();
    assert_eq!(json.key(false).unwrap().as_deref(), Some("name"));
    assert_eq!(json.read::<String>().unwrap(), "n");
    assert_eq!(json.key(false).unwrap(), None);
    json.go_to(place.start).unwrap();
    assert_eq!(json.value().unwrap().text, r#"{"x":[1,2]}"#);
}

proptest! {
    #[test]
    fn agrees_with_serde_json(values in prop::collection::vec(any_value(), 0..8)) {
        let text = serde_json::to_string_pretty(&values).unwrap();
        let seen = elements(text.as_bytes()).unwrap();
        let again: Vec<serde_json::Value> =
            seen.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
        prop_assert_eq!(again, values);
    }

    #[test]
    fn any_bytes_end_in_a_value_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        elements(&bytes).ok();
    }
}

fn any_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        ".{0,12}".prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::btree_map(".{0,6}", inner, 0..4)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}
