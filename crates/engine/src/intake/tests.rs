//! What comes in, and what is refused.

use std::io::{Cursor, Read, Write};

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::*;

fn limits() -> Limits {
    Limits {
        total: 1 << 20,
        ratio: 100,
        free: 64 << 10,
        free_total: 512 << 10,
        entries: 5,
        depth: 2,
    }
}

fn receive(bytes: &[u8]) -> Result<Received, IntakeError> {
    Intake::new(std::env::temp_dir(), limits()).receive("in", &mut { bytes })
}

fn refusal(bytes: &[u8]) -> IntakeCode {
    receive(bytes).unwrap_err().code
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zst(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in entries {
        if name.ends_with('/') {
            writer.add_directory(*name, options).unwrap();
        } else {
            writer.start_file(*name, options).unwrap();
            writer.write_all(bytes).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

fn text(member: &Member) -> String {
    let mut text = String::new();
    member.source.open().read_to_string(&mut text).unwrap();
    let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    assert_eq!((member.digest, member.length), (digest, text.len() as u64));
    text
}

fn names(received: &Received) -> Vec<&str> {
    received.members.iter().map(|member| member.name.as_str()).collect()
}

fn refused(received: &Received) -> Vec<(&str, IntakeCode)> {
    received.refused.iter().map(|r| (r.name.as_str(), r.error.code)).collect()
}

fn entry(name: &str) -> Layer {
    Layer::Zip { entry: name.to_owned() }
}

#[test]
fn a_plain_file_is_read_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    std::fs::write(&path, b"{}").unwrap();
    // A spool folder that does not exist is never touched.
    let intake = Intake::new(folder.path().join("none"), limits());
    let received = intake.receive_file(&path).unwrap();
    assert_eq!(hex::encode(received.digest), hex::encode(Sha256::digest(b"{}")));
    assert_eq!((received.length, received.members.len()), (2, 1));
    assert_eq!(received.members[0].layers, []);
    assert_eq!(text(&received.members[0]), "{}");
    assert_eq!(intake.receive(&received.name, &mut &b"x"[..]).unwrap_err().code, IntakeCode::Spool);
}

#[test]
fn what_is_no_file_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let intake = Intake::new(folder.path(), limits());
    let missing = intake.receive_file(&folder.path().join("none")).unwrap_err();
    assert_eq!(missing.code, IntakeCode::NotFound);
    let error = intake.receive_file(folder.path()).unwrap_err();
    assert_eq!(error.code, IntakeCode::Folder);
}

#[test]
fn gzip_and_zstd_come_off_in_all_their_parts() {
    let (mut gzip, mut zstd) = (gz(b"one,"), zst(b"one,"));
    gzip.extend(gz(b"two"));
    zstd.extend(zst(b"two"));
    for (bytes, layer) in [(gzip, Layer::Gzip), (zstd, Layer::Zstd)] {
        let received = receive(&bytes).unwrap();
        assert_eq!(received.digest, <[u8; 32]>::from(Sha256::digest(&bytes)));
        assert_eq!(text(&received.members[0]), "one,two");
        assert_eq!((names(&received), &received.members[0].layers), (vec!["in"], &vec![layer]));
    }
}

#[test]
fn each_entry_of_a_zip_is_a_member() {
    let bytes = zip(&[("d/", b""), ("d/a.json", b"A"), ("b.json.gz", &gz(b"B")), ("表.csv", b"C")]);
    let received = receive(&bytes).unwrap();
    assert_eq!(names(&received), ["in:d/a.json", "in:b.json.gz", "in:表.csv"]);
    let texts: Vec<String> = received.members.iter().map(text).collect();
    assert_eq!(texts, ["A", "B", "C"]);
    assert_eq!(received.members[1].layers, [entry("b.json.gz"), Layer::Gzip]);
    assert_eq!(received.refused, []);
}

#[test]
fn one_bad_entry_does_not_cost_the_others() {
    let inner = zip(&[("x", b"X")]);
    let bytes = zip(&[
        ("../up.json", b"A"),
        ("cut.gz", &gz(b"long enough to be cut")[..15]),
        ("inner.zip", &inner),
        ("empty.json", b""),
        ("good.json", b"B"),
    ]);
    let received = receive(&bytes).unwrap();
    assert_eq!(names(&received), ["in:inner.zip:x", "in:good.json"]);
    assert_eq!(
        refused(&received),
        [
            ("in:../up.json", IntakeCode::PathTraversal),
            ("in:cut.gz", IntakeCode::BrokenContainer),
            ("in:empty.json", IntakeCode::Empty),
        ]
    );
}

#[test]
fn a_bomb_costs_only_itself() {
    let bomb = gz(&vec![0; 300 << 10]);
    let bytes = zip(&[("a", b"A"), ("bomb.gz", &bomb), ("b", b"B")]);
    let received = receive(&bytes).unwrap();
    assert_eq!(names(&received), ["in:a", "in:b"]);
    assert_eq!(refused(&received), [("in:bomb.gz", IntakeCode::DecompressionLimit)]);
    assert_eq!(refusal(&bomb), IntakeCode::DecompressionLimit);
    assert_eq!(refusal(&zst(&vec![0; 300 << 10])), IntakeCode::DecompressionLimit);
}

#[test]
fn what_is_left_after_the_total_is_named() {
    let noise: Vec<u8> =
        (0..700_u32 << 10).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let bytes = zip(&[("a", &noise), ("b", &noise), ("c", b"C")]);
    let received = receive(&bytes).unwrap();
    assert_eq!(names(&received), ["in:a"]);
    assert_eq!(
        refused(&received),
        [("in:b", IntakeCode::DecompressionLimit), ("in", IntakeCode::DecompressionLimit)]
    );
    assert_eq!(received.refused[1].error.message, "1 entries after it were not read");
}

#[test]
fn a_stream_without_end_is_refused() {
    let intake = Intake::new(std::env::temp_dir(), limits());
    let error = intake.receive("in", &mut std::io::repeat(b'x')).unwrap_err();
    assert_eq!(error.code, IntakeCode::TooLarge);
}

#[test]
fn containers_are_refused_by_their_own_codes() {
    assert_eq!(refusal(b""), IntakeCode::Empty);
    assert_eq!(refusal(&gz(b"")), IntakeCode::Empty);
    assert_eq!(refusal(&zip(&[])), IntakeCode::Empty);
    assert_eq!(refusal(&zip(&[("d/", b"")])), IntakeCode::Empty);
    assert_eq!(refusal(&gz(b"some text")[..20]), IntakeCode::BrokenContainer);
    assert_eq!(refusal(&zst(b"some text")[..10]), IntakeCode::BrokenContainer);
    assert_eq!(refusal(&zip(&[("a", b"A")])[..30]), IntakeCode::BrokenContainer);
    assert_eq!(refusal(&gz(&gz(&gz(b"deep")))), IntakeCode::NestedTooDeep);
    let many: Vec<(String, &[u8])> = (0..6).map(|n| (n.to_string(), &b"x"[..])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, body)| (name.as_str(), *body)).collect();
    assert_eq!(refusal(&zip(&many)), IntakeCode::TooManyEntries);
}

#[test]
fn an_encrypted_entry_is_refused() {
    let mut bytes = zip(&[("a", b"A"), ("b", b"B")]);
    // Sets the flag of the first entry in the central directory, whose header says what counts.
    let central = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    bytes[central + 8] |= 1;
    let received = receive(&bytes).unwrap();
    assert_eq!(names(&received), ["in:b"]);
    assert_eq!(refused(&received), [("in:a", IntakeCode::Encrypted)]);
}

#[test]
fn a_damaged_entry_is_noticed_by_its_checksum() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for name in ["a", "b"] {
        writer.start_file(name, stored).unwrap();
        writer.write_all(b"CONTENT").unwrap();
    }
    let mut bytes = writer.finish().unwrap().into_inner();
    let body = bytes.windows(7).position(|w| w == b"CONTENT").unwrap();
    bytes[body] = b'X';
    let received = receive(&bytes).unwrap();
    assert_eq!(names(&received), ["in:b"]);
    assert_eq!(refused(&received), [("in:a", IntakeCode::BrokenContainer)]);
}

#[test]
fn text_that_is_not_utf_8_is_put_into_utf_8() {
    let cp932 = b"\x92\x5b\x96\x96,\x90\xd3\x8e\xe5\n";
    let utf16: Vec<u8> = [0xfeff_u16]
        .into_iter()
        .chain("端末,責主\n".encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    for (bytes, encoding) in [(cp932.to_vec(), "Shift_JIS"), (utf16, "UTF-16LE")] {
        let received = receive(&bytes).unwrap();
        let member = &received.members[0];
        assert_eq!(member.layers, [Layer::Text { encoding, damaged: false }]);
        assert_eq!(text(member), "端末,責主\n");
        assert_eq!((received.length, member.warnings()), (bytes.len() as u64, vec![]));
        let packed = receive(&gz(&gz(&bytes))).unwrap();
        assert_eq!(packed.members[0].layers.len(), 3);
    }
    let damaged = receive(b"<?xml version='1.0' encoding='EUC-JP'?><a>\xff</a>").unwrap();
    let layer = Layer::Text { encoding: "EUC-JP", damaged: true };
    assert_eq!(damaged.members[0].layers, [layer]);
    assert_eq!(damaged.members[0].warnings().len(), 1);
}

#[test]
fn an_office_document_is_one_document() {
    let bytes = zip(&[("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>")]);
    let received = receive(&bytes).unwrap();
    assert_eq!((names(&received), received.members[0].length), (vec!["in"], bytes.len() as u64));
}

proptest! {
    #[test]
    fn any_bytes_are_taken_in_or_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..300), kind in 0..4_usize,
        at in any::<proptest::sample::Index>(), with in any::<u8>(),
    ) {
        let mut bytes = match kind {
            0 => bytes,
            1 => gz(&bytes),
            2 => zst(&bytes),
            _ => zip(&[("a", &bytes), ("b.gz", &gz(&bytes))]),
        };
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] ^= with;
        }
        if let Ok(received) = receive(&bytes) {
            prop_assert!(received.members.len() + received.refused.len() > 0);
            for member in &received.members {
                let mut read = Vec::new();
                member.source.open().read_to_end(&mut read).unwrap();
                prop_assert_eq!(read.len() as u64, member.length);
            }
        }
    }
}
