//! 組織改編: past and present are both right, the whole is the same across midnight, nothing is doubled,
//! and everything can be taken back.

use std::time::Duration;

use yagura_baseline::{master::Master, model::Model};
use yagura_lake::{
    rows::{OrganisationRow, SuccessionRow},
    scan::Filter,
};
use yagura_model::{
    Timestamp, id::DecisionKey, organisation::OrganisationCode, points::MicroPoints,
};

use super::{Reorganisation, ReorganisationError, Reorganised, What, history};
use crate::{
    browse::assets::{Listed, Which, list},
    decisions::Signed,
    ingest::Ingested,
    score::{By, ScoreRun, Sweep},
    testing::{House, Times},
};

/// The day of the reorganisation, in the future of every test: the clock stands at 2026-11-01.
const DAY: &str = "2026-10-01T00:00:00+09:00";
const EVE: &str = "2026-09-30T23:59:59.999999+09:00";

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn code(text: &str) -> OrganisationCode {
    OrganisationCode::new(text).unwrap()
}

fn signed() -> Signed {
    Signed { by: "山田".to_owned(), second: None, reason: "組織規則の改正".to_owned() }
}

fn of(house: &House) -> Reorganisation {
    Reorganisation {
        lake: house.ingest.lake.clone(),
        model: Model::shipped().clone(),
        master: Master::shipped().clone(),
        clock: house.ingest.clock,
        wait: Duration::ZERO,
    }
}

async fn decide(house: &House, what: &What) -> Result<Reorganised, ReorganisationError> {
    let tried = of(house).try_out(what).await;
    let done = of(house).decide(what, &signed()).await;
    if let (Ok(tried), Ok(done)) = (&tried, &done) {
        assert_eq!(tried.decision, None);
        assert_eq!(tried.effects, done.effects, "a trial tells what happens");
        assert_eq!(done.effects.total_before, done.effects.total_after);
    } else {
        let text = |of: &Result<_, ReorganisationError>| of.as_ref().err().map(ToString::to_string);
        assert_eq!(text(&tried), text(&done));
    }
    done
}

fn organisation(text: &str, parent: &str) -> String {
    let parent = if parent.is_empty() { String::new() } else { format!(r#","parent":"{parent}""#) };
    format!(r#""kind":"organisation","organisation_code":"{text}","name":"{text}課"{parent}"#)
}

fn device(number: u8, managed_by: &str) -> String {
    let managed_by = match managed_by {
        "" => String::new(),
        code => format!(r#","managed_by":"{code}""#),
    };
    format!(
        r#""device_number":"PC-{number}","serial":"SN-{number:04}","hostname":"pc{number}","exposure":"internal","part_of":"S-{number}"{managed_by}"#
    )
}

/// Two ministries with a bureau each, whose devices a register and an inventory of each tell of.
async fn house() -> House {
    let house = House::new();
    let at = time("2026-09-01T00:00:00Z");
    let tree = [
        organisation("sakura", ""),
        organisation("ume", ""),
        organisation("sakura/tokei", "sakura"),
        organisation("sakura/tokei/chosa", "sakura/tokei"),
        organisation("ume/joho", "ume"),
    ];
    house.take_rows("sakura", "organisations", at, &tree).await;
    let rows = [device(1, "sakura"), device(2, "sakura/tokei"), device(3, "sakura/tokei/chosa")];
    house.take_rows("sakura", "register", at, &rows).await;
    house.take_rows("sakura/tokei", "agents", at, &[device(4, "")]).await;
    house.take_rows("ume", "register", at, &[device(5, "ume/joho")]).await;
    house
}

/// The assets and open points of the government and of some organisations.
async fn sums(house: &House, at: &str, codes: &[&str]) -> (MicroPoints, Vec<u64>) {
    let snapshot = house.snapshot(None).await;
    let (model, master, at) = (Model::shipped(), Master::shipped(), time(at));
    let sweep = Sweep::run(&snapshot, model, master, at, None).await.unwrap();
    let (run, _) = ScoreRun::all(&snapshot, model, master, at).await.unwrap();
    let lines = sweep.totals(By::Organisation);
    let parts: Vec<_> = run.totals(By::Organisation).into_iter().map(|l| (l.key, l.open)).collect();
    assert_eq!(parts, lines.iter().map(|l| (l.key.clone(), l.open)).collect::<Vec<_>>());
    let of = |code: &&str| lines.iter().find(|l| l.key == **code).map_or(0, |line| line.assets);
    (sweep.whole().open, codes.iter().map(of).collect())
}

async fn rows(house: &House) -> (Vec<OrganisationRow>, Vec<SuccessionRow>) {
    let snapshot = house.snapshot(None).await;
    let mut rows: Vec<OrganisationRow> = snapshot.rows(&Filter::all()).await.unwrap();
    rows.sort_by_key(|row| (row.code.clone(), row.valid_from));
    (rows, snapshot.rows(&Filter::all()).await.unwrap())
}

async fn listed(house: &House) -> Vec<Listed> {
    let snapshot = house.snapshot(None).await;
    let (model, master) = (Model::shipped(), Master::shipped());
    let now = time("2026-11-01T00:00:00Z");
    let mut all = list(&snapshot, model, master, &Which::default(), now).await.unwrap();
    all.sort_by_key(|line| line.asset);
    all
}

const CODES: [&str; 5] = ["sakura", "ume", "sakura/tokei", "sakura/tokei/chosa", "ume/joho"];

fn moving() -> What {
    What::Move { organisation: code("sakura/tokei"), under: Some(code("ume")), from: time(DAY) }
}

fn merging() -> What {
    What::Merge {
        organisations: vec![code("sakura/tokei")],
        into: code("ume/joho"),
        from: time(DAY),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_moves_on_a_day_and_the_whole_is_the_same_across_midnight() {
    let house = house().await;
    let before = sums(&house, EVE, &CODES).await;
    assert_eq!(before.1, [4, 1, 3, 1, 1]);
    let done = decide(&house, &moving()).await.unwrap();
    let effects = &done.effects;
    assert_eq!(effects.organisations.len(), 1);
    let counts: Vec<_> = effects.assets.iter().map(|c| (c.class, c.passed, c.moved)).collect();
    assert_eq!(counts, [(yagura_model::domain::AssetClass::Device, 0, 3)]);
    assert_eq!(effects.systems.iter().collect::<Vec<_>>(), ["S-2", "S-3", "S-4"]);
    let lines: Vec<_> =
        effects.lines.iter().map(|l| (l.code.as_str(), l.before.assets, l.after.assets)).collect();
    assert_eq!(lines, [("sakura", 4, 1), ("ume", 1, 4)]);
    // The eve and the day: the same points at the micro-point, in another tree.
    assert_eq!(sums(&house, EVE, &CODES).await, before);
    let after = sums(&house, DAY, &CODES).await;
    assert_eq!(after, (before.0, vec![1, 4, 3, 1, 1]));
    // What was known before knows nothing of it.
    let known = "SELECT count(*) FROM organisation_tree WHERE organisation = 'sakura/tokei' \
                 AND above = 'ume'";
    let times =
        |known_at: Option<&str>| Times { as_of: Some(time(DAY)), known_at: known_at.map(time) };
    assert_eq!(house.ask_at(known, times(None)).await, ["1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_planned_for_later_changes_nothing_yet() {
    let house = house().await;
    let before = sums(&house, "2026-11-01T00:00:00Z", &CODES).await;
    let later = "2027-04-01T00:00:00+09:00";
    let what = What::Move {
        organisation: code("sakura/tokei"),
        under: Some(code("ume")),
        from: time(later),
    };
    decide(&house, &what).await.unwrap();
    assert_eq!(sums(&house, "2026-11-01T00:00:00Z", &CODES).await, before);
    assert_eq!(sums(&house, later, &CODES).await.1, [1, 4, 3, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn organisations_that_end_in_another_pass_on_what_they_answer_for() {
    let house = house().await;
    let before = sums(&house, EVE, &CODES).await;
    let done = decide(&house, &merging()).await.unwrap();
    let told = |change: &super::OrganisationChange| {
        let parent = |side: &Option<super::Side>| {
            side.as_ref().map(|side| side.parent.clone().unwrap_or_default()).unwrap_or("-".into())
        };
        let successor = change.successor.as_deref().unwrap_or("-");
        format!("{} {} {} {successor}", change.code, parent(&change.before), parent(&change.after))
    };
    let told: Vec<String> = done.effects.organisations.iter().map(told).collect();
    assert_eq!(
        told,
        ["sakura/tokei sakura - ume/joho", "sakura/tokei/chosa sakura/tokei ume/joho -"]
    );
    let sources: Vec<_> = done.effects.sources.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(sources, ["agents"]);
    assert_eq!(sums(&house, EVE, &CODES).await, before);
    assert_eq!(sums(&house, DAY, &CODES).await, (before.0, vec![1, 4, 0, 1, 4]));
    let all = listed(&house).await;
    let of = |name: &str| {
        let known = |line: &&Listed| line.known_as.iter().any(|known| known == name);
        all.iter().find(known).map(|line| line.organisation.as_str()).unwrap()
    };
    assert_eq!(["pc2", "pc3", "pc4"].map(of), ["ume/joho", "sakura/tokei/chosa", "ume/joho"]);
}

/// What is sent again makes nothing new.
fn known(ingested: &Ingested, assets: u64) {
    let effects = ingested.effects;
    assert_eq!((effects.assets_new, effects.assets_matched, effects.assets_held), (0, assets, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_after_a_reorganisation_by_the_old_code_or_the_new_doubles_nothing() {
    let house = house().await;
    decide(&house, &merging()).await.unwrap();
    let at = |day: u8| time(&format!("2026-10-{day:02}T00:00:00Z"));
    // The source goes on, by its old organisation or by the one that answers now.
    known(&house.take_rows("sakura/tokei", "agents", at(5), &[device(4, "")]).await, 1);
    known(&house.take_rows("ume/joho", "agents", at(6), &[device(4, "")]).await, 1);
    let sources = house.ask("SELECT organisation, name FROM sources ORDER BY 1, 2").await;
    assert_eq!(sources.iter().filter(|line| line.ends_with("agents")).count(), 1);
    // Another source of the new organisation sees the same machine.
    known(&house.take_rows("ume/joho", "scanner", at(7), &[device(4, "")]).await, 1);
    // And the old one sees one that only the new organisation has told of.
    let new = house.take_rows("ume/joho", "scanner", at(8), &[device(4, ""), device(6, "")]).await;
    assert_eq!(new.effects.assets_new, 1);
    known(
        &house.take_rows("sakura/tokei", "agents", at(9), &[device(4, ""), device(6, "")]).await,
        2,
    );
    assert_eq!(listed(&house).await.len(), 6);
    // An old statement of who answers is one of the successor.
    house.take_rows("sakura", "register", at(10), &[device(2, "sakura/tokei")]).await;
    let two = listed(&house).await.into_iter().find(|line| line.known_as.contains(&"pc2".into()));
    assert_eq!(two.unwrap().organisation, "ume/joho");
    // A register that has not heard of it brings nothing back.
    let old = [
        organisation("sakura/tokei", "sakura"),
        organisation("sakura/tokei/chosa", "sakura/tokei"),
    ];
    let told = house.take_rows("sakura", "organisations", at(11), &old).await;
    let account = told.tally.account;
    assert_eq!((account.facts, account.dropped, told.tally.warnings.len()), (0, 2, 2));
    assert_eq!(sums(&house, "2026-10-12T00:00:00Z", &CODES).await.1[..3], [1, 5, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_that_moved_is_known_by_where_it_stands_too() {
    let house = house().await;
    decide(&house, &moving()).await.unwrap();
    let at = time("2026-10-05T00:00:00Z");
    let again = house.take_rows("ume/tokei", "agents", at, &[device(4, "")]).await;
    known(&again, 1);
    assert!(again.organisations_new.is_empty());
    house.take_rows("ume", "register", at, &[device(7, "ume/tokei/chosa")]).await;
    assert_eq!(sums(&house, "2026-10-06T00:00:00Z", &CODES).await.1, [1, 5, 4, 2, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_goes_on_keeps_what_comes_to_it_after_it_passed_the_rest_on() {
    let house = house().await;
    let what =
        What::Pass { organisation: code("sakura/tokei"), to: code("ume/joho"), from: time(DAY) };
    decide(&house, &what).await.unwrap();
    assert_eq!(sums(&house, DAY, &CODES).await.1, [2, 3, 1, 1, 3]);
    let at = time("2026-10-05T00:00:00Z");
    house.take_rows("sakura/tokei", "agents", at, &[device(4, ""), device(8, "")]).await;
    assert_eq!(sums(&house, "2026-10-06T00:00:00Z", &CODES).await.1, [3, 3, 2, 1, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_is_exactly_as_it_was_and_the_history_tells_of_it() {
    let house = house().await;
    let (before, sums_before) = (rows(&house).await, sums(&house, DAY, &CODES).await);
    for what in [moving(), merging()] {
        let done = decide(&house, &what).await.unwrap();
        assert_ne!(rows(&house).await, before);
        let undone = decide(&house, &What::Undo(done.decision.unwrap().0)).await.unwrap();
        assert_eq!((undone.undoes, undone.from), (done.decision, time(DAY)));
        assert_eq!(rows(&house).await, before);
        assert_eq!(sums(&house, DAY, &CODES).await, sums_before);
    }
    let again = decide(&house, &What::Undo(DecisionKey(2))).await.unwrap();
    assert_eq!(again.decision.unwrap().to_string(), "D-5");
    assert_eq!(sums(&house, DAY, &CODES).await.1, [1, 4, 3, 1, 1]);
    let snapshot = house.snapshot(None).await;
    let steps = history(&snapshot, None).await.unwrap();
    let told = |step: &super::Step| {
        let decision = step.decision.as_ref().unwrap();
        let codes: Vec<&str> = step.changes.iter().map(|change| change.code.as_str()).collect();
        format!("{} {} {}", decision.decision, decision.by, codes.join(" "))
    };
    assert_eq!(
        steps.iter().map(told).collect::<Vec<_>>(),
        [
            "D-1 山田 sakura/tokei",
            "D-2 山田 sakura/tokei",
            "D-3 山田 sakura/tokei sakura/tokei/chosa",
            "D-4 山田 sakura/tokei sakura/tokei/chosa",
            "D-5 山田 sakura/tokei",
        ]
    );
    let of_one = history(&snapshot, Some(&code("sakura/tokei"))).await.unwrap();
    assert_eq!((of_one.len(), of_one[0].decision.is_none()), (6, true));
    let undone_by = steps[0].decision.as_ref().unwrap().undone_by;
    assert_eq!(undone_by, None, "what was given again stands");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_refused_and_nothing_is_changed() {
    let house = house().await;
    let before = rows(&house).await;
    let from = time(DAY);
    let refused = async |what: What| decide(&house, &what).await.unwrap_err().to_string();
    let under = |organisation: &str, under: &str| What::Move {
        organisation: code(organisation),
        under: Some(code(under)),
        from,
    };
    assert_eq!(refused(under("nowhere", "ume")).await, "the organisation `nowhere` is not known");
    assert_eq!(refused(under("ume", "nowhere")).await, "the organisation `nowhere` is not known");
    assert_eq!(refused(under("ume", "ume")).await, "`ume` was named twice");
    assert_eq!(refused(under("ume/joho", "ume")).await, "nothing of `ume/joho` would change");
    let circle = refused(under("sakura", "sakura/tokei/chosa")).await;
    assert_eq!(circle, "`sakura` would stand below itself at 2026-09-30T15:00:00Z");
    let abolish = |organisation: &str| What::Abolish { organisation: code(organisation), from };
    assert_eq!(
        refused(abolish("sakura/tokei")).await,
        "`sakura/tokei/chosa` stands below `sakura/tokei`"
    );
    assert_eq!(refused(abolish("ume/joho")).await, "`ume/joho` answers for 1 assets");
    assert_eq!(refused(What::Undo(DecisionKey(9))).await, "there is no decision `D-9`");
    let unsigned = Signed { reason: " ".to_owned(), ..signed() };
    assert!(of(&house).decide(&moving(), &unsigned).await.is_err());
    assert_eq!(rows(&house).await, before);

    // What was built on is taken back first.
    decide(&house, &moving()).await.unwrap();
    let rename = What::Rename {
        organisation: code("sakura/tokei"),
        name_ja: Some("統計庁".to_owned()),
        name_en: None,
        from,
    };
    decide(&house, &rename).await.unwrap();
    let since = refused(What::Undo(DecisionKey(1))).await;
    assert_eq!(since, "`sakura/tokei` was changed since `D-1`");
    decide(&house, &What::Undo(DecisionKey(2))).await.unwrap();
    decide(&house, &What::Undo(DecisionKey(1))).await.unwrap();
    assert_eq!(refused(What::Undo(DecisionKey(1))).await, "`D-1` was taken back by `D-4`");
    assert_eq!(rows(&house).await, before);
    // What begins on the day cannot end on it.
    let new = format!(r#"{},"from":"{DAY}""#, organisation("ume/shin", "ume"));
    house.take_rows("ume", "organisations", from, &[new]).await;
    let end = What::Merge { organisations: vec![code("ume/shin")], into: code("ume"), from };
    assert_eq!(refused(end).await, "the organisation `ume/shin` begins at 2026-09-30T15:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_things_may_happen_to_an_organisation_on_one_day() {
    let house = house().await;
    let before = rows(&house).await;
    decide(&house, &moving()).await.unwrap();
    decide(&house, &merging()).await.unwrap();
    assert_eq!(sums(&house, EVE, &CODES).await.1, [4, 1, 3, 1, 1]);
    assert_eq!(sums(&house, DAY, &CODES).await.1, [1, 4, 0, 1, 4]);
    decide(&house, &What::Undo(DecisionKey(2))).await.unwrap();
    assert_eq!(sums(&house, DAY, &CODES).await.1, [1, 4, 3, 1, 1]);
    decide(&house, &What::Undo(DecisionKey(1))).await.unwrap();
    assert_eq!(rows(&house).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parent_may_end_in_what_stands_below_it() {
    let house = house().await;
    let what = What::Merge {
        organisations: vec![code("sakura"), code("ume")],
        into: code("sakura/tokei"),
        from: time(DAY),
    };
    decide(&house, &what).await.unwrap();
    let snapshot = house.snapshot(None).await;
    let tree = crate::tree::Tree::load(&snapshot, time(DAY)).await.unwrap();
    assert_eq!(tree.parent("sakura/tokei"), None);
    assert_eq!(tree.parent("ume/joho"), Some("sakura/tokei"));
    assert_eq!(sums(&house, DAY, &CODES).await.1, [0, 0, 5, 1, 1]);
}
