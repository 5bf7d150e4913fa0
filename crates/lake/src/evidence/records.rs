//! The record index: from the ordinal of a record to the bytes it stands in.
//!
//! Blocks of 1,024 records, each compressed by itself, so that one record costs one block. In a
//! block each record is two numbers of variable length: how far it starts after the end of the one
//! before (zigzag, for records may stand within others), and its length. Behind the blocks stand the
//! stored length of each block and a trailer.

use std::io;

use sha2::{Digest as _, Sha256};
use yagura_model::record::Place;

/// Records a block.
const BLOCK: usize = 1024;
/// A block's raw size cannot be more: two numbers of at most 10 bytes a record.
const BLOCK_BYTES: usize = BLOCK * 20;
const MAGIC: [u8; 4] = *b"YGRI";
const VERSION: u8 = 1;
/// Records (8), blocks (4), check (4), version (1), magic (4).
const TRAILER: usize = 21;
const LEVEL: i32 = 3;

/// The places of a report's records, in the order of their ordinals, in stored form.
#[derive(Debug, Clone, Default)]
pub struct RecordIndex {
    records: u64,
    blocks: Vec<u8>,
    lengths: Vec<u32>,
    open: Vec<u8>,
    open_records: usize,
    end: u64,
}

impl RecordIndex {
    /// Adds the next record. A place that ends before it starts counts as empty.
    pub fn push(&mut self, place: Place) {
        let gap = place.start.wrapping_sub(self.end) as i64;
        put(&mut self.open, ((gap << 1) ^ (gap >> 63)) as u64);
        put(&mut self.open, place.end.saturating_sub(place.start));
        self.end = place.end.max(place.start);
        self.records += 1;
        self.open_records += 1;
        if self.open_records == BLOCK {
            self.close_block();
        }
    }

    /// How many records were added.
    pub fn len(&self) -> u64 {
        self.records
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.records == 0
    }

    fn close_block(&mut self) {
        // Compression into memory of a bounded block has nothing to fail on; were it to, the block
        // would be found empty when it is read.
        let stored = compress(&self.open).unwrap_or_default();
        self.lengths.push(stored.len() as u32);
        self.blocks.extend_from_slice(&stored);
        self.open.clear();
        self.open_records = 0;
        self.end = 0;
    }

    /// The stored form.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut closed = self.clone();
        if closed.open_records > 0 {
            closed.close_block();
        }
        let mut bytes = closed.blocks;
        let table = bytes.len();
        for length in &closed.lengths {
            bytes.extend_from_slice(&length.to_le_bytes());
        }
        bytes.extend_from_slice(&closed.records.to_le_bytes());
        bytes.extend_from_slice(&(closed.lengths.len() as u32).to_le_bytes());
        let check = check_of(bytes.get(table..).unwrap_or_default());
        bytes.extend_from_slice(&check);
        bytes.push(VERSION);
        bytes.extend_from_slice(&MAGIC);
        bytes
    }
}

impl Extend<Place> for RecordIndex {
    fn extend<I: IntoIterator<Item = Place>>(&mut self, places: I) {
        for place in places {
            self.push(place);
        }
    }
}

impl FromIterator<Place> for RecordIndex {
    fn from_iter<I: IntoIterator<Item = Place>>(places: I) -> Self {
        let mut index = Self::default();
        index.extend(places);
        index
    }
}

fn compress(block: &[u8]) -> io::Result<Vec<u8>> {
    let mut compressor = zstd::bulk::Compressor::new(LEVEL)?;
    compressor.include_checksum(true)?;
    compressor.compress(block)
}

/// The first bytes of a SHA-256: enough to notice damage.
fn check_of(bytes: &[u8]) -> [u8; 4] {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    digest.first_chunk().copied().unwrap_or_default()
}

/// Where the blocks of a stored record index lie.
#[derive(Debug, Clone)]
pub(super) struct RecordTable {
    pub(super) records: u64,
    /// Start of each block, and the end of the last.
    bounds: Vec<u64>,
}

impl RecordTable {
    /// Reads the table of an index of `length` bytes, given a way to read a range of it.
    pub(super) fn read<E>(
        length: u64,
        mut read: impl FnMut(u64, usize) -> Result<Vec<u8>, E>,
        damaged: impl Fn(&str) -> E,
    ) -> Result<Self, E> {
        let Some(trailer_at) = length.checked_sub(TRAILER as u64) else {
            return Err(damaged("its record index is too short"));
        };
        let trailer = read(trailer_at, TRAILER)?;
        let (Some(records), Some(blocks), Some(check), Some([VERSION]), Some(MAGIC)) = (
            take::<8>(&trailer, 0).map(u64::from_le_bytes),
            take::<4>(&trailer, 8).map(u32::from_le_bytes),
            take::<4>(&trailer, 12),
            take::<1>(&trailer, 16),
            take::<4>(&trailer, 17),
        ) else {
            return Err(damaged("its record index does not end as it should"));
        };
        let table_length = u64::from(blocks) * 4;
        let table_at = trailer_at.checked_sub(table_length);
        let expected = records.div_ceil(BLOCK as u64) == u64::from(blocks);
        let Some(table_at) = table_at.filter(|_| expected) else {
            return Err(damaged("its record index counts wrong"));
        };
        let mut checked = read(table_at, table_length as usize)?;
        let lengths: Vec<u64> = checked
            .chunks_exact(4)
            .filter_map(|entry| take::<4>(entry, 0))
            .map(|entry| u64::from(u32::from_le_bytes(entry)))
            .collect();
        checked.extend_from_slice(trailer.get(..12).unwrap_or_default());
        if check_of(&checked) != check || lengths.iter().sum::<u64>() != table_at {
            return Err(damaged("its record index does not fit its check"));
        }
        let mut bounds = vec![0];
        bounds.extend(lengths.iter().scan(0, |end, length| {
            *end += length;
            Some(*end)
        }));
        Ok(Self { records, bounds })
    }

    /// The bytes of the block that holds a record, and the record's number in it.
    pub(super) fn block_of(&self, ordinal: u64) -> Option<(std::ops::Range<u64>, usize)> {
        if ordinal >= self.records {
            return None;
        }
        let block = (ordinal / BLOCK as u64) as usize;
        let range = *self.bounds.get(block)?..*self.bounds.get(block + 1)?;
        Some((range, (ordinal % BLOCK as u64) as usize))
    }
}

/// The places in a stored block; `None` when it is damaged.
pub(super) fn decode_block(stored: &[u8]) -> Option<Vec<Place>> {
    let raw = zstd::bulk::decompress(stored, BLOCK_BYTES).ok()?;
    let mut rest = raw.as_slice();
    let mut end = 0_u64;
    let mut places = Vec::with_capacity(BLOCK);
    while !rest.is_empty() {
        let gap = get(&mut rest)?;
        let gap = (gap >> 1) as i64 ^ -((gap & 1) as i64);
        let start = end.wrapping_add(gap as u64);
        end = start.checked_add(get(&mut rest)?)?;
        places.push(Place { start, end });
    }
    Some(places)
}

/// Writes a number, seven bits a byte, lowest first.
fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn get(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// The array of `N` bytes that starts at `at`.
pub(super) fn take<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Place, RecordIndex, RecordTable, decode_block};

    fn places_of(stored: &[u8]) -> Result<Vec<Place>, String> {
        let read = |at: u64, length: usize| Ok(stored[at as usize..at as usize + length].to_vec());
        let table = RecordTable::read(stored.len() as u64, read, str::to_owned)?;
        let mut places = Vec::new();
        while let Some((range, 0)) = table.block_of(places.len() as u64) {
            let block = &stored[range.start as usize..range.end as usize];
            places.extend(decode_block(block).ok_or("block")?);
        }
        Ok(places)
    }

    proptest! {
        #[test]
        fn places_come_back(bounds in prop::collection::vec((any::<u64>(), any::<u32>()), 0..3000)) {
            let places: Vec<_> = bounds
                .into_iter()
                .map(|(start, length)| Place { start, end: start.saturating_add(length.into()) })
                .collect();
            let index: RecordIndex = places.iter().copied().collect();
            prop_assert_eq!(index.len(), places.len() as u64);
            prop_assert_eq!(places_of(&index.to_bytes()).unwrap(), places);
        }

        /// One bit of a frame's descriptor is unused, and decoders must ignore it.
        #[test]
        fn a_flipped_bit_is_noticed_or_changes_nothing(
            records in 1..3000_u64,
            at in any::<prop::sample::Index>(),
            bit in 0..8,
        ) {
            let places: Vec<_> =
                (0..records).map(|n| Place { start: n * 100, end: n * 100 + n % 90 }).collect();
            let mut stored = places.iter().copied().collect::<RecordIndex>().to_bytes();
            let at = at.index(stored.len());
            stored[at] ^= 1_u8 << bit;
            if let Ok(found) = places_of(&stored) {
                prop_assert_eq!(found, places);
            }
        }
    }

    #[test]
    fn a_record_costs_two_to_three_bytes() {
        let mut start = 20;
        let index: RecordIndex = (0..100_000_u64)
            .map(|n| {
                let length = 560 + n * 2_654_435_761 % 97;
                start += length + 1;
                Place { start: start - length, end: start }
            })
            .collect();
        let bytes = index.to_bytes().len();
        assert!(bytes < 300_000, "{bytes}");
    }
}
