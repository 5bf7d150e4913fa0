//! `cargo xtask fuzz`: looks for bytes that break a reader, guided by coverage.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use yagura_formats::{Format, Head, registry};
use yagura_testkit::fixtures::{self, Fixture};

use crate::program::{cargo, run};
use crate::setup::cargo_subcommand;
use crate::task::{Task, root};
use crate::tidy::target_folder;

pub(crate) const TASK: Task = Task {
    name: "fuzz",
    line: "looks for bytes that break a reader: [--seconds N] [FORMAT…], 60 s each otherwise",
    run: fuzz,
};

/// The version the commands below were written for.
const VERSION: &str = "0.13.2";

/// Most memory a reader may take, with libFuzzer's own.
const MEMORY: &str = "-rss_limit_mb=512";

/// Longest input tried: readers work record by record, longer ones find nothing new.
const LENGTH: &str = "-max_len=65536";

/// Longest time for one input, in seconds.
const PATIENCE: &str = "-timeout=10";

fn fuzz(arguments: &[String]) -> Result<()> {
    let (seconds, formats) = read(arguments)?;
    let root = root()?;
    let target = target_folder(&root)?.join("fuzz");
    cargo_subcommand("fuzz", VERSION)?;
    let binary = build(&root, &target)?;
    let fixtures = fixtures::all().context("cannot read the fixtures")?;
    println!(
        "\n{:18} {:>5} {:>6} {:>10} {:>8} {:>6}  result",
        "format", "seeds", "edges", "inputs", "per s", "MB"
    );
    let mut broken = Vec::new();
    for format in formats {
        let corpus = target.join("corpus").join(format.name());
        let seeds = seed(&fixtures, format, &corpus)?;
        let run = search(&binary, format.name(), &corpus, &target.join("found"), seconds)?;
        println!(
            "{:18} {seeds:>5} {:>6} {:>10} {:>8} {:>6}  {}",
            format.name(),
            run.edges,
            run.inputs,
            run.inputs / seconds.max(1),
            run.memory,
            run.verdict,
        );
        if run.verdict != "ok" {
            broken.push(format.name());
        }
    }
    if !broken.is_empty() {
        bail!(
            "broken: {}; the bytes lie in `{}`",
            broken.join(", "),
            target.join("found").display()
        );
    }
    Ok(())
}

/// The seconds and the formats that the arguments ask for.
fn read(arguments: &[String]) -> Result<(u64, Vec<&'static dyn Format>)> {
    let mut seconds = 60;
    let mut formats = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word == "--seconds" {
            let number = words.next().context("`--seconds` needs a number")?;
            seconds = number.parse().with_context(|| format!("`{number}` is not a number"))?;
        } else {
            formats.push(
                registry::by_name(word).with_context(|| format!("no format is called `{word}`"))?,
            );
        }
    }
    if formats.is_empty() {
        formats = registry::ALL.to_vec();
    }
    Ok((seconds, formats))
}

/// Builds the one target and gives its path.
///
/// Without a sanitizer: our code has no `unsafe`, and what is looked for are panics, hangs and
/// memory. So the pinned compiler will do.
fn build(root: &Path, target: &Path) -> Result<PathBuf> {
    run(cargo()
        .current_dir(root)
        .args(["fuzz", "build", "--sanitizer", "none", "--target-dir"])
        .arg(target)
        .arg("reader"))?;
    let mut found = Vec::new();
    for entry in std::fs::read_dir(target)? {
        found.push(entry?.path().join("release/reader"));
    }
    found.into_iter().find(|path| path.is_file()).context("cargo-fuzz built no `reader`")
}

/// Puts the fixtures that a format claims into its corpus, and says how many there are.
fn seed(fixtures: &[Fixture], format: &dyn Format, corpus: &Path) -> Result<usize> {
    std::fs::create_dir_all(corpus)?;
    let claimed = fixtures.iter().filter(|fixture| format.probe(&Head::new(&fixture.bytes)));
    let mut seeds = 0;
    for fixture in claimed {
        seeds += 1;
        std::fs::write(corpus.join(format!("seed-{seeds}")), &fixture.bytes)?;
    }
    Ok(seeds)
}

/// What one search came to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Search {
    edges: u64,
    inputs: u64,
    memory: u64,
    verdict: String,
}

fn search(binary: &Path, name: &str, corpus: &Path, found: &Path, seconds: u64) -> Result<Search> {
    std::fs::create_dir_all(found)?;
    let output = Command::new(binary)
        .env("YAGURA_FUZZ_FORMAT", name)
        .arg(corpus)
        .args([MEMORY, LENGTH, PATIENCE, "-print_final_stats=1"])
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/{name}-", found.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output()
        .context("cannot start the fuzz target")?;
    Ok(summary(&String::from_utf8_lossy(&output.stderr), output.status.success()))
}

/// Reads what libFuzzer prints.
fn summary(printed: &str, ended_well: bool) -> Search {
    let number = |name: &str| {
        let line = printed.lines().rev().find_map(|line| line.strip_prefix(name))?;
        line.trim().parse::<u64>().ok()
    };
    let edges = printed.lines().rev().find_map(|line| {
        let (_, rest) = line.split_once(" cov: ")?;
        rest.split(' ').next()?.parse().ok()
    });
    let reason = printed.lines().find(|line| line.contains("panicked at") || is_summary(line));
    let verdict = match (ended_well, reason) {
        (true, _) => "ok",
        (false, Some(reason)) => reason,
        (false, None) => "ended without a word",
    };
    Search {
        edges: edges.unwrap_or_default(),
        inputs: number("stat::number_of_executed_units:").unwrap_or_default(),
        memory: number("stat::peak_rss_mb:").unwrap_or_default(),
        verdict: verdict.to_owned(),
    }
}

fn is_summary(line: &str) -> bool {
    line.starts_with("SUMMARY: libFuzzer:")
}

#[cfg(test)]
mod tests {
    use super::{read, summary};

    #[test]
    fn the_words_of_the_fuzzer_are_read() {
        let printed = "#2\tINITED cov: 10 ft: 11 corp: 1/1b\n#9\tDONE   cov: 42 ft: 99 corp: 3/9b\n\
             stat::number_of_executed_units: 1234\nstat::peak_rss_mb:              57\n";
        let seen = summary(printed, true);
        assert_eq!((seen.edges, seen.inputs, seen.memory), (42, 1234, 57));
        assert_eq!(seen.verdict, "ok");
        let printed = "thread '<unnamed>' panicked at crates/formats/src/x.rs:1:1:\nSUMMARY: libFuzzer: deadly signal\n";
        assert!(summary(printed, false).verdict.contains("x.rs"));
    }

    #[test]
    fn the_arguments_are_seconds_and_formats() {
        let words =
            |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let (seconds, formats) = read(&words(&["--seconds", "5", "grype"])).unwrap();
        assert_eq!((seconds, formats.len(), formats[0].name()), (5, 1, "grype"));
        assert!(read(&words(&[])).unwrap().1.len() > 1);
        assert!(read(&words(&["--seconds"])).is_err());
        assert!(read(&words(&["no-such-format"])).is_err());
    }
}
