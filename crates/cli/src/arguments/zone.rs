//! Time zones: of times that are shown, and of times that name none.

use jiff::tz::TimeZone;

/// A zone by its IANA name, or an offset like `+09:00`.
pub(crate) fn zone(text: &str) -> Result<TimeZone, String> {
    if text.starts_with(['+', '-']) {
        let zoned = format!("2000-01-01T00:00:00{text}[{text}]").parse::<jiff::Zoned>();
        return zoned.map(|at| at.time_zone().clone()).map_err(|error| error.to_string());
    }
    TimeZone::get(text).map_err(|error| error.to_string())
}

/// The zone of `TZ`, else of this computer; UTC where neither says one.
pub(crate) fn of_environment() -> TimeZone {
    TimeZone::try_system().unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::zone;

    #[test]
    fn zones_are_names_or_offsets() {
        let at: jiff::Timestamp = "2026-04-01T00:00:00Z".parse().unwrap();
        for text in ["Asia/Tokyo", "+09:00", "+0900"] {
            let hours = zone(text).unwrap().to_offset(at).seconds() / 3600;
            assert_eq!(hours, 9, "{text}");
        }
        assert!(zone("Asia/Nowhere").is_err());
        assert!(zone("+99").is_err());
    }
}
