//! Text that is not UTF-8: which encoding it is in, and its bytes as UTF-8.
//!
//! Readers see UTF-8 only. Who hands a report to a reader asks [`Detector`] (or [`detect`]) first
//! and puts a [`Decoder`] between where something else is found: byte ranges of records then mean
//! the decoded bytes.

use std::io::{Read, Result};

use encoding_rs::{CoderResult, DecoderResult, Encoding, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};

const CHUNK: usize = 64 << 10;

/// How many first bytes an XML declaration is looked for in.
const DECLARATION: usize = 256;

/// The encoding of a text by its first bytes, or all of them; `None` if it is UTF-8, or none that
/// Yagura knows. See [`Detector`].
pub fn detect(head: &[u8]) -> Option<&'static Encoding> {
    let mut detector = Detector::default();
    detector.feed(head);
    detector.finish()
}

/// Decides on the encoding of a text from its bytes, given in pieces of any size.
///
/// In this order: a byte order mark; the pattern of UTF-16 XML without one; the `encoding` of an
/// XML declaration; UTF-8 if the bytes are valid UTF-8; CP932 (Shift_JIS as Windows writes it) if
/// they decode as such without any error and hold no control characters of binary files.
#[derive(Debug, Default)]
pub struct Detector {
    first: Vec<u8>,
    utf8: Validity,
    cp932: Validity,
    binary: bool,
}

impl Detector {
    /// Takes the next bytes. Once UTF-8 and CP932 are both ruled out, further bytes cost nothing.
    pub fn feed(&mut self, bytes: &[u8]) {
        let wanted = DECLARATION.saturating_sub(self.first.len());
        self.first.extend(bytes.iter().take(wanted));
        self.utf8.feed(UTF_8, bytes);
        self.cp932.feed(SHIFT_JIS, bytes);
        self.binary |= memchr::memchr(0, bytes).is_some();
    }

    /// What the bytes given so far are in; `None` for UTF-8 and for what is no text.
    pub fn finish(self) -> Option<&'static Encoding> {
        match self.first.as_slice() {
            [0xef, 0xbb, 0xbf, ..] => return None,
            [0xff, 0xfe, ..] => return Some(UTF_16LE),
            [0xfe, 0xff, ..] => return Some(UTF_16BE),
            [b'<', 0, b'?', 0, ..] => return Some(UTF_16LE),
            [0, b'<', 0, b'?', ..] => return Some(UTF_16BE),
            _ => {}
        }
        if let Some(declared) = declared(&self.first) {
            // A declared UTF-16 whose declaration reads as ASCII contradicts itself, and bytes
            // that are UTF-8 beyond ASCII were re-coded without correcting the declaration.
            let wrong = declared == UTF_16LE || declared == UTF_16BE || self.utf8.beyond_ascii();
            return (declared != UTF_8 && !wrong).then_some(declared);
        }
        (!self.utf8.valid() && self.cp932.valid() && !self.binary).then_some(SHIFT_JIS)
    }
}

/// Whether bytes decode in one encoding.
#[derive(Debug, Default)]
struct Validity {
    decoder: Option<encoding_rs::Decoder>,
    broken: bool,
    not_ascii: bool,
}

impl Validity {
    fn feed(&mut self, encoding: &'static Encoding, mut bytes: &[u8]) {
        if self.broken {
            return;
        }
        if !self.not_ascii && bytes.is_ascii() {
            return;
        }
        self.not_ascii = true;
        let decoder =
            self.decoder.get_or_insert_with(|| encoding.new_decoder_without_bom_handling());
        let mut scratch = [0; 4096];
        loop {
            let (result, read, _) =
                decoder.decode_to_utf8_without_replacement(bytes, &mut scratch, false);
            bytes = bytes.get(read..).unwrap_or_default();
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    self.broken = true;
                    return;
                }
            }
        }
    }

    fn valid(&self) -> bool {
        !self.broken
    }

    fn beyond_ascii(&self) -> bool {
        self.not_ascii && !self.broken
    }
}

/// The encoding an XML declaration names.
fn declared(first: &[u8]) -> Option<&'static Encoding> {
    let rest = first.strip_prefix(b"<?xml")?;
    let end = memchr::memmem::find(rest, b"?>").unwrap_or(rest.len());
    let rest = rest.get(..end)?;
    let at = memchr::memmem::find(rest, b"encoding")?;
    let rest = rest.get(at + b"encoding".len()..)?.trim_ascii_start();
    let rest = rest.strip_prefix(b"=")?.trim_ascii_start();
    let quote = *rest.first().filter(|quote| matches!(quote, b'"' | b'\''))?;
    let label = rest.get(1..)?.split(|byte| *byte == quote).next()?;
    Encoding::for_label(label)
}

/// The bytes of a reader as UTF-8, without a byte order mark. What cannot be decoded becomes
/// U+FFFD, and [`Decoder::had_errors`] says so.
#[derive(Debug)]
pub struct Decoder<R> {
    inner: R,
    decoder: encoding_rs::Decoder,
    source: Vec<u8>,
    next: usize,
    ended: bool,
    done: bool,
    target: Vec<u8>,
    given: usize,
    had_errors: bool,
}

impl<R: Read> Decoder<R> {
    /// A reader of the UTF-8 form of `inner`, which is in `encoding`.
    pub fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            source: Vec::new(),
            next: 0,
            ended: false,
            done: false,
            target: Vec::new(),
            given: 0,
            had_errors: false,
        }
    }

    /// Whether anything read so far could not be decoded.
    pub fn had_errors(&self) -> bool {
        self.had_errors
    }

    /// Decodes until there is something to give or the end is reached.
    fn refill(&mut self) -> Result<()> {
        self.given = 0;
        self.target.clear();
        while self.target.is_empty() && !self.done {
            if self.next == self.source.len() && !self.ended {
                self.source.resize(CHUNK, 0);
                let read = match self.inner.read(&mut self.source) {
                    Ok(read) => read,
                    Err(error) => {
                        self.source.clear();
                        self.next = 0;
                        return Err(error);
                    }
                };
                self.source.truncate(read);
                self.next = 0;
                self.ended = read == 0;
            }
            self.target.resize(CHUNK, 0);
            let unread = self.source.get(self.next..).unwrap_or_default();
            let (result, read, written, errors) =
                self.decoder.decode_to_utf8(unread, &mut self.target, self.ended);
            self.next += read;
            self.target.truncate(written);
            self.had_errors |= errors;
            self.done = self.ended && result == CoderResult::InputEmpty;
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, target: &mut [u8]) -> Result<usize> {
        if self.given == self.target.len() {
            self.refill()?;
        }
        let rest = self.target.get(self.given..).unwrap_or_default();
        let length = rest.len().min(target.len());
        if let (Some(to), Some(from)) = (target.get_mut(..length), rest.get(..length)) {
            to.copy_from_slice(from);
        }
        self.given += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::{Decoder, Detector, detect};
    use crate::xml::XmlReader;
    use proptest::prelude::*;
    use std::io::{Cursor, Read};

    fn decoded(bytes: &[u8]) -> String {
        let mut text = String::new();
        match detect(bytes) {
            Some(encoding) => {
                let mut decoder = Decoder::new(bytes, encoding);
                decoder.read_to_string(&mut text).unwrap();
                assert!(!decoder.had_errors());
            }
            None => text.push_str(std::str::from_utf8(bytes).unwrap()),
        }
        text
    }

    #[test]
    fn encodings_are_told_apart() {
        let text = "資産番号,ホスト名\nPC-①,ｻｰﾊﾞ\n";
        let (cp932, _, _) = encoding_rs::SHIFT_JIS.encode(text);
        assert_eq!(detect(&cp932).unwrap().name(), "Shift_JIS");
        assert_eq!(decoded(&cp932), text);
        assert_eq!(decoded(text.as_bytes()), text);
        let bytes = |wide: fn(u16) -> [u8; 2], mark: [u8; 2]| -> Vec<u8> {
            mark.into_iter().chain(text.encode_utf16().flat_map(wide)).collect()
        };
        assert_eq!(decoded(&bytes(u16::to_le_bytes, [0xff, 0xfe])), text);
        assert_eq!(decoded(&bytes(u16::to_be_bytes, [0xfe, 0xff])), text);
        for other in [b"PK\x03\x04\x00\x81".as_slice(), b"\x81", b"\x00\x8e\xc1", b"", b"\xff\xff"]
        {
            assert_eq!(detect(other).filter(|_| other != b"\x81"), None, "{other:?}");
        }
        // The head may end inside a character.
        assert_eq!(detect(&text.as_bytes()[..4]), None);
    }

    #[test]
    fn a_declaration_is_honoured() {
        let text = "<?xml version='1.0' encoding=\"Windows-31J\"?><a>機器</a>";
        let (cp932, _, _) = encoding_rs::SHIFT_JIS.encode(text);
        let text = decoded(&cp932);
        // The declaration stands as it did, and the walk takes the text for the UTF-8 it now is.
        let mut input = Cursor::new(text.into_bytes());
        let mut xml = XmlReader::new(&mut input).unwrap();
        xml.step().unwrap();
        assert_eq!(xml.text().unwrap(), "機器");
        let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?><a>\xe9</a>";
        assert!(decoded(latin).ends_with("<a>é</a>"));
        assert_eq!(detect(b"<?xml version='1.0' encoding='UTF-8'?><a>\xff</a>"), None);
        assert_eq!(detect("<?xml encoding='Shift_JIS'?><a>機器</a>".as_bytes()), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_decided_the_same_in_pieces(
            bytes in prop::collection::vec(any::<u8>(), 0..300),
            size in 1_usize..20,
        ) {
            let mut detector = Detector::default();
            bytes.chunks(size).for_each(|piece| detector.feed(piece));
            let found = detector.finish();
            prop_assert_eq!(found, detect(&bytes));
            let mut text = Vec::new();
            let encoding = found.unwrap_or(encoding_rs::SHIFT_JIS);
            Decoder::new(bytes.as_slice(), encoding).read_to_end(&mut text).unwrap();
            prop_assert!(std::str::from_utf8(&text).is_ok());
        }
    }
}
