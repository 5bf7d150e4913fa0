//! A clock that goes back, and reports that are dated in the future.

use std::sync::Arc;

use jiff::ToSpan as _;
use yagura_lake::{Vacuum, check::EvidenceDepth, rows::ReportRow, scan::Filter};
use yagura_model::Timestamp;

use crate::{
    clock::Clock,
    ingest::Ingest,
    testing::{House, grype},
};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The house with its clock at another time.
fn with_clock(house: &House, now: &str) -> Ingest {
    Ingest { clock: Clock::Fixed(at(now)), ..house.ingest.clone() }
}

async fn take(house: &mut House, now: &str, observed_at: &str, cves: &[&str]) -> &'static str {
    house.ingest = with_clock(house, now);
    match house.take(&grype(observed_at, cves), &House::request("grype")).await {
        Ok(_) => "taken",
        Err(error) => error.code(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_goes_back_changes_neither_order_nor_history() {
    let mut house = House::new();
    let first = ("2026-11-05T00:00:00Z", "2026-11-04T00:00:00Z");
    assert_eq!(take(&mut house, first.0, first.1, &["CVE-2026-0001"]).await, "taken");
    let before = house.ingest.lake.snapshot().await.unwrap().committed_at();
    // Four days back.
    let now = "2026-11-01T00:00:00Z";
    assert_eq!(take(&mut house, now, "2026-10-30T00:00:00Z", &["CVE-2026-0002"]).await, "taken");
    assert_eq!(take(&mut house, now, "2026-11-01T12:00:00Z", &["CVE-2026-0003"]).await, "taken");
    let newest = house.ingest.lake.snapshot().await.unwrap();
    assert!(newest.committed_at() > before);
    // By what was known then: the order is that of the commits.
    for (microseconds, expected) in [(0, 1), (1, 2), (2, 3)] {
        let then = before + microseconds.microseconds();
        let known = house.snapshot(Some(then)).await;
        let reports: Vec<ReportRow> = known.rows(&Filter::all()).await.unwrap();
        assert_eq!(reports.len(), expected, "{then}");
    }
    // What this clock has not seen yet is refused, and the error says what to do.
    let future = take(&mut house, now, "2026-11-03T00:00:00Z", &["CVE-2026-0004"]).await;
    assert_eq!(future, "future");
    let checked = house.ingest.lake.check(EvidenceDepth::Full, Arc::new(|_, _| {})).await.unwrap();
    assert!(checked.broken.is_empty(), "{:?}", checked.broken);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_years_ahead_does_not_keep_everything_for_ever() {
    let mut house = House::new();
    let days: Vec<String> = (1..=12).map(|day| format!("2026-10-{day:02}T00:00:00Z")).collect();
    assert_eq!(take(&mut house, "2099-01-01T00:00:00Z", &days[0], &[]).await, "taken");
    // The clock is right again, and days go by.
    for day in days.iter().skip(1) {
        assert_eq!(take(&mut house, day, day, &["CVE-2026-0001"]).await, "taken");
    }
    let now = at("2026-10-13T00:00:00Z");
    let mut writer = house.ingest.lake.write(std::time::Duration::ZERO, now).await.unwrap();
    // All are dated 2099; when they were written says the file system. This test was written later
    // than any of these days, and so none of the files is as old as it should be.
    let later = Clock::System.now() + 48.hours();
    let vacuumed = writer.vacuum(Vacuum::default(), later).await.unwrap();
    assert!(vacuumed.manifests >= 3, "{vacuumed:?}");
    drop(writer);
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let reports: Vec<ReportRow> = snapshot.rows(&Filter::all()).await.unwrap();
    assert_eq!(reports.len(), 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_the_future_is_refused_and_costs_nothing() {
    let mut house = House::new();
    let now = "2026-11-01T00:00:00Z";
    assert_eq!(take(&mut house, now, "2026-11-03T00:00:00Z", &["CVE-2026-0001"]).await, "future");
    assert_eq!(house.ingest.lake.snapshot().await.unwrap().commit().0, 0);
    // Clocks differ by hours.
    assert_eq!(take(&mut house, now, "2026-11-01T20:00:00Z", &["CVE-2026-0001"]).await, "taken");
    // An earlier look that comes later changes the past only.
    assert_eq!(take(&mut house, now, "2026-10-31T00:00:00Z", &[]).await, "taken");
    let open = house.ask("SELECT check_id FROM findings").await;
    assert_eq!(open, ["CVE-2026-0001"]);
}
