//! Why a report was not taken in.

use yagura_formats::ParseError;
use yagura_lake::LakeError;
use yagura_model::{Timestamp, coverage::ObservationKinds, organisation::OrganisationCode};

use crate::{
    chain,
    inspect::{RefusalReason, Stage},
};

/// Why a report was not taken in; nothing of it is in the lake.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    /// The report's bytes were refused.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// The lake could not be read or written.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The organisation is not known and may not be made.
    #[error("the organisation `{code}` is not known")]
    UnknownOrganisation {
        /// What was given.
        code: OrganisationCode,
    },
    /// There is no format of this name.
    #[error("there is no format `{name}`")]
    UnknownFormat {
        /// What was given.
        name: String,
    },
    /// The report claims to cover more than its source was registered for.
    #[error("the source `{name}` was not registered to see {}", list(*kinds))]
    Beyond {
        /// The source's name.
        name: String,
        /// What it claims beyond.
        kinds: ObservationKinds,
    },
    /// The report says it was observed in the future.
    #[error("the report says it was observed at {at}, and it is {now}")]
    Future {
        /// What the report says.
        at: Timestamp,
        /// The time now.
        now: Timestamp,
    },
    /// The work was stopped.
    #[error("the work was stopped: {0}")]
    Stopped(String),
}

impl IngestError {
    /// Every code but those of the readers.
    pub const CODES: &'static [&'static str] = &[
        "busy",
        "full",
        "overtaken",
        "unsettled",
        "lake",
        "unknown_organisation",
        "unknown_format_name",
        "beyond",
        "future",
        "stopped",
    ];

    /// The stable code, whose text for people is in the Fluent files under `ingest-<code>`, and
    /// under `parse-<code>` for those of the readers.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Parse(error) => error.code.as_str(),
            Self::Lake(error) => error.hindrance().code().unwrap_or("lake"),
            Self::UnknownOrganisation { .. } => "unknown_organisation",
            Self::UnknownFormat { .. } => "unknown_format_name",
            Self::Beyond { .. } => "beyond",
            Self::Future { .. } => "future",
            Self::Stopped(_) => "stopped",
        }
    }
}

impl From<&IngestError> for RefusalReason {
    fn from(error: &IngestError) -> Self {
        match error {
            IngestError::Parse(error) => error.into(),
            _ => Self {
                stage: Stage::Ingest,
                code: error.code(),
                message: chain(error),
                at: "-".to_owned(),
            },
        }
    }
}

fn list(kinds: ObservationKinds) -> String {
    kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ")
}
