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

    /// What a reader is told. Times that name no zone are UTC unless the person says another: a
    /// report read on another computer must not mean another time.
    pub(crate) fn context(&self, session: &Session) -> Result<Context, Failure> {
        let mapping = match &self.mapping {
            Some(path) => Some(fs::read_to_string(path).map_err(|error| {
                let path = path.display();
                session.failure_with("error-mapping", &format!("`{path}`: {error}"))
            })?),
            None => None,
        };
        let zone = session.global.zone.clone().unwrap_or(TimeZone::UTC);
        Ok(Context { zone, mapping, asset: self.asset.clone() })
    }
}
