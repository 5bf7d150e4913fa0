//! What persons decide holds until they take it back, and then everything is as it was.

mod errors;
mod holding;
mod undoing;

use std::{collections::BTreeSet, time::Duration};

use yagura_baseline::master::Master;
use yagura_lake::{
    row::Stored,
    rows::{AssetRow, HoldRow, LinkRow, SubjectRow},
    scan::Filter,
};
use yagura_model::id::{AssetKey, DecisionKey, SubjectKey};

use super::{Decided, DecisionError, Decisions, Signed, Split, What};
use crate::{ingest::Ingested, testing::House};

const UUID: &str = r#""uuid":"5a4b5200-0000-4000-8000-000000000001""#;

/// A device as an agent shows it.
fn agent(number: u8, more: &str) -> String {
    format!(r#""kind":"device","agent_id":"a-{number}","name":"agent{number}",{more}"#)
}

/// A device as a register shows it.
fn registered(number: u8, more: &str) -> String {
    format!(r#""device_number":"PC-{number}","name":"pc{number}",{more}"#)
}

/// Takes in rows as a source showed them on a day of October 2026.
async fn take(house: &House, source: &str, day: u8, rows: &[&str]) -> Ingested {
    take_for(house, "sakura", source, day, rows).await
}

async fn take_for(
    house: &House,
    organisation: &str,
    source: &str,
    day: u8,
    rows: &[&str],
) -> Ingested {
    let at = format!("2026-10-{day:02}T00:00:00Z").parse().unwrap();
    house.take_rows(organisation, source, at, rows).await
}

fn decisions(house: &House) -> Decisions {
    let ingest = house.ingest.clone();
    let wait = Duration::ZERO;
    let master = Master::shipped().clone();
    Decisions { lake: ingest.lake, rules: ingest.rules, master, clock: ingest.clock, wait }
}

fn signed(by: &str) -> Signed {
    Signed { by: by.to_owned(), second: None, reason: "seen on the desk".to_owned() }
}

fn assets(keys: &[i64]) -> BTreeSet<AssetKey> {
    keys.iter().copied().map(AssetKey).collect()
}

async fn decide(house: &House, what: What) -> Result<Decided, DecisionError> {
    decisions(house).decide(&what, &signed("hanako")).await
}

async fn merge(house: &House, keys: &[i64]) -> Result<Decided, DecisionError> {
    decide(house, What::Merge(assets(keys))).await
}

async fn undo(house: &House, decision: i64) -> Result<Decided, DecisionError> {
    decide(house, What::Undo(DecisionKey(decision))).await
}

/// Splits the records of some names off an asset.
async fn split(
    house: &House,
    asset: i64,
    names: &[&str],
    into: Option<i64>,
) -> Result<Decided, DecisionError> {
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let subjects: Vec<SubjectRow> = snapshot.rows(&Filter::all()).await.unwrap();
    let named = subjects.iter().filter(|row| names.contains(&row.name.as_str()));
    let records: BTreeSet<SubjectKey> = named.map(|row| row.subject).collect();
    assert_eq!(records.len(), names.len());
    let (asset, into) = (AssetKey(asset), into.map(AssetKey));
    decide(house, What::Split(Split { asset, records, into })).await
}

/// The records of each asset by name, each asset's behind its number.
async fn groups(house: &House) -> Vec<String> {
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let subjects: Vec<SubjectRow> = snapshot.rows(&Filter::all()).await.unwrap();
    let mut links: Vec<LinkRow> = snapshot.rows(&Filter::all()).await.unwrap();
    let assets: Vec<AssetRow> = snapshot.rows(&Filter::all()).await.unwrap();
    assert_eq!(links.len(), subjects.len(), "every record stands on one asset");
    links.sort_by_key(|link| (link.asset, link.subject));
    let of_asset = |asset: &AssetRow| {
        let own = links.iter().filter(|link| link.asset == asset.asset);
        let names: Vec<&str> = own
            .map(|link| subjects.iter().find(|row| row.subject == link.subject).unwrap())
            .map(|row| row.name.as_str())
            .collect();
        assert!(!names.is_empty(), "every asset has a record");
        format!("{} {}", asset.asset, names.join(" "))
    };
    let groups: Vec<String> = assets.iter().map(of_asset).collect();
    let there: BTreeSet<AssetKey> = assets.iter().map(|asset| asset.asset).collect();
    assert!(links.iter().all(|link| there.contains(&link.asset)), "every link leads somewhere");
    groups
}

/// The reasons of what waits for a person.
async fn held(house: &House) -> Vec<String> {
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let rows: Vec<HoldRow> = snapshot.rows(&Filter::all()).await.unwrap();
    rows.into_iter().map(|row| row.reason).collect()
}

/// All that identities are made of, without the names of the rows' versions.
async fn state(house: &House) -> (Vec<LinkRow>, Vec<AssetRow>, Vec<HoldRow>) {
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let mut links: Vec<LinkRow> = snapshot.rows(&Filter::all()).await.unwrap();
    links.sort_by_key(|link| link.subject);
    let mut assets: Vec<AssetRow> = snapshot.rows(&Filter::all()).await.unwrap();
    assets.sort_by_key(|asset| asset.asset);
    let mut holds: Vec<HoldRow> = snapshot.rows(&Filter::all()).await.unwrap();
    holds.sort_by_key(|hold| hold.subject);
    (links, assets, holds)
}

/// Two records that share a UUID and differ in their serial numbers: the second waits.
async fn contradiction() -> House {
    let house = House::new();
    take(&house, "agents", 1, &[&agent(1, &format!(r#""serial":"SN-0001",{UUID}"#))]).await;
    let wrong = registered(1, &format!(r#""serial":"SN-0007",{UUID}"#));
    take(&house, "register", 2, &[&wrong]).await;
    assert_eq!(groups(&house).await, ["1 agent1", "2 pc1"]);
    assert_eq!(held(&house).await, ["contradiction:serial"]);
    house
}

/// The same two reports on a later day, with something else that is new.
async fn again(house: &House, day: u8) {
    let own = agent(1, &format!(r#""serial":"SN-0001","hostname":"d{day}",{UUID}"#));
    take(house, "agents", day, &[&own]).await;
    let other = registered(1, &format!(r#""serial":"SN-0007","ip":"192.0.2.{day}",{UUID}"#));
    take(house, "register", day, &[&other]).await;
}

/// The versions of the links of a name, the oldest first.
async fn versions(house: &House, name: &str) -> Vec<Stored<LinkRow>> {
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let subjects: Vec<SubjectRow> = snapshot.rows(&Filter::all()).await.unwrap();
    let subject = subjects.iter().find(|row| row.name == name).unwrap().subject;
    snapshot.read(&Filter::of("subject", [subject.0]).with_superseded()).await.unwrap()
}
