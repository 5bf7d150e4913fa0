//! What must be observed of an asset, and whether anybody did.

use yagura_baseline::{
    model::Model,
    observation::{ObservationState, Required},
};
use yagura_model::Timestamp;

use super::{facts::Facts, profile::Profile};

/// A required observation of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Observed {
    pub(super) required: Required,
    pub(super) newest: Option<Timestamp>,
    pub(super) state: ObservationState,
}

/// The required observations of an asset, with what is known of each.
pub(super) fn observed(model: &Model, facts: &Facts, profile: &Profile) -> Vec<Observed> {
    let look = |required: &Required| {
        let looks = facts.looks.get(&(profile.asset, required.kind)).copied().unwrap_or_default();
        let newest = if required.credentialed { looks.credentialed } else { looks.any };
        let required = required.at_least(profile.at_least_days);
        Observed { required, newest, state: required.state(newest, facts.at) }
    };
    model.required(profile.class).iter().map(look).collect()
}
