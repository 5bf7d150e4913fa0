//! A score of all assets, at all levels, stored.

use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use yagura_baseline::{master::Master, model::Model};
use yagura_engine::score::Sweep;
use yagura_lake::Lake;

use super::{MEMORY, Year};
use crate::{
    Failure,
    figure::Side,
    run::{Run, best, child},
};

/// Scores the lake of the year.
pub(super) fn measure(run: &mut Run, year: &Year) -> Result<(), Failure> {
    scored(run, "full score, all levels, stored", &year.lake, year.end())
}

/// Sees to it that the lake has a stored score that can be asked.
pub(super) fn stored(year: &Year) -> Result<(), Failure> {
    if !year.lake.join("_yagura/scores").exists() {
        child("score-year", &[&year.lake, Path::new(&year.end().to_string())])?;
    }
    Ok(())
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

/// Sums at every level, made and stored.
pub(crate) async fn swept(lake: &Path, at: &Path) -> Result<Value, Failure> {
    let begun = Instant::now();
    let lake = Lake::open(lake)?;
    let snapshot = lake.snapshot().await?;
    let (model, master) = (Model::shipped(), Master::shipped());
    let at = at.to_string_lossy().parse()?;
    let sweep = Sweep::present(&lake, &snapshot, model, master, at, None).await?;
    let stored = sweep.store(&lake, &snapshot, at).await?;
    Ok(json!({
        "assets": stored.whole.assets,
        "open": stored.whole.open,
        "seconds": begun.elapsed().as_secs_f64(),
    }))
}
