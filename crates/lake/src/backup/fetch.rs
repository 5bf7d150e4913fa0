//! Taking a single file from a backup.

use std::{
    io::{Read as _, Seek as _, SeekFrom},
    path::Path as FilePath,
};

use object_store::path::Path;

use super::{List, take::digest_of};
use crate::{
    error::LakeError,
    store::{Store, StoreError},
};

/// Puts a file in the place of what has its name, as the newest backup has it whose copy is whole;
/// false if there is none. What a pack of evidence has grown by since stays.
pub(crate) async fn fetch(
    folder: &FilePath,
    store: &Store,
    path: &Path,
) -> Result<bool, LakeError> {
    if !folder.is_dir() {
        return Ok(false);
    }
    let backup = Store::open(folder)?;
    for object in backup.list(&Path::from("lists")).await?.iter().rev() {
        let bytes = backup.get(&object.location).await?;
        let Ok(list) = List::read(&object.location, &bytes) else { continue };
        if tokio::task::block_in_place(|| put(&backup, store, path, &list))? {
            store.sync().await?;
            return Ok(true);
        }
    }
    Ok(false)
}

fn put(backup: &Store, store: &Store, path: &Path, list: &List) -> Result<bool, LakeError> {
    let Some(parts) = list.files.get(path.as_ref()) else { return Ok(false) };
    let mut copy = store.create(path)?;
    let mut length = 0;
    for part in parts {
        let from = part.path();
        let mut opened = match backup.open_file(&from) {
            Err(StoreError::NotFound { .. }) => return Ok(false),
            opened => opened?,
        };
        if digest_of(&mut opened, &from, &mut copy)?.0 != part.sha256 {
            return Ok(false);
        }
        length += part.bytes;
    }
    if path.prefix_matches(&Path::from("evidence/packs"))
        && let Ok(mut grown) = store.open_file(path)
    {
        grown.seek(SeekFrom::Start(length)).map_err(StoreError::io("read", &store.locate(path)))?;
        digest_of(&mut grown.by_ref(), path, &mut copy)?;
    }
    copy.finish()?;
    Ok(true)
}
