//! Names and classes that records say since, in the place of what they said first.

use std::collections::HashSet;

use yagura_lake::rows::AttributeRow;
use yagura_model::{attribute::names, domain::AssetClass, id::SubjectKey};

/// The records of which rows of attributes hold that say the name or the class: what was said at first
/// does not count then.
#[derive(Debug, Default)]
pub(super) struct Restated {
    names: HashSet<SubjectKey>,
    classes: HashSet<SubjectKey>,
}

impl Restated {
    pub(super) fn note(&mut self, row: &AttributeRow) {
        match &*row.name {
            names::NAME => self.names.insert(row.subject),
            names::CLASS => self.classes.insert(row.subject),
            _ => false,
        };
    }

    pub(super) fn names(&self, subject: SubjectKey) -> bool {
        self.names.contains(&subject)
    }

    pub(super) fn classes(&self, subject: SubjectKey) -> bool {
        self.classes.contains(&subject)
    }
}

/// Whether a row says the class of a device, and not of which sort it is: that contradicts nobody who
/// knows.
pub(crate) fn says_no_class(row: &AttributeRow) -> bool {
    *row.name == *names::CLASS && *row.value == *AssetClass::Device.as_str()
}
