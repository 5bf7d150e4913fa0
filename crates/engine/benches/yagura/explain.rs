//! All about one asset from a cold start, with small commits since the large one.

use std::path::{Path, PathBuf};

use crate::{
    Failure,
    figure::{Figure, Side},
    ocsf,
    run::{Bench, Run, child},
};

pub(crate) const BENCH: Bench = Bench { name: "explain", only_named: false, measure };

/// The asset asked about.
const ASSET: &str = "pc000077.sakura.example";

/// Commits of one device each.
const COMMITS: usize = 60;

fn measure(run: &mut Run) -> Result<(), Failure> {
    let lake = run.filled_lake()?;
    let input = run.ocsf(0)?;
    let small = tempfile::tempdir_in(lake.parent().unwrap_or(&lake))?;
    let mut reports: Vec<PathBuf> = Vec::new();
    for number in 0..COMMITS {
        let path = small.path().join(format!("{number}.jsonl"));
        ocsf::write_small(&path, &run.shape, number)?;
        reports.push(path);
    }
    let best = run.best("score", &[&lake])?;
    run.figures.push(Figure {
        name: "score, all assets".to_owned(),
        input: input.bytes,
        value: best.seconds,
        unit: "s",
        bar: None,
    });
    let mut paths: Vec<&Path> = vec![&lake];
    paths.extend(reports.iter().map(PathBuf::as_path));
    child("ingest", &paths)?;
    for (step, told) in [("asset", "findings"), ("explain", "proofs")] {
        let best = run.best(step, &[&lake, Path::new(ASSET)])?;
        if best.number("assets") != 1.0 || best.number(told) < 1.0 {
            return Err(format!("nothing is known of {ASSET}").into());
        }
        run.figures.push(Figure {
            name: format!("{step}, cold, {COMMITS} commits since"),
            input: input.bytes,
            value: best.seconds * 1000.0,
            unit: "ms",
            bar: Some((Side::AtMost, 150.0)),
        });
    }
    Ok(())
}
