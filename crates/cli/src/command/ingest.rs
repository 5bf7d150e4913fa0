//! `yagura ingest`: takes reports into the lake.

use std::{path::PathBuf, time::Duration};

use clap::{
    Parser,
    builder::{PossibleValuesParser, TypedValueParser},
};
use yagura_engine::{
    baseline::identity::Rules,
    ingest::{Ingest as UseCase, IngestError, IngestLine, Ingested, Request},
    inspect::{Refusal, RefusalReason},
};
use yagura_model::{
    Timestamp,
    coverage::{ObservationKind, ObservationKinds},
    organisation::OrganisationCode,
};

use super::Verb;
use crate::{
    arguments::{
        moment::Moment,
        reading::ReadingArguments,
        results::{ResultArguments, Sheet},
    },
    failure::Failure,
    output::{
        cell::{Tone, plain},
        notices::refusals,
        progress::Progress,
    },
    session::{Session, Status},
};

mod reports;
mod show;
mod stream;

use reports::{Other, Reports};

/// How long another writer is waited for unless said otherwise, in seconds.
const WAIT: &str = "60";

/// See the module.
#[derive(Debug, Parser)]
#[command(name = "ingest")]
pub(crate) struct Ingest {
    #[arg(value_name = "FILE", required_unless_present = "stream", conflicts_with = "stream")]
    files: Vec<PathBuf>,

    #[arg(
        long,
        value_name = "ORG",
        value_parser = OrganisationCode::new,
        required_unless_present = "stream"
    )]
    org: Option<OrganisationCode>,

    #[arg(
        long,
        value_name = "NAME",
        value_parser = clap::builder::NonEmptyStringValueParser::new(),
        required_unless_present = "stream"
    )]
    source: Option<String>,

    #[arg(long, value_name = "SYSTEM")]
    system: Option<String>,

    #[arg(long, value_name = "TIME")]
    observed_at: Option<Moment>,

    #[command(flatten)]
    reading: ReadingArguments,

    #[arg(
        long,
        value_name = "KINDS",
        value_delimiter = ',',
        value_parser = kinds(),
        hide_possible_values = true
    )]
    sees: Option<Vec<ObservationKind>>,

    #[arg(long)]
    no_create: bool,

    #[arg(long, value_name = "SECONDS", default_value = WAIT, hide_default_value = true)]
    wait: u64,

    #[arg(long, conflicts_with_all = ["csv", "xlsx"])]
    stream: bool,

    #[arg(long, value_name = "DIR", requires_all = ["stream", "org", "source"])]
    spool: Option<PathBuf>,

    #[command(flatten)]
    results: ResultArguments,
}

fn kinds() -> impl TypedValueParser<Value = ObservationKind> {
    let names = ObservationKind::ALL.iter().map(|kind| kind.as_str());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<ObservationKind>())
}

/// What was taken in and what was refused, in the order of the files.
#[derive(Debug, Default)]
struct Taken {
    lines: Vec<IngestLine>,
    refusals: Vec<Refusal>,
    /// Nobody else can be taken in either.
    ended: bool,
    /// When the newest state was committed.
    committed_at: Option<Timestamp>,
}

impl Verb for Ingest {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        if self.stream {
            return self.take_stream(session);
        }
        let request = self.request(session)?;
        let use_case = UseCase {
            lake: session.lake()?,
            rules: Rules::shipped().clone(),
            clock: session.clock,
        };
        let intake = session.intake_beside_the_lake()?;
        let progress = Progress::new();
        let wait = request.wait;
        let batch = async {
            let reports = Reports::of(&self.files, intake, (&use_case, request), &progress);
            use_case.batch(wait, reports)
        };
        let mut batch = session.block_on(batch)??;
        let mut taken = Taken::default();
        while !taken.ended {
            let reports = match session.block_on(batch.next())? {
                Ok(Some(reports)) => reports,
                Ok(None) => break,
                Err(error) => {
                    taken.refuse(session, &progress, "-", (&error).into())?;
                    break;
                }
            };
            for report in reports {
                let (name, result) = match report {
                    Ok(report) => (report.name, report.result),
                    Err(Other::Known(name, known)) => (name, Ok(*known)),
                    Err(Other::Refused(refusal)) => (refusal.file, Err(refusal.error)),
                };
                let done = match result {
                    Ok(ingested) => session.block_on(told(&use_case, &name, ingested))?,
                    Err(error) => Err(error),
                };
                taken.add(session, &progress, &name, done)?;
            }
        }
        progress.clear();
        self.report(session, &taken)
    }
}

/// The line of a report, the organisations made on the way, and when the state was committed.
type Done = (IngestLine, Vec<String>, Timestamp);

/// What is told of a report that was taken in.
async fn told(
    use_case: &UseCase,
    name: &str,
    mut ingested: Ingested,
) -> Result<Done, RefusalReason> {
    let made = std::mem::take(&mut ingested.organisations_new);
    let read = async {
        let state = use_case.lake.latest().await?;
        let line = IngestLine::of(ingested, name, &state, use_case.clock).await?;
        Ok::<_, IngestError>((line, made, state.committed_at()))
    };
    read.await.map_err(|error| (&error).into())
}

impl Ingest {
    fn request(&self, session: &Session) -> Result<Request, Failure> {
        // Only a stream can do without.
        let missing = || {
            let missing = [("argument", "--org, --source".into())];
            Failure::Told { text: session.texts.say_with("usage-missing", &missing), detail: None }
        };
        Ok(Request {
            organisation: self.org.clone().ok_or_else(missing)?,
            create_organisation: !self.no_create,
            source: self.source.clone().ok_or_else(missing)?,
            system: self.system.clone(),
            observed_at: session.at(self.observed_at)?,
            format: self.reading.format().map(|format| format.name().to_owned()),
            context: self.reading.context(session)?,
            sees: self.sees.as_deref().map(ObservationKinds::of),
            wait: Duration::from_secs(self.wait),
        })
    }

    fn report(&self, session: &mut Session, taken: &Taken) -> Result<Status, Failure> {
        let status = if taken.refusals.is_empty() { Status::Done } else { Status::Failed };
        if !session.global.json {
            let sheet = Sheet {
                name: "ingest",
                columns: &show::columns(),
                rows: &taken.lines.iter().map(show::row).collect::<Vec<_>>(),
            };
            if !self.results.write(session, &sheet)? {
                show::table(session, taken)?;
            }
        }
        show::times_assumed(session, &taken.lines)?;
        show::clock_behind(session, taken.committed_at)?;
        if !session.global.json {
            refusals(session, &taken.refusals)?;
        }
        if taken.ended {
            let note = session.texts.say("ingest-ended");
            let note = session.console.paint_error(Tone::Bad, &note);
            session.console.note(&note)?;
        }
        Ok(status)
    }
}

impl Taken {
    fn add(
        &mut self,
        session: &mut Session,
        progress: &Progress,
        name: &str,
        done: Result<Done, RefusalReason>,
    ) -> Result<(), Failure> {
        match done {
            Ok((line, made, committed_at)) => {
                self.committed_at = Some(committed_at);
                tell(session, progress, &made)?;
                if session.global.json {
                    progress.clear();
                    session.console.json_line(&line)?;
                }
                self.lines.push(line);
                Ok(())
            }
            Err(error) => {
                self.ended |= matches!(error.code, "busy" | "full" | "unsettled");
                self.refuse(session, progress, name, error)
            }
        }
    }

    fn refuse(
        &mut self,
        session: &mut Session,
        progress: &Progress,
        name: &str,
        error: RefusalReason,
    ) -> Result<(), Failure> {
        let refusal = Refusal { file: name.to_owned(), error };
        if session.global.json {
            progress.clear();
            session.console.json_line(&refusal)?;
        }
        self.refusals.push(refusal);
        Ok(())
    }
}

/// Says which organisations were made on the way.
fn tell(session: &mut Session, progress: &Progress, made: &[String]) -> Result<(), Failure> {
    for code in made {
        progress.clear();
        let code = plain(code);
        let note = session.texts.say_with("organisation-made", &[("code", code.into())]);
        session.console.note(&note)?;
    }
    Ok(())
}
