//! XML with bounds: no entities but the five of XML itself, limited depth and element size, byte
//! ranges for every element.

use std::borrow::Cow;
use std::io::{BufReader, SeekFrom};

use quick_xml::{
    Reader, XmlVersion,
    events::{Event, attributes::Attributes},
};

use crate::{
    bounded::Bounded,
    error::{ErrorCode, ParseError},
    format::ReadSeek,
};

/// Deepest nesting read.
pub const DEPTH_LIMIT: usize = 256;

/// Largest single tag or text in bytes; what is longer is refused.
pub const EVENT_LIMIT: usize = 32 << 20;

/// Walks the elements of a document. Comments, processing instructions and declarations are
/// passed over; what the last step met is asked of the walk itself.
#[derive(Debug)]
pub struct XmlReader<'r> {
    reader: Reader<Bounded<BufReader<&'r mut dyn ReadSeek>>>,
    buffer: Vec<u8>,
    /// The tag last started, without its angle brackets; kept so that no step allocates.
    tag: String,
    name_end: usize,
    text: Text,
    depth: usize,
    started_at: u64,
    rooted: bool,
}

/// One step through a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Node {
    /// An element begins: see [`XmlReader::name`] and [`XmlReader::attribute`]. An empty element
    /// gives `Start` and then `End`.
    Start,
    /// The innermost open element ends.
    End,
    /// A piece of text: see [`XmlReader::piece`]. One text may come in several pieces.
    Text,
    /// The document ended with all elements closed.
    Eof,
}

impl<'r> XmlReader<'r> {
    /// A walk from the start of the input.
    ///
    /// # Errors
    /// `Read` if the input cannot be rewound.
    pub fn new(input: &'r mut dyn ReadSeek) -> Result<Self, ParseError> {
        input
            .seek(SeekFrom::Start(0))
            .map_err(|error| ParseError::at_byte(ErrorCode::Read, 0, error.to_string()))?;
        let inner = BufReader::with_capacity(256 << 10, input);
        let mut reader = Reader::from_reader(Bounded::new(inner, EVENT_LIMIT));
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = true;
        Ok(Self {
            reader,
            buffer: Vec::new(),
            tag: String::new(),
            name_end: 0,
            text: Text::default(),
            depth: 0,
            started_at: 0,
            rooted: false,
        })
    }

    /// Offset of the first byte of the node last met.
    pub fn started_at(&self) -> u64 {
        self.started_at
    }

    /// Offset behind the node last met.
    pub fn position(&self) -> u64 {
        self.reader.buffer_position()
    }

    /// How many elements are open, the one just started included.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Local name of the element last started.
    pub fn name(&self) -> &str {
        let name = self.tag.get(..self.name_end).unwrap_or_default();
        name.split_once(':').map_or(name, |(_, local)| local)
    }

    /// An attribute of the element last started, by its full name, resolved.
    pub fn attribute(&self, name: &str) -> Option<Cow<'_, str>> {
        self.attributes().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// All attributes of the element last started with their full names, resolved, in order.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        let mut attributes = Attributes::new(&self.tag, self.name_end);
        attributes.with_checks(false);
        attributes.flatten().map(|attribute| {
            let value = attribute.normalized_value(XmlVersion::Explicit1_0);
            (attribute.key.into_inner(), value.unwrap_or(attribute.value))
        })
    }

    /// The namespace of the element last started, if the element itself declares it.
    pub fn namespace(&self) -> Option<Cow<'_, str>> {
        let name = self.tag.get(..self.name_end).unwrap_or_default();
        match name.split_once(':') {
            Some((prefix, _)) => self.attribute(&format!("xmlns:{prefix}")),
            None => self.attribute("xmlns"),
        }
    }

    /// The piece of text last met, resolved.
    pub fn piece(&self) -> &str {
        &self.text.kept
    }

    /// Takes one step.
    ///
    /// # Errors
    /// Broken syntax, a document type with declarations, an undeclared entity, too deep, too large.
    pub fn step(&mut self) -> Result<Node, ParseError> {
        self.text.clear();
        self.advance(EVENT_LIMIT)
    }

    /// Takes one step; a text met is put behind what `self.text` holds, up to `limit` bytes in all.
    fn advance(&mut self, limit: usize) -> Result<Node, ParseError> {
        loop {
            self.buffer.clear();
            self.started_at = self.reader.buffer_position();
            self.reader.get_mut().allow(EVENT_LIMIT);
            let event = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(error) => return Err(syntax(&error, self.reader.error_position())),
            };
            let held: &str = match &event {
                Event::Start(tag) => tag,
                Event::Text(text) => text,
                Event::CData(text) => text,
                _ => "",
            };
            if memchr::memchr(0, held.as_bytes()).is_some() {
                return Err(self.refused(ErrorCode::Malformed, "a NUL byte, which XML never holds"));
            }
            match event {
                Event::Start(tag) => {
                    self.tag.clear();
                    self.tag.push_str(&tag);
                    self.name_end = tag.name().into_inner().len();
                    self.depth += 1;
                    if self.depth == 1 && self.rooted {
                        return Err(self.refused(ErrorCode::Malformed, "a second root element"));
                    }
                    self.rooted = true;
                    if self.depth > DEPTH_LIMIT {
                        return Err(self.refused(
                            ErrorCode::TooDeep,
                            format!("elements are nested more than {DEPTH_LIMIT} deep"),
                        ));
                    }
                    return Ok(Node::Start);
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Node::End);
                }
                Event::Text(_) | Event::CData(_) if self.depth > 0 && limit == 0 => {}
                Event::Text(text) if self.depth > 0 => {
                    self.text.push(&text.xml10_content(), limit);
                }
                Event::Text(text) if text.trim_start_matches('\u{feff}').trim().is_empty() => {
                    continue;
                }
                Event::CData(text) if self.depth > 0 => {
                    self.text.push(&text.into_inner(), limit);
                }
                Event::Text(_) | Event::CData(_) => {
                    return Err(self.refused(ErrorCode::Malformed, "text outside the root element"));
                }
                Event::GeneralRef(reference) => {
                    let name = reference.xml10_content();
                    match reference.resolve_char_ref() {
                        Ok(Some(character)) => {
                            self.text.push(character.encode_utf8(&mut [0; 4]), limit);
                        }
                        Ok(None) => match quick_xml::escape::resolve_predefined_entity(&name) {
                            Some(value) => self.text.push(value, limit),
                            None => {
                                let message = format!("entity `{name}` is not one of XML's own");
                                return Err(self.refused(ErrorCode::Entity, message));
                            }
                        },
                        Err(error) => {
                            return Err(self.refused(ErrorCode::Malformed, error.to_string()));
                        }
                    }
                }
                Event::DocType(doctype) if doctype.contains('[') => {
                    return Err(self.refused(
                        ErrorCode::Entity,
                        "a document type with declarations is not read",
                    ));
                }
                Event::Eof if self.depth > 0 => {
                    return Err(self.refused(
                        ErrorCode::Truncated,
                        format!("the document ends inside `{}`", self.name()),
                    ));
                }
                Event::Eof if !self.rooted => {
                    return Err(self.refused(ErrorCode::Malformed, "there is no root element"));
                }
                Event::Eof => return Ok(Node::Eof),
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::DocType(_) => continue,
                Event::Empty(_) => continue,
            }
            if self.depth == 0 {
                return Err(self.refused(ErrorCode::Malformed, "text outside the root element"));
            }
            return Ok(Node::Text);
        }
    }

    /// The text of the element just started, its children's text included, up to its end.
    ///
    /// # Errors
    /// As [`step`](Self::step), and `TooLarge` beyond [`EVENT_LIMIT`].
    pub fn text(&mut self) -> Result<String, ParseError> {
        let mut whole = String::new();
        self.text_into(&mut whole, EVENT_LIMIT + 1)?;
        if whole.len() > EVENT_LIMIT {
            return Err(self.refused(ErrorCode::TooLarge, "a text is too long"));
        }
        Ok(whole)
    }

    /// Puts the text of the element just started, its children's text included, into `target` in
    /// place of what it held, reading up to the element's end. What goes beyond `limit` bytes is
    /// read and left out.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn text_into(&mut self, target: &mut String, limit: usize) -> Result<(), ParseError> {
        std::mem::swap(&mut self.text.kept, target);
        self.text.clear();
        let ended = self.end(limit);
        std::mem::swap(&mut self.text.kept, target);
        ended
    }

    /// Passes over the element just started, to behind its end.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn skip(&mut self) -> Result<(), ParseError> {
        self.end(0)
    }

    /// Reads to the end of the element just started.
    fn end(&mut self, limit: usize) -> Result<(), ParseError> {
        let until = self.depth;
        loop {
            match self.advance(limit)? {
                Node::End if self.depth < until => return Ok(()),
                Node::Eof => return Ok(()),
                Node::Start | Node::End | Node::Text => {}
            }
        }
    }

    /// Steps to the next child of the element at `depth` (the depth just after its start): true
    /// with the child started, false when the element has ended. Text between children is passed
    /// over; a child must be read or skipped to its end before the next call.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn next_child(&mut self, depth: usize) -> Result<bool, ParseError> {
        loop {
            match self.advance(0)? {
                Node::Start => return Ok(true),
                Node::End if self.depth < depth => return Ok(false),
                Node::Eof => return Ok(false),
                Node::End | Node::Text => {}
            }
        }
    }

    /// A refusal at the node last met.
    pub fn refused(&self, code: ErrorCode, message: impl Into<String>) -> ParseError {
        ParseError::at_byte(code, self.started_at, message)
    }
}

/// The text met, as far as it is wanted.
#[derive(Debug, Default)]
struct Text {
    kept: String,
    /// Something did not fit: what follows is left out, however short.
    full: bool,
}

impl Text {
    fn clear(&mut self) {
        self.kept.clear();
        self.full = false;
    }

    /// Puts `more` behind what is kept as far as the two together stay within `limit` bytes.
    fn push(&mut self, more: &str, limit: usize) {
        if !self.full {
            let room = limit.saturating_sub(self.kept.len());
            let end = more.floor_char_boundary(room);
            self.full = end < more.len();
            self.kept.push_str(more.get(..end).unwrap_or_default());
        }
    }
}

fn syntax(error: &quick_xml::Error, offset: u64) -> ParseError {
    let code = match error {
        quick_xml::Error::Io(io) if io.kind() == std::io::ErrorKind::FileTooLarge => {
            return ParseError::at_byte(
                ErrorCode::TooLarge,
                offset,
                format!("one tag or text is longer than {} MiB", EVENT_LIMIT >> 20),
            );
        }
        quick_xml::Error::Io(_) => ErrorCode::Read,
        quick_xml::Error::Encoding(_) => ErrorCode::Encoding,
        quick_xml::Error::Syntax(_) => ErrorCode::Truncated,
        _ => ErrorCode::Malformed,
    };
    ParseError::at_byte(code, offset, error.to_string())
}

#[cfg(test)]
mod tests;
