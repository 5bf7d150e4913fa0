//! What makes bytes durable.

use std::{fmt::Debug, fs::File, io, path::Path};

/// What makes bytes durable: the file system, or in fault tests one that remembers what was not.
pub trait Medium: Debug + Send + Sync {
    /// Makes a file's content durable. Its name is durable only when its folder is.
    fn sync_file(&self, path: &Path) -> io::Result<()>;

    /// Makes the names in a folder durable, not what lies under them.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
}

/// The file system as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct FileMedium;

impl Medium for FileMedium {
    fn sync_file(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    #[cfg(unix)]
    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    /// Elsewhere a folder cannot be opened as a file; its entries are the file system's own care.
    #[cfg(not(unix))]
    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}
