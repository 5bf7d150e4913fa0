//! The schema of a score model's file, as it is written; `model_file` checks it.

use serde::{
    Deserialize,
    de::{Deserializer, Error as _, Visitor},
};
use toml::Spanned;
use yagura_model::{coverage::ObservationKind, domain::AssetClass, severity::Severity};

use crate::{
    file::RawHead,
    model::{GapFactor, Immediate},
    vector::CvssVersion,
};

/// A number in the file; its value is read from its text, so that `0.1` is one tenth exactly.
pub(crate) struct Literal;

impl<'de> Deserialize<'de> for Literal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyNumber;
        impl Visitor<'_> for AnyNumber {
            type Value = Literal;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number")
            }
            fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Literal, E> {
                Ok(Literal)
            }
            fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Literal, E> {
                Ok(Literal)
            }
            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Literal, E> {
                if value.is_finite() { Ok(Literal) } else { Err(E::custom("not a finite number")) }
            }
        }
        deserializer.deserialize_any(AnyNumber).map_err(D::Error::custom)
    }
}

/// A number with its place.
pub(crate) type Number = Spanned<Literal>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawModel {
    pub(crate) model: RawHead,
    pub(crate) vectors: RawVectors,
    pub(crate) base: RawBase,
    pub(crate) threat: RawThreat,
    pub(crate) exposure: RawExposure,
    pub(crate) value: RawValue,
    pub(crate) gap: Vec<RawGap>,
    pub(crate) age: RawAge,
    pub(crate) remedy: RawRemedy,
    pub(crate) unknown: RawUnknown,
    pub(crate) required: Vec<RawRequired>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawVectors {
    pub(crate) versions: Spanned<Vec<CvssVersion>>,
    pub(crate) sources: Vec<String>,
    pub(crate) source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawBase {
    pub(crate) cvss_divisor: Spanned<u32>,
    pub(crate) without_vector: RawWithoutVector,
    pub(crate) failed_check: RawFailedCheck,
    pub(crate) source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawWithoutVector {
    pub(crate) points: Number,
    pub(crate) severity: Spanned<Severity>,
    pub(crate) source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawFailedCheck {
    pub(crate) critical: Number,
    pub(crate) high: Number,
    pub(crate) medium: Number,
    pub(crate) low: Number,
    pub(crate) source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawThreat {
    pub(crate) known_exploited: Number,
    pub(crate) directive: Number,
    pub(crate) ransomware: Number,
    pub(crate) open_incident: Number,
    pub(crate) without_exploitation: Number,
    pub(crate) without_data: Number,
    pub(crate) source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawExposure {
    pub(crate) internet: Number,
    pub(crate) other_organisation: Number,
    pub(crate) internal: Number,
    pub(crate) missing: Number,
    pub(crate) source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawValue {
    pub(crate) highest: Number,
    pub(crate) middle: Number,
    pub(crate) lowest: Number,
    pub(crate) missing: Number,
    pub(crate) source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawGap {
    pub(crate) factor: Spanned<GapFactor>,
    pub(crate) id: Spanned<String>,
    pub(crate) severity: Spanned<Severity>,
    pub(crate) title_ja: String,
    pub(crate) title_en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAge {
    pub(crate) start: Number,
    pub(crate) at_due: Number,
    pub(crate) longest: Number,
    pub(crate) longest_after_days: Spanned<u32>,
    pub(crate) immediate: Vec<Immediate>,
    pub(crate) due_days: RawDueDays,
    pub(crate) source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawDueDays {
    pub(crate) critical: Spanned<u32>,
    pub(crate) high: Spanned<u32>,
    pub(crate) medium: Spanned<u32>,
    pub(crate) low: Spanned<u32>,
    pub(crate) known_exploited: Spanned<u32>,
    pub(crate) source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawRemedy {
    pub(crate) others: Number,
    pub(crate) cap: Number,
    pub(crate) source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawUnknown {
    pub(crate) base: Number,
    pub(crate) percentile: Spanned<u8>,
    pub(crate) source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawRequired {
    pub(crate) classes: Vec<Spanned<AssetClass>>,
    pub(crate) kind: Spanned<ObservationKind>,
    pub(crate) days: Spanned<u32>,
    #[serde(default)]
    pub(crate) credentialed: bool,
}
