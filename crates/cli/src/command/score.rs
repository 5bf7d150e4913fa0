//! `yagura score`: the points, worst first.

use clap::{Parser, ValueEnum};
use serde::Serialize;
use yagura_engine::{
    lake::Lost,
    life::StateCounts,
    score::{By, Total},
};
use yagura_model::points::MicroPoints;

use super::Verb;
use crate::{
    arguments::{
        results::{ResultArguments, Sheet},
        scoring::ScoringArguments,
    },
    failure::Failure,
    output::cell::Cell,
    session::{Session, Status},
};

mod show;
mod sums;

/// See the module.
#[derive(Debug, Parser)]
#[command(name = "score")]
pub(crate) struct Score {
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value = "org",
        hide_default_value = true,
        hide_possible_values = true
    )]
    by: Group,

    #[arg(long, value_name = "N")]
    top: Option<usize>,

    #[arg(long, conflicts_with_all = ["org", "model", "stored"])]
    store: bool,

    #[arg(long, conflicts_with = "model")]
    stored: bool,

    #[command(flatten)]
    scoring: ScoringArguments,

    #[command(flatten)]
    results: ResultArguments,
}

/// What to add up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
enum Group {
    Org,
    System,
    Asset,
    Check,
    Class,
    Domain,
    Remedy,
}

impl Group {
    fn by(self) -> By {
        match self {
            Self::Org => By::Organisation,
            Self::System => By::System,
            Self::Asset => By::Asset,
            Self::Check => By::Check,
            Self::Class => By::Class,
            Self::Domain => By::Domain,
            Self::Remedy => By::Remedy,
        }
    }
}

/// The document of `--json`.
#[derive(Debug, Serialize)]
struct Document<'s> {
    version: u8,
    model: &'s str,
    master: &'s str,
    as_of: jiff::Timestamp,
    known_at: Option<jiff::Timestamp>,
    commit: i64,
    threat_data: bool,
    /// Rows that were lost with damaged files, if any were: the score is incomplete.
    #[serde(skip_serializing_if = "Option::is_none")]
    incomplete: Option<Lost>,
    by: Group,
    /// The stored score it is, or was stored as.
    #[serde(skip_serializing_if = "Option::is_none")]
    stored: Option<Stored<'s>>,
    total: Line,
    /// How many assets there are in which state of their life; of an organisation a stored score
    /// does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    states: Option<StateCounts>,
    lines: &'s [Line],
}

/// A stored score.
#[derive(Debug, Serialize)]
struct Stored<'s> {
    score: &'s str,
    stored_at: jiff::Timestamp,
    /// Commits of the lake that it does not know.
    later_commits: i64,
}

/// A line of a score.
#[derive(Debug, Serialize)]
struct Line {
    key: String,
    name: String,
    open_micro: MicroPoints,
    accepted_micro: MicroPoints,
    unknown_micro: MicroPoints,
    assets: u64,
    items: u64,
}

impl Line {
    fn of(total: Total) -> Self {
        Self {
            key: total.key,
            name: total.name,
            open_micro: total.open,
            accepted_micro: total.accepted,
            unknown_micro: total.unknown,
            assets: total.assets,
            items: total.items,
        }
    }

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::text(&self.key),
            Cell::text(&self.name),
            Cell::points(self.open_micro),
            Cell::points(self.accepted_micro),
            Cell::points(self.unknown_micro),
            Cell::count(self.assets),
            Cell::count(self.items),
        ]
    }
}

const COLUMNS: &[(&str, u16)] = &[
    ("key", 30),
    ("name", 50),
    ("open", 14),
    ("accepted", 14),
    ("unknown", 14),
    ("assets", 10),
    ("items", 10),
];

impl Verb for Score {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let mut sums = if self.stored { self.recalled(session)? } else { self.made(session)? };
        let lines: Vec<Line> = std::mem::take(&mut sums.lines).into_iter().map(Line::of).collect();
        let total = Line::of(sums.whole.clone());
        if session.global.json {
            let document = Document {
                version: 1,
                model: &sums.model,
                master: &sums.master,
                as_of: sums.at,
                known_at: sums.known_at,
                commit: sums.commit.0,
                threat_data: false,
                incomplete: Some(sums.lost).filter(|lost| lost.files > 0),
                by: self.by,
                stored: sums.stored.as_ref().map(|stored| Stored {
                    score: &stored.name,
                    stored_at: stored.stored_at,
                    later_commits: sums.later,
                }),
                total,
                states: sums.states,
                lines: &lines,
            };
            session.console.json_line(&document)?;
            return Ok(Status::Done);
        }
        let rows: Vec<Vec<Cell>> = lines.iter().map(Line::cells).collect();
        let sheet = Sheet { name: "score", columns: COLUMNS, rows: &rows };
        if !self.results.write(session, &sheet)? {
            show::show(session, &sums, self.by, rows, &total)?;
        }
        Ok(Status::Done)
    }
}
