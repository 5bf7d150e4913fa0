//! The lease: one writer of the lake at a time.
//!
//! An operating system's lock on `_yagura/writer.lock`; it ends with the process that holds it. Who
//! waits first locks `_yagura/writer.queue`, so that a writer that commits and asks again at once
//! stands behind those who wait.

mod network;

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use jiff::Timestamp;

use crate::store::Store;

/// The right to write, until it is dropped.
#[derive(Debug)]
pub struct Lease {
    /// Locked; dropped, it is unlocked.
    lock: LockFile,
}

/// The right to write could not be had.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// The operating system refused.
    #[error("cannot {doing} `{path}`")]
    Io {
        /// What was being done, as a verb.
        doing: &'static str,
        /// The lock's file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Locks do not hold between the machines that share this folder.
    #[error(
        "`{path}` lies on a network file system ({kind}), where locks and syncs cannot be relied \
         on: use a local folder"
    )]
    Network {
        /// The data folder.
        path: String,
        /// What the file system is called.
        kind: String,
    },
    /// The lock's file was removed or replaced: another process may write by now.
    #[error(
        "`{path}` was removed while it was locked: nothing of this was kept, run it again and leave \
         the file alone"
    )]
    Lost {
        /// The lock's file.
        path: String,
    },
    /// Another process writes.
    #[error("`{path}` is being written by {holder}: try again later or wait for it")]
    Held {
        /// The data folder.
        path: String,
        /// Who holds the lease, as far as is known.
        holder: String,
    },
}

impl Lease {
    /// Takes the lease, waiting for it up to `wait` in turn with others who wait.
    ///
    /// `now` is written into the lock's file, to tell those who find it locked.
    pub fn acquire(store: &Store, wait: Duration, now: Timestamp) -> Result<Self, LeaseError> {
        if let Some(kind) = network::kind(store.folder()) {
            return Err(LeaseError::Network { path: store.folder().display().to_string(), kind });
        }
        let folder = store.folder().join("_yagura");
        std::fs::create_dir_all(&folder).map_err(io("create", &folder))?;
        let queue = LockFile::open(folder.join("writer.queue"))?;
        let writer = LockFile::open(folder.join("writer.lock"))?;
        let holder = writer.path.clone();
        let lock =
            if wait.is_zero() { try_both(queue, writer)? } else { wait_for(queue, writer, wait)? };
        let Some(lock) = lock else {
            return Err(LeaseError::Held {
                path: store.folder().display().to_string(),
                holder: describe(&holder),
            });
        };
        let mut lease = Self { lock };
        // Whoever finds it locked is told less when this fails: on a full disk the lease must still
        // be had, to delete what is not needed.
        drop(lease.lock.sign(now));
        Ok(lease)
    }

    /// Fails if the lock's file is not the one that is locked any more.
    pub(crate) fn check(&self) -> Result<(), LeaseError> {
        let LockFile { file, path } = &self.lock;
        if is_at(file, path).map_err(io("look at", path))? {
            return Ok(());
        }
        Err(LeaseError::Lost { path: path.display().to_string() })
    }
}

/// Whether an open file is the one that a path names.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let open = file.metadata()?;
    match path.metadata() {
        Ok(named) => Ok((named.dev(), named.ino()) == (open.dev(), open.ino())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Elsewhere a file that is open cannot be removed.
#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> std::io::Result<bool> {
    path.try_exists()
}

/// An open file and its path, locked or not.
#[derive(Debug)]
struct LockFile {
    file: File,
    path: PathBuf,
}

impl LockFile {
    fn open(path: PathBuf) -> Result<Self, LeaseError> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(&path);
        Ok(Self { file: file.map_err(io("open", &path))?, path })
    }

    fn lock(self) -> Result<Self, LeaseError> {
        self.file.lock().map_err(io("lock", &self.path))?;
        Ok(self)
    }

    fn try_lock(self) -> Result<Option<Self>, LeaseError> {
        match self.file.try_lock() {
            Ok(()) => Ok(Some(self)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(io("lock", &self.path)(error)),
        }
    }

    /// Writes who holds the lock.
    fn sign(&mut self, now: Timestamp) -> Result<(), LeaseError> {
        let text = format!("process {} since {now:.0}\n", std::process::id());
        let written = self
            .file
            .set_len(0)
            .and_then(|()| self.file.rewind())
            .and_then(|()| self.file.write_all(text.as_bytes()));
        written.map_err(io("write", &self.path))
    }
}

impl Drop for LockFile {
    /// Closing would not do: a child between fork and exec has a copy of the file, and a lock lasts
    /// until the last copy is closed.
    fn drop(&mut self) {
        // What cannot be unlocked is closed next.
        drop(self.file.unlock());
    }
}

fn try_both(queue: LockFile, writer: LockFile) -> Result<Option<LockFile>, LeaseError> {
    match queue.try_lock()? {
        Some(_turn) => writer.try_lock(),
        None => Ok(None),
    }
}

/// Waits on a thread of its own, since a blocked lock cannot be given up. When the wait ends first,
/// the thread gives back at once what it gets later.
fn wait_for(
    queue: LockFile,
    writer: LockFile,
    wait: Duration,
) -> Result<Option<LockFile>, LeaseError> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let locked = queue.lock().and_then(|_turn| writer.lock());
        // Nobody waits for it any more: dropped, it is unlocked.
        drop(sender.send(locked));
    });
    match receiver.recv_timeout(wait) {
        Ok(locked) => locked.map(Some),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Ok(None),
    }
}

/// Who holds a lock, by what they wrote into its file.
fn describe(path: &Path) -> String {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(200).read_to_string(&mut text));
    match (read, text.trim()) {
        (Ok(_), holder) if !holder.is_empty() => holder.to_owned(),
        _ => "another process".to_owned(),
    }
}

fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> LeaseError {
    let path = path.display().to_string();
    move |source| LeaseError::Io { doing, path, source }
}

#[cfg(test)]
mod tests;
