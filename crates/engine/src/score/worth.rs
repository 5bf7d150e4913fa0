//! What an asset is worth protecting, and since when: as its attributes say.

use yagura_baseline::{
    inputs::{Base, Clock, Exposure, ProblemInputs, Threat, Value},
    model::{GapFactor, Model},
    problem::{Why, value_factor},
};
use yagura_model::{Timestamp, asset::RelationKind, attribute::names};

/// What the points of every problem of an asset depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worth {
    /// From where it can be reached.
    pub exposure: Option<Exposure>,
    /// Its ratings.
    pub value: Value,
    /// When it entered service, if recorded.
    pub in_service_since: Option<Timestamp>,
}

impl Worth {
    /// The attributes that say it, and in which state of its life the asset is.
    pub(super) const ASKED: [&'static str; 7] = [
        names::EXPOSURE,
        names::CONFIDENTIALITY,
        names::INTEGRITY,
        names::AVAILABILITY,
        names::IMPORTANT,
        names::IN_SERVICE_SINCE,
        names::LIFE_CYCLE,
    ];

    /// The relations a score asks about.
    pub(super) const RELATIONS: &'static [RelationKind] =
        &[RelationKind::ManagedBy, RelationKind::PartOf];

    /// As the values of attributes say.
    pub(super) fn said<'v>(attribute: impl Fn(&str) -> Option<&'v str>) -> Self {
        let rating = |name| attribute(name).and_then(|text| text.parse::<u8>().ok());
        Self {
            exposure: attribute(names::EXPOSURE).and_then(Exposure::from_attribute),
            value: Value {
                confidentiality: rating(names::CONFIDENTIALITY),
                integrity: rating(names::INTEGRITY),
                availability: rating(names::AVAILABILITY),
                important: attribute(names::IMPORTANT) == Some("true"),
            },
            in_service_since: attribute(names::IN_SERVICE_SINCE).and_then(|text| text.parse().ok()),
        }
    }

    /// Takes from a system what counts for more.
    pub(super) fn inherit(&mut self, above: &Self) {
        self.exposure = self.exposure.max(above.exposure);
        let (value, of) = (&mut self.value, &above.value);
        value.confidentiality = value.confidentiality.max(of.confidentiality);
        value.integrity = value.integrity.max(of.integrity);
        value.availability = value.availability.max(of.availability);
        value.important |= of.important;
    }

    /// Whether nobody recorded a factor.
    pub(super) fn lacks(&self, model: &Model, factor: GapFactor) -> bool {
        match factor {
            GapFactor::Exposure => self.exposure.is_none(),
            GapFactor::Value => value_factor(model, &self.value).why == Why::ValueMissing,
        }
    }

    /// The inputs of a problem. No feed is read yet: the threat says so.
    pub(super) fn inputs(
        &self,
        base: Base,
        asset_first_seen: Timestamp,
        problem_first_seen: Timestamp,
        now: Timestamp,
    ) -> ProblemInputs {
        ProblemInputs {
            base,
            threat: Threat::default(),
            exposure: self.exposure,
            value: self.value,
            clock: Clock {
                published: None,
                in_service: self.in_service_since,
                asset_first_seen,
                problem_first_seen,
            },
            due: None,
            now,
        }
    }
}
