//! A year of daily scans: how many bytes each day adds.

use std::path::Path;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use serde_json::{Value, json};
use yagura_baseline::identity::Rules;
use yagura_engine::{clock::Clock, ingest::Ingest};
use yagura_lake::{Lake, Vacuum, compact::Extent};
use yagura_synthetic::{Government, Plan, SourceKind};

use super::{MEMORY, Year, copy::bytes_in};
use crate::{
    Failure,
    figure::Side,
    run::{Run, child},
    truth::{Otherwise, gathered},
};

/// Devices that are scanned every day.
const DEVICES: f64 = 20_000.0;

/// Findings each of them has at a time, about.
const EACH: u32 = 50;

/// Scans so many devices for a year, or in a small run fewer and for a month.
pub(super) fn measure(run: &mut Run, _: &Year) -> Result<(), Failure> {
    let devices = (DEVICES * run.scale).max(100.0) as u64;
    let days = if run.scale <= 0.02 { 30 } else { 365 };
    let lake = run.new_lake();
    let words = [devices.to_string(), days.to_string()];
    let [devices_word, days_word] = words.each_ref().map(Path::new);
    let scanned = child("daily", &[&lake, devices_word, days_word])?;
    std::fs::remove_dir_all(&lake)?;
    run.figure("daily scans, devices", devices as f64, "", None);
    run.figure("daily scans, days", f64::from(days), "", None);
    run.figure("daily scans, findings stated a day", scanned.number("stated"), "", None);
    run.figure("daily scans, rows changed a day", scanned.number("changed"), "", None);
    let added = scanned.number("added") / 1e6;
    run.figure("daily scans, added a day", added, "MB", Some((Side::AtMost, 3.0)));
    run.figure("daily scans, time a day", scanned.number("seconds"), "s", None);
    run.figure("daily scans, peak memory", scanned.peak(), "MB", Some(MEMORY));
    Ok(())
}

/// Takes in a scan of all devices each day, of which a hundredth is otherwise than the day before;
/// then what nobody reads any more is deleted.
pub(crate) async fn scanned(lake: &Path, devices: &Path, days: &Path) -> Result<Value, Failure> {
    let folder = lake;
    let devices: u64 = devices.to_string_lossy().parse()?;
    let days: u64 = days.to_string_lossy().parse()?;
    let government =
        Government::new(Plan { findings_per_device: EACH * 17 / 10, ..Plan::new(3, 1, devices) });
    let mut report = government.report(0, SourceKind::Endpoint, government.plan().scans / 2);
    report.partial = false;
    let lake = Lake::open(folder)?;
    let mut first = 0;
    let (mut stated, mut changed) = (0, 0);
    let begun = Instant::now();
    for day in 0..=days {
        report.observed_at += SignedDuration::from_hours(24);
        let clock = Clock::Fixed(report.observed_at + SignedDuration::from_hours(1));
        let ingest = Ingest { lake: lake.clone(), rules: Rules::shipped().clone(), clock };
        let otherwise = Otherwise { without: Some(day), ..Otherwise::default() };
        let reading = gathered(&ingest, &government, report, otherwise)?;
        let mut writer = lake.write(Duration::ZERO, clock.now()).await?;
        for taken in ingest.take(&mut writer, vec![reading]).await? {
            let taken = taken?;
            stated = taken.tally.account.findings;
            if day > 0 {
                let effects = taken.effects;
                changed += effects.opened + effects.reopened + effects.resolved;
            }
        }
        drop(writer);
        if day == 0 {
            tidied(&lake, clock).await?;
            first = bytes_in(folder)?;
        }
    }
    let seconds = begun.elapsed().as_secs_f64() / days as f64;
    tidied(&lake, Clock::Fixed(report.observed_at + SignedDuration::from_hours(24 * 90))).await?;
    let added = bytes_in(folder)?.saturating_sub(first);
    Ok(json!({
        "stated": stated,
        "changed": changed as f64 / days as f64,
        "added": added as f64 / days as f64,
        "seconds": seconds,
    }))
}

/// Compacts and deletes what nobody reads any more.
async fn tidied(lake: &Lake, clock: Clock) -> Result<(), Failure> {
    let mut writer = lake.write(Duration::ZERO, clock.now()).await?;
    writer.compact(Extent::Everything, clock.now()).await?;
    let later = clock.now() + SignedDuration::from_hours(24 * 40);
    writer.vacuum(Vacuum::default(), later).await?;
    Ok(())
}
