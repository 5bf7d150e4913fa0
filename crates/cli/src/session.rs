//! What every verb works with.

use std::{
    cell::OnceCell, env, fmt::Display, fs, future::Future, path::PathBuf, process::ExitCode,
};

use jiff::Timestamp;
use tokio::runtime::{self, Runtime};
use yagura_engine::{
    chain,
    clock::Clock,
    inspect::RefusalReason,
    intake::{Intake, Limits},
    lake::{Lake, LakeError, error::is_full},
};

use crate::{
    arguments::{GlobalArguments, moment::Moment},
    failure::Failure,
    i18n::Texts,
    output::{
        cell::{Cell, Tone},
        console::Console,
        sheet::SheetError,
        table::Table,
    },
};

/// Threads that carry out what waits for the disk; reading and packing have threads of their own.
const WORKERS: usize = 2;

/// How a verb ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// All was done.
    Done,
    /// Something was refused or failed; the rest was done.
    Failed,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        match status {
            Status::Done => Self::SUCCESS,
            Status::Failed => Self::FAILURE,
        }
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) global: GlobalArguments,
    pub(crate) texts: Texts,
    pub(crate) console: Console,
    pub(crate) clock: Clock,
    runtime: OnceCell<Runtime>,
}

impl Session {
    pub(crate) fn new(global: GlobalArguments, texts: Texts) -> Self {
        let console = Console::new(global.color, global.zone());
        let runtime = OnceCell::new();
        Self { global, texts, console, clock: Clock::System, runtime }
    }

    /// A time given on the command line; one without a zone is in the zone times are shown in.
    pub(crate) fn at(&self, moment: Option<Moment>) -> Result<Option<Timestamp>, Failure> {
        let at = moment.map(|moment| moment.at(&self.console.look().zone)).transpose();
        at.map_err(|error| self.failure_with("error-moment", &error))
    }

    /// Takes in files; what must be unpacked is kept beside the data if there is a data folder,
    /// since its disk has the room, and else where the system keeps temporary files.
    pub(crate) fn intake(&self) -> Intake {
        let beside = self.global.data_folder().map(|folder| folder.join("spool"));
        let spool: PathBuf = beside.filter(|folder| folder.is_dir()).unwrap_or_else(env::temp_dir);
        Intake::new(spool, Limits::default())
    }

    /// The data folder.
    pub(crate) fn data_folder(&self) -> Result<PathBuf, Failure> {
        self.global.data_folder().ok_or_else(|| self.failure("error-no-data-folder"))
    }

    /// The lake in the data folder, which is made if there is none.
    pub(crate) fn lake(&self) -> Result<Lake, Failure> {
        let lake = Lake::open(&self.data_folder()?);
        lake.map_err(|error| self.lake_failure(&error))
    }

    /// Takes in files that are to be kept: what must be unpacked stands inside the data folder,
    /// under no name.
    pub(crate) fn intake_beside_the_lake(&self) -> Result<Intake, Failure> {
        let spool = self.data_folder()?.join("spool");
        fs::create_dir_all(&spool).map_err(|error| {
            let path = spool.display();
            self.failure_with("error-data-folder", &format!("cannot create `{path}`: {error}"))
        })?;
        Ok(Intake::new(spool, Limits::default()))
    }

    /// Carries out what works with the lake.
    pub(crate) fn block_on<F: Future>(&self, work: F) -> Result<F::Output, Failure> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime.block_on(work));
        }
        let made =
            runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build()?;
        Ok(self.runtime.get_or_init(|| made).block_on(work))
    }

    /// Ends a verb with a text.
    pub(crate) fn failure(&self, id: &str) -> Failure {
        Failure::Told { text: self.texts.say(id), detail: None }
    }

    /// Ends a verb with a text and a detail for technicians.
    pub(crate) fn failure_with(&self, id: &str, detail: &impl Display) -> Failure {
        Failure::told(self.texts.say(id), detail)
    }

    /// Ends a verb that could not read or write the data.
    pub(crate) fn lake_failure(&self, error: &LakeError) -> Failure {
        if let LakeError::NotKept { asked, since } = error {
            let shown = |at| Cell::time(Some(at)).shown(&self.console.look().zone);
            let times = [("asked", shown(*asked).into()), ("since", shown(*since).into())];
            return Failure::Told {
                text: self.texts.say_with("error-not-kept", &times),
                detail: None,
            };
        }
        match error.hindrance().code() {
            Some(code) => self.failure_with(&format!("hindrance-{code}"), &chain(error)),
            None => self.failure_with("error-lake", &chain(error)),
        }
    }

    /// Ends a verb that failed with a text, or with that of a full disk.
    pub(crate) fn failure_or_full(
        &self,
        id: &str,
        error: &(dyn std::error::Error + 'static),
    ) -> Failure {
        let id = if is_full(error) { "hindrance-full" } else { id };
        self.failure_with(id, &chain(error))
    }

    /// Why a file was refused, in the person's language.
    pub(crate) fn reason(&self, reason: &RefusalReason) -> String {
        self.texts.say(&format!("{}-{}", reason.stage.as_str(), reason.code))
    }

    /// Writes a table, and which of its columns did not fit.
    pub(crate) fn show(&mut self, table: &Table) -> Result<(), Failure> {
        let look = self.console.look().clone();
        let left_out = table.write(self.console.out(), &look)?;
        if !left_out.is_empty() {
            let columns = left_out.join(&self.texts.say("list-separator"));
            let note = self.texts.say_with("table-left-out", &[("columns", columns.into())]);
            let note = self.console.paint(Tone::Quiet, &note);
            writeln!(self.console.out(), "{note}")?;
        }
        Ok(())
    }

    /// Ends a verb whose rows could not be written.
    pub(crate) fn sheet_failure(&self, error: &SheetError) -> Failure {
        if let SheetError::File(inner) = error
            && inner.kind() == std::io::ErrorKind::BrokenPipe
        {
            return Failure::PipeClosed;
        }
        Failure::told(self.texts.say("error-output"), error)
    }
}
