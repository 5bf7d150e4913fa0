//! Hashing and compressing, which needs no lease and can have a thread of its own.

use std::{
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
};

use object_store::path::Path;
use sha2::{Digest as _, Sha256};

use super::{
    Digest, EvidenceError, OWN_FILE,
    frames::{FRAME, FrameWriter},
};
use crate::store::{Store, StoreFile};

/// An object that is hashed and compressed and has no name yet. Dropped, it is gone.
#[derive(Debug)]
pub struct Prepared {
    pub(super) digest: Digest,
    pub(super) length: u64,
    pub(super) body: Body,
}

#[derive(Debug)]
pub(super) enum Body {
    /// For a pack.
    Small(FrameWriter<Vec<u8>>),
    /// For a file of its own.
    Large(FrameWriter<StoreFile>),
}

impl Prepared {
    /// SHA-256 of the raw bytes.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// How many raw bytes there are.
    pub fn length(&self) -> u64 {
        self.length
    }
}

/// Reads everything, hashes and compresses it.
pub fn prepare(store: &Store, reader: impl Read) -> Result<Prepared, EvidenceError> {
    prepare_until(store, reader, &AtomicBool::new(false))
}

fn prepare_until(
    store: &Store,
    mut reader: impl Read,
    stop: &AtomicBool,
) -> Result<Prepared, EvidenceError> {
    let mut buffer = Vec::new();
    let mut hash = Sha256::new();
    let mut length = 0;
    let mut large: Option<FrameWriter<StoreFile>> = None;
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(EvidenceError::Stopped);
        }
        buffer.clear();
        let read = (&mut reader).take(FRAME as u64).read_to_end(&mut buffer);
        let read = read.map_err(EvidenceError::Source)?;
        hash.update(&buffer);
        length += read as u64;
        if large.is_none() && length < OWN_FILE {
            let mut small = FrameWriter::new(Vec::new()).map_err(write_failed)?;
            if read > 0 {
                small.write_frame(&buffer).map_err(write_failed)?;
            }
            let digest = Digest(hash.finalize().into());
            return Ok(Prepared { digest, length, body: Body::Small(small) });
        }
        let mut frames = match large.take() {
            Some(frames) => frames,
            None => FrameWriter::new(store.create(&incoming())?).map_err(write_failed)?,
        };
        if read > 0 {
            frames.write_frame(&buffer).map_err(write_failed)?;
        }
        if read < FRAME {
            // The disk gets it while others are still at work, not when the commit waits for it.
            frames.out().settle()?;
            let digest = Digest(hash.finalize().into());
            return Ok(Prepared { digest, length, body: Body::Large(frames) });
        }
        large = Some(frames);
    }
}

fn write_failed(error: io::Error) -> EvidenceError {
    EvidenceError::io("write", "evidence/incoming")(error)
}

/// A name that no other object being prepared has.
fn incoming() -> Path {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    Path::from(format!("evidence/incoming/{}-{number}", std::process::id()))
}

/// An object being prepared on a thread of its own. Dropped, it is stopped and gone.
#[derive(Debug)]
pub struct EvidenceJob {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<Prepared, EvidenceError>>>,
}

impl EvidenceJob {
    /// Starts to read, hash and compress.
    pub fn start(store: &Store, reader: impl Read + Send + 'static) -> Result<Self, EvidenceError> {
        let stop = Arc::new(AtomicBool::new(false));
        let (store, stopped) = (store.clone(), Arc::clone(&stop));
        let thread = thread::Builder::new()
            .name("evidence".to_owned())
            .spawn(move || prepare_until(&store, reader, &stopped))
            .map_err(EvidenceError::io("start to compress", "evidence/incoming"))?;
        Ok(Self { stop, thread: Some(thread) })
    }

    /// Waits until it is prepared.
    pub fn join(mut self) -> Result<Prepared, EvidenceError> {
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(prepared)) => prepared,
            Some(Err(_)) | None => Err(EvidenceError::Stopped),
        }
    }
}

impl Drop for EvidenceJob {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
