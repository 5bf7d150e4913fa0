//! Keeping evidence: objects get their name, packs grow.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{BufWriter, Seek as _, SeekFrom, Write as _},
};

use super::{
    Digest, EvidenceEntry, EvidenceError, Location, RecordIndex, object_path, pack_path,
    prepare::{Body, Prepared},
};
use crate::{fail_point, store::Store};

/// A pack that would grow past this is left alone and the next one begun.
const PACK_LIMIT: u64 = 256 << 20;

/// The one writer of evidence, to be had with the lease held.
///
/// It appends to the packs behind what the manifest counts. [`EvidenceWriter::flush`] gives what the
/// next manifest has to count; when that manifest is not committed, drop the writer and open
/// another: what it wrote is overwritten.
#[derive(Debug)]
pub struct EvidenceWriter {
    store: Store,
    limit: u64,
    pack: u64,
    length: u64,
    file: Option<BufWriter<File>>,
    /// Whether something could not be written: nobody knows what lies in the pack from there on.
    failed: bool,
    /// What was kept since the writer was opened: the same bytes again need no second place.
    kept: BTreeMap<Digest, EvidenceEntry>,
}

impl EvidenceWriter {
    /// Opens the writer where the manifest says that the packs end.
    pub fn open(store: Store, packs: &BTreeMap<u64, u64>) -> Self {
        let (pack, length) =
            packs.last_key_value().map_or((1, 0), |(pack, length)| (*pack, *length));
        Self {
            store,
            limit: PACK_LIMIT,
            pack,
            length,
            file: None,
            failed: false,
            kept: BTreeMap::new(),
        }
    }

    #[cfg(test)]
    pub(super) fn with_limit(mut self, limit: u64) -> Self {
        self.limit = limit;
        self
    }

    /// Keeps an object with the places of its records. It counts when the next manifest does.
    ///
    /// The same bytes may have been kept by an earlier commit: who has a table of evidence looks
    /// there first. An object in a file of its own is in any case kept once, with the record index
    /// given last.
    pub fn keep(
        &mut self,
        prepared: Prepared,
        records: &RecordIndex,
    ) -> Result<EvidenceEntry, EvidenceError> {
        let Prepared { digest, length, body } = prepared;
        if let Some(entry) = self.kept.get(&digest) {
            return Ok(*entry);
        }
        let entry = match body {
            Body::Small(frames) => {
                let finished = frames.finish(records);
                let (stored, stored_length) =
                    finished.map_err(EvidenceError::io("compress", digest))?;
                let location = self.append(&stored)?;
                EvidenceEntry { digest, length, stored_length, location }
            }
            Body::Large(frames) => {
                let finished = frames.finish(records);
                let (file, stored_length) = finished.map_err(EvidenceError::io("write", digest))?;
                fail_point("evidence.object");
                file.finish_whole(self.store.locate(&object_path(digest)))?;
                EvidenceEntry { digest, length, stored_length, location: Location::Object }
            }
        };
        self.kept.insert(digest, entry);
        Ok(entry)
    }

    /// Hands what was appended to the operating system, to be made durable by the next sync, and
    /// gives the length of the open pack for the next manifest.
    pub fn flush(&mut self) -> Result<BTreeMap<u64, u64>, EvidenceError> {
        let path = pack_path(self.pack);
        if self.failed {
            let earlier = std::io::Error::other("writing to it failed before");
            return Err(EvidenceError::io("write", &path)(earlier));
        }
        if let Some(file) = &mut self.file {
            file.flush().map_err(EvidenceError::io("write", &path))?;
            self.store.note_file(&path);
        }
        fail_point("evidence.flushed");
        Ok(if self.length == 0 {
            BTreeMap::new()
        } else {
            BTreeMap::from([(self.pack, self.length)])
        })
    }

    fn append(&mut self, stored: &[u8]) -> Result<Location, EvidenceError> {
        if self.length > 0 && self.length + stored.len() as u64 > self.limit {
            self.flush()?;
            self.file = None;
            self.pack += 1;
            self.length = 0;
        }
        let path = pack_path(self.pack);
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(open_pack(&self.store, self.pack, self.length)?),
        };
        let written = file.write_all(stored);
        self.failed |= written.is_err();
        written.map_err(EvidenceError::io("write", &path))?;
        fail_point("evidence.appended");
        let location = Location::Pack { number: self.pack, offset: self.length };
        self.length += stored.len() as u64;
        Ok(location)
    }
}

/// Opens a pack to be written from `length` on; what is beyond was never counted.
fn open_pack(store: &Store, number: u64, length: u64) -> Result<BufWriter<File>, EvidenceError> {
    let path = pack_path(number);
    let located = store.locate(&path);
    let io = |doing| EvidenceError::io(doing, &path);
    if let Some(folder) = located.parent() {
        std::fs::create_dir_all(folder).map_err(io("create"))?;
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&located)
        .map_err(io("open"))?;
    let found = file.metadata().map_err(io("open"))?.len();
    if found < length {
        let reason = format!("it has {found} bytes of {length} that were committed");
        return Err(EvidenceError::damaged(&path, reason));
    }
    file.set_len(length).map_err(io("truncate"))?;
    file.seek(SeekFrom::Start(length)).map_err(io("write"))?;
    Ok(BufWriter::with_capacity(1 << 18, file))
}
