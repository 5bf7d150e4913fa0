//! `yagura lake`: looking after the data folder.

mod backup;
mod check;
mod export;
mod retain;
mod stats;
mod tend;

use std::time::Duration;

use clap::{Parser, Subcommand};

use super::Verb;
use crate::{
    failure::Failure,
    session::{Session, Status},
};

/// How long another writer is waited for.
const WAIT: Duration = Duration::from_secs(60);

/// The version of the documents of `--json`.
const VERSION: u8 = 1;

/// See the module.
#[derive(Debug, Parser)]
#[command(name = "lake", subcommand_required = true)]
pub(crate) struct Lake {
    #[command(subcommand)]
    verb: LakeVerb,
}

#[derive(Debug, Subcommand)]
enum LakeVerb {
    Stats(stats::Stats),
    Compact(tend::Compact),
    Vacuum(tend::Vacuum),
    Check(check::Check),
    Backup(backup::Backup),
    Restore(backup::Restore),
    Export(export::Export),
    Retain(retain::Retain),
}

impl Verb for Lake {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        match self.verb {
            LakeVerb::Stats(stats) => stats.run(session),
            LakeVerb::Compact(compact) => compact.run(session),
            LakeVerb::Vacuum(vacuum) => vacuum.run(session),
            LakeVerb::Check(check) => check.run(session),
            LakeVerb::Backup(backup) => backup.run(session),
            LakeVerb::Restore(restore) => restore.run(session),
            LakeVerb::Export(export) => export.run(session),
            LakeVerb::Retain(retain) => retain.run(session),
        }
    }
}
