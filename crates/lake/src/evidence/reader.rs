//! Reading evidence: ranges, records, everything.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
};

use sha2::{Digest as _, Sha256};
use yagura_model::record::Place;
use zstd::bulk::Decompressor;

use super::{
    Digest, EvidenceEntry, EvidenceError, Location, RECORD_LIMIT,
    frames::{Layout, is_records_header},
    records::{RecordTable, decode_block},
};
use crate::store::Store;

/// What every frame of zstd begins with.
const FRAME_MAGIC: u32 = 0xfd2f_b528;

/// Reads evidence.
#[derive(Debug, Clone)]
pub struct EvidenceReader {
    store: Store,
}

/// One record of a report as it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordBytes {
    /// Where it stands in the raw bytes.
    pub place: Place,
    /// Its bytes, at most [`RECORD_LIMIT`] of them.
    pub bytes: Vec<u8>,
    /// Whether it is longer than that.
    pub cut: bool,
}

impl EvidenceReader {
    /// A reader of the evidence in a store.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// Opens an object.
    pub fn open(&self, entry: &EvidenceEntry) -> Result<EvidenceBytes, EvidenceError> {
        EvidenceBytes::open(&self.store, *entry)
    }

    /// Reads a range of the raw bytes; beyond the end there are none.
    pub fn read_range(
        &self,
        entry: &EvidenceEntry,
        range: Range<u64>,
    ) -> Result<Vec<u8>, EvidenceError> {
        self.open(entry)?.range(range)
    }

    /// Reads one record, by its number from 0.
    pub fn read_record(
        &self,
        entry: &EvidenceEntry,
        ordinal: u64,
    ) -> Result<RecordBytes, EvidenceError> {
        let mut bytes = self.open(entry)?;
        let place = bytes.place(ordinal)?;
        bytes.record(place)
    }

    /// Whether it is there and its frames and indices begin and end as they should.
    pub fn look(&self, entry: &EvidenceEntry) -> Result<(), EvidenceError> {
        let mut bytes = self.open(entry)?;
        for frame in bytes.layout.frames.clone() {
            let magic = read_at(&mut bytes.file, &bytes.entry, frame.stored_start, 4)?;
            if magic != FRAME_MAGIC.to_le_bytes() {
                return Err(bytes.damaged("a frame does not begin as it should"));
            }
        }
        bytes.records().map(drop)
    }

    /// Reads everything again and compares it with the digest.
    pub fn verify(&self, entry: &EvidenceEntry) -> Result<(), EvidenceError> {
        let mut bytes = self.open(entry)?;
        let mut hash = Sha256::new();
        while let Some(part) = bytes.fill()? {
            hash.update(part);
            let read = part.len() as u64;
            bytes.position += read;
        }
        if Digest(hash.finalize().into()) != entry.digest {
            return Err(bytes.damaged("its bytes have another digest"));
        }
        bytes.verify_records()
    }
}

/// The raw bytes of one object.
#[derive(Debug)]
pub struct EvidenceBytes {
    entry: EvidenceEntry,
    file: File,
    layout: Layout,
    records: Option<RecordTable>,
    position: u64,
    /// The number of the frame that is decompressed.
    frame: Option<usize>,
    raw: Vec<u8>,
    decompressor: Decompression,
}

struct Decompression(Decompressor<'static>);

impl std::fmt::Debug for Decompression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Decompression")
    }
}

impl EvidenceBytes {
    fn open(store: &Store, mut entry: EvidenceEntry) -> Result<Self, EvidenceError> {
        let mut file = store.open_file(&entry.path())?;
        if entry.location == Location::Object {
            // The same raw bytes may have been kept again since, with another record index.
            let about = file.metadata().map_err(EvidenceError::io("read", entry))?;
            entry.stored_length = about.len();
        }
        let damaged = |reason: &str| EvidenceError::damaged(&entry, reason);
        let layout = Layout::read(
            entry.stored_length,
            entry.length,
            |at, length| read_at(&mut file, &entry, at, length),
            damaged,
        )?;
        let decompressor = Decompressor::new().map_err(EvidenceError::io("read", entry))?;
        let decompressor = Decompression(decompressor);
        let (raw, records) = (Vec::new(), None);
        Ok(Self { entry, file, layout, records, position: 0, frame: None, raw, decompressor })
    }

    /// How many raw bytes there are.
    pub fn length(&self) -> u64 {
        self.entry.length
    }

    /// How many records the index has.
    pub fn records(&mut self) -> Result<u64, EvidenceError> {
        Ok(self.table()?.map_or(0, |table| table.records))
    }

    /// Where a record stands, by its number from 0.
    pub fn place(&mut self, ordinal: u64) -> Result<Place, EvidenceError> {
        let records = self.records()?;
        let found = self.table()?.and_then(|table| table.block_of(ordinal));
        let (Some((block, number)), Some(index)) = (found, self.layout.records.clone()) else {
            return Err(EvidenceError::NoRecord {
                object: self.entry.to_string(),
                ordinal,
                records,
            });
        };
        let length = (block.end - block.start) as usize;
        let stored = read_at(&mut self.file, &self.entry, index.start + block.start, length)?;
        let place = decode_block(&stored).and_then(|places| places.get(number).copied());
        place
            .filter(|place| place.end <= self.entry.length)
            .ok_or_else(|| self.damaged("its record index cannot be read"))
    }

    /// Reads the record at a place.
    pub fn record(&mut self, place: Place) -> Result<RecordBytes, EvidenceError> {
        let end = place.end.min(place.start.saturating_add(RECORD_LIMIT));
        let bytes = self.range(place.start..end)?;
        Ok(RecordBytes { place, bytes, cut: end < place.end })
    }

    /// Reads a range of the raw bytes; beyond the end there are none.
    pub fn range(&mut self, range: Range<u64>) -> Result<Vec<u8>, EvidenceError> {
        let end = range.end.min(self.entry.length);
        let mut bytes = Vec::new();
        self.position = range.start;
        while self.position < end {
            let wanted = usize::try_from(end - self.position).unwrap_or(usize::MAX);
            let Some(part) = self.fill()? else { break };
            let part = part.get(..wanted).unwrap_or(part);
            bytes.extend_from_slice(part);
            let read = part.len() as u64;
            self.position += read;
        }
        Ok(bytes)
    }

    fn table(&mut self) -> Result<Option<&RecordTable>, EvidenceError> {
        if self.records.is_none()
            && let Some(index) = self.layout.records.clone()
        {
            let (entry, file) = (self.entry, &mut self.file);
            let length = index.end - index.start;
            if !is_records_header(&read_at(file, &entry, index.start - 8, 8)?, length) {
                return Err(EvidenceError::damaged(&entry, "its record index has a wrong header"));
            }
            self.records = Some(RecordTable::read(
                length,
                |at, length| read_at(file, &entry, index.start + at, length),
                |reason| EvidenceError::damaged(&entry, reason),
            )?);
        }
        Ok(self.records.as_ref())
    }

    fn verify_records(&mut self) -> Result<(), EvidenceError> {
        let records = self.records()?;
        for ordinal in (0..records).step_by(1024) {
            self.place(ordinal)?;
        }
        Ok(())
    }

    /// The raw bytes from the position to the end of its frame, `None` at the end.
    fn fill(&mut self) -> Result<Option<&[u8]>, EvidenceError> {
        let Some(number) = self.layout.frame_at(self.position) else {
            return Ok(None);
        };
        let Some(frame) = self.layout.frames.get(number).copied() else {
            return Ok(None);
        };
        if self.frame != Some(number) {
            self.frame = None;
            let stored = read_at(&mut self.file, &self.entry, frame.stored_start, frame.stored)?;
            let raw = self.decompressor.0.decompress(&stored, frame.raw);
            self.raw = raw.map_err(|error| self.damaged(&error.to_string()))?;
            if self.raw.len() != frame.raw {
                return Err(self.damaged("a frame is shorter than its seek table says"));
            }
            self.frame = Some(number);
        }
        let from = usize::try_from(self.position - frame.raw_start).unwrap_or(usize::MAX);
        Ok(self.raw.get(from..))
    }

    fn damaged(&self, reason: &str) -> EvidenceError {
        EvidenceError::damaged(&self.entry, reason)
    }
}

impl Read for EvidenceBytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let part =
            self.fill().map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        let read = part.unwrap_or_default().read(buffer)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for EvidenceBytes {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.entry.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

/// Reads part of the stored form.
fn read_at(
    file: &mut File,
    entry: &EvidenceEntry,
    at: u64,
    length: usize,
) -> Result<Vec<u8>, EvidenceError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof => EvidenceError::damaged(entry, "it is shorter than it was"),
        _ => EvidenceError::io("read", entry)(error),
    };
    if at.saturating_add(length as u64) > entry.stored_length {
        return Err(EvidenceError::damaged(entry, "it points beyond its own end"));
    }
    file.seek(SeekFrom::Start(entry.offset() + at)).map_err(failed)?;
    let mut bytes = vec![0; length];
    file.read_exact(&mut bytes).map_err(failed)?;
    Ok(bytes)
}
