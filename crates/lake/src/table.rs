//! The tables of the lake.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::{row::Row, rows};

macro_rules! tables {
    ($($(#[$meta:meta])* $variant:ident = $number:literal, $name:literal, $sharded:literal, $row:ty;)+) => {
        /// A table. The number stands in the table of superseded versions and is never reused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Table {
            $($(#[$meta])* $variant = $number,)+
        }

        impl Table {
            /// Every table.
            pub const ALL: &'static [Table] = &[$(Table::$variant,)+];

            /// Its name and folder.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Its stable number.
            pub fn number(self) -> i8 {
                self as i8
            }

            /// Whether it is partitioned by shard.
            pub fn is_sharded(self) -> bool {
                match self { $(Self::$variant => $sharded,)+ }
            }

            /// The integer column its files are sorted by; `None` is the order of writing.
            pub fn key(self) -> Option<&'static str> {
                match self { $(Self::$variant => <$row>::KEY,)+ }
            }

            fn own_fields(self) -> Vec<Field> {
                match self { $(Self::$variant => <$row>::fields(),)+ }
            }
        }
    };
}

tables! {
    /// When each commit was made.
    Commits = 1, "commits", false, rows::CommitRow;
    /// The dated tree of organisations.
    Organisations = 2, "organisations", false, rows::OrganisationRow;
    /// Registered sources.
    Sources = 3, "sources", false, rows::SourceRow;
    /// Accepted reports.
    Reports = 4, "reports", false, rows::ReportRow;
    /// What each source saw, once a thing.
    Subjects = 5, "subjects", true, rows::SubjectRow;
    /// What subjects are known by.
    Identifiers = 6, "identifiers", true, rows::IdentifierRow;
    /// Which asset a subject belongs to.
    Links = 7, "links", true, rows::LinkRow;
    /// The assets.
    Assets = 8, "assets", false, rows::AssetRow;
    /// How subjects stand to organisations, systems and each other, by date.
    Relations = 9, "relations", true, rows::RelationRow;
    /// What subjects are said to be.
    Attributes = 10, "attributes", true, rows::AttributeRow;
    /// Definitions of checks.
    Checks = 11, "checks", false, rows::CheckRow;
    /// Intervals of findings.
    Findings = 12, "findings", true, rows::FindingRow;
    /// What reports covered.
    Coverage = 13, "coverage", false, rows::CoverageRow;
    /// Sets of checks that reports evaluated.
    CheckSets = 14, "check_sets", false, rows::CheckSetRow;
    /// Packages and programs.
    Packages = 15, "packages", false, rows::PackageRow;
    /// Sets of packages.
    SoftwareSets = 16, "software_sets", false, rows::SoftwareSetRow;
    /// Which set of packages is on a subject.
    Software = 17, "software", true, rows::SoftwareRow;
    /// Subjects whose identity waits for a person.
    Holds = 18, "holds", true, rows::HoldRow;
    /// Versions of rows that another version stands in the place of.
    Superseded = 19, "superseded", false, rows::SupersededRow;
    /// What persons decided.
    Decisions = 20, "decisions", false, rows::DecisionRow;
    /// What organisations answered for and passed to others.
    Successions = 21, "successions", false, rows::SuccessionRow;
    /// In which states persons recorded assets to be.
    LifeRecords = 22, "life_records", false, rows::LifeRecordRow;
    /// What was deleted because it was past its retention.
    Retentions = 23, "retentions", false, rows::RetentionRow;
    /// Reports whose bytes are past their retention.
    Cleared = 24, "cleared_evidence", false, rows::ClearedRow;
}

/// Name of the partition column of sharded tables.
pub const SHARD: &str = "shard";

impl Table {
    /// The columns of its files: its own, then `written_by`, `row` and `superseded_by`.
    pub fn file_schema(self) -> SchemaRef {
        let mut fields = self.own_fields();
        fields.push(Field::new("written_by", DataType::Int64, false));
        fields.push(Field::new("row", DataType::Int32, false));
        fields.push(Field::new("superseded_by", DataType::Int64, true));
        Arc::new(Schema::new(fields))
    }

    /// Whether nearly every row has a value of its own in a column: a list of its values would be as long
    /// as the column, and would have to be read for each row that is looked for.
    pub(crate) fn is_distinct(self, column: &str) -> bool {
        let columns: &[&str] = match self {
            Self::Subjects => &["key_hash", "stable_key", "name"],
            Self::Identifiers => &["value", "hash"],
            Self::Assets => &["name"],
            _ => &[],
        };
        columns.contains(&column)
    }

    /// The table of a name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|table| table.name() == name)
    }
}
