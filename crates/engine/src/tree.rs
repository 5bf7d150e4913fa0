//! The tree of organisations at a time: which organisation stands under which.
//!
//! This is the one place that says so. An organisation's code is a name and stays when it moves; what
//! it stands under is dated, and read from its rows at the time asked about and by what the snapshot
//! knows. Only of organisations nobody ever stated is the code read as a path.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use yagura_lake::{LakeError, Snapshot, rows::OrganisationRow, scan::Filter};
use yagura_model::{Timestamp, organisation::OrganisationCode};

use crate::links::hold_at;

/// A name in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Name {
    /// Japanese.
    pub ja: String,
    /// English; empty if nobody gave one.
    pub en: String,
}

/// The tree at a time.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    nodes: BTreeMap<Arc<str>, Node>,
}

/// An organisation somebody stated.
#[derive(Debug, Clone)]
struct Node {
    name: Name,
    /// The organisation above; `None` at the top.
    parent: Option<Arc<str>>,
    /// Itself and all above it, the topmost last.
    path: Vec<Arc<str>>,
}

impl Tree {
    /// The tree as it was at a time, by what a snapshot knows.
    ///
    /// # Errors
    /// If the lake cannot be read.
    pub async fn load(snapshot: &Snapshot, at: Timestamp) -> Result<Self, LakeError> {
        let rows: Vec<OrganisationRow> = snapshot.rows(&Filter::all()).await?;
        Ok(Self::of(&rows, at))
    }

    /// The tree that some rows make at a time.
    ///
    /// Of several rows of an organisation that hold the one that began last counts; where none holds,
    /// the one that ended last, else the one that begins first: what is still said of an organisation
    /// that is no more is better than nothing.
    pub(crate) fn of(rows: &[OrganisationRow], at: Timestamp) -> Self {
        let mut chosen: BTreeMap<&str, &OrganisationRow> = BTreeMap::new();
        for row in rows {
            let place = chosen.entry(&row.code).or_insert(row);
            if nearness(row, at) > nearness(place, at) {
                *place = row;
            }
        }
        let node = |(code, row): (&&str, &&OrganisationRow)| {
            let node = Node {
                name: Name { ja: row.name_ja.clone(), en: row.name_en.clone() },
                parent: above(&chosen, code).map(Arc::from),
                path: climb(code, |code| above(&chosen, code)),
            };
            (Arc::from(*code), node)
        };
        Self { nodes: chosen.iter().map(node).collect() }
    }

    /// An organisation and all above it, the topmost last.
    pub fn path(&self, code: &str) -> Vec<Arc<str>> {
        match self.nodes.get(code) {
            Some(node) => node.path.clone(),
            None => climb(code, |code| match self.nodes.get(code) {
                Some(node) => node.parent.as_deref(),
                None => above_in(code),
            }),
        }
    }

    /// Whether an organisation is another one or stands below it.
    pub fn is_within(&self, code: &str, other: &OrganisationCode) -> bool {
        let other = other.as_str();
        match self.nodes.get(code) {
            Some(node) => node.path.iter().any(|above| **above == *other),
            None => self.path(code).iter().any(|above| **above == *other),
        }
    }

    /// Whether anybody stated an organisation, or one below it.
    pub fn knows(&self, organisation: &OrganisationCode) -> bool {
        self.nodes.keys().any(|code| self.is_within(code, organisation))
    }

    /// What an organisation is called.
    pub fn name(&self, code: &str) -> Option<&Name> {
        self.nodes.get(code).map(|node| &node.name)
    }

    /// The codes of all organisations that were ever stated.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.nodes.keys().map(|code| &**code)
    }
}

/// Between the times at which rows of organisations begin and end, the tree stands still.
#[derive(Debug)]
pub(crate) struct Ages {
    rows: Vec<OrganisationRow>,
    /// When it changes, ascending.
    changes: BTreeSet<Timestamp>,
    trees: BTreeMap<Option<Timestamp>, Tree>,
}

impl Ages {
    /// The tree at every time, by what a snapshot knows.
    pub(crate) async fn load(snapshot: &Snapshot) -> Result<Self, LakeError> {
        let rows: Vec<OrganisationRow> = snapshot.rows(&Filter::all()).await?;
        let changes =
            rows.iter().flat_map(|row| [row.valid_from, row.valid_to]).flatten().collect();
        Ok(Self { rows, changes, trees: BTreeMap::new() })
    }

    /// The tree at a time.
    pub(crate) fn at(&mut self, at: Timestamp) -> &Tree {
        let age = self.changes.range(..=at).next_back().copied();
        let rows = &self.rows;
        self.trees.entry(age).or_insert_with(|| Tree::of(rows, at))
    }
}

/// How well a row tells of a time: the more, the better.
fn nearness(row: &OrganisationRow, at: Timestamp) -> (u8, Timestamp) {
    let from = row.valid_from.unwrap_or(Timestamp::MIN);
    match (hold_at(at, row.valid_from, row.valid_to), row.valid_to) {
        (true, _) => (2, from),
        (false, Some(to)) if to <= at => (1, to),
        // The earlier it begins, the better.
        (false, _) => (0, Timestamp::from_nanosecond(-from.as_nanosecond()).unwrap_or(from)),
    }
}

/// What stands above an organisation by its row, else by its code.
fn above<'c>(chosen: &BTreeMap<&str, &'c OrganisationRow>, code: &'c str) -> Option<&'c str> {
    match chosen.get(code) {
        Some(row) => Some(row.parent.as_str()).filter(|parent| !parent.is_empty()),
        None => above_in(code),
    }
}

/// What stands above an organisation of which only the code is known.
fn above_in(code: &str) -> Option<&str> {
    code.rsplit_once('/').map(|(above, _)| above)
}

/// An organisation and all above it; one that stands above itself is met once.
fn climb<'c>(code: &'c str, above: impl Fn(&'c str) -> Option<&'c str>) -> Vec<Arc<str>> {
    let mut path = vec![Arc::from(code)];
    let mut next = above(code);
    while let Some(code) = next.filter(|code| !path.iter().any(|met: &Arc<str>| **met == **code)) {
        path.push(Arc::from(code));
        next = above(code);
    }
    path
}

#[cfg(test)]
mod everywhere;

#[cfg(test)]
mod tests {
    use super::*;

    fn time(day: &str) -> Timestamp {
        format!("{day}T00:00:00+09:00").parse().unwrap()
    }

    fn row(code: &str, parent: &str, from: &str, to: &str) -> OrganisationRow {
        let day = |day: &str| (!day.is_empty()).then(|| time(day));
        OrganisationRow {
            code: code.to_owned(),
            name_ja: format!("{code} {from}"),
            name_en: String::new(),
            parent: parent.to_owned(),
            valid_from: day(from),
            valid_to: day(to),
        }
    }

    fn path(tree: &Tree, code: &str) -> String {
        tree.path(code).iter().map(|code| code.to_string()).collect::<Vec<_>>().join(" < ")
    }

    #[test]
    fn what_stands_above_an_organisation_is_dated_and_its_code_is_a_name() {
        let rows = [
            row("sakura", "", "", ""),
            row("ume", "", "2025-04-01", ""),
            row("sakura/tokei", "sakura", "", "2026-04-01"),
            row("sakura/tokei", "ume", "2026-04-01", ""),
            row("sakura/tokei/chosa", "sakura/tokei", "", ""),
        ];
        let ume = OrganisationCode::new("ume").unwrap();
        let sakura = OrganisationCode::new("sakura").unwrap();
        let before = Tree::of(&rows, time("2026-03-31"));
        assert_eq!(
            path(&before, "sakura/tokei/chosa"),
            "sakura/tokei/chosa < sakura/tokei < sakura"
        );
        let after = Tree::of(&rows, time("2026-04-01"));
        assert_eq!(path(&after, "sakura/tokei/chosa"), "sakura/tokei/chosa < sakura/tokei < ume");
        assert!(after.is_within("sakura/tokei", &ume) && !after.is_within("sakura/tokei", &sakura));
        // Nobody stated it: its code says where it stands, as far as nothing else does.
        assert_eq!(
            path(&after, "sakura/tokei/x/y"),
            "sakura/tokei/x/y < sakura/tokei/x < sakura/tokei < ume"
        );
        assert!(after.is_within("sakura/tokei/x/y", &ume));
        assert!(after.knows(&ume) && !after.knows(&OrganisationCode::new("um").unwrap()));
        // Before it began it is called what it was called first.
        assert_eq!(Tree::of(&rows, time("2020-01-01")).name("ume").unwrap().ja, "ume 2025-04-01");
    }

    #[test]
    fn of_rows_that_overlap_the_one_that_began_last_counts_and_circles_end() {
        let rows = [
            row("a", "b", "2026-04-01", ""),
            row("a", "c", "", ""),
            row("b", "a", "", ""),
            row("c", "", "2026-04-01", "2026-05-01"),
            row("c", "d", "", "2026-04-01"),
        ];
        let at = |day| Tree::of(&rows, time(day));
        assert_eq!(path(&at("2026-03-01"), "a"), "a < c < d");
        assert_eq!(path(&at("2026-04-01"), "a"), "a < b");
        assert_eq!(path(&at("2026-04-01"), "b"), "b < a");
        // Ended: the last that was said of it.
        assert_eq!(path(&at("2026-06-01"), "c"), "c");
    }
}
