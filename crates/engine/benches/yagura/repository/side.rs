//! The queries: asked of Yagura and of its peers in turn, so that what else the machine does falls
//! on all alike; and their answers compared.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    Year,
    queries::{CONTROL, Query, past, queries},
    score,
};
use crate::{
    Failure, child,
    conversation::Conversation,
    figure::{Asked, PEERS, Side},
    run::Run,
};

/// How much longer the control query may take at one time than at another.
const STEADY: f64 = 1.25;

/// How much longer a query of the past may take than the same of the present.
const PAST: f64 = 2.0;

/// Asks everything and adds the figures.
pub(super) fn measure(run: &mut Run, year: &Year) -> Result<(), Failure> {
    score::stored(year)?;
    let folder = run.new_folder("queries")?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(child::WORD).arg("ask").arg(&year.lake);
    let mut yagura = Conversation::start("Yagura", command)?;
    let peers = Peers::start(run, &mut yagura, year, &folder)?;
    let mut sides = Sides { yagura, peers, year };
    let asked = sides.everything(run)?;
    let said = sides.end()?;
    run.asked.extend(asked);
    let peak = said.get("peak_kib").and_then(Value::as_f64).unwrap_or(f64::NAN) * 1.024e-3;
    run.figure("queries, peak memory", peak, "MB", Some((Side::AtMost, 3_000.0)));
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

/// The databases beside Yagura, those that are there.
#[derive(Debug)]
struct Peers {
    process: Option<Conversation>,
    /// In the order of [`PEERS`].
    present: Vec<bool>,
}

impl Peers {
    fn start(
        run: &mut Run,
        yagura: &mut Conversation,
        year: &Year,
        folder: &Path,
    ) -> Result<Self, Failure> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/python/peers.py");
        let python = std::env::var_os("YAGURA_PYTHON").unwrap_or_else(|| OsString::from("python3"));
        let mut command = Command::new(python);
        command.arg(script);
        let job = job(yagura, year, folder)?;
        let mut process = match Conversation::start("the script of the peers", command) {
            Ok(process) => process,
            Err(error) => {
                run.notes.push(format!("no peers: {error}"));
                return Ok(Self { process: None, present: vec![false; PEERS.len()] });
            }
        };
        process.say(&job)?;
        let mut present = Vec::new();
        for peer in PEERS {
            let ready = process.hear()?;
            if let Some(seconds) = ready.get("seconds").and_then(Value::as_f64) {
                run.figure(&format!("loading {peer}"), seconds, "s", None);
                present.push(true);
            } else {
                let why = ready.get("missing").and_then(Value::as_str).unwrap_or("not said why");
                run.notes.push(format!("{peer} is missing: {why}"));
                present.push(false);
            }
        }
        Ok(Self { process: Some(process), present })
    }
}

/// Where everything is, for the peers: with the views that need Yagura's rules as files.
fn job(yagura: &mut Conversation, year: &Year, folder: &Path) -> Result<Value, Failure> {
    let (now, then) = (year.end(), past(year.end()));
    let mut job = yagura.ask(&json!({"at": now.to_string()}))?;
    let object = job.as_object_mut().ok_or("nothing is said about the lake")?;
    for view in ["inventory", "devices"] {
        let mut files = serde_json::Map::new();
        for (world, at) in [("present", now), ("past", then)] {
            let to: PathBuf = folder.join(format!("{view}.{world}.parquet"));
            let wanted = json!({
                "export": view,
                "at": at.to_string(),
                "past": world == "past",
                "to": to,
            });
            heard(yagura.ask(&wanted)?)?;
            files.insert(world.to_owned(), json!(to));
        }
        object.insert(view.to_owned(), files.into());
    }
    object.insert("lake".to_owned(), json!(std::path::absolute(&year.lake)?));
    object.insert("folder".to_owned(), json!(folder));
    object.insert("now".to_owned(), json!(now.to_string()));
    object.insert("past".to_owned(), json!(then.to_string()));
    Ok(job)
}

/// An answer, and how long it took in milliseconds.
#[derive(Debug)]
struct Heard {
    took: f64,
    /// How long processors worked for it, if that is known.
    worked: Option<f64>,
    rows: Value,
}

/// An answer that is no error.
fn heard(mut answer: Value) -> Result<Heard, Failure> {
    if let Some(error) = answer.get("error").and_then(Value::as_str) {
        return Err(error.into());
    }
    let number = |name: &str| answer.get(name).and_then(Value::as_f64);
    let (took, worked) = (number("ms").unwrap_or(f64::NAN), number("processor_ms"));
    let rows = answer.get_mut("rows").map(Value::take).unwrap_or_default();
    Ok(Heard { took, worked, rows })
}

#[derive(Debug)]
struct Sides<'y> {
    yagura: Conversation,
    peers: Peers,
    year: &'y Year,
}

impl Sides<'_> {
    /// Asks every query, and the one that shows whether the machine is quiet three times.
    fn everything(&mut self, run: &mut Run) -> Result<Vec<Asked>, Failure> {
        let end = self.year.end();
        let about = self.yagura.ask(&json!({"at": end.to_string()}))?;
        let cve = about.get("cve").and_then(Value::as_str).unwrap_or_default();
        let all = queries(end, cve);
        let control = all.iter().find(|query| query.name == CONTROL).ok_or("no control query")?;
        let mut controls = vec![self.of_yagura(control, end)?.took];
        let mut asked: Vec<Asked> = Vec::new();
        for (place, query) in all.iter().enumerate() {
            if place == all.len() / 2 {
                controls.push(self.of_yagura(control, end)?.took);
            }
            match self.one(run, query) {
                Ok(one) => {
                    let bar = query.bar.or_else(|| as_fast_as_now(&asked, query));
                    run.figure(&query.name, one.yagura, "ms", bar.map(|bar| (Side::AtMost, bar)));
                    asked.push(one);
                }
                Err(error) => run.failures.push(format!("`{}`: {error}", query.name)),
            }
        }
        controls.push(self.of_yagura(control, end)?.took);
        let least = controls.iter().copied().fold(f64::INFINITY, f64::min);
        let most = controls.iter().copied().fold(0.0, f64::max);
        run.figure(
            "control query, longest by shortest",
            most / least,
            "×",
            Some((Side::AtMost, STEADY)),
        );
        if most > least * STEADY {
            run.failures.push(format!(
                "the control query took {least:.1} to {most:.1} ms: the machine is not quiet, \
                 so that no figure counts"
            ));
        }
        Ok(asked)
    }

    /// The time and the answer of Yagura.
    fn of_yagura(&mut self, query: &Query, end: Timestamp) -> Result<Heard, Failure> {
        let at = if query.past { past(end) } else { end };
        let wanted = json!({"sql": query.sql, "at": at.to_string(), "past": query.past});
        heard(self.yagura.ask(&wanted)?)
    }

    /// Asks all the same; an answer that differs is a failure.
    fn one(&mut self, run: &mut Run, query: &Query) -> Result<Asked, Failure> {
        let ours = self.of_yagura(query, self.year.end())?;
        let mut asked = Asked {
            name: query.name.clone(),
            yagura: ours.took,
            peers: Vec::new(),
            processor: [ours.worked, None],
        };
        for (peer, present) in PEERS.iter().zip(&self.peers.present) {
            let process = self.peers.process.as_mut().filter(|_| *present);
            let Some(process) = process else {
                asked.peers.push(None);
                continue;
            };
            let wanted = json!({"peer": peer, "sql": query.sql, "past": query.past});
            match heard(process.ask(&wanted)?) {
                Ok(other) => {
                    asked.peers.push(Some(other.took));
                    if *peer == "duckdb" {
                        asked.processor = [ours.worked, other.worked];
                    }
                    if other.rows != ours.rows {
                        let differs = differing(&ours.rows, &other.rows);
                        let failure =
                            format!("`{}`: {peer} answers otherwise: {differs}", query.name);
                        run.failures.push(failure);
                    }
                }
                Err(error) => {
                    asked.peers.push(None);
                    run.failures.push(format!("`{}` of {peer}: {error}", query.name));
                }
            }
        }
        eprintln!("{}", asked.line());
        Ok(asked)
    }

    /// Lets all end; gives what Yagura said of itself.
    fn end(self) -> Result<Value, Failure> {
        if let Some(process) = self.peers.process {
            process.end()?;
        }
        self.yagura.end()
    }
}

/// How long a query of the past may take.
fn as_fast_as_now(asked: &[Asked], query: &Query) -> Option<f64> {
    let now = asked.iter().find(|now| query.past && query.name.starts_with(&now.name))?;
    Some(now.yagura * PAST)
}

/// The first rows that differ.
fn differing(ours: &Value, others: &Value) -> String {
    let (Some(ours), Some(others)) = (ours.as_array(), others.as_array()) else {
        return "no rows".to_owned();
    };
    let pair = ours.iter().zip(others).find(|(ours, others)| ours != others);
    match pair {
        Some((ours, others)) => format!("{others} and not {ours}"),
        None => format!("{} rows and not {}", others.len(), ours.len()),
    }
}
