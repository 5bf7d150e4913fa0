//! `yagura lake backup` and `yagura lake restore`.

use std::{future::Future, path::PathBuf};

use clap::Args;
use serde::Serialize;
use yagura_engine::lake::backup::{
    self, BackedUp, BackupError, BackupOptions, Restored, SourceHeld,
};

use super::VERSION;
use crate::{
    failure::Failure,
    output::{
        cell::{Cell, Tone, plain},
        progress::Progress,
        table::{Column, Table},
        width::Keep,
    },
    session::{Session, Status},
    words,
};

/// See the module.
#[derive(Debug, Args)]
pub(super) struct Backup {
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    #[arg(long)]
    copy: bool,
}

/// See the module.
#[derive(Debug, Args)]
pub(super) struct Restore {
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// The documents of `--json`.
#[derive(Debug, Serialize)]
struct Document<T> {
    version: u8,
    #[serde(flatten)]
    of: T,
}

impl Backup {
    pub(super) fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let lake = session.lake()?;
        let (options, now) = (BackupOptions { copy: self.copy }, session.clock.now());
        let progress = Progress::new();
        progress.bytes(&session.texts.say("lake-backing-up"), 0);
        let watch = progress.reaching();
        let taking = backup::take(&lake, &self.folder, options, now, &watch);
        let done: BackedUp = wait(session, &progress, taking)?
            .map_err(|error| session.failure_or_full("lake-backup-failed", &error))?;
        if session.global.json {
            session.console.json_line(&Document { version: VERSION, of: done })?;
            return Ok(Status::Done);
        }
        let zone = session.console.look().zone.clone();
        let told = session.texts.say_with(
            "lake-backed-up",
            &[
                ("time", Cell::time(Some(done.committed_at)).shown(&zone).into()),
                ("files", done.files.into()),
                ("bytes", done.bytes.into()),
                ("new", done.new_files.into()),
                ("new_bytes", done.new_bytes.into()),
                ("copied", done.copied_bytes.into()),
            ],
        );
        words::paragraph(session, Tone::Plain, "", &told)?;
        Ok(Status::Done)
    }
}

impl Restore {
    pub(super) fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let (to, now) = (session.data_folder()?, session.clock.now());
        let progress = Progress::new();
        progress.bytes(&session.texts.say("lake-restoring"), 0);
        let watch = progress.reaching();
        let restoring = backup::restore(&self.folder, &to, now, &watch);
        let done: Restored = wait(session, &progress, restoring)?
            .map_err(|error| session.failure_or_full("lake-restore-failed", &error))?;
        if session.global.json {
            session.console.json_line(&Document { version: VERSION, of: done })?;
            return Ok(Status::Done);
        }
        let zone = session.console.look().zone.clone();
        let time = |at| Cell::time(Some(at)).shown(&zone);
        let told = session.texts.say_with(
            "lake-restored",
            &[
                ("folder", plain(&to.to_string_lossy()).into()),
                ("time", time(done.committed_at).into()),
                ("taken", time(done.taken_at).into()),
                ("files", done.files.into()),
                ("bytes", done.bytes.into()),
            ],
        );
        words::paragraph(session, Tone::Strong, "", &told)?;
        writeln!(session.console.out())?;
        show(session, &done.sources)?;
        let since = [("time", time(done.committed_at).into())];
        let missing = session.texts.say_with("lake-restore-missing", &since);
        words::paragraph(session, Tone::Caution, "", &missing)?;
        Ok(Status::Done)
    }
}

/// Carries it out and takes the progress away.
fn wait<T>(
    session: &Session,
    progress: &Progress,
    work: impl Future<Output = Result<T, BackupError>>,
) -> Result<Result<T, BackupError>, Failure> {
    let done = session.block_on(work)?;
    progress.clear();
    Ok(done)
}

/// What there is of each source.
fn show(session: &mut Session, sources: &[SourceHeld]) -> Result<(), Failure> {
    if sources.is_empty() {
        return Ok(());
    }
    let texts = &session.texts;
    let row = |of: &SourceHeld| {
        vec![
            Cell::text(&of.organisation),
            Cell::text(&of.source),
            Cell::count(of.reports),
            of.last_report.map_or_else(Cell::empty, |report| Cell::number(report.to_string())),
            Cell::time(of.last_observed_at),
        ]
    };
    let table = Table {
        columns: vec![
            Column::cut(texts.say("column-organisation"), 12, Keep::End),
            Column::cut(texts.say("column-source"), 12, Keep::Start),
            Column::number(texts.say("column-reports")),
            Column::number(texts.say("column-last-report")),
            Column::whole(texts.say("column-last-observed-at")),
        ],
        rows: sources.iter().map(row).collect(),
        footer: None,
    };
    session.show(&table)?;
    writeln!(session.console.out())?;
    Ok(())
}
