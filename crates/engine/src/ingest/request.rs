//! What is asked of an ingest.

use std::time::Duration;

use jiff::tz::TimeZone;
use yagura_formats::Context;
use yagura_model::{Timestamp, coverage::ObservationKinds, organisation::OrganisationCode};

/// How long another writer is waited for unless said otherwise.
const WAIT: Duration = Duration::from_secs(60);

/// What the caller says of the reports given.
#[derive(Debug, Clone)]
pub struct Request {
    /// Whose reports they are.
    pub organisation: OrganisationCode,
    /// Whether an organisation the lake does not know is made.
    pub create_organisation: bool,
    /// The source's name, unique within the organisation.
    pub source: String,
    /// The system all assets of the reports belong to.
    pub system: Option<String>,
    /// When the observation ended, for reports that do not say.
    pub observed_at: Option<Timestamp>,
    /// The format's name, if it is not to be recognised.
    pub format: Option<String>,
    /// What the bytes do not say.
    pub context: Context,
    /// What the source is able to see, to register it so.
    pub sees: Option<ObservationKinds>,
    /// How long to wait for another writer.
    pub wait: Duration,
}

impl Request {
    /// A request with nothing said but whose and from where: the organisation must be known, the
    /// format is recognised, times without a zone are in UTC, another writer may take a minute.
    pub fn new(organisation: OrganisationCode, source: impl Into<String>) -> Self {
        Self {
            organisation,
            create_organisation: false,
            source: source.into(),
            system: None,
            observed_at: None,
            format: None,
            context: Context { zone: TimeZone::UTC, mapping: None, asset: None },
            sees: None,
            wait: WAIT,
        }
    }
}
