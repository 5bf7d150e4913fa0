//! A stream of reports on one device each: how long until each is durable and can be asked for, and
//! how many files the lake is made of meanwhile.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::{Value, json};
use yagura_baseline::identity::Rules;
use yagura_engine::{
    clock::Clock,
    formats::Context,
    ingest::Ingest,
    stream::{Outcome, Pace, Stream, Terms},
};

use yagura_lake::{Lake, table::Table};
use yagura_model::organisation::OrganisationCode;
use yagura_synthetic::{Government, Plan, SourceKind};

use super::{MEMORY, Year, copy::copied};
use crate::{
    Failure,
    figure::Side,
    run::{Run, child},
};

/// Reports a second.
const RATE: f64 = 200.0;

/// How long they come, and at least in a small run.
const SECONDS: f64 = 300.0;
const LEAST: f64 = 15.0;

/// Findings of a device in one report, about.
const EACH: u32 = 20;

/// After so many reports files are counted.
const LOOK: usize = 1_000;

/// How much of the time of the reports one of a hundred may take longer than, in seconds.
const VISIBLE: (Side, f64) = (Side::AtMost, 3.0);

/// How many times as many files there may be in the second half as in the first.
const BOUNDED: (Side, f64) = (Side::AtMost, 1.5);

/// Streams into a copy of the lake of the year.
pub(super) fn measure(run: &mut Run, year: &Year) -> Result<(), Failure> {
    let lake = run.new_lake();
    copied(&year.lake, &lake)?;
    let seconds = (SECONDS * run.scale).clamp(LEAST, SECONDS);
    let reports = ((seconds * RATE) as u64).to_string();
    let at = year.end().to_string();
    let streamed = child("stream", &[&lake, Path::new(&reports), Path::new(&at)])?;
    std::fs::remove_dir_all(&lake)?;
    run.figure("stream, reports", streamed.number("taken"), "", None);
    run.figure("stream, rate", streamed.number("taken") / streamed.number("seconds"), "/s", None);
    run.figure("stream, commits", streamed.number("commits"), "", None);
    run.figure("stream, visible after, median", streamed.number("median"), "s", None);
    run.figure("stream, visible after, p99", streamed.number("p99"), "s", Some(VISIBLE));
    run.figure("stream, longest", streamed.number("longest"), "s", None);
    run.figure("stream, most files of a state", streamed.number("files"), "", None);
    let grown = streamed.number("later_files") / streamed.number("first_files");
    run.figure("stream, files of the second half by the first", grown, "×", Some(BOUNDED));
    run.figure("stream, peak memory", streamed.peak(), "MB", Some(MEMORY));
    if streamed.number("lost") > 0.0 {
        run.failures.push("a report of the stream was acknowledged and is not there".to_owned());
    }
    Ok(())
}

/// Writes one report a device, in a real format and each in its frame, into a file; gives the length of
/// each. Each was made when it is due.
fn frames(reports: u64, at: Timestamp, to: &Path) -> Result<Vec<usize>, Failure> {
    let government = Government::new(Plan {
        findings_per_device: EACH * 17 / 10,
        parts: 1,
        ..Plan::new(4, 1, reports)
    });
    let mut report = government.report(0, SourceKind::Endpoint, government.plan().scans / 2);
    (report.partial, report.observed_at) = (false, at);
    let whole = to.with_extension("jsonl");
    let mut out = BufWriter::new(File::create(&whole)?);
    government.write(report, &mut out)?;
    out.flush()?;
    let mut frames = Frames { out: BufWriter::new(File::create(to)?), lengths: Vec::new() };
    let (mut of, mut body) = (String::new(), Vec::new());
    // The events of a device follow each other.
    for line in BufReader::new(File::open(&whole)?).lines() {
        let mut event: Value = serde_json::from_str(&line?)?;
        let device = event.pointer("/device/uid").or_else(|| event.pointer("/device/hostname"));
        let device = device.and_then(Value::as_str).ok_or("an event of no device")?;
        if device != of {
            frames.end(&mut body)?;
            device.clone_into(&mut of);
        }
        let due = SignedDuration::try_from_secs_f64(frames.lengths.len() as f64 / RATE)?;
        let time = event.get_mut("time").ok_or("an event without a time")?;
        *time = (at + due).as_millisecond().into();
        serde_json::to_writer(&mut body, &event)?;
        body.push(b'\n');
    }
    frames.end(&mut body)?;
    frames.out.flush()?;
    std::fs::remove_file(whole)?;
    Ok(frames.lengths)
}

/// Frames that are being written.
struct Frames {
    out: BufWriter<File>,
    lengths: Vec<usize>,
}

impl Frames {
    /// Ends a report, if there is one.
    fn end(&mut self, body: &mut Vec<u8>) -> std::io::Result<()> {
        if body.is_empty() {
            return Ok(());
        }
        let head = format!("{{\"length\":{}}}\n", body.len());
        self.out.write_all(head.as_bytes())?;
        self.out.write_all(body)?;
        self.lengths.push(head.len() + body.len());
        body.clear();
        Ok(())
    }
}

/// How many files the newest state is made of.
async fn files_of(lake: &Lake) -> Result<u64, Failure> {
    let snapshot = lake.snapshot().await?;
    let mut files = 0;
    for table in Table::ALL {
        files += snapshot.files(*table).await?.len() as u64;
    }
    Ok(files)
}

/// Sends the reports at their rate and waits for what is said of each.
pub(crate) async fn streamed(lake: &Path, reports: &Path, at: &Path) -> Result<Value, Failure> {
    let at: Timestamp = at.to_string_lossy().parse()?;
    // Reports that wait to be sent are not to be counted as memory.
    let file = lake.with_extension("frames");
    let lengths = frames(reports.to_string_lossy().parse()?, at, &file)?;
    let sent_in_all = lengths.len();
    let clock = Clock::Fixed(at + SignedDuration::from_hours(24));
    let opened = Lake::open(lake)?;
    let before = opened.snapshot().await?;
    let ingest = Ingest { lake: opened.clone(), rules: Rules::shipped().clone(), clock };
    let terms = Terms {
        organisation: Some(OrganisationCode::new("saiken")?),
        source: Some(SourceKind::Endpoint.as_str().to_owned()),
        system: None,
        observed_at: None,
        format: None,
        create_organisation: true,
        context: Context { zone: TimeZone::UTC, mapping: None, asset: None },
        sees: None,
        wait: Duration::from_secs(60),
    };
    let spool = lake.join("spool");
    std::fs::create_dir_all(&spool)?;
    let stream = Stream { ingest, spool, terms, pace: Pace::STANDARD };
    let (reader, mut writer) = std::io::pipe()?;
    let begun = Instant::now();
    let due = move |number: usize| begun + Duration::from_secs_f64(number as f64 / RATE);
    let mut waiting = BufReader::new(File::open(&file)?);
    let sender = thread::spawn(move || {
        for (number, length) in lengths.into_iter().enumerate() {
            thread::sleep(due(number).saturating_duration_since(Instant::now()));
            std::io::copy(&mut (&mut waiting).take(length as u64), &mut writer)?;
        }
        Ok::<_, std::io::Error>(())
    });
    let mut running = stream.frames(BufReader::new(reader))?;
    let mut waited = Vec::with_capacity(sent_in_all);
    let mut files: Vec<(usize, u64)> = Vec::new();
    while let Some(told) = running.next().await? {
        let now = Instant::now();
        for one in told {
            if let Outcome::Refused(refusal) = &one.outcome {
                return Err(format!("a report was refused: {refusal:?}").into());
            }
            let number = usize::try_from(one.sequence)? - 1;
            waited.push(now.duration_since(due(number)).as_secs_f64());
        }
        if files.last().is_none_or(|(taken, _)| waited.len() - taken >= LOOK) {
            files.push((waited.len(), files_of(&opened).await?));
        }
    }
    files.push((waited.len(), files_of(&opened).await?));
    let seconds = begun.elapsed().as_secs_f64();
    sender.join().map_err(|_| "the sender panicked")??;
    std::fs::remove_file(&file)?;
    let after = opened.snapshot().await?;
    let kept = after.counter("reports") - before.counter("reports");
    waited.sort_by(f64::total_cmp);
    let of = |share: f64| waited.get((waited.len() as f64 * share) as usize).copied();
    let most = |half: &dyn Fn(usize) -> bool| {
        files.iter().filter(|(taken, _)| half(*taken)).map(|(_, files)| *files).max()
    };
    Ok(json!({
        "taken": waited.len(),
        "lost": sent_in_all as i64 - kept,
        "seconds": seconds,
        "commits": after.commit().0 - before.commit().0,
        "median": of(0.5),
        "p99": of(0.99),
        "longest": waited.last(),
        "files": most(&|_| true),
        "first_files": most(&|taken| taken * 2 <= sent_in_all),
        "later_files": most(&|taken| taken * 2 > sent_in_all),
    }))
}
