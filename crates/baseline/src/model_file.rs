//! The checks that make the file of a score model a [`Model`].
//!
//! The bounds keep exact arithmetic inside 128 bits: base at most 100, every factor at most 10 (11
//! for a threat with EPSS), five decimal places, ten years. The product of the denominators is then
//! below 4 × 10³⁰ and that of the numerators below 5 × 10³⁶.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};
use toml::Spanned;
use yagura_model::{domain::AssetClass, severity::Severity};

use crate::{
    file::{File, FileError},
    model::{
        AgeCurve, BasePoints, DueDays, ExposureFactors, GapCheck, GapFactor, Model, RemedyRule,
        ThreatFactors, UnknownCost, ValueFactors, VectorOrder,
    },
    model_schema::{
        Number, RawAge, RawBase, RawExposure, RawGap, RawModel, RawRemedy, RawRequired, RawUnknown,
        RawValue,
    },
    observation::Required,
    ratio::Ratio,
    vector::CvssVersion,
};

const LARGEST_BASE: u32 = 100;
const LARGEST_FACTOR: u32 = 10;

/// Reads and checks the text of a model file.
pub(crate) fn read(text: &str) -> Result<Model, FileError> {
    let raw: RawModel = toml::from_str(text).map_err(|error| FileError::of_toml(text, &error))?;
    let file = File { text };
    let sources = sources(&raw);
    Ok(Model {
        name: file.word(&raw.model.name)?,
        version: file.word(&raw.model.version)?,
        digest: hex::encode(Sha256::digest(text)),
        effective: file.date(&raw.model.effective)?,
        title_ja: raw.model.title_ja,
        title_en: raw.model.title_en,
        vectors: VectorOrder {
            versions: file.versions(&raw.vectors.versions)?,
            sources: raw.vectors.sources,
        },
        base: file.base(&raw.base)?,
        threat: ThreatFactors {
            known_exploited: file.factor(&raw.threat.known_exploited)?,
            directive: file.factor(&raw.threat.directive)?,
            ransomware: file.factor(&raw.threat.ransomware)?,
            open_incident: file.factor(&raw.threat.open_incident)?,
            without_exploitation: file.factor(&raw.threat.without_exploitation)?,
            without_data: file.factor(&raw.threat.without_data)?,
        },
        exposure: file.exposure(&raw.exposure)?,
        value: file.value(&raw.value)?,
        gaps: file.gaps(raw.gap)?,
        age: file.age(raw.age)?,
        remedy: file.remedy(&raw.remedy)?,
        unknown: file.unknown(&raw.unknown)?,
        required: file.required(&raw.required)?,
        sources,
    })
}

/// What each section says about where its constants come from.
fn sources(raw: &RawModel) -> BTreeMap<&'static str, String> {
    [
        ("model", &raw.model.source),
        ("vectors", &raw.vectors.source),
        ("base", &raw.base.source),
        ("base.without_vector", &raw.base.without_vector.source),
        ("base.failed_check", &raw.base.failed_check.source),
        ("threat", &raw.threat.source),
        ("exposure", &raw.exposure.source),
        ("value", &raw.value.source),
        ("age", &raw.age.source),
        ("age.due_days", &raw.age.due_days.source),
        ("remedy", &raw.remedy.source),
        ("unknown", &raw.unknown.source),
    ]
    .map(|(section, source)| (section, source.clone()))
    .into()
}

impl File<'_> {
    /// A number as its text says it, from 0 to `largest`.
    fn number(&self, value: &Number, largest: u32) -> Result<Ratio, FileError> {
        let text = self.text.get(value.span()).unwrap_or("");
        let number = Ratio::parse(text).map_err(|error| self.refuse(value, error.to_string()))?;
        if number > Ratio::whole(largest) {
            return Err(self.refuse(value, format!("`{text}` is more than {largest}")));
        }
        Ok(number)
    }

    /// A factor: never zero, because nothing is free of risk for being unexposed or not yet due.
    fn factor(&self, value: &Number) -> Result<Ratio, FileError> {
        let factor = self.number(value, LARGEST_FACTOR)?;
        if factor == Ratio::ZERO {
            return Err(self.refuse(value, "a factor must be more than 0"));
        }
        Ok(factor)
    }

    fn severity(&self, value: &Spanned<Severity>) -> Result<Severity, FileError> {
        match *value.as_ref() {
            Severity::Info => Err(self.refuse(value, "`info` is a fact, not a failed check")),
            severity => Ok(severity),
        }
    }

    /// Refuses a later number that is larger than the one before it.
    fn falling(&self, numbers: &[(Ratio, &Number)]) -> Result<(), FileError> {
        for pair in numbers.windows(2) {
            if let [(before, _), (after, place)] = pair
                && after > before
            {
                let reason = format!("`{after}` is more than the worse case's `{before}`");
                return Err(self.refuse(place, reason));
            }
        }
        Ok(())
    }

    fn versions(&self, value: &Spanned<Vec<CvssVersion>>) -> Result<Vec<CvssVersion>, FileError> {
        let versions = value.as_ref();
        if versions.is_empty() {
            return Err(self.refuse(value, "name at least one version of CVSS"));
        }
        if versions.iter().collect::<BTreeSet<_>>().len() < versions.len() {
            return Err(self.refuse(value, "a version of CVSS is named twice"));
        }
        Ok(versions.clone())
    }

    fn base(&self, raw: &RawBase) -> Result<BasePoints, FileError> {
        let cvss_divisor = *raw.cvss_divisor.as_ref();
        if !(10..=1000).contains(&cvss_divisor) {
            return Err(self.refuse(&raw.cvss_divisor, "the divisor must be from 10 to 1000"));
        }
        let points = |value| self.number(value, LARGEST_BASE);
        let check = &raw.failed_check;
        let [critical, high, medium, low] = [
            points(&check.critical)?,
            points(&check.high)?,
            points(&check.medium)?,
            points(&check.low)?,
        ];
        self.falling(&[
            (critical, &check.critical),
            (high, &check.high),
            (medium, &check.medium),
            (low, &check.low),
        ])?;
        Ok(BasePoints {
            cvss_divisor,
            without_vector: points(&raw.without_vector.points)?,
            without_vector_severity: self.severity(&raw.without_vector.severity)?,
            critical,
            high,
            medium,
            low,
        })
    }

    fn exposure(&self, raw: &RawExposure) -> Result<ExposureFactors, FileError> {
        let factors = ExposureFactors {
            internet: self.factor(&raw.internet)?,
            other_organisation: self.factor(&raw.other_organisation)?,
            internal: self.factor(&raw.internal)?,
            missing: self.factor(&raw.missing)?,
        };
        self.falling(&[
            (factors.internet, &raw.internet),
            (factors.other_organisation, &raw.other_organisation),
            (factors.internal, &raw.internal),
        ])?;
        self.not_better(factors.missing, &raw.missing, factors.internal)?;
        Ok(factors)
    }

    fn value(&self, raw: &RawValue) -> Result<ValueFactors, FileError> {
        let factors = ValueFactors {
            highest: self.factor(&raw.highest)?,
            middle: self.factor(&raw.middle)?,
            lowest: self.factor(&raw.lowest)?,
            missing: self.factor(&raw.missing)?,
        };
        self.falling(&[
            (factors.highest, &raw.highest),
            (factors.middle, &raw.middle),
            (factors.lowest, &raw.lowest),
        ])?;
        self.not_better(factors.missing, &raw.missing, factors.lowest)?;
        Ok(factors)
    }

    /// Not saying must not be cheaper than the best that could be said.
    fn not_better(&self, missing: Ratio, place: &Number, best: Ratio) -> Result<(), FileError> {
        if missing < best {
            let reason = format!("a missing factor must not be less than the best case's `{best}`");
            return Err(self.refuse(place, reason));
        }
        Ok(())
    }

    fn gaps(&self, raw: Vec<RawGap>) -> Result<Vec<GapCheck>, FileError> {
        let mut gaps: Vec<GapCheck> = Vec::new();
        for gap in raw {
            let factor = *gap.factor.as_ref();
            if gaps.iter().any(|other| other.factor == factor) {
                return Err(self.refuse(&gap.factor, "this factor has a gap check already"));
            }
            gaps.push(GapCheck {
                factor,
                id: self.word(&gap.id)?,
                severity: self.severity(&gap.severity)?,
                title_ja: gap.title_ja,
                title_en: gap.title_en,
            });
        }
        for (factor, name) in [(GapFactor::Exposure, "exposure"), (GapFactor::Value, "value")] {
            if !gaps.iter().any(|gap| gap.factor == factor) {
                let reason = format!("no [[gap]] says what a missing `{name}` fails; add one");
                return Err(self.refuse(&Spanned::new(0..0, ()), reason));
            }
        }
        Ok(gaps)
    }

    fn age(&self, raw: RawAge) -> Result<AgeCurve, FileError> {
        let [start, at_due, longest] =
            [self.factor(&raw.start)?, self.factor(&raw.at_due)?, self.factor(&raw.longest)?];
        self.falling(&[(longest, &raw.longest), (at_due, &raw.at_due), (start, &raw.start)])?;
        Ok(AgeCurve {
            start,
            at_due,
            longest,
            longest_after_days: self.days(&raw.longest_after_days, 1)?,
            immediate: raw.immediate,
            due_days: DueDays {
                critical: self.days(&raw.due_days.critical, 1)?,
                high: self.days(&raw.due_days.high, 1)?,
                medium: self.days(&raw.due_days.medium, 1)?,
                low: self.days(&raw.due_days.low, 1)?,
                known_exploited: self.days(&raw.due_days.known_exploited, 1)?,
            },
        })
    }

    fn remedy(&self, raw: &RawRemedy) -> Result<RemedyRule, FileError> {
        let rule = RemedyRule {
            others: self.number(&raw.others, 1)?,
            cap: self.number(&raw.cap, LARGEST_FACTOR)?,
        };
        if rule.cap < Ratio::ONE {
            return Err(self.refuse(&raw.cap, "the cap must not be less than the highest itself"));
        }
        Ok(rule)
    }

    fn unknown(&self, raw: &RawUnknown) -> Result<UnknownCost, FileError> {
        let percentile = *raw.percentile.as_ref();
        if !(1..=100).contains(&percentile) {
            return Err(self.refuse(&raw.percentile, "a percentile is from 1 to 100"));
        }
        Ok(UnknownCost { base: self.number(&raw.base, LARGEST_BASE)?, percentile })
    }

    fn required(
        &self,
        raw: &[RawRequired],
    ) -> Result<BTreeMap<AssetClass, Vec<Required>>, FileError> {
        let mut required: BTreeMap<AssetClass, Vec<Required>> = BTreeMap::new();
        for entry in raw {
            let kind = *entry.kind.as_ref();
            let days = self.days(&entry.days, 1)?;
            for class in &entry.classes {
                let of_class = required.entry(*class.as_ref()).or_default();
                if of_class.iter().any(|other| other.kind == kind) {
                    let reason = format!("`{kind}` is required of `{}` already", class.as_ref());
                    return Err(self.refuse(class, reason));
                }
                of_class.push(Required { kind, days, credentialed: entry.credentialed });
            }
        }
        if let Some(class) = AssetClass::ALL.iter().find(|class| !required.contains_key(class)) {
            let reason =
                format!("no observation is required of the class `{class}`; add a [[required]]");
            let place = raw.last().map_or(0..0, |entry| entry.kind.span());
            return Err(FileError::at(self.text, &place, reason));
        }
        for of_class in required.values_mut() {
            of_class.sort_unstable();
        }
        Ok(required)
    }
}
