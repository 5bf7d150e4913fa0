//! How people name decisions and records.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};
use yagura_model::id::{DecisionKey, Shard, SubjectKey};

/// A decision as people name it: `D-7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DecisionId(pub DecisionKey);

/// A source's record of a thing as people name it: `R-1-3`, the third of the first shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordId(pub SubjectKey);

/// A text that is no number of a decision.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the number of a decision, written like `D-7`")]
pub struct NotDecisionId(pub String);

/// A text that is no number of a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the number of a record, written like `R-1-3`")]
pub struct NotRecordId(pub String);

impl fmt::Display for DecisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "D-{}", self.0)
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R-{}-{}", self.0.shard(), self.0.number())
    }
}

impl Serialize for DecisionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for RecordId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What follows the letter of a number, in either case.
fn after(text: &str, letter: char) -> Option<&str> {
    let rest = text.trim().strip_prefix([letter, letter.to_ascii_lowercase()])?;
    rest.strip_prefix('-')
}

/// A number without a sign.
fn digits<N: FromStr>(text: &str) -> Option<N> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

impl FromStr for DecisionId {
    type Err = NotDecisionId;

    fn from_str(text: &str) -> Result<Self, NotDecisionId> {
        let number = after(text, 'D').unwrap_or_else(|| text.trim());
        let key = digits(number).map(DecisionKey);
        key.map(Self).ok_or_else(|| NotDecisionId(text.to_owned()))
    }
}

impl FromStr for RecordId {
    type Err = NotRecordId;

    /// Also the bare number that queries give.
    fn from_str(text: &str) -> Result<Self, NotRecordId> {
        let read = || match after(text, 'R') {
            Some(both) => {
                let (shard, number) = both.split_once('-')?;
                Some(SubjectKey::new(Shard(digits(shard)?), digits(number)?))
            }
            None => digits(text.trim()).map(SubjectKey),
        };
        read().map(Self).ok_or_else(|| NotRecordId(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        let record = RecordId(SubjectKey::new(Shard(1), 3));
        assert_eq!(record.to_string(), "R-1-3");
        for text in ["R-1-3", "r-1-3", " R-1-3 ", "4294967299"] {
            assert_eq!(text.parse(), Ok(record), "{text}");
        }
        for text in ["", "R-1", "R-1-", "R--1-3", "R-1-3-4", "A-1", "-5", "R-1-+3"] {
            assert!(text.parse::<RecordId>().is_err(), "{text}");
        }
        let decision = DecisionId(DecisionKey(7));
        assert_eq!(decision.to_string(), "D-7");
        for text in ["D-7", "d-7", "7"] {
            assert_eq!(text.parse(), Ok(decision), "{text}");
        }
        for text in ["", "D", "D-", "D-x", "-7", "A-7"] {
            assert!(text.parse::<DecisionId>().is_err(), "{text}");
        }
    }
}
