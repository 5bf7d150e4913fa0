//! Every reader of the registry against every kind of bad input: a value or an error, no law
//! broken. Against our [`examples`], whole and with one thing wrong ([`bad`]), and against reports
//! that others wrote, where they are at hand: [`truth`].

#[cfg(test)]
mod bad;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod truth;

use proptest::prelude::*;
use yagura_formats::registry;
use yagura_testkit::laws;

/// Bytes that are no report of any format, or the beginning of several.
fn hostile() -> Vec<Vec<u8>> {
    let words: [&[u8]; 22] = [
        b"",
        b"\0",
        b"\0\0\0\0\0\0\0\0",
        b" \n\t",
        b"null",
        b"true",
        b"-1e999999",
        b"99999999999999999999999999999999",
        b"\"\\ud800\"",
        b"{",
        b"{}",
        b"[]",
        b"[null]",
        b"{\"a\":1,\"a\":2}",
        b"\xef\xbb\xbf{}",
        b"\xff\xfe{\0}\0",
        b"<",
        b"<a/>",
        b"<a><b></a></b>",
        b"<?xml version=\"1.0\"?><!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a>&x;</a>",
        b",,,\n\"",
        b"a\tb\r\n1\t2\r\n",
    ];
    let laughs = "<!DOCTYPE a [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><a>&b;</a>";
    let mut all: Vec<Vec<u8>> = words.iter().map(|word| word.to_vec()).collect();
    all.push(laughs.as_bytes().to_vec());
    all.push("[".repeat(100_000).into_bytes());
    all.push("{\"a\":".repeat(100_000).into_bytes());
    all.push("<a>".repeat(100_000).into_bytes());
    all.push(format!("[\"{}\"]", "x".repeat(1 << 20)).into_bytes());
    all
}

#[test]
fn every_reader_survives_hostile_bytes() {
    for format in registry::ALL {
        for bytes in hostile() {
            laws::read(*format, &bytes).ok();
        }
    }
}

proptest! {
    #[test]
    fn every_reader_survives_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for format in registry::ALL {
            laws::read(*format, &bytes).ok();
        }
    }

    #[test]
    fn every_reader_survives_bytes_that_look_like_a_document(
        parts in prop::collection::vec(prop::sample::select(PARTS), 0..60),
    ) {
        let text = parts.concat();
        for format in registry::ALL {
            laws::read(*format, text.as_bytes()).ok();
        }
    }
}

/// What documents are made of.
const PARTS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\"id\"",
    "\"a\"",
    "\\",
    "\\u0000",
    "null",
    "true",
    "0",
    "-1",
    "1e400",
    "<",
    ">",
    "/",
    "</",
    "/>",
    "<a",
    "<a>",
    "</a>",
    " b=\"c\"",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "&lt;",
    "&#0;",
    "<?xml version=\"1.0\"?>",
    ";",
    "\t",
    "\n",
    "\r\n",
    " ",
    "資産",
    "ﾎｽﾄ",
    "令和7年1月1日",
    "2025-01-01T00:00:00Z",
    "192.0.2.1",
    "CVE-2024-0001",
];
