//! A folder that loses power.
//!
//! Everything is written to a real folder; this keeps beside it what a disk would certainly hold:
//! the content of files as of their last sync, and the names in folders as of theirs. At the crash
//! each difference between the two is decided by chance: a name that was added, removed or given to
//! another file is the old one or the new one, a file's content is the old one, the new one, or block
//! by block a mixture of them and of zeros.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    io::{self, ErrorKind},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::Chance;
use crate::store::Medium;

const BLOCK: usize = 512;

/// See the module.
#[derive(Debug)]
pub struct LossyMedium {
    folder: PathBuf,
    /// Keeps every file that was ever durable alive, so that no number is given twice.
    pinned: PathBuf,
    disk: Mutex<Disk>,
}

/// What is certain.
#[derive(Debug, Default)]
struct Disk {
    contents: BTreeMap<u64, Vec<u8>>,
    folders: BTreeMap<u64, BTreeMap<OsString, Node>>,
    /// Syncs until nothing can be made durable any more, and why not.
    left: Option<(u64, ErrorKind)>,
    /// Syncs so far.
    synced: u64,
}

/// A file or folder, by its number in the file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Node {
    number: u64,
    is_folder: bool,
}

impl Node {
    fn of(path: &Path) -> io::Result<Self> {
        let about = fs::symlink_metadata(path)?;
        Ok(Self { number: about.ino(), is_folder: about.is_dir() })
    }
}

impl LossyMedium {
    /// A medium for everything under `base/disk`, which is created; all that is there is durable.
    /// `base` must not be used for anything else.
    pub fn new(base: &Path) -> io::Result<Self> {
        let base = fs::canonicalize(base)?;
        let (folder, pinned) = (base.join("disk"), base.join("pinned"));
        fs::create_dir_all(&folder)?;
        fs::create_dir_all(&pinned)?;
        let medium = Self { folder, pinned, disk: Mutex::default() };
        medium.settle(&medium.folder)?;
        Ok(medium)
    }

    /// The folder whose power can go off.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// From the sync after the next `count` on every sync fails, until the crash.
    pub fn power_off_after(&self, count: u64) {
        self.disk().left = Some((count, ErrorKind::Other));
    }

    /// From the sync after the next `count` on the disk is full, until there is room.
    pub fn full_after(&self, count: u64) {
        self.disk().left = Some((count, ErrorKind::StorageFull));
    }

    /// There is room again.
    pub fn make_room(&self) {
        self.disk().left = None;
    }

    /// How many syncs there were.
    pub fn synced(&self) -> u64 {
        self.disk().synced
    }

    /// Loses power: what was not synced is kept or lost by chance, decided by `seed`. Afterwards all
    /// that is there is durable. Whoever has files open under the folder must have closed them.
    pub fn crash(&self, seed: u64) -> io::Result<()> {
        let after = self.folder.with_file_name("after");
        fs::create_dir(&after)?;
        {
            let disk = self.disk();
            let mut present = BTreeMap::new();
            for path in [&self.folder, &self.pinned] {
                find(path, &mut present)?;
            }
            let root = Node::of(&self.folder)?;
            let mut chance = Chance::new(seed);
            let mut crash =
                Crash { disk: &disk, present, chance: &mut chance, chosen: BTreeMap::new() };
            crash.rebuild(root.number, &after)?;
        }
        fs::remove_dir_all(&self.folder)?;
        fs::remove_dir_all(&self.pinned)?;
        fs::rename(&after, &self.folder)?;
        fs::create_dir(&self.pinned)?;
        *self.disk() = Disk::default();
        self.settle(&self.folder)
    }

    /// Takes everything under a folder as durable.
    fn settle(&self, folder: &Path) -> io::Result<()> {
        self.keep_names(folder)?;
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { self.settle(&path)? } else { self.keep_content(&path)? }
        }
        Ok(())
    }

    fn keep_content(&self, path: &Path) -> io::Result<()> {
        let node = Node::of(path)?;
        let content = fs::read(path)?;
        self.pin(path, node)?;
        self.disk().contents.insert(node.number, content);
        Ok(())
    }

    fn keep_names(&self, folder: &Path) -> io::Result<()> {
        let number = Node::of(folder)?.number;
        let mut names = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            // Others may be at work in the folder.
            let Ok(node) = Node::of(&entry.path()) else { continue };
            if !node.is_folder && self.pin(&entry.path(), node).is_err() {
                continue;
            }
            names.insert(entry.file_name(), node);
        }
        self.disk().folders.insert(number, names);
        Ok(())
    }

    fn pin(&self, path: &Path, node: Node) -> io::Result<()> {
        match fs::hard_link(path, self.pinned.join(node.number.to_string())) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            result => result,
        }
    }

    fn spend(&self, path: &Path) -> io::Result<bool> {
        let mut disk = self.disk();
        match &mut disk.left {
            Some((0, ErrorKind::Other)) => return Err(io::Error::other("the power is off")),
            Some((0, kind)) => return Err((*kind).into()),
            Some((left, _)) => *left -= 1,
            None => {}
        }
        disk.synced += 1;
        Ok(path.starts_with(&self.folder))
    }

    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Medium for LossyMedium {
    fn sync_file(&self, path: &Path) -> io::Result<()> {
        if self.spend(path)? { self.keep_content(path) } else { Ok(()) }
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        if self.spend(path)? { self.keep_names(path) } else { Ok(()) }
    }
}

/// Every file and folder under a path, by number.
fn find(path: &Path, found: &mut BTreeMap<u64, PathBuf>) -> io::Result<()> {
    let node = Node::of(path)?;
    found.insert(node.number, path.to_path_buf());
    if node.is_folder {
        for entry in fs::read_dir(path)? {
            find(&entry?.path(), found)?;
        }
    }
    Ok(())
}

/// What becomes of everything when the power goes.
struct Crash<'a> {
    disk: &'a Disk,
    present: BTreeMap<u64, PathBuf>,
    chance: &'a mut Chance,
    /// Two names of one file have one content.
    chosen: BTreeMap<u64, Vec<u8>>,
}

impl Crash<'_> {
    fn rebuild(&mut self, folder: u64, to: &Path) -> io::Result<()> {
        let durable = self.disk.folders.get(&folder).cloned().unwrap_or_default();
        let mut present = BTreeMap::new();
        if let Some(path) = self.present.get(&folder) {
            for entry in fs::read_dir(path)? {
                let entry = entry?;
                present.insert(entry.file_name(), Node::of(&entry.path())?);
            }
        }
        let names: std::collections::BTreeSet<_> = durable.keys().chain(present.keys()).collect();
        for name in names {
            let (old, new) = (durable.get(name), present.get(name));
            let node = if old == new || self.chance.keeps() { new } else { old };
            let to = to.join(name);
            match node {
                None => {}
                Some(node) if node.is_folder => {
                    fs::create_dir(&to)?;
                    self.rebuild(node.number, &to)?;
                }
                Some(node) => fs::write(&to, self.content(node.number)?)?,
            }
        }
        Ok(())
    }

    fn content(&mut self, number: u64) -> io::Result<&[u8]> {
        if !self.chosen.contains_key(&number) {
            let empty = Vec::new();
            let old = self.disk.contents.get(&number).unwrap_or(&empty);
            let new = match self.present.get(&number) {
                Some(path) => fs::read(path)?,
                None => old.clone(),
            };
            let content = if *old == new { new } else { mix(self.chance, old, new) };
            self.chosen.insert(number, content);
        }
        Ok(self.chosen.get(&number).map_or(&[], Vec::as_slice))
    }
}

/// What is left of a content that was `old` when it was synced and `new` when the power went.
fn mix(chance: &mut Chance, old: &[u8], new: Vec<u8>) -> Vec<u8> {
    match chance.below(4) {
        0 => return old.to_vec(),
        1 => return new,
        _ => {}
    }
    let (shorter, longer) = (old.len().min(new.len()), old.len().max(new.len()));
    let length = shorter + chance.below((longer - shorter) as u64 + 1) as usize;
    let mut mixed = vec![0; length];
    for (number, block) in mixed.chunks_mut(BLOCK).enumerate() {
        // A block that was never written is zeros.
        let source = if chance.below(2) == 0 { old } else { new.as_slice() };
        let at = number * BLOCK;
        let end = source.len().min(at + block.len());
        if let (Some(from), Some(into)) =
            (source.get(at..end), block.get_mut(..end.saturating_sub(at)))
        {
            into.copy_from_slice(from);
        }
    }
    mixed
}
