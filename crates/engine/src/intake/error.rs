//! Why something received was refused before a reader saw it.

/// Which refusal; the text for people is in the Fluent files under `intake-<code>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IntakeCode {
    /// There are no bytes, or the container holds no file.
    Empty,
    /// There is no such file.
    NotFound,
    /// A folder was named, not a file.
    Folder,
    /// The file could not be opened or read.
    Unreadable,
    /// The container's bytes are damaged or end too early.
    BrokenContainer,
    /// An entry is compressed in a way that is not read, or is no file.
    UnsupportedEntry,
    /// Decompressing gives more bytes than allowed.
    DecompressionLimit,
    /// A container holds more entries than allowed.
    TooManyEntries,
    /// Containers stand in containers in containers.
    NestedTooDeep,
    /// An entry's name points outside of the container.
    PathTraversal,
    /// An entry needs a password.
    Encrypted,
    /// More bytes came in than are accepted.
    TooLarge,
    /// The bytes could not be put into the spool folder.
    Spool,
}

impl IntakeCode {
    /// Every code.
    pub const ALL: &'static [Self] = &[
        Self::Empty,
        Self::NotFound,
        Self::Folder,
        Self::Unreadable,
        Self::BrokenContainer,
        Self::UnsupportedEntry,
        Self::DecompressionLimit,
        Self::TooManyEntries,
        Self::NestedTooDeep,
        Self::PathTraversal,
        Self::Encrypted,
        Self::TooLarge,
        Self::Spool,
    ];

    /// The stable text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotFound => "not_found",
            Self::Folder => "folder",
            Self::Unreadable => "unreadable",
            Self::BrokenContainer => "broken_container",
            Self::UnsupportedEntry => "unsupported_entry",
            Self::DecompressionLimit => "decompression_limit",
            Self::TooManyEntries => "too_many_entries",
            Self::NestedTooDeep => "nested_too_deep",
            Self::PathTraversal => "path_traversal",
            Self::Encrypted => "encrypted",
            Self::TooLarge => "too_large",
            Self::Spool => "spool",
        }
    }
}

/// A refusal: nothing of what it is about may be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct IntakeError {
    /// Which refusal.
    pub code: IntakeCode,
    /// Where in what was received: `gzip`, `entry 3`, `-` for the whole.
    pub at: String,
    /// What was met, lower case, without a full stop.
    pub message: String,
}

impl IntakeError {
    pub(crate) fn new(
        code: IntakeCode,
        at: impl Into<String>,
        message: impl std::fmt::Display,
    ) -> Self {
        Self { code, at: at.into(), message: message.to_string() }
    }
}
