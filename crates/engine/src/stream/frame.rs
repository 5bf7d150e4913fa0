//! Length-framed reports: a head on one line, then so many bytes.
//!
//! The head is a JSON object of which only `length` must be there; the others are those of [`Head`].
//! Blank lines between frames are skipped. A head that says something wrong costs its report. One
//! without a length ends the stream: nobody knows where the next frame begins.

use std::io::{self, BufRead, Read as _};

use serde::Deserialize;
use yagura_model::Timestamp;

/// Most bytes of a head.
const HEAD: u64 = 64 << 10;

/// What a head may say beside the length.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    /// How many bytes follow.
    pub(super) length: u64,
    /// What the report is called; it comes back with the acknowledgement.
    pub(super) name: Option<String>,
    /// Whose report it is.
    pub(super) organisation: Option<String>,
    /// The name of its source.
    pub(super) source: Option<String>,
    /// The system its assets belong to.
    pub(super) system: Option<String>,
    /// When it was observed, for a report that does not say.
    pub(super) observed_at: Option<Timestamp>,
    /// The format's name.
    pub(super) format: Option<String>,
}

/// A frame of which the head was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// How many bytes follow.
    pub(super) length: u64,
    /// What the head says, or what is wrong with it.
    pub(super) head: Result<Head, String>,
}

/// Why the frames cannot be told apart any more. All before are taken in.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// Where a frame should begin there is no head.
    #[error("frame {sequence} does not begin with a head: {reason}")]
    Head {
        /// Which frame, from 1.
        sequence: u64,
        /// What is wrong.
        reason: String,
    },
    /// The input ended within a frame.
    #[error("the input ended within frame {sequence}, {missing} bytes before its end")]
    Cut {
        /// Which frame, from 1.
        sequence: u64,
        /// How many bytes of it did not come; of a head, at least one.
        missing: u64,
    },
    /// The input could not be read.
    #[error("frame {sequence} could not be read")]
    Read {
        /// Which frame, from 1.
        sequence: u64,
        /// Why.
        source: io::Error,
    },
}

impl FrameError {
    /// Every code, also those of frames that cost only their report.
    pub const CODES: &'static [&'static str] = &["invalid", "too_large", "head", "cut", "read"];

    /// The stable code, whose text for people is in the Fluent files under `frame-<code>`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Head { .. } => "head",
            Self::Cut { .. } => "cut",
            Self::Read { .. } => "read",
        }
    }

    /// Which frame, from 1.
    pub fn sequence(&self) -> u64 {
        match self {
            Self::Head { sequence, .. }
            | Self::Cut { sequence, .. }
            | Self::Read { sequence, .. } => *sequence,
        }
    }
}

/// Reads the head of the next frame; `None` at the end of the input.
pub(super) fn next(input: &mut dyn BufRead, sequence: u64) -> Result<Option<Frame>, FrameError> {
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut *input).take(HEAD).read_until(b'\n', &mut line);
        read.map_err(|source| FrameError::Read { sequence, source })?;
        if line.is_empty() {
            return Ok(None);
        }
        if !line.trim_ascii().is_empty() {
            break;
        }
    }
    if !line.ends_with(b"\n") {
        if line.len() as u64 == HEAD {
            let reason = format!("its first line has more than {HEAD} bytes");
            return Err(FrameError::Head { sequence, reason });
        }
        return Err(FrameError::Cut { sequence, missing: 1 });
    }
    /// What must be right for the frame to have an end.
    #[derive(Deserialize)]
    struct Length {
        length: u64,
    }
    let head: Result<Head, _> = serde_json::from_slice(&line);
    let length = match &head {
        Ok(head) => head.length,
        Err(_) => match serde_json::from_slice::<Length>(&line) {
            Ok(Length { length }) => length,
            Err(error) => {
                let reason = error.to_string();
                return Err(FrameError::Head { sequence, reason });
            }
        },
    };
    let head = head.map_err(|error| format!("its head is not right: {error}"));
    Ok(Some(Frame { length, head }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: &[(u64, Result<&str, &str>)], ended: &str) {
        let mut input = input.as_bytes();
        let mut sequence = 0;
        let mut found = Vec::new();
        let end = loop {
            sequence += 1;
            match next(&mut input, sequence) {
                Ok(None) => break "end".to_owned(),
                Err(error) => break format!("{} {}", error.code(), error.sequence()),
                Ok(Some(frame)) => {
                    let length = usize::try_from(frame.length).unwrap();
                    input = input.get(length..).unwrap_or_default();
                    found.push(frame);
                }
            }
        };
        assert_eq!(end, ended);
        assert_eq!(found.len(), expected.len());
        for (frame, (length, head)) in found.iter().zip(expected) {
            assert_eq!(frame.length, *length);
            match (&frame.head, head) {
                (Ok(head), Ok(name)) => assert_eq!(head.name.as_deref().unwrap_or_default(), *name),
                (Err(said), Err(part)) => assert!(said.contains(part), "{said}"),
                (said, _) => panic!("{said:?}"),
            }
        }
    }

    #[test]
    fn frames_follow_each_other_by_their_lengths() {
        check("", &[], "end");
        check("\n \r\n", &[], "end");
        check("{\"length\":0}\n", &[(0, Ok(""))], "end");
        let two = "{\"length\":3,\"name\":\"a\"}\nab\n\n{\"length\":2,\"name\":\"b\"}\r\n{}";
        check(two, &[(3, Ok("a")), (2, Ok("b"))], "end");
    }

    #[test]
    fn a_head_that_says_something_wrong_costs_only_its_report() {
        let input = "{\"length\":1,\"sorce\":\"x\"}\nx{\"length\":1,\"observed_at\":\"noon\"}\nx\
                     {\"length\":1,\"source\":7}\nx{\"length\":1,\"name\":\"good\"}\nx";
        let expected = [(1, Err("sorce")), (1, Err("year")), (1, Err("7")), (1, Ok("good"))];
        check(input, &expected, "end");
    }

    #[test]
    fn without_a_length_nobody_knows_what_follows() {
        check("{\"length\":1}\nx{\"source\":\"x\"}\nx", &[(1, Ok(""))], "head 2");
        for head in ["[]\n", "{\n", "{\"length\":-1}\n", "{\"length\":\"1\"}\n", "\u{0}\n"] {
            check(head, &[], "head 1");
        }
        check(&format!("{{\"name\":\"{}\"}}\n", "n".repeat(70_000)), &[], "head 1");
        check("{\"length\":1}\nx{\"length\":", &[(1, Ok(""))], "cut 2");
        check("{\"length\":1}", &[], "cut 1");
    }
}
