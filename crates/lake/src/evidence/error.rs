//! What can go wrong with evidence.

use crate::store::StoreError;

/// Evidence could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// Its file could not be opened, written or made durable.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bytes to be kept could not be read.
    #[error("cannot read the bytes to be kept as evidence")]
    Source(#[source] std::io::Error),
    /// The stored form could not be read or written.
    #[error("cannot {doing} the evidence `{object}`")]
    Io {
        /// What was being done, as a verb.
        doing: &'static str,
        /// The object, or its file.
        object: String,
        /// Why.
        source: std::io::Error,
    },
    /// What is stored is not what was kept.
    #[error("the evidence `{object}` is damaged: {reason}")]
    Damaged {
        /// The object and its file.
        object: String,
        /// What does not hold.
        reason: String,
    },
    /// The record index has no such record.
    #[error("the evidence `{object}` has no record {ordinal}, it has {records}")]
    NoRecord {
        /// The object and its file.
        object: String,
        /// The record asked for, from 0.
        ordinal: u64,
        /// How many records there are.
        records: u64,
    },
    /// The thread that was to compress it ended early.
    #[error("the compression of evidence was stopped")]
    Stopped,
}

impl EvidenceError {
    pub(crate) fn io(
        doing: &'static str,
        object: impl ToString,
    ) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { doing, object: object.to_string(), source }
    }

    pub(super) fn damaged(object: &impl ToString, reason: impl Into<String>) -> Self {
        Self::Damaged { object: object.to_string(), reason: reason.into() }
    }
}
