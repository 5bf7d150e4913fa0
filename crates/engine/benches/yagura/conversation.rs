//! A process that is asked line by line: a JSON object there, one back.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::Failure;

/// A process and both of its ends.
#[derive(Debug)]
pub(crate) struct Conversation {
    name: &'static str,
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Conversation {
    /// Starts a process.
    pub(crate) fn start(name: &'static str, mut command: Command) -> Result<Self, Failure> {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut process =
            command.spawn().map_err(|error| format!("cannot start {name}: {error}"))?;
        let input = process.stdin.take();
        let output = process.stdout.take().ok_or("a process without an output")?;
        Ok(Self { name, process, input, output: BufReader::new(output) })
    }

    /// Says a line.
    pub(crate) fn say(&mut self, what: &Value) -> Result<(), Failure> {
        let input = self.input.as_mut().ok_or("nothing can be said any more")?;
        writeln!(input, "{what}")?;
        Ok(input.flush()?)
    }

    /// Hears a line.
    pub(crate) fn hear(&mut self) -> Result<Value, Failure> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        serde_json::from_str(&line)
            .map_err(|error| format!("{} said `{}`: {error}", self.name, line.trim()).into())
    }

    /// Says a line and hears the answer.
    pub(crate) fn ask(&mut self, what: &Value) -> Result<Value, Failure> {
        self.say(what)?;
        self.hear()
    }

    /// Lets the process end, and gives what it says last, if anything.
    pub(crate) fn end(mut self) -> Result<Value, Failure> {
        self.input = None;
        let mut last = String::new();
        self.output.read_line(&mut last)?;
        let status = self.process.wait()?;
        if !status.success() {
            return Err(format!("{} failed ({status})", self.name).into());
        }
        Ok(serde_json::from_str(&last).unwrap_or_default())
    }
}
