//! The `yagura` program: one verb, one file.
//!
//! [`arguments`] holds the command line, [`command`] the verbs, [`session`] what a verb works with,
//! [`output`] how results are shown, [`i18n`] the texts, [`words`] what several verbs say alike.

mod arguments;
mod command;
mod failure;
mod i18n;
mod output;
mod session;
mod words;

use std::{env, ffi::OsString, process::ExitCode};

use clap::FromArgMatches;

use arguments::{GlobalArguments, usage};
use failure::Failure;
use i18n::{Language, Texts};
use output::cell::Tone;
use session::{Session, Status};

/// Takes a fifth less time and a quarter less memory than the system's (`docs/adr/0033-allocator.md`).
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let given: Vec<OsString> = env::args_os().collect();
    let texts = Texts::new(Language::choose(&given));
    let mut command = arguments::help::localise(arguments::command(), &texts)
        .color(arguments::colour(&given).into());
    if given.len() < 2 {
        return usage::show_help(&mut command);
    }
    let parsed = command.try_get_matches_from(given).and_then(|matches| {
        let global = GlobalArguments::from_arg_matches(&matches)?;
        Ok((global, matches))
    });
    let (global, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return usage::report(&error, &texts),
    };
    let mut session = Session::new(global, texts);
    let ended = command::run(&matches, &mut session).and_then(|status| {
        session.console.flush()?;
        Ok(status)
    });
    match ended {
        Ok(status) => status.into(),
        // Whoever read the results has read enough.
        Err(Failure::PipeClosed) => Status::Done.into(),
        Err(Failure::Told { text, detail }) => {
            let label = session.console.paint_error(Tone::Bad, &session.texts.say("error"));
            let detail = detail.map(|detail| format!("\n  {detail}")).unwrap_or_default();
            match session.console.note(&format!("{label} {text}{detail}")) {
                Ok(()) | Err(_) => Status::Failed.into(),
            }
        }
    }
}
