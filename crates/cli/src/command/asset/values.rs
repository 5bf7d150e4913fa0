//! The values of attributes in words.

use jiff::{Timestamp, tz::TimeZone};
use yagura_model::attribute::names;

use crate::{i18n::Texts, output::cell::Cell};

/// The attributes whose values are closed lists, with their values.
pub(crate) const VALUES: &[(&str, &[&str])] = &[
    ("life_cycle", &["in_service", "in_store", "spare", "disposed", "transferred", "missing"]),
    ("exposure", &["internet", "other_organisation", "internal"]),
    ("employment", &["employed", "leave", "left", "contractor"]),
    ("account.mfa", &["phishing_resistant", "otp", "sms", "none"]),
    ("shared_with", &["public", "organisation", "restricted"]),
    ("yes", &["true", "false"]),
];

/// What an attribute is called; a source's own by the source's name for it.
pub(super) fn name(texts: &Texts, name: &str) -> String {
    match name.strip_prefix("x.") {
        Some(own) => own.to_owned(),
        None => texts.find(&id("attribute", name)).unwrap_or_else(|| name.to_owned()),
    }
}

/// A value for people.
pub(super) fn value(texts: &Texts, zone: &TimeZone, name: &str, value: &str) -> String {
    if let Some(word) = word(texts, name, value) {
        return word;
    }
    match value.parse::<Timestamp>() {
        Ok(at) => {
            let midnight = at.to_zoned(zone.clone()).time() == jiff::civil::Time::midnight();
            let cell = if midnight { Cell::day(Some(at)) } else { Cell::time(Some(at)) };
            cell.shown(zone)
        }
        Err(_) => value.to_owned(),
    }
}

/// The word of a value of a closed list.
pub(super) fn word(texts: &Texts, name: &str, value: &str) -> Option<String> {
    if name == names::CLASS {
        return texts.find(&id("class", value));
    }
    let list = if matches!(value, "true" | "false") { "yes" } else { name };
    let (_, values) = VALUES.iter().find(|(name, _)| *name == list)?;
    values.contains(&value).then(|| texts.say(&id(&id("value", list), value)))
}

/// The id of a text that is made of a name.
pub(crate) fn id(before: &str, name: &str) -> String {
    format!("{before}-{}", name.replace('.', "-"))
}
