//! What the files that people write have in common: a head, values that are checked, and errors with
//! their place and reason.

use std::ops::Range;

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

/// The most days a file may name: ten years.
const LONGEST_DAYS: u32 = 3650;

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

/// The first section of a file: which file it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawHead {
    pub(crate) name: Spanned<String>,
    pub(crate) version: Spanned<String>,
    pub(crate) effective: Spanned<String>,
    pub(crate) title_ja: String,
    pub(crate) title_en: String,
    pub(crate) source: String,
}

/// The file's text, for the places of errors.
pub(crate) struct File<'a> {
    pub(crate) text: &'a str,
}

impl File<'_> {
    /// The error that refuses a value.
    pub(crate) fn refuse<T>(&self, value: &Spanned<T>, reason: impl Into<String>) -> FileError {
        FileError::at(self.text, &value.span(), reason)
    }

    /// A text that is not blank.
    pub(crate) fn word(&self, value: &Spanned<String>) -> Result<String, FileError> {
        if value.as_ref().trim().is_empty() {
            return Err(self.refuse(value, "must not be empty"));
        }
        Ok(value.as_ref().clone())
    }

    /// A date.
    pub(crate) fn date(&self, value: &Spanned<String>) -> Result<Date, FileError> {
        let date = value.as_ref().parse();
        date.map_err(|_| self.refuse(value, "not a date; write it like `2026-11-01`"))
    }

    /// A number of days, from the least to ten years.
    pub(crate) fn days(&self, value: &Spanned<u32>, least: u32) -> Result<u32, FileError> {
        let days = *value.as_ref();
        if !(least..=LONGEST_DAYS).contains(&days) {
            let reason = format!("`{days}` is not from {least} to {LONGEST_DAYS} days");
            return Err(self.refuse(value, reason));
        }
        Ok(days)
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
