//! The whole repository: a government of a million devices, a year of its reports, and what is
//! asked of it.
//!
//! Each part is a file with a step of its own; `--parts` names those that are wanted, and `--lake` a
//! lake that was made before, so that it is not made again.

mod again;
mod ask;
mod asset;
mod bulk;
mod copy;
mod daily;
mod plan;
mod queries;
mod reports;
mod score;
mod shapes;
mod side;
mod sizes;
mod stream;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::Value;
use tokio::runtime::Runtime;
use yagura_synthetic::Plan;

use self::plan::Shape;
use crate::{
    Failure,
    figure::Side,
    run::{Bench, Run, child},
};

pub(crate) const BENCH: Bench = Bench { name: "repository", only_named: true, measure };

/// Most memory in MB that anything may take.
const MEMORY: (Side, f64) = (Side::AtMost, 3_000.0);

/// Findings a second that the bulk is to reach.
const RATE: (Side, f64) = (Side::AtLeast, 150_000.0);

/// Something that is measured on the lake of the year.
type Part = (&'static str, fn(&mut Run, &Year) -> Result<(), Failure>);

/// What a step says of what it did.
type Said = Result<Value, Failure>;

/// What there is, in the order in which it is measured.
const PARTS: &[Part] = &[
    ("queries", side::measure),
    ("score", score::measure),
    ("asset", asset::measure),
    ("sizes", sizes::measure),
    ("again", again::measure),
    ("stream", stream::measure),
    ("reports", reports::measure),
    ("daily", daily::measure),
    ("municipalities", shapes::municipalities),
    ("one", shapes::one),
];

/// The lake that holds a year.
#[derive(Debug)]
pub(crate) struct Year {
    pub(crate) lake: PathBuf,
    pub(crate) plan: Plan,
}

impl Year {
    /// When the year is over, and all present is asked about.
    pub(crate) fn end(&self) -> Timestamp {
        end(&self.plan)
    }
}

/// When a plan's time is over.
pub(crate) fn end(plan: &Plan) -> Timestamp {
    plan.start + jiff::SignedDuration::from_hours(24 * i64::from(plan.days))
}

fn measure(run: &mut Run) -> Result<(), Failure> {
    let known: Vec<&str> = PARTS.iter().map(|part| part.0).collect();
    if let Some(unknown) = run.wanted.parts.iter().find(|part| !known.contains(&part.as_str())) {
        return Err(format!("no part is called `{unknown}`: {}", known.join(", ")).into());
    }
    let devices = (plan::DEVICES * run.scale).max(500.0) as u64;
    let plan = Shape::Ministries.plan(devices);
    run.input.insert("devices".to_owned(), devices.into());
    run.input.insert("organisations".to_owned(), plan.organisations.into());
    run.figure("devices", devices as f64, "", None);
    run.figure("organisations", f64::from(plan.organisations), "", None);
    let lake = match run.wanted.lake.clone() {
        Some(lake) => lake,
        None => bulk(run, devices)?,
    };
    let year = Year { lake, plan };
    for (name, measure) in PARTS {
        if run.wanted.parts.is_empty() || run.wanted.parts.iter().any(|part| part == name) {
            eprintln!("bench repository, {name}");
            measure(run, &year)?;
        }
    }
    Ok(())
}

/// A step of the bench, if it is one of its: carried out in a process of its own.
pub(crate) fn step(name: &str, paths: &[&Path], runtime: &Runtime) -> Option<Said> {
    Some(match (name, paths) {
        ("again", [lake, devices, at]) => runtime.block_on(again::taken(lake, devices, at)),
        ("ask", [lake]) => runtime.block_on(ask::answered(lake)),
        ("assets", [lake, at]) => runtime.block_on(asset::told(lake, at)),
        ("bulk", [lake, shape, devices]) => runtime.block_on(bulk::taken(lake, shape, devices)),
        ("daily", [lake, devices, days]) => runtime.block_on(daily::scanned(lake, devices, days)),
        ("reports", [lake, devices]) => runtime.block_on(reports::taken(lake, devices)),
        ("score-year", [lake, at]) => runtime.block_on(score::swept(lake, at)),
        ("stream", [lake, reports, at]) => runtime.block_on(stream::streamed(lake, reports, at)),
        ("sizes", [lake, at]) => runtime.block_on(sizes::counted(lake, at)),
        _ => return None,
    })
}

/// Makes the lake of the year, once: it takes too long to be done three times.
fn bulk(run: &mut Run, devices: u64) -> Result<PathBuf, Failure> {
    let lake = run.new_lake();
    let words = [Shape::Ministries.name().to_owned(), devices.to_string()];
    let [shape_word, devices_word] = words.each_ref().map(Path::new);
    let bulk = child("bulk", &[&lake, shape_word, devices_word])?;
    for name in ["stated", "open", "closed"] {
        run.input.insert(name.to_owned(), bulk.said.get(name).cloned().unwrap_or_default());
    }
    run.figure("bulk, findings stated", bulk.number("stated"), "", None);
    run.figure("bulk, findings open", bulk.number("open"), "", None);
    run.figure("bulk, findings closed", bulk.number("closed"), "", None);
    let seconds = bulk.number("seconds");
    run.figure("bulk, once, time", seconds, "s", None);
    run.figure("bulk, once, rate", bulk.number("stated") / seconds, "/s", Some(RATE));
    run.figure("bulk, peak memory", bulk.peak(), "MB", Some(MEMORY));
    run.figure("generating and gathering alone", bulk.number("gathering"), "s", None);
    Ok(lake)
}
