//! Reports taken in by one commit stand as those taken in one by one.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use yagura_lake::{Snapshot, compact::Extent, row::Row, rows, scan::Filter};
use yagura_model::organisation::OrganisationCode;
use yagura_synthetic::{Government, Plan, Report};

use super::super::{Group, IngestError, Reading, Remembered, Request};
use crate::{
    intake::{Intake, Limits},
    testing::House,
};

/// A small government with many accidents.
fn government(seed: u64) -> Government {
    let mut plan = Plan::new(seed, 2, 40);
    plan.findings_per_device = 4;
    (plan.scans, plan.days) = (2, 30);
    plan.rates.late = 200;
    Government::new(plan)
}

fn reading(house: &House, government: &Government, report: Report) -> Reading {
    let organisation = government.organisation_code(report.organisation);
    let request = Request {
        create_organisation: true,
        format: Some(report.source.format().as_str().to_owned()),
        ..Request::new(OrganisationCode::new(&organisation).unwrap(), report.source.as_str())
    };
    let name = format!("{organisation}/{}/{}", report.source.as_str(), report.file_name());
    let intake = Intake::new(house.folder.path(), Limits::default());
    let received = intake.receive(&name, &mut Cursor::new(name.as_bytes())).unwrap();
    let member = received.members.first().unwrap();
    let send = |sink: &mut dyn yagura_model::sink::Sink| government.send(report, sink);
    house.ingest.gather(member, received.digest, &request, send).unwrap()
}

/// Takes in all reports, so many by one commit. Of three commits one is that of somebody else, who
/// knows nothing of the others; for one the lake was read before the last commit, and for some of these
/// that was somebody else's.
async fn taken(house: &House, government: &Government, mut together: impl FnMut() -> usize) {
    let reports: Vec<Report> = government.reports().collect();
    let mut rest = reports.as_slice();
    let now = house.ingest.clock.now();
    let mut remembered = Remembered::default();
    let mut before: Option<Arc<Snapshot>> = None;
    let mut commits = 0;
    while !rest.is_empty() {
        let (now_taken, later) = rest.split_at(together().clamp(1, rest.len()));
        rest = later;
        let readings = now_taken.iter().map(|report| reading(house, government, *report));
        let mut readings: Vec<Reading> = readings.collect();
        let mut ahead = None;
        if let Some(state) = before.take().filter(|_| commits % 4 != 1) {
            ahead = house.ingest.read_ahead(state, &mut readings).await.unwrap();
        }
        let mut writer = house.ingest.lake.write(Duration::ZERO, now).await.unwrap();
        commits += 1;
        before = Some(Arc::clone(writer.snapshot()));
        let group = Group { readings, ahead };
        let taken = match commits % 3 {
            0 => house.ingest.take_next(&mut Remembered::default(), &mut writer, group).await,
            _ => house.ingest.take_next(&mut remembered, &mut writer, group).await,
        };
        for taken in taken.unwrap() {
            taken.unwrap();
        }
    }
}

async fn all<T: Row + std::fmt::Debug + Send + 'static>(snapshot: &Snapshot) -> BTreeSet<String> {
    let rows: Vec<T> = snapshot.rows(&Filter::all()).await.unwrap();
    rows.iter().map(|row| format!("{row:?}")).collect()
}

/// All rows in force, as text.
async fn everything(house: &House) -> Vec<BTreeSet<String>> {
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    vec![
        all::<rows::OrganisationRow>(&snapshot).await,
        all::<rows::SourceRow>(&snapshot).await,
        all::<rows::SubjectRow>(&snapshot).await,
        all::<rows::IdentifierRow>(&snapshot).await,
        all::<rows::LinkRow>(&snapshot).await,
        all::<rows::AssetRow>(&snapshot).await,
        all::<rows::RelationRow>(&snapshot).await,
        all::<rows::AttributeRow>(&snapshot).await,
        all::<rows::CheckRow>(&snapshot).await,
        all::<rows::FindingRow>(&snapshot).await,
        all::<rows::CoverageRow>(&snapshot).await,
        all::<rows::CheckSetRow>(&snapshot).await,
        all::<rows::PackageRow>(&snapshot).await,
        all::<rows::SoftwareSetRow>(&snapshot).await,
        all::<rows::SoftwareRow>(&snapshot).await,
        all::<rows::HoldRow>(&snapshot).await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn by_one_commit_or_by_many() {
    let government = government(11);
    let one_by_one = House::new();
    taken(&one_by_one, &government, || 1).await;

    let mut together = House::new();
    together.ingest.lake = together.ingest.lake.clone().with_indexes_from(0);
    let mut sizes = [9, 1, 16, 5, 2].iter().cycle();
    taken(&together, &government, || sizes.next().copied().unwrap_or(1)).await;

    let wanted = everything(&one_by_one).await;
    assert!(wanted.iter().filter(|rows| !rows.is_empty()).count() > 12, "not much to compare");
    assert_eq!(everything(&together).await, wanted);
    let now = together.ingest.clock.now();
    let mut writer = together.ingest.lake.write(Duration::ZERO, now).await.unwrap();
    writer.compact(Extent::Everything, now).await.unwrap();
    drop(writer);
    assert_eq!(everything(&together).await, wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_is_refused_costs_no_other() {
    let house = House::new();
    let government = government(7);
    let mut readings: Vec<Reading> =
        government.reports().take(3).map(|report| reading(&house, &government, report)).collect();
    readings[1].request.create_organisation = false;
    readings[1].request.organisation = OrganisationCode::new("nowhere").unwrap();
    let now = house.ingest.clock.now();
    let mut writer = house.ingest.lake.write(Duration::ZERO, now).await.unwrap();
    let taken = house.ingest.take(&mut writer, readings).await.unwrap();
    let accepted: Vec<bool> = taken.iter().map(Result::is_ok).collect();
    assert_eq!(accepted, [true, false, true]);
    let reports = house.ask("SELECT file FROM reports ORDER BY 1").await;
    assert_eq!(reports.len(), 2, "{reports:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_tells_of_its_reports_in_their_order() {
    let others = House::new();
    let house = House::new();
    let government = government(5);
    taken(&others, &government, || 9).await;
    let mut readings: Vec<Reading> =
        government.reports().map(|report| reading(&house, &government, report)).collect();
    let wanted: Vec<String> = readings.iter().map(|reading| reading.digest.clone()).collect();
    let many = readings.len();
    assert!(many > 20, "not much of a batch");
    let last = readings.split_off(many / 2);
    let refused = (0..3).map(|number| Err(format!("no report {number}")));
    let reports: Vec<Result<Reading, String>> =
        readings.into_iter().map(Ok).chain(refused).chain(last.into_iter().map(Ok)).collect();
    let mut batch = house.ingest.batch(Duration::ZERO, reports.into_iter()).unwrap();
    let (mut digests, mut refused) = (Vec::new(), Vec::new());
    while let Some(outcomes) = batch.next().await.unwrap() {
        for outcome in outcomes {
            match outcome {
                Ok(taken) => digests.push(taken.result.unwrap().digest),
                Err(why) => refused.push((digests.len(), why)),
            }
        }
    }
    assert_eq!(digests, wanted);
    let at = many / 2;
    let wanted = [0, 1, 2].map(|number| (at, format!("no report {number}")));
    assert_eq!(refused, wanted);
    assert_eq!(everything(&house).await, everything(&others).await);
    assert!(batch.next().await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_whose_reader_fails_says_so() {
    let house = House::new();
    let government = government(5);
    let first = government.reports().next().unwrap();
    let first = reading(&house, &government, first);
    let mut reports = vec![first].into_iter();
    let reports = std::iter::from_fn(move || Some(Ok::<_, ()>(reports.next().unwrap())));
    let mut batch = house.ingest.batch(Duration::ZERO, reports).unwrap();
    let failed = batch.next().await.unwrap_err();
    assert!(matches!(failed, IngestError::Stopped(_)), "{failed}");
    assert!(batch.next().await.unwrap().is_none());
    let reports = house.ask("SELECT file FROM reports").await;
    assert!(reports.is_empty(), "{reports:?}");
}
