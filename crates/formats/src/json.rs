//! JSON with bounds: splits a document of any size into values with byte ranges.
//!
//! A [`JsonReader`] walks the outer objects and arrays of a document; the values inside, one
//! record each, are handed out as text for `serde_json`, which checks their whole syntax.

mod raw;
mod scan;
#[cfg(test)]
mod tests;

use std::io::SeekFrom;

use serde::Deserialize;
use yagura_model::record::Place;

use crate::{
    error::{ErrorCode, ParseError},
    format::ReadSeek,
};

pub use raw::Raw;
use raw::text_at;
use scan::Scan;

/// Largest single value handed out, in bytes.
pub const VALUE_LIMIT: usize = 32 << 20;

/// Deepest nesting read.
pub const DEPTH_LIMIT: usize = 120;

const CHUNK: usize = 256 << 10;

/// Walks a JSON document, or a sequence of them (JSON Lines).
#[derive(Debug)]
pub struct JsonReader<'r> {
    input: &'r mut dyn ReadSeek,
    window: Vec<u8>,
    /// Index into `window` of the next byte to read.
    next: usize,
    /// Offset in the input of the first byte of `window`.
    base: u64,
    ended: bool,
}

/// What stands next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// An object.
    Object,
    /// An array.
    Array,
    /// A string, number, `true`, `false` or `null`.
    Scalar,
    /// Nothing: the input ends here.
    Eof,
}

impl<'r> JsonReader<'r> {
    /// A walk from the start of the input; a UTF-8 byte order mark is passed over.
    ///
    /// # Errors
    /// `Read` if the input cannot be read.
    pub fn new(input: &'r mut dyn ReadSeek) -> Result<Self, ParseError> {
        let mut reader = Self { input, window: Vec::new(), next: 0, base: 0, ended: false };
        reader.go_to(0)?;
        reader.fill()?;
        if reader.window.starts_with(b"\xef\xbb\xbf") {
            reader.next = 3;
        }
        Ok(reader)
    }

    /// Offset of the next byte to be read.
    pub fn position(&self) -> u64 {
        self.base + self.next as u64
    }

    /// Goes on at another offset, such as the start of a value that was skipped.
    ///
    /// # Errors
    /// `Read` if the input cannot be read there.
    pub fn go_to(&mut self, offset: u64) -> Result<(), ParseError> {
        // What is still in the window need not be read again.
        let ahead = offset.checked_sub(self.base).and_then(|ahead| usize::try_from(ahead).ok());
        if let Some(ahead) = ahead.filter(|ahead| *ahead < self.window.len()) {
            self.next = ahead;
            return Ok(());
        }
        self.input.seek(SeekFrom::Start(offset)).map_err(|error| unreadable(offset, &error))?;
        self.window.clear();
        self.next = 0;
        self.base = offset;
        self.ended = false;
        Ok(())
    }

    /// What stands next, white space passed over.
    ///
    /// # Errors
    /// `Read`, or `Malformed` if no value can start with what stands there.
    pub fn peek(&mut self) -> Result<Next, ParseError> {
        match self.peek_byte()? {
            None => Ok(Next::Eof),
            Some(b'{') => Ok(Next::Object),
            Some(b'[') => Ok(Next::Array),
            Some(b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => Ok(Next::Scalar),
            Some(other) => Err(self.unexpected(other, "a value")),
        }
    }

    /// Enters the object or array that stands next.
    ///
    /// # Errors
    /// `Invalid` if something else stands there.
    pub fn enter(&mut self, what: Next) -> Result<(), ParseError> {
        let found = self.peek()?;
        if found != what || !matches!(found, Next::Object | Next::Array) {
            return Err(
                self.refused(ErrorCode::Invalid, format!("expected {what:?}, met {found:?}"))
            );
        }
        self.next += 1;
        Ok(())
    }

    /// The next key of the object entered, with its value standing next; `None` behind the end of
    /// the object. `first` is true for the first call in an object.
    ///
    /// # Errors
    /// `Malformed` or `Truncated`.
    pub fn key(&mut self, first: bool) -> Result<Option<String>, ParseError> {
        if !self.separated(b'}', first)? {
            return Ok(None);
        }
        match self.peek_byte()? {
            Some(b'"') => {}
            Some(other) => return Err(self.unexpected(other, "a key")),
            None => return Err(self.truncated()),
        }
        let raw = self.value()?;
        let key: String = match raw.read()? {
            Ok(key) => key,
            Err(message) => return Err(self.refused(ErrorCode::Malformed, message)),
        };
        match self.peek_byte()? {
            Some(b':') => self.next += 1,
            Some(other) => return Err(self.unexpected(other, "`:`")),
            None => return Err(self.truncated()),
        }
        Ok(Some(key))
    }

    /// Whether another element of the array entered stands next. `first` is true for the first
    /// call in an array.
    ///
    /// # Errors
    /// `Malformed` or `Truncated`.
    pub fn element(&mut self, first: bool) -> Result<bool, ParseError> {
        self.separated(b']', first)
    }

    /// The value that stands next, whole.
    ///
    /// # Errors
    /// `TooLarge`, `TooDeep`, `Truncated`, `Encoding`, or `Malformed`.
    pub fn value(&mut self) -> Result<Raw<'_>, ParseError> {
        if self.peek()? == Next::Eof {
            return Err(self.truncated());
        }
        let mut scan = Scan::default();
        while !scan.advance(self.unread()) {
            if scan.depth > DEPTH_LIMIT {
                return Err(self.refused(
                    ErrorCode::TooDeep,
                    format!("values are nested more than {DEPTH_LIMIT} deep"),
                ));
            }
            if self.unread().len() > VALUE_LIMIT {
                return Err(self.refused(
                    ErrorCode::TooLarge,
                    format!("one value is longer than {} MiB", VALUE_LIMIT >> 20),
                ));
            }
            if !self.fill()? {
                if scan.bare {
                    break;
                }
                return Err(self.truncated());
            }
        }
        let start = self.position();
        let length = scan.at.min(self.unread().len());
        let first = self.next;
        self.next += length;
        text_at(self.window.get(first..self.next).unwrap_or_default(), start)
    }

    /// What is left of the line that stands next, blank lines passed over, without the line's end:
    /// for JSON Lines, much faster than [`value`](Self::value) since nothing of its syntax is
    /// looked at. `None` at the end of the input.
    ///
    /// # Errors
    /// `TooLarge`, `Encoding`, or `Read`.
    pub fn line(&mut self) -> Result<Option<Raw<'_>>, ParseError> {
        if self.peek_byte()?.is_none() {
            return Ok(None);
        }
        let mut seen = 0;
        let length = loop {
            let rest = self.unread().get(seen..).unwrap_or_default();
            if let Some(found) = memchr::memchr(b'\n', rest) {
                break seen + found;
            }
            seen = self.unread().len();
            if seen > VALUE_LIMIT {
                return Err(self.refused(
                    ErrorCode::TooLarge,
                    format!("one line is longer than {} MiB", VALUE_LIMIT >> 20),
                ));
            }
            if !self.fill()? {
                break seen;
            }
        };
        let start = self.position();
        let first = self.next;
        self.next += length;
        let bytes = self.window.get(first..self.next).unwrap_or_default().trim_ascii_end();
        text_at(bytes, start).map(Some)
    }

    /// The value that stands next as a typed one; a wrong shape refuses the document.
    ///
    /// # Errors
    /// As [`value`](Self::value), and `Invalid` for a wrong shape.
    pub fn read<T: for<'b> Deserialize<'b>>(&mut self) -> Result<T, ParseError> {
        let raw = self.value()?;
        let place = raw.place;
        raw.read()?.map_err(|message| ParseError::at_byte(ErrorCode::Invalid, place.start, message))
    }

    /// Passes over the value that stands next, of any size, and says where it stood. Its brackets
    /// and strings are checked, what stands between them is not.
    ///
    /// # Errors
    /// `TooDeep`, `Truncated`.
    pub fn skip(&mut self) -> Result<Place, ParseError> {
        if self.peek()? == Next::Eof {
            return Err(self.truncated());
        }
        let start = self.position();
        let mut scan = Scan::default();
        while !scan.advance(self.unread()) {
            if scan.depth > DEPTH_LIMIT {
                return Err(self.refused(
                    ErrorCode::TooDeep,
                    format!("values are nested more than {DEPTH_LIMIT} deep"),
                ));
            }
            let seen = scan.at.min(self.unread().len());
            self.next += seen;
            scan.at -= seen;
            if !self.fill()? {
                if scan.bare {
                    break;
                }
                return Err(self.truncated());
            }
        }
        self.next += scan.at.min(self.unread().len());
        Ok(Place { start, end: self.position() })
    }

    /// Refuses a key that stood in its object before: for those whose values hold records, since
    /// one of two lists would be lost.
    ///
    /// # Errors
    /// `Invalid` if it did.
    pub fn once(&self, stood_before: bool, key: &str) -> Result<(), ParseError> {
        if stood_before {
            let message = format!("the key `{key}` stands twice in one object");
            return Err(self.refused(ErrorCode::Invalid, message));
        }
        Ok(())
    }

    /// Checks that nothing but white space is left.
    ///
    /// # Errors
    /// `Malformed` if something is.
    pub fn finish(&mut self) -> Result<(), ParseError> {
        match self.peek_byte()? {
            None => Ok(()),
            Some(other) => Err(self.unexpected(other, "the end of the document")),
        }
    }

    /// A refusal at the next byte.
    pub fn refused(&self, code: ErrorCode, message: impl Into<String>) -> ParseError {
        ParseError::at_byte(code, self.position(), message)
    }

    fn truncated(&self) -> ParseError {
        self.refused(ErrorCode::Truncated, "the document ends too early")
    }

    fn unexpected(&self, met: u8, wanted: &str) -> ParseError {
        self.refused(
            ErrorCode::Malformed,
            format!("expected {wanted}, met `{}`", met.escape_ascii()),
        )
    }

    /// Passes the comma before the next member, or the closing bracket: false at the end.
    fn separated(&mut self, close: u8, first: bool) -> Result<bool, ParseError> {
        match self.peek_byte()? {
            Some(byte) if byte == close => {
                self.next += 1;
                Ok(false)
            }
            Some(b',') if !first => {
                self.next += 1;
                match self.peek_byte()? {
                    Some(byte) if byte == close => Err(self.unexpected(byte, "a member")),
                    Some(_) => Ok(true),
                    None => Err(self.truncated()),
                }
            }
            Some(other) if !first => Err(self.unexpected(other, "`,`")),
            Some(_) => Ok(true),
            None => Err(self.truncated()),
        }
    }

    fn peek_byte(&mut self) -> Result<Option<u8>, ParseError> {
        loop {
            match self
                .unread()
                .iter()
                .position(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
            {
                Some(blank) => {
                    self.next += blank;
                    return Ok(self.window.get(self.next).copied());
                }
                None => {
                    self.next = self.window.len();
                    if !self.fill()? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    fn unread(&self) -> &[u8] {
        self.window.get(self.next..).unwrap_or_default()
    }

    /// Lets go of what was read and reads one chunk more into the window; false at the end of the
    /// input.
    fn fill(&mut self) -> Result<bool, ParseError> {
        if self.ended {
            return Ok(false);
        }
        self.window.drain(..self.next);
        self.base += self.next as u64;
        self.next = 0;
        let filled = self.window.len();
        self.window.resize(filled + CHUNK, 0);
        let target = self.window.get_mut(filled..).unwrap_or_default();
        let read = loop {
            match self.input.read(target) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        match read {
            Ok(length) => {
                self.window.truncate(filled + length);
                self.ended = length == 0;
                Ok(length > 0)
            }
            Err(error) => {
                self.window.truncate(filled);
                Err(unreadable(self.base + filled as u64, &error))
            }
        }
    }
}

fn unreadable(offset: u64, error: &std::io::Error) -> ParseError {
    ParseError::at_byte(ErrorCode::Read, offset, error.to_string())
}
