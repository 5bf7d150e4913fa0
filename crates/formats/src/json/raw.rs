//! One value or line of a document, not yet read.

use serde::Deserialize;
use yagura_model::record::Place;

use crate::error::{ErrorCode, ParseError};

/// One value as it stands in the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raw<'b> {
    /// Its text: valid UTF-8, brackets balanced, otherwise not yet checked.
    pub text: &'b str,
    /// Where it stands.
    pub place: Place,
}

impl Raw<'_> {
    /// The value as a typed one: `Ok(Err(message))` if its syntax is right and its shape is not.
    ///
    /// # Errors
    /// `Malformed`, `Truncated` or `TooDeep` if its syntax is wrong: then the document is refused.
    pub fn read<'b, T: Deserialize<'b>>(&'b self) -> Result<Result<T, String>, ParseError> {
        match serde_json::from_str(self.text) {
            Ok(value) => Ok(Ok(value)),
            Err(error) if error.is_data() => Ok(Err(error.to_string())),
            Err(error) => {
                let message = error.to_string();
                let code = if error.is_eof() {
                    ErrorCode::Truncated
                } else if message.starts_with("recursion limit") {
                    ErrorCode::TooDeep
                } else {
                    ErrorCode::Malformed
                };
                Err(ParseError::at_byte(code, self.place.start, message))
            }
        }
    }
}

/// Bytes that stand at an offset, as text.
pub(super) fn text_at(bytes: &[u8], start: u64) -> Result<Raw<'_>, ParseError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Raw { text, place: Place { start, end: start + bytes.len() as u64 } }),
        Err(error) => Err(ParseError::at_byte(
            ErrorCode::Encoding,
            start + error.valid_up_to() as u64,
            "the bytes are not UTF-8",
        )),
    }
}
