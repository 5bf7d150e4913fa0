//! One organisation's report once more, of which a hundredth is otherwise than before.

use std::path::Path;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use serde_json::{Value, json};
use yagura_baseline::identity::Rules;
use yagura_engine::{clock::Clock, ingest::Ingest};
use yagura_lake::Lake;
use yagura_model::Timestamp;
use yagura_synthetic::{Government, Plan, SourceKind};

use super::{MEMORY, Year, copy::copied};
use crate::{
    Failure,
    figure::Side,
    run::{Run, TIMES, child},
    truth::{Otherwise, gathered},
};

/// Findings of the organisation.
const FINDINGS: f64 = 1_600_000.0;

/// Findings of one of its devices that one report states, about.
const EACH: f64 = 40.0;

/// The organisation, which the lake of the year does not know.
const ORGANISATION: &str = "saiken";

/// Takes the reports into a copy of the lake of the year.
pub(super) fn measure(run: &mut Run, year: &Year) -> Result<(), Failure> {
    let lake = run.new_lake();
    copied(&year.lake, &lake)?;
    let devices = (FINDINGS * run.scale / EACH).max(25.0) as u64;
    let at = year.end().to_string();
    let taken = child("again", &[&lake, Path::new(&devices.to_string()), Path::new(&at)])?;
    std::fs::remove_dir_all(&lake)?;
    run.figure("re-ingest, findings stated", taken.number("stated"), "", None);
    run.figure("re-ingest, rows written for the hundredth", taken.number("changed"), "", None);
    run.figure("re-ingest, 1 % changed", taken.number("seconds"), "s", Some((Side::AtMost, 6.0)));
    run.figure("re-ingest, of that gathering events", taken.number("gathering"), "s", None);
    run.figure("re-ingest, peak memory", taken.peak(), "MB", Some(MEMORY));
    Ok(())
}

/// Takes the report in, then several times again with other findings left out.
pub(crate) async fn taken(lake: &Path, devices: &Path, at: &Path) -> Result<Value, Failure> {
    let devices: u64 = devices.to_string_lossy().parse()?;
    let end: Timestamp = at.to_string_lossy().parse()?;
    let now = end + SignedDuration::from_hours(24 * 30);
    let government = Government::new(Plan {
        findings_per_device: (EACH * 1.7) as u32,
        ..Plan::new(2, 1, devices)
    });
    let ingest = Ingest {
        lake: Lake::open(lake)?,
        rules: Rules::shipped().clone(),
        clock: Clock::Fixed(now),
    };
    let mut writer = ingest.lake.write(Duration::ZERO, now).await?;
    let mut report = government.report(0, SourceKind::Endpoint, government.plan().scans / 2);
    report.partial = false;
    report.observed_at = end;
    let mut best = (Duration::MAX, Duration::ZERO);
    let (mut stated, mut changed) = (0, 0);
    for turn in 0..=TIMES as u64 {
        report.observed_at += SignedDuration::from_hours(1);
        let otherwise = Otherwise {
            without: Some(turn),
            organisation: Some(ORGANISATION),
            ..Otherwise::default()
        };
        let begun = Instant::now();
        let reading = gathered(&ingest, &government, report, otherwise)?;
        let gathering = begun.elapsed();
        for taken in ingest.take(&mut writer, vec![reading]).await? {
            let taken = taken?;
            stated = taken.tally.account.findings;
            changed = taken.effects.opened + taken.effects.reopened + taken.effects.resolved;
        }
        // The first is not there again.
        if turn > 0 && begun.elapsed() < best.0 {
            best = (begun.elapsed(), gathering);
        }
    }
    Ok(json!({
        "stated": stated,
        "changed": changed,
        "seconds": best.0.as_secs_f64(),
        "gathering": best.1.as_secs_f64(),
    }))
}
