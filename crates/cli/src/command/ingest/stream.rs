//! `yagura ingest --stream`: takes in what comes, and says of each report what became of it.

use std::{
    io::{self, BufReader},
    time::Duration,
};

use yagura_engine::{
    baseline::identity::Rules,
    ingest::Ingest as UseCase,
    inspect::Refusal,
    stream::{
        Acknowledgement, FrameError, Outcome, Pace, Running, Stop, Stream, StreamError, Terms,
    },
};
use yagura_model::coverage::ObservationKinds;

use super::Ingest;
use crate::{
    failure::Failure,
    output::cell::{Tone, plain},
    session::{Session, Status},
};

/// How many bytes of standard input are asked for at once.
const BUFFER: usize = 1 << 18;

/// What came so far.
#[derive(Debug, Default)]
struct Counts {
    taken: usize,
    unchanged: usize,
    refused: usize,
}

impl Ingest {
    /// Takes in what comes until it ends, or the process is told to.
    pub(super) fn take_stream(&self, session: &mut Session) -> Result<Status, Failure> {
        let spool = session.data_folder()?.join("spool");
        session.intake_beside_the_lake()?;
        let ingest = UseCase {
            lake: session.lake()?,
            rules: Rules::shipped().clone(),
            clock: session.clock,
        };
        let stream = Stream { ingest, spool, terms: self.terms(session)?, pace: Pace::STANDARD };
        let begun = session.block_on(async {
            let running = match &self.spool {
                Some(folder) => stream.folder(folder),
                None => stream.frames(BufReader::with_capacity(BUFFER, io::stdin())),
            }?;
            stop_by_signal(running.stop())
                .map_err(|error| StreamError::Stopped(error.to_string()))?;
            Ok(running)
        })?;
        let mut running = begun.map_err(|error| broken(session, &error))?;
        let begins = match &self.spool {
            Some(folder) => {
                let folder = plain(&folder.to_string_lossy());
                session.texts.say_with("stream-folder", &[("folder", folder.into())])
            }
            None => session.texts.say("stream-frames"),
        };
        let begins = session.console.paint_error(Tone::Quiet, &begins);
        session.console.note(&begins)?;
        let mut counts = Counts::default();
        let ended = go_on(session, &mut running, &mut counts);
        let said = [
            ("taken", counts.taken.into()),
            ("unchanged", counts.unchanged.into()),
            ("refused", counts.refused.into()),
        ];
        let said = session.texts.say_with("stream-ended", &said);
        session.console.note(&said)?;
        ended
    }

    fn terms(&self, session: &Session) -> Result<Terms, Failure> {
        Ok(Terms {
            organisation: self.org.clone(),
            source: self.source.clone(),
            system: self.system.clone(),
            observed_at: session.at(self.observed_at)?,
            format: self.reading.format().map(|format| format.name().to_owned()),
            create_organisation: !self.no_create,
            context: self.reading.context(session)?,
            sees: self.sees.as_deref().map(ObservationKinds::of),
            wait: Duration::from_secs(self.wait),
        })
    }
}

/// Says what became of each report, commit by commit.
fn go_on(
    session: &mut Session,
    running: &mut Running,
    counts: &mut Counts,
) -> Result<Status, Failure> {
    loop {
        match session.block_on(running.next())? {
            Ok(None) => return Ok(Status::Done),
            Ok(Some(told)) => {
                for told in &told {
                    session.console.json_line_later(told)?;
                    counts.add(told);
                }
                session.console.flush()?;
                for told in &told {
                    note(session, told)?;
                }
            }
            Err(error) => {
                let early = session.texts.say("stream-ended-early");
                session.console.note(&early)?;
                return Err(broken(session, &error));
            }
        }
    }
}

/// What a person is told beside the lines.
fn note(session: &mut Session, told: &Acknowledgement) -> Result<(), Failure> {
    match &told.outcome {
        Outcome::Taken { organisations_new, .. } => {
            for code in organisations_new {
                let code = plain(code);
                let note = session.texts.say_with("organisation-made", &[("code", code.into())]);
                session.console.note(&note)?;
            }
        }
        Outcome::Refused(Refusal { file, error }) if !session.global.json => {
            let reason = session.reason(error);
            let note = format!("{}: {reason}", plain(file));
            let note = session.console.paint_error(Tone::Bad, &note);
            session.console.note(&note)?;
        }
        Outcome::Refused(_) => {}
    }
    Ok(())
}

/// Why it ended early, in the person's language.
fn broken(session: &Session, error: &StreamError) -> Failure {
    match error {
        StreamError::Frame(error) => frame(session, error),
        StreamError::Folder(error) => {
            session.failure_with("error-stream-folder", &yagura_engine::chain(error))
        }
        StreamError::Lake(error) => session.lake_failure(error),
        error => session.failure_with("error-stream-stopped", &yagura_engine::chain(error)),
    }
}

fn frame(session: &Session, error: &FrameError) -> Failure {
    let text = session.texts.say(&format!("frame-{}", error.code()));
    Failure::told(text, &yagura_engine::chain(error))
}

/// The first signal to end lets what came be taken in; the second does not wait for it.
fn stop_by_signal(stop: Stop) -> io::Result<()> {
    let mut signals = Signals::new()?;
    tokio::spawn(async move {
        signals.next().await;
        stop.stop();
        signals.next().await;
        std::process::exit(1);
    });
    Ok(())
}

/// The signals that end a process.
#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let (terminate, interrupt) = (SignalKind::terminate(), SignalKind::interrupt());
        Ok(Self { terminate: signal(terminate)?, interrupt: signal(interrupt)? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Elsewhere there is Ctrl+C only.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // Where it cannot be listened for, nothing ends it but its input.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Counts {
    fn add(&mut self, told: &Acknowledgement) {
        match &told.outcome {
            Outcome::Taken { line, .. } if line.unchanged => self.unchanged += 1,
            Outcome::Taken { .. } => self.taken += 1,
            Outcome::Refused(_) => self.refused += 1,
        }
    }
}
