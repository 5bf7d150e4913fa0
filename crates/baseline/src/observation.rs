//! Required observations: what must be known of an asset, and whether it is.

use yagura_model::{Timestamp, coverage::ObservationKind};

/// One observation that assets of a class must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Required {
    /// What must be observed.
    pub kind: ObservationKind,
    /// How many days an observation stays fresh.
    pub days: u32,
    /// Whether a look without credentials is not enough.
    pub credentialed: bool,
}

/// How an asset stands to a required observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ObservationState {
    /// Observed recently enough.
    Fresh,
    /// Observed, too long ago: what was last known keeps counting, marked stale, and is not
    /// counted as unknown too.
    Stale,
    /// Never observed: costs what an unknown costs.
    NeverMade,
}

impl Required {
    /// Whether a look counts for this requirement. `credentialed` is `None` where the question
    /// makes no sense for the tool, as for an agent on the device itself.
    pub fn accepts(&self, kind: ObservationKind, credentialed: Option<bool>) -> bool {
        kind == self.kind && (!self.credentialed || credentialed != Some(false))
    }

    /// The same, but not required more often than in some days: what a network allows.
    #[must_use]
    pub fn at_least(self, days: u32) -> Self {
        Self { days: self.days.max(days), ..self }
    }

    /// The state at `now`, given the newest look that [counts](Self::accepts).
    pub fn state(&self, newest: Option<Timestamp>, now: Timestamp) -> ObservationState {
        let Some(newest) = newest else { return ObservationState::NeverMade };
        let age = now.as_second().saturating_sub(newest.as_second());
        if age <= i64::from(self.days) * crate::age::SECONDS_PER_DAY {
            ObservationState::Fresh
        } else {
            ObservationState::Stale
        }
    }
}

#[cfg(test)]
mod tests {
    use yagura_model::coverage::ObservationKind;

    use super::{ObservationState, Required};

    fn scan() -> Required {
        Required { kind: ObservationKind::Vulnerability, days: 30, credentialed: true }
    }

    #[test]
    fn a_look_without_credentials_does_not_count_where_they_are_required() {
        assert!(!scan().accepts(ObservationKind::Vulnerability, Some(false)));
        assert!(scan().accepts(ObservationKind::Vulnerability, Some(true)));
        assert!(scan().accepts(ObservationKind::Vulnerability, None));
        assert!(!scan().accepts(ObservationKind::Configuration, Some(true)));
    }

    #[test]
    fn fresh_until_the_last_second_of_the_last_day() {
        let now = "2026-11-21T00:00:00Z".parse().unwrap();
        let state = |seen: &str| scan().state(Some(seen.parse().unwrap()), now);
        assert_eq!(state("2026-10-22T00:00:00Z"), ObservationState::Fresh);
        assert_eq!(state("2026-10-21T23:59:59Z"), ObservationState::Stale);
        assert_eq!(state("2026-12-01T00:00:00Z"), ObservationState::Fresh);
        assert_eq!(scan().state(None, now), ObservationState::NeverMade);
    }
}
