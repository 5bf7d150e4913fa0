//! Bytes that cannot be read in place: one anonymous temporary file for one thing received, its
//! members standing in it one after the other.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use sha2::{Digest, Sha256};

use super::{
    error::{IntakeCode, IntakeError},
    source::Source,
};

/// How much is read and written at once.
const BUFFER: usize = 1 << 20;

/// Bytes that stand somewhere now, and their SHA-256.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) source: Source,
    pub(crate) digest: [u8; 32],
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Spool<'i> {
    folder: &'i Path,
    file: Option<Arc<Mutex<File>>>,
    end: u64,
    buffer: Vec<u8>,
}

impl<'i> Spool<'i> {
    pub(crate) fn new(folder: &'i Path) -> Self {
        Self { folder, file: None, end: 0, buffer: Vec::new() }
    }

    /// The SHA-256 of bytes that are read in place, and how many there are.
    pub(crate) fn hash(&mut self, input: &mut dyn Read) -> Result<([u8; 32], u64), IntakeError> {
        let mut hash = Sha256::new();
        let mut length = 0;
        loop {
            let part = fill(&mut self.buffer, input).map_err(|error| unreadable(&error))?;
            if part.is_empty() {
                return Ok((hash.finalize().into(), length));
            }
            hash.update(part);
            length += part.len() as u64;
        }
    }

    /// Appends all of `input`, asking `allow` before each part with how many bytes it has and how
    /// many came before it. What does not come in whole is not kept.
    pub(crate) fn keep(
        &mut self,
        input: &mut dyn Read,
        broken: &dyn Fn(&io::Error) -> IntakeError,
        allow: &mut dyn FnMut(u64, u64) -> Result<(), IntakeError>,
    ) -> Result<Kept, IntakeError> {
        let file = match &self.file {
            Some(file) => Arc::clone(file),
            None => {
                let file = tempfile::tempfile_in(self.folder).map_err(|error| {
                    let folder = self.folder.display();
                    spool(format!("cannot make a temporary file in `{folder}`: {error}"))
                })?;
                Arc::clone(self.file.insert(Arc::new(Mutex::new(file))))
            }
        };
        let start = self.end;
        let mut hash = Sha256::new();
        let mut length = 0_u64;
        loop {
            let part = fill(&mut self.buffer, input).map_err(|error| broken(&error))?;
            if part.is_empty() {
                break;
            }
            let more = part.len() as u64;
            allow(more, length)?;
            hash.update(part);
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(start + length))
                .and_then(|_| file.write_all(part))
                .map_err(|error| spool(format!("cannot write to the spool folder: {error}")))?;
            length += more;
        }
        self.end = start + length;
        Ok(Kept { source: Source::new(file, start, length), digest: hash.finalize().into() })
    }
}

/// Reads until the buffer is full or the input ends.
fn fill<'b>(buffer: &'b mut Vec<u8>, input: &mut dyn Read) -> io::Result<&'b [u8]> {
    buffer.resize(BUFFER, 0);
    let mut filled = 0;
    loop {
        let free = buffer.get_mut(filled..).unwrap_or_default();
        if free.is_empty() {
            break;
        }
        match input.read(free) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(buffer.get(..filled).unwrap_or_default())
}

fn spool(message: String) -> IntakeError {
    IntakeError::new(IntakeCode::Spool, "-", message)
}

/// The refusal of bytes that the operating system would not give.
pub(crate) fn unreadable(error: &io::Error) -> IntakeError {
    IntakeError::new(IntakeCode::Unreadable, "-", format!("cannot be read: {error}"))
}
