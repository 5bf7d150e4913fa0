//! Words that have no place in the repository.

use super::{Complaint, Repository};

/// Folders of one person's machine. Written in halves, so that this file does not hold them.
const MACHINES: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("bash_", "jobs"),
    concat!("/.lib", "rary"),
];

/// What stands where something is unfinished.
const UNFINISHED: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("for", " now"),
    concat!("place", "holder"),
    concat!("not ", "implemented"),
];

/// No file names a folder of the machine it was written on.
pub(super) fn no_machine_is_named(repository: &Repository) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, text) in repository.texts() {
        for (index, line) in text.lines().enumerate() {
            for folder in MACHINES.iter().filter(|folder| names(line, folder)) {
                complaints.push(Complaint::at_line(path, index, format!("names `{folder}`")));
            }
        }
    }
    complaints
}

/// Whether the line has the folder as the beginning of an absolute path.
fn names(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(start, _)| {
        let before = line.get(..start).and_then(|head| head.chars().next_back());
        !before.is_some_and(|before| before.is_alphanumeric() || "_-.$}".contains(before))
    })
}

/// No code says that it is unfinished: what is not there is left out, and the roadmap says so.
pub(super) fn nothing_is_left_for_later(repository: &Repository) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, text) in repository.texts_of("rs") {
        for (index, line) in text.lines().enumerate() {
            for word in UNFINISHED.iter().filter(|word| has_word(line, word)) {
                complaints.push(Complaint::at_line(path, index, format!("says `{word}`")));
            }
        }
    }
    complaints
}

/// Whether a line has a word, not as part of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(start, found)| {
        let before = line.get(..start).and_then(|head| head.chars().next_back());
        let after = line.get(start + found.len()..).and_then(|tail| tail.chars().next());
        let joined = |side: Option<char>| side.is_some_and(|side| side.is_alphanumeric());
        !joined(before) && (found.ends_with('(') || !joined(after))
    })
}

#[cfg(test)]
mod tests {
    use super::{MACHINES, Repository, UNFINISHED, no_machine_is_named, nothing_is_left_for_later};

    #[test]
    fn every_word_is_found_and_its_neighbours_are_not() {
        for word in UNFINISHED {
            let line = format!("//! A. {word} x\n");
            let found = nothing_is_left_for_later(&Repository::of(&[("a.rs", &line)]));
            assert_eq!(found.len(), 1, "{word}");
        }
        let harmless = "//! A XXXL shirt, kept for nowhere.\n";
        assert!(nothing_is_left_for_later(&Repository::of(&[("a.rs", harmless)])).is_empty());
    }

    #[test]
    fn absolute_paths_are_found_and_relative_ones_are_not() {
        for folder in MACHINES {
            let line = format!("see `{folder}x`\n");
            assert_eq!(no_machine_is_named(&Repository::of(&[("a.md", &line)])).len(), 1);
        }
        let relative = format!("docs{}x\n", MACHINES[0]);
        assert!(no_machine_is_named(&Repository::of(&[("a.md", &relative)])).is_empty());
    }
}
