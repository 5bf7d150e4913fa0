//! What a format is.

use std::io::{Read, Seek};

use jiff::tz::TimeZone;

use crate::{error::ParseError, head::Head, sink::Sink};

/// Bytes that can be read again from any place.
pub trait ReadSeek: Read + Seek + std::fmt::Debug {}
impl<T: Read + Seek + std::fmt::Debug + ?Sized> ReadSeek for T {}

/// Where a format is specified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Specification {
    /// The name people know the format by, with the versions read.
    pub title: &'static str,
    /// Where it is specified.
    pub url: &'static str,
    /// The unit that `records` counts.
    pub record: &'static str,
}

/// What the caller knows that the bytes do not say.
#[derive(Debug, Clone)]
pub struct Context {
    /// The zone of times that have none.
    pub zone: TimeZone,
    /// Column mapping of a register, TOML text of the inventory format.
    pub mapping: Option<String>,
    /// The asset that a report without one is about.
    pub asset: Option<String>,
}

/// A format: recognises its bytes and turns them into events.
pub trait Format: Sync {
    /// Short stable name, as `--format` takes it.
    fn name(&self) -> &'static str;

    /// Where it is specified and what a record is.
    fn specification(&self) -> Specification;

    /// Whether the first bytes are of this format. Says yes only on what no other format has.
    fn probe(&self, head: &Head<'_>) -> bool;

    /// Reads the whole input from its start.
    ///
    /// # Errors
    /// A [`ParseError`] means nothing of the file may be used. What is wrong with one record only
    /// is a dropped record and a warning instead.
    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError>;
}
