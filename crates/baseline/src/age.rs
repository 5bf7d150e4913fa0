//! The age factor: since when a correction is owed, until when, and what that does to points.

use yagura_model::{Timestamp, severity::Severity};

use crate::{
    inputs::{Base, Clock, Exposure, ProblemInputs},
    model::{Immediate, Model},
    problem::{Factor, FactorName, Why},
    ratio::Ratio,
};

/// Whole days of 24 hours count; calendars and time zones have no say in points.
pub(crate) const SECONDS_PER_DAY: i64 = 86_400;

/// The longest time between start and due date that is told apart: ten years.
const LONGEST_DAYS: i64 = 3_650;

/// Which time started the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockStart {
    /// The correction or requirement was published while the asset was in service.
    Published,
    /// The asset entered service after that.
    InService,
    /// Nobody said when the asset entered service: when it was first seen.
    AssetFirstSeen,
    /// Nobody said when the correction was published: when the problem was first seen.
    ProblemFirstSeen,
}

/// When the clock of a problem starts, and why: the later of "correction or requirement published"
/// (else the problem first seen) and "asset entered service" (else the asset first seen).
pub fn clock_start(clock: &Clock) -> (Timestamp, ClockStart) {
    let owed = clock
        .published
        .map_or((clock.problem_first_seen, ClockStart::ProblemFirstSeen), |published| {
            (published, ClockStart::Published)
        });
    let serving =
        clock.in_service.map_or((clock.asset_first_seen, ClockStart::AssetFirstSeen), |since| {
            (since, ClockStart::InService)
        });
    if serving.0 > owed.0 { serving } else { owed }
}

/// Days from the start of the clock to the due date, by the model's policy.
fn due_days(model: &Model, severity: Severity, exploited: bool) -> u32 {
    let days = &model.age.due_days;
    let by_severity = match severity {
        Severity::Critical => days.critical,
        Severity::High => days.high,
        Severity::Medium => days.medium,
        Severity::Low | Severity::Info => days.low,
    };
    if exploited { by_severity.min(days.known_exploited) } else { by_severity }
}

/// When a problem is due: the date given, else the start of the clock and the model's days.
pub fn due_at(model: &Model, inputs: &ProblemInputs) -> Timestamp {
    let (start, _) = clock_start(&inputs.clock);
    inputs.due.unwrap_or_else(|| {
        let days = due_days(model, severity(model, inputs.base), exploited(inputs));
        let second = start.as_second().saturating_add(i64::from(days) * SECONDS_PER_DAY);
        Timestamp::from_second(second).unwrap_or(Timestamp::MAX)
    })
}

/// The age factor of a problem.
pub fn age_factor(model: &Model, inputs: &ProblemInputs) -> Factor {
    let (start, clock) = clock_start(&inputs.clock);
    let due = due_at(model, inputs).max(start);
    let days = days_between(start, inputs.now);
    let due_days = days_between(start, due).min(LONGEST_DAYS);
    let curve = &model.age;
    let (value, why) = if inputs.now > due {
        let overdue_days = days_between(due, inputs.now);
        let longest_after = i64::from(curve.longest_after_days);
        let value = Ratio::between(curve.at_due, curve.longest, overdue_days, longest_after);
        (value, Why::Overdue { clock, days, overdue_days })
    } else if let Some(because) = immediate(model, inputs) {
        (curve.at_due, Why::DueAtOnce { clock, because, days, due_days })
    } else {
        let value = Ratio::between(curve.start, curve.at_due, days, due_days);
        (value, Why::BeforeDue { clock, days, due_days })
    };
    Factor { name: FactorName::Age, value, why }
}

/// Whole days from one time to a later one; none if it is not later.
fn days_between(from: Timestamp, to: Timestamp) -> i64 {
    to.as_second().saturating_sub(from.as_second()).max(0) / SECONDS_PER_DAY
}

/// Why a problem starts at the due date's factor, if the model says that it does.
fn immediate(model: &Model, inputs: &ProblemInputs) -> Option<Immediate> {
    model.age.immediate.iter().copied().find(|immediate| match immediate {
        Immediate::KnownExploited => exploited(inputs),
        Immediate::Directive => inputs.threat.directive,
        Immediate::CriticalOnInternet => {
            inputs.exposure == Some(Exposure::Internet)
                && severity(model, inputs.base) == Severity::Critical
        }
    })
}

fn exploited(inputs: &ProblemInputs) -> bool {
    inputs.threat.known_exploited || inputs.threat.ransomware
}

/// The severity that decides the due date.
fn severity(model: &Model, base: Base) -> Severity {
    match base {
        Base::Vulnerability(Some(score)) => score.severity(),
        Base::Vulnerability(None) => model.base.without_vector_severity,
        Base::Check(severity) => severity,
    }
}
