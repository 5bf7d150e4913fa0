//! What was derived from the facts and is kept beside them to be asked again: lost, it is made
//! again, so it needs no commit and no right to write.

use bytes::Bytes;
use object_store::path::Path;

use crate::{
    error::LakeError,
    store::{Store, StoreError},
};

/// Beside the manifests.
const FOLDER: &str = "_yagura/derived";

/// Small documents by name.
#[derive(Debug, Clone)]
pub struct Derived {
    store: Store,
}

impl Derived {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }

    /// A document; `None` if there is none of this name.
    ///
    /// # Errors
    /// If it is there and cannot be read.
    pub async fn get(&self, name: &str) -> Result<Option<Bytes>, LakeError> {
        match self.store.get(&path(name)).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Puts a document in the place of the one of its name: a reader sees the old or the new one.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn put(&self, name: &str, bytes: Bytes) -> Result<(), LakeError> {
        Ok(self.store.put(&path(name), bytes).await?)
    }
}

fn path(name: &str) -> Path {
    Path::from(format!("{FOLDER}/{name}"))
}

#[cfg(test)]
mod tests {
    use crate::Lake;

    #[tokio::test]
    async fn a_document_is_read_as_it_was_put_last() {
        let folder = tempfile::tempdir().unwrap();
        let derived = Lake::open(folder.path()).unwrap().derived();
        assert_eq!(derived.get("a.json").await.unwrap(), None);
        derived.put("a.json", "1".into()).await.unwrap();
        derived.put("a.json", "2".into()).await.unwrap();
        assert_eq!(derived.get("a.json").await.unwrap().as_deref(), Some(b"2".as_slice()));
    }
}
