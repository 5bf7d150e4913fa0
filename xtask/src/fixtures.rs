//! `cargo xtask fixtures`: writes the fixtures that are no text anybody could write.
//!
//! A workbook is one of them: the register of devices of the Northern Regional Office as it would
//! be kept, with a title, merged headers in two rows, Japanese eras beside dates of the
//! spreadsheet, half-width kana, rows of totals, and a second sheet of notes. A test holds the file
//! in the repository against what this writes.

use std::path::Path;

use anyhow::{Context, Result};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::task::{Task, no_arguments, root};

pub(crate) const TASK: Task = Task {
    name: "fixtures",
    line: "writes the fixtures that are no text: the workbook of the example ministry",
    run: write,
};

/// Where the workbook stands.
const REGISTER: &str = "fixtures/ministry/2026-10/hokubu-kiki.xlsx";

fn write(arguments: &[String]) -> Result<()> {
    no_arguments(arguments)?;
    let path = root()?.join(REGISTER);
    save(&path)?;
    println!("{REGISTER}");
    Ok(())
}

fn save(path: &Path) -> Result<()> {
    let bytes = register().context("cannot write the workbook")?;
    std::fs::write(path, bytes).with_context(|| format!("cannot write `{}`", path.display()))
}

/// The groups of columns, each a merged cell over its columns: first, last, text.
const GROUPS: [(u16, u16, &str); 3] = [(0, 4, "機器"), (5, 7, "ﾈｯﾄﾜｰｸ"), (8, 12, "管理")];

const HEADER: [&str; 13] = [
    "管理No.",
    "区分",
    "品名",
    "製造番号",
    "基本ｿﾌﾄ",
    "ｺﾝﾋﾟｭｰﾀ名",
    "ＩＰアドレス",
    "ＭＡＣアドレス",
    "課室",
    "使用者",
    "システム",
    "取得年月日",
    "状況",
];

/// Infrastructure, then what people work with, a line each in the order of the header and the
/// remark; behind each group stands a row of totals. A date written `2021-03-15` becomes one of the
/// spreadsheet, any other stays the text it is.
const DEVICES: [&str; 2] = [
    "\
北-001|ルータ|拠点ﾙｰﾀ|SKR-H-001|Cisco IOS XE 17.3|h-gw01|198.51.100.129|00-00-5E-00-53-81|総務課|||令和3年3月15日|稼動|
北-002|スイッチ|ﾌﾛｱｽｲｯﾁ|SKR-H-002||h-sw01|198.51.100.130|00-00-5E-00-53-82|総務課|||H30.3.20|稼動|
北-003|ＮＡＳ|共有ﾃﾞｨｽｸ|SKR-H-003|Linux|h-nas01|198.51.100.140|00-00-5E-00-53-83|総務課|||平成28年3月10日|稼動|保守切れ
北-004|複合機|複合機１|SKR-H-004||h-prn01|198.51.100.150|00-00-5E-00-53-84|総務課|||Ｒ２．１０．１|稼動|
北-005|サーバ|庶務ｻｰﾊﾞ|SKR-H-005|Windows Server 2016|h-sv01|198.51.100.141|00-00-5E-00-53-85|総務課||S-007|2017-02-01|稼動|",
    "\
北-101|ノートＰＣ|業務端末|SKR-H-101|Windows 11|h-pc101|198.51.100.161|00-00-5E-00-53-86|総務課|U-2001||2023-10-01|稼動|
北-102|ノートＰＣ|業務端末|SKR-H-102|Windows 11|h-pc102|198.51.100.162|00-00-5E-00-53-87|管理課|U-2002||2023-10-01|稼動|
北-103|ノートＰＣ|業務端末|SKR-H-103|Windows 10|h-pc103|198.51.100.163|00-00-5E-00-53-88|管理課|U-2003||令和元年10月1日|稼動|ESU なし
北-104|ノートＰＣ|業務端末|SKR-H-104|Windows 10|h-pc104|198.51.100.170|00-00-5E-00-53-89|管理課|||令和元年10月1日|廃棄済|
北-105|タブレット|巡回用ﾀﾌﾞﾚｯﾄ|SKR-H-105|Android 13|||00-00-5E-00-53-8A|管理課|U-2003||令和6年4月1日|稼動|",
];

/// The workbook's bytes, the same whenever it is written.
fn register() -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let written = ExcelDateTime::from_ymd(2026, 10, 31)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&written));
    let head = Format::new().set_bold();
    let day = Format::new().set_num_format("yyyy/m/d");

    let sheet = workbook.add_worksheet().set_name("機器管理台帳")?;
    sheet.write(0, 0, "機器管理台帳（北部管理局）")?;
    sheet.write(1, 12, "令和８年１０月３１日現在")?;
    for (first, last, text) in GROUPS {
        sheet.merge_range(2, first, 2, last, text, &head)?;
    }
    for (column, text) in (0..).zip(HEADER) {
        sheet.write_with_format(3, column, text, &head)?;
    }
    sheet.merge_range(2, 13, 3, 13, "備考", &head)?;
    let mut row = 4;
    let mut all = 0;
    for group in DEVICES {
        let mut count = 0;
        for device in group.lines() {
            device_row(sheet, row, device, &day)?;
            row += 1;
            count += 1;
        }
        sheet.write(row, 0, "小計")?;
        sheet.write(row, 1, count)?;
        all += count;
        row += 1;
    }
    sheet.write(row, 0, "合　計")?;
    sheet.write(row, 1, all)?;

    let notes = workbook.add_worksheet().set_name("記入要領")?;
    notes.write(0, 0, "取得年月日は和暦でも西暦でもよい")?;
    workbook.save_to_buffer()
}

fn device_row(
    sheet: &mut Worksheet,
    row: u32,
    device: &str,
    day: &Format,
) -> Result<(), XlsxError> {
    for (column, text) in (0..).zip(device.split('|')) {
        match ExcelDateTime::parse_from_str(text).ok().filter(|_| text.len() == 10) {
            Some(date) => sheet.write_datetime_with_format(row, column, &date, day)?,
            None if text.is_empty() => continue,
            None => sheet.write(row, column, text)?,
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{REGISTER, register};
    use std::{
        collections::BTreeMap,
        io::{Cursor, Read},
        path::Path,
    };

    /// The parts of a workbook: what they hold counts, not how they were compressed.
    #[expect(clippy::disallowed_methods, reason = "workbooks written by us")]
    fn parts(bytes: Vec<u8>) -> BTreeMap<String, String> {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut parts = BTreeMap::new();
        for index in 0..archive.len() {
            let mut part = archive.by_index(index).unwrap();
            let name = part.name().unwrap().into_owned();
            let mut text = String::new();
            part.read_to_string(&mut text).unwrap();
            parts.insert(name, text);
        }
        parts
    }

    #[test]
    fn the_workbook_in_the_repository_is_what_is_written() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(REGISTER);
        let kept = std::fs::read(path).unwrap();
        assert!(parts(kept) == parts(register().unwrap()), "write it with `cargo xtask fixtures`");
    }
}
