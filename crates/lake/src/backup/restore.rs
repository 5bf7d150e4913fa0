//! Making a lake of a backup.

use std::{io::Write, path::Path as FilePath, time::Duration};

use object_store::path::Path;
use serde::Serialize;
use yagura_model::Timestamp;

use super::{BackupError, List, Part, SourceHeld, Watch, held, newest, take::digest_of};
use crate::{
    Lake,
    error::LakeError,
    fail_point,
    lease::Lease,
    manifest::{self, ManifestStore},
    store::{Store, StoreError},
    table::Table,
};

/// Stands in a folder while a backup is being restored into it.
const MARK: &str = "_yagura/restoring";

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// When the backup was taken.
    pub taken_at: Timestamp,
    /// Number of the manifest.
    pub manifest: u64,
    /// Number of its last commit.
    pub commit: i64,
    /// When that was made: what was taken in later is missing.
    pub committed_at: Timestamp,
    /// Files written.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What there is of each source.
    pub sources: Vec<SourceHeld>,
}

/// Makes a lake of the newest backup in a folder. Every byte is compared with its digest before the
/// lake has a state.
///
/// # Errors
/// If the backup is damaged, or the folder is in use or cannot be written: then there is no lake in
/// it, and the same restore can be tried again.
pub async fn restore(
    from: &FilePath,
    to: &FilePath,
    now: Timestamp,
    watch: Watch<'_>,
) -> Result<Restored, BackupError> {
    if !from.is_dir() {
        return Err(BackupError::None { path: from.display().to_string() });
    }
    restore_into(from, &Store::open(to)?, now, watch).await
}

/// The same into a store, which must be empty or hold what a restore that was stopped left.
pub(crate) async fn restore_into(
    from: &FilePath,
    store: &Store,
    now: Timestamp,
    watch: Watch<'_>,
) -> Result<Restored, BackupError> {
    let to = store.folder();
    let none = || BackupError::None { path: from.display().to_string() };
    if !to.join(MARK).exists() && !is_free(to)? {
        return Err(BackupError::InUse { path: to.display().to_string() });
    }
    let backup = Store::open(from)?;
    let list = newest(&backup).await?.ok_or_else(none)?;
    let _lease = Lease::acquire(store, Duration::ZERO, now).map_err(LakeError::from)?;
    let manifests = ManifestStore::new(store.clone()).numbers().await.map_err(LakeError::from)?;
    if manifests.last().is_some_and(|newest| *newest > list.manifest) {
        return Err(BackupError::InUse { path: to.display().to_string() });
    }
    store.put(&Path::from(MARK), list.path().to_string().into()).await?;
    // Without it nobody would know later what the files are that follow.
    store.sync().await?;
    let manifest = manifest::path_of(list.manifest).to_string();
    let (total, mut done) = (list.bytes(), 0);
    for (path, parts) in list.files.iter().filter(|(path, _)| **path != manifest) {
        watch(done, total);
        tokio::task::block_in_place(|| file(&backup, store, path, parts))?;
        done += parts.iter().map(|part| part.bytes).sum::<u64>();
        fail_point("restore.file");
    }
    store.sync().await?;
    fail_point("restore.files");
    if let Some(parts) = list.files.get(&manifest) {
        let mut bytes = Vec::new();
        tokio::task::block_in_place(|| gather(&backup, &mut bytes, &manifest, parts))?;
        store.put(&Path::from(manifest), bytes.into()).await?;
    }
    // Until the lake is there for certain it must be possible to restore it again.
    store.sync().await?;
    fail_point("restore.manifest");
    store.delete(&Path::from(MARK)).await?;
    store.sync().await?;
    watch(total, total);
    let snapshot = Lake::with_store(store.clone()).snapshot().await?;
    snapshot.prepare(Table::ALL).await?;
    let List { taken_at, manifest, commit, committed_at, .. } = list;
    Ok(Restored {
        taken_at,
        manifest,
        commit,
        committed_at,
        files: list.files.len() as u64,
        bytes: total,
        sources: held(&snapshot).await?,
    })
}

/// Whether nothing is in a folder but what a restore leaves that is stopped before it has begun.
fn is_free(folder: &FilePath) -> Result<bool, StoreError> {
    let names = |folder: &FilePath| -> std::io::Result<Vec<String>> {
        let names = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.file_name()));
        names.map(|name| Ok(name?.to_string_lossy().into_owned())).collect()
    };
    let listed = names(folder).map_err(StoreError::io("list", folder))?;
    if listed.iter().any(|name| name != "_yagura") {
        return Ok(false);
    }
    let own = folder.join("_yagura");
    let listed = match names(&own) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        listed => listed.map_err(StoreError::io("list", &own))?,
    };
    Ok(listed.iter().all(|name| name.starts_with("writer.") || name.starts_with("restoring#")))
}

/// Writes a file of its parts.
fn file(backup: &Store, store: &Store, path: &str, parts: &[Part]) -> Result<(), BackupError> {
    let mut copy = store.create(&Path::from(path))?;
    gather(backup, &mut copy, path, parts)?;
    copy.finish()?;
    Ok(())
}

/// The bytes of a file, out of its parts.
fn gather(
    backup: &Store,
    to: &mut impl Write,
    path: &str,
    parts: &[Part],
) -> Result<(), BackupError> {
    for part in parts {
        let from = part.path();
        let (sha256, _) = digest_of(&mut backup.open_file(&from)?, &from, &mut *to)?;
        if sha256 != part.sha256 {
            let reason = format!("it is not what was kept of `{path}`");
            return Err(BackupError::Damaged { path: from.to_string(), reason });
        }
    }
    Ok(())
}
