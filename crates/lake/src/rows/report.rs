//! Where the bytes of a report are kept, by its row.

use super::ReportRow;
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
        let digest = self.digest.parse().map_err(|_| LakeError::Shape {
            found: self.digest.clone(),
            wanted: "a SHA-256 in hexadecimal".to_owned(),
        })?;
        let location = match (self.evidence_pack, self.evidence_offset) {
            (Some(number), Some(offset)) => {
                Location::Pack { number: number.unsigned_abs(), offset: offset.unsigned_abs() }
            }
            _ => Location::Object,
        };
        Ok(EvidenceEntry {
            digest,
            length: self.length.unsigned_abs(),
            stored_length: self.evidence_stored.unsigned_abs(),
            location,
        })
    }
}
