//! The terminal, or what stands in its place.

use std::{
    env,
    io::{self, BufWriter, IsTerminal, Stdout, Write},
};

use jiff::tz::TimeZone;
use serde::Serialize;

use super::{cell::Tone, table::Look};

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Colour {
    fn is_on(self, terminal: bool) -> bool {
        let set = |name| env::var_os(name).filter(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                terminal
                    && set("NO_COLOR").is_none()
                    && set("TERM").is_none_or(|kind| kind != "dumb")
            }
        }
    }
}

impl From<Colour> for clap::ColorChoice {
    fn from(colour: Colour) -> Self {
        match colour {
            Colour::Auto => Self::Auto,
            Colour::Always => Self::Always,
            Colour::Never => Self::Never,
        }
    }
}

/// Standard output and standard error.
#[derive(Debug)]
pub(crate) struct Console {
    out: BufWriter<Stdout>,
    look: Look,
    error_colour: bool,
}

impl Console {
    pub(crate) fn new(colour: Colour, zone: TimeZone) -> Self {
        let (out, error) = (io::stdout(), io::stderr());
        let look = Look {
            width: columns(out.is_terminal()),
            colour: colour.is_on(out.is_terminal()),
            zone,
        };
        let error_colour = colour.is_on(error.is_terminal());
        Self { out: BufWriter::new(out), look, error_colour }
    }

    /// Where results go.
    pub(crate) fn out(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    /// How tables are to look.
    pub(crate) fn look(&self) -> &Look {
        &self.look
    }

    /// Paints what goes to standard output.
    pub(crate) fn paint(&self, tone: Tone, text: &str) -> String {
        paint(self.look.colour, tone, text)
    }

    /// Paints what goes to standard error.
    pub(crate) fn paint_error(&self, tone: Tone, text: &str) -> String {
        paint(self.error_colour, tone, text)
    }

    /// One JSON document on one line, at once.
    pub(crate) fn json_line(&mut self, document: &impl Serialize) -> io::Result<()> {
        self.json_line_later(document)?;
        self.out.flush()
    }

    /// One JSON document on one line, to be written with those after it.
    pub(crate) fn json_line_later(&mut self, document: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, document)?;
        self.out.write_all(b"\n")
    }

    /// A line for people beside the results.
    pub(crate) fn note(&mut self, text: &str) -> io::Result<()> {
        self.out.flush()?;
        writeln!(io::stderr(), "{text}")
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The width of the terminal; where there is none, only if `COLUMNS` gives one.
fn columns(terminal: bool) -> Option<usize> {
    if let Some(columns) = env::var("COLUMNS").ok().and_then(|value| value.parse().ok()) {
        return Some(columns);
    }
    terminal
        .then(|| terminal_size::terminal_size_of(io::stdout()))
        .flatten()
        .map(|(terminal_size::Width(width), _)| usize::from(width))
}

/// Text in a tone, if colours are on.
pub(crate) fn paint(colour: bool, tone: Tone, text: &str) -> String {
    let code = match tone {
        Tone::Plain => return text.to_owned(),
        Tone::Strong => "1",
        Tone::Quiet => "2",
        Tone::Caution => "33",
        Tone::Bad => "31",
    };
    if colour && !text.is_empty() {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}
