//! What the content of a table is known by, so that no damage goes unnoticed.
//!
//! The name of a data file ends in the first half of the SHA-256 of its bytes: no writer of Parquet
//! keeps checksums of its pages, and the codec's own are off. The files that make up a table have a
//! [`FileSet`] in the manifest, whose own digest guards it: a log that lists other files, whatever
//! happened to it, is not the log the manifest was committed with.

use std::{
    fmt,
    io::{self, Write},
    str::FromStr,
};

use object_store::path::Path;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Bytes of a digest that names have.
const BYTES: usize = 16;

/// The first half of a SHA-256.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct ContentDigest([u8; BYTES]);

impl ContentDigest {
    /// That of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self::ended(Sha256::new_with_prefix(bytes))
    }

    /// That of all a hash was fed.
    pub(crate) fn ended(hash: Sha256) -> Self {
        let all: [u8; 32] = hash.finalize().into();
        Self(all.first_chunk().copied().unwrap_or_default())
    }

    /// That which the name of a data file ends in, if it does.
    pub(crate) fn in_name(path: &Path) -> Option<Self> {
        path.filename()?.strip_suffix(".parquet")?.rsplit_once('-')?.1.parse().ok()
    }
}

impl fmt::Display for ContentDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for ContentDigest {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; BYTES];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}

impl From<ContentDigest> for String {
    fn from(digest: ContentDigest) -> Self {
        digest.to_string()
    }
}

impl TryFrom<String> for ContentDigest {
    type Error = hex::FromHexError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// The name of a data file.
pub(crate) fn file_name(stem: &str, digest: ContentDigest) -> String {
    format!("{stem}-{digest}.parquet")
}

/// The files of a table as a whole: how many, how large, and a sum over their names and sizes that
/// does not depend on their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileSet {
    /// How many there are.
    pub files: u64,
    /// Their bytes together.
    pub bytes: u64,
    /// Exclusive or of a digest of each file's path in its table and size.
    pub sum: ContentDigest,
}

impl FileSet {
    /// Puts a file into it.
    pub(crate) fn add(&mut self, path: &str, size: u64) {
        self.files += 1;
        self.bytes += size;
        self.turn(path, size);
    }

    /// Takes a file out of it.
    pub(crate) fn remove(&mut self, path: &str, size: u64) {
        self.files = self.files.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(size);
        self.turn(path, size);
    }

    fn turn(&mut self, path: &str, size: u64) {
        let of = ContentDigest::ended(
            Sha256::new().chain_update(path).chain_update([0]).chain_update(size.to_le_bytes()),
        );
        self.sum.0.iter_mut().zip(of.0).for_each(|(sum, byte)| *sum ^= byte);
    }
}

/// What is written, with its hash so far.
pub(crate) struct Hashed<W> {
    to: W,
    hash: Sha256,
}

impl<W> Hashed<W> {
    pub(crate) fn new(to: W) -> Self {
        Self { to, hash: Sha256::new() }
    }

    /// What it was written to, and the digest of all that was.
    pub(crate) fn finish(self) -> (W, ContentDigest) {
        (self.to, ContentDigest::ended(self.hash))
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_says_its_content() {
        let digest = ContentDigest::of(b"rows");
        let name = file_name("000000000007-0000", digest);
        let at = |name: &str| Path::from(format!("tables/findings/shard=1/{name}"));
        assert_eq!(ContentDigest::in_name(&at(&name)), Some(digest));
        assert_eq!(name.len(), "000000000007-0000-".len() + 32 + ".parquet".len());
        for other in ["000000000007-0000.parquet", "base-1-2.parquet", "x", "_delta_log/7.json"] {
            assert_eq!(ContentDigest::in_name(&at(other)), None, "{other}");
        }
        assert_eq!(String::from(digest).parse(), Ok(digest));
    }

    #[test]
    fn a_set_is_the_same_in_any_order_and_after_a_way_back() {
        let mut one = FileSet::default();
        one.add("a", 1);
        one.add("b", 2);
        let mut other = FileSet::default();
        other.add("b", 2);
        other.add("c", 3);
        assert_ne!(one, other);
        other.add("a", 1);
        other.remove("c", 3);
        assert_eq!(one, other);
        let mut resized = FileSet::default();
        resized.add("a", 2);
        resized.add("b", 1);
        assert_ne!(one.sum, resized.sum);
    }

    #[test]
    fn what_is_written_is_hashed() {
        let mut hashed = Hashed::new(Vec::new());
        hashed.write_all(b"ro").unwrap();
        hashed.write_all(b"ws").unwrap();
        assert_eq!(hashed.finish(), (b"rows".to_vec(), ContentDigest::of(b"rows")));
    }
}
