//! Dates as registers write them: Japanese eras, Excel serial numbers, and what tools write.

use jiff::{Timestamp, ToSpan, civil::Date, civil::DateTime, civil::Time, tz::TimeZone};

use super::text;
use crate::time;

/// A time of a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// The point in time; a bare date is its midnight.
    pub(super) at: Timestamp,
    /// Whether there was a time of day whose zone had to be taken from the caller.
    pub(super) zone_assumed: bool,
    /// The civil date, if there was no time of day.
    pub(super) date: Option<Date>,
}

/// Reads `令和8年4月1日`, `R8.4.1`, `2026年4月1日`, `2026.4.1`, an Excel serial number, or any
/// time [`time::read`] reads; a clock time may follow a date.
pub(super) fn read(text: &str, zone: &TimeZone) -> Option<Moment> {
    let text = text::narrow(text.trim());
    let text = text.as_ref();
    if let Some((date, clock)) = civil(text) {
        let time = clock.unwrap_or(Time::midnight());
        let at = date.to_datetime(time).to_zoned(zone.clone()).ok()?.timestamp();
        let date = clock.is_none().then_some(date);
        return Some(Moment { at, zone_assumed: clock.is_some(), date });
    }
    if let Some(civil) = serial(text) {
        let at = civil.to_zoned(zone.clone()).ok()?.timestamp();
        let bare = civil.time() == Time::midnight();
        return Some(Moment { at, zone_assumed: !bare, date: bare.then_some(civil.date()) });
    }
    let read = time::read(text, zone)?;
    Some(Moment { at: read.at, zone_assumed: !read.zoned, date: None })
}

/// The first moment that is no longer inside: a bare date is a last day, and the next midnight is
/// its end.
pub(super) fn end(moment: Moment, zone: &TimeZone) -> Option<Timestamp> {
    match moment.date {
        None => Some(moment.at),
        Some(date) => {
            let next = date.checked_add(1.day()).ok()?;
            Some(next.to_zoned(zone.clone()).ok()?.timestamp())
        }
    }
}

/// A civil date with its parts apart, and the clock time behind it.
fn civil(text: &str) -> Option<(Date, Option<Time>)> {
    const ERAS: [(&str, i16); 10] = [
        ("令和", 2018),
        ("平成", 1988),
        ("昭和", 1925),
        ("㋿", 2018),
        ("㍻", 1988),
        ("㍼", 1925),
        ("R", 2018),
        ("H", 1988),
        ("S", 1925),
        ("西暦", 0),
    ];
    let upper = text.to_uppercase();
    let (base, rest) = ERAS
        .iter()
        .find_map(|(era, base)| upper.strip_prefix(era).map(|rest| (*base, rest)))
        .unwrap_or((0, upper.as_str()));
    let (year, rest) = match rest.trim_start().strip_prefix('元') {
        Some(rest) if base > 0 => (1, rest),
        _ => number(rest)?,
    };
    let (month, rest) = number(rest.trim_start().strip_prefix(['年', '.', '/', '-'])?)?;
    let (day, rest) = number(rest.trim_start().strip_prefix(['月', '.', '/', '-'])?)?;
    let rest = rest.strip_prefix('日').unwrap_or(rest);
    if base == 0 && !(1000..=9999).contains(&year) {
        return None;
    }
    let year = base.checked_add(year)?;
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    // A day of the week in brackets says nothing new.
    let rest = match rest.trim_start().strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((_, rest)) => rest,
        None => rest,
    };
    if rest.trim().is_empty() { Some((date, None)) } else { Some((date, Some(clock(rest)?))) }
}

fn clock(text: &str) -> Option<Time> {
    if !text.starts_with(char::is_whitespace) {
        return None;
    }
    let (hour, rest) = number(text)?;
    let (minute, rest) = number(rest.strip_prefix([':', '時'])?)?;
    let rest = rest.strip_prefix('分').unwrap_or(rest);
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => number(rest)?,
        None => (0, rest),
    };
    if !rest.trim().is_empty() {
        return None;
    }
    let part = |number: i16| i8::try_from(number).ok();
    Time::new(part(hour)?, part(minute)?, part(second)?, 0).ok()
}

/// The number a text begins with, and what follows it.
fn number(text: &str) -> Option<(i16, &str)> {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    Some((digits.parse().ok()?, rest))
}

/// A serial number of Excel's 1900 system between 1954 and 2119: days since 1899-12-30, the clock
/// time as fraction.
fn serial(text: &str) -> Option<DateTime> {
    let mut parts = text.split('.');
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !parts.next().is_some_and(|part| part.len() == 5 && digits(part))
        || parts.next().is_some_and(|part| !digits(part))
        || parts.next().is_some()
    {
        return None;
    }
    let days: f64 = text.parse().ok()?;
    if !(20_000.0..80_000.0).contains(&days) {
        return None;
    }
    let seconds = (days * 86_400.0).round() as i64;
    DateTime::constant(1899, 12, 30, 0, 0, 0, 0).checked_add(seconds.seconds()).ok()
}

#[cfg(test)]
mod tests {
    use super::{end, read};
    use jiff::tz::TimeZone;

    fn check(text: &str, expected: Option<&str>) {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let at = read(text, &zone).map(|moment| moment.at.to_string());
        assert_eq!(at.as_deref(), expected, "{text}");
    }

    #[test]
    fn dates_of_registers_are_read() {
        let april = Some("2026-03-31T15:00:00Z");
        for text in [
            "令和8年4月1日",
            "令和８年４月１日（水）",
            "R8.4.1",
            "r08/04/01",
            "Ｒ８．４．１",
            "平成38年4月1日",
            "2026年4月1日",
            "2026.4.1",
            "2026/4/1",
            "2026-04-01",
            "46113",
            "20260401",
        ] {
            check(text, april);
        }
        check("令和元年5月1日", Some("2019-04-30T15:00:00Z"));
        check("昭和64年1月7日", Some("1989-01-06T15:00:00Z"));
        check("H31.4.30", Some("2019-04-29T15:00:00Z"));
        check("令和8年4月1日 9時30分", Some("2026-04-01T00:30:00Z"));
        check("2026/4/1 9:30", Some("2026-04-01T00:30:00Z"));
        check("46113.5", Some("2026-04-01T03:00:00Z"));
        check("2026-04-01T09:00:00Z", Some("2026-04-01T09:00:00Z"));
        for bad in ["", "令和", "8年4月1日", "R8.13.1", "R8.4.1x", "未定", "123", "R99999.1.1"]
        {
            check(bad, None);
        }
    }

    #[test]
    fn a_last_day_ends_at_the_next_midnight() {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let last = end(read("令和9年3月31日", &zone).unwrap(), &zone).unwrap();
        assert_eq!(last.to_string(), "2027-03-31T15:00:00Z");
    }
}
