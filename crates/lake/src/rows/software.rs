//! Packages, sets of them, and which set is where.

use yagura_model::{
    Timestamp,
    id::{ReportKey, SubjectKey},
};

use crate::row::row;

row! {
    /// A package or program.
    pub struct PackageRow in Packages keyed by package {
        /// Its key.
        pub package: i32,
        /// Its name.
        pub name: String,
        /// Its version.
        pub version: String,
        /// Package URL, empty if unknown.
        pub purl: String,
        /// CPE name, empty if unknown.
        pub cpe: String,
        /// Vendor, empty if unknown.
        pub vendor: String,
    }
}

row! {
    /// A set of packages.
    pub struct SoftwareSetRow in SoftwareSets keyed by software_set {
        /// First 64 bits of the SHA-256 of its content.
        pub software_set: i64,
        /// The packages, ascending.
        pub packages: Vec<i32>,
    }
}

row! {
    /// Which set of packages is on a subject during an interval.
    pub struct SoftwareRow in Software sharded by subject {
        /// On which subject.
        pub subject: SubjectKey,
        /// Which set.
        pub software_set: i64,
        /// Since when.
        pub first_seen: Timestamp,
        /// Until when.
        pub resolved_at: Option<Timestamp>,
        /// The report that said it first.
        pub report: ReportKey,
    }
}
