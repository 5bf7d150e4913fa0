//! The same bars for many small organisations, and for one that has everything.

use std::path::Path;

use super::{MEMORY, RATE, Year, end, plan, plan::Shape, score};
use crate::{
    Failure,
    run::{Run, child},
};

/// Devices of all municipalities.
const MUNICIPALITIES: f64 = 85_000.0;

/// 1,700 organisations of 50 devices.
pub(super) fn municipalities(run: &mut Run, _: &Year) -> Result<(), Failure> {
    let devices = (MUNICIPALITIES * run.scale).max(500.0);
    bulk_and_score(run, Shape::Municipalities, devices as u64)
}

/// One organisation of a million devices.
pub(super) fn one(run: &mut Run, year: &Year) -> Result<(), Failure> {
    if year.plan.organisations == 1 {
        run.notes.push("the lake of the year is of one organisation at this scale".to_owned());
        return Ok(());
    }
    bulk_and_score(run, Shape::One, (plan::DEVICES * run.scale) as u64)
}

fn bulk_and_score(run: &mut Run, shape: Shape, devices: u64) -> Result<(), Failure> {
    let name = shape.name();
    let lake = run.new_lake();
    let plan = shape.plan(devices);
    let words = [name.to_owned(), devices.to_string()];
    let [shape_word, devices_word] = words.each_ref().map(Path::new);
    let bulk = child("bulk", &[&lake, shape_word, devices_word])?;
    let organisations = f64::from(plan.organisations);
    run.figure(&format!("{name}, organisations"), organisations, "", None);
    run.figure(&format!("{name}, reports"), bulk.number("reports"), "", None);
    let rate = bulk.number("stated") / bulk.number("seconds");
    run.figure(&format!("{name}, bulk, rate"), rate, "/s", Some(RATE));
    run.figure(&format!("{name}, bulk, peak memory"), bulk.peak(), "MB", Some(MEMORY));
    score::scored(run, &format!("{name}, full score"), &lake, end(&plan))?;
    std::fs::remove_dir_all(&lake)?;
    Ok(())
}
