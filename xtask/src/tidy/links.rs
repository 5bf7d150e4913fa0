//! Links in Markdown that stay inside the repository.

use std::collections::BTreeSet;

use super::{Complaint, Repository};

/// Every such link leads to a file, a folder, or a heading.
pub(super) fn every_link_leads_somewhere(repository: &Repository) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, text) in repository.texts_of("md") {
        for (index, target) in links(text) {
            if !leads(repository, path, target) {
                complaints.push(Complaint::at_line(
                    path,
                    index,
                    format!("`{target}` leads nowhere"),
                ));
            }
        }
    }
    complaints
}

/// The targets of a page's links with the index of their line, code aside.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut fenced = false;
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        for piece in line.split("](").skip(1) {
            if let Some((target, _)) = piece.split_once(')') {
                found.push((index, target));
            }
        }
    }
    found
}

fn leads(repository: &Repository, from: &str, target: &str) -> bool {
    if target.contains("://") || target.starts_with("mailto:") {
        return true;
    }
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let to = if file.is_empty() { Some(from.to_owned()) } else { resolve(from, file) };
    let Some(to) = to else { return false };
    if !exists(repository, &to) {
        return false;
    }
    heading.is_empty() || repository.text(&to).is_none_or(|text| headings(text).contains(heading))
}

fn exists(repository: &Repository, path: &str) -> bool {
    let folder = format!("{}/", path.trim_end_matches('/'));
    repository.files.contains_key(path)
        || repository.files.keys().any(|file| file.starts_with(&folder))
}

/// The path that a link from a page means, from the root; `None` outside the repository.
fn resolve(from: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The anchors of a page's headings, as code hosts make them.
fn headings(text: &str) -> BTreeSet<String> {
    let title = |line: &str| line.starts_with('#').then(|| line.trim_start_matches('#').to_owned());
    text.lines().filter_map(title).map(|title| anchor(&title)).collect()
}

fn anchor(title: &str) -> String {
    let kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
    title.trim().to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::{Repository, every_link_leads_somewhere};

    #[test]
    fn dead_links_are_found() {
        let rows = [
            ("[a](../README.md)", 0),
            ("[a](../README.md#two-commands)", 0),
            ("[a](../README.md#three-commands)", 1),
            ("[a](adr)", 0),
            ("[a](adr/0002.md) and [b](adr/0001.md)", 1),
            ("[a](../../outside.md)", 1),
            ("[a](https://example.com/x)", 0),
            ("[a](#here)\n\n# Here", 0),
            ("```\n[a](nowhere.md)\n```", 0),
        ];
        for (text, complaints) in rows {
            let repository = Repository::of(&[
                ("README.md", "# Yagura\n\n## Two commands\n"),
                ("docs/adr/0001.md", "# One\n"),
                ("docs/page.md", text),
            ]);
            let found = every_link_leads_somewhere(&repository);
            assert_eq!(found.len(), complaints, "{text}: {found:?}");
        }
    }
}
