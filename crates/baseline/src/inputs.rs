//! What a score is made from: everything a problem's points depend on, and nothing else.

use yagura_model::{Timestamp, severity::Severity};

use crate::{ratio::half_even, vector::CvssScore};

/// Everything that one problem's points depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemInputs {
    /// What is wrong, by itself.
    pub base: Base,
    /// What is known about its exploitation.
    pub threat: Threat,
    /// From where the asset can be reached; `None` if nobody said.
    pub exposure: Option<Exposure>,
    /// How much the asset is worth protecting.
    pub value: Value,
    /// Since when the correction is owed.
    pub clock: Clock,
    /// A due date set by a directive or another policy, instead of the model's days.
    pub due: Option<Timestamp>,
    /// The time of the run; an input, stored with it.
    pub now: Timestamp,
}

/// What a problem is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Base {
    /// Exactly one CVE, with the score of the vector chosen for it in this run, if there is one.
    Vulnerability(Option<CvssScore>),
    /// A failed check that does not name exactly one CVE.
    Check(Severity),
}

/// What the feeds of the run and the organisation's own incidents say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Threat {
    /// Whether the run had any feed at all.
    pub feeds: bool,
    /// Listed as known to be exploited (KEV).
    pub known_exploited: bool,
    /// Subject of a directive (対処要請).
    pub directive: bool,
    /// Known to be used by ransomware.
    pub ransomware: bool,
    /// Probability of exploitation, if the feed has the CVE.
    pub epss: Option<Probability>,
    /// A confirmed incident on the asset is open.
    pub open_incident: bool,
}

/// A probability in millionths: 0 to 1,000,000. EPSS publishes five decimal places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Probability(u32);

/// A text that is no probability.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a probability from 0 to 1, written like `0.97565`")]
pub struct NotProbability(pub String);

impl Probability {
    /// From millionths; more than a million counts as certain.
    pub fn from_millionths(millionths: u32) -> Self {
        Self(millionths.min(1_000_000))
    }

    /// Reads `0.97565`, rounding half even what lies beyond the sixth place.
    pub fn parse(text: &str) -> Result<Self, NotProbability> {
        let refuse = || NotProbability(text.to_owned());
        let trimmed = text.trim();
        let (whole, fraction) = trimmed.split_once('.').unwrap_or((trimmed, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > 18 {
            return Err(refuse());
        }
        let whole: i128 = whole.parse().map_err(|_| refuse())?;
        let scale = 10_i128.pow(u32::try_from(fraction.len()).map_err(|_| refuse())?);
        let fraction: i128 = fraction.parse().map_err(|_| refuse())?;
        if whole > 1 || (whole == 1 && fraction > 0) {
            return Err(refuse());
        }
        let millionths = half_even((whole * scale + fraction) * 1_000_000, scale);
        u32::try_from(millionths).map(Self).map_err(|_| refuse())
    }

    /// The probability in millionths.
    pub fn millionths(self) -> u32 {
        self.0
    }
}

/// From where an asset can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Exposure {
    /// Only from inside its own organisation and zone.
    Internal,
    /// From another organisation or a zone that is trusted less.
    OtherOrganisation,
    /// From the internet.
    Internet,
}

impl Exposure {
    /// Reads the value of the attribute `exposure`; `None` for a word that says nothing.
    pub fn from_attribute(text: &str) -> Option<Self> {
        match text.trim() {
            "internal" => Some(Self::Internal),
            "other_organisation" => Some(Self::OtherOrganisation),
            "internet" => Some(Self::Internet),
            _ => None,
        }
    }
}

/// The ratings (格付) that say what an asset is worth; `None` is "not rated".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Value {
    /// 機密性: 3, 2 or 1.
    pub confidentiality: Option<u8>,
    /// 完全性: 2 or 1.
    pub integrity: Option<u8>,
    /// 可用性: 2 or 1.
    pub availability: Option<u8>,
    /// Designated important. Designation is an act: not said is not designated.
    pub important: bool,
}

/// The times that decide since when a correction is owed.
///
/// Reopening, a new identity of the same machine and a move between organisations reset nothing:
/// the caller gives the earliest time over the whole history of the asset and of the problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// When the correction or the requirement was published, if known.
    pub published: Option<Timestamp>,
    /// When the asset entered service, if known.
    pub in_service: Option<Timestamp>,
    /// When any source first saw the asset.
    pub asset_first_seen: Timestamp,
    /// When any source first saw the problem on the asset.
    pub problem_first_seen: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::{Exposure, Probability};

    #[test]
    fn probabilities_are_read_exactly_to_the_sixth_place() {
        let millionths = |text| Probability::parse(text).map(Probability::millionths).ok();
        assert_eq!(millionths("0.97565"), Some(975_650));
        assert_eq!(millionths("0.944190000"), Some(944_190));
        assert_eq!(millionths("1"), Some(1_000_000));
        assert_eq!(millionths("0.0000005"), Some(0));
        assert_eq!(millionths("0.0000015"), Some(2));
        for text in ["", "1.1", "-0.1", "97%", "1e-3", "0.", "0,5"] {
            assert_eq!(millionths(text), None, "{text}");
        }
    }

    #[test]
    fn exposure_words_are_those_of_the_attribute() {
        assert_eq!(Exposure::from_attribute("internet"), Some(Exposure::Internet));
        assert_eq!(Exposure::from_attribute("dmz"), None);
    }
}
