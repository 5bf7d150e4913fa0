//! What holds for all reports of a stream.

use std::time::Duration;

use yagura_formats::Context;
use yagura_model::{Timestamp, coverage::ObservationKinds, organisation::OrganisationCode};

use super::frame::Head;
use crate::ingest::Request;

/// What holds for all reports of a stream. Of what is left open, each report says its own.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Whose reports they are.
    pub organisation: Option<OrganisationCode>,
    /// The source's name.
    pub source: Option<String>,
    /// The system all assets belong to.
    pub system: Option<String>,
    /// When the observation ended, for reports that do not say.
    pub observed_at: Option<Timestamp>,
    /// The format's name, if it is not to be recognised.
    pub format: Option<String>,
    /// Whether an organisation the lake does not know is made.
    pub create_organisation: bool,
    /// What the bytes do not say.
    pub context: Context,
    /// What the source is able to see, to register it so.
    pub sees: Option<ObservationKinds>,
    /// How long to wait for another writer.
    pub wait: Duration,
}

impl Terms {
    /// The request of a report whose head says something; why not, if it must not be so.
    pub(super) fn request(&self, head: Head) -> Result<Request, String> {
        let organisation = head.organisation.as_deref().map(OrganisationCode::new).transpose();
        let organisation = organisation.map_err(|error| error.to_string())?;
        let organisation = one("organisation", self.organisation.as_ref(), organisation)?;
        let source = one("source", self.source.as_ref(), head.source)?;
        let source = source.filter(|source| !source.trim().is_empty());
        Ok(Request {
            organisation: organisation.ok_or("its head names no `organisation`")?,
            create_organisation: self.create_organisation,
            source: source.ok_or("its head names no `source`")?,
            system: one("system", self.system.as_ref(), head.system)?,
            observed_at: head.observed_at.or(self.observed_at),
            format: one("format", self.format.as_ref(), head.format)?,
            context: self.context.clone(),
            sees: self.sees,
            wait: self.wait,
        })
    }
}

/// What was said for all, or else by this report.
fn one<T: Clone + PartialEq + std::fmt::Display>(
    name: &str,
    all: Option<&T>,
    own: Option<T>,
) -> Result<Option<T>, String> {
    match (all, own) {
        (Some(all), Some(own)) if *all != own => {
            Err(format!("its head says {name} `{own}`, and this stream is of `{all}` only"))
        }
        (Some(all), _) => Ok(Some(all.clone())),
        (None, own) => Ok(own),
    }
}
