//! What can go wrong where the bytes lie.

/// Bytes could not be read, written or made durable.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The operating system refused.
    #[error("cannot {doing} `{path}`")]
    Io {
        /// What was being done, as a verb.
        doing: &'static str,
        /// The file or folder.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The object store refused.
    #[error("cannot {doing} `{path}`")]
    Object {
        /// What was being done, as a verb.
        doing: &'static str,
        /// The object, relative to the data folder.
        path: String,
        /// Why.
        source: Box<object_store::Error>,
    },
    /// There is no such object.
    #[error("`{path}` does not exist")]
    NotFound {
        /// The object, relative to the data folder.
        path: String,
    },
    /// The object is there already and may not be replaced.
    #[error("`{path}` exists already")]
    Exists {
        /// The object, relative to the data folder.
        path: String,
    },
    /// The data folder cannot be named in an address.
    #[error("`{path}` cannot be used as a data folder: its name is not valid Unicode")]
    Folder {
        /// The folder.
        path: String,
    },
    /// An earlier sync failed: what the operating system says from then on proves nothing.
    #[error("`{path}` could not be made durable earlier: restart to go on from the last commit")]
    Failed {
        /// The file or folder whose sync failed.
        path: String,
        /// Why it did.
        source: std::io::Error,
    },
    /// A background task was stopped.
    #[error("the task to {doing} `{path}` was stopped")]
    Stopped {
        /// What was being done, as a verb.
        doing: &'static str,
        /// The file or folder.
        path: String,
    },
}

impl StoreError {
    /// Says what was being done when the operating system refused.
    pub(crate) fn io(
        doing: &'static str,
        path: &std::path::Path,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.display().to_string();
        move |source| Self::Io { doing, path, source }
    }

    /// Says what was being done when the object store refused.
    pub(crate) fn object(
        doing: &'static str,
        path: &object_store::path::Path,
    ) -> impl FnOnce(object_store::Error) -> Self {
        let path = path.to_string();
        move |source| match source {
            object_store::Error::NotFound { .. } => Self::NotFound { path },
            object_store::Error::AlreadyExists { .. } => Self::Exists { path },
            source => Self::Object { doing, path, source: Box::new(source) },
        }
    }
}
