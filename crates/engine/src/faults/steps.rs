//! What is done to the lake, one step after the other.

use std::{io::Cursor, path::Path, time::Duration};

use yagura_baseline::master::Master;
use yagura_lake::{
    Changes, Lake, LakeError, Vacuum,
    backup::{self, BackupOptions},
    compact::Extent,
    rows::{LinkRow, SubjectRow},
    scan::Filter,
};
use yagura_model::id::{AssetKey, DecisionKey, SubjectKey};

use super::ingest;
use crate::{
    chain,
    decisions::{Decisions, Signed, Split, What},
    intake::{Intake, Limits},
    testing::{House, grype},
};

/// A step.
pub(super) enum Step {
    /// A report is taken in.
    Take(Report),
    /// A person says that the two that contradict each other are one.
    Merge,
    /// A person says that the image is two.
    Split,
    /// A person takes the merge back.
    Undo,
    Compact,
    /// So many commits without facts.
    Idle(usize),
    Vacuum,
    Backup,
}

/// A report and its source.
pub(super) struct Report {
    source: &'static str,
    format: Option<&'static str>,
    text: String,
}

fn found(source: &'static str, day: u8, cves: &[&str]) -> Step {
    let text = grype(&format!("2026-10-{day:02}T00:00:00Z"), cves);
    Step::Take(Report { source, format: None, text })
}

fn shown(source: &'static str, day: u8, rows: &[String]) -> Step {
    let line = |row| format!("{{\"observed_at\":\"2026-10-{day:02}T00:00:00Z\",{row}}}\n");
    let text = rows.iter().map(line).collect();
    Step::Take(Report { source, format: Some("inventory_jsonl"), text })
}

/// Findings open, go on and close; two records contradict each other and a person decides; two
/// assets are joined by a third record.
pub(super) fn steps() -> Vec<Step> {
    let uuid = r#""uuid":"5a4b5200-0000-4000-8000-000000000001""#;
    let device =
        |id: &str, more: &str| format!(r#""kind":"device","agent_id":"{id}","name":"{id}",{more}"#);
    vec![
        found("a", 1, &["CVE-2026-0001", "CVE-2026-0002"]),
        found("a", 5, &["CVE-2026-0002", "CVE-2026-0003"]),
        shown(
            "agents",
            6,
            &[
                device("x", &format!(r#""serial":"SN-0001",{uuid}"#)),
                device("c", r#""mac":"00:1b:21:00:00:07""#),
                device("s", r#""serial":"SN-0042""#),
            ],
        ),
        shown(
            "register",
            7,
            &[
                device("y", &format!(r#""serial":"SN-0007",{uuid}"#)),
                device("z", r#""mac":"00:1b:21:00:00:07","serial":"SN-0042""#),
            ],
        ),
        Step::Merge,
        Step::Undo,
        Step::Split,
        Step::Compact,
        Step::Idle(8),
        Step::Vacuum,
        Step::Backup,
    ]
}

/// The bytes of the reports, in the order in which they are taken in.
pub(super) fn texts() -> Vec<String> {
    let text = |step| match step {
        Step::Take(report) => Some(report.text),
        _ => None,
    };
    steps().into_iter().filter_map(text).collect()
}

/// Carries a step out; says `done`, or `unchanged` of a report that was there.
pub(super) async fn carry_out(
    lake: Lake,
    folder: &Path,
    number: usize,
) -> Result<&'static str, String> {
    let ingest = ingest(lake.clone(), number);
    let now = ingest.clock.now();
    let steps = steps();
    match steps.get(number).unwrap() {
        Step::Take(report) => {
            let intake = Intake::new(folder.join("spool"), Limits::default());
            let mut request = House::request(report.source);
            request.format = report.format.map(str::to_owned);
            let received = intake.receive("report", &mut Cursor::new(report.text.as_bytes()));
            let received = received.map_err(|error| error.to_string())?;
            let member = received.members.first().unwrap();
            let taken = ingest.ingest(member, received.digest, &request).await;
            let taken = taken.map_err(|error| chain(&error))?;
            return Ok(if taken.unchanged { "unchanged" } else { "done" });
        }
        Step::Merge => {
            let (one, other) = (record(&lake, "x").await.1, record(&lake, "y").await.1);
            decide(&lake, number, What::Merge([one, other].into())).await?;
        }
        Step::Split => {
            let (record, asset) = record(&lake, "z").await;
            let split = Split { asset, records: [record].into(), into: None };
            decide(&lake, number, What::Split(split)).await?;
        }
        Step::Undo => decide(&lake, number, What::Undo(DecisionKey(1))).await?,
        Step::Compact => {
            let done = async {
                lake.write(Duration::ZERO, now).await?.compact(Extent::Everything, now).await
            };
            done.await.map_err(|error| chain(&error))?;
        }
        Step::Idle(commits) => {
            let done = async {
                let mut writer = lake.write(Duration::ZERO, now).await?;
                for _ in 0..*commits {
                    writer.commit(Changes::default(), now).await?;
                }
                Ok(())
            };
            done.await.map_err(|error: LakeError| chain(&error))?;
        }
        Step::Vacuum => {
            let done = async {
                lake.write(Duration::ZERO, now).await?.vacuum(Vacuum::default(), now).await
            };
            done.await.map_err(|error| chain(&error))?;
        }
        Step::Backup => {
            let to = folder.join("backup");
            let done = backup::take(&lake, &to, BackupOptions::default(), now, &|_, _| {}).await;
            done.map_err(|error| chain(&error))?;
        }
    }
    Ok("done")
}

async fn decide(lake: &Lake, number: usize, what: What) -> Result<(), String> {
    let ingest = ingest(lake.clone(), number);
    let (lake, rules, clock) = (ingest.lake, ingest.rules, ingest.clock);
    let master = Master::shipped().clone();
    let decisions = Decisions { lake, rules, master, clock, wait: Duration::ZERO };
    let (by, reason) = ("hanako".to_owned(), "seen on the desk".to_owned());
    let signed = Signed { by, second: None, reason };
    decisions.decide(&what, &signed).await.map(drop).map_err(|error| chain(&error))
}

/// A record and its asset.
async fn record(lake: &Lake, name: &str) -> (SubjectKey, AssetKey) {
    let snapshot = lake.snapshot().await.unwrap();
    let subjects: Vec<SubjectRow> = snapshot.rows(&Filter::all()).await.unwrap();
    let subject = subjects.iter().find(|row| row.name == name).unwrap().subject;
    let links: Vec<LinkRow> = snapshot.rows(&Filter::all()).await.unwrap();
    (subject, links.iter().find(|row| row.subject == subject).unwrap().asset)
}
