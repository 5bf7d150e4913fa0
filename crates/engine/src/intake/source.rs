//! Where a member's bytes stand: a range of an open file.

use std::{
    fmt,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    sync::{Arc, Mutex, PoisonError},
};

/// A range of an open file, readable by many at once.
#[derive(Debug, Clone)]
pub struct Source {
    file: Arc<Mutex<File>>,
    start: u64,
    length: u64,
}

impl Source {
    pub(crate) fn new(file: Arc<Mutex<File>>, start: u64, length: u64) -> Self {
        Self { file, start, length }
    }

    /// The first bytes only.
    pub(crate) fn first(self, length: u64) -> Self {
        Self { length: self.length.min(length), ..self }
    }

    /// How many bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// A reader of its own place, at the first byte. Read it through a buffer.
    pub fn open(&self) -> SourceReader {
        SourceReader { source: self.clone(), position: 0, watch: None }
    }

    /// Like [`Source::open`], telling `watch` how many bytes each read gave.
    pub fn open_watched(&self, watch: Watch) -> SourceReader {
        SourceReader { source: self.clone(), position: 0, watch: Some(watch) }
    }
}

/// Told how many bytes were read, to show progress.
#[derive(Clone)]
pub struct Watch(pub Arc<dyn Fn(u64) + Send + Sync>);

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}

/// Reads a [`Source`].
#[derive(Debug)]
pub struct SourceReader {
    source: Source,
    position: u64,
    watch: Option<Watch>,
}

impl Read for SourceReader {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let left = self.source.length.saturating_sub(self.position);
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(target.len());
        let target = target.get_mut(..wanted).unwrap_or_default();
        if target.is_empty() {
            return Ok(0);
        }
        let read = {
            let mut file = self.source.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(self.source.start.saturating_add(self.position)))?;
            file.read(target)?
        };
        let read_bytes = u64::try_from(read).unwrap_or(u64::MAX);
        self.position = self.position.saturating_add(read_bytes);
        if let Some(Watch(watch)) = &self.watch {
            watch(read_bytes);
        }
        Ok(read)
    }
}

impl Seek for SourceReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.source.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = target.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn readers_keep_their_own_places_inside_the_range() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"..0123456789..").unwrap();
        let source = Source::new(Arc::new(Mutex::new(file)), 2, 10);
        let (mut one, mut two) = (source.open(), source.open());
        let mut text = String::new();
        one.seek(SeekFrom::End(-3)).unwrap();
        one.read_to_string(&mut text).unwrap();
        two.read_to_string(&mut text).unwrap();
        assert_eq!(text, "7890123456789");
        assert_eq!(one.seek(SeekFrom::Current(-9)).unwrap(), 1);
        assert!(one.seek(SeekFrom::Current(-2)).is_err());
        one.seek(SeekFrom::Start(99)).unwrap();
        assert_eq!(one.read(&mut [0; 4]).unwrap(), 0);
    }
}
