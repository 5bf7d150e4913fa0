//! The figures of speed and memory that Yagura promises: `cargo xtask bench` runs this in release.
//!
//! Every measurement is a process of its own, so that its time is from a cold start and its peak
//! memory nobody else's. Inputs are made on disk by repeating shapes written here.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints figures")]

mod again;
mod child;
mod conversation;
mod explain;
mod figure;
mod identity;
mod ingest;
mod input;
mod inspect;
mod later;
mod machine;
mod nessus;
mod ocsf;
mod repository;
mod run;
mod truth;

use std::path::PathBuf;
use std::process::ExitCode;

use run::{Bench, Run, Wanted};

/// A failure of a bench, for the person who started it.
type Failure = Box<dyn std::error::Error>;

/// That of the program.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Every bench, by name.
const BENCHES: &[Bench] = &[
    again::BENCH,
    explain::BENCH,
    identity::BENCH,
    ingest::BENCH,
    inspect::BENCH,
    later::BENCH,
    repository::BENCH,
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let done = match words.split_first() {
        Some((first, rest)) if first == child::WORD => child::main(rest),
        _ => parent(&words),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// What was asked for.
#[derive(Debug)]
struct Words {
    names: Vec<String>,
    scale: f64,
    /// Scales whose figures stand beside each other.
    growth: Vec<f64>,
    json: bool,
    folder: Option<PathBuf>,
    wanted: Wanted,
}

impl Words {
    fn new(words: &[String]) -> Result<Self, Failure> {
        let mut said = Self {
            names: Vec::new(),
            scale: 1.0,
            growth: Vec::new(),
            json: false,
            folder: None,
            wanted: Wanted::default(),
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("`{word}` needs a value"));
            match word.as_str() {
                "--scale" => said.scale = number(value()?)?,
                "--growth" => {
                    said.growth = value()?.split(',').map(number).collect::<Result<_, _>>()?;
                }
                "--folder" => said.folder = Some(PathBuf::from(value()?)),
                "--parts" => {
                    said.wanted.parts = value()?.split(',').map(str::to_owned).collect();
                }
                "--lake" => said.wanted.lake = Some(PathBuf::from(value()?)),
                "--json" => said.json = true,
                name => said.names.push(name.to_owned()),
            }
        }
        let unknown = said.names.iter().find(|name| BENCHES.iter().all(|b| b.name != **name));
        if let Some(unknown) = unknown {
            let known: Vec<&str> = BENCHES.iter().map(|bench| bench.name).collect();
            return Err(format!("no bench is called `{unknown}`: {}", known.join(", ")).into());
        }
        Ok(said)
    }

    /// Runs the benches named, or all.
    fn run(&self, scale: f64) -> Result<Run, Failure> {
        let folder = match &self.folder {
            Some(folder) => tempfile::tempdir_in(folder)?,
            None => tempfile::tempdir()?,
        };
        let mut run = Run::new(folder.path().to_owned(), scale, self.wanted.clone());
        for bench in BENCHES {
            let named = self.names.iter().any(|name| name == bench.name);
            if named || (self.names.is_empty() && !bench.only_named) {
                eprintln!("bench {}", bench.name);
                (bench.measure)(&mut run)?;
            }
        }
        Ok(run)
    }
}

fn number(word: impl AsRef<str>) -> Result<f64, Failure> {
    let word = word.as_ref();
    word.parse().map_err(|_| format!("`{word}` is no number").into())
}

/// Runs what is asked for and prints the figures.
fn parent(words: &[String]) -> Result<(), Failure> {
    let words = Words::new(words)?;
    let scales = if words.growth.is_empty() { vec![words.scale] } else { words.growth.clone() };
    let mut runs = Vec::new();
    for scale in scales {
        runs.push(words.run(scale)?);
    }
    for run in &runs {
        println!("{}", if words.json { figure::json(run) } else { figure::table(run) });
    }
    if !words.growth.is_empty() && !words.json {
        println!("\n{}", figure::growth(&runs));
    }
    let failures: Vec<&str> =
        runs.iter().flat_map(|run| &run.failures).map(String::as_str).collect();
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n").into()) }
}
