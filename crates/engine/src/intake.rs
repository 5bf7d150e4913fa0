//! From what a user names to the members to parse.
//!
//! What comes in is a path or a stream. It is hashed, and containers around the reports are taken
//! off, recognised by content and never by name: gzip, zstd, zip; each entry of a zip is a member of
//! its own, but for what operating systems leave in archives (`.DS_Store`, `Thumbs.db`). Text that is
//! not UTF-8 is put into UTF-8, as one more layer. A plain file is read in place; what had to be decompressed stands in an anonymous
//! temporary file, under no name of its own and within [`Limits`]. An entry that cannot be read
//! costs only itself.
//!
//! This is the only place in Yagura that decompresses what others sent.

mod archive;
mod error;
mod layer;
mod limits;
mod source;
mod spool;

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

pub use error::{IntakeCode, IntakeError};
pub use layer::Layer;
pub use limits::Limits;
pub use source::{Source, SourceReader, Watch};

use yagura_model::warning::{Warning, WarningCode};

use layer::Unwrapping;
use limits::Budget;
use spool::{Kept, Spool};

/// Takes in files and streams.
#[derive(Debug, Clone)]
pub struct Intake {
    spool: PathBuf,
    limits: Limits,
}

/// One thing taken in.
#[derive(Debug)]
pub struct Received {
    /// The name the caller gave it.
    pub name: String,
    /// SHA-256 of the bytes as they came.
    pub digest: [u8; 32],
    /// How many bytes came.
    pub length: u64,
    /// The bytes as they came.
    pub source: Source,
    /// What is in it, in its order.
    pub members: Vec<Member>,
    /// Entries of a container that were refused.
    pub refused: Vec<Refused>,
}

/// One document to parse.
#[derive(Debug)]
pub struct Member {
    /// The name received, and for an entry of a container `:` and the entry's name.
    pub name: String,
    /// What was taken off, outermost first.
    pub layers: Vec<Layer>,
    /// SHA-256 of the bytes to parse.
    pub digest: [u8; 32],
    /// How many bytes to parse.
    pub length: u64,
    /// The bytes to parse.
    pub source: Source,
}

/// An entry that is not a member, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Named like a member.
    pub name: String,
    /// Why.
    pub error: IntakeError,
}

impl Member {
    /// What a person should know of how the document was taken in.
    pub fn warnings(&self) -> Vec<Warning> {
        let damaged = self.layers.iter().find_map(|layer| match layer {
            Layer::Text { encoding, damaged: true } => Some(encoding),
            _ => None,
        });
        let warning = damaged.map(|encoding| Warning {
            code: WarningCode::UnreadableValue,
            at: "-".to_owned(),
            detail: format!("bytes that are not {encoding} were replaced"),
        });
        warning.into_iter().collect()
    }
}

impl Intake {
    /// An intake that puts what it must keep aside into a folder.
    pub fn new(spool: impl Into<PathBuf>, limits: Limits) -> Self {
        Self { spool: spool.into(), limits }
    }

    /// Takes in a file, named by its path. A plain file is opened once and read in place, so a
    /// caller that keeps its bytes hashes them again as it copies them.
    ///
    /// # Errors
    /// When nothing of the file can be used.
    pub fn receive_file(&self, path: &Path) -> Result<Received, IntakeError> {
        self.receive_file_as(&path.to_string_lossy(), path)
    }

    /// The same under another name.
    ///
    /// # Errors
    /// As [`receive_file`](Self::receive_file).
    pub fn receive_file_as(&self, name: &str, path: &Path) -> Result<Received, IntakeError> {
        let file = File::open(path).map_err(|error| spool::unreadable(&error))?;
        let about = file.metadata().map_err(|error| spool::unreadable(&error))?;
        if about.is_dir() {
            let message = "is a folder; name the files in it";
            return Err(IntakeError::new(IntakeCode::Folder, "-", message));
        }
        if !about.is_file() {
            return self.receive(name, &mut { file });
        }
        let mut spool = Spool::new(&self.spool);
        let kept = spool.look(file)?;
        self.unwrap(name, spool, kept)
    }

    /// Takes in a stream to its end.
    ///
    /// # Errors
    /// When nothing of the stream can be used.
    pub fn receive(&self, name: &str, input: &mut dyn Read) -> Result<Received, IntakeError> {
        let mut spool = Spool::new(&self.spool);
        let total = self.limits.total;
        let kept = spool.keep(input, &spool::unreadable, &mut |more, before| {
            if before + more > total {
                let message = format!("more than {total} bytes came in");
                return Err(IntakeError::new(IntakeCode::TooLarge, "-", message));
            }
            Ok(())
        })?;
        self.unwrap(name, spool, kept)
    }

    fn unwrap(&self, name: &str, spool: Spool<'_>, kept: Kept) -> Result<Received, IntakeError> {
        let (digest, length, source) = (kept.digest, kept.source.length(), kept.source.clone());
        let budget = Budget::new(self.limits, length);
        let mut unwrapping = Unwrapping::new(spool, budget);
        unwrapping.unwrap(name, Vec::new(), kept)?;
        let Unwrapping { members, refused, .. } = unwrapping;
        Ok(Received { name: name.to_owned(), digest, length, source, members, refused })
    }
}

#[cfg(test)]
mod tests;
