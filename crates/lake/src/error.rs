//! What can go wrong in the lake.

mod hindrance;

pub use hindrance::{Hindrance, is_full};

use datafusion::error::DataFusionError;
use yagura_model::{Timestamp, id::ReportKey};

use crate::{
    evidence::EvidenceError, lease::LeaseError, manifest::ManifestError, store::StoreError,
};

/// An operation of the lake did not succeed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LakeError {
    /// Bytes could not be read, written or made durable.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The state could not be found out or moved on.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Evidence could not be kept or read.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// The right to write could not be had.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// A Delta table could not be opened, read or moved on.
    #[error("{doing} the table `{table}` failed")]
    Delta {
        /// Which table.
        table: &'static str,
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        #[source]
        source: Box<deltalake::DeltaTableError>,
    },
    /// Another writer was at work although this one had the right to write.
    #[error(
        "another process wrote to the table `{table}` meanwhile: nothing of this was kept, run it \
         again"
    )]
    Overtaken {
        /// Which table.
        table: &'static str,
    },
    /// The log of a table is not the one the manifest was committed with.
    #[error(
        "version {version} of the table `{table}` lists other files than were committed: run \
         `yagura lake check`"
    )]
    OtherFiles {
        /// Which table.
        table: &'static str,
        /// The version the manifest names.
        version: i64,
    },
    /// A file of a table has other bytes than were written.
    #[error("the file `{path}` is not as it was written: run `yagura lake check`")]
    Altered {
        /// Its path in the lake.
        path: String,
    },
    /// A file of a table could not be read.
    #[error("the file `{path}` cannot be read: run `yagura lake check`")]
    Parquet {
        /// Its path in the lake.
        path: String,
        /// Why it failed.
        #[source]
        source: datafusion::parquet::errors::ParquetError,
    },
    /// Rows could not be written as Parquet.
    #[error("rows could not be written as Parquet")]
    Encode(#[from] datafusion::parquet::errors::ParquetError),
    /// Rows could not be put into columns.
    #[error("rows could not be put into columns")]
    Columns(#[from] datafusion::arrow::error::ArrowError),
    /// A query could not be planned or carried out.
    #[error("the query failed")]
    Query(#[source] DataFusionError),
    /// A query that is something else than one `SELECT`.
    #[error("only one `SELECT` can be asked; nothing that changes data, files or settings")]
    NotOneSelect,
    /// A query over something that is not there.
    #[error("there is no view `{name}`")]
    UnknownView {
        /// As it was written.
        name: String,
    },
    /// The answer has more rows than allowed.
    #[error("the answer has more than {limit} rows: add a `LIMIT` or a condition")]
    TooManyAnswers {
        /// Rows allowed.
        limit: usize,
    },
    /// The query took longer than allowed.
    #[error("the query took more than {seconds} seconds: narrow it down")]
    TooSlow {
        /// Seconds allowed.
        seconds: u64,
    },
    /// What was so, or known, at a time is not kept.
    #[error("{asked} cannot be asked about any more, only {since} and later")]
    NotKept {
        /// The time asked about.
        asked: Timestamp,
        /// Since when it is kept.
        since: Timestamp,
    },
    /// The bytes of a report were deleted because they were past their retention.
    #[error("the bytes of the report {0} are past their retention")]
    PastRetention(ReportKey),
    /// A value has not the shape it should have.
    #[error("found {found} where {wanted} should be")]
    Shape {
        /// What was found.
        found: String,
        /// What should be there.
        wanted: String,
    },
    /// More rows than one commit can number.
    #[error("one commit cannot write more than 2147483647 rows to `{0}`")]
    TooManyRows(&'static str),
    /// A part of the work was stopped.
    #[error("a part of the work stopped: {0}")]
    Task(String),
}

impl From<DataFusionError> for LakeError {
    /// What a table of the lake met on the way is told as it was.
    fn from(error: DataFusionError) -> Self {
        match error {
            DataFusionError::External(met) => match met.downcast::<Self>() {
                Ok(own) => *own,
                Err(met) => Self::Query(DataFusionError::External(met)),
            },
            other => Self::Query(other),
        }
    }
}
