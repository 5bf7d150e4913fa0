//! The command line: what all verbs have in common, and groups several verbs share.

pub(crate) mod day;
pub(crate) mod files;
pub(crate) mod help;
pub(crate) mod moment;
pub(crate) mod reading;
pub(crate) mod results;
pub(crate) mod scoring;
pub(crate) mod times;
pub(crate) mod undo;
pub(crate) mod usage;
pub(crate) mod zone;

use std::{ffi::OsString, path::PathBuf};

use clap::{ArgAction, Args, CommandFactory, Parser, ValueEnum};
use jiff::tz::TimeZone;

use crate::{command, i18n::Language, output::console::Colour};

/// The whole command line, without its texts.
pub(crate) fn command() -> clap::Command {
    Program::command()
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .bin_name("yagura")
        .subcommand_required(true)
        .arg(clap::Arg::new("help").short('h').long("help").action(ArgAction::Help).global(true))
        .arg(clap::Arg::new("version").short('V').long("version").action(ArgAction::Version))
        .subcommands(command::VERBS.iter().map(|verb| (verb.command)()))
}

#[derive(Debug, Parser)]
#[command(name = "yagura")]
struct Program {
    #[command(flatten)]
    _global: GlobalArguments,
}

/// What every verb takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct GlobalArguments {
    #[arg(long, global = true, value_name = "DIR", env = "YAGURA_DATA", hide_env = true)]
    data: Option<PathBuf>,

    #[arg(long, global = true, value_enum, value_name = "LANG", hide_possible_values = true)]
    lang: Option<Language>,

    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[arg(long, global = true, value_name = "ZONE", value_parser = zone::zone)]
    pub(crate) zone: Option<TimeZone>,

    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub(crate) color: Colour,
}

impl GlobalArguments {
    /// The data folder: as given, else that of the platform, if it has one.
    pub(crate) fn data_folder(&self) -> Option<PathBuf> {
        self.data.clone().or_else(|| Some(dirs::data_dir()?.join("yagura")))
    }

    /// The zone of times people read and write: as given, else that of the environment.
    pub(crate) fn zone(&self) -> TimeZone {
        self.zone.clone().unwrap_or_else(zone::of_environment)
    }
}

/// When to colour, known before the command line is read since help is coloured too.
pub(crate) fn colour(given: &[OsString]) -> Colour {
    value_of(given, "--color")
        .and_then(|value| Colour::from_str(&value, false).ok())
        .unwrap_or_default()
}

/// The value of a long option, looked up without knowing the others.
pub(crate) fn value_of(given: &[OsString], option: &str) -> Option<String> {
    let mut given = given.iter().skip(1).map(|argument| argument.to_string_lossy());
    let mut found = None;
    while let Some(argument) = given.next() {
        if argument == "--" {
            break;
        }
        if argument == option {
            found = given.next().map(String::from);
        } else if let Some(value) =
            argument.strip_prefix(option).and_then(|rest| rest.strip_prefix('='))
        {
            found = Some(value.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        command().debug_assert();
    }

    #[test]
    fn an_option_is_found_before_the_command_line_is_read() {
        let of = |given: &[&str]| {
            value_of(&given.iter().map(OsString::from).collect::<Vec<_>>(), "--lang")
        };
        assert_eq!(of(&["yagura", "--lang", "ja", "x"]).as_deref(), Some("ja"));
        assert_eq!(of(&["yagura", "x", "--lang=en"]).as_deref(), Some("en"));
        assert_eq!(of(&["yagura", "x", "--", "--lang=en"]), None);
        assert_eq!(of(&["yagura", "--language=en"]), None);
    }
}
