//! Example reports with one thing wrong.

use jiff::tz::TimeZone;
use yagura_formats::{Context, ErrorCode, collect::Tally};
use yagura_model::warning::WarningCode;
use yagura_testkit::laws;

use super::{Good, Shape, close, one_of_each, read, reports};

/// Puts `more` behind the first byte that is `after`.
fn behind(bytes: &[u8], after: u8, more: &[u8]) -> Vec<u8> {
    let at = bytes.iter().position(|byte| *byte == after).unwrap() + 1;
    [&bytes[..at], more, &bytes[at..]].concat()
}

/// Puts something inside the root of an XML document.
fn inside_root(bytes: &[u8], more: &[u8]) -> Vec<u8> {
    let root = root(bytes);
    let end = root + bytes[root..].iter().position(|byte| *byte == b'>').unwrap() + 1;
    [&bytes[..end], more, &bytes[end..]].concat()
}

/// Where the root element of an XML document begins.
fn root(bytes: &[u8]) -> usize {
    let name = |pair: &[u8]| pair[0] == b'<' && pair[1].is_ascii_alphabetic();
    bytes.windows(2).position(name).unwrap()
}

/// An XML document with a document type before its root, in place of the one it may have.
fn with_doctype(bytes: &[u8], doctype: &str) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).unwrap().replace("<!DOCTYPE nmaprun>", "");
    let bytes = text.as_bytes();
    let root = root(bytes);
    [&bytes[..root], doctype.as_bytes(), &bytes[root..]].concat()
}

/// Reads each report of some shapes with one thing wrong, and asks for one of some refusals.
fn refused(shapes: &[Shape], codes: &[ErrorCode], wrong: impl Fn(&Good) -> Vec<u8>) {
    let mut broken = Vec::new();
    for good in reports().iter().filter(|good| shapes.contains(&good.shape)) {
        if good.format.name() == "empty_list" {
            continue;
        }
        match read(good, &wrong(good)) {
            Err(error) if codes.contains(&error.code) => {}
            other => broken.push(format!("{}: {other:?}", good.name)),
        }
    }
    close(&broken);
}

/// Reads each report with one thing wrong in as many ways as are given: a value or an error.
fn survived(shapes: &[Shape], wrong: impl Fn(&Good) -> Vec<Vec<u8>>) {
    let mut ways = 0;
    for good in one_of_each().iter().filter(|good| shapes.contains(&good.shape)) {
        for bytes in wrong(good) {
            read(good, &bytes).ok();
            ways += 1;
        }
    }
    assert!(ways > 0);
}

const ALL: &[Shape] = &[Shape::Json, Shape::Lines, Shape::Xml, Shape::Table];

#[test]
fn a_truncated_document_is_refused_wherever_it_is_cut() {
    let mut broken = Vec::new();
    for good in one_of_each() {
        let whole = good.bytes.trim_ascii_end().len();
        let step = (whole / 61).max(1);
        for end in (1..whole).step_by(step).chain([whole - 1]) {
            let result = read(&good, &good.bytes[..end]);
            let known = matches!(good.shape, Shape::Json | Shape::Xml);
            if known && result.is_ok() {
                broken.push(format!("{} cut at {end}: {result:?}", good.name));
            }
        }
        // A line of JSON that ends too early is no line.
        if good.shape == Shape::Lines && read(&good, &good.bytes[..whole - 1]).is_ok() {
            broken.push(format!("{} cut in its last line", good.name));
        }
    }
    close(&broken);
}

#[test]
fn bytes_in_a_wrong_encoding_are_refused() {
    // In the first value or text, wherever that is.
    refused(ALL, &[ErrorCode::Encoding], |good| match good.shape {
        Shape::Xml => inside_root(&good.bytes, b"<a>\xff\xfe</a>"),
        Shape::Table => [good.bytes.trim_ascii_end(), b"\n\xff\xfe,\xff\n"].concat(),
        _ => behind(&good.bytes, b'{', b"\"\xff\xfe\":1,"),
    });
}

#[test]
fn deep_nesting_is_refused() {
    for pair in [("[", "]"), ("{\"a\":", "}")] {
        refused(&[Shape::Json, Shape::Lines], &[ErrorCode::TooDeep], |good| {
            let deep = format!("\"deep\":{}1{},", pair.0.repeat(5_000), pair.1.repeat(5_000));
            behind(&good.bytes, b'{', deep.as_bytes())
        });
    }
    refused(&[Shape::Xml], &[ErrorCode::TooDeep], |good| {
        let deep = format!("{}{}", "<deep>".repeat(5_000), "</deep>".repeat(5_000));
        inside_root(&good.bytes, deep.as_bytes())
    });
}

#[test]
fn entities_are_never_read() {
    let laughs = "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">\
        <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;\">]>";
    let file = "<!DOCTYPE l [<!ENTITY d SYSTEM \"file:///etc/hostname\">]>";
    let parameter = "<!DOCTYPE l [<!ENTITY % d SYSTEM \"http://198.51.100.1/x\"> %d;]>";
    let outside = "<!DOCTYPE l SYSTEM \"http://198.51.100.1/x.dtd\">";
    for doctype in [laughs, file, parameter, outside, ""] {
        refused(&[Shape::Xml], &[ErrorCode::Entity], |good| {
            inside_root(&with_doctype(&good.bytes, doctype), b"<a>&d;</a>")
        });
    }
}

#[test]
fn nul_bytes_do_no_harm() {
    refused(&[Shape::Json, Shape::Lines, Shape::Xml], &[ErrorCode::Malformed], |good| {
        match good.shape {
            Shape::Xml => inside_root(&good.bytes, b"<a>\0</a>"),
            _ => behind(&good.bytes, b'{', b"\0"),
        }
    });
    survived(ALL, |good| {
        let step = (good.bytes.len() / 61).max(1);
        let with_nul = |at: usize| {
            let mut bytes = good.bytes.clone();
            bytes[at] = 0;
            bytes
        };
        (0..good.bytes.len()).step_by(step).map(with_nul).collect()
    });
}

/// Every run of digits of a document in place of another text.
fn renumbered(bytes: &[u8], number: &str) -> Vec<u8> {
    let mut changed = Vec::with_capacity(bytes.len() * 2);
    let mut digits = false;
    for byte in bytes {
        if !byte.is_ascii_digit() {
            changed.push(*byte);
        } else if !digits {
            changed.extend(number.as_bytes());
        }
        digits = byte.is_ascii_digit();
    }
    changed
}

#[test]
fn absurd_numbers_and_times_do_no_harm() {
    let numbers =
        ["0", "-1", "99999999999999999999999999999", "1e999999", "4294967296", "9", "NaN"];
    survived(ALL, |good| numbers.iter().map(|number| renumbered(&good.bytes, number)).collect());
    let text = |good: &Good| String::from_utf8(good.bytes.clone()).unwrap();
    survived(ALL, |good| {
        let years = ["9999", "0000", "1582", "-262143", "12026"];
        let dated = |year: &&str| text(good).replace("2026", year).into_bytes();
        years.iter().map(dated).collect()
    });
}

/// Times without a zone are of the caller's zone, and that is told: the records stay what they are.
#[test]
fn times_without_a_zone_cost_no_record_and_are_told_of() {
    let context = Context { zone: TimeZone::UTC, mapping: None, asset: None };
    let mut broken = Vec::new();
    for good in reports() {
        let read = |bytes: &[u8]| {
            let mut tally = Tally::default();
            laws::read_into(good.format, bytes, &context, &mut tally).map(|_| tally)
        };
        let before = read(&good.bytes).unwrap();
        let mut text = String::from_utf8(good.bytes.clone()).unwrap();
        for zone in ["+09:00\"", "+0900\"", "Z\"", "+09:00<", "Z<", "+09:00,", "Z,", "Z;"] {
            let (_, end) = zone.split_at(zone.len() - 1);
            text = text.replace(zone, end);
        }
        let changed = text.as_bytes() != good.bytes;
        let after = read(text.as_bytes()).unwrap_or_default();
        let told = after.warning_counts.contains_key(&WarningCode::TimeWithoutZone);
        // Where only times of single findings have none, the report's own time is whole.
        let same_time = before.head.observed_at == after.head.observed_at
            && !good.bytes.windows(6).any(|six| six == b"+09:00");
        let needed = changed && after.head.observed_at.is_some() && !same_time;
        if after.account != before.account || needed && !told {
            broken.push(format!("{}: {:?}, {:?}", good.name, after.account, after.warnings));
        }
    }
    close(&broken);
}

/// The keys under which formats list their records.
const LISTS: &[(&str, &[&str])] = &[
    ("asff", &["Findings"]),
    ("aws_inspector2", &["findings"]),
    ("cyclonedx", &["components", "vulnerabilities"]),
    ("grype", &["matches"]),
    ("sarif", &["runs", "results"]),
    ("scim", &["Resources"]),
    ("trivy", &["Results", "Vulnerabilities"]),
];

/// One of two lists would vanish.
#[test]
fn a_list_of_records_that_stands_twice_is_refused() {
    let mut broken = Vec::new();
    let reports = one_of_each();
    for (format, lists) in LISTS {
        let good = reports.iter().find(|good| good.format.name() == *format).unwrap();
        let text = std::str::from_utf8(&good.bytes).unwrap();
        for list in *lists {
            let at = text.find(&format!("\"{list}\": [")).unwrap();
            let (before, after) = text.split_at(at);
            let twice = format!("{before}\"{list}\": [], {after}");
            match read(good, twice.as_bytes()) {
                Err(error) if error.code == ErrorCode::Invalid => {}
                other => broken.push(format!("{}, {list}: {other:?}", good.name)),
            }
        }
    }
    close(&broken);
}

/// Elsewhere either value may count; that no record is lost without a word is one of the laws.
#[test]
fn duplicate_keys_do_no_harm() {
    survived(&[Shape::Json, Shape::Lines], |good| {
        let text = String::from_utf8(good.bytes.clone()).unwrap();
        let keys: Vec<usize> = text.match_indices("\":").map(|(at, _)| at).collect();
        let step = (keys.len() / 23).max(1);
        let doubled = |end: &usize| {
            let (before, _) = text.split_at(*end);
            let (before, after) = text.split_at(before.rfind('"').unwrap());
            let key = after.split_inclusive('"').take(2).collect::<String>();
            let twice = ["null", "[{}]", "\"x\""]
                .map(|value| format!("{before}{key}:{value},{after}").into_bytes());
            twice.to_vec()
        };
        keys.iter().step_by(step).flat_map(doubled).collect()
    });
    survived(&[Shape::Xml], |good| {
        let text = String::from_utf8(good.bytes.clone()).unwrap();
        let root = root(&good.bytes);
        let attributes: Vec<usize> =
            text.match_indices("=\"").map(|(at, _)| at).filter(|at| *at > root).collect();
        let step = (attributes.len() / 23).max(1);
        let doubled = |at: &usize| {
            let (before, _) = text.split_at(*at);
            let (before, after) = text.split_at(before.rfind(' ').unwrap());
            let (name, _) = after.split_once('=').unwrap();
            format!("{before}{name}=\"\"{after}").into_bytes()
        };
        attributes.iter().step_by(step).map(doubled).collect()
    });
}
