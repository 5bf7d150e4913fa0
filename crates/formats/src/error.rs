//! Why a file was refused.

use crate::sink::Stopped;

/// Which refusal; the text for people is in the Fluent files under `parse-<code>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// There are no bytes, or only white space.
    Empty,
    /// No format claims the bytes.
    UnknownFormat,
    /// More than one format claims the bytes: a defect of Yagura, never guessed away.
    Ambiguous,
    /// The bytes end before the document does.
    Truncated,
    /// The syntax is broken.
    Malformed,
    /// The bytes are not in the encoding they should be in.
    Encoding,
    /// Elements are nested too deeply.
    TooDeep,
    /// One value is larger than a reader holds.
    TooLarge,
    /// Entity declarations and external entities are never read.
    Entity,
    /// The document is of a version that cannot be read.
    Version,
    /// The tool wrote an error instead of a report.
    ToolError,
    /// Something the format demands is missing or has a value it does not allow.
    Invalid,
    /// The bytes could not be read.
    Read,
    /// The receiver of the events asked to stop; it knows why.
    Stopped,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: &'static [Self] = &[
        Self::Empty,
        Self::UnknownFormat,
        Self::Ambiguous,
        Self::Truncated,
        Self::Malformed,
        Self::Encoding,
        Self::TooDeep,
        Self::TooLarge,
        Self::Entity,
        Self::Version,
        Self::ToolError,
        Self::Invalid,
        Self::Read,
        Self::Stopped,
    ];

    /// The stable text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::UnknownFormat => "unknown_format",
            Self::Ambiguous => "ambiguous",
            Self::Truncated => "truncated",
            Self::Malformed => "malformed",
            Self::Encoding => "encoding",
            Self::TooDeep => "too_deep",
            Self::TooLarge => "too_large",
            Self::Entity => "entity",
            Self::Version => "version",
            Self::ToolError => "tool_error",
            Self::Invalid => "invalid",
            Self::Read => "read",
            Self::Stopped => "stopped",
        }
    }
}

/// A refused file: nothing of it may be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({at})")]
pub struct ParseError {
    /// Which refusal.
    pub code: ErrorCode,
    /// Where: `byte 120`, `line 3`, a path inside the document.
    pub at: String,
    /// What was met, lower case, without a full stop.
    pub message: String,
}

impl ParseError {
    /// A refusal at a byte offset.
    pub fn at_byte(code: ErrorCode, offset: u64, message: impl Into<String>) -> Self {
        Self { code, at: format!("byte {offset}"), message: message.into() }
    }

    /// A refusal at a place named by a path or line.
    pub fn at(code: ErrorCode, at: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code, at: at.into(), message: message.into() }
    }
}

impl From<Stopped> for ParseError {
    fn from(_: Stopped) -> Self {
        Self::at(ErrorCode::Stopped, "-", "the receiver stopped")
    }
}
