//! What reports connect, what waits for a person, and what was believed before.

use super::{by_asset, check, endpoint, give, groups, held, take, time};
use crate::testing::{House, Times};

const REGISTER: &str = r#""device_number":"PC-1","name":"pc","serial":"SN-0001""#;
const NAMED: &str = r#""kind":"device","name":"named","fqdn":"pc0001.sakura.example""#;

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_connects_two_assets_merges_them_and_the_past_stays_known() {
    let house = House::new();
    take(&house, "register", "10-01", &[REGISTER]).await;
    take(&house, "names", "09-01", &[NAMED]).await;
    let devices = "SELECT asset, first_seen FROM devices ORDER BY 1";
    let before = house.ask(devices).await;
    assert_eq!(before, ["1 2026-10-01T00:00:00Z", "2 2026-09-01T00:00:00Z"]);
    let known_at = house.ingest.lake.snapshot().await.unwrap().committed_at();
    let text = endpoint("e-1", "pc0001", "sn-0001", &[], "10-02");
    let merged = {
        let mut house =
            House { folder: tempfile::tempdir().unwrap(), ingest: house.ingest.clone() };
        house.ingest.clock = crate::clock::Clock::Fixed("2026-11-02T00:00:00Z".parse().unwrap());
        give(&house, "sakura", "edr", "10-02", &text).await
    };
    assert_eq!((merged.effects.assets_new, merged.effects.assets_held), (0, 0));
    check(&groups(&house).await, &held(&house).await, &["edr/pc0001 names/named register/pc"]);
    // As old as the older of the two.
    assert_eq!(house.ask(devices).await, ["1 2026-09-01T00:00:00Z"]);
    let then = Times { known_at: Some(known_at), as_of: None };
    assert_eq!(house.ask_at(devices, then).await, before);
    let links = "SELECT count(*) FROM identifier_values WHERE asset = 2";
    assert_eq!(
        (house.ask(links).await, house.ask_at(links, then).await),
        (vec!["0".to_owned()], vec!["1".to_owned()])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_shares_a_value_that_stays_and_contradicts_in_another_is_held() {
    let house = House::new();
    let uuid = r#""uuid":"5a4b5200-0000-4000-8000-000000000001""#;
    let right =
        format!(r#""kind":"device","agent_id":"a-1","name":"agent","serial":"SN-0001",{uuid}"#);
    let wrong = format!(r#""device_number":"PC-1","name":"pc","serial":"SN-0007",{uuid}"#);
    take(&house, "agents", "10-01", &[&right]).await;
    let taken = take(&house, "register", "10-01", &[&wrong]).await;
    assert_eq!((taken.effects.assets_new, taken.effects.assets_held), (1, 1));
    assert_eq!(held(&house).await, ["contradiction:serial"]);
    assert_eq!(groups(&house).await, ["agents/agent", "register/pc"]);
    // What changes nothing about it leaves it waiting.
    let moved = format!("{wrong},\"hostname\":\"pc0001\"");
    take(&house, "register", "10-02", &[&moved]).await;
    assert_eq!(held(&house).await, ["contradiction:serial"]);
    // The mistake is corrected: they are one, and nobody is asked any more.
    let corrected = moved.replace("SN-0007", "SN-0001");
    take(&house, "register", "10-03", &[&corrected]).await;
    check(&groups(&house).await, &held(&house).await, &["agents/agent register/pc"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_record_that_changes_into_a_contradiction_is_held_where_it_is() {
    let house = House::new();
    let agent = |serial: &str| {
        format!(
            r#""kind":"device","agent_id":"a-1","name":"agent","hostname":"pc1","serial":"{serial}""#
        )
    };
    take(&house, "register", "10-01", &[REGISTER]).await;
    take(&house, "agents", "10-01", &[&agent("SN-0001")]).await;
    take(&house, "agents", "10-02", &[&agent("SN-0002")]).await;
    assert_eq!(groups(&house).await, ["agents/agent register/pc"]);
    assert_eq!(held(&house).await, ["contradiction:serial"]);
    take(&house, "agents", "10-03", &[&agent("SN-0001")]).await;
    assert!(held(&house).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_report_decides_nothing_about_the_present() {
    let house = House::new();
    let agent = |serial: &str| {
        format!(r#""kind":"device","agent_id":"a-1","name":"agent","serial":"{serial}""#)
    };
    take(
        &house,
        "register",
        "10-01",
        &[REGISTER, r#""device_number":"PC-2","name":"other","serial":"SN-0002""#],
    )
    .await;
    take(&house, "agents", "10-05", &[&agent("SN-0001")]).await;
    take(&house, "agents", "10-02", &[&agent("SN-0002")]).await;
    check(
        &groups(&house).await,
        &held(&house).await,
        &["agents/agent register/pc", "register/other"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_records_of_one_source_are_two_things_even_with_one_serial_number() {
    let house = House::new();
    let copied = |number: &str| {
        format!(r#""device_number":"{number}","name":"{number}","serial":"SN-0001""#)
    };
    take(&house, "register", "10-01", &[&copied("PC-1"), &copied("PC-2")]).await;
    check(&groups(&house).await, &held(&house).await, &["register/PC-1", "register/PC-2"]);
    // Nor does the copied number say which of them an agent is on.
    let agent = r#""kind":"device","agent_id":"a-1","name":"agent","serial":"SN-0001""#;
    take(&house, "agents", "10-02", &[agent]).await;
    assert_eq!(groups(&house).await, ["agents/agent", "register/PC-1", "register/PC-2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_records_of_an_asset_lie_in_one_shard() {
    let house = House::new();
    take(&house, "register", "10-01", &[REGISTER]).await;
    let text = endpoint("e-1", "pc0001", "SN-0001", &[], "10-02");
    give(&house, "sakura", "edr", "10-02", &text).await;
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let links: Vec<yagura_lake::rows::LinkRow> =
        snapshot.rows(&yagura_lake::scan::Filter::all()).await.unwrap();
    let shards: std::collections::BTreeSet<_> = links.iter().map(|l| l.subject.shard()).collect();
    assert_eq!((links.len(), shards.len(), by_asset(&house).await.len()), (2, 1, 1));
    assert!(time("10-02") > time("10-01"));
}
