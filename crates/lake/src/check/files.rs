//! The files of a state, byte by byte: there, as large as the log says, and as they were written.

use std::io::{self, ErrorKind};

use sha2::{Digest as _, Sha256};

use super::{
    State, Watch,
    breach::{At, Breaches, Invariant, told},
};
use crate::{
    content::ContentDigest,
    delta::DataFile,
    store::{Store, StoreError},
    table::Table,
};

/// Bytes read at a time.
const BUFFER: usize = 1 << 20;

/// Says of each file what is wrong with it, and sees to it that it is not read on.
pub(super) fn check(store: &Store, state: &mut State, watch: &Watch, found: &mut Breaches) {
    let total = state.bytes();
    let mut done = 0;
    let mut broken = Vec::new();
    for (table, files) in &state.files {
        for file in files {
            watch(done, total);
            done += file.size;
            if let Err((invariant, detail)) = compare(store, file) {
                found.add(invariant, At::table(*table).in_file(file.path.as_ref()), detail);
                broken.push((*table, file.path.to_string()));
            }
        }
    }
    watch(total, total);
    for (table, path) in broken {
        state.broken.insert(path);
        state.incomplete.insert(table);
    }
}

/// Compares a file with what was written.
pub(crate) fn compare(store: &Store, file: &DataFile) -> Result<(), (Invariant, String)> {
    let unreadable = |error: &dyn std::error::Error| (Invariant::FileReadable, told(error));
    let mut opened = match store.open_file(&file.path) {
        Err(StoreError::NotFound { .. }) => {
            return Err((Invariant::FilePresent, "it is missing".to_owned()));
        }
        opened => opened.map_err(|error| unreadable(&error))?,
    };
    let length = opened.metadata().map_err(|error| unreadable(&error))?.len();
    if length != file.size {
        let detail = format!("it has {length} bytes where {} were written", file.size);
        return Err((Invariant::FileSize, detail));
    }
    let Some(digest) = ContentDigest::in_name(&file.path) else { return Ok(()) };
    let hash = hash(&mut opened).map_err(|error| unreadable(&error))?;
    if ContentDigest::ended(hash) != digest {
        return Err((Invariant::FileDigest, "its bytes are not those written".to_owned()));
    }
    Ok(())
}

fn hash(from: &mut impl io::Read) -> io::Result<Sha256> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(hash),
            Ok(read) => hash.update(buffer.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The table whose folder a path lies in.
pub(crate) fn table_of(path: &object_store::path::Path) -> Option<Table> {
    let mut parts = path.parts();
    (parts.next()?.as_ref() == "tables").then_some(())?;
    Table::by_name(parts.next()?.as_ref())
}
