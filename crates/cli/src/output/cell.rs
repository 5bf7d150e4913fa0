//! One value of a table.

use jiff::{Timestamp, tz::TimeZone};
use yagura_model::points::MicroPoints;

/// How a value is to be noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tone {
    #[default]
    Plain,
    Strong,
    Quiet,
    Caution,
    Bad,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Empty,
    Text(String),
    Count(u64),
    Time(Timestamp),
    /// A time of which people are shown the day.
    Day(Timestamp),
    Points(MicroPoints),
    /// A number as it was written.
    Number(String),
}

/// A value and how it is to be noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) value: Value,
    pub(crate) tone: Tone,
}

impl Cell {
    pub(crate) fn empty() -> Self {
        Value::Empty.into()
    }

    pub(crate) fn text(text: impl Into<String>) -> Self {
        Value::Text(text.into()).into()
    }

    pub(crate) fn count(count: u64) -> Self {
        Value::Count(count).into()
    }

    pub(crate) fn time(time: Option<Timestamp>) -> Self {
        time.map_or(Value::Empty, Value::Time).into()
    }

    pub(crate) fn day(time: Option<Timestamp>) -> Self {
        time.map_or(Value::Empty, Value::Day).into()
    }

    pub(crate) fn points(points: MicroPoints) -> Self {
        Value::Points(points).into()
    }

    pub(crate) fn number(text: impl Into<String>) -> Self {
        Value::Number(text.into()).into()
    }

    pub(crate) fn tone(self, tone: Tone) -> Self {
        Self { tone, ..self }
    }

    /// Takes a tone if this is a count other than zero.
    pub(crate) fn tone_if_any(self, tone: Tone) -> Self {
        match self.value {
            Value::Count(1..) => self.tone(tone),
            _ => self,
        }
    }

    /// The text for people, on one line, without anything a terminal would obey.
    pub(crate) fn shown(&self, zone: &TimeZone) -> String {
        match &self.value {
            Value::Empty => String::new(),
            Value::Text(text) | Value::Number(text) => plain(text),
            Value::Points(points) => rounded_points(*points),
            Value::Count(count) => grouped_integer(*count),
            Value::Time(time) => {
                time.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %:z").to_string()
            }
            Value::Day(time) => time.to_zoned(zone.clone()).date().to_string(),
        }
    }
}

impl From<Value> for Cell {
    fn from(value: Value) -> Self {
        Self { value, tone: Tone::Plain }
    }
}

/// What comes from a report may hold characters that move the cursor, colour the screen or turn the
/// order of writing; they are shown as what they are instead.
pub(crate) fn plain(text: &str) -> String {
    let harmful = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(harmful) {
        return text.to_owned();
    }
    text.chars()
        .map(|c| {
            if c == '\t' || c == '\n' {
                ' '
            } else if harmful(c) {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: f64) -> String {
    if number.fract() == 0.0 && (0.0..1e15).contains(&number) {
        // Whole and in range: the text has digits only.
        return group(&format!("{number:.0}"));
    }
    number.to_string()
}

/// Points at two decimals, half even, with thousands apart.
fn rounded_points(points: MicroPoints) -> String {
    let micro = points.0.unsigned_abs();
    let (whole, rest) = (micro / 10_000, micro % 10_000);
    let up = rest > 5_000 || (rest == 5_000 && whole % 2 == 1);
    let hundredths = whole + u64::from(up);
    let sign = if points.0 < 0 && hundredths > 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", grouped_integer(hundredths / 100), hundredths % 100)
}

/// Points exactly, with at least two decimals.
pub(crate) fn exact_points(points: MicroPoints) -> String {
    let micro = points.0.unsigned_abs();
    let sign = if points.0 < 0 { "-" } else { "" };
    let decimals = format!("{:06}", micro % 1_000_000);
    let mut kept = decimals.trim_end_matches('0').to_owned();
    while kept.len() < 2 {
        kept.push('0');
    }
    format!("{sign}{}.{kept}", micro / 1_000_000)
}

fn grouped_integer(number: u64) -> String {
    group(&number.to_string())
}

fn group(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped_integer(number), text);
        }
        assert_eq!((grouped(12_345.0), grouped(0.5)), ("12,345".to_owned(), "0.5".to_owned()));
    }

    #[test]
    fn points_are_rounded_in_tables_and_exact_elsewhere() {
        let rows = [
            (0, "0.00", "0.00"),
            (5_000, "0.00", "0.005"),
            (15_000, "0.02", "0.015"),
            (5_001, "0.01", "0.005001"),
            (1_234_567_890_000, "1,234,567.89", "1234567.89"),
            (-2_500_000, "-2.50", "-2.50"),
            (-1, "0.00", "-0.000001"),
        ];
        for (micro, table, exact) in rows {
            let points = MicroPoints(micro);
            assert_eq!((&*rounded_points(points), &*exact_points(points)), (table, exact));
        }
    }

    #[test]
    fn nothing_shown_moves_the_cursor() {
        assert_eq!(plain("a\u{1b}[31mb\u{202e}c\td\re\u{9b}"), "a�[31mb�c d�e�");
        assert_eq!(plain("端末 ①"), "端末 ①");
    }

    #[test]
    fn times_are_shown_with_their_zone() {
        let cell = Cell::time(Some("2026-04-01T12:00:00Z".parse().unwrap()));
        let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
        assert_eq!(cell.shown(&tokyo), "2026-04-01 21:00 +09:00");
        assert_eq!(Cell::time(None).shown(&tokyo), "");
        let day = Cell::day(Some("2026-04-01T15:00:00Z".parse().unwrap()));
        assert_eq!(day.shown(&tokyo), "2026-04-02");
    }
}
