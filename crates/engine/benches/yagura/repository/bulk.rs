//! The bulk of a year: parsed events into the lake, durable.

use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use yagura_baseline::identity::Rules;
use yagura_engine::{
    clock::Clock,
    ingest::{Ingest, Reading},
};
use yagura_lake::{Lake, table::Table};
use yagura_synthetic::{Government, Report, SourceKind};

use crate::{Failure, truth::gathered};

/// Registers are sent at the start and in the middle of the year.
const REGISTERS: u32 = 26;

/// Findings that are taken in by one commit, about.
const TOGETHER: u64 = 1_000_000;

/// And most reports.
const REPORTS: usize = 128;

/// Takes in what a government of so many devices reports in a year.
pub(crate) async fn taken(lake: &Path, devices: &Path) -> Result<Value, Failure> {
    let devices: u64 = devices.to_string_lossy().parse()?;
    let government = Government::new(super::plan(devices));
    let end = government.plan().start + jiff::SignedDuration::from_hours(24 * 370);
    let lake = Lake::open(lake)?;
    let ingest = Ingest { lake, rules: Rules::shipped().clone(), clock: Clock::Fixed(end) };
    let mut writer = ingest.lake.write(Duration::ZERO, end).await?;
    let started = Instant::now();
    let (send, receive) = sync_channel::<Vec<Reading>>(1);
    let (mut stated, mut commits, mut taking) = (0, 0, Duration::ZERO);
    let gathering = {
        let ingest = ingest.clone();
        std::thread::spawn(move || gather(&ingest, &government, &send))
    };
    while let Ok(readings) = receive.recv() {
        let begun = Instant::now();
        for taken in ingest.take(&mut writer, readings).await? {
            let account = taken?.tally.account;
            stated += account.findings;
        }
        commits += 1;
        taking += begun.elapsed();
        eprintln!("{commits} commits, {stated} findings, {:.1} s", started.elapsed().as_secs_f64());
    }
    drop(writer);
    let seconds = started.elapsed().as_secs_f64();
    let gathering = gathering.join().map_err(|_| "the generator failed")??;
    let files = ingest.lake.snapshot().await?.files(Table::Findings).await?;
    let rows: u64 = files.iter().map(|file| file.rows).sum();
    Ok(json!({
        "stated": stated,
        "rows": rows,
        "commits": commits,
        "seconds": seconds,
        "taking": taking.as_secs_f64(),
        "gathering": gathering.as_secs_f64(),
    }))
}

/// Gathers the reports of the year, some at a time; gives the time that took.
fn gather(
    ingest: &Ingest,
    government: &Government,
    send: &std::sync::mpsc::SyncSender<Vec<Reading>>,
) -> Result<Duration, String> {
    let mut time = Duration::ZERO;
    let (mut together, mut findings) = (Vec::new(), 0);
    for report in government.reports().filter(is_sent) {
        let begun = Instant::now();
        let reading = gathered(ingest, government, report, false).map_err(|e| e.to_string())?;
        time += begun.elapsed();
        findings += reading.tally().account.findings;
        together.push(reading);
        if findings >= TOGETHER || together.len() >= REPORTS {
            findings = 0;
            send.send(std::mem::take(&mut together)).map_err(|e| e.to_string())?;
        }
    }
    send.send(together).map_err(|e| e.to_string())?;
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
