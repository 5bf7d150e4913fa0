//! Dependency arrows: between the crates of the workspace, and to what only some may know.

use super::layers::{ANY, HOMES, IMPURE, Layer, TABLE, is_of, row};
use super::repository::{Crate, Dependency};
use super::{Complaint, Repository};

/// Every arrow between crates is one of the layer table.
pub(super) fn between_crates(repository: &Repository) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (name, member) in &repository.crates {
        let Some(row) = row(name) else {
            complaints.push(Complaint::new(
                &member.manifest,
                format!("`{name}` is in no layer: give it a row in `xtask/src/tidy/layers.rs`"),
            ));
            continue;
        };
        for dependency in &member.dependencies {
            let known = TABLE.iter().any(|row| row.name == dependency.name);
            let allowed = row.may_know == ANY
                || row.may_know.contains(&dependency.name.as_str())
                || (dependency.for_tests && dependency.name == "testkit");
            if known && !allowed {
                complaints.push(forbidden(
                    name,
                    member,
                    dependency,
                    "no such arrow in the layer table",
                ));
            }
        }
    }
    complaints
}

/// Packages from outside stay in the crates that are their home.
pub(super) fn to_outside(repository: &Repository) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (name, member) in &repository.crates {
        let pure = row(name).is_some_and(|row| row.layer <= Layer::Pure);
        for dependency in &member.dependencies {
            for home in HOMES.iter().filter(|home| is_of(&dependency.name, home.family)) {
                let in_tests = dependency.for_tests && home.in_tests;
                if !in_tests && !home.at.contains(&name.as_str()) {
                    complaints.push(forbidden(name, member, dependency, home.why));
                }
            }
            if pure && !dependency.for_tests && IMPURE.contains(&dependency.name.as_str()) {
                complaints.push(forbidden(name, member, dependency, "the layers 0 and 1 are pure"));
            }
        }
    }
    complaints
}

fn forbidden(name: &str, member: &Crate, dependency: &Dependency, why: &str) -> Complaint {
    Complaint::new(
        &member.manifest,
        format!("`{name}` may not depend on `{}`: {why}", dependency.name),
    )
}

#[cfg(test)]
mod tests {
    use super::super::layers::{ANY, Layer, TABLE};
    use super::super::repository::{Crate, Dependency, Repository};
    use super::{between_crates, to_outside};

    fn with(name: &str, dependency: &str, for_tests: bool) -> Repository {
        let dependencies = vec![Dependency { name: dependency.to_owned(), for_tests }];
        let member = Crate { manifest: format!("crates/{name}/Cargo.toml"), dependencies };
        Repository { crates: [(name.to_owned(), member)].into(), ..Repository::default() }
    }

    #[test]
    fn only_the_arrows_of_the_table_are_allowed() {
        let rows = [
            ("lake", "model", false, 0),
            ("lake", "formats", false, 1),
            ("lake", "formats", true, 1),
            ("lake", "testkit", false, 1),
            ("lake", "testkit", true, 0),
            ("model", "serde", false, 0),
            ("engine", "api", false, 1),
            ("cli", "formats", false, 1),
            ("xtask", "formats", false, 0),
            ("utils", "model", false, 1),
        ];
        for (from, to, for_tests, complaints) in rows {
            let found = between_crates(&with(from, to, for_tests));
            assert_eq!(found.len(), complaints, "{from} → {to}: {found:?}");
        }
    }

    #[test]
    fn outside_packages_stay_at_home() {
        let rows = [
            ("lake", "datafusion", false, 0),
            ("engine", "datafusion", false, 1),
            ("engine", "datafusion-common", true, 1),
            ("testkit", "parquet", false, 1),
            ("engine", "arrowhead", false, 0),
            ("engine", "sea-orm", false, 1),
            ("cli", "axum", false, 1),
            ("engine", "anyhow", false, 1),
            ("engine", "anyhow", true, 0),
            ("formats", "tokio", false, 1),
            ("engine", "tokio", false, 0),
        ];
        for (from, to, for_tests, complaints) in rows {
            let found = to_outside(&with(from, to, for_tests));
            assert_eq!(found.len(), complaints, "{from} → {to}: {found:?}");
        }
    }

    #[test]
    fn the_table_has_no_cycle_and_no_stranger() {
        let layer_of =
            |name: &str| TABLE.iter().find(|row| row.name == name).map(|row| row.layer).unwrap();
        for row in TABLE.iter().filter(|row| row.may_know != ANY) {
            for known in row.may_know {
                let below = layer_of(known) < row.layer;
                assert!(below && layer_of(known) < Layer::Development, "{} → {known}", row.name);
            }
        }
    }
}
