//! The bytes of reports that are past their retention leave the folder: part of the vacuum.
//!
//! Gone is what the oldest state that is kept says to be past its retention, so that no reader looks
//! for it. An object in a file of its own is deleted, and so is a pack of which nothing is kept. Of
//! other packs a copy without these bytes takes the place, in which all else stands where it stood;
//! the copy is durable before it has the name. The pack that is written to is left alone: a deletion
//! begins another.

use std::{
    collections::BTreeMap,
    io::{self, Read as _, Seek as _, SeekFrom},
    ops::Range,
};

use object_store::path::Path;

use crate::{
    error::LakeError,
    evidence::{Digest, EvidenceError, Location, object_path, pack_path},
    fail_point,
    index::Indexes,
    manifest::Manifest,
    rows::ReportBytes,
    scan::Filter,
    snapshot::Snapshot,
    store::{Store, StoreError},
};

/// What was deleted.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Gone {
    pub(crate) files: usize,
    pub(crate) bytes: u64,
}

/// The stored forms in a pack: where each stands, and whether all reports that have it are past their
/// retention.
type Pack = BTreeMap<(u64, u64), bool>;

/// Deletes what is past its retention in the oldest state that is kept and in the latest, or counts it.
pub(crate) async fn clear(
    store: &Store,
    (oldest, latest): (&Manifest, &Manifest),
    dry_run: bool,
) -> Result<Gone, LakeError> {
    let state = |manifest: &Manifest| {
        Snapshot::new(store.clone(), Indexes::from(u64::MAX), manifest.clone())
    };
    let cleared = state(oldest).cleared().await?;
    if cleared.is_empty() {
        return Ok(Gone::default());
    }
    let mut objects: BTreeMap<Digest, bool> = BTreeMap::new();
    let mut packs: BTreeMap<u64, Pack> = BTreeMap::new();
    let reports: Vec<ReportBytes> = state(latest).rows(&Filter::all().with_superseded()).await?;
    for report in reports {
        let (entry, is_past) = (report.evidence()?, cleared.has(report.report));
        let all = match entry.location {
            Location::Object => objects.entry(entry.digest).or_insert(true),
            Location::Pack { number, offset } => {
                let of_pack = packs.entry(number).or_default();
                of_pack.entry((offset, entry.stored_length)).or_insert(true)
            }
        };
        *all &= is_past;
    }
    let mut gone = Gone::default();
    for (digest, _) in objects.into_iter().filter(|(_, is_past)| *is_past) {
        delete(store, &object_path(digest), dry_run, &mut gone).await?;
    }
    for (number, pack) in packs {
        let path = pack_path(number);
        if latest.packs.contains_key(&number) || !pack.values().any(|is_past| *is_past) {
            continue;
        }
        if pack.values().all(|is_past| *is_past) {
            delete(store, &path, dry_run, &mut gone).await?;
        } else {
            let store = store.clone();
            let bytes = tokio::task::spawn_blocking(move || hollow(&store, &path, &pack, dry_run));
            gone.bytes += bytes.await.map_err(|error| LakeError::Task(error.to_string()))??;
        }
        fail_point("vacuum.evidence");
    }
    Ok(gone)
}

async fn delete(
    store: &Store,
    path: &Path,
    dry_run: bool,
    gone: &mut Gone,
) -> Result<(), LakeError> {
    let bytes = match store.length(path) {
        Err(StoreError::NotFound { .. }) => return Ok(()),
        length => length?,
    };
    if !dry_run {
        store.delete(path).await?;
    }
    gone.files += 1;
    gone.bytes += bytes;
    Ok(())
}

/// Puts a copy without the bytes that are past their retention in the place of a pack; gives how many
/// these are.
fn hollow(store: &Store, path: &Path, pack: &Pack, dry_run: bool) -> Result<u64, LakeError> {
    let failed = |doing| EvidenceError::io(doing, path);
    let mut file = match store.open_file(path) {
        Err(StoreError::NotFound { .. }) => return Ok(0),
        file => file?,
    };
    let mut holes: Vec<Range<u64>> = Vec::new();
    for ((offset, length), _) in pack.iter().filter(|(_, is_past)| **is_past) {
        file.seek(SeekFrom::Start(*offset)).map_err(failed("read"))?;
        let mut head = Vec::new();
        (&mut file).take(4).read_to_end(&mut head).map_err(failed("read"))?;
        // No frame begins with zeros: these bytes are gone already.
        if head.iter().any(|byte| *byte != 0) {
            holes.push(*offset..offset + length);
        }
    }
    let bytes = holes.iter().map(|hole| hole.end - hole.start).sum();
    if holes.is_empty() || dry_run {
        return Ok(bytes);
    }
    let mut copy = store.create(path)?;
    file.seek(SeekFrom::Start(0)).map_err(failed("read"))?;
    // What went before is skipped too, so that it takes no room in the copy.
    let mut at = 0;
    for ((offset, length), _) in pack.iter().filter(|(_, is_past)| **is_past) {
        io::copy(&mut (&mut file).take(offset.saturating_sub(at)), &mut copy)
            .map_err(failed("write"))?;
        copy.skip(*length).map_err(failed("write"))?;
        at = offset + length;
        file.seek(SeekFrom::Start(at)).map_err(failed("read"))?;
    }
    io::copy(&mut file, &mut copy).map_err(failed("write"))?;
    fail_point("vacuum.pack");
    copy.finish_whole(store.locate(path))?;
    Ok(bytes)
}
