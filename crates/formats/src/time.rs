//! Times as tools write them.

use jiff::{Timestamp, civil::DateTime, fmt::strtime, tz::TimeZone};

/// A time that was read, and whether the text itself said the zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadTime {
    /// The point in time.
    pub at: Timestamp,
    /// False if the zone was taken from the caller.
    pub zoned: bool,
}

/// Civil forms beside RFC 3339, in `strftime` notation; tried in order.
const CIVIL: &[&str] = &[
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%a %b %e %H:%M:%S %Y",
    "%b %e %H:%M:%S %Y",
    "%b %e, %Y %H:%M:%S",
];

const ZONED: &[&str] =
    &["%Y-%m-%d %H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %z", "%a %b %e %H:%M:%S %Y %z"];

const DATES: &[&str] = &["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"];

/// Reads a time in RFC 3339, RFC 2822, or one of the civil forms tools write; a civil time is
/// taken in `zone`, a bare date as its midnight there. `UTC` and `GMT` behind a time are zones.
pub fn read(text: &str, zone: &TimeZone) -> Option<ReadTime> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(ReadTime { at, zoned: true });
    }
    for form in ZONED {
        if let Ok(zoned) = strtime::parse(form, text).and_then(|time| time.to_timestamp()) {
            return Some(ReadTime { at: zoned, zoned: true });
        }
    }
    let (civil, utc) = match text.strip_suffix("UTC").or_else(|| text.strip_suffix("GMT")) {
        Some(rest) => (rest.trim_end(), true),
        None => (text, false),
    };
    let zone = if utc { &TimeZone::UTC } else { zone };
    let at = civil_time(civil)?.to_zoned(zone.clone()).ok()?.timestamp();
    Some(ReadTime { at, zoned: utc })
}

fn civil_time(text: &str) -> Option<DateTime> {
    if let Ok(time) = text.parse::<DateTime>() {
        return Some(time);
    }
    for form in CIVIL {
        if let Ok(time) = strtime::parse(form, text).and_then(|time| time.to_datetime()) {
            return Some(time);
        }
    }
    for form in DATES {
        if let Ok(date) = strtime::parse(form, text).and_then(|time| time.to_date()) {
            return Some(date.to_datetime(jiff::civil::Time::midnight()));
        }
    }
    None
}

/// A Unix time in seconds, or in milliseconds, microseconds or nanoseconds if it is too large for
/// seconds: 10¹¹ seconds lie in the year 5138.
pub fn from_unix(number: i64) -> Option<Timestamp> {
    let size = number.unsigned_abs();
    if size < 100_000_000_000 {
        Timestamp::from_second(number).ok()
    } else if size < 100_000_000_000_000 {
        Timestamp::from_millisecond(number).ok()
    } else if size < 100_000_000_000_000_000 {
        Timestamp::from_microsecond(number).ok()
    } else {
        Timestamp::from_nanosecond(i128::from(number)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{from_unix, read};
    use jiff::tz::TimeZone;

    fn check(text: &str, expected: &str, zoned: bool) {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let time = read(text, &zone).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((time.at.to_string().as_str(), time.zoned), (expected, zoned), "{text}");
    }

    #[test]
    fn times_of_tools_are_read() {
        check("2026-04-01T09:00:00+09:00", "2026-04-01T00:00:00Z", true);
        check("2026-04-01T00:00:00Z", "2026-04-01T00:00:00Z", true);
        check("2026-04-01T09:00:00", "2026-04-01T00:00:00Z", false);
        check("2026-04-01 09:00:00.123", "2026-04-01T00:00:00.123Z", false);
        check("2026/04/01 09:00", "2026-04-01T00:00:00Z", false);
        check("2026-04-01", "2026-03-31T15:00:00Z", false);
        check("Wed Apr  1 09:00:00 2026", "2026-04-01T00:00:00Z", false);
        check("Wed Apr  1 09:00:00 2026 UTC", "2026-04-01T09:00:00Z", true);
        check("Wed, 01 Apr 2026 09:00:00 +0900", "2026-04-01T00:00:00Z", true);
        assert!(read("yesterday", &TimeZone::UTC).is_none());
    }

    #[test]
    fn unix_times_are_told_apart_by_size() {
        for number in [1_775_001_600, 1_775_001_600_000, 1_775_001_600_000_000] {
            assert_eq!(from_unix(number).unwrap().to_string(), "2026-04-01T00:00:00Z");
        }
    }
}
