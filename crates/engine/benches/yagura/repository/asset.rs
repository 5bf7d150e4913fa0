//! Everything about one asset, asked in a process that goes on.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use yagura_baseline::{identity::Rules, master::Master, model::Model};
use yagura_engine::browse::assets::find;
use yagura_lake::{Lake, rows::AssetPoint, scan::Filter};
use yagura_model::{
    Timestamp,
    domain::{AssetClass, Domain},
    id::AssetKey,
};

use super::{MEMORY, Year};
use crate::{
    Failure,
    figure::Side,
    run::{Run, TIMES, child},
};

/// How many assets are asked about.
const ASSETS: usize = 40;

/// What one may take.
const BAR: Option<(Side, f64)> = Some((Side::AtMost, 60.0));

/// Asks about some devices of the year.
pub(super) fn measure(run: &mut Run, year: &Year) -> Result<(), Failure> {
    let at = year.end().to_string();
    let told = child("assets", &[&year.lake, Path::new(&at)])?;
    run.figure("one asset, everything, median", told.number("median"), "ms", BAR);
    run.figure("one asset, everything, worst of 40", told.number("worst"), "ms", BAR);
    run.figure("the same with the state opened, median", told.number("opened"), "ms", None);
    run.figure("one asset, peak memory", told.peak(), "MB", Some(MEMORY));
    Ok(())
}

/// Asks about devices that stand evenly among all, each several times.
pub(crate) async fn told(lake: &Path, at: &Path) -> Result<Value, Failure> {
    let lake = Lake::open(lake)?;
    let at: Timestamp = at.to_string_lossy().parse()?;
    let snapshot = lake.snapshot().await?;
    let mut assets: Vec<AssetPoint> = snapshot.rows(&Filter::all()).await?;
    let is_device = |class: i8| {
        u8::try_from(class)
            .ok()
            .and_then(AssetClass::from_number)
            .is_some_and(|class| class.domain() == Domain::Device)
    };
    assets.retain(|asset| is_device(asset.class));
    let step = (assets.len() / ASSETS).max(1);
    let keys: Vec<AssetKey> =
        assets.iter().map(|asset| asset.asset).step_by(step).take(ASSETS).collect();
    drop(assets);
    let mut warm = Vec::new();
    for key in &keys {
        let mut best = Duration::MAX;
        for _ in 0..TIMES {
            let begun = Instant::now();
            ask(&snapshot, *key, at).await?;
            best = best.min(begun.elapsed());
        }
        warm.push(best);
    }
    let mut opened = Vec::new();
    for key in &keys {
        let begun = Instant::now();
        ask(&lake.snapshot().await?, *key, at).await?;
        opened.push(begun.elapsed());
    }
    warm.sort();
    opened.sort();
    let milliseconds = |time: Option<&Duration>| time.map(|time| time.as_secs_f64() * 1000.0);
    Ok(json!({
        "median": milliseconds(warm.get(warm.len() / 2)),
        "worst": milliseconds(warm.last()),
        "opened": milliseconds(opened.get(opened.len() / 2)),
    }))
}

async fn ask(
    snapshot: &yagura_lake::Snapshot,
    key: AssetKey,
    at: Timestamp,
) -> Result<(), Failure> {
    let (model, master, rules) = (Model::shipped(), Master::shipped(), Rules::shipped());
    find(snapshot, key, at, model, master, rules).await?.ok_or("an asset is not there")?;
    Ok(())
}
