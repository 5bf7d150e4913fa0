//! Making a lake of a backup.

use std::{path::Path as FilePath, time::Duration};

use object_store::path::Path;
use serde::Serialize;
use yagura_model::Timestamp;

use super::{BackupError, List, Part, SourceHeld, Watch, held, is_empty, newest, take::digest_of};
use crate::{
    Lake,
    error::LakeError,
    fail_point,
    lease::Lease,
    manifest::{self, ManifestStore},
    store::Store,
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
    let none = || BackupError::None { path: from.display().to_string() };
    if !from.is_dir() {
        return Err(none());
    }
    let backup = Store::open(from)?;
    let list = newest(&backup).await?.ok_or_else(none)?;
    if !is_empty(to)? && !to.join(MARK).exists() {
        return Err(BackupError::InUse { path: to.display().to_string() });
    }
    let store = Store::open(to)?;
    let _lease = Lease::acquire(&store, Duration::ZERO, now).map_err(LakeError::from)?;
    let manifests = ManifestStore::new(store.clone()).numbers().await.map_err(LakeError::from)?;
    if manifests.last().is_some_and(|newest| *newest > list.manifest) {
        return Err(BackupError::InUse { path: to.display().to_string() });
    }
    store.put(&Path::from(MARK), list.path().to_string().into()).await?;
    let manifest = manifest::path_of(list.manifest).to_string();
    let (total, mut done) = (list.bytes(), 0);
    for (path, parts) in list.files.iter().filter(|(path, _)| **path != manifest) {
        watch(done, total);
        tokio::task::block_in_place(|| file(&backup, &store, path, parts))?;
        done += parts.iter().map(|part| part.bytes).sum::<u64>();
        fail_point("restore.file");
    }
    store.sync().await?;
    fail_point("restore.files");
    if let Some(parts) = list.files.get(&manifest) {
        tokio::task::block_in_place(|| file(&backup, &store, &manifest, parts))?;
    }
    store.delete(&Path::from(MARK)).await?;
    store.sync().await?;
    watch(total, total);
    let snapshot = Lake::with_store(store).snapshot().await?;
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

/// Writes a file of its parts.
fn file(backup: &Store, store: &Store, path: &str, parts: &[Part]) -> Result<(), BackupError> {
    let mut copy = store.create(&Path::from(path))?;
    for part in parts {
        let from = part.path();
        let (sha256, _) = digest_of(&mut backup.open_file(&from)?, &from, &mut copy)?;
        if sha256 != part.sha256 {
            let reason = format!("it is not what was kept of `{path}`");
            return Err(BackupError::Damaged { path: from.to_string(), reason });
        }
    }
    copy.finish()?;
    Ok(())
}
