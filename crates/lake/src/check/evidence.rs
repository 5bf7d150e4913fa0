//! The bytes of reports: there, to be found, and those that were received.

use std::collections::{BTreeMap, BTreeSet};

use yagura_model::id::ReportKey;

use super::{
    EvidenceDepth,
    breach::{At, Breaches, Invariant, told},
};
use crate::{
    evidence::{EvidenceEntry, EvidenceError, EvidenceReader, Location, pack_path},
    manifest::Manifest,
    store::{Store, StoreError},
};

/// Looks at the evidence of every report.
pub(super) fn check(
    store: &Store,
    manifest: &Manifest,
    reports: &BTreeMap<EvidenceEntry, ReportKey>,
    depth: EvidenceDepth,
    found: &mut Breaches,
) {
    for (number, length) in manifest.packs.iter().filter(|(_, length)| **length > 0) {
        let path = pack_path(*number);
        match store.length(&path) {
            Ok(there) if there >= *length => {}
            Ok(there) => {
                let detail = format!("it has {there} bytes of {length} that were committed");
                found.add(Invariant::EvidencePresent, At::path(path.as_ref()), detail);
            }
            Err(error) => {
                found.add(Invariant::EvidencePresent, At::path(path.as_ref()), told(&error))
            }
        }
    }
    let reader = EvidenceReader::new(store.clone());
    let lost: BTreeSet<i64> = manifest.damage.iter().filter_map(|damage| damage.report).collect();
    for (entry, report) in reports.iter().filter(|(_, report)| !lost.contains(&report.0)) {
        if let Err((invariant, detail)) = look(store, &reader, entry, depth) {
            let at = At::path(entry.path()).key(format!("report {report}")).number(report.0);
            found.add(invariant, at, detail);
        }
    }
}

/// Looks at one object.
pub(crate) fn look(
    store: &Store,
    reader: &EvidenceReader,
    entry: &EvidenceEntry,
    depth: EvidenceDepth,
) -> Result<(), (Invariant, String)> {
    let end = match entry.location {
        Location::Pack { offset, .. } => offset + entry.stored_length,
        Location::Object => 1,
    };
    match store.length(&entry.path()) {
        Err(StoreError::NotFound { .. }) => {
            return Err((Invariant::EvidencePresent, "its file is missing".to_owned()));
        }
        Err(error) => return Err((Invariant::EvidencePresent, told(&error))),
        Ok(length) if length < end => {
            let detail = format!("its file has {length} bytes and ends before it");
            return Err((Invariant::EvidencePresent, detail));
        }
        Ok(_) => {}
    }
    let unreadable = |error: EvidenceError| (Invariant::EvidenceReadable, told(&error));
    reader.look(entry).map_err(unreadable)?;
    if depth == EvidenceDepth::Full {
        reader.verify(entry).map_err(|error| (Invariant::EvidenceDigest, told(&error)))?;
    }
    Ok(())
}
