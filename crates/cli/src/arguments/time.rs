//! Times on the command line.

use jiff::{Timestamp, civil, tz::TimeZone};

/// A time with its zone, or a day or time without one in the zone of this computer; a day stands for
/// its beginning.
pub(crate) fn time(text: &str) -> Result<Timestamp, String> {
    in_zone(text, &TimeZone::system())
}

fn in_zone(text: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let local: civil::DateTime = text.parse().map_err(|error: jiff::Error| error.to_string())?;
    local.to_zoned(zone.clone()).map(|at| at.timestamp()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_zone_or_take_that_of_the_computer() {
        let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
        for (text, expected) in [
            ("2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z"),
            ("2026-11-01T09:00:00+09:00", "2026-11-01T00:00:00Z"),
            ("2026-11-01T09:00", "2026-11-01T00:00:00Z"),
            ("2026-11-01 09:00:00", "2026-11-01T00:00:00Z"),
            ("2026-11-01", "2026-10-31T15:00:00Z"),
        ] {
            assert_eq!(in_zone(text, &tokyo).unwrap(), expected.parse().unwrap(), "{text}");
        }
        assert!(in_zone("yesterday", &tokyo).is_err());
    }
}
