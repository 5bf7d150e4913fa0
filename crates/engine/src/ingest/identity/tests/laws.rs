//! What holds of any reports.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use yagura_lake::{
    rows::{LinkRow, SubjectRow},
    scan::Filter,
};

use super::{by_asset, groups, held, take_for};
use crate::testing::House;

/// A report of one source: machines of a small world, some seen by name only.
#[derive(Debug, Clone)]
struct Report {
    organisation: &'static str,
    source: u8,
    day: u8,
    seen: Vec<(u8, bool, bool)>,
}

fn reports() -> impl Strategy<Value = Vec<Report>> {
    let seen = proptest::collection::btree_map(0u8..4, (any::<bool>(), any::<bool>()), 1..4);
    let organisation = prop_oneof![Just("sakura"), Just("ume")];
    let report = (organisation, 0u8..3, seen).prop_map(|(organisation, source, seen)| {
        let seen = seen.into_iter().map(|(n, (serial, mac))| (n, serial, mac)).collect();
        Report { organisation, source, day: 0, seen }
    });
    proptest::collection::vec(report, 2..6).prop_map(|mut reports| {
        for (day, report) in (1u8..).zip(&mut reports) {
            report.day = day;
        }
        reports
    })
}

async fn taken(reports: &[Report]) -> House {
    let house = House::new();
    for report in reports {
        give(&house, report).await;
    }
    house
}

async fn give(house: &House, report: &Report) -> bool {
    let row = |(n, serial, mac): &(u8, bool, bool)| {
        let mut row = format!(
            r#""kind":"device","agent_id":"{}-{n}","name":"m{n}","hostname":"pc{n}""#,
            report.source
        );
        if *serial {
            row.push_str(&format!(r#","serial":"SN-000{n}""#));
        }
        if *mac {
            row.push_str(&format!(r#","mac":"00:1b:21:00:00:0{n}""#));
        }
        row
    };
    let rows: Vec<String> = report.seen.iter().map(row).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let source = format!("{}-{}", report.organisation, report.source);
    let day = format!("10-{:02}", report.day);
    take_for(house, report.organisation, &source, &day, &rows).await.unchanged
}

/// Reproducible examples of a strategy: what is tried takes a lake each.
fn examples<S: Strategy>(strategy: S, count: usize) -> Vec<S::Value> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_reports_does_not_change_who_is_with_whom() {
    for reports in examples(reports(), 3) {
        let mut turned = reports.clone();
        turned.reverse();
        let (one, other) = (taken(&reports).await, taken(&turned).await);
        assert_eq!(groups(&one).await, groups(&other).await, "{reports:?}");
        assert!(held(&one).await.is_empty() && held(&other).await.is_empty(), "{reports:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_asset_has_records_of_two_organisations_and_the_same_again_changes_nothing() {
    for reports in examples(reports(), 3) {
        let house = taken(&reports).await;
        let before = by_asset(&house).await;
        let snapshot = house.ingest.lake.snapshot().await.unwrap();
        let subjects: Vec<SubjectRow> = snapshot.rows(&Filter::all()).await.unwrap();
        let links: Vec<LinkRow> = snapshot.rows(&Filter::all()).await.unwrap();
        let mut of_asset: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
        for link in links {
            let subject = subjects.iter().find(|row| row.subject == link.subject).unwrap();
            of_asset.entry(link.asset).or_default().insert(subject.organisation.clone());
        }
        assert!(of_asset.values().all(|organisations| organisations.len() == 1), "{reports:?}");
        for report in &reports {
            assert!(give(&house, report).await);
        }
        assert_eq!(by_asset(&house).await, before);
    }
}
