//! The records of a JSON report, however its writer strung them together.
//!
//! Many tools write the same records as one object, as an array of objects, as JSON Lines, or as
//! objects one after another. [`JsonRecords`] walks them all the same way.

use crate::{
    error::{ErrorCode, ParseError},
    json::{JsonReader, Next, Raw},
};

/// Walks the records of a document that is one object, an array, JSON Lines, or a sequence of
/// objects.
///
/// Lines are taken whole from the second on if the first held one record: that is the fast way,
/// and a line that is not whole JSON is then refused when it is read.
#[derive(Debug, Default)]
pub struct JsonRecords {
    way: Way,
    wrappers: &'static [&'static str],
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Way {
    #[default]
    Start,
    Array {
        first: bool,
    },
    Wrapped {
        first: bool,
    },
    Lines,
    Sequence,
    Done,
}

impl JsonRecords {
    /// The records of an array that was already entered; what follows it is not looked at.
    pub fn of_array() -> Self {
        Self { way: Way::Array { first: true }, wrappers: &[] }
    }

    /// The records of a document that may wrap them into an array under one of these keys:
    /// `{"Findings": […]}`. An object without such an array is a record itself.
    pub fn wrapped_in(wrappers: &'static [&'static str]) -> Self {
        Self { way: Way::Start, wrappers }
    }

    /// Whether the records stand in an array, as far as the walk has come.
    pub fn is_list(&self) -> bool {
        matches!(self.way, Way::Array { .. } | Way::Wrapped { .. })
    }

    /// The next record; `None` behind the last.
    ///
    /// # Errors
    /// As [`JsonReader::value`]; `Invalid` if the document is neither object nor array.
    pub fn next<'j>(
        &mut self,
        json: &'j mut JsonReader<'_>,
    ) -> Result<Option<Raw<'j>>, ParseError> {
        if self.way == Way::Start {
            match json.peek()? {
                Next::Array => {
                    json.enter(Next::Array)?;
                    self.way = Way::Array { first: true };
                }
                Next::Object if self.enter_wrapper(json)? => {
                    self.way = Way::Wrapped { first: true };
                }
                Next::Object => {
                    let raw = json.value()?;
                    let one_line = !raw.text.contains('\n');
                    self.way = if one_line { Way::Lines } else { Way::Sequence };
                    return Ok(Some(raw));
                }
                Next::Scalar => {
                    return Err(json.refused(
                        ErrorCode::Invalid,
                        "expected an object or an array, met a single value",
                    ));
                }
                Next::Eof => return Err(json.refused(ErrorCode::Empty, "there is no document")),
            }
        }
        match self.way {
            Way::Array { first } => {
                if json.element(first)? {
                    self.way = Way::Array { first: false };
                    json.value().map(Some)
                } else {
                    self.way = Way::Done;
                    Ok(None)
                }
            }
            Way::Wrapped { first } => {
                if json.element(first)? {
                    self.way = Way::Wrapped { first: false };
                    return json.value().map(Some);
                }
                while let Some(key) = json.key(false)? {
                    let wrapper = self.wrappers.contains(&key.as_str());
                    let twice = wrapper && json.peek()? == Next::Array;
                    json.once(twice, &key)?;
                    json.skip()?;
                }
                self.way = Way::Done;
                Ok(None)
            }
            Way::Lines => json.line(),
            Way::Sequence => {
                if json.peek()? == Next::Eof {
                    return Ok(None);
                }
                json.value().map(Some)
            }
            Way::Start | Way::Done => Ok(None),
        }
    }

    /// Enters the array of records inside the object that stands next; if there is none the walk
    /// stands before the object again.
    fn enter_wrapper(&self, json: &mut JsonReader<'_>) -> Result<bool, ParseError> {
        if self.wrappers.is_empty() {
            return Ok(false);
        }
        let start = json.position();
        json.enter(Next::Object)?;
        let mut first = true;
        while let Some(key) = json.key(first)? {
            first = false;
            if self.wrappers.contains(&key.as_str()) && json.peek()? == Next::Array {
                json.enter(Next::Array)?;
                return Ok(true);
            }
            json.skip()?;
        }
        json.go_to(start)?;
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::JsonRecords;
    use crate::{error::ErrorCode, json::JsonReader};
    use std::io::Cursor;

    fn records(text: &str) -> Result<Vec<String>, ErrorCode> {
        let mut input = Cursor::new(text.as_bytes().to_vec());
        let mut json = JsonReader::new(&mut input).map_err(|error| error.code)?;
        let mut walk = JsonRecords::default();
        let mut seen = Vec::new();
        while let Some(raw) = walk.next(&mut json).map_err(|error| error.code)? {
            let range = raw.place.start as usize..raw.place.end as usize;
            assert_eq!(Some(raw.text), text.get(range));
            raw.read::<serde_json::Value>().map_err(|error| error.code)?.unwrap();
            seen.push(raw.text.to_owned());
        }
        json.finish().map_err(|error| error.code)?;
        Ok(seen)
    }

    #[test]
    fn records_are_found_however_they_are_strung_together() {
        let expected = [r#"{"a":1}"#, r#"{"b":2}"#];
        for text in
            [r#"[{"a":1}, {"b":2}]"#, "{\"a\":1}\n{\"b\":2}", "{\"a\":1}\r\n\r\n {\"b\":2} \r\n"]
        {
            assert_eq!(records(text).unwrap(), expected, "{text}");
        }
        assert_eq!(records("{\n\"a\":1}{\"b\":\n2}").unwrap(), ["{\n\"a\":1}", "{\"b\":\n2}"]);
        assert_eq!(records("{}").unwrap(), ["{}"]);
        assert!(records("[]").unwrap().is_empty());
    }

    #[test]
    fn wrapped_records_are_found_among_other_members() {
        let read = |text: &str| {
            let mut input = Cursor::new(text.as_bytes().to_vec());
            let mut json = JsonReader::new(&mut input).unwrap();
            let mut walk = JsonRecords::wrapped_in(&["Findings"]);
            let mut seen = Vec::new();
            while let Some(raw) = walk.next(&mut json).map_err(|error| error.code)? {
                seen.push(raw.text.to_owned());
            }
            json.finish().map_err(|error| error.code).map(|()| seen)
        };
        assert_eq!(
            read(r#"{"a":[1],"Findings":[{},{"b":2}],"c":3}"#).unwrap(),
            ["{}", r#"{"b":2}"#]
        );
        assert_eq!(read(r#"{"Findings":"x"}"#).unwrap(), [r#"{"Findings":"x"}"#]);
        assert!(read(r#"{"Findings":[]}"#).unwrap().is_empty());
        assert_eq!(read(r#"{"Findings":[{}],"Findings":[]}"#), Err(ErrorCode::Invalid));
        assert_eq!(read(r#"{"Findings":[{}]"#), Err(ErrorCode::Truncated));
        assert_eq!(read(r#"{"Findings":[{}]]"#), Err(ErrorCode::Malformed));
    }

    #[test]
    fn broken_documents_are_refused() {
        for (text, code) in [
            ("null", ErrorCode::Invalid),
            (" ", ErrorCode::Empty),
            ("[{}", ErrorCode::Truncated),
            ("[{}]x", ErrorCode::Malformed),
            ("{\"a\":1}\n{\"b\":", ErrorCode::Truncated),
            ("{\"a\":1}\n{\"b\":nope}\n", ErrorCode::Malformed),
        ] {
            assert_eq!(records(text).err(), Some(code), "{text}");
        }
        let deep = format!("{{}}\n{}", "[".repeat(300));
        assert_eq!(records(&deep).err(), Some(ErrorCode::TooDeep));
    }
}
