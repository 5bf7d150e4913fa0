//! `yagura inspect`: what reports hold, without keeping anything of them.

use clap::Parser;
use yagura_engine::{
    formats::Context,
    inspect::{Inspection, Refusal, inspect},
    intake::{IntakeError, Member},
};

use super::Verb;
use crate::{
    arguments::{
        files::FileArguments,
        reading::ReadingArguments,
        results::{ResultArguments, Sheet},
    },
    failure::Failure,
    output::{notices::refusals, progress::Progress},
    session::{Session, Status},
};

mod show;

pub(super) use show::{COLUMNS, row};

/// See the module.
#[derive(Debug, Parser)]
#[command(name = "inspect")]
pub(crate) struct Inspect {
    #[command(flatten)]
    files: FileArguments,
    #[command(flatten)]
    reading: ReadingArguments,
    #[command(flatten)]
    results: ResultArguments,
}

/// What was read and what was refused, in the order of the files.
#[derive(Debug, Default)]
struct Seen {
    inspections: Vec<Inspection>,
    refusals: Vec<Refusal>,
}

impl Verb for Inspect {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let intake = session.intake();
        let context = self.reading.context(session)?;
        let progress = Progress::new();
        let mut seen = Seen::default();
        for file in &self.files.files {
            let name = file.to_string_lossy();
            progress.wait(&name);
            match FileArguments::receive(&intake, file) {
                Ok(received) => {
                    for member in &received.members {
                        self.read(session, member, &context, &progress, &mut seen)?;
                    }
                    for refused in received.refused {
                        refuse(session, refused.name, &refused.error, &progress, &mut seen)?;
                    }
                }
                Err(error) => {
                    refuse(session, name.into_owned(), &error, &progress, &mut seen)?;
                }
            }
        }
        progress.clear();
        let status = if seen.refusals.is_empty() { Status::Done } else { Status::Failed };
        if session.global.json {
            return Ok(status);
        }
        let sheet = Sheet {
            name: "inspect",
            columns: show::COLUMNS,
            rows: &seen.inspections.iter().map(show::row).collect::<Vec<_>>(),
        };
        if !self.results.write(session, &sheet)? {
            show::table(session, &seen)?;
        }
        refusals(session, &seen.refusals)?;
        Ok(status)
    }
}

impl Inspect {
    fn read(
        &self,
        session: &mut Session,
        member: &Member,
        context: &Context,
        progress: &Progress,
        seen: &mut Seen,
    ) -> Result<(), Failure> {
        progress.bytes(&member.name, member.length);
        let format = self.reading.format();
        let watch = Some(progress.watch());
        match inspect(member, format, context, session.clock, watch) {
            Ok(inspection) => {
                if session.global.json {
                    progress.clear();
                    session.console.json_line(&inspection)?;
                }
                seen.inspections.push(inspection);
            }
            Err(error) => {
                let refusal = Refusal { file: member.name.clone(), error: (&error).into() };
                add(session, refusal, progress, seen)?;
            }
        }
        Ok(())
    }
}

fn refuse(
    session: &mut Session,
    file: String,
    error: &IntakeError,
    progress: &Progress,
    seen: &mut Seen,
) -> Result<(), Failure> {
    add(session, Refusal { file, error: error.into() }, progress, seen)
}

fn add(
    session: &mut Session,
    refusal: Refusal,
    progress: &Progress,
    seen: &mut Seen,
) -> Result<(), Failure> {
    if session.global.json {
        progress.clear();
        session.console.json_line(&refusal)?;
    }
    seen.refusals.push(refusal);
    Ok(())
}
