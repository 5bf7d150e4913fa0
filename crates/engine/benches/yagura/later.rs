//! A later report with the same content.

use crate::{
    Failure,
    figure::{Figure, Side},
    run::{Bench, Run, best, child},
};

pub(crate) const BENCH: Bench = Bench { name: "later", only_named: false, measure };

fn measure(run: &mut Run) -> Result<(), Failure> {
    let lake = run.filled_lake()?;
    let (mut day, mut bytes, mut rows) = (0, 0, 0.0);
    let best = best(|| {
        day += 1;
        let input = run.ocsf(day)?;
        let measured = child("ingest", &[&lake, &input.path])?;
        std::fs::remove_file(&input.path)?;
        bytes = input.bytes;
        rows += measured.number("finding_rows");
        Ok(measured)
    })?;
    run.figures.push(Figure {
        name: "ingest ocsf, later report".to_owned(),
        input: bytes,
        value: best.seconds,
        unit: "s",
        bar: Some((Side::AtMost, 15.0)),
    });
    run.figures.push(Figure {
        name: "ingest ocsf, later report, finding rows".to_owned(),
        input: bytes,
        value: rows,
        unit: "rows",
        bar: Some((Side::AtMost, 0.0)),
    });
    Ok(())
}
