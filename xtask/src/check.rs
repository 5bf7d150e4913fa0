//! `cargo xtask check`: everything but the tests that must hold before a change is taken.

use std::time::Instant;

use anyhow::{Result, bail};

use crate::program::{cargo, run};
use crate::task::{Task, root};
use crate::{deny, setup, tidy};

pub(crate) const TASK: Task = Task {
    name: "check",
    line: "format, tidy rules, licences and sources, clippy and documentation without warnings",
    run: all,
};

/// A named part of the check.
type Step = (&'static str, fn() -> Result<()>);

/// Cheap ones first. Clippy and rustdoc read the same metadata of the dependencies, so these are
/// checked once; the tests' build is the only other one.
const STEPS: &[Step] = &[
    ("format", format),
    ("tidy", tidy::repository_is_tidy),
    ("deny", deny::deny),
    ("clippy", clippy),
    ("documentation", documentation),
];

/// Runs every step, or those named, also after one that failed, so that one run tells all there is
/// to mend.
fn all(arguments: &[String]) -> Result<()> {
    let named = |name: &str| arguments.is_empty() || arguments.iter().any(|word| word == name);
    let known = |word: &&String| STEPS.iter().any(|(name, _)| name == word);
    if let Some(word) = arguments.iter().find(|word| !known(word)) {
        let names: Vec<&str> = STEPS.iter().map(|(name, _)| *name).collect();
        bail!("no step is called `{word}`: {}", names.join(", "));
    }
    let mut failed = Vec::new();
    let mut lines = Vec::new();
    for (name, step) in STEPS.iter().filter(|(name, _)| named(name)) {
        println!("\n== {name}");
        let started = Instant::now();
        let outcome = step();
        let verdict = if outcome.is_ok() { "ok" } else { "FAILED" };
        lines.push(format!("{name:14} {verdict:7} {:5} s", started.elapsed().as_secs()));
        if let Err(error) = outcome {
            println!("{error:#}");
            failed.push(*name);
        }
    }
    println!("\n{}", lines.join("\n"));
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

fn format() -> Result<()> {
    let root = root()?;
    run(cargo().current_dir(&root).args(["fmt", "--all", "--check"]))?;
    run(cargo().current_dir(&root).args(["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]))
}

fn clippy() -> Result<()> {
    setup::make()?;
    let words = ["clippy", "--workspace", "--all-targets", "--locked", "--quiet"];
    run(cargo().current_dir(root()?).args(words).args(["--", "-D", "warnings"]))
}

fn documentation() -> Result<()> {
    setup::make()?;
    let words = ["doc", "--workspace", "--no-deps", "--document-private-items", "--locked"];
    run(cargo().current_dir(root()?).args(words).arg("--quiet").env("RUSTDOCFLAGS", "-D warnings"))
}
