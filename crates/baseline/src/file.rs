//! Errors in files that people write: the place and the reason.

use std::ops::Range;

/// Why a model or rule file is refused, and where. The file's name is known to the caller only.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct FileError {
    /// Line of the offending text, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong and, where it helps, what to write instead.
    pub reason: String,
}

impl FileError {
    /// An error at a byte range of the text.
    pub(crate) fn at(text: &str, span: &Range<usize>, reason: impl Into<String>) -> Self {
        let before = text.get(..span.start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let in_line = before.get(line_start..).unwrap_or("");
        Self {
            line: before.matches('\n').count() + 1,
            column: in_line.chars().count() + 1,
            reason: reason.into(),
        }
    }

    /// The error of the TOML reader, with its place.
    pub(crate) fn of_toml(text: &str, error: &toml::de::Error) -> Self {
        Self::at(text, &error.span().unwrap_or(0..0), error.message().trim())
    }
}

#[cfg(test)]
mod tests {
    use super::FileError;

    #[test]
    fn a_place_is_counted_in_lines_and_characters() {
        let text = "a = 1\nあい = 2\n";
        let at = text.find('2').unwrap();
        let error = FileError::at(text, &(at..at + 1), "no");
        assert_eq!(error.to_string(), "line 2, column 6: no");
    }
}
