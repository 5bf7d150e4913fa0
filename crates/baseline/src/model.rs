//! The score model: every coefficient, as values read from a file.

use std::{collections::BTreeMap, sync::LazyLock};

use jiff::civil::Date;
use yagura_model::{domain::AssetClass, severity::Severity};

use crate::{
    file::FileError, model_file, observation::Required, ratio::Ratio, vector::CvssVersion,
};

/// A score model. Only a file makes one ([`Model::from_toml`]), so its bounds always hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Model {
    /// Name, the same across versions.
    pub name: String,
    /// Version, named by every stored score.
    pub version: String,
    /// SHA-256 of the file, lower case hex: what tells two files of one name apart.
    pub digest: String,
    /// The day it takes effect.
    pub effective: Date,
    /// Title for people, Japanese.
    pub title_ja: String,
    /// Title for people, English.
    pub title_en: String,
    /// Which vector stands for a CVE.
    pub vectors: VectorOrder,
    /// Base points.
    pub base: BasePoints,
    /// Threat factors.
    pub threat: ThreatFactors,
    /// Exposure factors.
    pub exposure: ExposureFactors,
    /// Value factors.
    pub value: ValueFactors,
    /// What a missing factor fails.
    pub gaps: Vec<GapCheck>,
    /// How points grow while a correction is owed.
    pub age: AgeCurve,
    /// How the problems of one correction add up.
    pub remedy: RemedyRule,
    /// What an observation that was never made costs.
    pub unknown: UnknownCost,
    /// Where each section of the file says its constants come from.
    pub sources: BTreeMap<&'static str, String>,
    pub(crate) required: BTreeMap<AssetClass, Vec<Required>>,
}

/// The order in which vectors are preferred.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VectorOrder {
    /// Versions, best first; one that is not named is not used.
    pub versions: Vec<CvssVersion>,
    /// Sources, best first; those not named come after.
    pub sources: Vec<String>,
}

/// Base points of a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasePoints {
    /// Points of a CVE = score³ / this.
    pub cvss_divisor: u32,
    /// Points of a CVE without a usable vector.
    pub without_vector: Ratio,
    /// Severity of a CVE without a usable vector, for its due date.
    pub without_vector_severity: Severity,
    /// Points of a failed check that is critical.
    pub critical: Ratio,
    /// … high.
    pub high: Ratio,
    /// … medium.
    pub medium: Ratio,
    /// … low.
    pub low: Ratio,
}

/// Threat factors; the highest that applies counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreatFactors {
    /// Known to be exploited.
    pub known_exploited: Ratio,
    /// Subject of a directive.
    pub directive: Ratio,
    /// Used by ransomware.
    pub ransomware: Ratio,
    /// At least this while a confirmed incident is open.
    pub open_incident: Ratio,
    /// Otherwise this, plus the probability of exploitation if it is known.
    pub without_exploitation: Ratio,
    /// When the run had no feeds.
    pub without_data: Ratio,
}

/// Exposure factors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExposureFactors {
    /// Reachable from the internet.
    pub internet: Ratio,
    /// Reachable from another organisation or a less trusted zone.
    pub other_organisation: Ratio,
    /// Reachable from inside only.
    pub internal: Ratio,
    /// Nobody said.
    pub missing: Ratio,
}

/// Value factors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueFactors {
    /// 機密性3 or designated important.
    pub highest: Ratio,
    /// Any of 機密性2, 完全性2, 可用性2.
    pub middle: Ratio,
    /// All three known and lowest.
    pub lowest: Ratio,
    /// Not rated far enough to tell.
    pub missing: Ratio,
}

/// A factor that can be missing.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum GapFactor {
    /// From where the asset can be reached.
    Exposure,
    /// What the asset is worth.
    Value,
}

/// The check that an asset fails while one of its factors is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapCheck {
    /// Which factor.
    pub factor: GapFactor,
    /// The check's id.
    pub id: String,
    /// How bad the gap is by itself.
    pub severity: Severity,
    /// Title, Japanese.
    pub title_ja: String,
    /// Title, English.
    pub title_en: String,
}

/// What starts at the due date's factor at once.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Immediate {
    /// Known to be exploited, or used by ransomware.
    KnownExploited,
    /// Subject of a directive.
    Directive,
    /// Critical, on an asset that is known to be reachable from the internet.
    CriticalOnInternet,
}

/// How points grow with time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgeCurve {
    /// Factor on the first day.
    pub start: Ratio,
    /// Factor on the due date.
    pub at_due: Ratio,
    /// Factor in the end.
    pub longest: Ratio,
    /// Days overdue at which `longest` is reached.
    pub longest_after_days: u32,
    /// What starts at `at_due`.
    pub immediate: Vec<Immediate>,
    /// Days until the due date.
    pub due_days: DueDays,
}

/// Days from the start of the clock to the due date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueDays {
    /// Severity critical.
    pub critical: u32,
    /// Severity high.
    pub high: u32,
    /// Severity medium.
    pub medium: u32,
    /// Severity low.
    pub low: u32,
    /// Known to be exploited or used by ransomware; the shorter of this and the severity's.
    pub known_exploited: u32,
}

/// Points of a remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemedyRule {
    /// Share of the other problems that is added to the highest.
    pub others: Ratio,
    /// At most this many times the highest.
    pub cap: Ratio,
}

/// Points of an unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownCost {
    /// At least this × exposure × value.
    pub base: Ratio,
    /// At least this percentile of what observed assets of the class carry.
    pub percentile: u8,
}

static SHIPPED: LazyLock<Model> = LazyLock::new(|| match Model::from_toml(Model::SHIPPED_TEXT) {
    Ok(model) => model,
    #[expect(clippy::panic, reason = "the text is part of the program; a test reads it")]
    Err(error) => panic!("baselines/models/default.toml: {error}"),
});

impl Model {
    /// The text of the model that is shipped.
    pub const SHIPPED_TEXT: &'static str = include_str!("../../../baselines/models/default.toml");

    /// The model that is shipped: `baselines/models/default.toml`.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Reads and checks a model file.
    pub fn from_toml(text: &str) -> Result<Self, FileError> {
        model_file::read(text)
    }

    /// The observations an asset of a class must have, in the order of their kinds.
    pub fn required(&self, class: AssetClass) -> &[Required] {
        self.required.get(&class).map_or(&[], Vec::as_slice)
    }

    /// The check an asset fails while a factor is missing.
    pub fn gap(&self, factor: GapFactor) -> Option<&GapCheck> {
        self.gaps.iter().find(|gap| gap.factor == factor)
    }
}
