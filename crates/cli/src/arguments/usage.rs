//! Command lines that cannot be understood, told in the person's language.

use std::{io::Write, process::ExitCode};

use clap::{
    Command, Error,
    error::{ContextKind, ContextValue, ErrorKind},
};
use fluent_bundle::FluentValue;

use crate::i18n::Texts;

/// The exit status of a command line that cannot be understood.
const USAGE: u8 = 2;

/// Who gives nothing gets the help, as an error.
pub(crate) fn show_help(command: &mut Command) -> ExitCode {
    match write!(std::io::stderr(), "{}", command.render_help()) {
        Ok(()) | Err(_) => ExitCode::from(USAGE),
    }
}

/// Prints help where it was asked for, else what is wrong.
pub(crate) fn report(error: &Error, texts: &Texts) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => match error.print() {
            Ok(()) | Err(_) => ExitCode::SUCCESS,
        },
        _ => {
            let mut told = format!("{} {}\n", texts.say("error"), explain(error, texts));
            for kind in [
                ContextKind::SuggestedArg,
                ContextKind::SuggestedSubcommand,
                ContextKind::SuggestedValue,
            ] {
                if let Some(near) = context(error, kind) {
                    let hint = texts.say_with("usage-suggestion", &[("near", near.into())]);
                    told.push_str(&format!("  {hint}\n"));
                }
            }
            if context(error, ContextKind::InvalidArg).is_some_and(|of| of.ends_with("<TIME>")) {
                told.push_str(&format!("  {}\n", texts.say("usage-time")));
            }
            if let Some(valid) = context(error, ContextKind::ValidValue).filter(|v| !v.is_empty()) {
                let hint = texts.say_with("usage-valid", &[("values", valid.into())]);
                told.push_str(&format!("  {hint}\n"));
            }
            told.push_str(&format!("  {}\n", texts.say("usage-help")));
            match std::io::stderr().write_all(told.as_bytes()) {
                Ok(()) | Err(_) => ExitCode::from(USAGE),
            }
        }
    }
}

fn explain(error: &Error, texts: &Texts) -> String {
    let part = |kind| FluentValue::from(context(error, kind).unwrap_or_default());
    let argument = ("argument", part(ContextKind::InvalidArg));
    let value = ("value", part(ContextKind::InvalidValue));
    match error.kind() {
        ErrorKind::MissingRequiredArgument => texts.say_with("usage-missing", &[argument]),
        ErrorKind::UnknownArgument => texts.say_with("usage-unknown", &[argument]),
        ErrorKind::InvalidValue
            if context(error, ContextKind::InvalidValue).is_none_or(|v| v.is_empty()) =>
        {
            texts.say_with("usage-no-value", &[argument])
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            texts.say_with("usage-value", &[argument, value])
        }
        ErrorKind::InvalidSubcommand => {
            let command = ("command", part(ContextKind::InvalidSubcommand));
            texts.say_with("usage-command", &[command])
        }
        ErrorKind::ArgumentConflict => {
            let other = ("other", part(ContextKind::PriorArg));
            texts.say_with("usage-conflict", &[argument, other])
        }
        ErrorKind::MissingSubcommand => texts.say("usage-no-command"),
        _ => {
            let detail = error.kind().to_string();
            texts.say_with("usage-other", &[("detail", detail.into())])
        }
    }
}

fn context(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        _ => None,
    }
}
