//! Records: the result elements of a report, and the account that none of them vanished.

use crate::{asset::LocalAsset, check::CheckSeen, finding::FindingSeen, kinds::text_enum};

/// A byte range of a report's (decompressed) bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// First byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
}

/// One result element of a report, with the one outcome it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record<'a> {
    /// Where it stands in the bytes.
    pub place: Place,
    /// The asset it is about; it must have been given to the sink before. `None` only for
    /// dropped records and for the rows of organisations.
    pub asset: Option<LocalAsset>,
    /// What became of it.
    pub outcome: Outcome<'a>,
}

/// What became of a record: exactly one of the five sides of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// One statement or several (one vulnerability at three packages). Never empty. A record whose
    /// statements are all informational counts as a fact.
    Findings(Vec<FindingSeen<'a>>),
    /// The check was evaluated and passed.
    Pass(CheckSeen<'a>),
    /// The check was not evaluated, or the tool could not tell. `Error` and `Unknown` are kept as
    /// rows of their own; the others say that the check is in no check set.
    NotAssessed(CheckSeen<'a>, NotAssessed),
    /// The record told facts only (an inventory row, an open port), given to the sink apart.
    Fact,
    /// The record was not taken, and why.
    Dropped(DropReason),
}

text_enum! {
    /// Why a check has no verdict.
    pub enum NotAssessed: u8 {
        /// It cannot apply here.
        NotApplicable = 1 => "not_applicable",
        /// Nobody evaluated it.
        NotChecked = 2 => "not_checked",
        /// The profile leaves it out.
        NotSelected = 3 => "not_selected",
        /// A person has to look.
        Manual = 4 => "manual",
        /// The evaluation broke.
        Error = 5 => "error",
        /// The tool could not tell.
        Unknown = 6 => "unknown",
    }
}

text_enum! {
    /// Why a record was not taken.
    pub enum DropReason: u8 {
        /// It names no asset and none can be derived.
        NoAsset = 1 => "no_asset",
        /// It names no check.
        NoCheck = 2 => "no_check",
        /// A field it needs is not readable.
        Malformed = 3 => "malformed",
        /// It repeats another record of the same report to the letter.
        Repeated = 4 => "repeated",
        /// It is of a kind Yagura does not hold.
        Unsupported = 5 => "unsupported",
    }
}

/// The account of a report's records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Account {
    /// All result elements.
    pub records: u64,
    /// Records with at least one statement that is not informational.
    pub findings: u64,
    /// Records that passed.
    pub passes: u64,
    /// Records without a verdict.
    pub not_assessed: u64,
    /// Records that only told facts.
    pub facts: u64,
    /// Records not taken, each counted in a warning.
    pub dropped: u64,
}

impl Account {
    /// Counts one record in.
    pub fn add(&mut self, outcome: &Outcome<'_>) {
        use crate::finding::FindingState;
        self.records += 1;
        let side = match outcome {
            Outcome::Findings(statements)
                if statements.iter().all(|s| s.state == FindingState::Info) =>
            {
                &mut self.facts
            }
            Outcome::Findings(_) => &mut self.findings,
            Outcome::Pass(_) => &mut self.passes,
            Outcome::NotAssessed(..) => &mut self.not_assessed,
            Outcome::Fact => &mut self.facts,
            Outcome::Dropped(_) => &mut self.dropped,
        };
        *side += 1;
    }

    /// Whether `records = findings + passes + not_assessed + facts + dropped`.
    pub fn balances(&self) -> bool {
        self.records == self.findings + self.passes + self.not_assessed + self.facts + self.dropped
    }
}
