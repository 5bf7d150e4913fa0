//! Lists in the documents that must name what is there.

use super::{Complaint, Repository};

/// `ARCHITECTURE.md` has a sentence on every crate.
pub(super) fn every_crate_is_in_the_architecture(repository: &Repository) -> Vec<Complaint> {
    let names = repository.crates.keys().map(String::as_str);
    missing(repository, "ARCHITECTURE.md", names)
}

/// The glossary has every public module of `model`: the nouns.
pub(super) fn every_noun_is_in_the_glossary(repository: &Repository) -> Vec<Complaint> {
    let nouns = repository.text("crates/model/src/lib.rs").unwrap_or_default();
    let noun = |line| str::strip_prefix(line, "pub mod ")?.strip_suffix(';');
    missing(repository, "docs/glossary.md", nouns.lines().filter_map(noun))
}

/// Complains about names that a page does not have in backticks.
fn missing<'n>(
    repository: &Repository,
    page: &str,
    names: impl Iterator<Item = &'n str>,
) -> Vec<Complaint> {
    let text = repository.text(page).unwrap_or_default();
    names
        .filter(|name| !text.contains(&format!("`{name}`")))
        .map(|name| Complaint::new(page, format!("does not mention `{name}`")))
        .collect()
}

/// Every decision is in the index, has its sections, and no number is taken twice.
pub(super) fn every_decision_is_in_its_index(repository: &Repository) -> Vec<Complaint> {
    const FOLDER: &str = "docs/adr/";
    const SECTIONS: [&str; 4] = ["## Context", "## Decision", "## Rejected", "## Consequences"];
    let index = repository.text("docs/adr/README.md").unwrap_or_default();
    let mut complaints = Vec::new();
    let mut numbers = Vec::new();
    for (path, text) in repository.texts_of("md") {
        let Some(name) = path.strip_prefix(FOLDER).filter(|name| *name != "README.md") else {
            continue;
        };
        if !index.contains(&format!("]({name})")) {
            complaints.push(Complaint::new("docs/adr/README.md", format!("`{name}` is missing")));
        }
        for section in SECTIONS.iter().filter(|section| !text.lines().any(|line| line == **section))
        {
            complaints.push(Complaint::new(path, format!("`{section}` is missing")));
        }
        let number = name.split('-').next().unwrap_or_default();
        if number.len() != 4 || numbers.contains(&number) {
            complaints.push(Complaint::new(path, "needs a four-digit number of its own"));
        }
        numbers.push(number);
    }
    complaints
}

/// Every line of the roadmap's tables says how far it is, in one of three words.
pub(super) fn the_roadmap_has_states(repository: &Repository) -> Vec<Complaint> {
    const PAGE: &str = "docs/roadmap.md";
    const STATES: [&str; 3] = ["stands", "in work", "next"];
    let text = repository.text(PAGE).unwrap_or_default();
    let mut complaints = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| line.starts_with('|')) {
        let first = line.trim_matches('|').split('|').next().unwrap_or_default().trim();
        let frame = first == "state" || first.chars().all(|letter| letter == '-');
        if !frame && !STATES.contains(&first) {
            complaints.push(Complaint::at_line(
                PAGE,
                index,
                format!("`{first}` is no state: {}", STATES.join(", ")),
            ));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::{
        Repository, every_decision_is_in_its_index, every_noun_is_in_the_glossary,
        the_roadmap_has_states,
    };

    #[test]
    fn a_noun_that_is_in_no_glossary_is_found() {
        let repository = Repository::of(&[
            ("crates/model/src/lib.rs", "pub mod asset;\npub mod check;\nmod inner;\n"),
            ("docs/glossary.md", "| `asset` | 資産 |\n"),
        ]);
        assert_eq!(every_noun_is_in_the_glossary(&repository).len(), 1);
    }

    #[test]
    fn a_decision_out_of_order_is_found() {
        let whole = "# A\n\n## Context\n\n## Decision\n\n## Rejected\n\n## Consequences\n";
        let repository = Repository::of(&[
            ("docs/adr/README.md", "- [A](0001-a.md)\n"),
            ("docs/adr/0001-a.md", whole),
            ("docs/adr/0001-b.md", "# B\n\n## Context\n\n## Decision\n\n## Consequences\n"),
        ]);
        let found = every_decision_is_in_its_index(&repository);
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn a_line_without_a_state_is_found() {
        let page = "| state | what |\n|---|---|\n| stands | A |\n| soon | B |\n";
        let found = the_roadmap_has_states(&Repository::of(&[("docs/roadmap.md", page)]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, "docs/roadmap.md:4");
    }
}
