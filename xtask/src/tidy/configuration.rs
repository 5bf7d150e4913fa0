//! Files that a program reads: TOML, JSON and Fluent.

use std::collections::BTreeSet;

use fluent_syntax::ast::{Entry, Resource};

use super::{Complaint, Repository};

/// Every TOML, JSON and Fluent file parses.
pub(super) fn every_file_parses(repository: &Repository) -> Vec<Complaint> {
    let toml = repository
        .texts_of("toml")
        .filter_map(|(path, text)| Some((path, text.parse::<toml::Table>().err()?.to_string())));
    let json = repository.texts_of("json").filter_map(|(path, text)| {
        let read = serde_json::from_str::<serde_json::Value>(text);
        Some((path, read.err()?.to_string()))
    });
    let fluent =
        repository.texts_of("ftl").filter_map(|(path, text)| Some((path, messages(text).err()?)));
    toml.chain(json)
        .chain(fluent)
        .map(|(path, error)| {
            Complaint::new(path, format!("does not parse: {}", error.replace('\n', " ")))
        })
        .collect()
}

/// A Fluent file in Japanese has its twin in English, and both have the same messages.
pub(super) fn languages_say_the_same(repository: &Repository) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, text) in repository.texts_of("ftl") {
        let Some(twin) = twin(path) else { continue };
        let Some(other) = repository.text(&twin) else {
            complaints.push(Complaint::new(path, format!("has no twin `{twin}`")));
            continue;
        };
        let (Ok(mine), Ok(others)) = (messages(text), messages(other)) else { continue };
        for missing in others.difference(&mine) {
            complaints.push(Complaint::new(path, format!("`{missing}` of `{twin}` is missing")));
        }
    }
    complaints
}

/// The same file in the other language.
fn twin(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = path.split('/').collect();
    for part in parts.iter_mut().rev() {
        *part = match *part {
            "ja" => "en",
            "en" => "ja",
            "ja.ftl" => "en.ftl",
            "en.ftl" => "ja.ftl",
            _ => continue,
        };
        return Some(parts.join("/"));
    }
    None
}

/// The identifiers of the messages and terms of a Fluent file, or what is wrong with it.
fn messages(text: &str) -> Result<BTreeSet<String>, String> {
    let resource: Resource<&str> = fluent_syntax::parser::parse(text).map_err(|(_, errors)| {
        errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    })?;
    let mut seen = BTreeSet::new();
    for entry in resource.body {
        let name = match entry {
            Entry::Message(message) => message.id.name.to_owned(),
            Entry::Term(term) => format!("-{}", term.id.name),
            _ => continue,
        };
        if !seen.insert(name.clone()) {
            return Err(format!("`{name}` stands twice"));
        }
    }
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use super::{Repository, every_file_parses, languages_say_the_same};

    #[test]
    fn broken_files_are_found() {
        let rows = [
            ("a.toml", "a = 1\n", 0),
            ("a.toml", "a =\n", 1),
            ("a.json", "{}\n", 0),
            ("a.json", "{\n", 1),
            ("a.ftl", "a = A\n", 0),
            ("a.ftl", "a = { $\n", 1),
            ("a.ftl", "a = A\na = B\n", 1),
            ("fixtures/broken.json", "{\n", 0),
        ];
        for (path, text, complaints) in rows {
            let found = every_file_parses(&Repository::of(&[(path, text)]));
            assert_eq!(found.len(), complaints, "{path} {text:?}: {found:?}");
        }
    }

    #[test]
    fn a_message_in_one_language_only_is_found() {
        let twins = [("l/ja/a.ftl", "a = 甲\nb = 乙\n"), ("l/en/a.ftl", "a = A\n")];
        let found = languages_say_the_same(&Repository::of(&twins));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, "l/en/a.ftl");
        assert_eq!(languages_say_the_same(&Repository::of(&[("ja.ftl", "a = 甲\n")])).len(), 1);
        assert!(languages_say_the_same(&Repository::of(&[("a.ftl", "a = A\n")])).is_empty());
    }
}
