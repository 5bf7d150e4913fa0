//! Decisions hold, whatever reports come after them.

use yagura_model::organisation::OrganisationCode;

use super::*;
use crate::{
    decisions::{Conflict, conflicts},
    testing::Times,
};

#[tokio::test(flavor = "multi_thread")]
async fn two_assets_that_a_person_merges_wait_no_longer_and_stay_one() {
    let house = contradiction().await;
    let before = house.ingest.lake.snapshot().await.unwrap().committed_at();
    let devices = "SELECT asset, first_seen FROM devices ORDER BY 1";
    let known = house.ask(devices).await;
    let tried = decisions(&house).try_out(&What::Merge(assets(&[1, 2]))).await.unwrap();
    assert_eq!((tried.decision, held(&house).await.len()), (None, 1));

    let decided = merge(&house, &[2, 1]).await.unwrap();
    assert_eq!(decided.decision.unwrap().to_string(), "D-1");
    assert_eq!((decided.records.len(), decided.gone.len(), decided.holds_ended), (2, 1, 1));
    assert_eq!((tried.records, tried.gone), (decided.records, decided.gone));
    assert_eq!(groups(&house).await, ["1 agent1 pc1"]);
    assert!(held(&house).await.is_empty());
    again(&house, 5).await;
    // A report that shows neither serial number asks nobody, and one that shows either joins.
    take(&house, "cloud", 6, &[&agent(8, UUID)]).await;
    take(&house, "ports", 6, &[&agent(9, r#""serial":"SN-0007""#)]).await;
    assert_eq!(groups(&house).await, ["1 agent1 pc1 agent8 agent9"]);
    assert!(held(&house).await.is_empty());
    // What was believed before is told as before.
    let then = Times { known_at: Some(before), as_of: None };
    assert_eq!(house.ask_at(devices, then).await, known);
    let told = "SELECT decision, kind, decided_by, reason FROM decisions";
    assert_eq!(house.ask(told).await, ["1 merge hanako seen on the desk"]);
    assert!(house.ask_at(told, then).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_keeps_apart_waits_no_longer_and_stays_apart() {
    let house = contradiction().await;
    let decided = split(&house, 2, &["pc1"], None).await.unwrap();
    assert_eq!((decided.made.len(), decided.gone.len(), decided.holds_ended), (0, 0, 1));
    again(&house, 5).await;
    assert_eq!(groups(&house).await, ["1 agent1", "2 pc1"]);
    assert!(held(&house).await.is_empty());
    // What both show says of nobody which of them he is; what one shows does.
    take(&house, "cloud", 6, &[&agent(8, &format!(r#""serial":"SN-0007",{UUID}"#))]).await;
    take(&house, "ports", 6, &[&agent(9, UUID)]).await;
    assert_eq!(groups(&house).await, ["1 agent1", "2 pc1 agent8", "3 agent9"]);
    assert!(held(&house).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_a_rule_joined_wrongly_goes_its_own_way() {
    let house = House::new();
    let name = r#""hostname":"pc1""#;
    take(&house, "register", 1, &[&registered(1, &format!(r#""serial":"SN-0001",{name}"#))]).await;
    take(&house, "names", 2, &[&agent(2, name)]).await;
    take(&house, "agents", 3, &[&agent(3, r#""serial":"SN-0001""#)]).await;
    assert_eq!(groups(&house).await, ["1 pc1 agent2 agent3"]);
    let decided = split(&house, 1, &["agent2"], None).await.unwrap();
    assert_eq!(decided.made.iter().map(ToString::to_string).collect::<Vec<_>>(), ["A-2"]);
    let apart = ["1 pc1 agent3", "2 agent2"];
    assert_eq!(groups(&house).await, apart);
    let age = "SELECT name, first_seen FROM devices ORDER BY asset";
    assert_eq!(
        house.ask(age).await,
        ["agent3 2026-10-01T00:00:00Z", "agent2 2026-10-02T00:00:00Z"]
    );
    for day in [5, 6] {
        let mac = format!(r#"{name},"mac":"00:1b:21:00:00:0{day}""#);
        take(&house, "names", day, &[&agent(2, &mac)]).await;
        let more = format!(r#""serial":"SN-0001",{mac}"#);
        take(&house, "register", day, &[&registered(1, &more)]).await;
        take(&house, "agents", day, &[&agent(3, &more)]).await;
    }
    assert_eq!(groups(&house).await, apart);
    assert!(held(&house).await.is_empty());
    // To an asset that is there.
    take(&house, "register", 7, &[&registered(9, r#""serial":"SN-0009""#)]).await;
    let moved = split(&house, 1, &["agent3"], Some(3)).await.unwrap();
    assert_eq!((moved.made.len(), moved.records[0].to.to_string().as_str()), (0, "A-3"));
    take(&house, "agents", 8, &[&agent(3, r#""serial":"SN-0001","hostname":"other""#)]).await;
    assert_eq!(groups(&house).await, ["1 pc1", "2 agent2", "3 agent3 pc9"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_contradicts_its_own_asset_may_stay_or_go() {
    let changed = async || {
        let house = House::new();
        take(&house, "register", 1, &[&registered(1, r#""serial":"SN-0001""#)]).await;
        let name = r#""hostname":"pc1""#;
        take(&house, "agents", 1, &[&agent(1, &format!(r#""serial":"SN-0001",{name}"#))]).await;
        take(&house, "agents", 2, &[&agent(1, &format!(r#""serial":"SN-0002",{name}"#))]).await;
        assert_eq!(held(&house).await, ["contradiction:serial"]);
        assert_eq!(groups(&house).await, ["1 pc1 agent1"]);
        house
    };
    for (named, into, expected) in [
        ("agent1", Some(1), vec!["1 pc1 agent1"]),
        ("agent1", None, vec!["1 pc1", "2 agent1"]),
        ("pc1", None, vec!["1 agent1", "2 pc1"]),
    ] {
        let house = changed().await;
        if (named, into) == ("pc1", None) {
            let right = split(&house, 1, &["pc1"], Some(1)).await.unwrap_err();
            assert!(matches!(right, DecisionError::NothingHeld { .. }), "{right}");
        }
        let decided = split(&house, 1, &[named], into).await.unwrap();
        assert_eq!(decided.holds_ended, 1, "{named}");
        take(&house, "agents", 4, &[&agent(1, r#""serial":"SN-0002","hostname":"pc2""#)]).await;
        take(&house, "register", 4, &[&registered(1, r#""serial":"SN-0001","hostname":"x""#)])
            .await;
        assert_eq!(groups(&house).await, expected);
        assert!(held(&house).await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_connects_an_asset_of_a_person_with_an_older_one_moves_the_older() {
    let house = House::new();
    take(&house, "names", 1, &[&agent(7, r#""hostname":"pc7""#)]).await;
    take(&house, "agents", 1, &[&agent(1, r#""serial":"SN-0001""#)]).await;
    take(&house, "register", 1, &[&registered(1, r#""hostname":"pc1""#)]).await;
    merge(&house, &[2, 3]).await.unwrap();
    assert_eq!(groups(&house).await, ["1 agent7", "2 agent1 pc1"]);
    take(&house, "edr", 2, &[&agent(4, r#""serial":"SN-0001","hostname":"pc7""#)]).await;
    assert_eq!(groups(&house).await, ["2 agent7 agent1 pc1 agent4"]);
    assert!(held(&house).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_an_organisation_learns_nothing_of_another() {
    let house = House::new();
    let of = |organisation: &str| format!(r#""managed_by":"{organisation}""#);
    let own = format!(r#""serial":"SN-0001",{UUID},{}"#, of("sakura/tokei"));
    take(&house, "agents", 1, &[&agent(1, &own)]).await;
    let other = format!(r#""serial":"SN-0007",{UUID},{}"#, of("sakura/kanbo"));
    take(&house, "register", 2, &[&registered(1, &other)]).await;
    let at = house.ingest.clock.now();
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let asked = async |org: Option<&str>| {
        let org = org.map(|org| OrganisationCode::new(org).unwrap());
        conflicts(&snapshot, yagura_baseline::master::Master::shipped(), org.as_ref(), at)
            .await
            .unwrap()
    };
    for org in [None, Some("sakura")] {
        let [all]: [Conflict; 1] = asked(org).await.try_into().unwrap();
        let record = all.record.unwrap();
        assert_eq!((record.source.as_str(), record.name.as_str()), ("register", "pc1"));
        assert_eq!((all.candidates.len(), all.candidates_elsewhere), (1, 0));
        assert_eq!(all.reason, "contradiction:serial");
        assert!(all.since.is_some());
        let serial = all.shows.iter().find(|shown| shown.kind.as_str() == "serial").unwrap();
        assert_eq!(serial.value, "SN-0007");
    }
    let [theirs]: [Conflict; 1] = asked(Some("sakura/kanbo")).await.try_into().unwrap();
    assert!(theirs.record.is_some() && theirs.candidates.is_empty());
    assert_eq!(theirs.candidates_elsewhere, 1);
    let [ours]: [Conflict; 1] = asked(Some("sakura/tokei")).await.try_into().unwrap();
    assert!(ours.record.is_none() && ours.asset.is_none() && ours.shows.is_empty());
    assert_eq!((ours.candidates.len(), ours.reason.as_str()), (1, "contradiction"));
    assert!(asked(Some("sakura/other")).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_placed_stays_where_a_value_turns_out_to_be_shared() {
    let house = House::new();
    let clone = |number| agent(number, &format!(r#""hostname":"vm{number}",{UUID}"#));
    take(&house, "agents", 1, &[&clone(1)]).await;
    take(&house, "register", 1, &[&registered(1, r#""serial":"SN-0001""#)]).await;
    merge(&house, &[1, 2]).await.unwrap();
    take(&house, "cloud", 2, &[&agent(8, UUID)]).await;
    assert_eq!(groups(&house).await, ["1 agent1 pc1 agent8"]);
    // What a rule put there by the UUID parts; what the person put there does not.
    take(&house, "agents", 3, &[&clone(1), &clone(2)]).await;
    assert_eq!(groups(&house).await, ["1 agent1 pc1", "3 agent8", "4 agent2"]);
    assert!(held(&house).await.is_empty());
}
