//! `yagura asset`: the assets, all that is kept of one, and what persons decide about them.

use clap::{Args, Parser, Subcommand, builder::PossibleValuesParser};
use jiff::Timestamp;
use yagura_engine::{
    baseline::{identity::Rules, master::Master, model::Model},
    browse::assets::{self, Listed, Which},
    lake::LakeError,
    score::Names,
};
use yagura_model::{
    domain::{AssetClass, Domain},
    life_cycle::LifeCycle,
    organisation::OrganisationCode,
};

use super::Verb;
use crate::{
    arguments::{
        results::{ResultArguments, Sheet},
        times::TimeArguments,
        undo::Undo,
    },
    failure::Failure,
    session::{Session, Status},
    words,
};

mod conflicts;
mod decide;
mod history;
mod life;
mod list;
mod meant;
mod reasons;
mod show;
mod values;

pub(in crate::command) use life::{counted as counted_states, word as state_word};
use meant::{meant, not_yet, note_if_gone};
pub(in crate::command) use reasons::kind as kind_of_decision;

#[cfg(test)]
pub(crate) use values::{VALUES, id};

/// Findings people are shown of one asset unless they ask for more.
const FINDINGS: usize = 10;

/// See the module.
#[derive(Debug, Parser)]
#[command(name = "asset", subcommand_required = true)]
pub(crate) struct Asset {
    #[command(subcommand)]
    verb: AssetVerb,
}

#[derive(Debug, Subcommand)]
enum AssetVerb {
    List(List),
    Show(Show),
    Conflicts(conflicts::Conflicts),
    Merge(decide::Merge),
    Split(decide::SplitOff),
    State(decide::State),
    Undo(Undo<decide::Signature>),
    History(history::OfAsset),
}

#[derive(Debug, Args)]
struct List {
    #[arg(long, value_name = "ORG", value_parser = OrganisationCode::new)]
    org: Option<OrganisationCode>,

    #[arg(long, value_name = "DOMAIN", value_parser = domains(), hide_possible_values = true)]
    domain: Option<String>,

    #[arg(long, value_name = "CLASS", value_parser = classes(), hide_possible_values = true)]
    class: Option<String>,

    #[arg(long, value_name = "SYSTEM")]
    system: Option<String>,

    #[arg(long, value_name = "TEXT")]
    search: Option<String>,

    #[arg(long)]
    held: bool,

    #[arg(long = "state", value_name = "STATE", value_parser = decide::states(), hide_possible_values = true)]
    states: Vec<LifeCycle>,

    #[arg(long)]
    contradicted: bool,

    #[arg(long, value_name = "N")]
    top: Option<usize>,

    #[command(flatten)]
    times: TimeArguments,

    #[command(flatten)]
    results: ResultArguments,
}

#[derive(Debug, Args)]
struct Show {
    #[arg(value_name = "ASSET")]
    name: String,

    #[arg(long, value_name = "N")]
    top: Option<usize>,

    #[command(flatten)]
    times: TimeArguments,
}

fn domains() -> PossibleValuesParser {
    PossibleValuesParser::new(Domain::ALL.iter().map(|domain| domain.as_str()))
}

fn classes() -> PossibleValuesParser {
    PossibleValuesParser::new(AssetClass::ALL.iter().map(|class| class.as_str()))
}

impl Verb for Asset {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        match self.verb {
            AssetVerb::List(list) => list.run(session),
            AssetVerb::Show(show) => show.run(session),
            AssetVerb::Conflicts(conflicts) => conflicts.run(session),
            AssetVerb::Merge(merge) => merge.run(session),
            AssetVerb::Split(split) => split.run(session),
            AssetVerb::State(state) => state.run(session),
            AssetVerb::Undo(undo) => undo.run(session),
            AssetVerb::History(history) => history.run(session),
        }
    }
}

/// What is shown of assets, with the names of their organisations.
#[derive(Debug)]
struct Found<T> {
    what: T,
    names: Names,
    at: Timestamp,
}

impl List {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let times = self.times.times(session)?;
        let at = times.at();
        let which = Which {
            organisation: self.org,
            // The command line takes no other texts.
            domain: self.domain.and_then(|text| text.parse().ok()),
            class: self.class.and_then(|text| text.parse().ok()),
            system: self.system,
            search: self.search,
            held: self.held,
            states: self.states,
            contradicted: self.contradicted,
        };
        let lake = session.lake()?;
        let reading = async {
            let snapshot = times.snapshot(&lake).await?;
            let names = Names::of_organisations(&snapshot, at).await?;
            let what =
                assets::list(&snapshot, Model::shipped(), Master::shipped(), &which, at).await?;
            Ok::<_, LakeError>(Found::<Vec<Listed>> { what, names, at })
        };
        let found = session.block_on(reading)?.map_err(|error| session.lake_failure(&error))?;
        if let Some(org) = &which.organisation
            && found.what.is_empty()
            && !found.names.tree().knows(org)
        {
            return Err(words::unknown_organisation(session, org));
        }
        let shown = found.what.get(..self.top.unwrap_or(usize::MAX)).unwrap_or(&found.what);
        if session.global.json {
            for asset in shown {
                session.console.json_line(asset)?;
            }
            return Ok(Status::Done);
        }
        let sheet = Sheet {
            name: "assets",
            columns: list::COLUMNS,
            rows: &shown.iter().map(list::row).collect::<Vec<_>>(),
        };
        if !self.results.write(session, &sheet)? {
            list::show(session, &times, &found, shown)?;
        }
        Ok(Status::Done)
    }
}

impl Show {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let times = self.times.times(session)?;
        let at = times.at();
        let lake = session.lake()?;
        let name = self.name.trim();
        let reading = async {
            let snapshot = times.snapshot(&lake).await?;
            let names = Names::of_organisations(&snapshot, at).await?;
            let asset = match meant(&snapshot, name, at).await?.one(session, &names, name) {
                Ok(asset) => asset,
                Err(failure) => return Ok(Err(failure)),
            };
            let (model, master, rules) = (Model::shipped(), Master::shipped(), Rules::shipped());
            let record = assets::find(&snapshot, asset, at, model, master, rules).await?;
            Ok(record.map(|what| Found { what, names, at }).ok_or_else(|| not_yet(session, name)))
        };
        let found: Result<_, LakeError> = session.block_on(reading)?;
        let found = found.map_err(|error| session.lake_failure(&error))??;
        note_if_gone(session, name, found.what.asset.0)?;
        if session.global.json {
            session.console.json_line(&found.what)?;
        } else {
            show::show(session, &found, self.top.unwrap_or(FINDINGS))?;
        }
        Ok(Status::Done)
    }
}
