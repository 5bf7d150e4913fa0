//! The object store that Delta writes through: it remembers what has to be made durable.

use std::{fmt, io::Write as _, ops::Range, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt as _, stream::BoxStream};
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result,
    UploadPart, local::LocalFileSystem, path::Path,
};

use super::{StoreError, file::Staged, ledger::Ledger};
use crate::fail_point;

const NAME: &str = "tracked";

/// The local file system from its root, with a ledger of what was written.
///
/// What other files are found by (the entries of a Delta log, anything put only if absent) is
/// published: its bytes are durable before its name appears, so that after a power loss such a file
/// is whole or not there. Everything else becomes durable with the next sync.
#[derive(Debug)]
pub(super) struct TrackedStore {
    local: LocalFileSystem,
    ledger: Arc<Ledger>,
}

/// What to do when the name is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    Replace,
    Refuse,
}

/// Makes the bytes durable, then gives them their name. The name is durable after the next sync,
/// also when something else had it and this is refused.
pub(super) fn publish<'a>(
    ledger: &Ledger,
    target: &std::path::Path,
    parts: impl IntoIterator<Item = &'a [u8]>,
    taken: Taken,
) -> std::result::Result<bool, StoreError> {
    let (mut file, staged) = Staged::create(target)?;
    for part in parts {
        file.write_all(part).map_err(StoreError::io("write", target))?;
    }
    drop(file);
    ledger.medium().sync_file(staged.path()).map_err(StoreError::io("make durable", target))?;
    fail_point("store.publish.staged");
    let named = match taken {
        Taken::Replace => staged.replace(target).map(|()| true),
        Taken::Refuse => staged.link(target),
    };
    match &named {
        // Whoever had the name first may have died before making it durable.
        Ok(false) => ledger.note_file(target.to_path_buf()),
        _ => ledger.note_name(target),
    }
    fail_point("store.publish.named");
    named
}

impl TrackedStore {
    pub(super) fn new(ledger: Arc<Ledger>) -> Self {
        Self { local: LocalFileSystem::new(), ledger }
    }

    pub(super) fn note(&self, location: &Path) -> Result<()> {
        self.ledger.note_file(self.local.path_to_filesystem(location)?);
        Ok(())
    }

    async fn publish(&self, location: &Path, payload: PutPayload, taken: Taken) -> Result<bool> {
        let target = self.local.path_to_filesystem(location)?;
        let ledger = Arc::clone(&self.ledger);
        let work = move || publish(&ledger, &target, payload.iter().map(AsRef::as_ref), taken);
        tokio::task::spawn_blocking(work)
            .await?
            .map_err(|error| object_store::Error::Generic { store: NAME, source: Box::new(error) })
    }
}

impl fmt::Display for TrackedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{NAME} {}", self.local)
    }
}

/// Whether a path lies in a Delta log.
fn in_log(location: &Path) -> bool {
    location.parts().any(|part| part.as_ref() == "_delta_log")
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl ObjectStore for TrackedStore {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        let taken = match options.mode {
            PutMode::Create => Some(Taken::Refuse),
            PutMode::Overwrite if in_log(location) => Some(Taken::Replace),
            _ => None,
        };
        let Some(taken) = taken.filter(|_| options.attributes.is_empty()) else {
            let result = self.local.put_opts(location, payload, options).await;
            // Noted even when it failed: part of it may have happened.
            self.note(location)?;
            return result;
        };
        if self.publish(location, payload, taken).await? {
            Ok(PutResult { e_tag: None, version: None })
        } else {
            Err(object_store::Error::AlreadyExists {
                path: location.to_string(),
                source: "the name is taken".into(),
            })
        }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let upload = self.local.put_multipart_opts(location, options).await?;
        let path = self.local.path_to_filesystem(location)?;
        Ok(Box::new(TrackedUpload { upload, path, ledger: Arc::clone(&self.ledger) }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.local.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.local.get_ranges(location, ranges).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let ledger = Arc::clone(&self.ledger);
        let local = LocalFileSystem::new();
        let deleted = self.local.delete_stream(locations);
        deleted
            .map(move |location| {
                let location = location?;
                ledger.note_name(&local.path_to_filesystem(&location)?);
                Ok(location)
            })
            .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.local.list(prefix)
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        self.local.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.local.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let result = self.local.copy_opts(from, to, options).await;
        self.note(to)?;
        result
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        let result = self.local.rename_opts(from, to, options).await;
        self.ledger.note_name(&self.local.path_to_filesystem(from)?);
        self.note(to)?;
        result
    }
}

/// An upload in parts; the file is noted when it has its name.
#[derive(Debug)]
struct TrackedUpload {
    upload: Box<dyn MultipartUpload>,
    path: std::path::PathBuf,
    ledger: Arc<Ledger>,
}

#[async_trait]
impl MultipartUpload for TrackedUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.upload.put_part(data)
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let result = self.upload.complete().await;
        self.ledger.note_file(self.path.clone());
        result
    }

    async fn abort(&mut self) -> Result<()> {
        self.upload.abort().await
    }
}
