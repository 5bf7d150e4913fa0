//! Reading without keeping: MB a second and peak memory.

use crate::{
    Failure,
    figure::{Figure, Side},
    run::{Bench, Run},
};

pub(crate) const BENCH: Bench = Bench { name: "inspect", only_named: false, measure };

fn measure(run: &mut Run) -> Result<(), Failure> {
    let inputs = [("inspect ocsf", run.ocsf(0)?, 100.0), ("inspect nessus", run.nessus(0)?, 60.0)];
    for (name, input, bar) in inputs {
        let best = run.best("inspect", &[&input.path])?;
        run.figures.push(Figure {
            name: name.to_owned(),
            input: input.bytes,
            value: input.bytes as f64 / 1e6 / best.seconds,
            unit: "MB/s",
            bar: Some((Side::AtLeast, bar)),
        });
        run.figures.push(Figure {
            name: format!("{name}, peak memory"),
            input: input.bytes,
            value: best.peak(),
            unit: "MB",
            bar: Some((Side::AtMost, 150.0)),
        });
    }
    Ok(())
}
