//! A tree by its rows alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use yagura_lake::rows::{OrganisationRow, SuccessionRow};
use yagura_model::{Timestamp, organisation::OrganisationCode};

use super::Tree;

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
    let before = Tree::of(&rows, &[], time("2026-03-31"));
    assert_eq!(path(&before, "sakura/tokei/chosa"), "sakura/tokei/chosa < sakura/tokei < sakura");
    let after = Tree::of(&rows, &[], time("2026-04-01"));
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
    assert_eq!(Tree::of(&rows, &[], time("2020-01-01")).name("ume").unwrap().ja, "ume 2025-04-01");
}

#[test]
fn what_one_answered_for_passes_to_another() {
    let rows = [
        row("a", "", "", "2026-04-01"),
        row("b", "", "", ""),
        row("c", "", "", ""),
        row("d", "", "", "2027-04-01"),
    ];
    let pass = |organisation: &str, successor: &str, day: &str| SuccessionRow {
        organisation: organisation.to_owned(),
        successor: successor.to_owned(),
        passed_at: time(day),
    };
    let passes =
        [pass("a", "b", "2026-04-01"), pass("c", "d", "2026-04-01"), pass("d", "a", "2027-04-01")];
    let tree = |at: &str| Tree::of(&rows, &passes, time(at));
    let answers = |at: &str, code: &str, since: &str| {
        tree(at).answering(&Arc::from(code), time(since)).to_string()
    };
    assert_eq!(answers("2026-03-31", "a", "2020-01-01"), "a");
    assert_eq!(answers("2026-04-01", "a", "2020-01-01"), "b");
    // What is said of one that is no more, however late, is of its successor.
    assert_eq!(answers("2026-06-01", "a", "2026-05-01"), "b");
    // One that goes on keeps what comes to it later.
    assert_eq!(answers("2026-06-01", "c", "2020-01-01"), "d");
    assert_eq!(answers("2026-06-01", "c", "2026-05-01"), "c");
    // From one to the next to the next.
    assert_eq!(answers("2027-06-01", "c", "2020-01-01"), "b");
    assert_eq!(tree("2027-06-01").kin("b").into_iter().collect::<Vec<_>>(), ["a", "c", "d"]);
    assert_eq!(tree("2026-03-31").kin("b"), BTreeSet::new());
}

#[test]
fn organisations_are_also_meant_by_where_they_stand() {
    let rows = [
        row("sakura", "", "", ""),
        row("ume", "", "", ""),
        row("sakura/tokei", "ume", "", ""),
        row("sakura/tokei/chosa", "sakura/tokei", "", ""),
        row("sakura/kikaku", "sakura", "", ""),
        row("ume/kikaku", "sakura", "", ""),
    ];
    let tree = Tree::of(&rows, &[], time("2026-04-01"));
    let meant = |code: &str| tree.meant(&OrganisationCode::new(code).unwrap());
    assert_eq!(meant("ume/tokei").unwrap().as_str(), "sakura/tokei");
    assert_eq!(meant("ume/tokei/chosa").unwrap().as_str(), "sakura/tokei/chosa");
    // A code is always itself.
    assert_eq!(meant("sakura/tokei"), None);
    assert_eq!(meant("sakura/kikaku"), None);
    assert_eq!(&*tree.answering(&Arc::from("ume/tokei"), time("2026-04-01")), "sakura/tokei");
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
    let at = |day| Tree::of(&rows, &[], time(day));
    assert_eq!(path(&at("2026-03-01"), "a"), "a < c < d");
    assert_eq!(path(&at("2026-04-01"), "a"), "a < b");
    assert_eq!(path(&at("2026-04-01"), "b"), "b < a");
    // Ended: the last that was said of it.
    assert_eq!(path(&at("2026-06-01"), "c"), "c");
}
