//! The two times of whatever is asked: 基準日時, when it was so, and 当時の認識, when that was known.

use clap::Args;
use jiff::Timestamp;
use yagura_engine::lake::{Lake, LakeError, Snapshot, views::AsOf};

use super::moment::Moment;
use crate::{failure::Failure, session::Session};

/// See the module.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct TimeArguments {
    #[arg(long, value_name = "TIME")]
    as_of: Option<Moment>,

    #[arg(long, value_name = "TIME")]
    known_at: Option<Moment>,
}

impl TimeArguments {
    /// The times asked for.
    pub(crate) fn times(&self, session: &Session) -> Result<Times, Failure> {
        Ok(Times {
            as_of: session.at(self.as_of)?,
            known_at: session.at(self.known_at)?,
            now: session.clock.now(),
        })
    }
}

/// The two times, and the present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Times {
    as_of: Option<Timestamp>,
    known_at: Option<Timestamp>,
    now: Timestamp,
}

impl Times {
    /// The time asked about. Who only says what is to be known asks what would have been answered
    /// then: about that time.
    pub(crate) fn at(&self) -> Timestamp {
        self.as_of.unwrap_or_else(|| self.known_at.map_or(self.now, |known| known.min(self.now)))
    }

    /// The time asked about, if it was said.
    pub(crate) fn as_of(&self) -> Option<Timestamp> {
        self.as_of
    }

    /// By what was known then, if that was said.
    pub(crate) fn known_at(&self) -> Option<Timestamp> {
        self.known_at
    }

    /// Whether the present is asked about, by all that is known.
    pub(crate) fn is_present(&self) -> bool {
        self.as_of.is_none() && self.known_at.is_none()
    }

    /// The time views tell of.
    pub(crate) fn of_views(&self) -> AsOf {
        match self.as_of {
            Some(at) => AsOf::time(at),
            None => AsOf::present(self.at()),
        }
    }

    /// The newest state of a lake, by what was known; refused if it does not tell of the time any
    /// more.
    pub(crate) async fn snapshot(&self, lake: &Lake) -> Result<Snapshot, LakeError> {
        let snapshot = lake.snapshot().await?;
        snapshot.tells_of(self.at())?;
        match self.known_at {
            Some(known_at) => snapshot.as_known_at(known_at).await,
            None => Ok(snapshot),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Times;

    #[test]
    fn what_was_known_at_a_time_tells_of_that_time_unless_another_is_said() {
        let time = |text: &str| format!("2026-{text}T00:00:00Z").parse().unwrap();
        let now = time("11-01");
        let at = |as_of: Option<&str>, known_at: Option<&str>| {
            Times { as_of: as_of.map(time), known_at: known_at.map(time), now }.at()
        };
        assert_eq!(at(None, None), now);
        assert_eq!(at(Some("10-01"), None), time("10-01"));
        assert_eq!(at(None, Some("10-05")), time("10-05"));
        assert_eq!(at(Some("10-01"), Some("10-05")), time("10-01"));
        // Nothing of the future is known.
        assert_eq!(at(None, Some("12-01")), now);
    }
}
