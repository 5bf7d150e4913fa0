//! `yagura demo`: a government that is not real, to see the program at work.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
};

use clap::{Args, Parser, Subcommand};
use serde::Serialize;
use yagura_synthetic::{Government, Plan, Report};

use super::Verb;
use crate::{
    failure::Failure,
    output::{
        cell::{Tone, plain},
        progress::Progress,
    },
    session::{Session, Status},
};

/// A report of a source every so many days.
const WEEK: u32 = 7;

/// The list of the reports, in the folder.
const PLAN: &str = "plan.toml";

/// See the module.
#[derive(Debug, Parser)]
#[command(name = "demo", subcommand_required = true)]
pub(crate) struct Demo {
    #[command(subcommand)]
    verb: DemoVerb,
}

#[derive(Debug, Subcommand)]
enum DemoVerb {
    Generate(Generate),
}

#[derive(Debug, Args)]
struct Generate {
    #[arg(long, value_name = "N", default_value = "3", hide_default_value = true,
        value_parser = clap::value_parser!(u32).range(1..=10_000))]
    orgs: u32,

    #[arg(long, value_name = "N", default_value = "300", hide_default_value = true,
        value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    devices: u64,

    #[arg(long, value_name = "N", default_value = "20", hide_default_value = true,
        value_parser = clap::value_parser!(u32).range(..=1_000))]
    findings_per_device: u32,

    #[arg(long, value_name = "N", default_value = "28", hide_default_value = true,
        value_parser = clap::value_parser!(u32).range(1..=3_650))]
    days: u32,

    #[arg(long, value_name = "N", default_value = "1", hide_default_value = true)]
    seed: u64,

    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
}

/// One line of `--json`: a report as the plan names it.
#[derive(Debug, Serialize)]
struct Line {
    file: String,
    org: String,
    source: &'static str,
    format: &'static str,
}

impl Verb for Demo {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        match self.verb {
            DemoVerb::Generate(generate) => generate.run(session),
        }
    }
}

impl Generate {
    fn plan(&self) -> Plan {
        Plan {
            findings_per_device: self.findings_per_device,
            days: self.days,
            scans: (self.days / WEEK).max(1),
            ..Plan::new(self.seed, self.orgs, self.devices)
        }
    }

    fn run(&self, session: &mut Session) -> Result<Status, Failure> {
        let unwritable = |error: io::Error| {
            let path = self.output.display();
            session.failure_with("demo-unwritable", &format!("`{path}`: {error}"))
        };
        if is_in_use(&self.output).map_err(unwritable)? {
            return Err(session.failure_with("demo-in-use", &self.output.display()));
        }
        let government = Government::new(self.plan());
        let progress = Progress::new();
        let written = write_all(&government, &self.output, &progress).map_err(unwritable)?;
        progress.clear();
        if session.global.json {
            for line in &written {
                session.console.json_line(line)?;
            }
            return Ok(Status::Done);
        }
        let told = session.texts.say_with(
            "demo-written",
            &[
                ("count", written.len().into()),
                ("organisations", government.organisations().into()),
                ("plan", plain(&self.output.join(PLAN).to_string_lossy()).into()),
            ],
        );
        let told = session.console.paint(Tone::Strong, &told);
        writeln!(session.console.out(), "{told}")?;
        Ok(Status::Done)
    }
}

/// Whether something stands in a folder already.
fn is_in_use(folder: &Path) -> io::Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Writes every report, and the list of them in the order in which they arrive.
fn write_all(government: &Government, folder: &Path, progress: &Progress) -> io::Result<Vec<Line>> {
    fs::create_dir_all(folder)?;
    let mut plan = BufWriter::new(File::create(folder.join(PLAN))?);
    writeln!(plan, "# 取り込む報告の順 · The reports in the order to take them in")?;
    writeln!(plan, "# seed = {}", government.plan().seed)?;
    let mut written = Vec::new();
    for report in government.reports() {
        let line = line(government, &report);
        progress.wait(&line.file);
        if !write(government, report, &folder.join(&line.file))? {
            continue;
        }
        writeln!(
            plan,
            "\n[[report]]\nfile = \"{}\"\norg = \"{}\"\nsource = \"{}\"\nformat = \"{}\"",
            line.file, line.org, line.source, line.format
        )?;
        written.push(line);
    }
    plan.into_inner()?.sync_all()?;
    Ok(written)
}

fn line(government: &Government, report: &Report) -> Line {
    let org = government.organisation_code(report.organisation);
    Line {
        file: format!("{org}/{}/{}", report.source.as_str(), report.file_name()),
        org,
        source: report.source.name_ja(),
        format: report.source.format().as_str(),
    }
}

/// Writes a report into a file of its own, unless it says nothing.
fn write(government: &Government, report: Report, path: &Path) -> io::Result<bool> {
    if government.truths(report).next().is_none() && !report.source.is_of_organisations() {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    government.write(report, &mut out)?;
    out.flush()?;
    Ok(true)
}
