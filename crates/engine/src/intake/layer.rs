//! Layers around a document: recognised by the first bytes, taken off one after the other.

use std::io::{self, BufReader, Read};

use yagura_formats::encoding::Decoder;

use super::{
    Member, Refused, archive,
    error::{IntakeCode, IntakeError},
    limits::Budget,
    source::Source,
    spool::{Kept, Spool, unreadable},
};

/// Something that was around a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// gzip (RFC 1952), of one or several members.
    Gzip,
    /// Zstandard (RFC 8878), of one or several frames.
    Zstd,
    /// An entry of a zip archive.
    Zip {
        /// The entry's name.
        entry: String,
    },
    /// Text that was not UTF-8; always the innermost.
    Text {
        /// The encoding's name by the WHATWG, as `Shift_JIS`.
        encoding: &'static str,
        /// Whether something in it could not be decoded and was replaced by U+FFFD.
        damaged: bool,
    },
}

/// The largest window a zstd frame may ask for, 128 MiB: what the zstd program itself accepts.
const ZSTD_WINDOW_LOG: u32 = 27;

/// What the first bytes are.
enum Shape {
    Gzip,
    Zstd,
    Zip,
    Document,
}

fn recognise(source: &Source) -> Result<Shape, IntakeError> {
    let mut head = Vec::with_capacity(4);
    source.open().take(4).read_to_end(&mut head).map_err(|error| unreadable(&error))?;
    Ok(match head.as_slice() {
        [0x1f, 0x8b, 8, ..] => Shape::Gzip,
        // A frame, or a skippable frame before one.
        [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Shape::Zstd,
        // An entry, or the end of an archive without any.
        [b'P', b'K', 3, 4] | [b'P', b'K', 5, 6] if !archive::is_document(source) => Shape::Zip,
        _ => Shape::Document,
    })
}

/// Takes the layers off one thing received.
#[derive(Debug)]
pub(crate) struct Unwrapping<'i> {
    spool: Spool<'i>,
    pub(crate) budget: Budget,
    pub(crate) members: Vec<Member>,
    pub(crate) refused: Vec<Refused>,
}

impl<'i> Unwrapping<'i> {
    pub(crate) fn new(spool: Spool<'i>, budget: Budget) -> Self {
        Self { spool, budget, members: Vec::new(), refused: Vec::new() }
    }

    /// Takes all layers off.
    pub(crate) fn unwrap(
        &mut self,
        name: &str,
        layers: Vec<Layer>,
        kept: Kept,
    ) -> Result<(), IntakeError> {
        if kept.source.length() == 0 {
            return Err(IntakeError::new(IntakeCode::Empty, "-", "holds no bytes"));
        }
        let shape = recognise(&kept.source)?;
        let depth = self.budget.limits().depth;
        if layers.len() >= depth && !matches!(shape, Shape::Document) {
            let message = format!("stands in more than {depth} containers");
            return Err(IntakeError::new(IntakeCode::NestedTooDeep, "-", message));
        }
        match shape {
            Shape::Gzip => {
                let input = BufReader::new(kept.source.open());
                let plain = self.expand(&mut gzip(input), "gzip", kept.source.length())?;
                self.unwrap(name, with(layers, Layer::Gzip), plain)
            }
            Shape::Zstd => {
                let mut stream = zstd(BufReader::new(kept.source.open()))
                    .map_err(|error| broken("zstd", &error))?;
                let plain = self.expand(&mut stream, "zstd", kept.source.length())?;
                self.unwrap(name, with(layers, Layer::Zstd), plain)
            }
            Shape::Zip => archive::unwrap(self, name, &layers, &kept.source),
            Shape::Document => {
                let (layers, Kept { source, digest, .. }) = self.decode(layers, kept)?;
                let length = source.length();
                self.members.push(Member { name: name.to_owned(), layers, digest, length, source });
                Ok(())
            }
        }
    }

    /// Puts a text into UTF-8.
    fn decode(
        &mut self,
        layers: Vec<Layer>,
        kept: Kept,
    ) -> Result<(Vec<Layer>, Kept), IntakeError> {
        let Some(encoding) = kept.encoding else { return Ok((layers, kept)) };
        let mut text = Decoder::new(kept.source.open(), encoding);
        let encoding = encoding.name();
        let plain = self.expand(&mut text, encoding, kept.source.length())?;
        let damaged = text.had_errors();
        Ok((with(layers, Layer::Text { encoding, damaged }), plain))
    }

    /// Writes out what a decompressor gives for `compressed` bytes, within the budget.
    pub(crate) fn expand(
        &mut self,
        stream: &mut dyn Read,
        at: &str,
        compressed: u64,
    ) -> Result<Kept, IntakeError> {
        let budget = &mut self.budget;
        self.spool.keep(stream, &|error| broken(at, error), &mut |more, before| {
            budget.spend(more, before, compressed, at)
        })
    }
}

/// Layers with one more inside.
pub(crate) fn with(mut layers: Vec<Layer>, inner: Layer) -> Vec<Layer> {
    layers.push(inner);
    layers
}

#[expect(clippy::disallowed_methods, reason = "the caller bounds what comes out")]
fn gzip<R: io::BufRead>(input: R) -> flate2::bufread::MultiGzDecoder<R> {
    flate2::bufread::MultiGzDecoder::new(input)
}

#[expect(clippy::disallowed_methods, reason = "the caller bounds what comes out")]
fn zstd<R: io::BufRead>(input: R) -> io::Result<zstd::Decoder<'static, R>> {
    let mut stream = zstd::Decoder::with_buffer(input)?;
    stream.window_log_max(ZSTD_WINDOW_LOG)?;
    Ok(stream)
}

fn broken(at: &str, error: &io::Error) -> IntakeError {
    let message = if error.kind() == io::ErrorKind::UnexpectedEof {
        "ends before its data does".to_owned()
    } else {
        format!("cannot be decompressed: {error}")
    };
    IntakeError::new(IntakeCode::BrokenContainer, at, message)
}
