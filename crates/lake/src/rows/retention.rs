//! What was deleted because it was past its retention.

use yagura_model::{Timestamp, id::ReportKey};

use crate::row::row;

row! {
    /// A deletion by retention: who, by which rule, of what before which day.
    pub struct RetentionRow in Retentions keyed by retention {
        /// Its number, from 1.
        pub retention: i64,
        /// Who decided.
        pub decided_by: String,
        /// The second person who agreed; empty if none was needed.
        pub second_person: String,
        /// Why.
        pub reason: String,
        /// When, by the clock of who wrote it.
        pub decided_at: Timestamp,
        /// Name and version of the rules.
        pub rule: String,
        /// SHA-256 of their file, lower case hex.
        pub rule_digest: String,
        /// Since when history is kept; `None` if none was deleted.
        pub history_since: Option<Timestamp>,
        /// Before when the bytes of reports went; `None` if none did.
        pub evidence_before: Option<Timestamp>,
        /// How many rows went.
        pub deleted_rows: i64,
        /// How many of each table, as `findings 12`.
        pub deleted_of: Vec<String>,
        /// The bytes of how many reports went.
        pub cleared_reports: i64,
        /// How many bytes their stored forms had.
        pub cleared_bytes: i64,
    }
}

row! {
    /// A report whose bytes are past their retention. Its digest and what was read from it stay.
    pub struct ClearedRow in Cleared keyed by report {
        /// The report.
        pub report: ReportKey,
        /// The number of the deletion.
        pub retention: i64,
    }
}
