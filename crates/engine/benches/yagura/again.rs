//! The same bytes again.

use crate::{
    Failure,
    figure::{Figure, Side},
    run::{Bench, Run},
};

pub(crate) const BENCH: Bench = Bench { name: "again", only_named: false, measure };

fn measure(run: &mut Run) -> Result<(), Failure> {
    let input = run.ocsf(0)?;
    let lake = run.filled_lake()?;
    let hashing = run.best("hash", &[&input.path])?.seconds;
    let best = run.best("ingest", &[&lake, &input.path])?;
    if best.number("unchanged") != 1.0 {
        return Err("the same bytes changed the lake".into());
    }
    run.figures.push(Figure {
        name: "ingest ocsf, same bytes".to_owned(),
        input: input.bytes,
        value: best.seconds,
        unit: "s",
        bar: Some((Side::AtMost, hashing + 0.3)),
    });
    Ok(())
}
