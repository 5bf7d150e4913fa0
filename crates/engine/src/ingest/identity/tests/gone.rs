//! What a person disposes of gives its names and addresses to a successor.

use std::time::Duration;

use yagura_baseline::master::Master;
use yagura_model::{
    id::{AssetKey, DecisionKey},
    life_cycle::LifeCycle,
};

use super::{endpoint, give, groups, held, take, time};
use crate::{
    decisions::{Decisions, Signed, State, What},
    testing::House,
};

async fn decide(house: &House, what: What) {
    let ingest = house.ingest.clone();
    let (lake, rules, clock) = (ingest.lake, ingest.rules, ingest.clock);
    let master = Master::shipped().clone();
    let decisions = Decisions { lake, rules, master, clock, wait: Duration::ZERO };
    let signed = Signed { by: "hanako".into(), second: None, reason: "certificate 31".into() };
    decisions.decide(&what, &signed).await.unwrap();
}

async fn record(house: &House, asset: i64, state: LifeCycle, on: &str) {
    let (asset, since) = (AssetKey(asset), time(on));
    decide(house, What::State(State { asset, state, since })).await;
}

const REGISTERED: &str = r#""device_number":"PC-1","name":"pc1","serial":"SN-0001","hostname":"pc1","fqdn":"pc1.sakura.example","zone":"lan","ip":"192.0.2.7""#;

/// A record of a directory, of a name alone.
fn named(id: &str) -> String {
    format!(
        r#""kind":"device","directory_id":"{id}","name":"{id}","fqdn":"pc1.sakura.example","hostname":"pc1""#
    )
}

/// A machine in the register, seen by an endpoint tool until the first of October.
async fn house() -> House {
    let house = House::new();
    take(&house, "register", "09-01", &[REGISTERED]).await;
    let seen = endpoint("e-1", "pc1", "SN-0001", &["00:1b:21:00:00:01"], "10-01");
    give(&house, "sakura", "edr", "10-01", &seen).await;
    house
}

const ONE: [&str; 1] = ["directory/d1 edr/pc1 register/pc1"];
const TWO: [&str; 2] = ["directory/d1", "edr/pc1 register/pc1"];

async fn assert_groups(house: &House, expected: &[&str]) {
    assert_eq!(groups(house).await, expected);
    assert!(held(house).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn its_names_are_free_from_the_day_of_its_disposal() {
    for (seen, expected) in [("10-01", &ONE[..]), ("10-02", &TWO[..]), ("10-20", &TWO[..])] {
        let house = house().await;
        record(&house, 1, LifeCycle::Disposed, "10-02").await;
        take(&house, "directory", seen, &[&named("d1")]).await;
        assert_groups(&house, expected).await;
        // The register goes on listing it, and that changes nothing.
        take(&house, "register", "10-21", &[REGISTERED]).await;
        assert_groups(&house, expected).await;
    }
    // Its address too.
    let house = house().await;
    record(&house, 1, LifeCycle::Disposed, "10-02").await;
    let probe = r#""kind":"device","name":"probe","zone":"lan","ip":"192.0.2.7""#;
    take(&house, "probe", "10-03", &[probe]).await;
    assert_groups(&house, &["edr/pc1 register/pc1", "probe/probe"]).await;
    // What stays with the machine finds it as before.
    let found = r#""kind":"device","name":"shelf","serial":"SN-0001""#;
    take(&house, "shelf", "10-04", &[found]).await;
    assert_groups(&house, &["edr/pc1 register/pc1 shelf/shelf", "probe/probe"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_its_own_while_nobody_says_so_or_it_is_seen_again() {
    // Nobody recorded anything, something else, or took it back.
    let house = house().await;
    take(&house, "directory", "10-20", &[&named("d1")]).await;
    assert_groups(&house, &ONE).await;

    let house = self::house().await;
    record(&house, 1, LifeCycle::InStore, "10-02").await;
    take(&house, "directory", "10-20", &[&named("d1")]).await;
    assert_groups(&house, &ONE).await;

    let house = self::house().await;
    record(&house, 1, LifeCycle::Disposed, "10-02").await;
    decide(&house, What::Undo(DecisionKey(1))).await;
    take(&house, "directory", "10-20", &[&named("d1")]).await;
    assert_groups(&house, &ONE).await;

    let house = self::house().await;
    record(&house, 1, LifeCycle::Disposed, "10-02").await;
    record(&house, 1, LifeCycle::InService, "10-10").await;
    take(&house, "directory", "10-20", &[&named("d1")]).await;
    assert_groups(&house, &ONE).await;

    // It was seen after that.
    let house = self::house().await;
    record(&house, 1, LifeCycle::Disposed, "10-02").await;
    let seen = endpoint("e-1", "pc1", "SN-0001", &["00:1b:21:00:00:01"], "10-15");
    give(&house, "sakura", "edr", "10-15", &seen).await;
    take(&house, "directory", "10-20", &[&named("d1")]).await;
    assert_groups(&house, &ONE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disposal_taken_back_leaves_the_successor_until_it_is_decided_again() {
    let house = house().await;
    record(&house, 1, LifeCycle::Disposed, "10-02").await;
    take(&house, "directory", "10-20", &[&named("d1")]).await;
    assert_groups(&house, &TWO).await;
    decide(&house, What::Undo(DecisionKey(1))).await;
    take(&house, "directory", "10-21", &[&named("d1")]).await;
    assert_groups(&house, &TWO).await;
    decide(&house, What::Merge([AssetKey(1), AssetKey(2)].into())).await;
    assert_groups(&house, &ONE).await;
}
