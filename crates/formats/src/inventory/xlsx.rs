//! An inventory as an Excel workbook.
//!
//! A workbook is compressed, so that a record's place is the whole workbook, and warnings name
//! sheet and row.

use std::io::{BufReader, Read, Seek};

use calamine::{Cell, DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use yagura_model::{record::Place, warning::WarningCode};

use super::{
    field,
    header::Header,
    mapping::Mapping,
    register::{At, Register},
    sizes::check_sizes,
};
use crate::{
    error::{ErrorCode, ParseError},
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    sink::Sink,
};

/// Yagura's inventory as an Excel workbook. See [`super`].
#[derive(Debug)]
pub struct InventoryXlsx;

impl Format for InventoryXlsx {
    fn name(&self) -> &'static str {
        "inventory_xlsx"
    }

    fn specification(&self) -> Specification {
        Specification {
            title: "Yagura inventory, Excel workbook (.xlsx)",
            url: super::SPECIFICATION,
            record: "data rows",
        }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        head.is_xlsx()
    }

    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let mapping = Mapping::read(context.mapping.as_deref())?;
        let end = check_sizes(input)?;
        let mut workbook =
            Xlsx::new(BufReader::new(input)).map_err(|error| refused("workbook", &error))?;
        let sheets = chosen(&workbook, &mapping)?;
        let mut register = Register::new(sink, context.zone.clone(), &mapping)?;
        let place = Place { start: 0, end };
        let mut read = 0;
        for sheet in &sheets {
            if context.mapping.is_none() && !is_inventory(&mut workbook, sheet)? {
                let detail = "the sheet has no header of an inventory and was not read";
                let at = format_args!("sheet `{sheet}`");
                register.warn(WarningCode::UnreadableValue, at, detail)?;
                continue;
            }
            read += 1;
            read_sheet(&mut workbook, sheet, &mapping, &mut register, place)?;
        }
        if read == 0 {
            let message = "no sheet has the header of an inventory: see docs/inventory.md, or \
                           give a mapping";
            return Err(ParseError::at(ErrorCode::Invalid, "workbook", message));
        }
        register.finish()
    }
}

/// The sheets to read: the one a mapping names, the first one for another mapping, and all that
/// can be seen without one.
fn chosen<R: Read + Seek>(
    workbook: &Xlsx<R>,
    mapping: &Mapping,
) -> Result<Vec<String>, ParseError> {
    let sheets: Vec<&calamine::Sheet> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .collect();
    if sheets.is_empty() {
        let message = "the workbook has no worksheet, only sheets of macros, dialogs or charts";
        return Err(ParseError::at(ErrorCode::Invalid, "workbook", message));
    }
    if let Some(wanted) = &mapping.sheet {
        return match sheets.iter().find(|sheet| sheet.name == *wanted) {
            Some(sheet) => Ok(vec![sheet.name.clone()]),
            None => {
                let names: Vec<String> = sheets.iter().map(|s| format!("`{}`", s.name)).collect();
                let message = format!("there is no sheet `{wanted}`, only {}", names.join(", "));
                Err(ParseError::at(ErrorCode::Invalid, "mapping, sheet", message))
            }
        };
    }
    let seen = sheets
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone());
    Ok(if mapping.given { seen.take(1).collect() } else { seen.collect() })
}

/// Whether the first row of a sheet is the header of an inventory.
fn is_inventory<R: Read + Seek>(workbook: &mut Xlsx<R>, sheet: &str) -> Result<bool, ParseError> {
    let refused = |error: XlsxError| refused(&format!("sheet `{sheet}`"), &error);
    let mut cells = workbook.worksheet_cells_reader(sheet).map_err(refused)?;
    let mut first = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(refused)?
        && cell.get_position().0 == 0
    {
        first.extend(text(cell.get_value()));
    }
    Ok(field::is_inventory(first.iter().map(String::as_str)))
}

fn read_sheet<R: Read + Seek>(
    workbook: &mut Xlsx<R>,
    sheet: &str,
    mapping: &Mapping,
    register: &mut Register<'_>,
    place: Place,
) -> Result<(), ParseError> {
    let refused = |error: XlsxError| refused(&format!("sheet `{sheet}`"), &error);
    let merged = workbook.merge_cells_by_sheet_name(sheet).map_err(refused)?;
    let merged: Vec<calamine::Dimensions> = merged
        .into_iter()
        .filter(|area| u64::from(area.start.0) < mapping.first_data_row)
        .collect();
    let mut rows = Rows { header: Header::new(mapping), merged, mapping, sheet, place };
    let mut cells = workbook.worksheet_cells_reader(sheet).map_err(refused)?;
    let mut row: Option<u32> = None;
    let mut filled: Vec<String> = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(refused)? {
        let (at, column) = cell.get_position();
        if row != Some(at) {
            if let Some(row) = row {
                rows.take(register, row, &filled)?;
            }
            filled.clear();
            row = Some(at);
        }
        let column = column as usize;
        let value = match cell_text(register, sheet, &cell)? {
            Some(value) => value,
            None => continue,
        };
        if filled.len() <= column {
            filled.resize(column + 1, String::new());
        }
        if let Some(place) = filled.get_mut(column) {
            *place = value;
        }
    }
    if let Some(row) = row {
        rows.take(register, row, &filled)?;
    }
    rows.header.layout(register, &format!("sheet `{sheet}`, header"))?;
    Ok(())
}

/// The rows of one sheet.
struct Rows<'m> {
    header: Header<'m>,
    merged: Vec<calamine::Dimensions>,
    mapping: &'m Mapping,
    sheet: &'m str,
    place: Place,
}

impl Rows<'_> {
    fn take(
        &mut self,
        register: &mut Register<'_>,
        row: u32,
        cells: &[String],
    ) -> Result<(), ParseError> {
        let number = u64::from(row) + 1;
        if self.header.wants(number) {
            self.header.add_spread(row, cells, &self.merged);
        }
        if number < self.mapping.first_data_row {
            return Ok(());
        }
        let layout = self.header.layout(register, &format!("sheet `{}`, header", self.sheet))?;
        let cells = cells.iter().map(String::as_str);
        if self.mapping.passes_over(cells.clone()) {
            return Ok(());
        }
        let text = format_args!("sheet `{}`, row {number}", self.sheet);
        layout.row(register, cells, At { place: self.place, text })
    }
}

/// A cell's text; a formula that ended in an error says nothing, and that is said.
fn cell_text(
    register: &mut Register<'_>,
    sheet: &str,
    cell: &Cell<DataRef<'_>>,
) -> Result<Option<String>, ParseError> {
    if let DataRef::Error(error) = cell.get_value()
        && *error != calamine::CellErrorType::NA
    {
        let (row, column) = cell.get_position();
        let at = format!("sheet `{sheet}`, row {}, column {}", u64::from(row) + 1, column + 1);
        register.warn(WarningCode::UnreadableValue, &at, error.to_string())?;
    }
    Ok(text(cell.get_value()))
}

fn text(value: &DataRef<'_>) -> Option<String> {
    match value {
        DataRef::Empty | DataRef::Error(_) => None,
        DataRef::Int(number) => Some(number.to_string()),
        DataRef::Float(number) => Some(number.to_string()),
        DataRef::String(text) => Some(text.clone()),
        DataRef::SharedString(text) => Some((*text).to_owned()),
        DataRef::Bool(value) => Some(value.to_string()),
        DataRef::DateTime(time) if time.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            let mut text = format!("{year:04}-{month:02}-{day:02}");
            if (hour, minute, second) != (0, 0, 0) {
                text.push_str(&format!(" {hour:02}:{minute:02}:{second:02}"));
            }
            Some(text)
        }
        DataRef::DateTime(time) => Some(time.as_f64().to_string()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Some(text.clone()),
    }
}

fn refused(at: &str, error: &XlsxError) -> ParseError {
    ParseError::at(ErrorCode::Malformed, at, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::InventoryXlsx;
    use crate::{error::ErrorCode, format::Context, testing};
    use std::io::{Cursor, Write};
    use zip::{ZipWriter, write::SimpleFileOptions};

    /// A workbook with sheets of rows as XML, all styles but the second (a date) general.
    fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let mut part = |name: String, text: String| {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        };
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let package = "http://schemas.openxmlformats.org/package/2006/relationships";
        part("[Content_Types].xml".into(), "<Types/>".into());
        part(
            "_rels/.rels".into(),
            format!(
                "<Relationships xmlns='{package}'><Relationship Id='rId1' Type='{office}/officeDocument' Target='xl/workbook.xml'/></Relationships>"
            ),
        );
        let mut list = String::new();
        let mut relations = String::new();
        for (index, (name, _)) in sheets.iter().enumerate() {
            let id = index + 1;
            list += &format!("<sheet name='{name}' sheetId='{id}' r:id='rId{id}'/>");
            relations += &format!(
                "<Relationship Id='rId{id}' Type='{office}/worksheet' Target='worksheets/sheet{id}.xml'/>"
            );
        }
        part(
            "xl/workbook.xml".into(),
            format!(
                "<workbook xmlns='{main}' xmlns:r='{office}'><sheets>{list}</sheets></workbook>"
            ),
        );
        part(
            "xl/_rels/workbook.xml.rels".into(),
            format!("<Relationships xmlns='{package}'>{relations}</Relationships>"),
        );
        part(
            "xl/styles.xml".into(),
            format!(
                "<styleSheet xmlns='{main}'><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/></cellXfs></styleSheet>"
            ),
        );
        for (index, (_, rows)) in sheets.iter().enumerate() {
            part(
                format!("xl/worksheets/sheet{}.xml", index + 1),
                format!("<worksheet xmlns='{main}'>{rows}</worksheet>"),
            );
        }
        zip.finish().unwrap().into_inner()
    }

    /// Rows from texts; a number stands as a number, `@45000` as a date, `!` as an error.
    fn rows(first: usize, rows: &[&[&str]]) -> String {
        let mut text = String::new();
        for (index, cells) in rows.iter().enumerate() {
            let row = first + index;
            text += &format!("<row r='{row}'>");
            for (column, cell) in cells.iter().enumerate() {
                let place = format!("{}{row}", char::from(b'A' + column as u8));
                text += &match (*cell, cell.strip_prefix('@')) {
                    ("", _) => String::new(),
                    ("!", _) => format!("<c r='{place}' t='e'><v>#REF!</v></c>"),
                    (_, Some(date)) => format!("<c r='{place}' s='1'><v>{date}</v></c>"),
                    (cell, _) if cell.parse::<f64>().is_ok() => {
                        format!("<c r='{place}'><v>{cell}</v></c>")
                    }
                    (cell, _) => {
                        format!("<c r='{place}' t='inlineStr'><is><t>{cell}</t></is></c>")
                    }
                };
            }
            text += "</row>";
        }
        format!("<sheetData>{text}</sheetData>")
    }

    #[test]
    fn every_sheet_of_an_inventory_is_read() {
        let devices = rows(
            1,
            &[
                &["資産番号", "利用開始日", "最終確認日時", "ホスト名"],
                &["1001", "@46113", "@46113.375", "!"],
                &["合計", "1"],
            ],
        );
        let users = rows(1, &[&["職員番号", "氏名"], &["U-1", "ｻｸﾗ"]]);
        let note = rows(1, &[&["注意"]]);
        let bytes = workbook(&[("機器", &devices), ("注", &note), ("職員", &users)]);
        let seen = testing::parse(&InventoryXlsx, &bytes).unwrap();
        assert_eq!(seen.tally.account.records, 2);
        let text = seen.lines.join("\n");
        for expected in [
            "[asset_number=1001] {in_service_since=2026-03-31T15:00:00Z; last_seen=2026-04-01T00:00:00Z}",
            "person `サクラ` stable=Some(\"user:U-1\")",
            "at: \"sheet `注`\"",
            "at: \"sheet `機器`, row 2, column 4\", detail: \"#REF!\"",
        ] {
            assert!(text.contains(expected), "{expected} in\n{text}");
        }
    }

    #[test]
    fn a_mapping_reads_merged_headers_of_one_sheet() {
        let sheet = rows(
            2,
            &[
                &["番号", "管理", "", "利用"],
                &["", "組織", "担当", "組織"],
                &["", "", "", ""],
                &["A-1", "sakura", "櫻", "ume"],
            ],
        ) + "<mergeCells><mergeCell ref='A2:A3'/><mergeCell ref='B2:C2'/></mergeCells>";
        let bytes = workbook(&[("表紙", "<sheetData/>"), ("台帳", &sheet)]);
        let mapping = r#"
            sheet = "台帳"
            header_rows = [2, 3]
            [columns]
            "番号" = "device_number"
            "管理/組織" = "managed_by"
            "管理/担当" = "owner"
            "利用/組織" = "used_by"
        "#;
        let context = Context { mapping: Some(mapping.to_owned()), ..testing::context() };
        let seen = testing::parse_with(&InventoryXlsx, &bytes, &context).unwrap();
        let text = seen.lines.join("\n");
        let expected = "[asset_number=A-1] {owner=櫻} <managed_by=sakura; used_by=ume>";
        assert!(text.contains(expected), "{text}");
        let wrong =
            Context { mapping: Some(mapping.replace("台帳", "ない")), ..testing::context() };
        let error = testing::parse_with(&InventoryXlsx, &bytes, &wrong).unwrap_err();
        assert!(error.message.contains("there is no sheet `ない`, only `表紙`, `台帳`"));
    }

    #[test]
    fn a_bomb_and_a_workbook_without_rows_are_refused() {
        let blank = format!("<sheetData>{}</sheetData>", " ".repeat(17 << 20));
        let error = testing::parse(&InventoryXlsx, &workbook(&[("a", &blank)])).unwrap_err();
        assert_eq!(error.code, ErrorCode::TooLarge);
        let error = testing::parse(&InventoryXlsx, &workbook(&[("a", "<sheetData/>")]));
        assert_eq!(error.unwrap_err().code, ErrorCode::Invalid);
        let error = testing::parse(&InventoryXlsx, &workbook(&[]));
        assert_eq!(error.unwrap_err().code, ErrorCode::Invalid);
    }

    #[test]
    fn every_prefix_is_refused_or_read() {
        let sheet = rows(1, &[&["資産番号", "名称"], &["A-1", "a"], &["A-2", "@46113"]]);
        testing::check_prefixes(&InventoryXlsx, &workbook(&[("a", &sheet)]));
    }
}
