//! Parts of rows: for those who read some columns of many.

use std::sync::Arc;

use yagura_model::{
    Timestamp,
    id::{AssetKey, CheckKey, ReportKey, SourceKey, SubjectKey},
};

use crate::row::row;

row! {
    /// What finds a report again by its bytes: a part of its columns.
    pub struct ReportName in Reports keyed by report {
        /// Its key.
        pub report: ReportKey,
        /// Whose it is.
        pub source: SourceKey,
        /// SHA-256 of the member that was read.
        pub digest: String,
        /// First 64 bits of the SHA-256 of `digest`.
        pub digest_hash: i64,
        /// When the observation ended.
        pub observed_at: Timestamp,
    }
}

row! {
    /// When a finding was open: a part of its columns.
    pub struct FindingSpan in Findings sharded by subject {
        /// On which subject.
        pub subject: SubjectKey,
        /// Which check.
        pub check: CheckKey,
        /// Until when.
        pub resolved_at: Option<Timestamp>,
    }
}

row! {
    /// When an attribute held: a part of its columns.
    pub struct AttributeSpan in Attributes sharded by subject {
        /// Of which subject.
        pub subject: SubjectKey,
        /// Name of the attribute.
        pub name: Arc<str>,
        /// Since when.
        pub first_seen: Timestamp,
        /// Until when.
        pub resolved_at: Option<Timestamp>,
    }
}

row! {
    /// When a set of packages was there: a part of its columns.
    pub struct SoftwareSpan in Software sharded by subject {
        /// On which subject.
        pub subject: SubjectKey,
        /// Until when.
        pub resolved_at: Option<Timestamp>,
    }
}

row! {
    /// Since when a subject was known by something: a part of its columns.
    pub struct IdentifierSpan in Identifiers sharded by subject {
        /// Of which subject.
        pub subject: SubjectKey,
        /// Since when.
        pub first_seen: Timestamp,
    }
}

row! {
    /// That a relation was stated: a part of its columns.
    pub struct RelationSpan in Relations sharded by subject {
        /// Of which subject.
        pub subject: SubjectKey,
    }
}

row! {
    /// The CVEs a check is about: a part of its columns.
    pub struct CheckCves in Checks keyed by check {
        /// Its key.
        pub check: CheckKey,
        /// CVE ids.
        pub cves: Vec<String>,
    }
}

row! {
    /// On which report a finding stands: a part of its columns.
    pub struct FindingReport in Findings sharded by subject {
        /// On which subject.
        pub subject: SubjectKey,
        /// Until when.
        pub resolved_at: Option<Timestamp>,
        /// The report that opened it.
        pub report: ReportKey,
    }
}

row! {
    /// What finds a subject by a value it is known by: a part of its columns.
    pub struct IdentifierHash in Identifiers sharded by subject {
        /// The subject.
        pub subject: SubjectKey,
        /// Hash of scope, kind and value; `None` for values that never identify.
        pub hash: Option<i64>,
    }
}

row! {
    /// What finds a subject by what its source knows it by: a part of its columns.
    pub struct SubjectHash in Subjects sharded by subject {
        /// The subject.
        pub subject: SubjectKey,
        /// Hash of source and stable key.
        pub key_hash: i64,
    }
}

row! {
    /// Which set of packages there is: a part of its columns.
    pub struct SoftwareSetName in SoftwareSets keyed by software_set {
        /// Hash of the set.
        pub software_set: i64,
    }
}

row! {
    /// Where the bytes of a report are kept, and when they count: a part of its columns.
    pub struct ReportBytes in Reports keyed by report {
        /// Its key.
        pub report: ReportKey,
        /// Whose it is.
        pub source: SourceKey,
        /// SHA-256 of the member that was read.
        pub digest: String,
        /// Length of the member in bytes.
        pub length: i64,
        /// When the observation ended.
        pub observed_at: Timestamp,
        /// The evidence pack its bytes lie in; `None` is a file of their own.
        pub evidence_pack: Option<i64>,
        /// Where in the pack.
        pub evidence_offset: Option<i64>,
        /// How many bytes their stored form has.
        pub evidence_stored: i64,
    }
}

row! {
    /// What finds the definition of a check again: a part of its columns.
    pub struct CheckName in Checks keyed by check {
        /// Its key.
        pub check: CheckKey,
        /// Which tool's.
        pub tool: String,
        /// The tool's own id.
        pub id: String,
        /// Kind of observation that makes it.
        pub kind: i8,
        /// Whether a look without credentials sees it, if known.
        pub remote: Option<bool>,
        /// First 64 bits of the SHA-256 of the definition.
        pub content: i64,
    }
}

row! {
    /// What a score needs of a check: a part of its columns.
    pub struct CheckScore in Checks keyed by check {
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
        /// CVE ids.
        pub cves: Vec<String>,
        /// CVSS vectors.
        pub vectors: Vec<String>,
    }
}

row! {
    /// What a count needs of a finding: a part of its columns.
    pub struct FindingCount in Findings sharded by subject {
        /// On which subject.
        pub subject: SubjectKey,
        /// Which check.
        pub check: CheckKey,
        /// State.
        pub state: i8,
        /// Severity here.
        pub severity: i8,
        /// What the source says was decided.
        pub disposition: i8,
        /// Since when.
        pub first_seen: Timestamp,
        /// Until when.
        pub resolved_at: Option<Timestamp>,
    }
}

row! {
    /// What a score needs of a link: a part of its columns.
    pub struct LinkPoint in Links sharded by subject {
        /// The subject.
        pub subject: SubjectKey,
        /// The asset.
        pub asset: AssetKey,
        /// Since when.
        pub valid_from: Option<Timestamp>,
        /// Until when.
        pub valid_to: Option<Timestamp>,
    }
}

row! {
    /// Whose record a subject is: a part of its columns.
    pub struct SubjectPoint in Subjects sharded by subject {
        /// Its key.
        pub subject: SubjectKey,
        /// Which source.
        pub source: SourceKey,
        /// The first report that showed it.
        pub report: ReportKey,
    }
}

row! {
    /// What a source first took a thing for: a part of its columns.
    pub struct SubjectClass in Subjects sharded by subject {
        /// The subject.
        pub subject: SubjectKey,
        /// Class of asset.
        pub class: i8,
    }
}

row! {
    /// What a source first called a thing: a part of its columns.
    pub struct SubjectName in Subjects sharded by subject {
        /// The subject.
        pub subject: SubjectKey,
        /// The name the source shows people.
        pub name: Arc<str>,
    }
}

row! {
    /// What a score needs of an asset: a part of its columns.
    pub struct AssetPoint in Assets keyed by asset {
        /// Its key.
        pub asset: AssetKey,
        /// Class.
        pub class: i8,
        /// The organisation scope it was born in.
        pub organisation: Arc<str>,
        /// When it was first seen by any source.
        pub first_seen: Timestamp,
    }
}

row! {
    /// What a score needs of a relation: its columns, with targets shared.
    pub struct RelationPoint in Relations sharded by subject {
        /// Of which subject.
        pub subject: SubjectKey,
        /// Kind of relation.
        pub kind: i8,
        /// Code or identifier of the other side.
        pub target: Arc<str>,
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
    /// What a sum of points needs of a finding: a part of its columns.
    pub struct FindingPoint in Findings sharded by subject {
        /// On which subject.
        pub subject: SubjectKey,
        /// Which check.
        pub check: CheckKey,
        /// Where on the subject.
        pub location: Arc<str>,
        /// State.
        pub state: i8,
        /// Severity here.
        pub severity: i8,
        /// What the source says was decided.
        pub disposition: i8,
        /// Since when.
        pub first_seen: Timestamp,
        /// Until when.
        pub resolved_at: Option<Timestamp>,
    }
}
