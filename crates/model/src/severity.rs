//! Severity as a tool states it, mapped to five steps.

use crate::kinds::text_enum;

text_enum! {
    /// How bad one finding is by itself, before threat, exposure and value.
    pub enum Severity: u8 {
        /// No weakness: a record of a fact.
        Info = 0 => "info",
        /// Low.
        Low = 1 => "low",
        /// Medium.
        Medium = 2 => "medium",
        /// High.
        High = 3 => "high",
        /// Critical.
        Critical = 4 => "critical",
    }
}

impl Severity {
    /// The step of a CVSS 3.x or 4.0 score (0.0 to 10.0).
    ///
    /// Source: CVSS v3.1 specification, section 5, qualitative severity rating scale.
    pub fn from_cvss(score: f64) -> Self {
        match score {
            s if s >= 9.0 => Self::Critical,
            s if s >= 7.0 => Self::High,
            s if s >= 4.0 => Self::Medium,
            s if s > 0.0 => Self::Low,
            _ => Self::Info,
        }
    }

    /// The step of the word a tool uses, case aside; `None` where the word says nothing
    /// (`unknown`, `undefined`, an empty text).
    pub fn from_word(word: &str) -> Option<Self> {
        const WORDS: &[(&str, Severity)] = &[
            ("critical", Severity::Critical),
            ("fatal", Severity::Critical),
            ("serious", Severity::Critical),
            ("urgent", Severity::Critical),
            ("high", Severity::High),
            ("important", Severity::High),
            ("error", Severity::High),
            ("medium", Severity::Medium),
            ("moderate", Severity::Medium),
            ("warning", Severity::Medium),
            ("warn", Severity::Medium),
            ("low", Severity::Low),
            ("minor", Severity::Low),
            ("note", Severity::Low),
            ("negligible", Severity::Low),
            ("info", Severity::Info),
            ("informational", Severity::Info),
            ("information", Severity::Info),
            ("none", Severity::Info),
            ("log", Severity::Info),
        ];
        let word = word.trim();
        WORDS.iter().find(|(w, _)| w.eq_ignore_ascii_case(word)).map(|(_, severity)| *severity)
    }
}

#[cfg(test)]
mod tests {
    use super::Severity;

    #[test]
    fn words_and_scores_map_to_steps() {
        assert_eq!(Severity::from_word(" Important "), Some(Severity::High));
        assert_eq!(Severity::from_word("Unknown"), None);
        assert_eq!(Severity::from_cvss(9.0), Severity::Critical);
        assert_eq!(Severity::from_cvss(0.1), Severity::Low);
        assert_eq!(Severity::from_cvss(0.0), Severity::Info);
    }
}
