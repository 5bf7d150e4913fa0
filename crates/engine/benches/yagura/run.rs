//! What the benches share: where their files are, and how a measurement is a process.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use crate::{
    Failure, child,
    figure::{Asked, Figure, Side},
    input::Shape,
    nessus, ocsf,
};

/// How often each figure is measured; the best counts.
pub(crate) const TIMES: usize = 3;

/// A bench.
pub(crate) struct Bench {
    /// What is typed.
    pub(crate) name: &'static str,
    /// Whether it runs only if it is named.
    pub(crate) only_named: bool,
    /// Measures and adds its figures.
    pub(crate) measure: fn(&mut Run) -> Result<(), Failure>,
}

/// One run of some benches.
#[derive(Debug)]
pub(crate) struct Run {
    folder: PathBuf,
    /// How large the inputs are, of the whole.
    pub(crate) scale: f64,
    pub(crate) shape: Shape,
    pub(crate) figures: Vec<Figure>,
    /// What was asked of the views, and how long others took.
    pub(crate) asked: Vec<Asked>,
    /// What the input is made of.
    pub(crate) input: serde_json::Map<String, Value>,
    /// What has to be known beside the figures.
    pub(crate) notes: Vec<String>,
    /// What makes the whole run fail when all is shown.
    pub(crate) failures: Vec<String>,
    pub(crate) wanted: Wanted,
    lakes: usize,
}

/// What of the bench of the repository is wanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Names of its parts; none is all.
    pub(crate) parts: Vec<String>,
    /// A lake that it made before.
    pub(crate) lake: Option<PathBuf>,
}

/// What one process did.
#[derive(Debug)]
pub(crate) struct Measured {
    /// From its start to its end.
    pub(crate) seconds: f64,
    /// What it said of itself.
    pub(crate) said: Value,
}

impl Measured {
    /// Its peak memory in MB.
    pub(crate) fn peak(&self) -> f64 {
        self.number("peak_kib") / 1000.0 * 1.024
    }

    /// A number it said.
    pub(crate) fn number(&self, name: &str) -> f64 {
        self.said.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN)
    }
}

/// A report made for the benches.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
}

impl Run {
    pub(crate) fn new(folder: PathBuf, scale: f64, wanted: Wanted) -> Self {
        Self {
            folder,
            scale,
            shape: Shape::scaled(scale),
            figures: Vec::new(),
            asked: Vec::new(),
            input: serde_json::Map::new(),
            notes: Vec::new(),
            failures: Vec::new(),
            wanted,
            lakes: 0,
        }
    }

    /// Adds a figure that has no file for its input.
    pub(crate) fn figure(
        &mut self,
        name: &str,
        value: f64,
        unit: &'static str,
        bar: Option<(Side, f64)>,
    ) {
        self.figures.push(Figure { name: name.to_owned(), input: 0, value, unit, bar });
    }

    /// A new folder, for who needs one.
    pub(crate) fn new_folder(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.folder.join(name);
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// The report in OCSF of a day, made unless it is there.
    pub(crate) fn ocsf(&self, day: u32) -> Result<Input, Failure> {
        self.input(&format!("day{day}.ocsf.jsonl"), |path| ocsf::write(path, &self.shape, day))
    }

    /// The report of Nessus of a day, made unless it is there.
    pub(crate) fn nessus(&self, day: u32) -> Result<Input, Failure> {
        self.input(&format!("day{day}.nessus"), |path| nessus::write(path, &self.shape, day))
    }

    fn input(
        &self,
        name: &str,
        write: impl Fn(&Path) -> std::io::Result<()>,
    ) -> Result<Input, Failure> {
        let path = self.folder.join(name);
        if !path.exists() {
            write(&path)?;
        }
        Ok(Input { bytes: std::fs::metadata(&path)?.len(), path })
    }

    /// A folder for a lake that is not there yet.
    pub(crate) fn new_lake(&mut self) -> PathBuf {
        self.lakes += 1;
        self.folder.join(format!("lake{}", self.lakes))
    }

    /// The lake that holds the OCSF report of day 0, made unless it is there.
    pub(crate) fn filled_lake(&self) -> Result<PathBuf, Failure> {
        let lake = self.folder.join("filled");
        if !lake.exists() {
            let input = self.ocsf(0)?;
            child("ingest", &[&lake, &input.path])?;
        }
        Ok(lake)
    }

    /// The best of several runs of the same step.
    pub(crate) fn best(&self, step: &str, paths: &[&Path]) -> Result<Measured, Failure> {
        best(|| child(step, paths))
    }
}

/// The quickest of several measurements.
pub(crate) fn best(
    mut measure: impl FnMut() -> Result<Measured, Failure>,
) -> Result<Measured, Failure> {
    let mut best = measure()?;
    for _ in 1..TIMES {
        let next = measure()?;
        if next.seconds < best.seconds {
            best = next;
        }
    }
    Ok(best)
}

/// Runs a step in a process of its own.
pub(crate) fn child(step: &str, paths: &[&Path]) -> Result<Measured, Failure> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(child::WORD).arg(step).args(paths).stderr(Stdio::inherit());
    let started = Instant::now();
    let output = command.output()?;
    let seconds = started.elapsed().as_secs_f64();
    if !output.status.success() {
        return Err(format!("the step `{step}` failed ({})", output.status).into());
    }
    Ok(Measured { seconds, said: serde_json::from_slice(&output.stdout)? })
}
