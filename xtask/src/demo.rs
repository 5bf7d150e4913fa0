//! `cargo xtask demo`: an example ministry, from reports to explained points.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::program::{cargo, run};
use crate::setup;
use crate::task::{Task, no_arguments, root};
use crate::tidy::target_folder;

pub(crate) const TASK: Task = Task {
    name: "demo",
    line: "an example ministry: builds, takes in its reports, prints what is worst and why",
    run: demo,
};

/// The reports of the example ministry, from the repository's root, where the program is run.
const MINISTRY: &str = "fixtures/ministry";

/// The data folder the demo leaves, in the repository's root.
const DATA: &str = "demo-data";

/// The reports of the example ministry, in order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    report: Vec<Report>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    file: String,
    org: String,
    source: String,
    system: Option<String>,
    format: Option<String>,
    mapping: Option<String>,
    observed_at: Option<String>,
    asset: Option<String>,
}

/// What `yagura ingest --json` says of one file, as far as the demo shows it.
#[derive(Debug, Deserialize)]
struct Taken {
    format: String,
    records: u64,
    opened: u64,
    resolved: u64,
    continuing: u64,
    assets_new: u64,
    assets_matched: u64,
}

/// What `yagura score --json` says, as far as the demo needs it.
#[derive(Debug, Deserialize)]
struct Scored {
    lines: Vec<Line>,
}

#[derive(Debug, Deserialize)]
struct Line {
    key: String,
}

fn demo(arguments: &[String]) -> Result<()> {
    no_arguments(arguments)?;
    setup::make()?;
    let root = root()?;
    let started = Instant::now();
    println!("building yagura in release; the first time this takes most of the demo");
    // The whole workspace is selected, as everywhere: then every task shares what is built.
    let words = ["build", "--release", "--locked", "--workspace", "--bin", "yagura"];
    run(cargo().current_dir(&root).args(words))?;
    let built = started.elapsed();

    let program = Yagura { path: target_folder(&root)?.join("release/yagura"), root: root.clone() };
    program.forget()?;
    let taking = Instant::now();
    take_in(&root, &program)?;
    let taken = taking.elapsed();

    let showing = Instant::now();
    program.show(&["score", "--by", "org"])?;
    program.show(&["score", "--by", "asset", "--top", "10"])?;
    let worst: Scored = program.read(&["score", "--by", "asset", "--top", "1", "--json"])?;
    let worst = worst.lines.first().context("no asset has points")?.key.clone();
    program.show(&["explain", &worst, "--top", "2"])?;
    farewell(&root, &program, &worst);
    println!(
        "\nbuild {}, taking in {}, showing {}",
        seconds(built),
        seconds(taken),
        seconds(showing.elapsed())
    );
    Ok(())
}

/// Takes the reports of the plan in, one line each.
fn take_in(root: &Path, program: &Yagura) -> Result<()> {
    let plan = root.join(MINISTRY).join("plan.toml");
    let text = std::fs::read_to_string(&plan).with_context(|| plan.display().to_string())?;
    let plan: Plan = toml::from_str(&text).context("fixtures/ministry/plan.toml")?;
    println!("\ntaking in {} reports of an example ministry", plan.report.len());
    println!(
        "{:<34}{:<15}{:>8}{:>8}{:>9}{:>9}{:>12}",
        "report", "format", "records", "opened", "resolved", "goes on", "assets new"
    );
    for report in &plan.report {
        let taken: Taken = program.read(&words(report))?;
        println!(
            "{:<34}{:<15}{:>8}{:>8}{:>9}{:>9}{:>12}",
            report.file,
            taken.format,
            taken.records,
            taken.opened,
            taken.resolved,
            taken.continuing,
            format!("{}/{}", taken.assets_new, taken.assets_new + taken.assets_matched),
        );
    }
    Ok(())
}

fn words(report: &Report) -> Vec<String> {
    let file = |name: &str| format!("{MINISTRY}/{name}");
    let mut words = vec!["ingest".to_owned(), file(&report.file), "--json".to_owned()];
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            words.extend([name.to_owned(), value]);
        }
    };
    add("--org", Some(report.org.clone()));
    add("--source", Some(report.source.clone()));
    add("--zone", Some("Asia/Tokyo".to_owned()));
    add("--system", report.system.clone());
    add("--format", report.format.clone());
    add("--mapping", report.mapping.as_deref().map(file));
    add("--observed-at", report.observed_at.clone());
    add("--asset", report.asset.clone());
    words
}

fn farewell(root: &Path, program: &Yagura, worst: &str) {
    let name = program.path.strip_prefix(root).unwrap_or(&program.path).display().to_string();
    println!("\nthe data is in {DATA}; try:\n");
    for line in [
        "score --by check --top 20".to_owned(),
        "score --by system".to_owned(),
        "asset list --top 20".to_owned(),
        format!("asset show {worst}"),
        format!("explain {worst}"),
        "org list".to_owned(),
        "report list".to_owned(),
        "report evidence 1 --record 1".to_owned(),
        "query \"SELECT severity, count(*) AS n FROM findings GROUP BY severity\"".to_owned(),
    ] {
        println!("  {name} --data {DATA} {line}");
    }
}

/// The program with its data folder.
#[derive(Debug)]
struct Yagura {
    path: PathBuf,
    root: PathBuf,
}

impl Yagura {
    fn command<S: AsRef<str>>(&self, words: &[S]) -> Command {
        let mut command = Command::new(&self.path);
        command
            .current_dir(&self.root)
            .args(["--data", DATA])
            .args(words.iter().map(AsRef::as_ref));
        command
    }

    /// Removes what an earlier demo left.
    fn forget(&self) -> Result<()> {
        match std::fs::remove_dir_all(self.root.join(DATA)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error).context(DATA),
            _ => Ok(()),
        }
    }

    /// Runs a verb for the reader to see.
    fn show(&self, words: &[&str]) -> Result<()> {
        println!();
        run(&mut self.command(words))
    }

    /// Runs a verb and reads the one JSON document it prints.
    fn read<T: for<'d> Deserialize<'d>, S: AsRef<str>>(&self, words: &[S]) -> Result<T> {
        let output = self.command(words).stderr(Stdio::inherit()).output()?;
        let text = String::from_utf8(output.stdout)?;
        if !output.status.success() {
            bail!("yagura {} failed: {text}", words.first().map_or("", AsRef::as_ref));
        }
        serde_json::from_str(text.trim())
            .with_context(|| text.chars().take(200).collect::<String>())
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
