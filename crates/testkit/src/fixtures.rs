//! The example reports in `fixtures/`, written by us.

use std::path::{Path, PathBuf};

/// One file of `fixtures/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixture {
    /// Its path from `fixtures/`, with `/`.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Where the fixtures are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

/// Every fixture, by name; none without the folder.
///
/// # Errors
/// A folder or file that cannot be read.
pub fn all() -> std::io::Result<Vec<Fixture>> {
    let root = folder();
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = root.is_dir().then(|| root.clone()).into_iter().collect();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let relative = path.strip_prefix(&root).unwrap_or(&path);
            let parts = relative.iter().map(|part| part.to_string_lossy());
            let name = parts.collect::<Vec<_>>().join("/");
            found.push(Fixture { name, bytes: std::fs::read(&path)? });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}
