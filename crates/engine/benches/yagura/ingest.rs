//! A first report of many new devices, durable with its evidence.

use crate::{
    Failure,
    figure::{Figure, Side},
    run::{Bench, Run, best, child},
};

pub(crate) const BENCH: Bench = Bench { name: "ingest", only_named: false, measure };

fn measure(run: &mut Run) -> Result<(), Failure> {
    let nessus = run.nessus(0)?;
    let parsing = run.best("inspect", &[&nessus.path])?.seconds;
    let inputs =
        [("ingest ocsf", run.ocsf(0)?, 15.0), ("ingest nessus", nessus, 1.2 * parsing + 10.0)];
    for (name, input, bar) in inputs {
        let best = best(|| {
            let lake = run.new_lake();
            let measured = child("ingest", &[&lake, &input.path])?;
            std::fs::remove_dir_all(&lake)?;
            Ok(measured)
        })?;
        run.figures.push(Figure {
            name: name.to_owned(),
            input: input.bytes,
            value: best.seconds,
            unit: "s",
            bar: Some((Side::AtMost, bar)),
        });
        run.figures.push(Figure {
            name: format!("{name}, peak memory"),
            input: input.bytes,
            value: best.peak(),
            unit: "MB",
            bar: None,
        });
    }
    Ok(())
}
