//! The seekable form: frames, the record index, the seek table.

use std::io::{self, Write};

use zstd::bulk::Compressor;

use super::records::{RecordIndex, take};

/// Raw bytes a frame.
pub(super) const FRAME: usize = 1 << 20;
/// Reports are written once and read seldom: speed before size.
const LEVEL: i32 = 1;
/// A frame for other uses, which decoders skip: here the record index.
const RECORDS_MAGIC: u32 = 0x184d_2a50;
const SEEK_TABLE_MAGIC: u32 = 0x184d_2a5e;
const SEEKABLE_MAGIC: u32 = 0x8f92_eab1;
/// Magic and size before what decoders skip.
const SKIPPED_HEADER: u64 = 8;
/// Number of frames, descriptor, magic.
const FOOTER: usize = 9;

/// Writes the stored form of one object.
pub(super) struct FrameWriter<W> {
    out: W,
    compressor: Compressor<'static>,
    buffer: Vec<u8>,
    /// Stored and raw length of each frame.
    frames: Vec<(u32, u32)>,
    stored: u64,
}

impl<W: Write> FrameWriter<W> {
    pub(super) fn new(out: W) -> io::Result<Self> {
        let mut compressor = Compressor::new(LEVEL)?;
        compressor.include_checksum(true)?;
        Ok(Self { out, compressor, buffer: Vec::new(), frames: Vec::new(), stored: 0 })
    }

    /// Writes one frame of at most [`FRAME`] bytes.
    pub(super) fn write_frame(&mut self, raw: &[u8]) -> io::Result<()> {
        self.buffer.clear();
        self.buffer.reserve(zstd::zstd_safe::compress_bound(raw.len()));
        let stored = self.compressor.compress_to_buffer(raw, &mut self.buffer)?;
        self.out.write_all(&self.buffer)?;
        self.frames.push((stored as u32, raw.len() as u32));
        self.stored += stored as u64;
        Ok(())
    }

    pub(super) fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// Writes the record index and the seek table, and gives back where it wrote to and the stored
    /// length.
    pub(super) fn finish(mut self, records: &RecordIndex) -> io::Result<(W, u64)> {
        if !records.is_empty() {
            let index = records.to_bytes();
            let length = u32::try_from(index.len()).map_err(io::Error::other)?;
            self.out.write_all(&RECORDS_MAGIC.to_le_bytes())?;
            self.out.write_all(&length.to_le_bytes())?;
            self.out.write_all(&index)?;
            let stored =
                length.checked_add(SKIPPED_HEADER as u32).ok_or(io::ErrorKind::FileTooLarge)?;
            self.frames.push((stored, 0));
            self.stored += u64::from(stored);
        }
        let frames = u32::try_from(self.frames.len()).map_err(io::Error::other)?;
        let length = self.frames.len() * 8 + FOOTER;
        self.out.write_all(&SEEK_TABLE_MAGIC.to_le_bytes())?;
        self.out.write_all(&(length as u32).to_le_bytes())?;
        for (stored, raw) in &self.frames {
            self.out.write_all(&stored.to_le_bytes())?;
            self.out.write_all(&raw.to_le_bytes())?;
        }
        self.out.write_all(&frames.to_le_bytes())?;
        self.out.write_all(&[0])?;
        self.out.write_all(&SEEKABLE_MAGIC.to_le_bytes())?;
        self.stored += SKIPPED_HEADER + length as u64;
        Ok((self.out, self.stored))
    }
}

impl<W: std::fmt::Debug> std::fmt::Debug for FrameWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { out, stored, .. } = self;
        f.debug_struct("FrameWriter").field("out", out).field("stored", stored).finish()
    }
}

/// Whether these bytes stand before a record index of that length.
pub(super) fn is_records_header(header: &[u8], length: u64) -> bool {
    take::<4>(header, 0) == Some(RECORDS_MAGIC.to_le_bytes())
        && take::<4>(header, 4).map(|size| u64::from(u32::from_le_bytes(size))) == Some(length)
}

/// One frame: where its raw bytes and its stored bytes start, and how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) raw_start: u64,
    pub(super) raw: usize,
    pub(super) stored_start: u64,
    pub(super) stored: usize,
}

/// Where everything lies in the stored form of an object.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) frames: Vec<Frame>,
    /// The record index, without its header.
    pub(super) records: Option<std::ops::Range<u64>>,
}

impl Layout {
    /// Reads the layout of an object of `stored` bytes that hold `raw` ones.
    pub(super) fn read<E>(
        stored: u64,
        raw: u64,
        mut read: impl FnMut(u64, usize) -> Result<Vec<u8>, E>,
        damaged: impl Fn(&str) -> E,
    ) -> Result<Self, E> {
        let Some(footer_at) = stored.checked_sub(FOOTER as u64) else {
            return Err(damaged("it is too short"));
        };
        let footer = read(footer_at, FOOTER)?;
        let count = take::<4>(&footer, 0).map(u32::from_le_bytes);
        let magic = take::<4>(&footer, 5).map(u32::from_le_bytes);
        let (Some(count), Some(0), Some(SEEKABLE_MAGIC)) = (count, footer.get(4), magic) else {
            return Err(damaged("it does not end as it should"));
        };
        let entries = u64::from(count) * 8;
        let Some(table_at) = footer_at.checked_sub(entries + SKIPPED_HEADER) else {
            return Err(damaged("its seek table counts wrong"));
        };
        let table = read(table_at, (entries + SKIPPED_HEADER) as usize)?;
        let header = (
            take::<4>(&table, 0).map(u32::from_le_bytes),
            take::<4>(&table, 4).map(|size| u64::from(u32::from_le_bytes(size))),
        );
        if header != (Some(SEEK_TABLE_MAGIC), Some(entries + FOOTER as u64)) {
            return Err(damaged("its seek table does not begin as it should"));
        }
        let mut layout = Self { frames: Vec::with_capacity(count as usize), records: None };
        let (mut stored_end, mut raw_end) = (0_u64, 0_u64);
        for entry in table.get(SKIPPED_HEADER as usize..).unwrap_or_default().chunks_exact(8) {
            let stored = take::<4>(entry, 0).map_or(0, u32::from_le_bytes);
            let raw = take::<4>(entry, 4).map_or(0, u32::from_le_bytes);
            let (stored_start, raw_start) = (stored_end, raw_end);
            stored_end += u64::from(stored);
            raw_end += u64::from(raw);
            if layout.records.is_some() || raw as usize > FRAME {
                return Err(damaged("its seek table names frames that cannot be"));
            }
            if raw == 0 {
                if u64::from(stored) < SKIPPED_HEADER {
                    return Err(damaged("its record index is too short"));
                }
                layout.records = Some(stored_start + SKIPPED_HEADER..stored_end);
            } else {
                let (raw, stored) = (raw as usize, stored as usize);
                layout.frames.push(Frame { raw_start, raw, stored_start, stored });
            }
        }
        if stored_end != table_at || raw_end != raw {
            return Err(damaged("its seek table does not add up"));
        }
        Ok(layout)
    }

    /// The number of the frame that holds a raw byte.
    pub(super) fn frame_at(&self, position: u64) -> Option<usize> {
        let after = self.frames.partition_point(|frame| frame.raw_start <= position);
        let number = after.checked_sub(1)?;
        let frame = self.frames.get(number)?;
        (position < frame.raw_start + frame.raw as u64).then_some(number)
    }
}
