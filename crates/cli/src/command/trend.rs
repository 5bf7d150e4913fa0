//! `yagura trend`: what was open over time, what came and went, and how long it took.

use clap::{Parser, ValueEnum};
use jiff::Timestamp;
use serde::Serialize;
use yagura_engine::{
    baseline::master::Master,
    score::{
        Names,
        trend::{Asked, Line, Period, Trend as Counted, TrendBy},
    },
};

use super::Verb;
use crate::{
    arguments::{
        results::{ResultArguments, Sheet},
        scoring::ScoringArguments,
    },
    failure::Failure,
    output::cell::Cell,
    session::{Session, Status},
    words,
};

mod periods;
mod show;

use periods::Every;

/// See the module.
#[derive(Debug, Parser)]
#[command(name = "trend")]
pub(crate) struct Trend {
    #[arg(
        long,
        value_enum,
        value_name = "PERIOD",
        default_value = "month",
        hide_default_value = true,
        hide_possible_values = true
    )]
    every: Every,

    #[arg(
        long,
        value_name = "N",
        default_value_t = 12,
        hide_default_value = true,
        value_parser = clap::value_parser!(u32).range(1..=1000)
    )]
    last: u32,

    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value = "total",
        hide_default_value = true,
        hide_possible_values = true
    )]
    by: Group,

    #[arg(long)]
    points: bool,

    #[command(flatten)]
    scoring: ScoringArguments,

    #[command(flatten)]
    results: ResultArguments,
}

/// What to count by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
enum Group {
    Total,
    Org,
    Severity,
    Class,
    Domain,
}

impl Group {
    fn by(self) -> TrendBy {
        match self {
            Self::Total => TrendBy::Total,
            Self::Org => TrendBy::Organisation,
            Self::Severity => TrendBy::Severity,
            Self::Class => TrendBy::Class,
            Self::Domain => TrendBy::Domain,
        }
    }
}

/// The document of `--json`.
#[derive(Debug, Serialize)]
struct Document<'t> {
    version: u8,
    as_of: Timestamp,
    known_at: Option<Timestamp>,
    commit: i64,
    every: Every,
    by: Group,
    periods: &'t [Period],
}

const COLUMNS: &[(&str, u16)] = &[
    ("from", 24),
    ("to", 24),
    ("key", 24),
    ("assets", 10),
    ("unobserved", 10),
    ("open", 10),
    ("accepted", 10),
    ("opened", 10),
    ("reopened", 10),
    ("closed", 10),
    ("moved", 10),
    ("remediation_median_seconds", 16),
    ("remediation_p90_seconds", 16),
    ("open_points", 14),
];

impl Verb for Trend {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        if self.points && self.by == Group::Severity {
            return Err(session.failure("trend-no-points"));
        }
        let asking = session.block_on(self.scoring.ask(session))??;
        let (times, snapshot, model) = (asking.times, &asking.snapshot, asking.model());
        let zone = session.console.look().zone.clone();
        let ends = periods::ends(self.every, self.last, times.at(), &zone);
        let ends = ends.map_err(|error| session.failure_with("error-moment", &error))?;
        let org = self.scoring.org.clone();
        let asked = Asked { ends, by: self.by.by(), within: org.clone(), points: self.points };
        let counted = session.block_on(async {
            let names = Names::of_organisations(snapshot, times.at()).await?;
            let trend = Counted::run(snapshot, model, Master::shipped(), &asked).await?;
            Ok((trend, names))
        })?;
        let (trend, names) = counted.map_err(|error| session.lake_failure(&error))?;
        if let Some(org) = &org {
            let empty = trend.periods.iter().all(|period| period.lines.is_empty());
            if empty && !names.tree().knows(org) {
                return Err(words::unknown_organisation(session, org));
            }
        }
        if session.global.json {
            let document = Document {
                version: 1,
                as_of: times.at(),
                known_at: snapshot.known_at(),
                commit: trend.commit.0,
                every: self.every,
                by: self.by,
                periods: &trend.periods,
            };
            session.console.json_line(&document)?;
            return Ok(Status::Done);
        }
        let rows: Vec<Vec<Cell>> = trend
            .periods
            .iter()
            .flat_map(|period| period.lines.iter().map(move |line| row(period, line)))
            .collect();
        let sheet = Sheet { name: "trend", columns: COLUMNS, rows: &rows };
        if !self.results.write(session, &sheet)? {
            words::times(session, &times)?;
            show::show(session, &trend, self.by, &names)?;
        }
        Ok(Status::Done)
    }
}

/// The cells for [`COLUMNS`].
fn row(period: &Period, line: &Line) -> Vec<Cell> {
    let seconds = |seconds: Option<i64>| match seconds {
        Some(seconds) => Cell::number(seconds.to_string()),
        None => Cell::empty(),
    };
    vec![
        Cell::time(Some(period.from)),
        Cell::time(Some(period.to)),
        Cell::text(&line.key),
        Cell::count(line.assets),
        Cell::count(line.unobserved),
        Cell::count(line.open),
        Cell::count(line.accepted),
        Cell::count(line.opened),
        Cell::count(line.reopened),
        Cell::count(line.closed),
        Cell::number(line.moved.to_string()),
        seconds(line.remediation.map(|took| took.median_seconds)),
        seconds(line.remediation.map(|took| took.p90_seconds)),
        line.open_micro.map_or_else(Cell::empty, Cell::points),
    ]
}
