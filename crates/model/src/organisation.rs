//! Organisations: a dated tree.

use std::borrow::Cow;

use crate::Timestamp;

/// An organisation's code: path segments joined by `/`, such as `mof/tax`.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct OrganisationCode(String);

/// A code that cannot name an organisation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not an organisation code: use letters, digits, `-`, `_`, `.` and `/` between levels"
)]
pub struct BadOrganisationCode(pub String);

impl OrganisationCode {
    /// Longest code in bytes.
    pub const LIMIT: usize = 200;

    /// A code from text; letters of any script are allowed, white space and empty levels are not.
    pub fn new(text: &str) -> Result<Self, BadOrganisationCode> {
        let good = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        let fits = !text.is_empty()
            && text.len() <= Self::LIMIT
            && text.split('/').all(|level| !level.is_empty() && level.chars().all(good));
        if fits { Ok(Self(text.to_owned())) } else { Err(BadOrganisationCode(text.to_owned())) }
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The code one level up, if there is one.
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('/').map(|(parent, _)| Self(parent.to_owned()))
    }
}

impl std::fmt::Display for OrganisationCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// An organisation as a register states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationSeen<'a> {
    /// Its code.
    pub code: Cow<'a, str>,
    /// Its name in Japanese.
    pub name_ja: Cow<'a, str>,
    /// Its name in English, empty if not given.
    pub name_en: Cow<'a, str>,
    /// The code of the organisation above, if any.
    pub parent: Option<Cow<'a, str>>,
    /// Since when.
    pub from: Option<Timestamp>,
    /// Until when (exclusive).
    pub to: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::OrganisationCode;

    #[test]
    fn a_code_is_a_path() {
        let code = OrganisationCode::new("sakura/keiri").unwrap();
        assert_eq!(code.parent().unwrap().as_str(), "sakura");
        assert!(OrganisationCode::new("櫻省/経理課").is_ok());
        for bad in ["", "/", "a//b", "a b", "a/", "a\u{0}"] {
            assert!(OrganisationCode::new(bad).is_err(), "{bad:?}");
        }
    }
}
