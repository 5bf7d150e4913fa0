//! The public id of a finding: computed from what is stored, never stored.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};
use yagura_model::id::{CheckKey, SubjectKey};

use crate::score::Evidence;

/// `F-<subject>-<check>-<first 8 hex digits of the SHA-256 of the location>`. The subject tells the
/// source, so this names one statement of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingId {
    /// On which subject.
    pub subject: SubjectKey,
    /// Which check.
    pub check: CheckKey,
    location: u32,
}

impl FindingId {
    /// The id of the statement about a check at a location.
    pub fn new(subject: SubjectKey, check: CheckKey, location: &str) -> Self {
        Self { subject, check, location: short(location) }
    }

    /// The id of an evidence.
    pub fn of(evidence: &Evidence) -> Self {
        Self::new(evidence.subject, evidence.check, &evidence.location)
    }

    /// Whether this is the id of an evidence.
    pub fn names(&self, evidence: &Evidence) -> bool {
        *self == Self::of(evidence)
    }
}

fn short(location: &str) -> u32 {
    let digest = Sha256::digest(location.as_bytes());
    digest.iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte))
}

impl fmt::Display for FindingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "F-{}-{}-{:08x}", self.subject, self.check, self.location)
    }
}

impl serde::Serialize for FindingId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text that is no id of a finding.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the id of a finding, written like `F-4294967297-12-0a1b2c3d`")]
pub struct NotFindingId(pub String);

impl FromStr for FindingId {
    type Err = NotFindingId;

    fn from_str(text: &str) -> Result<Self, NotFindingId> {
        let read = || {
            let mut parts = text.trim().strip_prefix("F-")?.split('-');
            let subject = SubjectKey(parts.next()?.parse().ok()?);
            let check = CheckKey(parts.next()?.parse().ok()?);
            let hash = parts.next().filter(|hash| hash.len() == 8)?;
            let location = u32::from_str_radix(hash, 16).ok()?;
            parts.next().is_none().then_some(Self { subject, check, location })
        };
        read().ok_or_else(|| NotFindingId(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_written() {
        let location = short("pkg:deb/debian/lib");
        let id = FindingId { subject: SubjectKey(4_294_967_297), check: CheckKey(12), location };
        assert_eq!(id.to_string().parse(), Ok(id));
        // The SHA-256 of nothing begins e3b0c442.
        assert_eq!(short(""), 0xe3b0_c442);
        for text in ["", "F-1-2", "F-1-2-xyz", "F-1-2-0a1b2c3", "F-1-2-0a1b2c3d-4", "A-1"] {
            assert!(text.parse::<FindingId>().is_err(), "{text}");
        }
    }
}
