//! Rows for other programs: CSV and Excel workbooks.
//!
//! What is in a report is other people's text, and a spreadsheet would run a cell that begins like
//! a formula. Such cells get an apostrophe before them.

use std::{borrow::Cow, io::Write, path::Path};

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::cell::{Cell, Value, exact_points};

/// Rows an Excel sheet has at most, its header among them.
const XLSX_ROWS: u32 = 1_048_576;

/// Why rows could not be written.
#[derive(Debug)]
pub(crate) enum SheetError {
    Csv(csv::Error),
    Xlsx(XlsxError),
    File(std::io::Error),
    /// More rows than a sheet has.
    TooManyRows,
}

impl std::fmt::Display for SheetError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Csv(error) => error.fmt(f),
            Self::Xlsx(error) => error.fmt(f),
            Self::File(error) => error.fmt(f),
            Self::TooManyRows => write!(f, "more than {XLSX_ROWS} rows; write CSV instead"),
        }
    }
}

impl From<csv::Error> for SheetError {
    fn from(error: csv::Error) -> Self {
        Self::Csv(error)
    }
}

impl From<XlsxError> for SheetError {
    fn from(error: XlsxError) -> Self {
        Self::Xlsx(error)
    }
}

impl From<std::io::Error> for SheetError {
    fn from(error: std::io::Error) -> Self {
        Self::File(error)
    }
}

/// Writes CSV (RFC 4180, UTF-8), row by row.
pub(crate) struct CsvRows<'o> {
    writer: csv::Writer<&'o mut dyn Write>,
}

impl<'o> CsvRows<'o> {
    /// With a byte order mark Excel takes the file for UTF-8.
    pub(crate) fn new(
        out: &'o mut dyn Write,
        byte_order_mark: bool,
        titles: &[&str],
    ) -> Result<Self, SheetError> {
        if byte_order_mark {
            out.write_all("\u{feff}".as_bytes())?;
        }
        let terminator = csv::Terminator::CRLF;
        let mut writer = csv::WriterBuilder::new().terminator(terminator).from_writer(out);
        writer.write_record(titles)?;
        Ok(Self { writer })
    }

    pub(crate) fn row(&mut self, cells: &[Cell]) -> Result<(), SheetError> {
        for cell in cells {
            match &cell.value {
                Value::Empty => self.writer.write_field("")?,
                Value::Text(text) => self.writer.write_field(harmless(text).as_bytes())?,
                Value::Count(count) => self.writer.write_field(count.to_string())?,
                Value::Time(time) | Value::Day(time) => {
                    self.writer.write_field(time.to_string())?
                }
                Value::Points(points) => self.writer.write_field(exact_points(*points))?,
                Value::Number(text) => self.writer.write_field(text)?,
            }
        }
        self.writer.write_record(None::<&[u8]>)?;
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<(), SheetError> {
        Ok(self.writer.flush()?)
    }
}

/// Writes an Excel workbook of one sheet, row by row, in constant memory.
pub(crate) struct XlsxRows {
    workbook: Workbook,
    next: u32,
}

impl XlsxRows {
    /// `widths` are the columns' widths in characters.
    pub(crate) fn new(name: &str, titles: &[&str], widths: &[u16]) -> Result<Self, SheetError> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        for (column, width) in (0..).zip(widths) {
            sheet.set_column_width(column, *width)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        let strong = Format::new().set_bold();
        for (column, title) in (0..).zip(titles) {
            sheet.write_string_with_format(0, column, *title, &strong)?;
        }
        Ok(Self { workbook, next: 1 })
    }

    pub(crate) fn row(&mut self, cells: &[Cell]) -> Result<(), SheetError> {
        if self.next >= XLSX_ROWS {
            return Err(SheetError::TooManyRows);
        }
        let row = self.next;
        let sheet = self.sheet()?;
        for (column, cell) in (0..).zip(cells) {
            match &cell.value {
                Value::Empty => continue,
                Value::Text(text) => sheet.write_string(row, column, excel_text(text))?,
                Value::Count(count) => {
                    // Excel holds whole numbers exactly up to fifteen digits.
                    match u32::try_from(*count) {
                        Ok(count) => sheet.write_number(row, column, count)?,
                        Err(_) => sheet.write_string(row, column, count.to_string())?,
                    }
                }
                Value::Time(time) | Value::Day(time) => {
                    sheet.write_string(row, column, time.to_string())?
                }
                Value::Points(points) => sheet.write_number(row, column, points.as_points())?,
                Value::Number(text) => match text.parse::<f64>() {
                    // Fifteen digits are what a spreadsheet holds exactly.
                    Ok(number) if number.is_finite() && text.len() <= 15 => {
                        sheet.write_number(row, column, number)?
                    }
                    _ => sheet.write_string(row, column, excel_text(text))?,
                },
            };
        }
        self.next += 1;
        Ok(())
    }

    fn sheet(&mut self) -> Result<&mut Worksheet, XlsxError> {
        self.workbook.worksheet_from_index(0)
    }

    /// Puts the workbook under its name when it is whole, never before.
    pub(crate) fn save(mut self, path: &Path) -> Result<(), SheetError> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        self.workbook.save_to_writer(file.as_file_mut())?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    }
}

/// A text a spreadsheet does not take for a formula.
fn harmless(text: &str) -> Cow<'_, str> {
    let begins_like_a_formula = |text: &str| {
        text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'])
    };
    let inner = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if begins_like_a_formula(text) || begins_like_a_formula(inner) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The same, no longer than an Excel cell holds.
fn excel_text(text: &str) -> String {
    let text = harmless(text);
    if text.encode_utf16().count() <= 32_767 {
        return text.into_owned();
    }
    // A character takes at most two units, and one is kept for the mark.
    text.chars().take(16_383).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use calamine::{Data, Reader, open_workbook_auto};

    use super::*;

    #[test]
    fn cells_that_begin_like_a_formula_are_neutralised() {
        for text in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            " =1",
            "\u{feff}=1",
        ] {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        for text in ["", "a=b", "1-2", "表", "'=1", "ー"] {
            assert_eq!(harmless(text), text);
        }
    }

    fn row() -> Vec<Cell> {
        let time = Cell::time(Some("2026-04-01T12:00:00Z".parse().unwrap()));
        vec![Cell::text("=cmd\"x\",\n"), Cell::count(u64::MAX), Cell::count(5), Cell::empty(), time]
    }

    #[test]
    fn csv_is_quoted_and_may_have_a_byte_order_mark() {
        let mut out: Vec<u8> = Vec::new();
        let mut rows = CsvRows::new(&mut out, true, &["a", "b", "c", "d", "e"]).unwrap();
        rows.row(&row()).unwrap();
        rows.finish().unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\u{feff}a,b,c,d,e\r\n\"'=cmd\"\"x\"\",\n\",18446744073709551615,5,,2026-04-01T12:00:00Z\r\n"
        );
    }

    #[test]
    fn workbooks_are_read_by_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.xlsx");
        let mut rows = XlsxRows::new("検出事項", &["a", "b", "c", "d", "e"], &[10, 20]).unwrap();
        rows.row(&row()).unwrap();
        rows.row(&[Cell::text("長".repeat(40_000))]).unwrap();
        rows.save(&path).unwrap();
        let mut book = open_workbook_auto(&path).unwrap();
        let sheet = book.worksheet_range("検出事項").unwrap();
        let value = |row, column| sheet.get_value((row, column)).unwrap().clone();
        assert_eq!(value(0, 4), Data::String("e".to_owned()));
        assert_eq!(value(1, 0), Data::String("'=cmd\"x\",\n".to_owned()));
        assert_eq!(value(1, 1), Data::String(u64::MAX.to_string()));
        assert_eq!(value(1, 2), Data::Float(5.0));
        assert_eq!(value(1, 3), Data::Empty);
        assert_eq!(value(1, 4), Data::String("2026-04-01T12:00:00Z".to_owned()));
        assert_eq!(value(2, 0).to_string().chars().count(), 16_384);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
