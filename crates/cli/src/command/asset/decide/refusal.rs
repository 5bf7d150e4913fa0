//! Why a decision was not carried out, and what to do.

use yagura_engine::{
    browse::assets::AssetId,
    chain,
    decisions::{DecisionError, DecisionId, Later, RecordId},
};

use super::super::{life::word, reasons::decided_by};
use crate::{failure::Failure, output::cell::Cell, session::Session};

/// Ends a verb whose decision was not carried out.
pub(super) fn told(session: &Session, error: &DecisionError) -> Failure {
    let texts = &session.texts;
    let asset = |asset| AssetId(asset).to_string();
    let two = |one, other| [("one", asset(one).into()), ("other", asset(other).into())];
    let text = match error {
        DecisionError::Unsigned => texts.say("decision-unsigned"),
        DecisionError::SamePerson { name } => {
            texts.say_with("decision-same-person", &[("name", name.as_str().into())])
        }
        DecisionError::SecondPerson { assets, limit } => {
            let said = [("assets", (*assets).into()), ("limit", (*limit).into())];
            texts.say_with("decision-second-person", &said)
        }
        DecisionError::UnknownAsset { asset: key } => {
            texts.say_with("asset-unknown", &[("name", asset(*key).into())])
        }
        DecisionError::SameState { asset: key, state } => {
            let said = [("asset", asset(*key).into()), ("state", word(texts, *state).into())];
            texts.say_with("decision-same-state", &said)
        }
        DecisionError::OneAsset => texts.say("decision-one-asset"),
        DecisionError::Organisations { one, other } => {
            texts.say_with("decision-organisations", &two(*one, *other))
        }
        DecisionError::Domains { one, other } => {
            texts.say_with("decision-domains", &two(*one, *other))
        }
        DecisionError::NoRecord => texts.say("decision-no-record"),
        DecisionError::NotThere { record, asset: key, stands_on } => {
            let record = RecordId(*record).to_string();
            let said = [("record", record.into()), ("asset", asset(*key).into())];
            match stands_on {
                None => texts.say_with("decision-unknown-record", &said),
                Some(there) => {
                    let [record, key] = said;
                    let there = ("there", asset(*there).into());
                    texts.say_with("decision-not-there", &[record, key, there])
                }
            }
        }
        DecisionError::AllRecords { asset: key } => {
            texts.say_with("decision-all-records", &[("asset", asset(*key).into())])
        }
        DecisionError::NothingHeld { asset: key } => {
            texts.say_with("decision-nothing-held", &[("asset", asset(*key).into())])
        }
        DecisionError::UnknownDecision { decision } => {
            let decision = DecisionId(*decision).to_string();
            texts.say_with("decision-unknown", &[("decision", decision.into())])
        }
        DecisionError::OfOrganisations { decision } => {
            let decision = DecisionId(*decision).to_string();
            texts.say_with("decision-of-organisations", &[("decision", decision.into())])
        }
        DecisionError::AlreadyUndone { decision, by } => {
            let (decision, by) = (DecisionId(*decision).to_string(), DecisionId(*by).to_string());
            let said = [("decision", decision.into()), ("by", by.into())];
            texts.say_with("decision-already-undone", &said)
        }
        DecisionError::ChangedSince { decision, record, later } => {
            let record = RecordId(*record).to_string();
            since(session, *decision, &record, later)
        }
        DecisionError::GoneSince { decision, asset: key, later } => {
            since(session, *decision, &asset(*key), later)
        }
        DecisionError::Lake(error) => return session.lake_failure(error),
        // A newer engine may know more reasons than this program has words for.
        other => return session.failure_with("decision-other", &chain(other)),
    };
    Failure::Told { text, detail: None }
}

/// What was changed after the decision that was to be taken back, and by what.
fn since(
    session: &Session,
    decision: yagura_model::id::DecisionKey,
    what: &str,
    later: &Later,
) -> String {
    let texts = &session.texts;
    let decision = ("decision", DecisionId(decision).to_string().into());
    let what = ("what", what.to_owned().into());
    match later {
        Later::Decision(later) => {
            let later = ("later", DecisionId(*later).to_string().into());
            texts.say_with("decision-changed-by-decision", &[decision, what, later])
        }
        Later::Rule { decided_by: by, known_at } => {
            let rule = ("rule", decided_by(texts, by).into());
            let time = Cell::time(*known_at).shown(&session.console.look().zone);
            let said = [decision, what, rule, ("time", time.into())];
            texts.say_with("decision-changed-by-rule", &said)
        }
    }
}
