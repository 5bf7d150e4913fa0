//! The CVSS base score of a vector, in exact tenths.
//!
//! Specifications: CVSS v2.0 (<https://www.first.org/cvss/v2/guide>), v3.0 and v3.1
//! (<https://www.first.org/cvss/v3.1/specification-document>), v4.0
//! (<https://www.first.org/cvss/v4.0/specification-document>). The formulas are those of the
//! `cvss` crate. Only base metrics count: threat and environment are factors of our own model, so
//! temporal, threat, environmental and supplemental metrics are left aside.

use std::str::FromStr;

use cvss::{v2, v3, v4};
use yagura_model::severity::Severity;

/// A version of CVSS.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum CvssVersion {
    /// CVSS 2.0.
    #[serde(rename = "2.0")]
    V20,
    /// CVSS 3.0.
    #[serde(rename = "3.0")]
    V30,
    /// CVSS 3.1.
    #[serde(rename = "3.1")]
    V31,
    /// CVSS 4.0.
    #[serde(rename = "4.0")]
    V40,
}

impl CvssVersion {
    /// The version's number as its vectors write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V20 => "2.0",
            Self::V30 => "3.0",
            Self::V31 => "3.1",
            Self::V40 => "4.0",
        }
    }

    /// The mandatory metrics in the order of the specification.
    fn base_metrics(self) -> &'static [&'static str] {
        match self {
            Self::V20 => &["AV", "AC", "Au", "C", "I", "A"],
            Self::V30 | Self::V31 => &["AV", "AC", "PR", "UI", "S", "C", "I", "A"],
            Self::V40 => &["AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"],
        }
    }
}

/// A base score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
pub struct CvssScore {
    /// The score in tenths: 0 to 100.
    pub tenths: u8,
    /// The version of the vector it was computed from.
    pub version: CvssVersion,
}

impl CvssScore {
    /// The step of the score on the scale of CVSS 3.1, section 5, used for every version: 2.0 knew
    /// no "critical" of its own.
    pub fn severity(self) -> Severity {
        match self.tenths {
            90.. => Severity::Critical,
            70..=89 => Severity::High,
            40..=69 => Severity::Medium,
            1..=39 => Severity::Low,
            0 => Severity::Info,
        }
    }
}

/// A text that is no CVSS vector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VectorError {
    /// Neither a known prefix nor the metrics of a version that has none.
    #[error("`{0}` is not a CVSS vector of version 2.0, 3.0, 3.1 or 4.0")]
    UnknownVersion(String),
    /// A mandatory metric is missing.
    #[error("CVSS {version} vector `{vector}` lacks the metric `{metric}`")]
    MissingMetric {
        /// The version by prefix or shape.
        version: &'static str,
        /// The text.
        vector: String,
        /// The metric's abbreviation.
        metric: &'static str,
    },
    /// A mandatory metric is given twice.
    #[error("CVSS {version} vector `{vector}` gives the metric `{metric}` twice")]
    RepeatedMetric {
        /// The version by prefix or shape.
        version: &'static str,
        /// The text.
        vector: String,
        /// The metric's abbreviation.
        metric: &'static str,
    },
    /// A metric has a value the specification does not know.
    #[error("CVSS {version} vector `{vector}` has a value that the specification does not know")]
    UnknownValue {
        /// The version by prefix or shape.
        version: &'static str,
        /// The text.
        vector: String,
        /// What the crate says about it.
        source: cvss::Error,
    },
}

/// The base score of a vector of any version.
///
/// A vector without prefix is 2.0 if it has the metric `Au` (also in parentheses, as NVD wrote
/// them), 3.1 if it has `PR` and `S`: the base formulas of 3.0 and 3.1 are the same.
pub fn base_score(vector: &str) -> Result<CvssScore, VectorError> {
    let (version, metrics) = split_version(vector)?;
    let canonical = base_vector(version, vector, metrics)?;
    let unknown = |source| VectorError::UnknownValue {
        version: version.as_str(),
        vector: vector.to_owned(),
        source,
    };
    let score = match version {
        CvssVersion::V20 => v2::Vector::from_str(&canonical).map_err(unknown)?.score().value(),
        CvssVersion::V30 | CvssVersion::V31 => {
            v3::Vector::from_str(&canonical).map_err(unknown)?.base_score().value()
        }
        CvssVersion::V40 => v4::Vector::from_str(&canonical).map_err(unknown)?.score().value(),
    };
    Ok(CvssScore { tenths: tenths(score), version })
}

/// A score of the specification is a whole number of tenths from 0 to 100.
fn tenths(score: f64) -> u8 {
    // Rust's conversion saturates, so even a wrong score would stay a number of tenths.
    (score * 10.0).round().clamp(0.0, 100.0) as u8
}

fn split_version(vector: &str) -> Result<(CvssVersion, &str), VectorError> {
    let text = vector.trim();
    let text = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(text);
    const PREFIXES: &[(&str, CvssVersion)] = &[
        ("CVSS:3.1/", CvssVersion::V31),
        ("CVSS:3.0/", CvssVersion::V30),
        ("CVSS:4.0/", CvssVersion::V40),
        ("CVSS:2.0/", CvssVersion::V20),
        ("CVSS2#", CvssVersion::V20),
    ];
    for (prefix, version) in PREFIXES {
        if let Some(metrics) = text.strip_prefix(prefix) {
            return Ok((*version, metrics));
        }
    }
    let has = |name: &str| metrics(text).any(|(metric, _)| metric == name);
    if has("Au") {
        Ok((CvssVersion::V20, text))
    } else if has("PR") && has("S") {
        Ok((CvssVersion::V31, text))
    } else {
        Err(VectorError::UnknownVersion(vector.to_owned()))
    }
}

fn metrics(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split('/').filter_map(|part| part.split_once(':'))
}

/// The mandatory metrics alone, in the order of the specification, with the version's prefix.
fn base_vector(version: CvssVersion, vector: &str, given: &str) -> Result<String, VectorError> {
    let mut parts: Vec<String> = Vec::new();
    if version != CvssVersion::V20 {
        parts.push(format!("CVSS:{}", version.as_str()));
    }
    for metric in version.base_metrics() {
        let mut values = metrics(given).filter(|(name, _)| name == metric).map(|(_, value)| value);
        let named = || (version.as_str(), vector.to_owned(), *metric);
        let Some(value) = values.next() else {
            let (version, vector, metric) = named();
            return Err(VectorError::MissingMetric { version, vector, metric });
        };
        if values.next().is_some() {
            let (version, vector, metric) = named();
            return Err(VectorError::RepeatedMetric { version, vector, metric });
        }
        parts.push(format!("{metric}:{value}"));
    }
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{CvssVersion, VectorError, base_score};

    fn check(vector: &str, tenths: u8, version: CvssVersion) {
        let score = base_score(vector).expect(vector);
        assert_eq!((score.tenths, score.version), (tenths, version), "{vector}");
    }

    #[test]
    fn every_version_has_its_score() {
        check("AV:N/AC:L/Au:N/C:C/I:C/A:C", 100, CvssVersion::V20);
        check("AV:N/AC:L/Au:N/C:P/I:P/A:P", 75, CvssVersion::V20);
        check("AV:L/AC:H/Au:M/C:N/I:N/A:N", 0, CvssVersion::V20);
        check("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98, CvssVersion::V30);
        check("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 100, CvssVersion::V31);
        check("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 61, CvssVersion::V31);
        check(
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
            93,
            CvssVersion::V40,
        );
    }

    #[test]
    fn shapes_that_tools_write_are_understood() {
        check("(AV:N/AC:L/Au:N/C:P/I:P/A:P)", 75, CvssVersion::V20);
        check(" AV:N/AC:L/Au:N/C:P/I:P/A:P/E:U/RL:OF/RC:C ", 75, CvssVersion::V20);
        check("CVSS2#AV:N/AC:L/Au:N/C:P/I:P/A:P", 75, CvssVersion::V20);
        check("AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98, CvssVersion::V31);
        check("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:C", 98, CvssVersion::V31);
        check(
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U/U:Red",
            93,
            CvssVersion::V40,
        );
    }

    #[test]
    fn what_is_no_vector_is_refused_with_the_reason() {
        let refused = |vector: &str| base_score(vector).expect_err(vector);
        assert!(matches!(refused(""), VectorError::UnknownVersion(_)));
        assert!(matches!(refused("7.5"), VectorError::UnknownVersion(_)));
        assert!(matches!(refused("CVSS:9.9/AV:N"), VectorError::UnknownVersion(_)));
        assert!(matches!(refused("AV:N/Au:N"), VectorError::MissingMetric { metric: "AC", .. }));
        assert!(matches!(
            refused("AV:N/AV:L/AC:L/Au:N/C:P/I:P/A:P"),
            VectorError::RepeatedMetric { metric: "AV", .. }
        ));
        assert!(matches!(
            refused("CVSS:3.1/AV:Z/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
            VectorError::UnknownValue { .. }
        ));
    }

    proptest! {
        #[test]
        fn any_text_is_a_score_or_an_error(text in "(CVSS:[234]\\.[01]/)?[A-Za-z:/.()#]{0,60}") {
            if let Ok(score) = base_score(&text) {
                prop_assert!(score.tenths <= 100);
            }
        }
    }
}
