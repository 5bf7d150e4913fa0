//! What must hold, by name, and what does not.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::table::Table;

/// So many of a kind are listed one by one for people; of the others it is said how many there are.
pub(crate) const LISTED: u64 = 20;

macro_rules! invariants {
    ($($(#[$meta:meta])* $name:ident = $text:literal;)+) => {
        /// Something that must hold of a lake. The names are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Invariant {
            $($(#[$meta])* $name,)+
        }

        impl Invariant {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its stable name.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

invariants! {
    /// Manifests are numbered without a gap, and the highest is what readers take for the state.
    ManifestChain = "manifest-chain";
    /// Every manifest can be read and fits its digest.
    ManifestReadable = "manifest-readable";
    /// Every entry of a table's log from which its version is opened is there and can be read.
    LogReadable = "log-readable";
    /// The log of a table lists the files that the manifest was committed with.
    LogContent = "log-content";
    /// Every file of the state is there.
    FilePresent = "file-present";
    /// It has the size the log says.
    FileSize = "file-size";
    /// It has the bytes that were written.
    FileDigest = "file-digest";
    /// It is a Parquet file with the columns of its table.
    FileReadable = "file-readable";
    /// It has as many rows, and values within the bounds, as the log says.
    FileStatistics = "file-statistics";
    /// A row lies in the shard of its subject.
    RowShard = "row-shard";
    /// Rows are sorted by the key of their table.
    RowOrder = "row-order";
    /// A row has a name of its own, given by a commit that was made.
    RowName = "row-name";
    /// Every commit has its time, and later ones later times.
    CommitTimes = "commit-times";
    /// What is superseded is there, in the shard in which it is said to be.
    SupersededRow = "superseded-row";
    /// There is one version in force of everything that has a key.
    KeyOnce = "key-once";
    /// There is one open interval of everything that has intervals.
    OpenOnce = "open-once";
    /// What a row points to is there.
    Reference = "reference";
    /// Numbers that are given next were not given before.
    Counter = "counter";
    /// The bytes of every report are there.
    EvidencePresent = "evidence-present";
    /// They can be found in their stored form.
    EvidenceReadable = "evidence-readable";
    /// They are those that were received.
    EvidenceDigest = "evidence-digest";
    /// The files of stored scores are there, as they were written.
    StoredScore = "stored-score";
}

impl Serialize for Invariant {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A place where something does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Breach {
    /// What does not hold.
    pub invariant: Invariant,
    /// In which table.
    pub table: Option<&'static str>,
    /// In which file, relative to the data folder.
    pub path: Option<String>,
    /// Of which row, key or report.
    pub key: Option<String>,
    /// What was found, for technicians.
    pub detail: String,
    /// How many more places like this one there are that are not listed.
    pub more: u64,
    /// The report whose evidence it is, or the number that was given.
    #[serde(skip)]
    pub(crate) number: Option<i64>,
}

/// What was found so far.
#[derive(Debug)]
pub(crate) struct Breaches {
    /// How many of a kind are listed.
    listed: u64,
    list: Vec<Breach>,
    /// How many of a kind there are, and where the last of them stands in the list.
    counted: BTreeMap<(Invariant, Option<Table>), (u64, usize)>,
}

/// Where something does not hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct At {
    table: Option<Table>,
    path: Option<String>,
    key: Option<String>,
    number: Option<i64>,
}

impl At {
    pub(crate) fn table(table: Table) -> Self {
        Self { table: Some(table), ..Self::default() }
    }

    pub(crate) fn path(path: impl Into<String>) -> Self {
        Self { path: Some(path.into()), ..Self::default() }
    }

    pub(crate) fn in_file(self, path: impl Into<String>) -> Self {
        Self { path: Some(path.into()), ..self }
    }

    pub(crate) fn key(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }

    pub(crate) fn number(self, number: i64) -> Self {
        Self { number: Some(number), ..self }
    }
}

impl Breaches {
    pub(crate) fn new(listed: u64) -> Self {
        Self { listed, list: Vec::new(), counted: BTreeMap::new() }
    }

    pub(crate) fn add(&mut self, invariant: Invariant, at: At, detail: impl Into<String>) {
        let (count, last) = self.counted.entry((invariant, at.table)).or_default();
        *count += 1;
        if *count > self.listed {
            if let Some(last) = self.list.get_mut(*last) {
                last.more += 1;
            }
            return;
        }
        *last = self.list.len();
        self.list.push(Breach {
            invariant,
            table: at.table.map(Table::name),
            path: at.path,
            key: at.key,
            detail: detail.into(),
            more: 0,
            number: at.number,
        });
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn into_list(self) -> Vec<Breach> {
        self.list
    }
}

/// An error with all that caused it.
pub(crate) fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
