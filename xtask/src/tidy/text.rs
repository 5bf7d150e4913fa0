//! What every source file looks like: its size, its first words, its blanks.

use super::repository::has_extension;
use super::{Complaint, Repository};

/// Lines after which one looks for a place to split.
const LONG: usize = 400;

/// Lines that no file passes.
const TOO_LONG: usize = 700;

/// Source files that should be split when next touched.
pub(super) fn long_files(repository: &Repository) -> Vec<Complaint> {
    sizes(repository, LONG, TOO_LONG)
}

/// No source file is longer than a reader can hold.
pub(super) fn no_file_is_too_long(repository: &Repository) -> Vec<Complaint> {
    sizes(repository, TOO_LONG, usize::MAX)
}

fn sizes(repository: &Repository, above: usize, up_to: usize) -> Vec<Complaint> {
    repository
        .texts_of("rs")
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| (above + 1..=up_to).contains(lines))
        .map(|(path, lines)| {
            Complaint::new(path, format!("{lines} lines: split it by topic below {above}"))
        })
        .collect()
}

/// Every source file begins with what it is; a `tests.rs` is said by its parent.
pub(super) fn every_module_says_what_it_is(repository: &Repository) -> Vec<Complaint> {
    repository
        .texts_of("rs")
        .filter(|(path, text)| !path.ends_with("/tests.rs") && !text.starts_with("//! "))
        .map(|(path, _)| Complaint::new(path, "does not begin with `//!`: say what it is"))
        .collect()
}

/// No blanks at the end of lines, no tabs in Rust, one line break at the end.
pub(super) fn no_stray_blanks(repository: &Repository) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, text) in repository.texts() {
        if path == "LICENSE" || path.ends_with("package-lock.json") {
            continue;
        }
        let rust = has_extension(path, "rs");
        for (index, line) in text.split('\n').enumerate() {
            if line.ends_with([' ', '\t', '\r']) {
                complaints.push(Complaint::at_line(path, index, "ends in blanks"));
            }
            if rust && line.contains('\t') {
                complaints.push(Complaint::at_line(path, index, "has a tab"));
            }
        }
        if !text.is_empty() && (!text.ends_with('\n') || text.ends_with("\n\n")) {
            complaints.push(Complaint::new(path, "does not end with one line break"));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::{
        Repository, every_module_says_what_it_is, long_files, no_file_is_too_long, no_stray_blanks,
    };

    fn check(path: &str, text: &str, complaints: usize) {
        let found = no_stray_blanks(&Repository::of(&[(path, text)]));
        assert_eq!(found.len(), complaints, "{text:?}: {found:?}");
    }

    #[test]
    fn blanks_are_found() {
        check("a.rs", "//! A.\n", 0);
        check("a.rs", "//! A. \n", 1);
        check("a.rs", "//! A.\n\tb\n", 1);
        check("a.md", "# A\n\tb\n", 0);
        check("a.md", "# A", 1);
        check("a.md", "# A\n\n", 1);
        check("crates/formats/fixtures/a.csv", "a \r\n", 0);
    }

    #[test]
    fn long_files_are_named_and_longer_ones_refused() {
        let of = |lines| Repository::of(&[("a.rs", &"//! A.\n".repeat(lines))]);
        let found = |lines| (long_files(&of(lines)).len(), no_file_is_too_long(&of(lines)).len());
        let rows = [(400, (0, 0)), (401, (1, 0)), (700, (1, 0)), (701, (0, 1))];
        for (lines, expected) in rows {
            assert_eq!(found(lines), expected, "{lines}");
        }
    }

    #[test]
    fn a_file_without_words_is_found() {
        let repository = Repository::of(&[
            ("a.rs", "//! A.\n"),
            ("a/tests.rs", "use super::a;\n"),
            ("b.rs", "use a;\n"),
        ]);
        assert_eq!(every_module_says_what_it_is(&repository).len(), 1);
    }
}
