//! One string of 100 MB in a report: refused or passed over, in bounded memory and time.
//!
//! The string is never whole in memory here either: it is made as it is read. Each reader runs in
//! a process of its own, since what a process took at most is all the system tells.

use std::io::{self, Read, Seek, SeekFrom, Write as _};
use std::process::Command;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use yagura_formats::{Context, collect::Tally};

use super::{Good, Shape, close, one_of_each, reports};

/// How long the string is.
const LENGTH: u64 = 100 << 20;

/// Most memory in MB a process may have taken: the largest value a reader holds (32 MiB) twice,
/// while it grows, and the rest of the program.
const MEMORY: u64 = 150;

/// Longest time for one reader; without optimisation they are some thirty times slower.
const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 30 } else { 3 });

/// Without optimisation one reader for each way of taking a document apart stands for all: values
/// and lines of JSON, XML, rows.
const STAND_FOR_ALL: &[&str] = &["grype", "ocsf", "nmap", "openvas_csv"];

/// Names the example that a process of this test is to read.
const EXAMPLE: &str = "YAGURA_TEST_LONG_STRING";

/// A document with a long run of one letter in its middle.
#[derive(Debug)]
struct Long<'d> {
    before: &'d [u8],
    after: &'d [u8],
    at: u64,
}

impl Long<'_> {
    fn length(&self) -> u64 {
        (self.before.len() + self.after.len()) as u64 + LENGTH
    }
}

impl Read for Long<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let start = self.before.len() as u64;
        let (from, many): (&[u8], u64) = if self.at < start {
            (&self.before[self.at as usize..], 0)
        } else if self.at < start + LENGTH {
            (&[], start + LENGTH - self.at)
        } else {
            let passed = (self.at - start - LENGTH) as usize;
            (self.after.get(passed..).unwrap_or_default(), 0)
        };
        let length = target.len().min(from.len().max(many as usize));
        match from {
            [] => target[..length].fill(b'x'),
            _ => target[..length].copy_from_slice(&from[..length]),
        }
        self.at += length as u64;
        Ok(length)
    }
}

impl Seek for Long<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => place as i64,
            SeekFrom::Current(more) => self.at as i64 + more,
            SeekFrom::End(more) => self.length() as i64 + more,
        };
        self.at = u64::try_from(place).map_err(|_| io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// Where the long string goes: into a text that the reader wants, if there is one.
fn place(good: &Good) -> usize {
    let text = std::str::from_utf8(&good.bytes).unwrap();
    let found = match good.shape {
        // The last text of the last record.
        Shape::Json | Shape::Lines => text.rfind("\",").or_else(|| text.rfind('"')),
        Shape::Xml => text.rfind("\">").or_else(|| text.rfind("</")),
        Shape::Table => text.trim_end().rfind(['\n', ',', ';']).map(|at| at + 1),
    };
    found.unwrap_or_else(|| panic!("{} has no text", good.name))
}

/// Reads the example that the surroundings name, if they name one: the other process.
#[test]
fn a_long_string_in_a_process_of_its_own() {
    let Ok(name) = std::env::var(EXAMPLE) else { return };
    let reports = reports();
    let good = reports.iter().find(|good| good.name == name).unwrap();
    let (before, after) = good.bytes.split_at(place(good));
    let context = Context { zone: TimeZone::UTC, mapping: None, asset: None };
    let mut input = Long { before, after, at: 0 };
    let started = Instant::now();
    let result = good.format.parse(&mut input, &context, &mut Tally::default());
    let (took, most) = (started.elapsed().as_millis(), high_water().unwrap_or_default() >> 20);
    say(&format!("{name}: {took} ms, {most} MB, {result:?}"));
    assert!(took <= PATIENCE.as_millis() && most <= MEMORY, "{took} ms, {most} MB");
}

#[test]
fn a_string_of_100_mb_costs_neither_memory_nor_time() {
    let mut broken = Vec::new();
    for good in one_of_each() {
        let name = good.format.name();
        if name == "empty_list" || cfg!(debug_assertions) && !STAND_FOR_ALL.contains(&name) {
            continue;
        }
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "bad::long::a_long_string_in_a_process_of_its_own", "--nocapture"]);
        let output = child.env(EXAMPLE, &good.name).output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = printed.lines().find(|line| line.starts_with(&good.name));
        say(&format!("{name}: {}", line.unwrap_or_default()));
        if !output.status.success() || line.is_none() {
            let error = String::from_utf8_lossy(&output.stderr);
            broken.push(format!("{name}\n{printed}{error}"));
        }
    }
    close(&broken);
}

fn say(line: &str) {
    writeln!(io::stdout(), "{line}").unwrap();
}

/// The most memory this process ever took, in bytes, where the system tells.
fn high_water() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes << 10)
}
