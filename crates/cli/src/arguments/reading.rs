//! How reports are read.

use std::{fs, path::PathBuf};

use clap::{Args, builder::PossibleValuesParser};
use jiff::tz::TimeZone;
use yagura_engine::formats::{Context, Format, registry};

use crate::{failure::Failure, session::Session};

/// What the reports do not say themselves.
#[derive(Debug, Args)]
pub(crate) struct ReadingArguments {
    #[arg(
        long,
        value_name = "FORMAT",
        value_parser = PossibleValuesParser::new(registry::ALL.iter().map(|format| format.name())),
        hide_possible_values = true
    )]
    format: Option<String>,

    #[arg(long, value_name = "ZONE", value_parser = zone)]
    zone: Option<TimeZone>,

    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,

    #[arg(long, value_name = "NAME")]
    asset: Option<String>,
}

impl ReadingArguments {
    /// The format asked for.
    pub(crate) fn format(&self) -> Option<&'static dyn Format> {
        registry::by_name(self.format.as_deref()?)
    }

    /// The zone of times that have none.
    pub(crate) fn zone(&self) -> TimeZone {
        self.zone.clone().unwrap_or(TimeZone::UTC)
    }

    /// What a reader is told.
    pub(crate) fn context(&self, session: &Session) -> Result<Context, Failure> {
        let mapping = match &self.mapping {
            Some(path) => Some(fs::read_to_string(path).map_err(|error| {
                let path = path.display();
                session.failure_with("error-mapping", &format!("`{path}`: {error}"))
            })?),
            None => None,
        };
        Ok(Context { zone: self.zone(), mapping, asset: self.asset.clone() })
    }
}

/// A zone by its IANA name, or an offset like `+09:00`.
fn zone(text: &str) -> Result<TimeZone, String> {
    if text.starts_with(['+', '-']) {
        let zoned = format!("2000-01-01T00:00:00{text}[{text}]").parse::<jiff::Zoned>();
        return zoned.map(|at| at.time_zone().clone()).map_err(|error| error.to_string());
    }
    TimeZone::get(text).map_err(|error| error.to_string())
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
