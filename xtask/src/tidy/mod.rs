//! `cargo xtask tidy`: the rules of the house that no compiler knows.
//!
//! A rule is a function from the [`Repository`] to what it complains about. Each stands in a file
//! with the tests that show it bite; the test below holds them all against this repository.

mod arrows;
mod configuration;
mod layers;
mod links;
mod lists;
mod manifests;
mod purity;
mod repository;
mod text;
mod words;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::task::{Task, no_arguments, root};
use repository::Repository;

pub(crate) const TASK: Task = Task {
    name: "tidy",
    line: "the rules of the house alone: dependency arrows, file sizes, links, words",
    run: |arguments| {
        no_arguments(arguments)?;
        repository_is_tidy()
    },
};

/// What a rule has against a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Complaint {
    /// `path` or `path:line`.
    place: String,
    what: String,
}

impl Complaint {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }

    fn at_line(path: &str, index: usize, what: impl Into<String>) -> Self {
        Self::new(format!("{path}:{}", index + 1), what)
    }
}

/// A rule.
type Rule = fn(&Repository) -> Vec<Complaint>;

/// Every rule.
const RULES: &[Rule] = &[
    arrows::between_crates,
    arrows::to_outside,
    configuration::every_file_parses,
    configuration::languages_say_the_same,
    links::every_link_leads_somewhere,
    lists::every_crate_is_in_the_architecture,
    lists::every_decision_is_in_its_index,
    lists::every_noun_is_in_the_glossary,
    lists::the_roadmap_has_states,
    manifests::every_crate_says_what_it_is,
    purity::pure_crates_touch_nothing,
    text::every_module_says_what_it_is,
    text::no_file_is_too_long,
    text::no_stray_blanks,
    words::no_machine_is_named,
    words::nothing_is_left_for_later,
];

/// Holds every rule against the repository.
pub(crate) fn repository_is_tidy() -> Result<()> {
    let repository = Repository::read(&root()?)?;
    for hint in text::long_files(&repository) {
        println!("long   {}: {}", hint.place, hint.what);
    }
    let complaints = complaints(&repository);
    for complaint in &complaints {
        println!("untidy {}: {}", complaint.place, complaint.what);
    }
    if !complaints.is_empty() {
        bail!("{} places are untidy", complaints.len());
    }
    Ok(())
}

/// The folder of build results.
pub(crate) fn target_folder(root: &Path) -> Result<PathBuf> {
    Ok(repository::metadata(root)?.target_directory.into_std_path_buf())
}

fn complaints(repository: &Repository) -> Vec<Complaint> {
    let mut complaints: Vec<Complaint> = RULES.iter().flat_map(|rule| rule(repository)).collect();
    complaints.sort();
    complaints.dedup();
    complaints
}

#[cfg(test)]
mod tests {
    use super::{Repository, complaints};
    use crate::task::root;

    #[test]
    fn this_repository_is_tidy() {
        let repository = Repository::read(&root().unwrap()).unwrap();
        assert_eq!(complaints(&repository), []);
    }
}
