//! Bytes that cannot be read in place: one anonymous temporary file for one thing received, its
//! members standing in it one after the other.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use encoding_rs::Encoding;
use sha2::{Digest, Sha256};
use yagura_formats::encoding::Detector;

use super::{
    error::{IntakeCode, IntakeError},
    source::Source,
};

/// How much is read and written at once.
const BUFFER: usize = 1 << 20;

/// Bytes that stand somewhere now.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) source: Source,
    /// Their SHA-256.
    pub(crate) digest: [u8; 32],
    /// What they are in, if they are a text that is not UTF-8.
    pub(crate) encoding: Option<&'static Encoding>,
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

    /// Goes over bytes that are read in place.
    pub(crate) fn look(&mut self, file: File) -> Result<Kept, IntakeError> {
        let whole = Source::new(Arc::new(Mutex::new(file)), 0, u64::MAX);
        let (mut hash, mut detector, mut length) = (Sha256::new(), Detector::default(), 0);
        let mut input = whole.open();
        loop {
            let part = fill(&mut self.buffer, &mut input).map_err(|error| unreadable(&error))?;
            if part.is_empty() {
                break;
            }
            hash.update(part);
            detector.feed(part);
            length += part.len() as u64;
        }
        let (digest, encoding) = (hash.finalize().into(), detector.finish());
        Ok(Kept { source: whole.first(length), digest, encoding })
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
        let (mut hash, mut detector, mut length) = (Sha256::new(), Detector::default(), 0_u64);
        loop {
            let part = fill(&mut self.buffer, input).map_err(|error| broken(&error))?;
            if part.is_empty() {
                break;
            }
            let more = part.len() as u64;
            allow(more, length)?;
            hash.update(part);
            detector.feed(part);
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(start + length))
                .and_then(|_| file.write_all(part))
                .map_err(|error| spool(format!("cannot write to the spool folder: {error}")))?;
            length += more;
        }
        self.end = start + length;
        let source = Source::new(file, start, length);
        Ok(Kept { source, digest: hash.finalize().into(), encoding: detector.finish() })
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
    let code = match error.kind() {
        io::ErrorKind::NotFound => IntakeCode::NotFound,
        _ => IntakeCode::Unreadable,
    };
    IntakeError::new(code, "-", format!("cannot be read: {error}"))
}
