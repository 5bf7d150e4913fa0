//! Where the bytes of a report are kept, by its row.

use super::{ReportBytes, ReportRow};
use crate::{
    error::LakeError,
    evidence::{EvidenceEntry, Location},
};

impl ReportRow {
    /// Where the report's bytes are kept.
    ///
    /// # Errors
    /// `Shape` if the row's digest is not one.
    pub fn evidence(&self) -> Result<EvidenceEntry, LakeError> {
        let location = (self.evidence_pack, self.evidence_offset);
        entry(&self.digest, self.length, location, self.evidence_stored)
    }
}

impl ReportBytes {
    /// Where the report's bytes are kept.
    ///
    /// # Errors
    /// `Shape` if the row's digest is not one.
    pub fn evidence(&self) -> Result<EvidenceEntry, LakeError> {
        let location = (self.evidence_pack, self.evidence_offset);
        entry(&self.digest, self.length, location, self.evidence_stored)
    }
}

fn entry(
    digest: &str,
    length: i64,
    location: (Option<i64>, Option<i64>),
    stored: i64,
) -> Result<EvidenceEntry, LakeError> {
    let digest = digest.parse().map_err(|_| LakeError::Shape {
        found: digest.to_owned(),
        wanted: "a SHA-256 in hexadecimal".to_owned(),
    })?;
    let location = match location {
        (Some(number), Some(offset)) => {
            Location::Pack { number: number.unsigned_abs(), offset: offset.unsigned_abs() }
        }
        _ => Location::Object,
    };
    let (length, stored_length) = (length.unsigned_abs(), stored.unsigned_abs());
    Ok(EvidenceEntry { digest, length, stored_length, location })
}
