//! What ends a verb before its work is done.

use std::{fmt::Display, io};

/// See the module.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Whoever read the output has gone.
    PipeClosed,
    /// Something a person is told.
    Told {
        /// In the person's language.
        text: String,
        /// For technicians, in English.
        detail: Option<String>,
    },
}

impl Failure {
    pub(crate) fn told(text: String, detail: &impl Display) -> Self {
        Self::Told { text, detail: Some(detail.to_string()) }
    }
}

/// Writing results is the only thing whose errors come without words.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::PipeClosed;
        }
        Self::Told { text: error.to_string(), detail: None }
    }
}
