use std::{
    collections::BTreeMap,
    io::{Read as _, Seek as _, SeekFrom},
};

use proptest::prelude::*;
use sha2::{Digest as _, Sha256};
use yagura_model::record::Place;

use super::{
    Digest, EvidenceEntry, EvidenceError, EvidenceJob, EvidenceReader, EvidenceWriter, Location,
    OWN_FILE, RECORD_LIMIT, RecordIndex, prepare,
};
use crate::store::Store;

fn fresh() -> (tempfile::TempDir, Store, EvidenceReader) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    (folder, store.clone(), EvidenceReader::new(store))
}

/// A report of lines, and where each line stands.
fn report(lines: u64) -> (Vec<u8>, RecordIndex, Vec<Place>) {
    let (mut bytes, mut places) = (Vec::new(), Vec::new());
    for n in 0..lines {
        let start = bytes.len() as u64;
        let noise = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        bytes.extend_from_slice(format!("{{\"line\":{n},\"noise\":\"{noise:x}\"}}").as_bytes());
        places.push(Place { start, end: bytes.len() as u64 });
        bytes.push(b'\n');
    }
    let index = places.iter().copied().collect();
    (bytes, index, places)
}

fn keep(
    store: &Store,
    writer: &mut EvidenceWriter,
    bytes: &[u8],
    records: &RecordIndex,
) -> EvidenceEntry {
    writer.keep(prepare(store, bytes).unwrap(), records).unwrap()
}

fn check_whole(reader: &EvidenceReader, entry: &EvidenceEntry, bytes: &[u8]) {
    assert_eq!(entry.digest, Digest(Sha256::digest(bytes).into()));
    assert_eq!(entry.length, bytes.len() as u64);
    let mut read = Vec::new();
    reader.open(entry).unwrap().read_to_end(&mut read).unwrap();
    assert!(read == bytes);
    reader.verify(entry).unwrap();
}

#[test]
fn large_objects_are_files_and_small_ones_stand_in_packs() {
    let (_folder, store, reader) = fresh();
    let mut writer = EvidenceWriter::open(store.clone(), &BTreeMap::new());
    let mut kept = Vec::new();
    for lines in [0, 1, 700, 2_000, 40_000, 100_000] {
        let (bytes, index, places) = report(lines);
        let entry = keep(&store, &mut writer, &bytes, &index);
        assert_eq!(entry.location == Location::Object, entry.length >= OWN_FILE, "{lines}");
        assert_eq!(keep(&store, &mut writer, &bytes, &index), entry);
        kept.push((entry, bytes, places));
    }
    writer.flush().unwrap();
    for (entry, bytes, places) in kept {
        check_whole(&reader, &entry, &bytes);
        for (ordinal, place) in places.iter().enumerate().step_by(501) {
            let record = reader.read_record(&entry, ordinal as u64).unwrap();
            let expected = &bytes[place.start as usize..place.end as usize];
            assert_eq!(
                (record.place, record.bytes.as_slice(), record.cut),
                (*place, expected, false)
            );
        }
        let beyond = reader.read_record(&entry, places.len() as u64).unwrap_err();
        assert!(
            matches!(beyond, EvidenceError::NoRecord { records, .. } if records == places.len() as u64)
        );
    }
    let incoming = std::fs::read_dir(store.folder().join("evidence/incoming")).unwrap();
    assert_eq!(incoming.count(), 0);
}

#[test]
fn any_zstd_tool_can_read_an_object() {
    let (_folder, store, _reader) = fresh();
    let (bytes, index, _) = report(60_000);
    let mut writer = EvidenceWriter::open(store.clone(), &BTreeMap::new());
    let entry = keep(&store, &mut writer, &bytes, &index);
    let stored = std::fs::read(store.locate(&entry.path())).unwrap();
    assert_eq!(stored.len() as u64, entry.stored_length);
    #[expect(clippy::disallowed_methods, reason = "the test wrote these bytes itself")]
    let decoded = zstd::stream::decode_all(stored.as_slice()).unwrap();
    assert!(decoded == bytes);
}

#[test]
fn a_range_may_cross_frames_and_end_beyond_the_end() {
    let (_folder, store, reader) = fresh();
    let (bytes, index, _) = report(100_000);
    let mut writer = EvidenceWriter::open(store.clone(), &BTreeMap::new());
    let entry = keep(&store, &mut writer, &bytes, &index);
    let length = bytes.len() as u64;
    let frame = 1 << 20;
    for (start, end) in [
        (0, 0),
        (0, 10),
        (frame - 5, frame + 5),
        (frame, 2 * frame),
        (10, 2 * frame + 10),
        (length - 3, length + 100),
        (length, length + 1),
        (length + 7, u64::MAX),
    ] {
        let expected = bytes.get(start as usize..end.min(length) as usize).unwrap_or_default();
        assert!(reader.read_range(&entry, start..end).unwrap() == expected, "{start}..{end}");
    }
    let mut open = reader.open(&entry).unwrap();
    assert_eq!(open.seek(SeekFrom::End(-4)).unwrap(), length - 4);
    let mut tail = String::new();
    open.read_to_string(&mut tail).unwrap();
    assert_eq!(tail.as_bytes(), &bytes[bytes.len() - 4..]);
    assert!(open.seek(SeekFrom::Current(-1 - length as i64)).is_err());
}

#[test]
fn a_long_record_is_cut() {
    let (_folder, store, reader) = fresh();
    let bytes = vec![b'x'; 3 << 20];
    let place = Place { start: 5, end: 2 << 20 };
    let mut writer = EvidenceWriter::open(store.clone(), &BTreeMap::new());
    let entry = keep(&store, &mut writer, &bytes, &[place].into_iter().collect());
    let record = reader.read_record(&entry, 0).unwrap();
    assert_eq!((record.place, record.bytes.len() as u64, record.cut), (place, RECORD_LIMIT, true));
}

#[test]
fn the_same_bytes_are_one_file_with_the_record_index_given_last() {
    let (_folder, store, reader) = fresh();
    let (bytes, index, places) = report(4_000);
    let first = {
        let mut writer = EvidenceWriter::open(store.clone(), &BTreeMap::new());
        keep(&store, &mut writer, &bytes, &RecordIndex::default())
    };
    let mut writer = EvidenceWriter::open(store.clone(), &BTreeMap::new());
    let second = keep(&store, &mut writer, &bytes, &index);
    assert_eq!(first.path(), second.path());
    for entry in [first, second] {
        check_whole(&reader, &entry, &bytes);
        assert_eq!(reader.read_record(&entry, 77).unwrap().place, places[77]);
    }
}

#[test]
fn a_job_compresses_beside_the_parser_and_can_be_given_up() {
    let (_folder, store, reader) = fresh();
    let (bytes, index, _) = report(30_000);
    let job = EvidenceJob::start(&store, std::io::Cursor::new(bytes.clone())).unwrap();
    let prepared = job.join().unwrap();
    assert_eq!(prepared.digest(), Digest(Sha256::digest(&bytes).into()));
    let mut writer = EvidenceWriter::open(store.clone(), &BTreeMap::new());
    let entry = writer.keep(prepared, &index).unwrap();
    check_whole(&reader, &entry, &bytes);

    drop(EvidenceJob::start(&store, std::io::repeat(b'x')).unwrap());
    drop(prepare(&store, bytes.as_slice()).unwrap());
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the cable is loose"))
        }
    }
    let job = EvidenceJob::start(&store, Broken).unwrap();
    assert!(matches!(job.join(), Err(EvidenceError::Source(_))));
}

#[test]
fn packs_go_on_where_the_manifest_says_and_roll() {
    let (_folder, store, reader) = fresh();
    let mut packs = BTreeMap::new();
    let mut kept = Vec::new();
    for round in 0..6_u64 {
        let mut writer = EvidenceWriter::open(store.clone(), &packs).with_limit(10_000);
        for lines in [20, 50, 90] {
            let (bytes, index, _) = report(lines + round);
            kept.push((keep(&store, &mut writer, &bytes, &index), bytes));
        }
        packs = writer.flush().unwrap();
        store.sync_blocking().unwrap();
        // A commit that never was.
        let mut lost = EvidenceWriter::open(store.clone(), &packs).with_limit(10_000);
        for lines in [300, 301, 302] {
            let (bytes, index, _) = report(lines);
            keep(&store, &mut lost, &bytes, &index);
        }
        lost.flush().unwrap();
    }
    assert!(*packs.last_key_value().unwrap().0 > 1);
    for (entry, bytes) in kept {
        check_whole(&reader, &entry, &bytes);
    }
}

#[test]
fn a_pack_shorter_than_committed_is_damage() {
    let (_folder, store, _reader) = fresh();
    let mut writer = EvidenceWriter::open(store.clone(), &BTreeMap::from([(1, 100)]));
    let (bytes, index, _) = report(3);
    let error = writer.keep(prepare(&store, bytes.as_slice()).unwrap(), &index).unwrap_err();
    assert!(matches!(error, EvidenceError::Damaged { object, .. } if object.contains("1.pack")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// A flipped bit is an error that names the object, or changes nothing that is read.
    #[test]
    fn a_flipped_bit_is_reported(at in any::<prop::sample::Index>(), bit in 0..8, large in any::<bool>()) {
        let (_folder, store, reader) = fresh();
        let (bytes, index, places) = report(if large { 3_000 } else { 40 });
        let mut writer = EvidenceWriter::open(store.clone(), &BTreeMap::new());
        let entry = keep(&store, &mut writer, &bytes, &index);
        writer.flush().unwrap();
        let path = store.locate(&entry.path());
        let mut stored = std::fs::read(&path).unwrap();
        let at = at.index(stored.len());
        stored[at] ^= 1_u8 << bit;
        std::fs::write(&path, &stored).unwrap();
        match reader.verify(&entry) {
            Err(EvidenceError::Damaged { object, .. }) => {
                prop_assert!(object.contains(&entry.digest.to_string()));
            }
            Err(other) => prop_assert!(false, "{other}"),
            Ok(()) => prop_assert!(reader.read_range(&entry, 0..u64::MAX).unwrap() == bytes),
        }
        for (ordinal, place) in places.iter().enumerate().step_by(100) {
            if let Ok(record) = reader.read_record(&entry, ordinal as u64) {
                prop_assert_eq!(record.place, *place);
                prop_assert!(record.bytes == bytes[place.start as usize..place.end as usize]);
            }
        }
    }

    /// Any bytes in the place of an object are an error or what they claim to be, never a panic.
    #[test]
    fn any_bytes_are_read_or_refused(stored in prop::collection::vec(any::<u8>(), 0..200)) {
        let (_folder, store, reader) = fresh();
        let entry = EvidenceEntry {
            digest: Digest([7; 32]),
            length: 100,
            stored_length: stored.len() as u64,
            location: Location::Pack { number: 1, offset: 0 },
        };
        let path = store.locate(&entry.path());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &stored).unwrap();
        prop_assert!(reader.verify(&entry).is_err());
        prop_assert!(reader.read_record(&entry, 0).is_err());
    }
}

#[test]
fn a_digest_is_written_as_it_is_read() {
    let digest = Digest(Sha256::digest(b"yagura").into());
    assert_eq!(digest.to_string().parse(), Ok(digest));
    assert!("abc".parse::<Digest>().is_err());
}
