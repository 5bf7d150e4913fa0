//! `yagura formats`: what is read, with the specification of each.

use clap::Parser;
use serde::Serialize;
use yagura_engine::formats::registry;

use super::Verb;
use crate::{
    arguments::results::{ResultArguments, Sheet},
    failure::Failure,
    output::{
        cell::{Cell, Tone},
        width::width,
    },
    session::{Session, Status},
};

/// See the module.
#[derive(Debug, Parser)]
#[command(name = "formats")]
pub(crate) struct Formats {
    #[command(flatten)]
    results: ResultArguments,
}

/// One line of `--json`.
#[derive(Debug, Serialize)]
struct Line {
    name: &'static str,
    title: &'static str,
    record: &'static str,
    specification: &'static str,
}

impl Verb for Formats {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let formats: Vec<Line> = registry::ALL
            .iter()
            .map(|format| {
                let about = format.specification();
                let (title, record) = (about.title, about.record);
                Line { name: format.name(), title, record, specification: about.url }
            })
            .collect();
        if session.global.json {
            for line in &formats {
                session.console.json_line(line)?;
            }
            return Ok(Status::Done);
        }
        let cells = |line: &Line| {
            [line.name, line.title, line.record, line.specification].map(Cell::text).to_vec()
        };
        let sheet = Sheet {
            name: "formats",
            columns: &[("name", 20), ("title", 50), ("record", 30), ("specification", 70)],
            rows: &formats.iter().map(cells).collect::<Vec<_>>(),
        };
        if self.results.write(session, &sheet)? {
            return Ok(Status::Done);
        }
        show(&formats, session)?;
        Ok(Status::Done)
    }
}

/// Two lines a format: an address must not be cut.
fn show(formats: &[Line], session: &mut Session) -> Result<(), Failure> {
    let count = formats.len().into();
    let title = session.texts.say_with("formats-count", &[("count", count)]);
    writeln!(session.console.out(), "{title}\n")?;
    let room = formats.iter().map(|line| width(line.name)).max().unwrap_or(0);
    for line in formats {
        let name = session.console.paint(Tone::Strong, &format!("{:room$}", line.name));
        let record = session.texts.say_with("formats-record", &[("unit", line.record.into())]);
        let address = session.console.paint(Tone::Quiet, line.specification);
        let blank = " ".repeat(room);
        let out = session.console.out();
        writeln!(out, "  {name}  {}", line.title)?;
        writeln!(out, "  {blank}  {record}")?;
        writeln!(out, "  {blank}  {address}")?;
    }
    Ok(())
}
