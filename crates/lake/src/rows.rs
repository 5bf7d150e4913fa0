//! The rows of every table.
//!
//! Times are UTC with microseconds. An interval runs from `first_seen` (inclusive) to
//! `resolved_at` (exclusive); without `resolved_at` it is open. Enumerations stand as their
//! stable numbers.

use std::sync::Arc;

use yagura_model::{
    Timestamp,
    id::{AssetKey, CheckKey, ReportKey, SourceKey, SubjectKey},
};

use crate::row::row;

mod coverage;
mod decision;
mod parts;
mod report;
mod retention;
mod software;
mod superseded;

pub use decision::{DecisionRow, LifeRecordRow};
pub use parts::*;
pub use retention::{ClearedRow, RetentionRow};
pub use software::{PackageRow, SoftwareRow, SoftwareSetRow};
pub use superseded::SupersededRow;

row! {
    /// When a commit was made; its number is `written_by`.
    pub struct CommitRow in Commits {
        /// By the writer's clock, never earlier than the commit before.
        pub committed_at: Timestamp,
    }
}

row! {
    /// An organisation during an interval of its life.
    pub struct OrganisationRow in Organisations {
        /// Path of codes joined by `/`.
        pub code: String,
        /// Name in Japanese.
        pub name_ja: String,
        /// Name in English.
        pub name_en: String,
        /// Code of the organisation above; empty at the top.
        pub parent: String,
        /// Since when; `None` is since ever.
        pub valid_from: Option<Timestamp>,
        /// Until when; `None` is for ever.
        pub valid_to: Option<Timestamp>,
    }
}

row! {
    /// What an organisation answered for passed to another.
    pub struct SuccessionRow in Successions {
        /// The code of who answered for it.
        pub organisation: String,
        /// The code of who answers for it since.
        pub successor: String,
        /// When.
        pub passed_at: Timestamp,
    }
}

row! {
    /// A registered source: a tool of an organisation.
    pub struct SourceRow in Sources keyed by source {
        /// Its key.
        pub source: SourceKey,
        /// Its name, unique within its organisation.
        pub name: String,
        /// Whose it is.
        pub organisation: String,
        /// What it is able to see, as a set of observation kinds.
        pub kinds: i32,
        /// The tool or format it was first registered with.
        pub tool: String,
    }
}

row! {
    /// A report that was accepted.
    pub struct ReportRow in Reports keyed by report {
        /// Its key.
        pub report: ReportKey,
        /// Whose it is.
        pub source: SourceKey,
        /// The organisation it was given for.
        pub organisation: String,
        /// SHA-256 of the bytes received, lower case hex.
        pub received_digest: String,
        /// SHA-256 of the member that was read, after its containers were opened.
        pub digest: String,
        /// First 64 bits of the SHA-256 of `digest`, by which it is found.
        pub digest_hash: i64,
        /// Length of the member in bytes.
        pub length: i64,
        /// File name as given, with the member's name behind `!` if it lay in a container.
        pub name: String,
        /// Name of the format.
        pub format: String,
        /// The tool that wrote it.
        pub tool: String,
        /// The tool's version, empty if not said.
        pub tool_version: String,
        /// Name of the scan or profile, empty if not said.
        pub title: String,
        /// When the observation ended.
        pub observed_at: Timestamp,
        /// All result elements.
        pub records: i64,
        /// Records with a statement that is not informational.
        pub findings: i64,
        /// Records that passed.
        pub passes: i64,
        /// Records without a verdict.
        pub not_assessed: i64,
        /// Records that only told facts.
        pub facts: i64,
        /// Records not taken.
        pub dropped: i64,
        /// Different assets.
        pub assets: i64,
        /// Packages and components.
        pub software: i64,
        /// Kinds of observation it carried out.
        pub kinds: i32,
        /// The evidence pack its bytes lie in; `None` is a file of their own.
        pub evidence_pack: Option<i64>,
        /// Where in the pack.
        pub evidence_offset: Option<i64>,
        /// How many bytes their stored form has.
        pub evidence_stored: i64,
        /// Warnings, one JSON object each.
        pub warnings: Vec<String>,
    }
}

row! {
    /// One source's record of one thing.
    pub struct SubjectRow in Subjects sharded by subject {
        /// Its key.
        pub subject: SubjectKey,
        /// Which source.
        pub source: SourceKey,
        /// First 64 bits of the SHA-256 of the source and its key without the generation.
        pub key_hash: i64,
        /// What the source knows the thing by; behind `~` the generation, if under the same name it
        /// showed another thing before.
        pub stable_key: String,
        /// The organisation scope it was born in.
        pub organisation: String,
        /// Class of asset, as the source first saw it; what it says since stands in the attributes.
        pub class: i8,
        /// The name the source first showed people; what it says since stands in the attributes.
        pub name: String,
        /// The first report that showed it.
        pub report: ReportKey,
    }
}

row! {
    /// An identifier of a subject during an interval.
    pub struct IdentifierRow in Identifiers sharded by subject {
        /// Of which subject.
        pub subject: SubjectKey,
        /// Kind of identifier.
        pub kind: i8,
        /// Normalised value.
        pub value: Arc<str>,
        /// Hash of kind, scope and value by which subjects of the same thing are found; `None` if
        /// the value never identifies.
        pub hash: Option<i64>,
        /// Since when.
        pub first_seen: Timestamp,
        /// Until when.
        pub resolved_at: Option<Timestamp>,
    }
}

row! {
    /// Which asset a subject belongs to.
    pub struct LinkRow in Links sharded by subject {
        /// The subject.
        pub subject: SubjectKey,
        /// The asset.
        pub asset: AssetKey,
        /// Since when; `None` is since the subject was first seen.
        pub valid_from: Option<Timestamp>,
        /// Until when.
        pub valid_to: Option<Timestamp>,
        /// The rule or person that decided: `rule:serial`, `rule:merge:serial`, and
        /// `person:<number of the decision>`.
        pub decided_by: String,
    }
}

row! {
    /// An asset.
    pub struct AssetRow in Assets keyed by asset {
        /// Its key.
        pub asset: AssetKey,
        /// Domain.
        pub domain: i8,
        /// The class it was first taken for.
        pub class: i8,
        /// The name it was first shown by.
        pub name: String,
        /// The organisation scope it was born in.
        pub organisation: String,
        /// When it was first seen by any source.
        pub first_seen: Timestamp,
    }
}

row! {
    /// A dated relation a subject's source stated.
    pub struct RelationRow in Relations sharded by subject {
        /// Of which subject.
        pub subject: SubjectKey,
        /// Kind of relation.
        pub kind: i8,
        /// Code or identifier of the other side.
        pub target: String,
        /// Since when it holds, as stated; `None` is since ever.
        pub valid_from: Option<Timestamp>,
        /// Until when, as stated.
        pub valid_to: Option<Timestamp>,
        /// Since when the source says so.
        pub first_seen: Timestamp,
        /// Until when the source said so.
        pub resolved_at: Option<Timestamp>,
    }
}

row! {
    /// An attribute of a subject during an interval.
    pub struct AttributeRow in Attributes sharded by subject {
        /// Of which subject.
        pub subject: SubjectKey,
        /// Name of the attribute.
        pub name: Arc<str>,
        /// Its value.
        pub value: Arc<str>,
        /// Since when.
        pub first_seen: Timestamp,
        /// Until when.
        pub resolved_at: Option<Timestamp>,
        /// The report that said it first.
        pub report: ReportKey,
    }
}

row! {
    /// The definition of a check.
    pub struct CheckRow in Checks keyed by check {
        /// Its key.
        pub check: CheckKey,
        /// Which tool's.
        pub tool: String,
        /// The tool's own id.
        pub id: String,
        /// Kind of observation that makes it.
        pub kind: i8,
        /// One line for people.
        pub title: String,
        /// Severity, if the definition says one.
        pub severity: Option<i8>,
        /// CVE ids.
        pub cves: Vec<String>,
        /// CVSS vectors.
        pub vectors: Vec<String>,
        /// What it is about.
        pub description: String,
        /// How to correct it.
        pub remediation: String,
        /// Links and other ids.
        pub references: Vec<String>,
        /// Whether a look without credentials sees it, if known.
        pub remote: Option<bool>,
        /// First 64 bits of the SHA-256 of the definition.
        pub content: i64,
    }
}

row! {
    /// An interval of a finding.
    pub struct FindingRow in Findings sharded by subject {
        /// On which subject.
        pub subject: SubjectKey,
        /// Which check.
        pub check: CheckKey,
        /// Where on the subject.
        pub location: Arc<str>,
        /// Which source.
        pub source: SourceKey,
        /// State.
        pub state: i8,
        /// Severity here.
        pub severity: i8,
        /// What the source says was decided.
        pub disposition: i8,
        /// Version that corrects it.
        pub fixed_version: Option<Arc<str>>,
        /// Since when.
        pub first_seen: Timestamp,
        /// Until when.
        pub resolved_at: Option<Timestamp>,
        /// The report that opened it.
        pub report: ReportKey,
        /// Ordinal of the record in that report, from 0.
        pub record: i32,
    }
}

row! {
    /// What one report covered of one shard, for one combination of kinds, credentials, checks and
    /// time.
    pub struct CoverageRow in Coverage keyed by source {
        /// The shard of the subjects.
        pub of_shard: yagura_model::id::Shard,
        /// Which report.
        pub report: ReportKey,
        /// Its source.
        pub source: SourceKey,
        /// When.
        pub observed_at: Timestamp,
        /// Kinds of observation.
        pub kinds: i32,
        /// With credentials, without, or a question that makes no sense.
        pub credentialed: Option<bool>,
        /// The set of checks evaluated; `None` is all the source knows.
        pub check_set: Option<i64>,
        /// Numbers of the subjects in the shard, a portable roaring bitmap.
        pub subjects: Vec<u8>,
    }
}

row! {
    /// A set of checks.
    pub struct CheckSetRow in CheckSets keyed by check_set {
        /// First 64 bits of the SHA-256 of its content.
        pub check_set: i64,
        /// The checks, ascending.
        pub checks: Vec<i32>,
        /// Not empty: all checks, but at these ports only.
        pub ports: String,
    }
}

row! {
    /// A subject whose identity waits for a person.
    pub struct HoldRow in Holds sharded by subject {
        /// The subject.
        pub subject: SubjectKey,
        /// The asset it got for the time being.
        pub asset: AssetKey,
        /// The assets it might be, within the same organisation.
        pub candidates: Vec<i64>,
        /// Why: `contradiction:serial`, `several:mac`.
        pub reason: String,
    }
}
