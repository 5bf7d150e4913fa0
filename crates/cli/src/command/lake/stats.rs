//! `yagura lake stats`: what the data folder is made of.

use clap::Args;
use serde::Serialize;
use yagura_engine::lake::{
    Lake,
    stats::{EvidenceStats, Stats as LakeStats, TableStats},
};

use super::VERSION;
use crate::{
    arguments::results::{ResultArguments, Sheet},
    failure::Failure,
    output::{
        cell::{Cell, plain},
        table::{Column, Table},
    },
    session::{Session, Status},
    words,
};

/// See the module.
#[derive(Debug, Args)]
pub(super) struct Stats {
    #[command(flatten)]
    results: ResultArguments,
}

/// The document of `--json`. Paths are relative to the folder.
#[derive(Debug, Serialize)]
struct Document<'s> {
    version: u8,
    folder: &'s str,
    #[serde(flatten)]
    stats: &'s LakeStats,
}

/// The columns of spreadsheets, named like the fields of `--json`.
const COLUMNS: &[(&str, u16)] = &[
    ("table", 20),
    ("version", 10),
    ("files", 10),
    ("small_files", 10),
    ("rows", 14),
    ("superseded", 14),
    ("open_keys", 14),
    ("bytes", 16),
    ("bytes_a_row", 12),
];

impl Stats {
    pub(super) fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let lake = session.lake()?;
        let stats =
            session.block_on(lake.stats())?.map_err(|error| session.lake_failure(&error))?;
        let folder = lake.store().folder().display().to_string();
        if session.global.json {
            let document = Document { version: VERSION, folder: &folder, stats: &stats };
            session.console.json_line(&document)?;
            return Ok(Status::Done);
        }
        let rows: Vec<Vec<Cell>> = stats.tables.iter().map(row).collect();
        let sheet = Sheet { name: "tables", columns: COLUMNS, rows: &rows };
        if !self.results.write(session, &sheet)? {
            show(session, &lake, &stats, rows)?;
        }
        Ok(Status::Done)
    }
}

fn row(of: &TableStats) -> Vec<Cell> {
    vec![
        Cell::text(of.table),
        Cell::count(of.version.unsigned_abs()),
        Cell::count(of.files.len() as u64),
        Cell::count(of.small_files),
        Cell::count(of.rows),
        Cell::count(of.superseded),
        Cell::count(of.open_keys),
        Cell::count(of.bytes),
        a_row(of.bytes, of.rows + of.superseded),
    ]
}

/// Bytes a row, to one decimal.
fn a_row(bytes: u64, rows: u64) -> Cell {
    let tenths = bytes.saturating_mul(10).checked_div(rows);
    tenths
        .map_or_else(Cell::empty, |tenths| Cell::number(format!("{}.{}", tenths / 10, tenths % 10)))
}

fn show(
    session: &mut Session,
    lake: &Lake,
    stats: &LakeStats,
    rows: Vec<Vec<Cell>>,
) -> Result<(), Failure> {
    let time = Cell::time((stats.manifest > 0).then_some(stats.committed_at));
    let time = time.shown(&session.console.look().zone);
    let texts = &session.texts;
    let pairs = [
        (texts.say("lake-folder"), plain(&lake.store().folder().to_string_lossy())),
        (texts.say("lake-manifest"), stats.manifest.to_string()),
        (texts.say("lake-commit"), stats.commit.to_string()),
        (texts.say("lake-committed-at"), time),
    ];
    let columns = vec![
        Column::whole(texts.say("column-table")),
        Column::number(texts.say("column-version")).optional(1),
        Column::number(texts.say("column-files")),
        Column::number(texts.say("column-small-files")).optional(2),
        Column::number(texts.say("column-rows")),
        Column::number(texts.say("column-superseded")),
        Column::number(texts.say("column-open-keys")).optional(3),
        Column::number(texts.say("column-length")),
        Column::number(texts.say("column-bytes-a-row")).optional(4),
    ];
    let sum = |part: fn(&TableStats) -> u64| stats.tables.iter().map(part).sum::<u64>();
    let (in_force, superseded) = (sum(|table| table.rows), sum(|table| table.superseded));
    let bytes = sum(|table| table.bytes);
    let footer = vec![
        Cell::text(texts.say("total")),
        Cell::empty(),
        Cell::count(sum(|table| table.files.len() as u64)),
        Cell::count(sum(|table| table.small_files)),
        Cell::count(in_force),
        Cell::count(superseded),
        Cell::count(sum(|table| table.open_keys)),
        Cell::count(bytes),
        a_row(bytes, in_force + superseded),
    ];
    words::pairs(session, "", &pairs)?;
    if !rows.is_empty() {
        writeln!(session.console.out())?;
        session.show(&Table { columns, rows, footer: Some(footer) })?;
    }
    writeln!(session.console.out())?;
    let EvidenceStats { reports, raw_bytes, stored_bytes, packs, objects, past_retention } =
        stats.evidence;
    let evidence = session.texts.say_with(
        "lake-evidence",
        &[
            ("reports", reports.into()),
            ("raw", raw_bytes.into()),
            ("stored", stored_bytes.into()),
            ("packs", packs.into()),
            ("objects", objects.into()),
        ],
    );
    writeln!(session.console.out(), "{evidence}")?;
    if past_retention > 0 {
        let past = [("reports", past_retention.into())];
        let past = session.texts.say_with("lake-evidence-past", &past);
        writeln!(session.console.out(), "{past}")?;
    }
    Ok(())
}
