//! Files written straight to the local folder, for what is large or written by blocking code.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufRead as _, BufReader, BufWriter, ErrorKind, Seek as _, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{StoreError, ledger::Ledger};

/// How many bytes are gathered before they go to the operating system.
const BUFFER: usize = 256 * 1024;

/// A file being written. Its name appears only when it is finished; dropped before, it is gone.
#[derive(Debug)]
pub struct StoreFile {
    writer: BufWriter<File>,
    staged: Staged,
    target: PathBuf,
    length: u64,
    ledger: Arc<Ledger>,
}

impl StoreFile {
    pub(super) fn create(target: PathBuf, ledger: Arc<Ledger>) -> Result<Self, StoreError> {
        let (file, staged) = Staged::create(&target)?;
        Ok(Self {
            writer: BufWriter::with_capacity(BUFFER, file),
            staged,
            target,
            length: 0,
            ledger,
        })
    }

    /// How many bytes were written.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Gives the file its name, replacing what had it. Durable after the next sync.
    pub fn finish(self) -> Result<u64, StoreError> {
        let Self { writer, staged, target, length, ledger } = self;
        flush(writer, &target)?;
        let named = staged.replace(&target);
        ledger.note_file(target);
        named.map(|()| length)
    }

    /// Gives the file another name than it was begun for, in the same folder.
    pub(crate) fn finish_as(self, target: PathBuf) -> Result<u64, StoreError> {
        Self { target, ..self }.finish()
    }

    /// Gives the file its name unless something has that name, and says whether it did. Either way
    /// what has the name is durable after the next sync.
    pub fn finish_if_absent(self) -> Result<bool, StoreError> {
        let Self { writer, staged, target, length: _, ledger } = self;
        flush(writer, &target)?;
        let named = staged.link(&target);
        ledger.note_file(target);
        named
    }

    /// Makes what was written so far durable, under no name yet.
    pub fn settle(&mut self) -> Result<(), StoreError> {
        self.writer.flush().map_err(StoreError::io("write", &self.target))?;
        let synced = self.ledger.medium().sync_file(self.staged.path());
        synced.map_err(StoreError::io("make durable", &self.target))
    }

    /// Gives the file the name `path`, its bytes being durable first, so that a file of that name is
    /// whole at any time. The same bytes under that name stay; others are replaced.
    pub(crate) fn finish_whole(mut self, path: PathBuf) -> Result<(), StoreError> {
        self.settle()?;
        let Self { writer, staged, ledger, .. } = self;
        drop(writer);
        if staged.link(&path)? {
            ledger.note_name(&path);
        } else if same_bytes(staged.path(), &path).map_err(StoreError::io("compare", &path))? {
            // Whoever wrote it may have been stopped before it was durable.
            ledger.note_file(path);
        } else {
            staged.replace(&path)?;
            ledger.note_name(&path);
        }
        Ok(())
    }
}

impl StoreFile {
    /// Leaves so many bytes out, which read as zeros and take no room where the file system can do
    /// that. At the end of a file they are not there.
    pub(crate) fn skip(&mut self, bytes: u64) -> io::Result<()> {
        let step = i64::try_from(bytes).map_err(io::Error::other)?;
        self.writer.seek(SeekFrom::Current(step))?;
        self.length += bytes;
        Ok(())
    }
}

impl Write for StoreFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.writer.write(bytes)?;
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

fn same_bytes(one: &Path, other: &Path) -> io::Result<bool> {
    let (one, other) = (File::open(one)?, File::open(other)?);
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    let mut one = BufReader::with_capacity(BUFFER, one);
    let mut other = BufReader::with_capacity(BUFFER, other);
    loop {
        let (left, right) = (one.fill_buf()?, other.fill_buf()?);
        let both = left.len().min(right.len());
        if left.get(..both) != right.get(..both) {
            return Ok(false);
        }
        if both == 0 {
            return Ok(true);
        }
        one.consume(both);
        other.consume(both);
    }
}

fn flush(writer: BufWriter<File>, target: &Path) -> Result<(), StoreError> {
    writer
        .into_inner()
        .map(drop)
        .map_err(io::IntoInnerError::into_error)
        .map_err(StoreError::io("write", target))
}

/// A file under a provisional name, `name#number`, which no listing shows. Dropped, it is removed.
#[derive(Debug)]
pub(super) struct Staged {
    path: PathBuf,
    /// The provisional name was given up, and may be another's by now.
    renamed: bool,
}

impl Staged {
    /// Creates the file next to its target, and the folders above it.
    pub(super) fn create(target: &Path) -> Result<(File, Self), StoreError> {
        let mut number = 1u32;
        let mut has_folder = false;
        loop {
            let mut name = target.as_os_str().to_owned();
            name.push(format!("#{number}"));
            let path = PathBuf::from(name);
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((file, Self { path, renamed: false })),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
                Err(error) if error.kind() == ErrorKind::NotFound && !has_folder => {
                    let folder = target.parent().unwrap_or(Path::new(""));
                    fs::create_dir_all(folder).map_err(StoreError::io("create", folder))?;
                    has_folder = true;
                }
                Err(error) => return Err(StoreError::io("create", &path)(error)),
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the target's name from whatever has it.
    pub(super) fn replace(mut self, target: &Path) -> Result<(), StoreError> {
        fs::rename(&self.path, target).map_err(StoreError::io("rename to", target))?;
        self.renamed = true;
        Ok(())
    }

    /// Takes the target's name if it is free, and says whether it was.
    pub(super) fn link(&self, target: &Path) -> Result<bool, StoreError> {
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).map_err(StoreError::io("create", folder))?;
        }
        match fs::hard_link(&self.path, target) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(StoreError::io("name", target)(error)),
        }
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.renamed {
            // What cannot be removed is shown by no listing, and is swept later.
            drop(fs::remove_file(&self.path));
        }
    }
}
