//! Delimited text (CSV, TSV) with byte ranges.

use std::io::{BufReader, SeekFrom};

use csv::{ReaderBuilder, StringRecord};
use yagura_model::record::Place;

use crate::{
    bounded::Bounded,
    error::{ErrorCode, ParseError},
    format::ReadSeek,
};

/// Largest single row in bytes.
pub const ROW_LIMIT: usize = 16 << 20;

/// Walks the rows of a delimited text, UTF-8 with or without a byte order mark.
#[derive(Debug)]
pub struct TableReader<'r> {
    reader: csv::Reader<Bounded<BufReader<&'r mut dyn ReadSeek>>>,
    row: StringRecord,
    place: Place,
    line: u64,
}

impl<'r> TableReader<'r> {
    /// A walk from the start of the input. The delimiter is the one of `,`, `;` and tab that
    /// stands most often in the first line.
    ///
    /// # Errors
    /// `Read` if the input cannot be rewound.
    pub fn new(input: &'r mut dyn ReadSeek) -> Result<Self, ParseError> {
        let mut first = vec![0; 4096];
        rewind(input, 0)?;
        let read = input
            .read(&mut first)
            .map_err(|error| ParseError::at_byte(ErrorCode::Read, 0, error.to_string()))?;
        first.truncate(read);
        let mark = if first.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let delimiter = delimiter(&first);
        rewind(input, mark)?;
        let inner = Bounded::new(BufReader::with_capacity(256 << 10, input), ROW_LIMIT);
        let reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(inner);
        let place = Place { start: mark, end: mark };
        Ok(Self { reader, row: StringRecord::new(), place, line: 0 })
    }

    /// Reads the next row; false at the end.
    ///
    /// # Errors
    /// `Encoding`, `TooLarge`, `Read`.
    pub fn next_row(&mut self) -> Result<bool, ParseError> {
        self.reader.get_mut().allow(ROW_LIMIT);
        let before = self.place.end;
        let mark = before - self.reader.position().byte();
        self.line = self.reader.position().line();
        match self.reader.read_record(&mut self.row) {
            Ok(found) => {
                self.place = Place { start: before, end: mark + self.reader.position().byte() };
                Ok(found)
            }
            Err(error) => {
                let code = match error.kind() {
                    csv::ErrorKind::Utf8 { .. } => ErrorCode::Encoding,
                    csv::ErrorKind::Io(io) if io.kind() == std::io::ErrorKind::FileTooLarge => {
                        ErrorCode::TooLarge
                    }
                    csv::ErrorKind::Io(_) => ErrorCode::Read,
                    _ => ErrorCode::Malformed,
                };
                let message = match code {
                    ErrorCode::TooLarge => {
                        format!("one row is longer than {} MiB", ROW_LIMIT >> 20)
                    }
                    _ => error.to_string(),
                };
                Err(ParseError::at(code, format!("line {}", self.line), message))
            }
        }
    }

    /// The row last read.
    pub fn row(&self) -> &StringRecord {
        &self.row
    }

    /// Where the row last read stands.
    pub fn place(&self) -> Place {
        self.place
    }

    /// The line the row last read begins at, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }
}

fn rewind(input: &mut dyn ReadSeek, offset: u64) -> Result<(), ParseError> {
    input
        .seek(SeekFrom::Start(offset))
        .map(|_| ())
        .map_err(|error| ParseError::at_byte(ErrorCode::Read, offset, error.to_string()))
}

/// The delimiter of a text, by its first line.
pub(crate) fn delimiter(bytes: &[u8]) -> u8 {
    let line = bytes.split(|byte| *byte == b'\n').find(|line| !line.is_empty()).unwrap_or_default();
    let count = |candidate: u8| line.iter().filter(|byte| **byte == candidate).count();
    let candidates = [b',', b';', b'\t'];
    candidates.into_iter().rev().max_by_key(|candidate| count(*candidate)).unwrap_or(b',')
}

/// The columns of a header row: names to positions, case and surrounding space aside.
#[derive(Debug, Clone, Default)]
pub struct Columns(Vec<String>);

impl Columns {
    /// The columns of a header row.
    pub fn of(header: &StringRecord) -> Self {
        Self(
            header
                .iter()
                .map(|name| name.trim().trim_start_matches('\u{feff}').to_lowercase())
                .collect(),
        )
    }

    /// The field of a row under a column name; `None` if there is no such column or it is blank.
    pub fn get<'row>(&self, row: &'row StringRecord, name: &str) -> Option<&'row str> {
        let position = self.0.iter().position(|column| column.eq_ignore_ascii_case(name))?;
        row.get(position).map(str::trim).filter(|field| !field.is_empty())
    }

    /// Whether there is a column of this name.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|column| column.eq_ignore_ascii_case(name))
    }

    /// All names, lower case, in order.
    pub fn names(&self) -> &[String] {
        &self.0
    }
}

/// Where the fields a reader wants stand in a table, looked up once: each field by the names its
/// column has in the layouts known.
#[derive(Debug, Clone)]
pub struct Fields<const N: usize>([Option<usize>; N]);

impl<const N: usize> Fields<N> {
    /// Finds the columns; of several names of one field the first that is there counts.
    pub fn of(columns: &Columns, names: &[&[&str]; N]) -> Self {
        let position = |name: &str| columns.0.iter().position(|column| column == name);
        Self(names.map(|names| names.iter().find_map(|name| position(name))))
    }

    /// Whether the table has the field.
    pub fn has(&self, field: usize) -> bool {
        self.0.get(field).is_some_and(Option::is_some)
    }

    /// A field of a row, trimmed; empty if there is no such column or it is blank.
    pub fn get<'row>(&self, row: &'row StringRecord, field: usize) -> &'row str {
        let position = self.0.get(field).copied().flatten();
        position.and_then(|position| row.get(position)).map(str::trim).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{Columns, Fields, TableReader};
    use std::io::Cursor;

    #[test]
    fn rows_fields_and_ranges() {
        let text = "\u{feff}Host;Port\n\"a\nb\";1\n\nc;2";
        let mut input = Cursor::new(text.as_bytes().to_vec());
        let mut table = TableReader::new(&mut input).unwrap();
        assert!(table.next_row().unwrap());
        let columns = Columns::of(table.row());
        let mut seen = Vec::new();
        while table.next_row().unwrap() {
            let place = table.place();
            seen.push((
                columns.get(table.row(), "host").unwrap().to_owned(),
                columns.get(table.row(), "PORT").unwrap().to_owned(),
                text.get(place.start as usize..place.end as usize).unwrap().trim().to_owned(),
            ));
        }
        let expected = [("a\nb", "1", "\"a\nb\";1"), ("c", "2", "c;2")];
        assert_eq!(seen, expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())));
    }
    #[test]
    fn fields_are_found_by_any_of_their_names() {
        let columns = Columns::of(&vec!["Plugin ID", "Risk"].into());
        let fields = Fields::of(&columns, &[&["id", "plugin id"], &["risk"], &["host"]]);
        let row = vec!["7", " High "].into();
        assert_eq!(
            (fields.get(&row, 0), fields.get(&row, 1), fields.get(&row, 2)),
            ("7", "High", "")
        );
        assert_eq!((fields.has(1), fields.has(2), fields.has(9)), (true, false, false));
    }
}
