//! What is taken back is as if it had never been, and the history tells both.

use super::*;
use crate::decisions::{Later, history, successors};

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_that_is_taken_back_leaves_everything_as_before() {
    let house = contradiction().await;
    let before = state(&house).await;
    merge(&house, &[1, 2]).await.unwrap();
    let undone = undo(&house, 1).await.unwrap();
    assert_eq!((undone.made.len(), undone.holds_again), (1, 1));
    assert_eq!(state(&house).await, before);
    // And that too can be taken back, and again.
    let again = undo(&house, 2).await.unwrap();
    assert_eq!((again.gone.len(), again.holds_ended), (1, 1));
    assert_eq!(groups(&house).await, ["1 agent1 pc1"]);
    undo(&house, 3).await.unwrap();
    assert_eq!(state(&house).await, before);
    let error = undo(&house, 1).await.unwrap_err();
    assert!(matches!(error, DecisionError::AlreadyUndone { by: DecisionKey(2), .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_split_that_is_taken_back_leaves_everything_as_before() {
    let house = House::new();
    let name = r#""hostname":"pc1""#;
    take(&house, "names", 1, &[&agent(2, name)]).await;
    take(&house, "register", 2, &[&registered(1, &format!(r#""serial":"SN-0001",{name}"#))]).await;
    let before = state(&house).await;
    split(&house, 1, &["agent2"], None).await.unwrap();
    let (_, after, _) = state(&house).await;
    let told: Vec<String> =
        after.iter().map(|row| format!("{} {}", row.name, row.first_seen)).collect();
    assert_eq!(told, ["pc1 2026-10-02T00:00:00Z", "agent2 2026-10-01T00:00:00Z"]);
    let undone = undo(&house, 1).await.unwrap();
    assert_eq!((undone.gone.len(), undone.made.len()), (1, 0));
    assert_eq!(state(&house).await, before);
    // The number of the asset that was made is not given again, and leads back.
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    assert_eq!(successors(&snapshot, AssetKey(2)).await.unwrap(), assets(&[1]));
    split(&house, 1, &["agent2"], None).await.unwrap();
    assert_eq!(groups(&house).await, ["1 pc1", "3 agent2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_came_since_stay_and_are_named() {
    let house = contradiction().await;
    merge(&house, &[1, 2]).await.unwrap();
    take(&house, "ports", 6, &[&agent(9, r#""serial":"SN-0007""#)]).await;
    let undone = undo(&house, 1).await.unwrap();
    let came: Vec<(&str, String)> =
        undone.came_since.iter().map(|p| (p.record.name.as_str(), p.to.to_string())).collect();
    assert_eq!(came, [("agent9", "A-1".to_owned())]);
    assert_eq!(groups(&house).await, ["1 agent1 agent9", "2 pc1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_since_is_not_taken_back_and_the_error_names_it() {
    let house = contradiction().await;
    merge(&house, &[1, 2]).await.unwrap();
    split(&house, 1, &["pc1"], None).await.unwrap();
    let later = |error: DecisionError| match error {
        DecisionError::ChangedSince { later, .. } => later,
        other => panic!("{other}"),
    };
    assert_eq!(later(undo(&house, 1).await.unwrap_err()), Later::Decision(DecisionKey(2)));
    // The newest first they can all be taken back.
    undo(&house, 2).await.unwrap();
    assert_eq!(groups(&house).await, ["1 agent1 pc1"]);
    undo(&house, 1).await.unwrap();
    assert_eq!(groups(&house).await, ["1 agent1", "2 pc1"]);
    assert_eq!(held(&house).await, ["contradiction:serial"]);
    assert_eq!(later(undo(&house, 3).await.unwrap_err()), Later::Decision(DecisionKey(4)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rule_changed_since_is_not_taken_back() {
    let house = House::new();
    take(&house, "names", 1, &[&agent(7, r#""hostname":"pc7""#)]).await;
    take(&house, "register", 1, &[&registered(1, r#""serial":"SN-0001""#)]).await;
    take(&house, "agents", 1, &[&agent(1, r#""serial":"SN-0001""#)]).await;
    split(&house, 2, &["agent1"], None).await.unwrap();
    undo(&house, 1).await.unwrap();
    // The links are those of rules again, and rules move them.
    take(&house, "edr", 2, &[&agent(4, r#""serial":"SN-0001","hostname":"pc7""#)]).await;
    assert_eq!(groups(&house).await, ["1 agent7 pc1 agent1 agent4"]);
    match undo(&house, 2).await.unwrap_err() {
        DecisionError::ChangedSince { later: Later::Rule { decided_by, known_at }, .. } => {
            assert!(decided_by.starts_with("rule:merge:"), "{decided_by}");
            assert!(known_at.is_some());
        }
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_tells_rules_and_persons_in_order_and_across_merges() {
    let house = contradiction().await;
    take(&house, "ports", 3, &[&agent(9, r#""serial":"SN-0007""#)]).await;
    merge(&house, &[1, 2]).await.unwrap();
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let gone = history(&snapshot, AssetKey(2), None).await.unwrap().unwrap();
    assert_eq!(gone.now.iter().map(ToString::to_string).collect::<Vec<_>>(), ["A-1"]);
    let told = |history: &crate::decisions::History| -> Vec<String> {
        let line = |change: &crate::decisions::Change| {
            let names: Vec<&str> = change.records.iter().map(|r| r.name.as_str()).collect();
            let from = change.from.map(|from| from.to_string()).unwrap_or_default();
            let by = change.decision.as_ref().map_or(change.decided_by.clone(), |decision| {
                assert_eq!(decision.reason, "seen on the desk");
                format!("{} {}", decision.decision, decision.by)
            });
            format!("{from}>{} {by}: {}", change.to, names.join(" "))
        };
        history.changes.iter().map(line).collect()
    };
    let came = [">A-2 rule:held: pc1", ">A-2 rule:serial: agent9"];
    assert_eq!(told(&gone), [&came[..], &["A-2>A-1 D-1 hanako: pc1 agent9"]].concat());
    let times: Vec<_> = gone.changes.iter().map(|change| change.known_at.unwrap()).collect();
    assert!(times.is_sorted());

    undo(&house, 1).await.unwrap();
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let back = history(&snapshot, AssetKey(2), None).await.unwrap().unwrap();
    assert_eq!(back.now.iter().map(ToString::to_string).collect::<Vec<_>>(), ["A-2"]);
    assert_eq!(back.changes.len(), 5, "each record went back to a link of its own");
    let merged = back.changes[2].decision.as_ref().unwrap();
    assert_eq!(merged.undone_by.unwrap().to_string(), "D-2");
    assert_eq!(versions(&house, "pc1").await.len(), 3);
    assert_eq!(history(&snapshot, AssetKey(99), None).await.unwrap(), None);
}
