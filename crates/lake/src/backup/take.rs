//! Taking a backup.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, ErrorKind, Read, Seek as _, SeekFrom},
    path::Path as FilePath,
};

use object_store::{ObjectMeta, path::Path};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use yagura_model::Timestamp;

use super::{
    BackupError, FORMAT, List, Part, Watch, newest,
    state::{Kind, StateFile, files_of},
};
use crate::{
    Lake, Snapshot,
    content::ContentDigest,
    error::LakeError,
    fail_point,
    store::{Store, StoreError},
};

/// Bytes read at a time.
const BUFFER: usize = 1 << 20;

/// How often the newest state is tried anew because files of an older one were deleted meanwhile.
const TRIES: usize = 3;

/// How to take a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BackupOptions {
    /// Copy files even where a second name for the same bytes would do.
    pub copy: bool,
}

/// What a backup did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BackedUp {
    /// The list of the backup, relative to its folder.
    pub list: String,
    /// Number of the manifest.
    pub manifest: u64,
    /// Number of its last commit.
    pub commit: i64,
    /// When that was made.
    pub committed_at: Timestamp,
    /// Files of the state.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files and parts that were not in the backup folder before.
    pub new_files: u64,
    /// Their bytes.
    pub new_bytes: u64,
    /// Of these, the bytes that were copied; the others got a second name.
    pub copied_bytes: u64,
}

/// Takes a backup of the newest state into a folder, which is made if there is none. Nobody is kept
/// from writing.
///
/// # Errors
/// If a file cannot be read, is damaged, or cannot be written: then there is no new backup.
pub async fn take(
    lake: &Lake,
    to: &FilePath,
    options: BackupOptions,
    now: Timestamp,
    watch: Watch<'_>,
) -> Result<BackedUp, BackupError> {
    let inside = |folder: &FilePath| folder.starts_with(lake.store().folder());
    // Before the folder is made, and again when links in its path are known.
    let refused = || BackupError::Inside { path: to.display().to_string() };
    if std::path::absolute(to).is_ok_and(|folder| inside(&folder)) {
        return Err(refused());
    }
    let backup = Store::open(to)?;
    if inside(backup.folder()) {
        return Err(refused());
    }
    take_into(lake, &backup, options, now, watch).await
}

/// The same into a store.
pub(crate) async fn take_into(
    lake: &Lake,
    backup: &Store,
    options: BackupOptions,
    now: Timestamp,
    watch: Watch<'_>,
) -> Result<BackedUp, BackupError> {
    let mut before: Option<u64> = None;
    for _ in 1..TRIES {
        let snapshot = lake.snapshot().await?;
        match of_snapshot(lake.store(), &snapshot, backup, options, now, watch).await {
            Err(BackupError::Store(StoreError::NotFound { .. }))
                if before != Some(snapshot.manifest().number) =>
            {
                before = Some(snapshot.manifest().number);
            }
            done => return done,
        }
    }
    of_snapshot(lake.store(), &lake.snapshot().await?, backup, options, now, watch).await
}

async fn of_snapshot(
    lake: &Store,
    snapshot: &Snapshot,
    backup: &Store,
    options: BackupOptions,
    now: Timestamp,
    watch: Watch<'_>,
) -> Result<BackedUp, BackupError> {
    let files = files_of(lake, snapshot).await?;
    let total: u64 = files.values().map(|file| file.bytes).sum();
    let earlier = match newest(backup).await {
        // What it names is compared anew.
        Err(BackupError::Damaged { .. }) => BTreeMap::new(),
        earlier => earlier?.map(|list| list.files).unwrap_or_default(),
    };
    let mut taking = Taking {
        lake,
        backup,
        options,
        earlier: &earlier,
        there: there(backup).await?,
        new_files: 0,
        new_bytes: 0,
        copied_bytes: 0,
    };
    let mut listed = BTreeMap::new();
    let mut done = 0;
    for (path, file) in files {
        watch(done, total);
        let (bytes, key) = (file.bytes, path.to_string());
        listed.insert(key, tokio::task::block_in_place(|| taking.file(&path, &file))?);
        done += bytes;
        fail_point("backup.file");
    }
    watch(total, total);
    let Taking { new_files, new_bytes, copied_bytes, .. } = taking;
    backup.sync().await?;
    fail_point("backup.files");
    let manifest = snapshot.manifest();
    let list = List {
        format: FORMAT,
        taken_at: now,
        manifest: manifest.number,
        commit: manifest.commit,
        committed_at: manifest.time,
        files: listed,
        digest: String::new(),
    };
    let path = list.path();
    let (list, bytes) = list.sealed().map_err(|error| BackupError::Damaged {
        path: path.to_string(),
        reason: error.to_string(),
    })?;
    backup.put(&path, bytes.into()).await?;
    backup.sync().await?;
    Ok(BackedUp {
        list: path.to_string(),
        manifest: list.manifest,
        commit: list.commit,
        committed_at: list.committed_at,
        files: list.files.len() as u64,
        bytes: list.bytes(),
        new_files,
        new_bytes,
        copied_bytes,
    })
}

/// What is in a backup folder already: digests and lengths.
async fn there(backup: &Store) -> Result<BTreeSet<(String, u64)>, BackupError> {
    let files = backup.list(&Path::from("files")).await?;
    let part = |object: &ObjectMeta| Some((object.location.filename()?.to_owned(), object.size));
    Ok(files.iter().filter_map(part).collect())
}

/// A backup on its way.
struct Taking<'a> {
    lake: &'a Store,
    backup: &'a Store,
    options: BackupOptions,
    /// The files of the last backup.
    earlier: &'a BTreeMap<String, Vec<Part>>,
    /// What is in the backup folder.
    there: BTreeSet<(String, u64)>,
    new_files: u64,
    new_bytes: u64,
    copied_bytes: u64,
}

impl Taking<'_> {
    /// Sees to it that a file is in the backup; gives its parts.
    fn file(&mut self, path: &Path, file: &StateFile) -> Result<Vec<Part>, BackupError> {
        match file.kind {
            Kind::Fixed => {
                if let Some([part]) = self.earlier.get(path.as_ref()).map(Vec::as_slice)
                    && part.bytes == file.bytes
                    && self.is_there(part)
                {
                    return Ok(vec![part.clone()]);
                }
                let part = self.whole(path)?;
                let digest = ContentDigest::in_name(path);
                if digest.is_some_and(|digest| !part.sha256.starts_with(&digest.to_string())) {
                    let path = path.to_string();
                    return Err(LakeError::Altered { path }.into());
                }
                Ok(vec![part])
            }
            Kind::Log => Ok(vec![self.range(path, 0..file.bytes)?]),
            Kind::Growing => self.growing(path, file.bytes),
        }
    }

    fn is_there(&self, part: &Part) -> bool {
        self.there.contains(&(part.sha256.clone(), part.bytes))
    }

    /// The parts of a file that were there at the last backup, and what it has grown by.
    fn growing(&mut self, path: &Path, bytes: u64) -> Result<Vec<Part>, BackupError> {
        let mut parts = Vec::new();
        let mut end = 0;
        for part in self.earlier.get(path.as_ref()).into_iter().flatten() {
            let next = end + part.bytes;
            let same = next <= bytes
                && self.is_there(part)
                && digest_of(&mut self.opened(path, end..next)?, path, io::sink())?.0
                    == part.sha256;
            if !same {
                break;
            }
            parts.push(part.clone());
            end = next;
        }
        if end < bytes || parts.is_empty() {
            parts.push(self.range(path, end..bytes)?);
        }
        Ok(parts)
    }

    /// A file that never changes: it gets a second name if it can have one.
    fn whole(&mut self, path: &Path) -> Result<Part, BackupError> {
        let name = format!("files/incoming-{}", std::process::id());
        let incoming = self.backup.locate(&Path::from(name));
        match fs::remove_file(&incoming) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(StoreError::io("delete", &incoming)(error).into());
            }
            _ => {}
        }
        if let Some(folder) = incoming.parent() {
            fs::create_dir_all(folder).map_err(StoreError::io("create", folder))?;
        }
        let linked = !self.options.copy && fs::hard_link(self.lake.locate(path), &incoming).is_ok();
        if !linked {
            let bytes = self.lake.length(path)?;
            return self.range(path, 0..bytes);
        }
        let mut file = File::open(&incoming).map_err(StoreError::io("open", &incoming))?;
        let (sha256, bytes) = digest_of(&mut file, path, io::sink())?;
        let part = Part { sha256, bytes };
        if self.there.insert((part.sha256.clone(), bytes)) {
            let target = self.backup.locate(&part.path());
            if let Some(folder) = target.parent() {
                fs::create_dir_all(folder).map_err(StoreError::io("create", folder))?;
            }
            fs::rename(&incoming, &target).map_err(StoreError::io("rename to", &target))?;
            self.backup.note_file(&part.path());
            self.new_files += 1;
            self.new_bytes += bytes;
        } else {
            fs::remove_file(&incoming).map_err(StoreError::io("delete", &incoming))?;
        }
        Ok(part)
    }

    /// A copy of some bytes of a file.
    fn range(&mut self, path: &Path, range: std::ops::Range<u64>) -> Result<Part, BackupError> {
        let wanted = range.end - range.start;
        let mut from = self.opened(path, range)?;
        let mut copy = self.backup.create(&Path::from("files/incoming"))?;
        let (sha256, bytes) = digest_of(&mut from, path, &mut copy)?;
        if bytes != wanted {
            let reason = format!("it has {bytes} bytes where {wanted} were committed");
            return Err(BackupError::Damaged { path: path.to_string(), reason });
        }
        let part = Part { sha256, bytes };
        if self.there.insert((part.sha256.clone(), bytes)) {
            let target = self.backup.locate(&part.path());
            if let Some(folder) = target.parent() {
                fs::create_dir_all(folder).map_err(StoreError::io("create", folder))?;
            }
            copy.finish_as(target)?;
            self.new_files += 1;
            self.new_bytes += bytes;
            self.copied_bytes += bytes;
        }
        Ok(part)
    }

    fn opened(
        &self,
        path: &Path,
        range: std::ops::Range<u64>,
    ) -> Result<io::Take<File>, BackupError> {
        let mut file = self.lake.open_file(path)?;
        file.seek(SeekFrom::Start(range.start))
            .map_err(StoreError::io("read", &self.lake.locate(path)))?;
        Ok(file.take(range.end - range.start))
    }
}

/// Reads all there is, writes it, and gives its SHA-256 and length.
pub(super) fn digest_of(
    from: &mut impl Read,
    path: &Path,
    mut to: impl io::Write,
) -> Result<(String, u64), StoreError> {
    let of = FilePath::new(path.as_ref());
    let mut hash = Sha256::new();
    let mut buffer = vec![0; BUFFER];
    let mut length = 0;
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(StoreError::io("read", of)(error)),
        };
        let bytes = buffer.get(..read).unwrap_or_default();
        hash.update(bytes);
        to.write_all(bytes).map_err(StoreError::io("write", of))?;
        length += read as u64;
    }
    Ok((hex::encode(hash.finalize()), length))
}
