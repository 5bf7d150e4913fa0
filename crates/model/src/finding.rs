//! Findings: one source's statement that one check has one outcome at one place.

use std::borrow::Cow;

use crate::{Timestamp, check::CheckSeen, kinds::text_enum, severity::Severity};

text_enum! {
    /// The state a row of the findings table is in. Passes are not rows: pass = covered, in the
    /// check set, nothing open.
    pub enum FindingState: u8 {
        /// 不備: the check failed.
        Fail = 1 => "fail",
        /// The tool tried and could not tell (XCCDF `error`).
        Error = 2 => "error",
        /// The tool says it does not know (XCCDF `unknown`).
        Unknown = 3 => "unknown",
        /// An informational record: a fact, not a problem.
        Info = 4 => "info",
    }
}

text_enum! {
    /// What the source itself says was decided about a finding. It never removes the finding.
    pub enum Disposition: u8 {
        /// Nothing was decided.
        Open = 0 => "open",
        /// Suppressed or accepted in the tool.
        Accepted = 1 => "accepted",
        /// Marked as false positive or not affected in the tool.
        NotAffected = 2 => "not_affected",
    }
}

/// One source's statement about one check at one location of one asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingSeen<'a> {
    /// Which check.
    pub check: CheckSeen<'a>,
    /// Fail, error, unknown or info.
    pub state: FindingState,
    /// How bad it is here.
    pub severity: Severity,
    /// Where on the asset: `443/tcp`, `src/main.c:10`, a purl, a setting. Empty if it is the asset
    /// as a whole. Stable from scan to scan: without a version, a count or a time.
    pub location: Cow<'a, str>,
    /// Short text that proves it, at most [`EVIDENCE_LIMIT`] bytes after the engine cut it.
    pub evidence: Option<Cow<'a, str>>,
    /// The version that corrects it, for a package.
    pub fixed_version: Option<Cow<'a, str>>,
    /// What the source says was decided.
    pub disposition: Disposition,
    /// Time the source says it first saw it.
    pub first_seen: Option<Timestamp>,
}

/// How many bytes of evidence text a row keeps; the rest is read again from the report's bytes.
pub const EVIDENCE_LIMIT: usize = 256;

impl<'a> FindingSeen<'a> {
    /// A failed check on the asset as a whole.
    pub fn fail(check: CheckSeen<'a>, severity: Severity) -> Self {
        Self {
            check,
            state: FindingState::Fail,
            severity,
            location: Cow::Borrowed(""),
            evidence: None,
            fixed_version: None,
            disposition: Disposition::Open,
            first_seen: None,
        }
    }
}
