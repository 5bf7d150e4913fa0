//! `yagura lake export`: whole views as files.

use std::{
    fs,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use clap::{
    Args, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use serde::Serialize;
use tempfile::NamedTempFile;
use yagura_engine::{
    baseline::master::Master,
    chain,
    lake::{
        LakeError, Snapshot,
        export::Exported,
        views::{AsOf, VIEWS, View},
    },
    query::masters,
};

use super::VERSION;
use crate::{
    arguments::times::TimeArguments,
    command::query::{cells, document},
    failure::Failure,
    output::{
        cell::{Cell, plain},
        progress::Progress,
        sheet::{CsvRows, SheetError},
        table::{Column, Table},
        width::Keep,
    },
    session::{Session, Status},
    words,
};

/// See the module.
#[derive(Debug, Args)]
pub(super) struct Export {
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    #[arg(long, value_enum, value_name = "FORMAT", hide_possible_values = true)]
    format: Form,

    #[arg(long, value_name = "VIEW", value_parser = view(), hide_possible_values = true)]
    view: Vec<&'static View>,

    #[command(flatten)]
    times: TimeArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Parquet,
    Csv,
    Jsonl,
}

impl Form {
    fn extension(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }
}

fn view() -> impl TypedValueParser<Value = &'static View> {
    PossibleValuesParser::new(VIEWS.iter().map(|view| view.name))
        .try_map(|name| VIEWS.iter().find(|view| view.name == name).ok_or("there is no such view"))
}

/// A line of `--json`: a file that was written.
#[derive(Debug, Serialize)]
struct Line {
    version: u8,
    view: &'static str,
    file: String,
    rows: u64,
    bytes: u64,
}

/// Why a file could not be written.
enum ExportError {
    Lake(LakeError),
    Sheet(SheetError),
    File(io::Error),
}

impl From<LakeError> for ExportError {
    fn from(error: LakeError) -> Self {
        Self::Lake(error)
    }
}

impl From<SheetError> for ExportError {
    fn from(error: SheetError) -> Self {
        Self::Sheet(error)
    }
}

impl From<io::Error> for ExportError {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

impl Export {
    pub(super) fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let lake = session.lake()?;
        let times = self.times.times(session)?;
        let snapshot = session.block_on(times.snapshot(&lake))?;
        let snapshot = snapshot.map_err(|error| session.lake_failure(&error))?;
        let views: Vec<&View> =
            if self.view.is_empty() { VIEWS.iter().collect() } else { self.view.clone() };
        let progress = Progress::new();
        let mut written = Vec::new();
        for view in views {
            progress.wait(view.name);
            let file = format!("{}.{}", view.name, self.format.extension());
            let path = self.folder.join(&file);
            let done = self.write(session, &snapshot, view, times.of_views(), &path)?;
            let (rows, bytes) = done.map_err(|error| {
                progress.clear();
                match error {
                    ExportError::Lake(error) => session.lake_failure(&error),
                    ExportError::Sheet(error) => session.failure_with("lake-export-failed", &error),
                    ExportError::File(error) => {
                        let detail = format!("`{}`: {}", path.display(), chain(&error));
                        session.failure_with("lake-export-failed", &detail)
                    }
                }
            })?;
            written.push(Line { version: VERSION, view: view.name, file, rows, bytes });
        }
        progress.clear();
        if session.global.json {
            for line in &written {
                session.console.json_line(line)?;
            }
        } else {
            words::incomplete(session, snapshot.lost())?;
            show(session, &self.folder, &written)?;
        }
        Ok(Status::Done)
    }

    /// Writes a view into a file, which gets its name when it is whole; gives its rows and bytes.
    fn write(
        &self,
        session: &Session,
        snapshot: &Snapshot,
        view: &View,
        as_of: AsOf,
        path: &Path,
    ) -> Result<Result<(u64, u64), ExportError>, Failure> {
        let begun = || {
            fs::create_dir_all(&self.folder)?;
            if path.exists() {
                return Err(io::Error::from(io::ErrorKind::AlreadyExists));
            }
            tempfile::Builder::new().prefix(".export").tempfile_in(&self.folder)
        };
        let mut part = match begun() {
            Ok(part) => part,
            Err(error) => return Ok(Err(error.into())),
        };
        let mut out = BufWriter::with_capacity(1 << 20, part.as_file_mut());
        let sql = view.all_rows();
        let masters = masters(snapshot, Master::shipped(), &sql, as_of.at());
        let exported = match session.block_on(masters)? {
            Ok(masters) => Exported { snapshot, view, as_of, masters },
            Err(error) => return Ok(Err(error.into())),
        };
        let written: Result<u64, ExportError> = match self.format {
            Form::Parquet => {
                session.block_on(exported.to_parquet(&mut out))?.map_err(ExportError::from)
            }
            Form::Csv => csv(session, exported, &mut out)?,
            Form::Jsonl => session.block_on(exported.in_parts(|part| {
                for row in &part.rows {
                    serde_json::to_writer(&mut out, &document(part, row))
                        .map_err(io::Error::from)?;
                    out.write_all(b"\n")?;
                }
                Ok::<(), ExportError>(())
            }))?,
        };
        let flushed = out.flush();
        drop(out);
        let kept = written.and_then(|rows| {
            flushed?;
            let bytes = name(part, path)?;
            Ok((rows, bytes))
        });
        Ok(kept)
    }
}

/// Makes a file durable and gives it its name; gives its bytes.
fn name(part: NamedTempFile, path: &Path) -> io::Result<u64> {
    part.as_file().sync_all()?;
    let bytes = part.as_file().metadata()?.len();
    part.persist_noclobber(path).map_err(|error| error.error)?;
    Ok(bytes)
}

fn csv(
    session: &Session,
    exported: Exported<'_>,
    out: &mut dyn Write,
) -> Result<Result<u64, ExportError>, Failure> {
    let mut out = Some(out);
    let mut sheet: Option<CsvRows<'_>> = None;
    let written = session.block_on(exported.in_parts(|part| {
        if let Some(out) = out.take() {
            let titles: Vec<&str> =
                part.columns.iter().map(|column| column.name.as_str()).collect();
            sheet = Some(CsvRows::new(out, false, &titles)?);
        }
        if let Some(sheet) = &mut sheet {
            for row in &part.rows {
                sheet.row(&cells(part, row))?;
            }
        }
        Ok::<(), ExportError>(())
    }))?;
    Ok(written.and_then(|rows| match sheet {
        Some(sheet) => Ok(sheet.finish().map(|()| rows)?),
        None => Ok(rows),
    }))
}

fn show(session: &mut Session, folder: &Path, written: &[Line]) -> Result<(), Failure> {
    let texts = &session.texts;
    let table = Table {
        columns: vec![
            Column::cut(texts.say("column-file"), 12, Keep::End),
            Column::number(texts.say("column-rows")),
            Column::number(texts.say("column-length")),
        ],
        rows: written
            .iter()
            .map(|line| {
                vec![Cell::text(&line.file), Cell::count(line.rows), Cell::count(line.bytes)]
            })
            .collect(),
        footer: None,
    };
    session.show(&table)?;
    let told =
        [("count", written.len().into()), ("folder", plain(&folder.to_string_lossy()).into())];
    let told = session.texts.say_with("lake-exported", &told);
    writeln!(session.console.out(), "\n{told}")?;
    Ok(())
}
