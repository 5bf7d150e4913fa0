//! What stands in the way, where a person can do something about it.

use std::{error::Error, io};

use super::LakeError;
use crate::{lease::LeaseError, manifest::ManifestError};

/// What stands in the way of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hindrance {
    /// The disk is full: it needs room. Nothing of it was kept.
    Full,
    /// Another process writes: it can be waited for. Nothing of it was kept.
    Busy,
    /// Another process wrote although this one had the right to: it can be done again. Nothing of
    /// it was kept.
    Overtaken,
    /// Whether it was kept is not certain: who does it again knows.
    Unsettled,
    /// Something else.
    Other,
}

impl Hindrance {
    /// Every code but that of the last.
    pub const CODES: &'static [&'static str] = &["full", "busy", "overtaken", "unsettled"];

    /// The stable code.
    pub fn code(self) -> Option<&'static str> {
        match self {
            Self::Full => Some("full"),
            Self::Busy => Some("busy"),
            Self::Overtaken => Some("overtaken"),
            Self::Unsettled => Some("unsettled"),
            Self::Other => None,
        }
    }
}

impl LakeError {
    /// What stands in the way.
    pub fn hindrance(&self) -> Hindrance {
        match self {
            Self::Lease(LeaseError::Held { .. }) => Hindrance::Busy,
            Self::Lease(LeaseError::Lost { .. })
            | Self::Manifest(ManifestError::Superseded { .. })
            | Self::Overtaken { .. } => Hindrance::Overtaken,
            Self::Manifest(ManifestError::Unsettled { .. }) => Hindrance::Unsettled,
            error if is_full(error) => Hindrance::Full,
            _ => Hindrance::Other,
        }
    }
}

/// Whether the disk, or what one may have of it, is full.
pub fn is_full(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            let kind = error.kind();
            if matches!(kind, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
                return true;
            }
            if error.get_ref().is_some_and(|inner| is_full(inner)) {
                return true;
            }
        }
        next = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreError;

    #[test]
    fn a_full_disk_is_seen_through_what_was_being_done() {
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        let store = |source| StoreError::Io { doing: "write", path: "x".to_owned(), source };
        assert_eq!(LakeError::from(store(full())).hindrance(), Hindrance::Full);
        let wrapped = io::Error::other(store(full()));
        assert_eq!(LakeError::from(store(wrapped)).hindrance(), Hindrance::Full);
        let parquet = datafusion::parquet::errors::ParquetError::from(full());
        assert_eq!(LakeError::from(parquet).hindrance(), Hindrance::Full);
        let object = object_store::Error::Generic { store: "x", source: Box::new(full()) };
        let object = StoreError::object("write", &object_store::path::Path::from("x"))(object);
        assert_eq!(LakeError::from(object).hindrance(), Hindrance::Full);
        let other = io::Error::from(io::ErrorKind::PermissionDenied);
        assert_eq!(LakeError::from(store(other)).hindrance(), Hindrance::Other);
        let superseded = ManifestError::Superseded { number: 1 };
        assert_eq!(LakeError::from(superseded).hindrance(), Hindrance::Overtaken);
        // A full disk, but the commit may stand.
        let unsettled = ManifestError::Unsettled { number: 1, source: store(full()) };
        assert_eq!(LakeError::from(unsettled).hindrance(), Hindrance::Unsettled);
        let later = StoreError::Failed { path: "x".to_owned(), source: full() };
        assert_eq!(LakeError::from(later).hindrance(), Hindrance::Full);
    }
}
