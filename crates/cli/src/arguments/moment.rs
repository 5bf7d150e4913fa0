//! Times on the command line.

use std::str::FromStr;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// A time with its zone, or a date or time of day that still needs one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    Instant(Timestamp),
    Local(DateTime),
}

impl FromStr for Moment {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        let text = text.trim();
        if let Ok(at) = text.parse() {
            return Ok(Self::Instant(at));
        }
        text.parse().map(Self::Local)
    }
}

impl Moment {
    /// The time, in this zone if it has none of its own; a date stands for its beginning.
    pub(crate) fn at(self, zone: &TimeZone) -> Result<Timestamp, jiff::Error> {
        match self {
            Self::Instant(at) => Ok(at),
            Self::Local(at) => at.to_zoned(zone.clone()).map(|at| at.timestamp()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_a_zone_takes_the_one_given() {
        let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
        let at = |text: &str| text.parse::<Moment>().unwrap().at(&tokyo).unwrap().to_string();
        assert_eq!(at("2026-04-01T00:00:00Z"), "2026-04-01T00:00:00Z");
        assert_eq!(at("2026-04-01T09:00:00+09:00"), "2026-04-01T00:00:00Z");
        assert_eq!(at("2026-04-01T09:00"), "2026-04-01T00:00:00Z");
        assert_eq!(at(" 2026-04-01 09:00:00 "), "2026-04-01T00:00:00Z");
        assert_eq!(at("2026-04-01"), "2026-03-31T15:00:00Z");
        assert!("yesterday".parse::<Moment>().is_err());
    }
}
