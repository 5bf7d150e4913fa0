//! Where results go and in what form.

use std::path::PathBuf;

use clap::Args;

use crate::{
    failure::Failure,
    output::{
        cell::{Cell, plain},
        sheet::{CsvRows, SheetError, XlsxRows},
    },
    session::Session,
};

/// Forms of a result that is a list of rows; without any, people read it.
#[derive(Debug, Args)]
pub(crate) struct ResultArguments {
    #[arg(long, conflicts_with = "json")]
    csv: bool,

    #[arg(long, requires = "csv")]
    bom: bool,

    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "csv"])]
    xlsx: Option<PathBuf>,
}

/// Rows for spreadsheets.
#[derive(Debug)]
pub(crate) struct Sheet<'s> {
    /// The name of the sheet.
    pub(crate) name: &'s str,
    /// The columns: stable names, and widths in characters.
    pub(crate) columns: &'s [(&'s str, u16)],
    pub(crate) rows: &'s [Vec<Cell>],
}

impl ResultArguments {
    /// Writes the rows if CSV or a workbook was asked for, and says whether it was.
    pub(crate) fn write(&self, session: &mut Session, sheet: &Sheet<'_>) -> Result<bool, Failure> {
        let done = if self.csv {
            self.write_csv(session, sheet)
        } else if let Some(path) = &self.xlsx {
            write_xlsx(path, sheet)
        } else {
            return Ok(false);
        };
        done.map_err(|error| session.sheet_failure(&error))?;
        if let Some(path) = &self.xlsx {
            let file = plain(&path.to_string_lossy());
            let note = session.texts.say_with("saved", &[("file", file.into())]);
            session.console.note(&note)?;
        }
        Ok(true)
    }

    fn write_csv(&self, session: &mut Session, sheet: &Sheet<'_>) -> Result<(), SheetError> {
        let titles: Vec<&str> = sheet.columns.iter().map(|(title, _)| *title).collect();
        let mut rows = CsvRows::new(session.console.out(), self.bom, &titles)?;
        for row in sheet.rows {
            rows.row(row)?;
        }
        rows.finish()
    }
}

fn write_xlsx(path: &std::path::Path, sheet: &Sheet<'_>) -> Result<(), SheetError> {
    let (titles, widths): (Vec<&str>, Vec<u16>) = sheet.columns.iter().copied().unzip();
    let mut rows = XlsxRows::new(sheet.name, &titles, &widths)?;
    for row in sheet.rows {
        rows.row(row)?;
    }
    rows.save(path)
}
