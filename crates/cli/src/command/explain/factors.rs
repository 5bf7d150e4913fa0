//! The factors of points, in words.

use yagura_engine::baseline::{
    age::ClockStart,
    inputs::Exposure,
    model::Immediate,
    problem::{Factor, FactorName, Why},
};
use yagura_model::{points::MicroPoints, severity::Severity};

use crate::{i18n::Texts, output::cell::exact_points};

/// `9.8³/100 × 1 × 1.5 × 2 × 0.25 = 7.058940`, with the name of each factor before it.
pub(super) fn product(texts: &Texts, factors: &[Factor], points: MicroPoints) -> String {
    let parts: Vec<String> =
        factors.iter().map(|factor| format!("{} {}", name(texts, factor), value(factor))).collect();
    format!("{} = {}", parts.join(" × "), exact_points(points))
}

/// What a factor is called.
pub(super) fn name(texts: &Texts, factor: &Factor) -> String {
    match factor.name {
        FactorName::Base => texts.say("factor-base"),
        FactorName::Threat => texts.say("factor-threat"),
        FactorName::Exposure => texts.say("factor-exposure"),
        FactorName::Value => texts.say("factor-value"),
        FactorName::Age => texts.say("factor-age"),
    }
}

/// Its exact value, as it comes about.
pub(super) fn value(factor: &Factor) -> String {
    match factor.why {
        Why::CvssVector { cvss } => {
            let cubed = i64::from(cvss.tenths).pow(3);
            // (tenths / 10)³ over the model's divisor, which the value gives back.
            let divisor = match factor.value.numerator() {
                0 => 0,
                above => cubed * factor.value.denominator() / (1000 * above),
            };
            format!("{}.{}³/{divisor}", cvss.tenths / 10, cvss.tenths % 10)
        }
        _ => factor.value.to_string(),
    }
}

/// Why it has this value.
pub(super) fn reason(texts: &Texts, factor: &Factor) -> String {
    match factor.why {
        Why::CvssVector { cvss } => {
            let score = format!("{}.{}", cvss.tenths / 10, cvss.tenths % 10);
            let version = cvss.version.as_str();
            let said = [("version", version.into()), ("score", score.into())];
            texts.say_with("why-cvss-vector", &said)
        }
        Why::NoVector => texts.say("why-no-vector"),
        Why::FailedCheck { severity } => {
            let severity = severity_word(texts, severity);
            texts.say_with("why-failed-check", &[("severity", severity.into())])
        }
        Why::Informational => texts.say("why-informational"),
        Why::NeverObserved => texts.say("why-never-observed"),
        Why::Ransomware => texts.say("why-ransomware"),
        Why::KnownExploited => texts.say("why-known-exploited"),
        Why::Directive => texts.say("why-directive"),
        Why::OpenIncident => texts.say("why-open-incident"),
        Why::Epss { probability } => {
            let millionths = probability.millionths();
            let percent = format!("{}.{:04}", millionths / 10_000, millionths % 10_000);
            texts.say_with("why-epss", &[("percent", percent.into())])
        }
        Why::NotInFeeds => texts.say("why-not-in-feeds"),
        Why::NoThreatData => texts.say("why-no-threat-data"),
        Why::Exposure { exposure } => exposure_word(texts, exposure),
        Why::ExposureMissing => texts.say("why-exposure-missing"),
        Why::HighestConfidentiality => texts.say("why-highest-confidentiality"),
        Why::DesignatedImportant => texts.say("why-designated-important"),
        Why::MiddleRating => texts.say("why-middle-rating"),
        Why::LowestRatings => texts.say("why-lowest-ratings"),
        Why::ValueMissing => texts.say("why-value-missing"),
        Why::BeforeDue { clock, days, due_days } => texts.say_with(
            "why-before-due",
            &[
                ("clock", clock_word(texts, clock).into()),
                ("days", days.into()),
                ("due", due_days.into()),
            ],
        ),
        Why::DueAtOnce { clock, because, days, due_days } => texts.say_with(
            "why-due-at-once",
            &[
                ("because", because_word(texts, because).into()),
                ("clock", clock_word(texts, clock).into()),
                ("days", days.into()),
                ("due", due_days.into()),
            ],
        ),
        Why::Overdue { clock, days, overdue_days } => texts.say_with(
            "why-overdue",
            &[
                ("clock", clock_word(texts, clock).into()),
                ("days", days.into()),
                ("overdue", overdue_days.into()),
            ],
        ),
    }
}

/// From where an asset can be reached.
pub(super) fn exposure_word(texts: &Texts, exposure: Exposure) -> String {
    match exposure {
        Exposure::Internet => texts.say("exposure-internet"),
        Exposure::OtherOrganisation => texts.say("exposure-other-organisation"),
        Exposure::Internal => texts.say("exposure-internal"),
    }
}

fn severity_word(texts: &Texts, severity: Severity) -> String {
    match severity {
        Severity::Critical => texts.say("severity-critical"),
        Severity::High => texts.say("severity-high"),
        Severity::Medium => texts.say("severity-medium"),
        Severity::Low => texts.say("severity-low"),
        Severity::Info => texts.say("severity-info"),
    }
}

fn clock_word(texts: &Texts, clock: ClockStart) -> String {
    match clock {
        ClockStart::Published => texts.say("clock-published"),
        ClockStart::InService => texts.say("clock-in-service"),
        ClockStart::AssetFirstSeen => texts.say("clock-asset-first-seen"),
        ClockStart::ProblemFirstSeen => texts.say("clock-problem-first-seen"),
    }
}

fn because_word(texts: &Texts, because: Immediate) -> String {
    match because {
        Immediate::KnownExploited => texts.say("why-known-exploited"),
        Immediate::Directive => texts.say("why-directive"),
        Immediate::CriticalOnInternet => texts.say("immediate-critical-on-internet"),
    }
}
