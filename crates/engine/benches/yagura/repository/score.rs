//! A score of all assets, at all levels. Nothing of it is stored.

use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use yagura_baseline::{master::Master, model::Model};
use yagura_engine::score::{By, Sweep};
use yagura_lake::Lake;

use super::{MEMORY, Year};
use crate::{
    Failure,
    figure::Side,
    run::{Run, best, child},
};

/// Scores the lake of the year.
pub(super) fn measure(run: &mut Run, year: &Year) -> Result<(), Failure> {
    scored(run, "full score, all levels, not stored", &year.lake, year.end())
}

/// Scores a lake as of a time, in a new process each time.
pub(super) fn scored(
    run: &mut Run,
    name: &str,
    lake: &Path,
    at: jiff::Timestamp,
) -> Result<(), Failure> {
    let at = at.to_string();
    let best = best(|| child("score-year", &[lake, Path::new(&at)]))?;
    run.figure(name, best.seconds, "s", Some((Side::AtMost, 12.0)));
    run.figure(&format!("{name}, peak memory"), best.peak(), "MB", Some(MEMORY));
    Ok(())
}

/// Sums at every level.
pub(crate) async fn swept(lake: &Path, at: &Path) -> Result<Value, Failure> {
    let begun = Instant::now();
    let lake = Lake::open(lake)?;
    let snapshot = lake.snapshot().await?;
    let (model, master) = (Model::shipped(), Master::shipped());
    let at = at.to_string_lossy().parse()?;
    let sweep = Sweep::present(&lake, &snapshot, model, master, at, None).await?;
    let levels =
        [By::Organisation, By::System, By::Asset, By::Class, By::Check, By::Remedy, By::Domain];
    let totals = levels.map(|by| sweep.totals(by).len());
    Ok(json!({
        "assets": sweep.assets.len(),
        "open": sweep.whole().open,
        "totals": totals,
        "seconds": begun.elapsed().as_secs_f64(),
    }))
}
