//! Reports: bytes of a source, and what they say of themselves.

use std::borrow::Cow;

use crate::Timestamp;

/// What the head of a report says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReportHead<'a> {
    /// The tool that wrote it.
    pub tool: Cow<'a, str>,
    /// The tool's version.
    pub tool_version: Option<Cow<'a, str>>,
    /// When the observation ended; without it the caller must give `--observed-at`.
    pub observed_at: Option<Timestamp>,
    /// Name of the scan, policy, profile or document.
    pub title: Option<Cow<'a, str>>,
}
