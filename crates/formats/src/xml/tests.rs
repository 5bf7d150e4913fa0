//! Documents are walked, and what could harm is refused.

use super::{Node, XmlReader};
use crate::error::ErrorCode;
use std::io::Cursor;

fn walk(text: &str) -> Result<Vec<String>, ErrorCode> {
    let mut input = Cursor::new(text.as_bytes().to_vec());
    let mut xml = XmlReader::new(&mut input).map_err(|error| error.code)?;
    let mut seen = Vec::new();
    loop {
        match xml.step().map_err(|error| error.code)? {
            Node::Start => {
                seen.push(format!("<{} {}>", xml.name(), xml.attribute("a").unwrap_or_default()))
            }
            Node::End => seen.push("/".to_owned()),
            Node::Text => seen.push(xml.piece().to_owned()),
            Node::Eof => return Ok(seen),
        }
    }
}

#[test]
fn elements_attributes_and_text_are_resolved() {
    let seen =
        walk("<?xml version='1.0'?><r xmlns:n='u'><n:c a='1 &lt; 2'/>x&amp;<![CDATA[<]]></r>");
    assert_eq!(seen.unwrap(), ["<r >", "<c 1 < 2>", "/", "x", "&", "<", "/"]);
}

#[test]
fn what_could_harm_is_refused() {
    let deep = format!("{}{}", "<a>".repeat(300), "</a>".repeat(300));
    let long = format!("<a>{}</a>", "x".repeat(super::EVENT_LIMIT + (1 << 20)));
    let cases = [
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", ErrorCode::Entity),
        ("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", ErrorCode::Entity),
        ("<a>&b;</a>", ErrorCode::Entity),
        ("<a><b></b>", ErrorCode::Truncated),
        ("<a><b></a>", ErrorCode::Malformed),
        ("<a/><b/>", ErrorCode::Malformed),
        ("<a>x\0y</a>", ErrorCode::Malformed),
        ("<a b='\0'/>", ErrorCode::Malformed),
        ("<a>&#0;</a>", ErrorCode::Malformed),
        ("<a", ErrorCode::Truncated),
        ("", ErrorCode::Malformed),
        (deep.as_str(), ErrorCode::TooDeep),
        (long.as_str(), ErrorCode::TooLarge),
    ];
    for (text, code) in cases {
        let shown: String = text.chars().take(60).collect();
        assert_eq!(walk(text).err(), Some(code), "{shown}");
    }
    let mut latin = Cursor::new(b"<a>\xff</a>".to_vec());
    let mut xml = XmlReader::new(&mut latin).unwrap();
    assert_eq!(xml.text().map_err(|error| error.code), Err(ErrorCode::Encoding));
}

#[test]
fn a_text_is_cut_at_a_character() {
    let mut input = Cursor::new("<r><a>櫓 &lt; <b>x</b></a><c/></r>".as_bytes().to_vec());
    for (limit, expected) in [(0, ""), (2, ""), (3, "櫓"), (5, "櫓 <"), (99, "櫓 < x")] {
        let mut xml = XmlReader::new(&mut input).unwrap();
        assert_eq!((xml.step().unwrap(), xml.step().unwrap()), (Node::Start, Node::Start));
        let mut text = "before".to_owned();
        xml.text_into(&mut text, limit).unwrap();
        assert_eq!(text, expected);
        assert_eq!((xml.step().unwrap(), xml.name()), (Node::Start, "c"));
    }
}

#[test]
fn attributes_come_in_order() {
    let mut input = Cursor::new(b"<n:r a='1' x:b='&amp;'/>".to_vec());
    let mut xml = XmlReader::new(&mut input).unwrap();
    xml.step().unwrap();
    let seen: Vec<_> = xml.attributes().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!((xml.name(), seen), ("r", vec!["a=1".to_owned(), "x:b=&".to_owned()]));
}

#[test]
fn children_and_ranges() {
    let text = "<r> <i>1</i> <i><j/></i> </r>";
    let mut input = Cursor::new(text.as_bytes().to_vec());
    let mut xml = XmlReader::new(&mut input).unwrap();
    assert_eq!(xml.step().unwrap(), Node::Start);
    let depth = xml.depth();
    let mut ranges = Vec::new();
    while xml.next_child(depth).unwrap() {
        let start = usize::try_from(xml.started_at()).unwrap();
        xml.skip().unwrap();
        ranges.push(text.get(start..usize::try_from(xml.position()).unwrap()).unwrap());
    }
    assert_eq!(ranges, ["<i>1</i>", "<i><j/></i>"]);
}
