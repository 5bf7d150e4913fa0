//! Files to read.

use std::{
    io,
    path::{Path, PathBuf},
};

use clap::Args;
use yagura_engine::intake::{Intake, IntakeError, Received};

/// Files, or `-` for standard input.
#[derive(Debug, Args)]
pub(crate) struct FileArguments {
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

impl FileArguments {
    /// Takes one of them in.
    pub(crate) fn receive(intake: &Intake, file: &Path) -> Result<Received, IntakeError> {
        if file.as_os_str() == "-" {
            intake.receive("-", &mut io::stdin().lock())
        } else {
            intake.receive_file(file)
        }
    }
}
