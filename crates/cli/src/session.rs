//! What every verb works with.

use std::{env, path::PathBuf, process::ExitCode};

use yagura_engine::{
    clock::Clock,
    inspect::RefusalReason,
    intake::{Intake, Limits},
};

use crate::{
    arguments::GlobalArguments,
    failure::Failure,
    i18n::Texts,
    output::{console::Console, sheet::SheetError},
};

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
}

impl Session {
    pub(crate) fn new(global: GlobalArguments, texts: Texts) -> Self {
        let console = Console::new(global.color);
        Self { global, texts, console, clock: Clock::System }
    }

    /// Takes in files; what must be unpacked is kept beside the data if there is a data folder,
    /// since its disk has the room, and else where the system keeps temporary files.
    pub(crate) fn intake(&self) -> Intake {
        let beside = self.global.data_folder().map(|folder| folder.join("spool"));
        let spool: PathBuf = beside.filter(|folder| folder.is_dir()).unwrap_or_else(env::temp_dir);
        Intake::new(spool, Limits::default())
    }

    /// Why a file was refused, in the person's language.
    pub(crate) fn reason(&self, reason: &RefusalReason) -> String {
        self.texts.say(&format!("{}-{}", reason.stage.as_str(), reason.code))
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
