//! The bulk of a year: parsed events into the lake, durable.

use std::path::Path;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use yagura_baseline::identity::Rules;
use yagura_engine::{
    clock::Clock,
    ingest::{Ingest, Reading},
};
use yagura_lake::{Lake, rows::FindingCount, scan::Filter};
use yagura_synthetic::{Government, Report, SourceKind};

use super::plan::Shape;
use crate::{
    Failure,
    truth::{Otherwise, gathered},
};

/// Registers are sent at the start and in the middle of the year.
const REGISTERS: u32 = 26;

/// Takes in what a government of a shape reports in a year.
pub(crate) async fn taken(lake: &Path, shape: &Path, devices: &Path) -> Result<Value, Failure> {
    let shape = Shape::named(&shape.to_string_lossy())?;
    let government = Government::new(shape.plan(devices.to_string_lossy().parse()?));
    let end = super::end(government.plan()) + jiff::SignedDuration::from_hours(24 * 5);
    let lake = Lake::open(lake)?;
    let ingest = Ingest { lake, rules: Rules::shipped().clone(), clock: Clock::Fixed(end) };
    let started = Instant::now();
    let (mut stated, mut reports, mut commits) = (0, 0, 0);
    let gathering = Arc::new(AtomicU64::new(0));
    let mut batch = ingest.batch(Duration::ZERO, readings(&ingest, government, &gathering))?;
    while let Some(taken) = batch.next().await? {
        for taken in taken {
            stated += taken?.result?.tally.account.findings;
            reports += 1;
        }
        commits += 1;
        eprintln!("{commits} commits, {stated} findings, {:.1} s", started.elapsed().as_secs_f64());
    }
    let seconds = started.elapsed().as_secs_f64();
    let gathering = Duration::from_micros(gathering.load(Ordering::Relaxed));
    let (open, closed) = rows(&ingest.lake).await?;
    Ok(json!({
        "stated": stated,
        "reports": reports,
        "open": open,
        "closed": closed,
        "commits": commits,
        "seconds": seconds,
        "gathering": gathering.as_secs_f64(),
    }))
}

/// How many findings are open, and how many have ended.
async fn rows(lake: &Lake) -> Result<(u64, u64), Failure> {
    let snapshot = lake.snapshot().await?;
    let scan = snapshot.scan::<FindingCount>(&Filter::all()).await?;
    let (mut open, mut closed) = (0, 0);
    scan.each(None, |stored| {
        *(if stored.row.resolved_at.is_none() { &mut open } else { &mut closed }) += 1;
    })?;
    Ok((open, closed))
}

/// Gathers the reports of the year as they are drawn, and adds up the time that takes.
fn readings(
    ingest: &Ingest,
    government: Government,
    time: &Arc<AtomicU64>,
) -> impl Iterator<Item = Result<Reading, String>> + Send + 'static {
    let (ingest, time) = (ingest.clone(), Arc::clone(time));
    let reports: Vec<Report> = government.reports().filter(is_sent).collect();
    reports.into_iter().map(move |report| {
        let begun = Instant::now();
        let reading = gathered(&ingest, &government, report, Otherwise::default());
        time.fetch_add(begun.elapsed().as_micros() as u64, Ordering::Relaxed);
        reading.map_err(|error| error.to_string())
    })
}

fn is_sent(report: &Report) -> bool {
    match report.source {
        SourceKind::Endpoint
        | SourceKind::Scanner
        | SourceKind::Outside
        | SourceKind::Configuration => true,
        _ => report.number.is_multiple_of(REGISTERS),
    }
}
