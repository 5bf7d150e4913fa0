//! Evidence: the bytes of reports as they were received, addressed by their SHA-256.
//!
//! An object is kept in the seekable format of zstd
//! (<https://github.com/facebook/zstd/blob/dev/contrib/seekable_format/zstd_seekable_compression_format.md>,
//! 0.1.0): independent frames of at most 1 MiB of raw bytes, each with its checksum, then the index
//! of the report's records in a frame that decoders skip, then the seek table. So any range is read
//! by decompressing its frames only, and `zstd -d` gives the whole. Objects of 64 kB and more are
//! files of their own, `evidence/objects/<first two digits>/<digest>.zst`; smaller ones stand one
//! after the other in packs, `evidence/packs/N.pack`, of which the manifest says how many bytes
//! count.

mod error;
mod frames;
mod prepare;
mod reader;
mod records;
mod writer;

use std::{fmt, str::FromStr};

use object_store::path::Path;

pub use error::EvidenceError;
pub use prepare::{EvidenceJob, Prepared, prepare};
pub use reader::{EvidenceBytes, EvidenceReader, RecordBytes};
pub use records::RecordIndex;
pub use writer::EvidenceWriter;

/// How many raw bytes an object must have to be a file of its own.
pub const OWN_FILE: u64 = 64_000;
/// How much of a record is read at most.
pub const RECORD_LIMIT: u64 = 1 << 20;

/// SHA-256 of raw bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for Digest {
    type Err = hex::FromHexError;

    /// Reads 64 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}

/// Where the stored form of an object lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Location {
    /// In a file of its own.
    Object,
    /// In a pack.
    Pack {
        /// The pack's number.
        number: u64,
        /// The first byte in the pack.
        offset: u64,
    },
}

/// An object that is kept: all that is needed to read it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EvidenceEntry {
    /// SHA-256 of the raw bytes.
    pub digest: Digest,
    /// How many raw bytes there are.
    pub length: u64,
    /// How many bytes its stored form has.
    pub stored_length: u64,
    /// Where its stored form lies.
    pub location: Location,
}

impl EvidenceEntry {
    /// The file that holds it, relative to the data folder.
    pub fn path(&self) -> Path {
        match self.location {
            Location::Object => object_path(self.digest),
            Location::Pack { number, .. } => pack_path(number),
        }
    }

    fn offset(&self) -> u64 {
        match self.location {
            Location::Object => 0,
            Location::Pack { offset, .. } => offset,
        }
    }
}

/// For messages: the digest and the file that should hold it.
impl fmt::Display for EvidenceEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.digest, self.path())
    }
}

pub(crate) fn object_path(digest: Digest) -> Path {
    let digits = digest.to_string();
    let folder = digits.split_at(2).0;
    Path::from(format!("evidence/objects/{folder}/{digits}.zst"))
}

pub(crate) fn pack_path(number: u64) -> Path {
    Path::from(format!("evidence/packs/{number:010}.pack"))
}

#[cfg(test)]
mod tests;
