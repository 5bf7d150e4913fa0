//! `yagura report`: the reports that were taken in, and their bytes.

use std::{
    fs,
    io::{self, IsTerminal, Read},
    path::{Path, PathBuf},
};

use clap::{Args, Parser, Subcommand};
use yagura_engine::{
    browse::reports::{self, BytesError, Which},
    chain,
    lake::LakeError,
};
use yagura_model::{id::ReportKey, organisation::OrganisationCode};

use super::Verb;
use crate::{
    arguments::results::{ResultArguments, Sheet},
    failure::Failure,
    output::cell::plain,
    session::{Session, Status},
};

mod show;

/// See the module.
#[derive(Debug, Parser)]
#[command(name = "report", subcommand_required = true)]
pub(crate) struct Report {
    #[command(subcommand)]
    verb: ReportVerb,
}

#[derive(Debug, Subcommand)]
enum ReportVerb {
    List(List),
    Show(Show),
    Evidence(Evidence),
}

#[derive(Debug, Args)]
struct List {
    #[arg(long, value_name = "ORG", value_parser = OrganisationCode::new)]
    org: Option<OrganisationCode>,

    #[arg(long, value_name = "NAME")]
    source: Option<String>,

    #[arg(long, value_name = "COUNT", default_value = "100", hide_default_value = true)]
    limit: usize,

    #[command(flatten)]
    results: ResultArguments,
}

#[derive(Debug, Args)]
struct Show {
    #[arg(value_name = "REPORT")]
    report: i64,
}

#[derive(Debug, Args)]
struct Evidence {
    #[arg(value_name = "REPORT")]
    report: i64,

    #[arg(long, value_name = "NUMBER")]
    record: Option<u64>,

    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Verb for Report {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        match self.verb {
            ReportVerb::List(list) => list.run(session),
            ReportVerb::Show(show) => show.run(session),
            ReportVerb::Evidence(evidence) => evidence.run(session),
        }
    }
}

impl List {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let lake = session.lake()?;
        let which = Which { organisation: self.org, source: self.source };
        let listed = session.block_on(async {
            let snapshot = lake.snapshot().await?;
            reports::list(&snapshot, &which).await
        })?;
        let mut listed = listed.map_err(|error| session.lake_failure(&error))?;
        let all = listed.len();
        listed.truncate(self.limit);
        if session.global.json {
            for report in &listed {
                session.console.json_line(report)?;
            }
            return Ok(Status::Done);
        }
        let sheet = Sheet {
            name: "reports",
            columns: show::COLUMNS,
            rows: &listed.iter().map(show::row).collect::<Vec<_>>(),
        };
        if !self.results.write(session, &sheet)? {
            show::table(session, &listed, all)?;
        }
        Ok(Status::Done)
    }
}

impl Show {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let lake = session.lake()?;
        let found = session.block_on(async {
            let snapshot = lake.snapshot().await?;
            reports::find(&snapshot, ReportKey(self.report)).await
        })?;
        let found = found.map_err(|error| session.lake_failure(&error))?;
        let Some(report) = found else { return Err(session.failure("report-unknown")) };
        if session.global.json {
            session.console.json_line(&report)?;
        } else {
            show::one(session, &report)?;
        }
        Ok(Status::Done)
    }
}

impl Evidence {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let lake = session.lake()?;
        let opened = session.block_on(async {
            let snapshot = lake.snapshot().await?;
            reports::bytes(&lake, &snapshot, ReportKey(self.report), self.record).await
        })?;
        let mut bytes = opened.map_err(|error| refused(session, &error))?;
        match &self.output {
            Some(path) => {
                save(path, &mut bytes).map_err(|error| {
                    let path = path.display();
                    session.failure_with("error-output", &format!("`{path}`: {error}"))
                })?;
                let file = plain(&path.to_string_lossy());
                let note = session.texts.say_with("saved", &[("file", file.into())]);
                session.console.note(&note)?;
            }
            None if io::stdout().is_terminal() => on_a_terminal(session, &mut bytes)?,
            None => drop(io::copy(&mut bytes, session.console.out())?),
        }
        Ok(Status::Done)
    }
}

fn refused(session: &Session, error: &BytesError) -> Failure {
    match error {
        BytesError::NoReport(_) => session.failure("report-unknown"),
        BytesError::NoRecord { .. } => session.failure_with("report-no-record", error),
        BytesError::Lake(LakeError::PastRetention(_)) => session.failure("report-past-retention"),
        BytesError::Lake(_) | BytesError::Seek(_) => {
            session.failure_with("report-damaged", &chain(error))
        }
    }
}

/// What a report holds may move the cursor or colour the screen.
fn on_a_terminal(session: &mut Session, bytes: &mut impl Read) -> Result<(), Failure> {
    let mut read = Vec::new();
    bytes.read_to_end(&mut read)?;
    for line in String::from_utf8_lossy(&read).lines() {
        writeln!(session.console.out(), "{}", plain(line))?;
    }
    Ok(())
}

/// The file stands under its name only when it is whole.
fn save(path: &Path, bytes: &mut impl Read) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    io::copy(bytes, &mut file)?;
    file.as_file().sync_all()?;
    let kept = fs::symlink_metadata(path).is_ok_and(|about| about.file_type().is_symlink());
    if kept {
        return Err(io::Error::other("it is a symbolic link"));
    }
    file.persist(path)?;
    Ok(())
}
