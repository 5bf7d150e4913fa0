//! The pure layers take values and give values.

use super::layers::{Layer, TABLE};
use super::{Complaint, Repository};

/// What the pure layers do not touch.
const IMPURE: &[&str] = &[
    "std::env",
    "std::fs",
    "TcpStream",
    "UdpSocket",
    "ToSocketAddrs",
    "std::process",
    "std::thread",
    "Instant::now",
    "SystemTime",
    "Timestamp::now",
    "Zoned::now",
    "async fn",
];

/// No code of the layers 0 and 1 touches a clock, environment, file, network or thread. Tests may.
pub(super) fn pure_crates_touch_nothing(repository: &Repository) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for row in TABLE.iter().filter(|row| row.layer <= Layer::Pure) {
        let sources = format!("crates/{}/src/", row.name);
        let pages = repository.texts_of("rs").filter(|(path, _)| path.starts_with(&sources));
        for (path, text) in pages.filter(|(path, _)| !is_for_tests(path)) {
            let shipped = text.lines().take_while(|line| !line.contains("mod tests {"));
            for (index, line) in shipped.enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                for touched in IMPURE.iter().filter(|touched| code.contains(**touched)) {
                    complaints.push(Complaint::at_line(
                        path,
                        index,
                        format!("`{}` is pure, but touches `{touched}`", row.name),
                    ));
                }
            }
        }
    }
    complaints
}

/// Modules that are compiled for tests only, by their name.
fn is_for_tests(path: &str) -> bool {
    path.ends_with("/testing.rs") || path.ends_with("/tests.rs")
}

#[cfg(test)]
mod tests {
    use super::{Repository, pure_crates_touch_nothing};

    #[test]
    fn a_pure_crate_that_reads_files_is_found() {
        let code =
            "//! A. Not std::fs.\nuse std::fs;\n#[cfg(test)]\nmod tests {\nuse std::fs;\n}\n";
        let found = |path| pure_crates_touch_nothing(&Repository::of(&[(path, code)])).len();
        assert_eq!(found("crates/formats/src/a.rs"), 1);
        assert_eq!(found("crates/engine/src/a.rs"), 0);
    }
}
