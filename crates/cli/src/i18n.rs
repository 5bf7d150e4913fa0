//! What the program says, in Japanese and English.
//!
//! The texts are Fluent files at the root of the repository, shared with the web pages. Code names
//! them by id; tests see to it that both languages have the same ids with the same variables and
//! that every id is used.

use std::{env, ffi::OsString};

use fluent_bundle::{FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

use crate::output::cell::grouped;

#[cfg(test)]
mod tests;

/// The texts, a line a file: name, Japanese, English.
const FILES: &[(&str, &str, &str)] = &[
    (
        "terms",
        include_str!("../../../locales/ja/terms.ftl"),
        include_str!("../../../locales/en/terms.ftl"),
    ),
    (
        "refusals",
        include_str!("../../../locales/ja/refusals.ftl"),
        include_str!("../../../locales/en/refusals.ftl"),
    ),
    (
        "warnings",
        include_str!("../../../locales/ja/warnings.ftl"),
        include_str!("../../../locales/en/warnings.ftl"),
    ),
    (
        "cli",
        include_str!("../../../locales/ja/cli.ftl"),
        include_str!("../../../locales/en/cli.ftl"),
    ),
    (
        "cli-inspect",
        include_str!("../../../locales/ja/cli-inspect.ftl"),
        include_str!("../../../locales/en/cli-inspect.ftl"),
    ),
    (
        "cli-ingest",
        include_str!("../../../locales/ja/cli-ingest.ftl"),
        include_str!("../../../locales/en/cli-ingest.ftl"),
    ),
    (
        "cli-report",
        include_str!("../../../locales/ja/cli-report.ftl"),
        include_str!("../../../locales/en/cli-report.ftl"),
    ),
    (
        "cli-org",
        include_str!("../../../locales/ja/cli-org.ftl"),
        include_str!("../../../locales/en/cli-org.ftl"),
    ),
    (
        "cli-reorganisation",
        include_str!("../../../locales/ja/cli-reorganisation.ftl"),
        include_str!("../../../locales/en/cli-reorganisation.ftl"),
    ),
    (
        "cli-formats",
        include_str!("../../../locales/ja/cli-formats.ftl"),
        include_str!("../../../locales/en/cli-formats.ftl"),
    ),
    (
        "cli-demo",
        include_str!("../../../locales/ja/cli-demo.ftl"),
        include_str!("../../../locales/en/cli-demo.ftl"),
    ),
    (
        "cli-lake",
        include_str!("../../../locales/ja/cli-lake.ftl"),
        include_str!("../../../locales/en/cli-lake.ftl"),
    ),
    (
        "codes",
        include_str!("../../../locales/ja/codes.ftl"),
        include_str!("../../../locales/en/codes.ftl"),
    ),
    (
        "assets",
        include_str!("../../../locales/ja/assets.ftl"),
        include_str!("../../../locales/en/assets.ftl"),
    ),
    (
        "cli-asset",
        include_str!("../../../locales/ja/cli-asset.ftl"),
        include_str!("../../../locales/en/cli-asset.ftl"),
    ),
    (
        "cli-decision",
        include_str!("../../../locales/ja/cli-decision.ftl"),
        include_str!("../../../locales/en/cli-decision.ftl"),
    ),
    (
        "cli-life",
        include_str!("../../../locales/ja/cli-life.ftl"),
        include_str!("../../../locales/en/cli-life.ftl"),
    ),
    (
        "cli-trend",
        include_str!("../../../locales/ja/cli-trend.ftl"),
        include_str!("../../../locales/en/cli-trend.ftl"),
    ),
    (
        "cli-score",
        include_str!("../../../locales/ja/cli-score.ftl"),
        include_str!("../../../locales/en/cli-score.ftl"),
    ),
    (
        "cli-explain",
        include_str!("../../../locales/ja/cli-explain.ftl"),
        include_str!("../../../locales/en/cli-explain.ftl"),
    ),
    (
        "cli-query",
        include_str!("../../../locales/ja/cli-query.ftl"),
        include_str!("../../../locales/en/cli-query.ftl"),
    ),
];

/// A language the program speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Language {
    /// Japanese.
    Ja,
    /// English.
    En,
}

impl Language {
    /// The language asked for on the command line, else that of the locale. It must be known before
    /// the command line is read, since help and usage errors are written in it.
    pub(crate) fn choose(arguments: &[OsString]) -> Self {
        let asked = crate::arguments::value_of(arguments, "--lang");
        match asked.as_deref() {
            Some("ja") => Self::Ja,
            Some("en") => Self::En,
            _ => Self::of_locale(&locale()),
        }
    }

    fn of_locale(locale: &str) -> Self {
        let japanese = locale.get(..2).is_some_and(|tag| tag.eq_ignore_ascii_case("ja"))
            && !locale.chars().nth(2).is_some_and(char::is_alphabetic);
        if japanese { Self::Ja } else { Self::En }
    }
}

/// The locale of messages as POSIX has it, else as the operating system has it.
fn locale() -> String {
    let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(set)
        .or_else(sys_locale::get_locale)
        .unwrap_or_default()
}

/// The texts of one language.
pub(crate) struct Texts {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Texts").field(&self.bundle.locales).finish()
    }
}

impl Texts {
    pub(crate) fn new(language: Language) -> Self {
        let tag = match language {
            Language::Ja => "ja",
            Language::En => "en",
        };
        let tag = tag.parse::<LanguageIdentifier>().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(|value, _| match value {
            FluentValue::Number(number) => Some(grouped(number.value)),
            _ => None,
        }));
        for (_, japanese, english) in FILES {
            let source = match language {
                Language::Ja => japanese,
                Language::En => english,
            };
            // A test refuses files with errors; what can be read of one is used.
            let resource = match FluentResource::try_new((*source).to_owned()) {
                Ok(resource) | Err((resource, _)) => resource,
            };
            bundle.add_resource_overriding(resource);
        }
        Self { language, bundle }
    }

    /// Whether the person reads Japanese.
    pub(crate) fn is_japanese(&self) -> bool {
        self.language == Language::Ja
    }

    /// The text of an id.
    pub(crate) fn say(&self, id: &str) -> String {
        self.say_with(id, &[])
    }

    /// The text of an id with its variables.
    pub(crate) fn say_with(&self, id: &str, variables: &[(&str, FluentValue<'_>)]) -> String {
        self.find_with(id, variables).unwrap_or_else(|| id.to_owned())
    }

    /// The text of an id that need not exist.
    pub(crate) fn find(&self, id: &str) -> Option<String> {
        self.find_with(id, &[])
    }

    fn find_with(&self, id: &str, variables: &[(&str, FluentValue<'_>)]) -> Option<String> {
        let pattern = self.bundle.get_message(id)?.value()?;
        let variables = variables.iter().map(|(name, value)| (*name, value.clone())).collect();
        // A test formats every text with its variables; what is missing shows as its name.
        let mut errors = Vec::new();
        Some(self.bundle.format_pattern(pattern, Some(&variables), &mut errors).into_owned())
    }
}
