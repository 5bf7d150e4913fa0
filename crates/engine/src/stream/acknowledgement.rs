//! What is said of each report of a stream.

use serde::Serialize;
use yagura_model::id::Commit;

use crate::{ingest::IngestLine, inspect::Refusal};

/// What became of a report, or of one entry of a container. Serialises to the stable line of
/// `yagura ingest --stream`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Acknowledgement {
    /// Which of what came since the stream began, from 1.
    pub sequence: u64,
    /// Which of its entries, from 1; a report that is no container has one.
    pub part: usize,
    /// How many entries it has.
    pub parts: usize,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What became of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Outcome {
    /// It is in the lake, and that is durable.
    Taken {
        /// The last commit of the state that holds it.
        commit: Commit,
        /// What it holds and changed.
        #[serde(flatten)]
        line: Box<IngestLine>,
        /// Organisations made on the way.
        #[serde(skip)]
        organisations_new: Vec<String>,
    },
    /// It was refused: nothing of it is in the lake.
    Refused(Refusal),
}

impl Outcome {
    /// Why it was refused.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Taken { .. } => None,
        }
    }
}
