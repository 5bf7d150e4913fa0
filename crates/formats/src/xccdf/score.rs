//! The scoring models of XCCDF, computed again from the results of the rules.
//!
//! Source: NIST IR 7275 revision 4, section 7.3: `urn:xccdf:scoring:default` (weighted means of the
//! tree of groups), `flat`, `flat-unweighted` and `absolute`.

/// A group of a benchmark, or the benchmark itself, which has no parent. A group stands behind its
/// parent in a list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Group {
    /// Index of the group around it.
    pub parent: Option<usize>,
    /// Its weight among its neighbours; 1 unless said.
    pub weight: f64,
}

/// What a rule's result means for a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// `pass` or `fixed`.
    Passed,
    /// `fail`, `error` or `unknown`.
    NotPassed,
    /// `notapplicable`, `notchecked`, `informational`, `notselected`, or a rule of the role
    /// `unscored`.
    NotCounted,
}

/// One result of a rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// Index of the group the rule stands in; `None` if the benchmark is not known.
    pub group: Option<usize>,
    /// The rule's weight.
    pub weight: f64,
    /// Its result.
    pub verdict: Verdict,
}

/// A score and the highest one possible.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// The score.
    pub score: f64,
    /// Its maximum.
    pub maximum: f64,
}

/// The score of a model, by its system name; `None` for a model that XCCDF does not define, and
/// for the default model if a counted rule stands in no known group.
pub fn compute(system: &str, groups: &[Group], rules: &[Scored]) -> Option<Score> {
    match system {
        "urn:xccdf:scoring:default" => default(groups, rules),
        "urn:xccdf:scoring:flat" => Some(flat(rules)),
        "urn:xccdf:scoring:flat-unweighted" => Some(unweighted(rules)),
        "urn:xccdf:scoring:absolute" => Some(absolute(rules)),
        _ => None,
    }
}

/// The default model: a counted rule has 100 or 0; a group the mean of its counted children by
/// their weights; the benchmark's is the score. Nothing counted is 0.
fn default(groups: &[Group], rules: &[Scored]) -> Option<Score> {
    /// Sum of weighted scores, sum of weights.
    #[derive(Clone, Copy, Default)]
    struct Sums {
        scores: f64,
        weights: f64,
        counted: bool,
    }
    let mut sums = vec![Sums::default(); groups.len()];
    for rule in rules {
        let points = match rule.verdict {
            Verdict::Passed => 100.0,
            Verdict::NotPassed => 0.0,
            Verdict::NotCounted => continue,
        };
        let group = sums.get_mut(rule.group?)?;
        group.scores += points * rule.weight;
        group.weights += rule.weight;
        group.counted = true;
    }
    let mut whole = Sums::default();
    for (index, group) in groups.iter().enumerate().rev() {
        let Some(own) = sums.get(index).copied().filter(|sums| sums.counted) else { continue };
        let mean = if own.weights > 0.0 { own.scores / own.weights } else { 0.0 };
        let (above, weight) = match group.parent {
            Some(parent) => (sums.get_mut(parent)?, group.weight),
            None => (&mut whole, 1.0),
        };
        above.scores += mean * weight;
        above.weights += weight;
        above.counted = true;
    }
    let score = if whole.weights > 0.0 { whole.scores / whole.weights } else { 0.0 };
    Some(Score { score, maximum: 100.0 })
}

/// The flat model: the weights of all counted rules that passed.
fn flat(rules: &[Scored]) -> Score {
    let sum = |passed: bool| {
        let counts = |rule: &&Scored| match rule.verdict {
            Verdict::Passed => true,
            Verdict::NotPassed => !passed,
            Verdict::NotCounted => false,
        };
        rules.iter().filter(counts).map(|rule| rule.weight).sum()
    };
    Score { score: sum(true), maximum: sum(false) }
}

/// The flat model with all weights taken to be 1.
fn unweighted(rules: &[Scored]) -> Score {
    let rules: Vec<Scored> = rules.iter().map(|rule| Scored { weight: 1.0, ..*rule }).collect();
    flat(&rules)
}

/// The absolute model: 1 if all counted rules passed.
fn absolute(rules: &[Scored]) -> Score {
    let failed = rules.iter().any(|rule| rule.verdict == Verdict::NotPassed);
    let passed = rules.iter().any(|rule| rule.verdict == Verdict::Passed);
    Score { score: if passed && !failed { 1.0 } else { 0.0 }, maximum: 1.0 }
}

/// Whether a figure as a tool wrote it is the computed one, within the digits it wrote and single
/// precision, in which some tools compute.
pub fn agrees(written: &str, computed: f64) -> bool {
    let written = written.trim();
    let Ok(value) = written.parse::<f64>() else { return false };
    let digits = written.split_once('.').map_or(0, |(_, fraction)| fraction.len().min(9) as i32);
    let rounding = 0.5 * 10_f64.powi(-digits);
    (value - computed).abs() <= rounding + computed.abs() * 1e-6
}

#[cfg(test)]
mod tests {
    use super::{Group, Scored, Verdict, agrees, compute};
    use Verdict::{NotCounted, NotPassed, Passed};

    fn check(system: &str, rules: &[(usize, f64, Verdict)], expected: (f64, f64)) {
        // A benchmark with two groups, the second of weight 3 with one inside.
        let group = |parent, weight| Group { parent, weight };
        let groups =
            [group(None, 1.0), group(Some(0), 1.0), group(Some(0), 3.0), group(Some(2), 1.0)];
        let rules: Vec<Scored> = rules
            .iter()
            .map(|(group, weight, verdict)| Scored {
                group: Some(*group),
                weight: *weight,
                verdict: *verdict,
            })
            .collect();
        let score = compute(&format!("urn:xccdf:scoring:{system}"), &groups, &rules).unwrap();
        assert_eq!((score.score, score.maximum), expected, "{system}");
    }

    #[test]
    fn the_models_count_as_specified() {
        let rules = [
            (1, 10.0, Passed),
            (1, 30.0, NotPassed),
            (2, 1.0, Passed),
            (3, 5.0, Passed),
            (3, 5.0, NotPassed),
            (3, 9.0, NotCounted),
        ];
        // Group 1: 25; group 3: 50; group 2: (100 + 50) / 2 = 75; all: (25 + 3 × 75) / 4.
        check("default", &rules, (62.5, 100.0));
        check("flat", &rules, (16.0, 51.0));
        check("flat-unweighted", &rules, (3.0, 5.0));
        check("absolute", &rules, (0.0, 1.0));
        check("absolute", &[(1, 1.0, Passed), (2, 1.0, NotCounted)], (1.0, 1.0));
        // A group in which nothing counts does not pull the mean down.
        check("default", &[(1, 1.0, Passed), (3, 1.0, NotCounted)], (100.0, 100.0));
    }

    #[test]
    fn nothing_assessed_scores_nothing() {
        for system in ["default", "flat", "flat-unweighted", "absolute"] {
            let none = [(1, 1.0, NotCounted)];
            let maximum = match system {
                "default" => 100.0,
                "absolute" => 1.0,
                _ => 0.0,
            };
            check(system, &none, (0.0, maximum));
        }
        assert_eq!(compute("urn:example:own", &[], &[]), None);
        let lone = Scored { group: None, weight: 1.0, verdict: Passed };
        assert_eq!(compute("urn:xccdf:scoring:default", &[], &[lone]), None);
    }

    #[test]
    fn figures_agree_within_their_digits() {
        assert!(agrees("70.833328", 70.833_333_333));
        assert!(agrees("96.6292134831461", 172.0 / 1.78));
        assert!(agrees("1720", 1720.0) && agrees("66.67", 200.0 / 3.0));
        assert!(!agrees("1719", 1720.0) && !agrees("98.94", 87.5) && !agrees("x", 0.0));
    }
}
