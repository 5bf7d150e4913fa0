//! The verbs, one file each.

pub(crate) mod asset;
mod demo;
mod explain;
mod formats;
mod ingest;
mod inspect;
mod lake;
mod org;
mod query;
mod report;
mod score;
mod trend;

use clap::{ArgMatches, Command, CommandFactory, FromArgMatches};

use crate::{
    failure::Failure,
    session::{Session, Status},
};

/// All verbs, in the order of the help.
pub(crate) const VERBS: &[Entry] = &[
    entry::<inspect::Inspect>(),
    entry::<ingest::Ingest>(),
    entry::<score::Score>(),
    entry::<explain::Explain>(),
    entry::<trend::Trend>(),
    entry::<asset::Asset>(),
    entry::<query::Query>(),
    entry::<report::Report>(),
    entry::<org::Org>(),
    entry::<formats::Formats>(),
    entry::<lake::Lake>(),
    entry::<demo::Demo>(),
];

/// A verb: its arguments, and what it does.
pub(crate) trait Verb: CommandFactory + FromArgMatches {
    /// Does it.
    fn run(self, session: &mut Session) -> Result<Status, Failure>;
}

/// A verb on the list.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) command: fn() -> Command,
    run: fn(&ArgMatches, &mut Session) -> Result<Status, Failure>,
}

const fn entry<V: Verb>() -> Entry {
    Entry {
        command: V::command,
        run: |matches, session| match V::from_arg_matches(matches) {
            Ok(verb) => verb.run(session),
            // The same arguments were accepted a moment ago.
            Err(error) => Err(Failure::Told { text: error.to_string(), detail: None }),
        },
    }
}

/// Runs the verb that was given.
pub(crate) fn run(matches: &ArgMatches, session: &mut Session) -> Result<Status, Failure> {
    let Some((name, matches)) = matches.subcommand() else {
        return Err(Failure::Told { text: session.texts.say("usage-no-command"), detail: None });
    };
    let verb = VERBS.iter().find(|verb| (verb.command)().get_name() == name);
    match verb {
        Some(verb) => (verb.run)(matches, session),
        None => Err(Failure::Told { text: session.texts.say("usage-no-command"), detail: None }),
    }
}
