//! An empty JSON array: what many tools write when they have nothing to report.
//!
//! Specified by <https://www.rfc-editor.org/rfc/rfc8259>.
//! It names neither the tool nor what was looked at, so it covers nothing and closes nothing: a
//! report without records.

use yagura_model::report::ReportHead;

use crate::{
    error::ParseError,
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    json::{JsonReader, Next},
    sink::Sink,
};

/// See the module.
#[derive(Debug)]
pub struct EmptyList;

impl Format for EmptyList {
    fn name(&self) -> &'static str {
        "empty_list"
    }

    fn specification(&self) -> Specification {
        Specification {
            title: "Empty JSON array",
            url: "https://www.rfc-editor.org/rfc/rfc8259",
            record: "none",
        }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        let bytes = head.bytes();
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii();
        let inside = text.strip_prefix(b"[").and_then(|text| text.strip_suffix(b"]"));
        inside.is_some_and(|inside| inside.trim_ascii().is_empty())
    }

    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        _: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let mut json = JsonReader::new(input)?;
        json.enter(Next::Array)?;
        if json.element(true)? {
            let message = "the array is not empty";
            return Err(json.refused(crate::ErrorCode::Invalid, message));
        }
        json.finish()?;
        sink.head(ReportHead::default())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::EmptyList;
    use crate::{error::ErrorCode, testing};

    #[test]
    fn an_empty_array_is_a_report_of_nothing() {
        for text in ["[]", " [ \n ]\n", "\u{feff}[]"] {
            let seen = testing::parse(&EmptyList, text.as_bytes()).unwrap();
            assert_eq!(seen.tally.account.records, 0);
        }
        let refused = testing::parse_unclaimed(&EmptyList, b"[1]").unwrap_err();
        assert_eq!(refused.code, ErrorCode::Invalid);
        testing::check_prefixes(&EmptyList, b"[ ]");
    }
}
