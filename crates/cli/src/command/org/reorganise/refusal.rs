//! Why a reorganisation was not carried out, and what to do.

use jiff::Timestamp;
use yagura_engine::{decisions::DecisionId, reorganisation::ReorganisationError as Error};

use crate::{
    arguments::day,
    failure::Failure,
    output::cell::{Cell, plain},
    session::Session,
};

/// Ends a verb whose reorganisation was not carried out.
pub(in crate::command::org) fn told(session: &Session, error: &Error) -> Failure {
    let texts = &session.texts;
    let time = |at: &Timestamp| Cell::time(Some(*at)).shown(&day::zone());
    let of = |organisation: &str| ("organisation", plain(organisation).into());
    let text = match error {
        Error::Signature(_) => texts.say("decision-unsigned"),
        Error::Unknown(organisation) => {
            texts.say_with("reorganisation-unknown", &[of(organisation.as_str())])
        }
        Error::NotThere { organisation, at } => {
            let said = [of(organisation.as_str()), ("time", time(at).into())];
            texts.say_with("reorganisation-not-there", &said)
        }
        Error::BeginsThen { organisation, at } => {
            let said = [of(organisation.as_str()), ("time", time(at).into())];
            texts.say_with("reorganisation-begins-then", &said)
        }
        Error::PassesThen { organisation } => {
            texts.say_with("reorganisation-passes-then", &[of(organisation.as_str())])
        }
        Error::Later { organisation, at } => {
            let said = [of(organisation.as_str()), ("time", time(at).into())];
            texts.say_with("reorganisation-later", &said)
        }
        Error::Same(organisation) => {
            texts.say_with("reorganisation-same", &[of(organisation.as_str())])
        }
        Error::Circle { organisation, at } => {
            let said = [of(organisation.as_str()), ("time", time(at).into())];
            texts.say_with("reorganisation-circle", &said)
        }
        Error::Nothing(organisation) => {
            texts.say_with("reorganisation-nothing", &[of(organisation.as_str())])
        }
        Error::StillAbove { organisation, below } => {
            let said = [of(organisation.as_str()), ("below", plain(below).into())];
            texts.say_with("reorganisation-still-above", &said)
        }
        Error::StillAnswers { organisation, assets } => {
            let said = [of(organisation.as_str()), ("assets", (*assets).into())];
            texts.say_with("reorganisation-still-answers", &said)
        }
        Error::UnknownDecision(decision) => {
            let decision = DecisionId(*decision).to_string();
            texts.say_with("reorganisation-unknown-decision", &[("decision", decision.into())])
        }
        Error::OfAssets(decision) => {
            let decision = DecisionId(*decision).to_string();
            texts.say_with("reorganisation-of-assets", &[("decision", decision.into())])
        }
        Error::AlreadyUndone { decision, by } => {
            let (decision, by) = (DecisionId(*decision).to_string(), DecisionId(*by).to_string());
            let said = [("decision", decision.into()), ("by", by.into())];
            texts.say_with("decision-already-undone", &said)
        }
        Error::ChangedSince { decision, organisation, by } => {
            let decision = ("decision", DecisionId(*decision).to_string().into());
            match by {
                Some(by) => {
                    let what = ("what", plain(organisation).into());
                    let later = ("later", DecisionId(*by).to_string().into());
                    texts.say_with("decision-changed-by-decision", &[decision, what, later])
                }
                None => {
                    let said = [decision, of(organisation)];
                    texts.say_with("reorganisation-changed-by-register", &said)
                }
            }
        }
        Error::Lake(error) => return session.lake_failure(error),
    };
    Failure::Told { text, detail: None }
}
