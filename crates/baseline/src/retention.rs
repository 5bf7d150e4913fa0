//! Retention (保存期間): how long evidence and history are kept, as a file.
//!
//! A span is counted back from the beginning of today in Japan, so that what is kept does not change
//! within a day and not with the machine's time zone. Nothing here deletes anything.

use std::{fmt, sync::LazyLock};

use jiff::{
    Span,
    civil::{Date, date},
    tz::{TimeZone, offset},
};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use toml::Spanned;
use yagura_model::Timestamp;

use crate::file::{File, FileError, RawHead};

/// The word for what is never deleted.
const FOREVER: &str = "forever";

/// The rules of a file. Only a file makes them ([`Retention::from_toml`]), so their bounds always hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retention {
    /// Name, the same in all versions.
    pub name: String,
    /// Version.
    pub version: String,
    /// SHA-256 of the file, lower case hex.
    pub digest: String,
    /// Since when the rules hold.
    pub effective: Date,
    /// Name in Japanese.
    pub title_ja: String,
    /// Name in English.
    pub title_en: String,
    /// Who decided so.
    pub source: String,
    /// How long the bytes of reports are kept.
    pub evidence: Keep,
    /// Whether the bytes that open findings stand on are kept longer.
    pub keep_for_open: bool,
    /// How long what was so, and what was known, is kept.
    pub history: Keep,
    /// Shorter spans need a second person.
    pub second_person_below: Period,
}

/// How long something is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep {
    /// For ever.
    ForEver,
    /// For a span.
    For(Period),
}

/// A span of the calendar, at least a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    years: i32,
    months: i32,
    days: i32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRetention {
    retention: RawHead,
    evidence: RawEvidence,
    history: RawHistory,
    limits: RawLimits,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEvidence {
    keep: Spanned<String>,
    keep_for_open: bool,
    why: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHistory {
    keep: Spanned<String>,
    why: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLimits {
    second_person_below: Spanned<String>,
    why: Spanned<String>,
}

static SHIPPED: LazyLock<Retention> =
    LazyLock::new(|| match Retention::from_toml(Retention::SHIPPED_TEXT) {
        Ok(rule) => rule,
        #[expect(clippy::panic, reason = "the text is part of the program; a test reads it")]
        Err(error) => panic!("baselines/retention/default.toml: {error}"),
    });

impl Retention {
    /// The text of the rules that are shipped.
    pub const SHIPPED_TEXT: &'static str =
        include_str!("../../../baselines/retention/default.toml");

    /// The rules that are shipped: `baselines/retention/default.toml`.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Reads and checks a file of rules.
    ///
    /// # Errors
    /// If it is no such file or breaks a bound; the error names the place and the reason.
    pub fn from_toml(text: &str) -> Result<Self, FileError> {
        let raw: RawRetention =
            toml::from_str(text).map_err(|error| FileError::of_toml(text, &error))?;
        let file = File { text };
        for why in [&raw.evidence.why, &raw.history.why, &raw.limits.why] {
            file.word(why)?;
        }
        Ok(Self {
            name: file.word(&raw.retention.name)?,
            version: file.word(&raw.retention.version)?,
            digest: hex::encode(Sha256::digest(text)),
            effective: file.date(&raw.retention.effective)?,
            title_ja: raw.retention.title_ja,
            title_en: raw.retention.title_en,
            source: raw.retention.source,
            evidence: keep(&file, &raw.evidence.keep)?,
            keep_for_open: raw.evidence.keep_for_open,
            history: keep(&file, &raw.history.keep)?,
            second_person_below: period(&file, &raw.limits.second_person_below)?,
        })
    }

    /// Whether a second person must agree to what the rules delete.
    pub fn needs_second_person(&self) -> bool {
        let limit = self.second_person_below;
        [&self.evidence, &self.history]
            .into_iter()
            .any(|keep| matches!(keep, Keep::For(period) if period.measured() < limit.measured()))
    }
}

impl Keep {
    /// The day before which nothing need be kept, by its beginning in Japan; `None` if all is.
    pub fn since(&self, now: Timestamp) -> Option<Timestamp> {
        let Self::For(period) = self else { return None };
        let japan = TimeZone::fixed(offset(9));
        let today = now.to_zoned(japan.clone()).date();
        // A span that reaches back before the calendar begins keeps everything.
        let day = today.checked_sub(period.span()).ok()?;
        Some(day.to_zoned(japan).ok()?.timestamp())
    }
}

impl Period {
    /// The shortest there may be: a record that is kept at all is kept for a year.
    const SHORTEST: Self = Self { years: 1, months: 0, days: 0 };

    fn span(self) -> Span {
        // The bounds of `period` hold: none of these is beyond those of the calendar.
        Span::new().years(self.years).months(self.months).days(self.days)
    }

    /// For comparing: on which day it ends that begins with a year without a leap day.
    fn measured(self) -> Date {
        date(2001, 1, 1).saturating_add(self.span())
    }
}

/// As ISO 8601.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("P")?;
        for (number, unit) in [(self.years, 'Y'), (self.months, 'M'), (self.days, 'D')] {
            if number > 0 {
                write!(f, "{number}{unit}")?;
            }
        }
        Ok(())
    }
}

/// `forever`, or a span of ISO 8601.
impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ForEver => f.write_str(FOREVER),
            Self::For(period) => period.fmt(f),
        }
    }
}

fn keep(file: &File<'_>, text: &Spanned<String>) -> Result<Keep, FileError> {
    match text.as_ref().as_str() {
        FOREVER => Ok(Keep::ForEver),
        _ => Ok(Keep::For(period(file, text)?)),
    }
}

/// A span of years, months, weeks and days, from one year to a thousand.
fn period(file: &File<'_>, text: &Spanned<String>) -> Result<Period, FileError> {
    let wrong = || {
        let found = text.as_ref();
        file.refuse(
            text,
            format!("`{found}` is no span; write it like `P5Y`, `P1Y6M` or `{FOREVER}`"),
        )
    };
    let span: Span = text.as_ref().parse().map_err(|_| wrong())?;
    let days = span.get_weeks().checked_mul(7).and_then(|days| days.checked_add(span.get_days()));
    let period = Period {
        years: i32::from(span.get_years()),
        months: span.get_months(),
        days: days.ok_or_else(wrong)?,
    };
    let calendar = Span::new()
        .try_years(period.years)
        .and_then(|span| span.try_months(period.months))
        .and_then(|span| span.try_days(period.days))
        .map_err(|_| wrong())?;
    let has_hours = text.as_ref().contains(['T', 't']);
    if !text.as_ref().starts_with('P') || has_hours || calendar.is_negative() {
        return Err(wrong());
    }
    let beyond = date(2001, 1, 1).checked_add(calendar).ok().filter(|end| end.year() <= 3001);
    if beyond.is_none() {
        return Err(file.refuse(text, format!("longer than a thousand years; write `{FOREVER}`")));
    }
    if period.measured() < Period::SHORTEST.measured() {
        let reason = format!("`{period}` is shorter than `{}`, the shortest", Period::SHORTEST);
        return Err(file.refuse(text, reason));
    }
    Ok(period)
}
