//! The ledger of what was written and is not durable yet.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{StoreError, medium::Medium};
use crate::fail_point;

/// What was written under one folder and is not durable yet, and the means to make it so.
#[derive(Debug)]
pub(crate) struct Ledger {
    root: PathBuf,
    medium: Arc<dyn Medium>,
    pending: Mutex<Pending>,
    /// Held through a sync: a second caller waits for what the first is about to make durable.
    syncing: Mutex<()>,
}

#[derive(Debug, Default)]
struct Pending {
    /// Files written, each with the turn it was last written at.
    files: BTreeMap<PathBuf, u64>,
    /// Folders whose entries changed.
    folders: BTreeMap<PathBuf, u64>,
    turn: u64,
    /// Folders whose own name is known to be durable.
    settled: BTreeSet<PathBuf>,
    /// The path whose sync failed, and why.
    failed: Option<(String, ErrorKind, String)>,
}

impl Pending {
    /// The error of a sync after one that failed.
    fn failure(&self) -> Option<StoreError> {
        let (path, kind, reason) = self.failed.clone()?;
        Some(StoreError::Failed { path, source: io::Error::new(kind, reason) })
    }
}

impl Ledger {
    pub(crate) fn new(root: PathBuf, medium: Arc<dyn Medium>) -> Self {
        Self { root, medium, pending: Mutex::default(), syncing: Mutex::new(()) }
    }

    pub(crate) fn medium(&self) -> &dyn Medium {
        self.medium.as_ref()
    }

    /// Notes that a file's content and name have to be made durable.
    pub(crate) fn note_file(&self, path: PathBuf) {
        let mut pending = self.pending();
        pending.turn += 1;
        let turn = pending.turn;
        pending.files.insert(path, turn);
    }

    /// Notes that the name of `path` in its folder has to be made durable: that it is there, or
    /// that it is gone.
    pub(crate) fn note_name(&self, path: &Path) {
        if let Some(folder) = path.parent() {
            let mut pending = self.pending();
            pending.turn += 1;
            let turn = pending.turn;
            pending.folders.insert(folder.to_path_buf(), turn);
        }
    }

    /// How many files and folders wait to be made durable.
    pub(crate) fn waiting(&self) -> usize {
        let pending = self.pending();
        pending.files.len() + pending.folders.len()
    }

    /// Makes everything noted before this call durable.
    ///
    /// After a failure the operating system may have dropped the very pages it could not write, and
    /// a second try would succeed without them; so the first failure is final.
    pub(crate) fn sync(&self) -> Result<(), StoreError> {
        let _turn = self.syncing.lock().unwrap_or_else(PoisonError::into_inner);
        let (files, folders, touched, mut newly) = {
            let pending = self.pending();
            if let Some(failure) = pending.failure() {
                return Err(failure);
            }
            if pending.files.is_empty() && pending.folders.is_empty() {
                return Ok(());
            }
            let (touched, newly) = self.folders_up(&pending);
            (pending.files.clone(), pending.folders.clone(), touched, newly)
        };
        fail_point("store.sync.begin");
        for path in files.keys() {
            self.outcome(path, self.medium.sync_file(path))?;
        }
        fail_point("store.sync.folders");
        // Deepest first: a name appears only over names that are durable.
        let mut touched: Vec<&PathBuf> = touched.iter().collect();
        touched.sort_by_key(|path| std::cmp::Reverse(path.components().count()));
        for path in touched {
            if !self.outcome(path, self.medium.sync_folder(path))? {
                newly.remove(path);
            }
        }
        let mut pending = self.pending();
        pending.files.retain(|path, turn| files.get(path) != Some(turn));
        pending.folders.retain(|path, turn| folders.get(path) != Some(turn));
        pending.settled.extend(newly);
        Ok(())
    }

    /// The folders to sync, and those of them whose own name becomes durable by that.
    fn folders_up(&self, pending: &Pending) -> (BTreeSet<PathBuf>, BTreeSet<PathBuf>) {
        let mut touched = BTreeSet::new();
        let mut newly = BTreeSet::new();
        let parents = pending.files.keys().filter_map(|path| path.parent());
        for folder in parents.chain(pending.folders.keys().map(PathBuf::as_path)) {
            touched.insert(folder.to_path_buf());
            let mut at = folder;
            while at != self.root
                && at.starts_with(&self.root)
                && !pending.settled.contains(at)
                && newly.insert(at.to_path_buf())
            {
                let Some(parent) = at.parent() else { break };
                touched.insert(parent.to_path_buf());
                at = parent;
            }
        }
        (touched, newly)
    }

    /// Whether the path was there to be synced.
    fn outcome(&self, path: &Path, synced: io::Result<()>) -> Result<bool, StoreError> {
        match synced {
            // Written and deleted again before the sync.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            // The folder above the data folder may be one that we may not read.
            Err(error)
                if error.kind() == ErrorKind::PermissionDenied && !path.starts_with(&self.root) =>
            {
                Ok(false)
            }
            Err(error) => {
                let failed = (path.display().to_string(), error.kind(), error.to_string());
                self.pending().failed = Some(failed);
                Err(StoreError::io("make durable", path)(error))
            }
            Ok(()) => Ok(true),
        }
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
