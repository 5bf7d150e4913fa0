//! `yagura lake compact` and `yagura lake vacuum`: fewer files, and none that nothing names.

use std::collections::BTreeSet;

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use jiff::SignedDuration;
use serde::Serialize;
use yagura_engine::lake::{
    LakeError, Snapshot, Vacuum as How, Vacuumed,
    compact::{Compacted, Extent},
    table::Table,
};

use super::{VERSION, WAIT};
use crate::{
    failure::Failure,
    output::progress::Progress,
    session::{Session, Status},
};

/// The table of a name.
pub(super) fn table() -> impl TypedValueParser<Value = Table> {
    PossibleValuesParser::new(Table::ALL.iter().map(|table| table.name()))
        .map(|name| Table::by_name(&name).unwrap_or(Table::Commits))
}

/// See the module.
#[derive(Debug, Args)]
pub(super) struct Compact {
    #[arg(long, value_name = "TABLE", value_parser = table(), hide_possible_values = true)]
    table: Option<Table>,

    #[arg(long)]
    all: bool,
}

/// The document of `--json`.
#[derive(Debug, Serialize)]
struct CompactDocument {
    version: u8,
    #[serde(flatten)]
    compacted: Compacted,
    bytes_before: u64,
    bytes_after: u64,
}

impl Compact {
    pub(super) fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let lake = session.lake()?;
        let extent = if self.all { Extent::Everything } else { Extent::Due };
        let only = self.table.map(|table| BTreeSet::from([table]));
        let progress = Progress::new();
        progress.wait(&session.texts.say("lake-compacting"));
        let now = session.clock.now();
        let work = async {
            let mut writer = lake.write(WAIT, now).await?;
            let before = bytes(writer.snapshot()).await?;
            let compacted = writer.compact_tables(extent, only.as_ref(), now).await?;
            let after = bytes(writer.snapshot()).await?;
            Ok::<_, LakeError>((compacted, before, after))
        };
        let done = session.block_on(work)?;
        progress.clear();
        let (compacted, before, after) = done.map_err(|error| session.lake_failure(&error))?;
        if session.global.json {
            session.console.json_line(&CompactDocument {
                version: VERSION,
                compacted,
                bytes_before: before,
                bytes_after: after,
            })?;
            return Ok(Status::Done);
        }
        let told = if compacted.tables == 0 {
            session.texts.say("lake-compact-nothing")
        } else {
            session.texts.say_with(
                "lake-compacted",
                &[
                    ("tables", compacted.tables.into()),
                    ("before", compacted.files_before.into()),
                    ("after", compacted.files_after.into()),
                    ("keys", compacted.keys.into()),
                    ("bytes_before", before.into()),
                    ("bytes_after", after.into()),
                ],
            )
        };
        writeln!(session.console.out(), "{told}")?;
        Ok(Status::Done)
    }
}

async fn bytes(snapshot: &Snapshot) -> Result<u64, LakeError> {
    let mut bytes = 0;
    for table in Table::ALL {
        bytes += snapshot.files(*table).await?.iter().map(|file| file.bytes).sum::<u64>();
    }
    Ok(bytes)
}

/// See the module.
#[derive(Debug, Args)]
pub(super) struct Vacuum {
    #[arg(long, value_name = "N", default_value = "0", hide_default_value = true,
        value_parser = clap::value_parser!(u16).range(..=3_650))]
    keep_days: u16,

    #[arg(long)]
    dry_run: bool,
}

/// The document of `--json`.
#[derive(Debug, Serialize)]
struct VacuumDocument {
    version: u8,
    dry_run: bool,
    #[serde(flatten)]
    vacuumed: Vacuumed,
}

impl Vacuum {
    pub(super) fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let lake = session.lake()?;
        let keep_for = SignedDuration::from_hours(24 * i64::from(self.keep_days));
        let how = How { keep_for, dry_run: self.dry_run };
        let progress = Progress::new();
        progress.wait(&session.texts.say("lake-vacuuming"));
        let now = session.clock.now();
        let work = async { lake.write(WAIT, now).await?.vacuum(how, now).await };
        let done = session.block_on(work)?;
        progress.clear();
        let vacuumed = done.map_err(|error| session.lake_failure(&error))?;
        if session.global.json {
            let dry_run = self.dry_run;
            session.console.json_line(&VacuumDocument { version: VERSION, dry_run, vacuumed })?;
            return Ok(Status::Done);
        }
        let numbers = [
            ("manifests", vacuumed.manifests.into()),
            ("files", vacuumed.files.into()),
            ("bytes", vacuumed.bytes.into()),
        ];
        let told = if self.dry_run {
            session.texts.say_with("lake-would-vacuum", &numbers)
        } else {
            session.texts.say_with("lake-vacuumed", &numbers)
        };
        writeln!(session.console.out(), "{told}")?;
        Ok(Status::Done)
    }
}
