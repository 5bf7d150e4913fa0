//! Warnings: what a reader met that a person should know, without losing the rest.

use crate::kinds::text_enum;

text_enum! {
    /// What a warning is about; the text for people is in the Fluent files under `warning-<code>`.
    pub enum WarningCode: u8 {
        /// A record was dropped; `detail` names the reason.
        DroppedRecord = 1 => "dropped_record",
        /// A time has no zone and was read as UTC or as the zone the caller gave.
        TimeWithoutZone = 2 => "time_without_zone",
        /// A time could not be read.
        UnreadableTime = 3 => "unreadable_time",
        /// A time lies in the future.
        FutureTime = 4 => "future_time",
        /// A CVSS vector could not be read and was left out.
        UnreadableVector = 5 => "unreadable_vector",
        /// A severity word is not known; `detail` holds it.
        UnknownSeverity = 6 => "unknown_severity",
        /// An asset was down or could not be reached: nothing about it was observed.
        AssetDown = 7 => "asset_down",
        /// The scan broke off or reported errors: it covers nothing it could not see.
        IncompleteScan = 8 => "incomplete_scan",
        /// A look without credentials: what needs them was not seen.
        Uncredentialed = 9 => "uncredentialed",
        /// A reference inside the report points to nothing.
        DanglingReference = 10 => "dangling_reference",
        /// The document contradicts its own figures (a count, a score).
        FigureMismatch = 11 => "figure_mismatch",
        /// A field was cut because it is longer than Yagura holds.
        Cut = 12 => "cut",
        /// A column of a register is not known and was kept as a note of the source.
        UnknownColumn = 13 => "unknown_column",
        /// The same key stands twice in an object; the last one counts.
        DuplicateKey = 14 => "duplicate_key",
        /// The document's version is newer or older than what Yagura was written for.
        UntestedVersion = 15 => "untested_version",
        /// A value could not be read and was left out.
        UnreadableValue = 16 => "unreadable_value",
    }
}

/// One warning.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Warning {
    /// What it is about.
    pub code: WarningCode,
    /// Where: a byte offset, a line, a path inside the document.
    pub at: String,
    /// The value met, cut to a readable length, never a secret.
    pub detail: String,
}
