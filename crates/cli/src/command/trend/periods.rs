//! Periods of the calendar.

use clap::ValueEnum;
use jiff::{
    SignedDuration, Span, Timestamp, ToSpan,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use serde::Serialize;

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Every {
    Day,
    /// From Monday.
    Week,
    Month,
    Quarter,
    /// 年度: from 1 April.
    FiscalYear,
}

/// The resolution of times in the lake.
const INSTANT: SignedDuration = SignedDuration::from_micros(1);

impl Every {
    fn long(self) -> Span {
        match self {
            Self::Day => 1.day(),
            Self::Week => 1.week(),
            Self::Month => 1.month(),
            Self::Quarter => 3.months(),
            Self::FiscalYear => 1.year(),
        }
    }

    /// The first day of the period a day lies in.
    fn first(self, day: Date) -> Result<Date, jiff::Error> {
        let month = |month: i8| Date::new(day.year(), month, 1);
        match self {
            Self::Day => Ok(day),
            Self::Week => {
                let since = day.weekday().since(Weekday::Monday);
                day.checked_sub(i64::from(since).days())
            }
            Self::Month => month(day.month()),
            Self::Quarter => month(day.month() - (day.month() - 1) % 3),
            Self::FiscalYear if day.month() >= 4 => month(4),
            Self::FiscalYear => Date::new(day.year() - 1, 4, 1),
        }
    }
}

/// The last instants of some periods, the last of which ends with a time, or goes on then; before
/// them the last instant before the first.
pub(super) fn ends(
    every: Every,
    count: u32,
    at: Timestamp,
    zone: &TimeZone,
) -> Result<Vec<Timestamp>, jiff::Error> {
    // With the first instant of a day, the day before is over.
    let last = at.checked_sub(INSTANT)?;
    let mut first = every.first(last.to_zoned(zone.clone()).date())?;
    let mut ends =
        vec![at.min(begin(first.checked_add(every.long())?, zone)?.checked_sub(INSTANT)?)];
    for _ in 0..count {
        ends.push(begin(first, zone)?.checked_sub(INSTANT)?);
        first = first.checked_sub(every.long())?;
    }
    ends.reverse();
    Ok(ends)
}

fn begin(day: Date, zone: &TimeZone) -> Result<Timestamp, jiff::Error> {
    Ok(day.to_zoned(zone.clone())?.timestamp())
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::{Every, ends};

    #[test]
    fn periods_are_those_of_the_calendar_in_the_zone() {
        let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
        let check = |every, at: &str, expected: &[&str]| {
            let count = expected.len() as u32 - 1;
            let ends = ends(every, count, at.parse().unwrap(), &tokyo).unwrap();
            let told: Vec<String> = ends
                .iter()
                .map(|at| at.to_zoned(tokyo.clone()).strftime("%Y-%m-%dT%H:%M:%S%.6f").to_string())
                .collect();
            assert_eq!(told, expected, "{every:?} {at}");
        };
        let over = |day: &str| format!("{day}T23:59:59.999999");
        let (march, september) = (over("2026-03-31"), over("2026-09-30"));
        // Goes on: until the time asked about.
        let now = "2026-10-20T00:00:00Z";
        check(Every::Month, now, &[&september, "2026-10-20T09:00:00.000000"]);
        check(
            Every::Quarter,
            now,
            &[&over("2026-06-30"), &september, "2026-10-20T09:00:00.000000"],
        );
        check(Every::FiscalYear, now, &[&over("2025-03-31"), &march, "2026-10-20T09:00:00.000000"]);
        check(Every::Week, now, &[&over("2026-10-18"), "2026-10-20T09:00:00.000000"]);
        // The first instant of a month: the month before is over.
        let midnight = "2026-09-30T15:00:00Z";
        check(Every::Month, midnight, &[&over("2026-08-31"), &september]);
        check(Every::Day, midnight, &[&over("2026-09-28"), &over("2026-09-29"), &september]);
    }
}
