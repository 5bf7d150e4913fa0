//! The figures people read of what was counted.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::Serialize;
use yagura_model::{Timestamp, points::MicroPoints, severity::Severity};

use super::{
    Period, Points, TrendBy,
    members::{Counted, Members},
    tally::{Cell, Tally},
};

/// The resolution of times in the lake.
const INSTANT: SignedDuration = SignedDuration::from_micros(1);

/// What became of the problems of one line in a period.
///
/// `open = open before + opened + reopened − closed + moved`, exactly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What the line is for: a code, a severity, a class, a domain; empty for everything.
    pub key: String,
    /// Assets in service at the end.
    pub assets: u64,
    /// 未確認: those of them of which nothing that is required was looked at in time. What is open on
    /// them is not known.
    pub unobserved: u64,
    /// Open at the end.
    pub open: u64,
    /// 受容: those of them that are accepted.
    pub accepted: u64,
    /// Opened for the first time on their asset.
    pub opened: u64,
    /// 再発: opened again.
    pub reopened: u64,
    /// Closed.
    pub closed: u64,
    /// Came with assets that came, less those that went with assets that went: to or from another
    /// line, into or out of service.
    pub moved: i64,
    /// How long what was closed had been there; unknown if nothing was closed.
    pub remediation: Option<Remediation>,
    /// The share of what came up that had been closed before; unknown if nothing came up.
    pub reopen_rate: Option<Share>,
    /// Open points at the end, if asked for.
    pub open_micro: Option<MicroPoints>,
}

/// How long problems had been on their assets when they were closed, since they were first seen
/// there: a problem that came back has been there since its first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Remediation {
    /// How many were closed.
    pub count: u64,
    /// The median, by nearest rank, in seconds.
    pub median_seconds: i64,
    /// The 90th percentile, by nearest rank, in seconds.
    pub p90_seconds: i64,
}

/// An exact share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Share {
    /// So many …
    pub part: u64,
    /// … of so many.
    pub of: u64,
}

impl Remediation {
    fn of(seconds: &BTreeMap<i64, u64>) -> Option<Self> {
        let count: u64 = seconds.values().sum();
        let ranked = |percent: u64| {
            // The value at rank ⌈percent × n / 100⌉.
            let rank = (count * percent).div_ceil(100);
            let mut before = 0;
            seconds.iter().find_map(|(value, times)| {
                before += times;
                (before >= rank).then_some(*value)
            })
        };
        let (median_seconds, p90_seconds) = (ranked(50)?, ranked(90)?);
        (count > 0).then_some(Self { count, median_seconds, p90_seconds })
    }
}

/// The figures of all periods: each has the lines that had assets or problems at either end.
pub(super) fn periods(
    tally: &Tally,
    members: &Members,
    ends: &[Timestamp],
    points: &Points,
) -> Vec<Period> {
    let nothing = Vec::new();
    let mut periods = Vec::new();
    for (number, (two, cells)) in ends.windows(2).zip(tally.cells.windows(2)).enumerate() {
        let ([start, end], [before, now]) = (two, cells) else { continue };
        let counted = members.counted.get(number + 1).unwrap_or(&nothing);
        let mut lines: Vec<Line> = (members.keys.iter().enumerate())
            .map(|(line, key)| {
                let of = |cells: &[Cell]| -> Option<Cell> { cells.get(line).cloned() };
                let (before, now) = (of(before).unwrap_or_default(), of(now).unwrap_or_default());
                let counted = counted.get(line).copied().unwrap_or_default();
                let open_micro = points
                    .get(number)
                    .map(|points| points.get(key).copied().unwrap_or(MicroPoints::ZERO));
                line_of(key, counted, &before, &now, open_micro)
            })
            .filter(|line| {
                let problems = line.open + line.opened + line.reopened + line.closed;
                let always = members.by != TrendBy::Severity || line.key != Severity::Info.as_str();
                (line.assets > 0 && always) || problems > 0 || line.moved != 0
            })
            .collect();
        if members.by != TrendBy::Severity {
            lines.sort_by(|a, b| a.key.cmp(&b.key));
        }
        let from = start.saturating_add(INSTANT).unwrap_or(Timestamp::MAX);
        periods.push(Period { from, to: *end, lines });
    }
    periods
}

fn line_of(
    key: &str,
    counted: Counted,
    before: &Cell,
    now: &Cell,
    open_micro: Option<MicroPoints>,
) -> Line {
    let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let came = now.opened + now.reopened;
    let moved = signed(now.open) - signed(before.open) - signed(came) + signed(now.closed);
    Line {
        key: key.to_owned(),
        assets: counted.assets,
        unobserved: counted.unobserved,
        open: now.open,
        accepted: now.accepted,
        opened: now.opened,
        reopened: now.reopened,
        closed: now.closed,
        moved,
        remediation: Remediation::of(&now.seconds),
        reopen_rate: (came > 0).then_some(Share { part: now.reopened, of: came }),
        open_micro,
    }
}
