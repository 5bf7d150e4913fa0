//! Aligned tables that fit the terminal.

use std::io::{self, Write};

use jiff::tz::TimeZone;

use super::{
    cell::{Cell, Tone},
    console::paint,
    width::{Keep, cut, width},
};

/// Spaces between columns.
const GAP: usize = 2;

/// How a column takes part in the width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// Never cut.
    Whole,
    /// May be cut down to a width.
    Cut(usize, Keep),
}

/// One column.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    title: String,
    right: bool,
    fit: Fit,
    /// Left out when the table is too wide, the lowest first; `None` never is.
    rank: Option<u8>,
}

impl Column {
    /// Text that is never cut.
    pub(crate) fn whole(title: String) -> Self {
        Self { title, right: false, fit: Fit::Whole, rank: None }
    }

    /// Text that may be cut to `least` columns.
    pub(crate) fn cut(title: String, least: usize, keep: Keep) -> Self {
        Self { fit: Fit::Cut(least, keep), ..Self::whole(title) }
    }

    /// Numbers, at the right, never cut.
    pub(crate) fn number(title: String) -> Self {
        Self { right: true, ..Self::whole(title) }
    }

    /// May be left out; of several the lowest rank goes first.
    pub(crate) fn optional(self, rank: u8) -> Self {
        Self { rank: Some(rank), ..self }
    }

    pub(crate) fn title(&self) -> &str {
        &self.title
    }
}

/// How tables are to look.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    /// Columns of the terminal; `None` where nothing need be cut.
    pub(crate) width: Option<usize>,
    pub(crate) colour: bool,
    pub(crate) zone: TimeZone,
}

/// A table, small enough to be held.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Cell>>,
    /// A last row under a line, for sums.
    pub(crate) footer: Option<Vec<Cell>>,
}

impl Table {
    /// Writes the table and says which columns did not fit.
    pub(crate) fn write(&self, out: &mut dyn Write, look: &Look) -> io::Result<Vec<String>> {
        let shown: Vec<Vec<String>> = self
            .rows
            .iter()
            .chain(&self.footer)
            .map(|row| row.iter().map(|cell| cell.shown(&look.zone)).collect())
            .collect();
        let layout = self.layout(&shown, look.width);
        let titles: Vec<&str> = self.columns.iter().map(Column::title).collect();
        self.line(out, look, &layout, &titles, |_| Tone::Strong)?;
        let rows = self.rows.iter().chain(&self.footer).zip(&shown);
        for (index, (cells, texts)) in rows.enumerate() {
            if index == self.rows.len() {
                let across = layout.iter().flatten().map(|w| w + GAP).sum::<usize>();
                writeln!(out, "{}", paint(look.colour, Tone::Quiet, &"-".repeat(across - GAP)))?;
            }
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let tone = |column: usize| cells.get(column).map_or(Tone::Plain, |cell| cell.tone);
            self.line(out, look, &layout, &texts, tone)?;
        }
        let left_out = self.columns.iter().zip(&layout).filter(|(_, width)| width.is_none());
        Ok(left_out.map(|(column, _)| column.title.clone()).collect())
    }

    /// The width of each column, `None` for those left out.
    fn layout(&self, shown: &[Vec<String>], limit: Option<usize>) -> Vec<Option<usize>> {
        let natural = |index: usize, column: &Column| {
            let cells = shown.iter().filter_map(|row| row.get(index)).map(|text| width(text));
            cells.chain([width(&column.title)]).max().unwrap_or(0)
        };
        let wanted: Vec<usize> =
            self.columns.iter().enumerate().map(|(index, column)| natural(index, column)).collect();
        let mut layout: Vec<Option<usize>> = wanted.iter().copied().map(Some).collect();
        let Some(limit) = limit else { return layout };
        while !self.shrink(&mut layout, limit) {
            let last = self.columns.iter().zip(&mut layout).filter(|(_, width)| width.is_some());
            let lowest = last.filter_map(|(column, width)| Some((column.rank?, width)));
            let Some((_, width)) = lowest.min_by_key(|(rank, _)| *rank) else { break };
            *width = None;
            for (width, wanted) in layout.iter_mut().zip(&wanted) {
                *width = width.map(|_| *wanted);
            }
        }
        layout
    }

    /// Cuts the widest columns that may be cut until the table fits; false if it cannot.
    fn shrink(&self, layout: &mut [Option<usize>], limit: usize) -> bool {
        loop {
            let across = layout.iter().flatten().map(|width| width + GAP).sum::<usize>();
            let over = across.saturating_sub(GAP).saturating_sub(limit);
            if over == 0 {
                return true;
            }
            let widest = self
                .columns
                .iter()
                .zip(layout.iter_mut())
                .filter_map(|(column, width)| match (column.fit, width) {
                    (Fit::Cut(least, _), Some(width)) if *width > least => Some((least, width)),
                    _ => None,
                })
                .max_by_key(|(_, width)| **width);
            let Some((least, width)) = widest else { return false };
            // One column at a time keeps several long columns alike.
            *width = width.saturating_sub(1).max(least);
        }
    }

    fn line(
        &self,
        out: &mut dyn Write,
        look: &Look,
        layout: &[Option<usize>],
        texts: &[&str],
        tone: impl Fn(usize) -> Tone,
    ) -> io::Result<()> {
        let last = layout.iter().rposition(Option::is_some);
        let mut line = String::new();
        for (index, (column, room)) in self.columns.iter().zip(layout).enumerate() {
            let Some(room) = *room else { continue };
            let text = texts.get(index).copied().unwrap_or_default();
            let keep = match column.fit {
                Fit::Cut(_, keep) => keep,
                Fit::Whole => Keep::Start,
            };
            let text = cut(text, room, keep);
            let blank = " ".repeat(room.saturating_sub(width(&text)));
            let painted = paint(look.colour, tone(index), &text);
            if column.right {
                line.push_str(&blank);
                line.push_str(&painted);
            } else {
                line.push_str(&painted);
                if last != Some(index) {
                    line.push_str(&blank);
                }
            }
            if last != Some(index) {
                line.push_str(&" ".repeat(GAP));
            }
        }
        writeln!(out, "{}", line.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let title = |text: &str| text.to_owned();
        let row = |file: &str, format: &str, count| {
            vec![Cell::text(file), Cell::text(format), Cell::count(count), Cell::count(7)]
        };
        Table {
            columns: vec![
                Column::cut(title("ファイル"), 8, Keep::End),
                Column::whole(title("形式")),
                Column::number(title("検出事項")),
                Column::number(title("資産")).optional(1),
            ],
            rows: vec![row("報告/四半期/診断結果.json", "grype", 1234), row("b", "nessus", 5)],
            footer: Some(vec![Cell::text("計"), Cell::empty(), Cell::count(1239), Cell::count(14)]),
        }
    }

    fn written(width: Option<usize>) -> (String, Vec<String>) {
        let mut out = Vec::new();
        let look = Look { width, colour: false, zone: TimeZone::UTC };
        let left_out = table().write(&mut out, &look).unwrap();
        (String::from_utf8(out).unwrap(), left_out)
    }

    #[test]
    fn nothing_is_cut_where_nothing_need_be() {
        let expected = "\
ファイル                   形式    検出事項  資産
報告/四半期/診断結果.json  grype      1,234     7
b                          nessus         5     7
-------------------------------------------------
計                                    1,239    14
";
        assert_eq!(written(None), (expected.to_owned(), vec![]));
    }

    #[test]
    fn the_table_fits_the_terminal() {
        let expected = "\
ファイル      形式    検出事項  資産
…断結果.json  grype      1,234     7
b             nessus         5     7
------------------------------------
計                       1,239    14
";
        let (text, left_out) = written(Some(36));
        assert_eq!((text.as_str(), left_out.len()), (expected, 0));
        for limit in 26..60 {
            for line in written(Some(limit)).0.lines() {
                assert!(width(line) <= limit, "{limit}: {line}");
            }
        }
    }

    #[test]
    fn columns_that_can_be_spared_go_before_the_table_overflows() {
        let (text, left_out) = written(Some(30));
        assert_eq!(left_out, ["資産"]);
        assert!(text.starts_with("ファイル      形式    検出事項\n"), "{text}");
    }
}
