//! Values of JSON that tools write in more than one way, for typed structs that borrow.
//!
//! A field that is text for one version of a tool is a number, `null` or missing for another. These
//! types read all of them and lose a record for none of them. Structs that use them say
//! `#[serde(default, bound(deserialize = "'de: 'a"))]`.

use std::{borrow::Cow, fmt, marker::PhantomData};

use jiff::{Timestamp, tz::TimeZone};
use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor,
        value::{BorrowedStrDeserializer, MapAccessDeserializer, StrDeserializer},
    },
};

use crate::time::{self, ReadTime};

/// Text that borrows where the bytes allow it. Numbers and truth values become their text; what is
/// `null` or of another shape becomes the empty text.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Text<'a>(pub Cow<'a, str>);

impl<'a> Text<'a> {
    /// The text without surrounding white space.
    pub fn as_str(&self) -> &str {
        self.0.trim()
    }

    /// The text without surrounding white space, if anything is left.
    pub fn get(&self) -> Option<&str> {
        Some(self.as_str()).filter(|text| !text.is_empty())
    }

    /// The text to keep, if it is not blank.
    pub fn cow(&self) -> Option<Cow<'_, str>> {
        self.get().map(Cow::Borrowed)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
            fn visit_bool<E>(self, truth: bool) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(if truth { "true" } else { "false" })))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(number.to_string())))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(number.to_string())))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(number.to_string())))
            }
            fn visit_unit<E>(self) -> Result<Text<'de>, E> {
                Ok(Text::default())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Text<'de>, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Text::default())
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text<'de>, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Text::default())
            }
        }
        deserializer.deserialize_any(Texts)
    }
}

/// A list that may be `null`, or one element without its array. Elements that are `null` go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Many<T>(pub Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> std::ops::Deref for Many<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'l, T> IntoIterator for &'l Many<T> {
    type Item = &'l T;
    type IntoIter = std::slice::Iter<'l, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Lists<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Lists<T> {
            type Value = Many<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Many<T>, A::Error> {
                let mut list = Vec::new();
                while let Some(element) = seq.next_element::<Option<T>>()? {
                    list.extend(element);
                }
                Ok(Many(list))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Many<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|one| Many(vec![one]))
            }
            fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<Many<T>, E> {
                if text.is_empty() {
                    return Ok(Many::default());
                }
                PhantomData::<T>
                    .deserialize(BorrowedStrDeserializer::new(text))
                    .map(|one| Many(vec![one]))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Many<T>, E> {
                if text.is_empty() {
                    return Ok(Many::default());
                }
                PhantomData::<T>.deserialize(StrDeserializer::new(text)).map(|one| Many(vec![one]))
            }
            fn visit_unit<E>(self) -> Result<Many<T>, E> {
                Ok(Many::default())
            }
        }
        deserializer.deserialize_any(Lists(PhantomData))
    }
}

/// A whole number that may be written as text or with a fraction of zero; anything else is none.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Number(pub Option<i64>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Moment::deserialize(deserializer).map(|moment| match moment {
            Moment::Unix(number) => Number(Some(number)),
            Moment::Text(text) => Number(text.trim().parse().ok()),
            Moment::None => Number(None),
        })
    }
}

/// Whether something is so: `true`, `"true"`, `"yes"`, a number that is not zero, or an object
/// that says when and why.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Flag(pub Option<bool>);

impl Flag {
    /// Whether it is said to be so.
    pub fn is_true(self) -> bool {
        self.0 == Some(true)
    }

    /// The text an attribute holds, if anything was said.
    pub fn text(self) -> Option<&'static str> {
        self.0.map(|truth| if truth { "true" } else { "false" })
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Flags;
        impl<'de> Visitor<'de> for Flags {
            type Value = Flag;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a truth value")
            }
            fn visit_bool<E>(self, truth: bool) -> Result<Flag, E> {
                Ok(Flag(Some(truth)))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Flag, E> {
                Ok(Flag(Some(number != 0)))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Flag, E> {
                Ok(Flag(Some(number != 0)))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Flag, E> {
                Ok(Flag(Some(number != 0.0)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Flag, E> {
                let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
                Ok(Flag(if is(&["true", "yes", "1"]) {
                    Some(true)
                } else if is(&["false", "no", "0"]) {
                    Some(false)
                } else {
                    None
                }))
            }
            fn visit_unit<E>(self) -> Result<Flag, E> {
                Ok(Flag(None))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Flag, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Flag(None))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Flag, A::Error> {
                let mut said = false;
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
                    said = true;
                }
                Ok(Flag(Some(said)))
            }
        }
        deserializer.deserialize_any(Flags)
    }
}

/// A point in time as a Unix number of any unit or as text.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub enum Moment<'a> {
    /// Not said.
    #[default]
    None,
    /// Seconds, or a smaller unit if the number is too large for seconds.
    Unix(i64),
    /// A time as text.
    Text(Cow<'a, str>),
}

impl Moment<'_> {
    /// The point in time; a text without a zone is taken in `zone`.
    pub fn read(&self, zone: &TimeZone) -> Option<ReadTime> {
        let unix = |number: i64| {
            let at = time::from_unix(number).filter(|_| number > 0)?;
            Some(ReadTime { at, zoned: true })
        };
        match self {
            Self::None => None,
            Self::Unix(number) => unix(*number),
            Self::Text(text) => match text.trim().parse::<i64>() {
                Ok(number) if number.unsigned_abs() > 99_999_999 => unix(number),
                _ => time::read(text, zone),
            },
        }
    }

    /// The point in time alone.
    pub fn at(&self, zone: &TimeZone) -> Option<Timestamp> {
        self.read(zone).map(|time| time.at)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Moment<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Moments;
        impl<'de> Visitor<'de> for Moments {
            type Value = Moment<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time")
            }
            fn visit_i64<E>(self, number: i64) -> Result<Moment<'de>, E> {
                Ok(Moment::Unix(number))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Moment<'de>, E> {
                Ok(i64::try_from(number).map_or(Moment::None, Moment::Unix))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Moment<'de>, E> {
                // Beyond this a float counts neither seconds nor nanoseconds of any year.
                Ok(if number.abs() < 4e18 { Moment::Unix(number as i64) } else { Moment::None })
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Moment<'de>, E> {
                Ok(if text.is_empty() { Moment::None } else { Moment::Text(Cow::Borrowed(text)) })
            }
            fn visit_str<E>(self, text: &str) -> Result<Moment<'de>, E> {
                Ok(if text.is_empty() {
                    Moment::None
                } else {
                    Moment::Text(Cow::Owned(text.to_owned()))
                })
            }
            fn visit_bool<E>(self, _: bool) -> Result<Moment<'de>, E> {
                Ok(Moment::None)
            }
            fn visit_unit<E>(self) -> Result<Moment<'de>, E> {
                Ok(Moment::None)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Moment<'de>, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Moment::None)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Moment<'de>, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Moment::None)
            }
        }
        deserializer.deserialize_any(Moments)
    }
}

#[cfg(test)]
mod tests {
    use super::{Flag, Many, Moment, Number, Text};
    use jiff::tz::TimeZone;
    use std::borrow::Cow;

    #[test]
    fn text_borrows_and_forgives() {
        let texts: Many<Text<'_>> =
            serde_json::from_str(r#"["plain", "a\tb", 7, 0.5, true, null, {"x":1}, [1]]"#).unwrap();
        let shown: Vec<&str> = texts.iter().map(|text| text.as_str()).collect();
        assert_eq!(shown, ["plain", "a\tb", "7", "0.5", "true", "", ""]);
        assert!(matches!(texts.first().unwrap().0, Cow::Borrowed(_)));
    }

    #[test]
    fn one_element_stands_for_a_list() {
        let many = |text| serde_json::from_str::<Many<Text<'_>>>(text).unwrap().len();
        assert_eq!([many("null"), many("\"x\""), many("\"\""), many("[]")], [0, 1, 0, 0]);
        assert_eq!(serde_json::from_str::<Many<Vec<u8>>>("[[1],[2]]").unwrap().len(), 2);
    }

    #[test]
    fn numbers_flags_and_times_are_read_in_every_way() {
        let number = |text| serde_json::from_str::<Number>(text).unwrap().0;
        assert_eq!([number("4"), number("\"4\""), number("4.0")], [Some(4); 3]);
        assert_eq!([number("null"), number("\"x\""), number("{}")], [None; 3]);
        let flag = |text| serde_json::from_str::<Flag>(text).unwrap().0;
        assert_eq!([flag("true"), flag("\"Yes\""), flag("{\"a\":1}")], [Some(true); 3]);
        assert_eq!([flag("false"), flag("0"), flag("{}")], [Some(false); 3]);
        assert_eq!([flag("null"), flag("\"?\"")], [None; 2]);
        let at = |text| {
            let moment: Moment<'_> = serde_json::from_str(text).unwrap();
            moment.at(&TimeZone::UTC).map(|at| at.to_string())
        };
        for text in ["1775001600", "1775001600000", "\"1775001600\"", "\"2026-04-01\""] {
            assert_eq!(at(text).as_deref(), Some("2026-04-01T00:00:00Z"), "{text}");
        }
        assert_eq!([at("0"), at("null"), at("\"soon\""), at("1e300")], [None, None, None, None]);
    }
}
