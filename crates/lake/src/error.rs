//! What can go wrong in the lake.

use crate::{lease::LeaseError, manifest::ManifestError, store::StoreError};

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
    /// The right to write could not be had.
    #[error(transparent)]
    Lease(#[from] LeaseError),
}
