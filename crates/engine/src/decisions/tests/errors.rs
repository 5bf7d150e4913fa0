//! What cannot be decided changes nothing and says why.

use super::*;

/// As many devices of a register.
async fn many(count: u8) -> House {
    let house = House::new();
    let rows: Vec<String> =
        (1..=count).map(|n| registered(n, &format!(r#""serial":"SN-{n:04}""#))).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    take(&house, "register", 1, &rows).await;
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn more_assets_at_once_than_the_rules_say_need_a_second_person() {
    let house = many(11).await;
    let commit = house.ingest.lake.snapshot().await.unwrap().commit();
    let all: BTreeSet<AssetKey> = (1..=11).map(AssetKey).collect();
    let by =
        |second: Option<&str>| Signed { second: second.map(str::to_owned), ..signed("hanako") };
    let decide = async |assets: &BTreeSet<AssetKey>, second: Option<&str>| {
        decisions(&house).decide(&What::Merge(assets.clone()), &by(second)).await
    };
    let error = decide(&all, None).await.unwrap_err();
    let asked = matches!(error, DecisionError::SecondPerson { assets: 11, limit: 10 });
    assert!(asked, "{error}");
    for same in ["hanako", " HANAKO "] {
        let error = decide(&all, Some(same)).await.unwrap_err();
        assert!(matches!(error, DecisionError::SamePerson { .. }), "{error}");
    }
    let error = decide(&all, Some(" ")).await.unwrap_err();
    assert!(matches!(error, DecisionError::Unsigned), "{error}");
    assert_eq!(house.ingest.lake.snapshot().await.unwrap().commit(), commit);
    // Ten need none; of eleven the second is recorded, and taking it back needs one too.
    let ten: BTreeSet<AssetKey> = (1..=10).map(AssetKey).collect();
    decide(&ten, None).await.unwrap();
    undo(&house, 1).await.unwrap();
    decide(&all, Some("jiro")).await.unwrap();
    assert_eq!(groups(&house).await.len(), 1);
    let seconds = "SELECT second_person FROM decisions WHERE decision = 3";
    assert_eq!(house.ask(seconds).await, ["jiro"]);
    let error = undo(&house, 3).await.unwrap_err();
    assert!(matches!(error, DecisionError::SecondPerson { assets: 11, .. }), "{error}");
    let back = What::Undo(DecisionKey(3));
    decisions(&house).decide(&back, &by(Some("jiro"))).await.unwrap();
    assert_eq!(groups(&house).await.len(), 11);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_refused() {
    let house = many(2).await;
    take_for(&house, "ume", "register-ume", 1, &[&registered(1, r#""serial":"SN-0001""#)]).await;
    take(&house, "staff", 1, &[r#""staff_number":"U-1","name":"jiro""#]).await;
    let before = state(&house).await;
    let check = |error: DecisionError, expected: &str| assert_eq!(error.to_string(), expected);
    check(merge(&house, &[1]).await.unwrap_err(), "a merge needs two assets or more");
    check(merge(&house, &[1, 9]).await.unwrap_err(), "there is no asset `A-9`");
    let other = "`A-1` and `A-3` belong to different organisations";
    check(merge(&house, &[1, 3]).await.unwrap_err(), other);
    let domains = "`A-1` and `A-4` are of different domains";
    check(merge(&house, &[1, 4]).await.unwrap_err(), domains);
    check(split(&house, 1, &[], None).await.unwrap_err(), "a split needs a record");
    let there = split(&house, 1, &["pc2"], None).await.unwrap_err();
    check(there, "the record `R-1-2` does not stand on `A-1`");
    let all = "these are all records of `A-1`: to join it with another, merge them";
    for into in [None, Some(2)] {
        let records = [SubjectKey::new(yagura_model::id::Shard(1), 1)].into();
        let split = Split { asset: AssetKey(1), records, into: into.map(AssetKey) };
        check(decide(&house, What::Split(split)).await.unwrap_err(), all);
    }
    check(undo(&house, 1).await.unwrap_err(), "there is no decision `D-1`");
    let nobody = Signed { by: "  ".to_owned(), ..signed("hanako") };
    let unsigned = decisions(&house).decide(&What::Merge(assets(&[1, 2])), &nobody).await;
    check(unsigned.unwrap_err(), "a decision needs a name and a reason");
    assert_eq!(state(&house).await, before);
}
