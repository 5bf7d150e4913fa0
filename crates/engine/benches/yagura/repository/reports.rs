//! Reports in real formats, from the bytes to the lake.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use yagura_baseline::identity::Rules;
use yagura_engine::{
    clock::Clock,
    ingest::{Ingest, Request},
    intake::{Intake, Limits},
};
use yagura_lake::Lake;
use yagura_model::organisation::OrganisationCode;
use yagura_synthetic::{Government, Plan, SourceKind};

use super::{MEMORY, plan::Shape};
use crate::{
    Failure,
    figure::{Figure, Side},
    run::{Run, child},
};

/// Findings of a device in the whole year, of which both tools together state one at a time.
const FINDINGS: u32 = 1;

/// Takes in what the endpoint tool and the scanner of each organisation say of all its devices.
pub(super) fn measure(run: &mut Run, _: &super::Year) -> Result<(), Failure> {
    let lake = run.new_lake();
    let devices = (super::plan::DEVICES * run.scale).max(500.0) as u64;
    let taken = child("reports", &[&lake, Path::new(&devices.to_string())])?;
    std::fs::remove_dir_all(&lake)?;
    let (seconds, bytes) = (taken.number("seconds"), taken.number("bytes"));
    let mut figure = |name: &str, value: f64, unit, bar| {
        let name = format!("real formats, {name}");
        run.figures.push(Figure { name, input: bytes as u64, value, unit, bar });
    };
    figure("devices in reports", taken.number("assets"), "", None);
    figure("findings", taken.number("findings"), "", None);
    figure("time", seconds, "s", None);
    figure("rate of devices", taken.number("assets") / seconds, "/s", None);
    figure("rate of findings", taken.number("findings") / seconds, "/s", None);
    figure("rate of bytes", bytes / seconds / 1e6, "MB/s", None);
    figure("peak memory", taken.peak(), "MB", Some(MEMORY));
    let evidence = taken.number("stored") / taken.number("raw") * 100.0;
    figure("evidence of raw bytes", evidence, "%", Some((Side::AtMost, 8.0)));
    Ok(())
}

/// Writes each report, and takes it in as the command line would; only the latter is timed.
pub(crate) async fn taken(lake: &Path, devices: &Path) -> Result<Value, Failure> {
    let devices: u64 = devices.to_string_lossy().parse()?;
    let folder = lake.with_extension("reports");
    std::fs::create_dir_all(&folder)?;
    let government = Government::new(Plan {
        findings_per_device: FINDINGS,
        parts: 1,
        ..Shape::Ministries.plan(devices)
    });
    let now = super::end(government.plan());
    let ingest = Ingest {
        lake: Lake::open(lake)?,
        rules: Rules::shipped().clone(),
        clock: Clock::Fixed(now),
    };
    let intake = Intake::new(folder.clone(), Limits::default());
    let (mut bytes, mut findings, mut assets) = (0, 0, 0);
    let mut time = Duration::ZERO;
    for organisation in 0..government.organisations() {
        for source in [SourceKind::Endpoint, SourceKind::Scanner] {
            let mut report = government.report(organisation, source, government.plan().scans / 2);
            report.partial = false;
            let path = folder.join(report.file_name());
            let mut out = BufWriter::with_capacity(1 << 20, File::create(&path)?);
            government.write(report, &mut out)?;
            out.flush()?;
            drop(out);
            bytes += std::fs::metadata(&path)?.len();
            let code = OrganisationCode::new(&government.organisation_code(organisation))?;
            let request =
                Request { create_organisation: true, ..Request::new(code, source.as_str()) };
            let begun = Instant::now();
            let received = intake.receive_file(&path)?;
            for member in &received.members {
                let taken = ingest.ingest(member, received.digest, &request).await?;
                findings += taken.tally.account.findings;
                assets += taken.tally.assets;
            }
            time += begun.elapsed();
            drop(received);
            std::fs::remove_file(&path)?;
        }
    }
    std::fs::remove_dir_all(&folder)?;
    let evidence = ingest.lake.stats().await?.evidence;
    Ok(json!({
        "bytes": bytes,
        "findings": findings,
        "assets": assets,
        "seconds": time.as_secs_f64(),
        "raw": evidence.raw_bytes,
        "stored": evidence.stored_bytes,
    }))
}
