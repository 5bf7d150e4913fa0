//! What every crate's manifest says.

use super::{Complaint, Repository};

/// Every crate has a description and takes the workspace's lints.
pub(super) fn every_crate_says_what_it_is(repository: &Repository) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, text) in repository.texts_of("toml") {
        let Ok(manifest) = text.parse::<toml::Table>() else { continue };
        let Some(package) = manifest.get("package") else { continue };
        let description = package.get("description").and_then(|value| value.as_str());
        if description.is_none_or(|words| words.trim().is_empty()) {
            complaints.push(Complaint::new(path, "the crate has no description"));
        }
        let own_workspace = manifest.contains_key("workspace");
        let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        if !own_workspace && lints.and_then(toml::Value::as_bool) != Some(true) {
            complaints.push(Complaint::new(path, "`[lints] workspace = true` is missing"));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::{Repository, every_crate_says_what_it_is};

    #[test]
    fn a_bare_manifest_is_complained_about_twice() {
        let bare = Repository::of(&[("a/Cargo.toml", "[package]\nname = \"a\"\n")]);
        assert_eq!(every_crate_says_what_it_is(&bare).len(), 2);
        let full = "[package]\ndescription = \"A.\"\n[lints]\nworkspace = true\n";
        assert!(every_crate_says_what_it_is(&Repository::of(&[("a/Cargo.toml", full)])).is_empty());
    }
}
