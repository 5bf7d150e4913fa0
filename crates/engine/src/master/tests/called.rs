//! What an asset is called and taken for, by the same rules as all else.

use std::time::Duration;

use yagura_baseline::{
    identity::Rules,
    master::{Lost, Master},
    model::Model,
};
use yagura_lake::{Vacuum, compact::Extent};
use yagura_model::{domain::AssetClass, id::AssetKey};

use super::time;
use crate::{
    browse::assets::{AssetRecord, Which, brief, find, list},
    explain::find_assets,
    score::{By, ScoreRun, Sweep, Total},
    testing::{House, Times},
};

/// A row that names the machine and says what it is.
fn row(name: &str, class: &str) -> String {
    format!(r#""kind":"device","serial":"SN-0001","name":"{name}","class":"{class}""#)
}

/// The rules, with sources `edr` and `scanner` known by their names.
fn master() -> Master {
    super::master()
}

async fn take(house: &House, source: &str, day: &str, name: &str, class: &str) {
    let at = time(&format!("2026-{day}T00:00:00Z"));
    house.take_rows("sakura", source, at, &[row(name, class)]).await;
}

async fn record(house: &House, times: Times) -> AssetRecord {
    let snapshot = house.snapshot(times.known_at).await;
    let at = times.as_of.or(times.known_at).unwrap_or_else(|| house.ingest.clock.now());
    let (model, rules, master) = (Model::shipped(), Rules::shipped(), master());
    find(&snapshot, AssetKey(1), at, model, &master, rules).await.unwrap().unwrap()
}

fn as_of(day: &str) -> Times {
    Times { as_of: Some(time(&format!("2026-{day}T00:00:00Z"))), known_at: None }
}

/// Name and class by all who show them; asserts that they agree.
async fn told(house: &House, times: Times) -> (String, AssetClass) {
    let (model, master) = (Model::shipped(), master());
    let record = record(house, times).await;
    let (snapshot, at) = (house.snapshot(times.known_at).await, record.as_of);
    let told = (record.name.clone(), record.class.unwrap());
    let listed = list(&snapshot, model, &master, &Which::default(), at).await.unwrap().remove(0);
    assert_eq!((listed.name, listed.class), told, "the list");
    let key = [AssetKey(1)].into();
    let brief = brief(&snapshot, &master, &key, at).await.unwrap().remove(0);
    assert_eq!((brief.name, brief.class.unwrap()), told, "in brief");
    let (run, _) = ScoreRun::all(&snapshot, model, &master, at).await.unwrap();
    let profile = &run.asset(AssetKey(1)).unwrap().profile;
    assert_eq!((profile.name.clone(), profile.class), told, "the score");
    let sweep = Sweep::run(&snapshot, model, &master, at, None).await.unwrap();
    let mut lines: Vec<Total> = sweep.totals(By::Asset);
    sweep.name(&snapshot, By::Asset, &mut lines).await.unwrap();
    assert_eq!((lines.remove(0).name, sweep.assets[0].class), told, "the sums");
    assert_eq!(sweep.whole(), run.whole(), "both scores");
    let views = house.ask_by(&master, "SELECT name, class FROM devices", times).await;
    assert_eq!(views, [format!("{} {}", told.0, told.1)], "the views");
    let number = house.ask_by(&master, "SELECT class FROM inventory", times).await;
    assert_eq!(number, [told.1.number().to_string()], "the inventory");
    for (name, value) in [("name", told.0.as_str()), ("class", told.1.as_str())] {
        let said = record.attributes.iter().find(|said| said.name == name);
        // Whose sort nobody knows, of that nobody says it.
        assert_eq!(said.map_or("device", |said| said.values[0].value.as_str()), value);
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rename_counts_from_the_report_that_shows_it() {
    let house = House::new();
    take(&house, "edr", "10-01", "old", "server").await;
    take(&house, "edr", "10-20", "old", "server").await;
    take(&house, "edr", "10-28", "new", "workstation").await;
    let old = ("old".to_owned(), AssetClass::Server);
    let new = ("new".to_owned(), AssetClass::Workstation);
    assert_eq!(told(&house, Times::default()).await, new);
    assert_eq!(told(&house, as_of("10-27")).await, old);
    assert_eq!(told(&house, as_of("10-28")).await, new);
    let said = record(&house, Times::default()).await;
    let name = said.attributes.iter().find(|said| said.name == "name").unwrap();
    assert_eq!(name.since, time("2026-10-28T00:00:00Z"));
    assert_eq!(said.sources[0].name, "new");
    let before = record(&house, as_of("10-27")).await;
    let name = before.attributes.iter().find(|said| said.name == "name").unwrap();
    assert_eq!(
        (name.since, name.confirmed),
        (time("2026-10-01T00:00:00Z"), time("2026-10-20T00:00:00Z"))
    );
    // Both names find it at their time, the first one also later.
    let snapshot = house.snapshot(None).await;
    for (name, at) in [("old", "10-27"), ("new", "10-28"), ("old", "10-28")] {
        let at = time(&format!("2026-{at}T00:00:00Z"));
        assert_eq!(find_assets(&snapshot, name, at).await.unwrap(), [AssetKey(1)].into(), "{name}");
    }
    // Called as at first again.
    take(&house, "edr", "10-30", "old", "server").await;
    assert_eq!(told(&house, Times::default()).await, old);
    assert_eq!(told(&house, as_of("10-29")).await, new);
    let again = record(&house, Times::default()).await;
    let name = again.attributes.iter().find(|said| said.name == "name").unwrap();
    assert_eq!(name.since, time("2026-10-30T00:00:00Z"));
    assert_eq!(house.ask("SELECT count(*) FROM attribute_values").await, ["0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_report_that_comes_late_renames_nothing() {
    let house = House::new();
    take(&house, "edr", "10-10", "pc", "server").await;
    take(&house, "edr", "10-30", "pc", "server").await;
    take(&house, "edr", "10-20", "other", "workstation").await;
    take(&house, "edr", "10-05", "first", "device").await;
    let now = told(&house, Times::default()).await;
    assert_eq!(now, ("pc".to_owned(), AssetClass::Server));
    let at = [("10-07", "first"), ("10-15", "pc"), ("10-25", "other"), ("10-30", "pc")];
    for (day, name) in at {
        assert_eq!(told(&house, as_of(day)).await.0, name, "{day}");
    }
    assert_eq!(told(&house, as_of("10-25")).await.1, AssetClass::Workstation);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_sources_the_rules_choose_the_class_and_the_name() {
    let house = House::new();
    take(&house, "scanner", "10-20", "192.0.2.1", "device").await;
    assert_eq!(told(&house, Times::default()).await, ("192.0.2.1".to_owned(), AssetClass::Device));
    take(&house, "edr", "10-30", "pc0001", "workstation").await;
    assert_eq!(told(&house, Times::default()).await.1, AssetClass::Workstation);
    take(&house, "register", "10-25", "総務 1", "server").await;
    // What it is for the register knows, what it calls itself the machine.
    let both = ("pc0001".to_owned(), AssetClass::Server);
    assert_eq!(told(&house, Times::default()).await, both);
    let record = record(&house, Times::default()).await;
    let class = record.attributes.iter().find(|said| said.name == "class").unwrap();
    assert_eq!(
        (class.source.as_str(), class.others[0].value.as_str()),
        ("register", "workstation")
    );
    assert_eq!(class.others[0].why, Lost::LowerPrecedence);
    // The agent falls silent: what the register calls it stands.
    let later = told(&house, as_of("11-20")).await;
    assert_eq!(later, ("総務 1".to_owned(), AssetClass::Server));
    // Before the others it was what the scanner saw.
    let first = ("192.0.2.1".to_owned(), AssetClass::Device);
    assert_eq!(told(&house, as_of("10-21")).await, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_any_order_before_and_after_compaction_the_same_is_told() {
    let reports = [
        ("edr", "10-01", "a", "server"),
        ("edr", "10-08", "b", "server"),
        ("register", "10-09", "r", "workstation"),
        ("edr", "10-15", "a", "device"),
        ("edr", "10-25", "c", "workstation"),
        ("register", "10-28", "s", "workstation"),
    ];
    let days = ["10-02", "10-10", "10-16", "10-26", "11-01"];
    let mut expected: Option<Vec<(String, AssetClass)>> = None;
    for order in [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [3, 0, 5, 1, 4, 2], [4, 2, 0, 1, 3, 5]] {
        let house = House::new();
        for (source, day, name, class) in order.map(|place| reports[place]) {
            take(&house, source, day, name, class).await;
        }
        let all = async || {
            let mut all = Vec::new();
            for day in days {
                all.push(told(&house, as_of(day)).await);
            }
            all
        };
        let before = all().await;
        let now = time("2026-11-02T00:00:00Z");
        let mut writer = house.ingest.lake.write(Duration::ZERO, now).await.unwrap();
        writer.compact(Extent::Everything, now).await.unwrap();
        writer.vacuum(Vacuum::default(), time("2026-12-24T00:00:00Z")).await.unwrap();
        assert_eq!(all().await, before, "{order:?}");
        assert_eq!(*expected.get_or_insert(before.clone()), before, "{order:?}");
    }
}
