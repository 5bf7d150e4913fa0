//! A step, in a process of its own: says what it did as one JSON object.

use std::path::Path;

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use yagura_baseline::{identity::Rules, master::Master, model::Model};
use yagura_engine::{
    browse::assets::find,
    clock::Clock,
    explain::{Proofs, find_assets},
    ingest::{Ingest, Request},
    inspect::inspect,
    intake::{Intake, Limits, Received},
    score::{By, ItemKind, ScoreRun, Sweep},
};
use yagura_formats::Context;
use yagura_lake::{Lake, LakeError, table::Table};
use yagura_model::organisation::OrganisationCode;

use crate::{Failure, identity, repository};

/// The first word that makes a process a step.
pub(crate) const WORD: &str = "--step";

/// Carries out a step: its name, and the paths it takes.
pub(crate) fn main(words: &[String]) -> Result<(), Failure> {
    let paths: Vec<&Path> = words.iter().skip(1).map(Path::new).collect();
    let name = words.first().map(String::as_str).unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut said = match (name, paths.as_slice()) {
        ("hash", [report]) => json!({"bytes": receive(report)?.length}),
        ("inspect", [report]) => inspected(report)?,
        ("ingest", [lake, reports @ ..]) => runtime.block_on(ingested(lake, reports))?,
        ("score", [lake]) => runtime.block_on(scored(lake))?,
        ("asset", [lake, asset]) => runtime.block_on(shown(lake, asset))?,
        ("explain", [lake, asset]) => runtime.block_on(explained(lake, asset))?,
        ("identity", [lake, devices]) => runtime.block_on(identity::resolved(lake, devices))?,
        (_, paths) if let Some(said) = repository::step(name, paths, &runtime) => said?,
        _ => return Err(format!("no step is called `{name}` with {} paths", paths.len()).into()),
    };
    if let Some(object) = said.as_object_mut() {
        peak(object)?;
    }
    println!("{said}");
    Ok(())
}

/// Adds the most memory this process ever had.
fn peak(said: &mut Map<String, Value>) -> Result<(), Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    said.insert("peak_kib".to_owned(), peak.into());
    Ok(())
}

fn receive(report: &Path) -> Result<Received, Failure> {
    let intake = Intake::new(std::env::temp_dir(), Limits::default());
    Ok(intake.receive_file(report)?)
}

fn inspected(report: &Path) -> Result<Value, Failure> {
    let received = receive(report)?;
    let member = received.members.first().ok_or("nothing was received")?;
    let context = Context { zone: TimeZone::UTC, mapping: None, asset: None };
    let seen = inspect(member, None, &context, Clock::System, None)?;
    Ok(json!({"records": seen.account.records, "findings": seen.account.findings}))
}

/// Takes reports in, one commit each.
async fn ingested(lake: &Path, reports: &[&Path]) -> Result<Value, Failure> {
    let lake = Lake::open(lake)?;
    let before = finding_rows(&lake).await?;
    let ingest = Ingest { lake, rules: Rules::shipped().clone(), clock: Clock::System };
    let organisation = OrganisationCode::new("sakura")?;
    let request = Request { create_organisation: true, ..Request::new(organisation, "scanner") };
    let mut unchanged = 0;
    for report in reports {
        let received = receive(report)?;
        for member in &received.members {
            let done = ingest.ingest(member, received.digest, &request).await?;
            unchanged += u64::from(done.unchanged);
        }
    }
    let rows = finding_rows(&ingest.lake).await? - before;
    Ok(json!({"unchanged": unchanged, "finding_rows": rows}))
}

async fn finding_rows(lake: &Lake) -> Result<u64, LakeError> {
    let files = lake.snapshot().await?.files(Table::Findings).await?;
    Ok(files.iter().map(|file| file.rows).sum())
}

/// Scores all assets as they are now.
async fn scored(lake: &Path) -> Result<Value, Failure> {
    let lake = Lake::open(lake)?;
    let snapshot = lake.snapshot().await?;
    let (now, model, master) = (Clock::System.now(), Model::shipped(), Master::shipped());
    let sweep = Sweep::present(&lake, &snapshot, model, master, now, None).await?;
    let all =
        [By::Organisation, By::System, By::Asset, By::Class, By::Check, By::Remedy, By::Domain];
    let orders = all.map(|by| sweep.totals(by).len());
    Ok(json!({"assets": sweep.assets.len(), "open": sweep.whole().open, "orders": orders}))
}

/// Reads all that is kept of one asset.
async fn shown(lake: &Path, asset: &Path) -> Result<Value, Failure> {
    let lake = Lake::open(lake)?;
    let snapshot = lake.snapshot().await?;
    let assets = find_assets(&snapshot, &asset.to_string_lossy(), Clock::System.now()).await?;
    let (now, model) = (Clock::System.now(), Model::shipped());
    let (master, rules) = (Master::shipped(), Rules::shipped());
    let mut records = Vec::new();
    for key in assets {
        records.extend(find(&snapshot, key, now, model, master, rules).await?);
    }
    let findings: usize = records.iter().map(|record| record.findings.len()).sum();
    Ok(json!({"assets": records.len(), "findings": findings}))
}

/// Leads the points of one asset back to the bytes of its reports.
async fn explained(lake: &Path, asset: &Path) -> Result<Value, Failure> {
    let lake = Lake::open(lake)?;
    let snapshot = lake.snapshot().await?;
    let assets = find_assets(&snapshot, &asset.to_string_lossy(), Clock::System.now()).await?;
    let (now, model, master) = (Clock::System.now(), Model::shipped(), Master::shipped());
    let scored = ScoreRun::some(&lake, &snapshot, model, master, now, &assets).await?;
    let (run, facts) = scored;
    let items = run.assets.iter().flat_map(|asset| &asset.remedies).flat_map(|r| &r.items);
    let evidences: Vec<_> = items
        .filter_map(|item| match &item.kind {
            ItemKind::Problem { problem, .. } => Some(&problem.evidences),
            _ => None,
        })
        .flatten()
        .collect();
    let reports = evidences.iter().map(|evidence| evidence.report).collect();
    let proofs = Proofs::load(&lake, &snapshot, &reports).await?;
    let mut proved = 0;
    for evidence in &evidences {
        proofs.of(&facts, evidence)?;
        proved += 1;
    }
    Ok(json!({"assets": assets.len(), "proofs": proved}))
}
