//! The points of one problem, and why.

use yagura_model::{points::MicroPoints, severity::Severity};

use crate::{
    age::{ClockStart, age_factor},
    inputs::{Base, Exposure, Probability, ProblemInputs, Threat, Value},
    model::{Immediate, Model},
    ratio::{Ratio, product},
    vector::CvssScore,
};

/// The points of a problem and the factors whose product they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct ProblemScore {
    /// The product of the factors, rounded once, half even, at one micro-point.
    pub points: MicroPoints,
    /// Base, threat, exposure, value, age.
    pub factors: [Factor; 5],
}

/// One factor of a score, exact, with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Factor {
    /// Which factor.
    pub name: FactorName,
    /// Its exact value; as text a decimal if it ends, else a fraction.
    pub value: Ratio,
    /// The reason, for the explanation.
    pub why: Why,
}

/// The name of a factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorName {
    /// Points of the weakness by itself.
    Base,
    /// How likely it is used.
    Threat,
    /// From where it can be reached.
    Exposure,
    /// What the asset is worth.
    Value,
    /// How long the correction has been owed.
    Age,
}

/// Why a factor has its value; `code` in JSON is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Why {
    /// Base: score³ / divisor of the vector chosen for the CVE.
    CvssVector {
        /// The score and the version of its vector.
        cvss: CvssScore,
    },
    /// Base: a CVE of which no vector can be read.
    NoVector,
    /// Base: a failed check of this severity.
    FailedCheck {
        /// The check's severity.
        severity: Severity,
    },
    /// Base: an informational record is a fact and has no points.
    Informational,
    /// Base: an unknown.
    NeverObserved,
    /// Threat: known to be used by ransomware.
    Ransomware,
    /// Threat: known to be exploited.
    KnownExploited,
    /// Threat: subject of a directive.
    Directive,
    /// Threat: a confirmed incident is open.
    OpenIncident,
    /// Threat: probability of exploitation.
    Epss {
        /// In millionths.
        probability: Probability,
    },
    /// Threat: the feeds do not speak of it.
    NotInFeeds,
    /// Threat: the run had no feed ("no threat data").
    NoThreatData,
    /// Exposure: as recorded.
    Exposure {
        /// From where.
        exposure: Exposure,
    },
    /// Exposure: nobody said; pessimistic.
    ExposureMissing,
    /// Value: 機密性3.
    HighestConfidentiality,
    /// Value: designated important.
    DesignatedImportant,
    /// Value: one of the ratings is 2.
    MiddleRating,
    /// Value: all ratings are known and lowest.
    LowestRatings,
    /// Value: not rated far enough; pessimistic.
    ValueMissing,
    /// Age: rising to the due date.
    BeforeDue {
        /// What started the clock.
        clock: ClockStart,
        /// Days since then.
        days: i64,
        /// Days from the start to the due date.
        due_days: i64,
    },
    /// Age: not yet due, but counted as on the due date from the first day.
    DueAtOnce {
        /// What started the clock.
        clock: ClockStart,
        /// What makes it urgent.
        because: Immediate,
        /// Days since the start.
        days: i64,
        /// Days from the start to the due date.
        due_days: i64,
    },
    /// Age: past the due date.
    Overdue {
        /// What started the clock.
        clock: ClockStart,
        /// Days since then.
        days: i64,
        /// Days since the due date.
        overdue_days: i64,
    },
}

/// The points of one problem.
pub fn problem(model: &Model, inputs: &ProblemInputs) -> ProblemScore {
    let factors = [
        base_factor(model, inputs.base),
        threat_factor(model, &inputs.threat),
        exposure_factor(model, inputs.exposure),
        value_factor(model, &inputs.value),
        age_factor(model, inputs),
    ];
    ProblemScore { points: product(&factors.map(|factor| factor.value)), factors }
}

/// The base points of what is wrong by itself.
pub fn base_factor(model: &Model, base: Base) -> Factor {
    let points = &model.base;
    let (value, why) = match base {
        Base::Vulnerability(Some(cvss)) => {
            // (tenths / 10)³ / divisor
            let cubed = i64::from(cvss.tenths).pow(3);
            let value = Ratio::new(cubed, 1000 * i64::from(points.cvss_divisor));
            (value, Why::CvssVector { cvss })
        }
        Base::Vulnerability(None) => (points.without_vector, Why::NoVector),
        Base::Check(Severity::Info) => (Ratio::ZERO, Why::Informational),
        Base::Check(severity) => {
            let value = match severity {
                Severity::Critical => points.critical,
                Severity::High => points.high,
                Severity::Medium => points.medium,
                Severity::Low | Severity::Info => points.low,
            };
            (value, Why::FailedCheck { severity })
        }
    };
    Factor { name: FactorName::Base, value, why }
}

/// The threat factor: the highest of what applies.
pub fn threat_factor(model: &Model, threat: &Threat) -> Factor {
    let factors = &model.threat;
    let otherwise = match threat.epss {
        Some(probability) => {
            let value = factors.without_exploitation.plus_millionths(probability.millionths());
            (value, Why::Epss { probability })
        }
        None if threat.feeds => (factors.without_exploitation, Why::NotInFeeds),
        None => (factors.without_data, Why::NoThreatData),
    };
    let known = [
        (threat.ransomware, factors.ransomware, Why::Ransomware),
        (threat.known_exploited, factors.known_exploited, Why::KnownExploited),
        (threat.directive, factors.directive, Why::Directive),
        (threat.open_incident, factors.open_incident, Why::OpenIncident),
    ];
    let mut worst: Option<(Ratio, Why)> = None;
    for (applies, value, why) in known {
        if applies && worst.is_none_or(|(highest, _)| value > highest) {
            worst = Some((value, why));
        }
    }
    let (value, why) = match worst {
        // An equal probability explains less than a fact does.
        Some(known) if known.0 >= otherwise.0 => known,
        _ => otherwise,
    };
    Factor { name: FactorName::Threat, value, why }
}

/// The exposure factor; missing is pessimistic.
pub fn exposure_factor(model: &Model, exposure: Option<Exposure>) -> Factor {
    let factors = &model.exposure;
    let (value, why) = match exposure {
        None => (factors.missing, Why::ExposureMissing),
        Some(exposure) => {
            let value = match exposure {
                Exposure::Internet => factors.internet,
                Exposure::OtherOrganisation => factors.other_organisation,
                Exposure::Internal => factors.internal,
            };
            (value, Why::Exposure { exposure })
        }
    };
    Factor { name: FactorName::Exposure, value, why }
}

/// The value factor; a rating that could still change the answer makes it missing.
pub fn value_factor(model: &Model, value: &Value) -> Factor {
    let factors = &model.value;
    let ratings = [value.confidentiality, value.integrity, value.availability];
    let (factor, why) = if value.confidentiality.is_some_and(|rating| rating >= 3) {
        (factors.highest, Why::HighestConfidentiality)
    } else if value.important {
        (factors.highest, Why::DesignatedImportant)
    } else if value.confidentiality.is_none() {
        // It might be 3, whatever the other two are.
        (factors.missing, Why::ValueMissing)
    } else if ratings.iter().flatten().any(|rating| *rating >= 2) {
        (factors.middle, Why::MiddleRating)
    } else if ratings.contains(&None) {
        (factors.missing, Why::ValueMissing)
    } else {
        (factors.lowest, Why::LowestRatings)
    };
    Factor { name: FactorName::Value, value: factor, why }
}
