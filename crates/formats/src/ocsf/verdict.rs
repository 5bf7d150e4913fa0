//! What an event says became of its check.

use yagura_model::record::NotAssessed;

use super::{
    event::Event,
    finding::{APPLICATION_POSTURE, COMPLIANCE, DETECTION, IAM_ANALYSIS, INCIDENT, SECURITY},
};

/// What the tool says of one evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Fail,
    Pass,
    None(NotAssessed),
}

/// How far the handling of a finding has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Open,
    Accepted,
    NotAffected,
    Resolved,
}

/// The outcome of an evaluation, if the event says one.
pub(super) fn verdict(event: &Event<'_>, class: i64) -> Option<Verdict> {
    let compliance = event.compliance.as_ref();
    let own = event.status_code.as_str();
    // Prowler writes the outcome of its rules into the status code of detections; the code of other
    // tools means something else there.
    let own = match class {
        COMPLIANCE | IAM_ANALYSIS | APPLICATION_POSTURE => word(own),
        SECURITY | DETECTION
            if ["PASS", "FAIL", "MANUAL", "MUTED"].iter().any(|w| w.eq_ignore_ascii_case(own)) =>
        {
            word(own)
        }
        _ => None,
    };
    own.or_else(|| {
        let compliance = compliance?;
        word(compliance.status.as_str())
            .or(match compliance.status_id.0 {
                Some(1) => Some(Verdict::Pass),
                Some(2) => Some(Verdict::None(NotAssessed::Unknown)),
                Some(3) => Some(Verdict::Fail),
                _ => None,
            })
            .or_else(|| word(compliance.status_code.as_str()))
    })
}

fn word(text: &str) -> Option<Verdict> {
    const WORDS: &[(&str, Verdict)] = &[
        ("pass", Verdict::Pass),
        ("fail", Verdict::Fail),
        ("passed", Verdict::Pass),
        ("failed", Verdict::Fail),
        ("compliant", Verdict::Pass),
        ("non_compliant", Verdict::Fail),
        ("noncompliant", Verdict::Fail),
        ("non-compliant", Verdict::Fail),
        ("muted", Verdict::Fail),
        ("manual", Verdict::None(NotAssessed::Manual)),
        // OCSF: the check did not yield a result due to missing information.
        ("warning", Verdict::None(NotAssessed::Unknown)),
        ("unknown", Verdict::None(NotAssessed::Unknown)),
        ("not_available", Verdict::None(NotAssessed::Unknown)),
        ("insufficient_data", Verdict::None(NotAssessed::Unknown)),
        ("error", Verdict::None(NotAssessed::Error)),
        ("not_applicable", Verdict::None(NotAssessed::NotApplicable)),
        ("not applicable", Verdict::None(NotAssessed::NotApplicable)),
        ("skipped", Verdict::None(NotAssessed::NotChecked)),
        ("not_checked", Verdict::None(NotAssessed::NotChecked)),
    ];
    WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, verdict)| *verdict)
}

/// How far the handling has come: by the word, since versions of Prowler give a number that
/// contradicts it, else by the number.
pub(super) fn stage(event: &Event<'_>, class: i64) -> Stage {
    const WORDS: &[(&str, Stage)] = &[
        ("new", Stage::Open),
        ("in progress", Stage::Open),
        ("on hold", Stage::Open),
        ("suppressed", Stage::Accepted),
        ("muted", Stage::Accepted),
        ("archived", Stage::Accepted),
        ("resolved", Stage::Resolved),
        ("closed", Stage::Resolved),
        ("deleted", Stage::NotAffected),
    ];
    // `verdict_id` of incidents: 1 false positive, 3 disregard, 5 benign, 6 test.
    if class == INCIDENT && matches!(event.verdict_id.0, Some(1 | 3 | 5 | 6)) {
        return Stage::NotAffected;
    }
    if event.status_code.as_str().eq_ignore_ascii_case("muted") {
        return Stage::Accepted;
    }
    let (text, number) = if class == SECURITY {
        (event.state.as_str(), event.state_id.0)
    } else {
        (event.status.as_str(), event.status_id.0)
    };
    if let Some((_, stage)) = WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)) {
        return *stage;
    }
    match (class, number) {
        (INCIDENT, Some(4 | 5)) => Stage::Resolved,
        (INCIDENT, _) => Stage::Open,
        (_, Some(3 | 5)) => Stage::Accepted,
        (_, Some(4)) => Stage::Resolved,
        (_, Some(6)) => Stage::NotAffected,
        _ => Stage::Open,
    }
}
