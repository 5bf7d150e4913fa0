//! What became of a report.

use serde::Serialize;
use yagura_formats::collect::Tally;
use yagura_model::{Timestamp, id::ReportKey};

/// What became of a report.
#[derive(Debug, Clone)]
pub struct Ingested {
    /// The report's key: its own, or that of the report that gave the same bytes before.
    pub report: ReportKey,
    /// SHA-256 of the member, lower case hex.
    pub digest: String,
    /// The format's name; empty if the bytes were known and not read again.
    pub format: &'static str,
    /// Whether the source gave the same bytes before: then nothing changed.
    pub unchanged: bool,
    /// What the report holds, in numbers; nothing if it was not read again.
    pub tally: Tally,
    /// The time the report counts for.
    pub observed_at: Timestamp,
    /// Whether that is the time of receipt, because neither the report nor the caller says one.
    pub time_assumed: bool,
    /// Organisations made on the way.
    pub organisations_new: Vec<String>,
    /// What it changed, in numbers.
    pub effects: Effects,
}

/// What a report changed, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Effects {
    /// Findings never seen before.
    pub opened: u64,
    /// Findings that came back.
    pub reopened: u64,
    /// Findings that a covering look no longer sees.
    pub resolved: u64,
    /// Findings that go on.
    pub continuing: u64,
    /// Assets made.
    pub assets_new: u64,
    /// Assets known before.
    pub assets_matched: u64,
    /// Subjects whose identity waits for a person.
    pub assets_held: u64,
}

impl Ingested {
    /// A report that was there before: nothing changed.
    pub(super) fn unchanged(report: ReportKey, digest: &str, observed_at: Timestamp) -> Self {
        Self {
            report,
            digest: digest.to_owned(),
            format: "",
            unchanged: true,
            tally: Tally::default(),
            observed_at,
            time_assumed: false,
            organisations_new: Vec::new(),
            effects: Effects::default(),
        }
    }
}
