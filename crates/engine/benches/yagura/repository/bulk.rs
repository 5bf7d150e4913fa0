//! The bulk of a year: parsed events into the lake, durable.

use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use yagura_baseline::identity::Rules;
use yagura_engine::{
    clock::Clock,
    ingest::{Ingest, Reading, Remembered},
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

/// Findings that are taken in by one commit, about: more is hardly faster, and a group is held
/// twice, once being taken in and once being gathered.
const TOGETHER: u64 = 300_000;

/// As much as so many findings counts an asset of a report: registers state none.
const ASSET: u64 = 10;

/// And most reports.
const REPORTS: usize = 1_024;

/// Takes in what a government of a shape reports in a year.
pub(crate) async fn taken(lake: &Path, shape: &Path, devices: &Path) -> Result<Value, Failure> {
    let shape = Shape::named(&shape.to_string_lossy())?;
    let government = Government::new(shape.plan(devices.to_string_lossy().parse()?));
    let end = super::end(government.plan()) + jiff::SignedDuration::from_hours(24 * 5);
    let lake = Lake::open(lake)?;
    let ingest = Ingest { lake, rules: Rules::shipped().clone(), clock: Clock::Fixed(end) };
    let mut writer = ingest.lake.write(Duration::ZERO, end).await?;
    let started = Instant::now();
    // No group waits while one is taken in and the next is gathered.
    let (send, receive) = sync_channel::<Vec<Reading>>(0);
    let mut remembered = Remembered::default();
    let (mut stated, mut reports, mut commits) = (0, 0, 0);
    let mut taking = Duration::ZERO;
    let gathering = {
        let ingest = ingest.clone();
        std::thread::spawn(move || gather(&ingest, &government, &send))
    };
    while let Ok(readings) = receive.recv() {
        let begun = Instant::now();
        for taken in ingest.take_next(&mut remembered, &mut writer, readings).await? {
            stated += taken?.tally.account.findings;
            reports += 1;
        }
        commits += 1;
        taking += begun.elapsed();
        eprintln!("{commits} commits, {stated} findings, {:.1} s", started.elapsed().as_secs_f64());
    }
    drop(writer);
    let seconds = started.elapsed().as_secs_f64();
    let gathering = gathering.join().map_err(|_| "the generator failed")??;
    let (open, closed) = rows(&ingest.lake).await?;
    Ok(json!({
        "stated": stated,
        "reports": reports,
        "open": open,
        "closed": closed,
        "commits": commits,
        "seconds": seconds,
        "taking": taking.as_secs_f64(),
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

/// Gathers the reports of the year, some at a time; gives the time that took.
fn gather(
    ingest: &Ingest,
    government: &Government,
    send: &SyncSender<Vec<Reading>>,
) -> Result<Duration, String> {
    let mut time = Duration::ZERO;
    let (mut together, mut weight) = (Vec::new(), 0);
    for report in government.reports().filter(is_sent) {
        let begun = Instant::now();
        let reading = gathered(ingest, government, report, Otherwise::default());
        let reading = reading.map_err(|error| error.to_string())?;
        time += begun.elapsed();
        let tally = reading.tally();
        weight += tally.account.findings + tally.assets * ASSET;
        together.push(reading);
        if weight >= TOGETHER || together.len() >= REPORTS {
            weight = 0;
            send.send(std::mem::take(&mut together)).map_err(|error| error.to_string())?;
        }
    }
    send.send(together).map_err(|error| error.to_string())?;
    Ok(time)
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
