//! What a task is, and where the repository is.

use std::path::PathBuf;

use anyhow::{Context, Result};

/// A development task.
#[derive(Debug)]
pub(crate) struct Task {
    /// What is typed after `cargo xtask`.
    pub(crate) name: &'static str,
    /// What it does, in one line.
    pub(crate) line: &'static str,
    /// Does it, with the words typed after the name.
    pub(crate) run: fn(&[String]) -> Result<()>,
}

/// The root of the repository.
///
/// Cargo tells it to what it runs, so that a binary shared by two checkouts works on the right one.
pub(crate) fn root() -> Result<PathBuf> {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").context("run it as `cargo xtask`")?;
    let root = PathBuf::from(manifest);
    Ok(root.parent().context("xtask stands in the repository's root")?.to_owned())
}

/// Refuses words that a task does not take.
pub(crate) fn no_arguments(arguments: &[String]) -> Result<()> {
    match arguments.first() {
        None => Ok(()),
        Some(first) => anyhow::bail!("takes no arguments, met `{first}`"),
    }
}

/// Whether this runs in continuous integration.
pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}
