//! A folder that reports are renamed into.
//!
//! A report is every file in it whose name does not begin with a dot. It is moved to `taking/` before
//! it is opened, so that another of the same name does not get under it; when the commit that has it
//! is durable, to `done/`, and if it was refused, to `refused/`, with the reasons beside it. What
//! stands in `taking/` when a process begins was not acknowledged and is taken again. One process
//! takes from a folder at a time: it holds a lock that ends with it.

use std::{
    collections::BTreeSet,
    ffi::{OsStr, OsString},
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::inspect::Refusal;

const TAKING: &str = "taking";
const DONE: &str = "done";
const REFUSED: &str = "refused";
const LOCK: &str = ".yagura.lock";

/// See the module.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    /// What stands in `taking/` and was not told of yet.
    in_flight: Mutex<BTreeSet<OsString>>,
    /// Locked until it is dropped.
    lock: File,
}

/// The folder of reports could not be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The operating system refused.
    #[error("cannot {doing} `{path}`")]
    Io {
        /// What was being done, as a verb.
        doing: &'static str,
        /// The file or folder.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// Another process takes reports from it.
    #[error("another process takes reports from `{path}`: end it first, or use another folder")]
    Taken {
        /// The folder.
        path: String,
    },
}

/// A report that was moved to `taking/`.
#[derive(Debug)]
pub(super) struct Claimed {
    pub(super) name: OsString,
    /// The first digits of the digest of its bytes, if they could be read.
    pub(super) digest: Option<String>,
}

impl Claimed {
    /// What the report is called.
    pub(super) fn shown(&self) -> String {
        self.name.to_string_lossy().into_owned()
    }
}

impl Folder {
    /// Opens a folder, making what is missing of it.
    pub(super) fn open(root: &Path) -> Result<Self, FolderError> {
        for folder in [TAKING, DONE, REFUSED] {
            let folder = root.join(folder);
            fs::create_dir_all(&folder).map_err(io("make", &folder))?;
        }
        let path = root.join(LOCK);
        let mut options = OpenOptions::new();
        let lock = options.write(true).create(true).truncate(false).open(&path);
        let lock = lock.map_err(io("open", &path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(FolderError::Taken { path: root.display().to_string() });
            }
            Err(TryLockError::Error(error)) => return Err(io("lock", &path)(error)),
        }
        Ok(Self { root: root.to_path_buf(), in_flight: Mutex::default(), lock })
    }

    /// The names of the reports that are not being taken: those that were begun before, then those
    /// that are new, each by name.
    pub(super) fn waiting(&self) -> Result<Vec<OsString>, FolderError> {
        let mut names = {
            let begun = names(&self.root.join(TAKING))?;
            let in_flight = self.in_flight();
            begun.into_iter().filter(|name| !in_flight.contains(name)).collect::<Vec<_>>()
        };
        names.extend(self::names(&self.root)?);
        Ok(names)
    }

    /// Takes a report out of the folder; `None` if it is gone, or one of its name is being taken.
    pub(super) fn claim(&self, name: &OsStr) -> Result<Option<Claimed>, FolderError> {
        let mut in_flight = self.in_flight();
        let to = self.taking(name);
        if in_flight.contains(name) {
            return Ok(None);
        }
        if !to.exists() {
            let from = self.root.join(name);
            match fs::rename(&from, &to) {
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                moved => moved.map_err(io("move", &from))?,
            }
        }
        in_flight.insert(name.to_owned());
        Ok(Some(Claimed { name: name.to_owned(), digest: None }))
    }

    /// Where a report stands while it is being taken.
    pub(super) fn taking(&self, name: &OsStr) -> PathBuf {
        self.root.join(TAKING).join(name)
    }

    /// A report is in the lake.
    pub(super) fn done(&self, claimed: &Claimed) -> Result<(), FolderError> {
        self.put(claimed, &self.free(DONE, claimed))
    }

    /// A report was refused.
    pub(super) fn refuse(
        &self,
        claimed: &Claimed,
        refusals: &[&Refusal],
    ) -> Result<(), FolderError> {
        let to = self.free(REFUSED, claimed);
        let mut beside = to.clone().into_os_string();
        beside.push(".error.json");
        let lines = refusals.iter().filter_map(|refusal| serde_json::to_string(refusal).ok());
        let text: String = lines.map(|line| line + "\n").collect();
        fs::write(&beside, text).map_err(io("write", Path::new(&beside)))?;
        self.put(claimed, &to)
    }

    /// A report stays where it is, to be tried again.
    pub(super) fn keep(&self, claimed: &Claimed) {
        self.in_flight().remove(&claimed.name);
    }

    fn put(&self, claimed: &Claimed, to: &Path) -> Result<(), FolderError> {
        let from = self.taking(&claimed.name);
        match fs::rename(&from, to) {
            // A person took it away.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            moved => moved.map_err(io("move", &from))?,
        }
        self.keep(claimed);
        Ok(())
    }

    /// A place for a report in one of the folders: another of its name has the digits of its digest
    /// behind it, and so the same bytes again have the same place.
    fn free(&self, folder: &str, claimed: &Claimed) -> PathBuf {
        let to = self.root.join(folder).join(&claimed.name);
        if !to.exists() {
            return to;
        }
        let mut name = to.into_os_string();
        name.push(".");
        name.push(claimed.digest.as_deref().unwrap_or("unread"));
        PathBuf::from(name)
    }

    fn in_flight(&self) -> MutexGuard<'_, BTreeSet<OsString>> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Folder {
    /// Closing would not do: a child between fork and exec has a copy of the file.
    fn drop(&mut self) {
        // What cannot be unlocked is closed next.
        drop(self.lock.unlock());
    }
}

/// The names of the files in a folder, but for those that begin with a dot.
fn names(folder: &Path) -> Result<BTreeSet<OsString>, FolderError> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(io("list", folder))? {
        let entry = entry.map_err(io("list", folder))?;
        let name = entry.file_name();
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && !name.as_encoded_bytes().starts_with(b".") {
            names.insert(name);
        }
    }
    Ok(names)
}

fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.display().to_string();
    move |source| FolderError::Io { doing, path, source }
}
