//! The time: the only place in Yagura that asks the operating system for it.

use yagura_model::Timestamp;

/// Tells the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clock {
    /// The operating system's time.
    #[default]
    System,
    /// Always the same time, for tests and for reproducing a run.
    Fixed(Timestamp),
}

impl Clock {
    /// The time now.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks for the time")]
    pub fn now(self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Fixed(at) => at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_stands_still_and_the_system_clock_does_not_go_back() {
        let noon: Timestamp = "2026-04-01T03:00:00Z".parse().unwrap();
        assert_eq!(Clock::Fixed(noon).now(), noon);
        let before = Clock::System.now();
        assert!(Clock::default().now() >= before);
    }
}
