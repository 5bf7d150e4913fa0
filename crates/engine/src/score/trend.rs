//! Trends: what was open at the ends of periods, and what came and went in between.
//!
//! All of it is read from the intervals of findings, at the times asked about: nothing is stored for
//! it, and a report that comes late changes the past it tells of. A problem is open while any source
//! states it; its intervals are those of its findings together (`episodes`). `members` says whose an
//! asset was at the end of each period, `tally` counts, `figures` makes the figures people read.

mod episodes;
mod figures;
mod members;
mod problems;
mod tally;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;
use yagura_baseline::{master::Master, model::Model};
use yagura_lake::{LakeError, Snapshot};
use yagura_model::{Timestamp, id::Commit, organisation::OrganisationCode, points::MicroPoints};

use super::{By, Sweep};
pub use figures::{Line, Remediation, Share};
use members::Members;
use problems::Problems;
use tally::Tally;

/// What to count by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrendBy {
    /// Everything together.
    Total,
    /// Organisations, each with all below it.
    Organisation,
    /// Severities: of a problem the worst that any source says.
    Severity,
    /// Classes of assets.
    Class,
    /// The four target domains.
    Domain,
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The last instants of the periods, ascending; the first is the one before the first period.
    pub ends: Vec<Timestamp>,
    /// What to count by.
    pub by: TrendBy,
    /// Only assets of this organisation and those below it.
    pub within: Option<OrganisationCode>,
    /// Whether to add up the points at the end of each period too.
    pub points: bool,
}

/// What became of the problems of all assets in service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trend {
    /// The last commit of the lake it knows.
    pub commit: Commit,
    /// The oldest first.
    pub periods: Vec<Period>,
}

/// A period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Period {
    /// Its first instant.
    pub from: Timestamp,
    /// Its last instant, at which is counted what is open.
    pub to: Timestamp,
    /// By what was asked for, in order of key; severities the worst first.
    pub lines: Vec<Line>,
}

impl Trend {
    /// Counts all periods of a state of the lake.
    ///
    /// # Errors
    /// If a table cannot be read; `NotKept` if the first period begins before the day from which on
    /// history is kept.
    pub async fn run(
        snapshot: &Snapshot,
        model: &Model,
        master: &Master,
        asked: &Asked,
    ) -> Result<Self, LakeError> {
        if let Some(first) = asked.ends.first() {
            snapshot.tells_of(*first)?;
        }
        let members = Members::load(snapshot, model, master, asked).await?;
        let problems = Problems::open(snapshot).await?;
        let points = points(snapshot, model, master, asked).await?;
        let ends = asked.ends.clone();
        let commit = snapshot.commit();
        let counted = tokio::task::spawn_blocking(move || {
            let tally = Tally::count(&problems, &members, &ends)?;
            Ok::<_, LakeError>(figures::periods(&tally, &members, &ends, &points))
        });
        let periods = counted.await.map_err(|error| LakeError::Task(error.to_string()))??;
        Ok(Self { commit, periods })
    }
}

/// The open points of each line at the end of each period.
type Points = Vec<BTreeMap<String, MicroPoints>>;

async fn points(
    snapshot: &Snapshot,
    model: &Model,
    master: &Master,
    asked: &Asked,
) -> Result<Points, LakeError> {
    let by = match asked.by {
        TrendBy::Total => None,
        TrendBy::Organisation => Some(By::Organisation),
        TrendBy::Class => Some(By::Class),
        TrendBy::Domain => Some(By::Domain),
        // Points hang on problems in remedies, and remedies have no severity.
        TrendBy::Severity => return Ok(Points::new()),
    };
    let mut points = Points::new();
    let ends = asked.ends.iter().skip(1).filter(|_| asked.points);
    for at in ends {
        let sweep = Sweep::run(snapshot, model, master, *at, asked.within.as_ref()).await?;
        let lines = by.map_or_else(|| vec![sweep.whole()], |by| sweep.totals(by));
        points.push(lines.into_iter().map(|line| (line.key, line.open)).collect());
    }
    Ok(points)
}
