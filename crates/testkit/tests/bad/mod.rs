//! Bad input, kind by kind, made from every example report: what a reader must refuse it refuses
//! with a code, a place and a reason, and whatever else it does keeps the laws.

mod damage;
mod long;

use yagura_formats::{ErrorCode, Format, Head, ParseError, encoding, registry};
use yagura_testkit::{fixtures, laws};

/// One example report and the format it is of.
pub(super) struct Good {
    pub(super) name: String,
    pub(super) format: &'static dyn Format,
    pub(super) shape: Shape,
    /// Its bytes as a reader gets them.
    pub(super) bytes: Vec<u8>,
}

/// What a document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    /// One JSON document.
    Json,
    /// JSON, a line each: any line's end may be the end.
    Lines,
    Xml,
    /// Rows of text: any row's end may be the end.
    Table,
}

/// Every example report that one format claims. Registers that need a mapping are not among them.
pub(super) fn reports() -> Vec<Good> {
    let mut found = Vec::new();
    for fixture in fixtures::all().unwrap() {
        if [".toml", ".md", ".xlsx"].iter().any(|end| fixture.name.ends_with(end)) {
            continue;
        }
        if encoding::detect(&fixture.bytes).is_some() {
            continue;
        }
        let format = registry::detect(&Head::new(&fixture.bytes))
            .unwrap_or_else(|error| panic!("{}: {error}", fixture.name));
        let text = std::str::from_utf8(&fixture.bytes).unwrap().trim_start_matches('\u{feff}');
        let shape = match text.trim_start().as_bytes().first() {
            Some(b'<') => Shape::Xml,
            Some(b'{') if fixture.name.ends_with(".jsonl") => Shape::Lines,
            Some(b'{' | b'[') => Shape::Json,
            _ => Shape::Table,
        };
        found.push(Good { name: fixture.name, format, shape, bytes: fixture.bytes });
    }
    found
}

/// The smallest example of each format: enough for what is tried in many ways.
pub(super) fn one_of_each() -> Vec<Good> {
    let mut all = reports();
    all.sort_by_key(|good| (good.format.name(), good.bytes.len()));
    all.dedup_by_key(|good| good.format.name());
    all
}

/// Every format that reads text has an example, so that what holds for all of them holds for each.
#[test]
fn every_format_has_an_example() {
    let seen: Vec<&str> = reports().iter().map(|good| good.format.name()).collect();
    let missing: Vec<&str> = registry::ALL
        .iter()
        .map(|format| format.name())
        .filter(|name| !seen.contains(name) && *name != "inventory_xlsx")
        .collect();
    assert!(missing.is_empty(), "no example for {missing:?}");
}

/// Reads, and holds a refusal against what a person needs of it.
pub(super) fn read(good: &Good, bytes: &[u8]) -> Result<u64, ParseError> {
    read_as(good.format, bytes)
}

pub(super) fn read_as(format: &dyn Format, bytes: &[u8]) -> Result<u64, ParseError> {
    let result = laws::read(format, bytes);
    if let Err(error) = &result {
        let said = !error.at.is_empty() && !error.message.is_empty();
        let plain = !error.message.ends_with('.') && error.message.len() < 1000;
        assert!(said && plain, "{}: {error:?}", format.name());
        let offset = error.at.strip_prefix("byte ").and_then(|offset| offset.parse().ok());
        assert!(offset.is_none_or(|at: usize| at <= bytes.len()), "{}: {error:?}", format.name());
    }
    result.map(|account| account.records)
}

/// Fails with all that does not hold.
pub(super) fn close(broken: &[String]) {
    assert!(broken.is_empty(), "{} do not hold\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn what_is_no_document_is_refused_by_detection_and_by_each_reader() {
    let mut broken = Vec::new();
    for (bytes, code) in [
        (&b""[..], ErrorCode::Empty),
        (b" \r\n\t ", ErrorCode::Empty),
        (b"\xef\xbb\xbf", ErrorCode::Empty),
        (b"null", ErrorCode::UnknownFormat),
        (b"null\n", ErrorCode::UnknownFormat),
        (b"0", ErrorCode::UnknownFormat),
        (b"\"text\"", ErrorCode::UnknownFormat),
        (b"\0\0\0\0\0\0\0\0", ErrorCode::UnknownFormat),
        (b"[null]", ErrorCode::UnknownFormat),
        (b"<a/>", ErrorCode::UnknownFormat),
        (b"{\"a\":1,\"a\":2}", ErrorCode::UnknownFormat),
    ] {
        let shown = bytes.escape_ascii().to_string();
        let detected = registry::detect(&Head::new(bytes)).map(|format| format.name());
        if detected.as_ref().err().map(|error| error.code) != Some(code) {
            broken.push(format!("`{shown}` is detected as {detected:?}"));
        }
        for format in registry::ALL {
            // Who names a format for a list of what is none of its records is told so of each.
            match laws::read(*format, bytes) {
                Ok(account) if account.records == 0 || account.dropped < account.records => {
                    broken.push(format!("`{shown}` is {account:?} for {}", format.name()));
                }
                _ => {}
            }
        }
    }
    close(&broken);
}

/// A name says nothing of what is in a file, and no reader takes what another one's tool wrote.
#[test]
fn a_report_of_another_format_is_refused() {
    let mut broken = Vec::new();
    for good in reports() {
        for format in registry::ALL.iter().filter(|format| format.name() != good.format.name()) {
            // A benchmark's results may stand alone or in a collection, and nothing is nothing for
            // every tool that writes a list.
            let same = |name: &str| matches!(name, "xccdf" | "arf");
            let nothing = good.format.name() == "empty_list";
            if nothing || same(format.name()) && same(good.format.name()) {
                continue;
            }
            match laws::read(*format, &good.bytes) {
                Ok(account) if account.records == 0 || account.dropped < account.records => {
                    broken.push(format!("{} is {account:?} for {}", good.name, format.name()));
                }
                _ => {}
            }
        }
    }
    close(&broken);
}
