//! The folder of samples and the bytes in it.

use std::{
    env, fs,
    io::{Cursor, Read as _, Write as _, stdout},
    path::{Path, PathBuf},
};

use yagura_formats::encoding::{self, Decoder};

/// The folder of samples; without it says so, past the test harness, which shows the output of
/// failed tests only.
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = env::var_os("YAGURA_SAMPLES").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/samples")),
        PathBuf::from,
    );
    let there = folder.join("EXPECTED.csv").is_file();
    if !there {
        say(&format!("not run: no samples in {} (set YAGURA_SAMPLES)", folder.display()));
    }
    there.then_some(folder)
}

/// Writes a line a person should see whether the test passes or not.
pub(crate) fn say(line: &str) {
    writeln!(stdout(), "{line}").unwrap();
}

/// Every file under a folder, in order of name.
pub(crate) fn files(under: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![under.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// The documents in a file, named: taken out of gzip and zip, and put into UTF-8.
pub(crate) fn documents(path: &Path, name: &str) -> Vec<(String, Vec<u8>)> {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let documents = match bytes.get(..4) {
        Some([0x1f, 0x8b, ..]) => vec![(name.to_owned(), gunzip(&bytes))],
        Some(b"PK\x03\x04") => unzip(bytes, name),
        _ => vec![(name.to_owned(), bytes)],
    };
    documents.into_iter().map(|(name, bytes)| (name, utf8(bytes))).collect()
}

#[expect(clippy::disallowed_methods, reason = "the samples are known and small")]
fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut plain).unwrap();
    plain
}

#[expect(clippy::disallowed_methods, reason = "the samples are known and small")]
fn unzip(bytes: Vec<u8>, name: &str) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut documents = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        if entry.is_file() {
            let mut plain = Vec::new();
            entry.read_to_end(&mut plain).unwrap();
            let inside = entry.name().unwrap().into_owned();
            documents.push((format!("{name}:{inside}"), plain));
        }
    }
    documents
}

fn utf8(bytes: Vec<u8>) -> Vec<u8> {
    let Some(encoding) = encoding::detect(&bytes) else { return bytes };
    let mut text = Vec::new();
    Decoder::new(bytes.as_slice(), encoding).read_to_end(&mut text).unwrap();
    text
}
