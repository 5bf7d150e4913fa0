//! What the rules look at: the files of the repository and the crates of the workspace.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

use crate::program::output;

/// The files that git keeps or would keep, and the workspace's crates.
#[derive(Debug, Default)]
pub(crate) struct Repository {
    /// Path from the root, with `/`, to text. A file that is not UTF-8 has no text.
    pub(crate) files: BTreeMap<String, Option<String>>,
    /// The crates, by name without `yagura-`.
    pub(crate) crates: BTreeMap<String, Crate>,
}

/// A crate of the workspace.
#[derive(Debug, Default)]
pub(crate) struct Crate {
    /// Its manifest, from the root.
    pub(crate) manifest: String,
    /// What it declares to depend on.
    pub(crate) dependencies: Vec<Dependency>,
}

/// One declared dependency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// The package's name, without `yagura-`.
    pub(crate) name: String,
    /// Whether only tests use it.
    pub(crate) for_tests: bool,
}

impl Repository {
    /// Reads the repository.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let listed = output(Command::new("git").current_dir(root).args([
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "-z",
        ]))?;
        let mut files = BTreeMap::new();
        for path in listed.split('\0').filter(|path| !path.is_empty()) {
            let full = root.join(path);
            // A file deleted but not yet taken out of git's list.
            if !full.is_file() {
                continue;
            }
            let bytes = std::fs::read(&full).with_context(|| format!("cannot read `{path}`"))?;
            files.insert(path.to_owned(), String::from_utf8(bytes).ok());
        }
        Ok(Self { files, crates: crates(root)? })
    }

    /// The files with text, but for fixtures: those are other tools' reports in miniature, kept
    /// byte for byte.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .filter(|(path, _)| !is_fixture(path))
            .filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)))
    }

    /// The texts of one kind of file.
    pub(crate) fn texts_of(&self, extension: &str) -> impl Iterator<Item = (&str, &str)> {
        self.texts().filter(move |(path, _)| has_extension(path, extension))
    }

    /// The text of a file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path)?.as_deref()
    }

    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let entry = |(path, text): &(&str, &str)| ((*path).to_owned(), Some((*text).to_owned()));
        Self { files: files.iter().map(entry).collect(), ..Self::default() }
    }
}

/// Whether a path has an extension.
pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// Cargo's description of the workspace, without its dependencies.
pub(crate) fn metadata(root: &Path) -> Result<Metadata> {
    let mut command = MetadataCommand::new();
    command.manifest_path(root.join("Cargo.toml")).no_deps();
    command.exec().context("cannot read the workspace")
}

fn is_fixture(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "fixtures" | "corpus" | "snapshots"))
}

fn crates(root: &Path) -> Result<BTreeMap<String, Crate>> {
    let metadata = metadata(root)?;
    let short = |name: &str| name.strip_prefix("yagura-").unwrap_or(name).to_owned();
    let mut crates = BTreeMap::new();
    for package in &metadata.packages {
        let manifest = package.manifest_path.strip_prefix(root.to_string_lossy().as_ref());
        let dependencies = package.dependencies.iter().map(|dependency| Dependency {
            name: short(&dependency.name),
            for_tests: dependency.kind == DependencyKind::Development,
        });
        crates.insert(
            short(&package.name),
            Crate {
                manifest: manifest.unwrap_or(&package.manifest_path).to_string(),
                dependencies: dependencies.collect(),
            },
        );
    }
    Ok(crates)
}
