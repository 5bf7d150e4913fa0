//! `yagura asset state`: a person records in which state of its life an asset is.

use clap::{
    Args,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use yagura_engine::decisions::{self, What};
use yagura_model::life_cycle::LifeCycle;

use super::{Reasoned, Signature, find};
use crate::{
    arguments::{day, moment::Moment},
    failure::Failure,
    session::{Session, Status},
};

#[derive(Debug, Args)]
pub(in super::super) struct State {
    #[arg(value_name = "ASSET")]
    name: String,

    #[arg(value_name = "STATE", value_parser = states(), hide_possible_values = true)]
    state: LifeCycle,

    #[arg(long = "on", value_name = "DATE")]
    day: Moment,

    #[command(flatten)]
    reasoned: Reasoned,

    #[arg(long)]
    dry_run: bool,
}

/// The states by their names, in Japanese too.
pub(in super::super) fn states() -> impl TypedValueParser<Value = LifeCycle> {
    let named = |state: &LifeCycle| PossibleValue::new(state.as_str()).alias(in_japanese(*state));
    PossibleValuesParser::new(LifeCycle::ALL.iter().map(named)).try_map(|text| {
        let japanese = LifeCycle::ALL.iter().find(|state| in_japanese(**state) == text);
        japanese.map_or_else(|| text.parse(), |state| Ok(*state))
    })
}

fn in_japanese(state: LifeCycle) -> &'static str {
    match state {
        LifeCycle::InService => "運用中",
        LifeCycle::InStore => "保管中",
        LifeCycle::Spare => "予備",
        LifeCycle::Disposed => "廃棄",
        LifeCycle::Transferred => "移管",
        LifeCycle::Missing => "所在不明",
    }
}

impl State {
    pub(in super::super) fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let lake = session.lake()?;
        let since = day::begins(session, self.day)?;
        let found = find(session, &lake, &[self.name])?.into_iter().next();
        // One was found for each name.
        let Some(asset) = found else { return Ok(Status::Failed) };
        let state = decisions::State { asset, state: self.state, since };
        // It is about one asset: nobody else has to agree.
        let (reasoned, dry_run) = (self.reasoned, self.dry_run);
        let signature = Signature { reasoned, second_person: None, dry_run };
        signature.decide(session, lake, &What::State(state))
    }
}
