//! The whole repository: a government of a million devices and a year of reports.

pub(crate) mod bulk;

use std::path::Path;

use yagura_synthetic::Plan;

use crate::{
    Failure,
    figure::{Figure, Side},
    run::{Bench, Run, child},
};

pub(crate) const BENCH: Bench = Bench { name: "repository", only_named: true, measure };

/// How many devices the whole measurement has.
const DEVICES: f64 = 1_000_000.0;

/// And how many organisations: fewer devices make fewer of them, and reports of the same size.
const ORGANISATIONS: f64 = 30.0;

/// The government whose sources report for a year, each 52 times, and each device twice to each
/// tool that scans.
pub(crate) fn plan(devices: u64) -> Plan {
    let organisations = (devices as f64 / DEVICES * ORGANISATIONS).ceil() as u32;
    Plan { parts: 26, findings_per_device: 20, ..Plan::new(1, organisations, devices) }
}

fn measure(run: &mut Run) -> Result<(), Failure> {
    let lake = run.new_lake();
    let devices = (DEVICES * run.scale).max(500.0) as u64;
    let bulk = child("bulk", &[&lake, Path::new(&devices.to_string())])?;
    let mut figure = |name: &str, value: f64, unit, bar| {
        run.figures.push(Figure { name: name.to_owned(), input: 0, value, unit, bar });
    };
    let seconds = bulk.number("seconds");
    figure("devices", devices as f64, "", None);
    figure("bulk, findings stated", bulk.number("stated"), "", None);
    figure("bulk, rows of findings", bulk.number("rows"), "", None);
    figure("bulk, time", seconds, "s", None);
    let rate = bulk.number("stated") / seconds;
    figure("bulk, rate", rate, "/s", Some((Side::AtLeast, 150_000.0)));
    figure("bulk, peak memory", bulk.peak(), "MB", Some((Side::AtMost, 3_000.0)));
    figure("generating and gathering alone", bulk.number("gathering"), "s", None);
    Ok(())
}
