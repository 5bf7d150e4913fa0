//! The figures of speed and memory that Yagura promises: `cargo xtask bench` runs this in release.
//!
//! Every measurement is a process of its own, so that its time is from a cold start and its peak
//! memory nobody else's. Inputs are made on disk by repeating shapes written here.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints figures")]

mod again;
mod child;
mod explain;
mod figure;
mod identity;
mod ingest;
mod input;
mod inspect;
mod later;
mod nessus;
mod ocsf;
mod repository;
mod run;
mod truth;

use std::path::PathBuf;
use std::process::ExitCode;

use run::{Bench, Run};

/// A failure of a bench, for the person who started it.
type Failure = Box<dyn std::error::Error>;

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

/// Runs the benches named, or all, and prints their figures.
fn parent(words: &[String]) -> Result<(), Failure> {
    let (mut names, mut scale, mut json, mut folder) = (Vec::new(), 1.0_f64, false, None);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("`{word}` needs a value"));
        match word.as_str() {
            "--scale" => scale = value()?.parse().map_err(|_| "`--scale` needs a number")?,
            "--folder" => folder = Some(PathBuf::from(value()?)),
            "--json" => json = true,
            name => names.push(name),
        }
    }
    if let Some(unknown) = names.iter().find(|name| BENCHES.iter().all(|b| b.name != **name)) {
        let known: Vec<&str> = BENCHES.iter().map(|bench| bench.name).collect();
        return Err(format!("no bench is called `{unknown}`: {}", known.join(", ")).into());
    }
    let folder = match folder {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    let mut run = Run::new(folder.path().to_owned(), scale);
    for bench in BENCHES {
        let wanted = if names.is_empty() { !bench.only_named } else { names.contains(&bench.name) };
        if wanted {
            eprintln!("bench {}", bench.name);
            (bench.measure)(&mut run)?;
        }
    }
    let figures = run.figures;
    let text = if json { figure::json(&figures, scale) } else { figure::table(&figures, scale) };
    println!("{text}");
    Ok(())
}
