//! Findings counted by what they weigh.

use serde::Serialize;
use yagura_model::{
    coverage::ObservationKind,
    finding::{Disposition, FindingState},
    severity::Severity,
};

/// How many statements stand against an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Open, of severity critical.
    pub critical: u64,
    /// Open, of severity high.
    pub high: u64,
    /// Open, of severity medium.
    pub medium: u64,
    /// Open, of severity low.
    pub low: u64,
    /// Open, but informational.
    pub info: u64,
    /// 受容: the source says that it was accepted or does not apply.
    pub accepted: u64,
    /// 判定不能: the source tried and could not tell.
    pub undetermined: u64,
    /// 検知: signs of an attack, which are events and no state.
    pub detections: u64,
}

/// What a statement counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    Open(Severity),
    Detection,
    Undetermined,
    Accepted,
    /// A fact: it counts as nothing.
    Fact,
}

impl Weight {
    pub(super) fn of(
        state: Option<FindingState>,
        severity: Severity,
        disposition: Disposition,
        kind: Option<ObservationKind>,
    ) -> Self {
        match state {
            Some(FindingState::Info) | None => Self::Fact,
            _ if disposition != Disposition::Open => Self::Accepted,
            Some(FindingState::Error | FindingState::Unknown) => Self::Undetermined,
            Some(FindingState::Fail) if kind == Some(ObservationKind::Detection) => Self::Detection,
            Some(FindingState::Fail) => Self::Open(severity),
        }
    }

    /// The order of a list that has the worst first.
    pub(super) fn rank(self) -> u8 {
        match self {
            Self::Open(severity) => 4 - severity.number(),
            Self::Detection => 5,
            Self::Undetermined => 6,
            Self::Accepted => 7,
            Self::Fact => 8,
        }
    }
}

impl Counts {
    pub(super) fn add(&mut self, weight: Weight) {
        let count = match weight {
            Weight::Open(Severity::Critical) => &mut self.critical,
            Weight::Open(Severity::High) => &mut self.high,
            Weight::Open(Severity::Medium) => &mut self.medium,
            Weight::Open(Severity::Low) => &mut self.low,
            Weight::Open(Severity::Info) => &mut self.info,
            Weight::Detection => &mut self.detections,
            Weight::Undetermined => &mut self.undetermined,
            Weight::Accepted => &mut self.accepted,
            Weight::Fact => return,
        };
        *count += 1;
    }

    /// The sum with those of another asset.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            critical: self.critical + other.critical,
            high: self.high + other.high,
            medium: self.medium + other.medium,
            low: self.low + other.low,
            info: self.info + other.info,
            accepted: self.accepted + other.accepted,
            undetermined: self.undetermined + other.undetermined,
            detections: self.detections + other.detections,
        }
    }

    /// What decides which of two assets is worse.
    pub fn by_severity(&self) -> [u64; 4] {
        [self.critical, self.high, self.medium, self.low]
    }

    /// All that is open, informational statements aside.
    pub fn open(&self) -> u64 {
        self.by_severity().iter().sum()
    }
}
