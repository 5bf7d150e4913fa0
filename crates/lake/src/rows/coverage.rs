//! Which subjects a row of coverage is about.

use roaring::RoaringBitmap;

use super::CoverageRow;
use crate::error::LakeError;

impl CoverageRow {
    /// Numbers of the subjects in the shard.
    ///
    /// # Errors
    /// `Shape` if they are no roaring bitmap.
    pub fn numbers(&self) -> Result<RoaringBitmap, LakeError> {
        RoaringBitmap::deserialize_from(self.subjects.as_slice()).map_err(|error| {
            LakeError::Shape {
                found: error.to_string(),
                wanted: "a roaring bitmap of subjects".to_owned(),
            }
        })
    }
}
