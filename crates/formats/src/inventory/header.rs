//! The header of a table: one row or several that are read as one.

use calamine::Dimensions;
use yagura_model::record::DropReason;

use super::{
    field::{self, Kind},
    mapping::Mapping,
    register::{At, Column, Register},
};
use crate::error::{ErrorCode, ParseError};

/// Most columns of a table.
const COLUMN_LIMIT: usize = 4096;

/// Gathers header rows until the first row of data asks for the layout.
#[derive(Debug)]
pub(super) struct Header<'m> {
    mapping: &'m Mapping,
    rows: Vec<Vec<String>>,
    layout: Option<Layout>,
}

/// What the columns of a table are.
#[derive(Debug)]
pub(super) struct Layout {
    columns: Vec<Column>,
    kind: Option<Kind>,
}

impl<'m> Header<'m> {
    pub(super) fn new(mapping: &'m Mapping) -> Self {
        Self { mapping, rows: Vec::new(), layout: None }
    }

    /// Whether a row of the file, from 1, is one of the header.
    pub(super) fn wants(&self, row: u64) -> bool {
        self.mapping.header_rows.contains(&row)
    }

    /// Takes a row of the header.
    pub(super) fn add<'c>(&mut self, cells: impl Iterator<Item = &'c str>) {
        self.rows.push(cells.take(COLUMN_LIMIT).map(|cell| cell.trim().to_owned()).collect());
    }

    /// Takes a row of the header of a workbook, counted from 0: a merged area has its text in its
    /// first cell only, and here in each cell of its rows.
    pub(super) fn add_spread(&mut self, row: u32, cells: &[String], merged: &[Dimensions]) {
        let mut spread = cells.to_vec();
        spread.truncate(COLUMN_LIMIT);
        for area in merged.iter().filter(|area| area.start.0 == row) {
            let (first, last) = (area.start.1 as usize, area.end.1 as usize);
            let Some(text) = cells.get(first).cloned() else { continue };
            let last = last.min(COLUMN_LIMIT - 1);
            if spread.len() <= last {
                spread.resize(last + 1, String::new());
            }
            for cell in spread.iter_mut().take(last + 1).skip(first) {
                cell.clone_from(&text);
            }
        }
        self.add(spread.iter().map(String::as_str));
    }

    /// What the columns are, worked out the first time.
    pub(super) fn layout(
        &mut self,
        register: &mut Register<'_>,
        at: &str,
    ) -> Result<&Layout, ParseError> {
        let layout = match self.layout.take() {
            Some(layout) => layout,
            None => self.work_out(register, at)?,
        };
        Ok(self.layout.insert(layout))
    }

    fn work_out(&self, register: &mut Register<'_>, at: &str) -> Result<Layout, ParseError> {
        let mut columns = Vec::new();
        for (index, name) in joined(&self.rows).iter().enumerate() {
            columns.push(register.column(name, index + 1, at)?);
        }
        let known = || {
            columns.iter().filter_map(|column| match column {
                Column::Known(field) => Some(*field),
                _ => None,
            })
        };
        let fields = || known().chain(self.mapping.constant_fields());
        let row_says = fields().any(|field| matches!(field.meaning, field::Meaning::Kind));
        let kind = self.mapping.kind.or_else(|| match row_says {
            true => None,
            false => field::kind_of(fields()),
        });
        if kind.is_none() && !row_says {
            let message = "no column says what the rows are: name a number column, a `kind` \
                           column, or the kind in a mapping";
            return Err(ParseError::at(ErrorCode::Invalid, "header", message));
        }
        Ok(Layout { columns, kind })
    }
}

impl Layout {
    /// Takes a row of data.
    pub(super) fn row<'c, 's: 'c>(
        &'c self,
        register: &mut Register<'s>,
        cells: impl Iterator<Item = &'c str> + Clone,
        at: At<'_>,
    ) -> Result<(), ParseError> {
        let beyond = cells.clone().skip(self.columns.len()).any(|cell| !cell.trim().is_empty());
        if beyond {
            let last = cells.enumerate().filter(|(_, cell)| !cell.trim().is_empty()).last();
            let filled = last.map_or(0, |(index, _)| index + 1);
            let columns = self.columns.len();
            let detail = format!("{filled} cells are filled under {columns} columns");
            return register.drop_row(at, DropReason::Malformed, detail);
        }
        register.row(self.kind, self.columns.iter().zip(cells), at)
    }
}

/// The names of the columns: the cells of each from top to bottom, joined by `/`. An upper cell
/// that spans several columns holds its text in the first only; it also stands above the blank
/// ones to its right, as long as these have a cell below and so has it.
fn joined(rows: &[Vec<String>]) -> Vec<String> {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cell = |row: usize, column: usize| {
        rows.get(row).and_then(|row| row.get(column)).map_or("", String::as_str)
    };
    let filled_below = |row: usize, column: usize| {
        (row + 1..rows.len()).any(|below| !cell(below, column).is_empty())
    };
    let mut names = vec![String::new(); width];
    for row in 0..rows.len() {
        let mut spanning = "";
        for (column, name) in names.iter_mut().enumerate() {
            let own = cell(row, column);
            if !own.is_empty() {
                spanning = if filled_below(row, column) { own } else { "" };
            }
            let text = match own {
                "" if filled_below(row, column) => spanning,
                own => own,
            };
            if text.is_empty() || name.rsplit('/').next() == Some(text) {
                continue;
            }
            if !name.is_empty() {
                name.push('/');
            }
            name.push_str(text);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::joined;

    fn check(rows: &[&[&str]], expected: &[&str]) {
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        assert_eq!(joined(&rows), expected);
    }

    #[test]
    fn merged_and_stacked_headers_become_one() {
        check(
            &[&["資産番号", "管理", "", "備考"], &["", "組織", "担当"]],
            &["資産番号", "管理/組織", "管理/担当", "備考"],
        );
        check(
            &[&["番号", "", "管理", ""], &["", "名称", "組織", ""]],
            &["番号", "名称", "管理/組織", ""],
        );
        check(&[&["a", "a"], &["a", "b"]], &["a", "a/b"]);
    }
}
