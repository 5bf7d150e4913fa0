//! What can go wrong in the lake.

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
}
