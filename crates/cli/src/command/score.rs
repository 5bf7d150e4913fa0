//! `yagura score`: the points, worst first.

use clap::{Parser, ValueEnum};
use serde::Serialize;
use yagura_engine::{
    lake::Lost,
    score::{By, Total},
};
use yagura_model::points::MicroPoints;

use super::Verb;
use crate::{
    arguments::{
        results::{ResultArguments, Sheet},
        scoring::{ScoringArguments, Swept},
    },
    failure::Failure,
    output::cell::Cell,
    session::{Session, Status},
    words,
};

mod show;

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
    total: Line,
    lines: &'s [Line],
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
    fn of(total: Total, name: String) -> Self {
        Self {
            key: total.key,
            name,
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
        let swept = session.block_on(self.scoring.sweep(session))??;
        let (lines, all) = self.lines(session, &swept)?;
        let total = Line::of(swept.sweep.whole(), String::new());
        if session.global.json {
            let document = Document {
                version: 1,
                model: &swept.sweep.model,
                master: &swept.sweep.master,
                as_of: swept.sweep.at,
                known_at: swept.snapshot.known_at(),
                commit: swept.sweep.commit.0,
                threat_data: false,
                incomplete: Some(swept.snapshot.lost()).filter(|lost| lost.files > 0),
                by: self.by,
                total,
                lines: &lines,
            };
            session.console.json_line(&document)?;
            return Ok(Status::Done);
        }
        let rows: Vec<Vec<Cell>> = lines.iter().map(Line::cells).collect();
        let sheet = Sheet { name: "score", columns: COLUMNS, rows: &rows };
        if !self.results.write(session, &sheet)? {
            show::show(session, &swept, self.by, rows, &total, all)?;
        }
        Ok(Status::Done)
    }
}

impl Score {
    /// The lines wanted, and how many there are in all.
    fn lines(&self, session: &Session, swept: &Swept) -> Result<(Vec<Line>, usize), Failure> {
        let by = self.by.by();
        let mut totals = swept.sweep.totals(by);
        if let (Group::Org, Some(org)) = (self.by, &self.scoring.org) {
            totals.retain(|total| swept.names.tree().is_within(&total.key, org));
        }
        let all = totals.len();
        totals.truncate(self.top.unwrap_or(all));
        let named = session.block_on(swept.sweep.name(&swept.snapshot, by, &mut totals))?;
        named.map_err(|error| session.lake_failure(&error))?;
        let line = |total: Total| {
            let name = self.name(session, swept, &total);
            Line::of(total, name)
        };
        Ok((totals.into_iter().map(line).collect(), all))
    }

    fn name(&self, session: &Session, swept: &Swept, total: &Total) -> String {
        let texts = &session.texts;
        let key = total.key.as_str();
        match self.by {
            Group::Org => words::organisation(texts, &swept.names, key),
            Group::System => swept.names.system(key).unwrap_or(key).to_owned(),
            Group::Class => texts.say(&format!("class-{key}")),
            Group::Domain => texts.say(&format!("domain-{key}")),
            Group::Check if total.name.is_empty() => words::remedy(texts, &swept.model, key),
            Group::Asset | Group::Check => total.name.clone(),
        }
    }
}
