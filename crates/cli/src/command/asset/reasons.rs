//! What decided about identities, and what waits for a decision, in words.

use yagura_model::{decision::DecisionKind, identifier::IdentifierKind};

use crate::{i18n::Texts, output::cell::plain};

/// What decided that a record belongs to an asset.
pub(super) fn decided_by(texts: &Texts, by: &str) -> String {
    match by.split_once(':') {
        Some(("rule", "new")) => texts.say("decided-new"),
        Some(("rule", "held")) => texts.say("decided-held"),
        Some(("rule", rule)) => {
            let merged = rule.strip_prefix("merge:");
            let Ok(kind) = merged.unwrap_or(rule).parse::<IdentifierKind>() else {
                return by.to_owned();
            };
            let kind = [("kind", texts.say(&format!("identifier-{kind}")).into())];
            match merged {
                Some(_) => texts.say_with("decided-by-merge", &kind),
                None => texts.say_with("decided-by-rule", &kind),
            }
        }
        Some(("person", number)) => {
            let decision = format!("D-{number}");
            texts.say_with("decided-by-person", &[("decision", decision.into())])
        }
        _ => by.to_owned(),
    }
}

/// Why a record waits for a person: `contradiction:<kind of identifier>`, `several:…`; without a kind
/// if that is not to be told.
pub(super) fn held(texts: &Texts, reason: &str) -> String {
    let (how, kind) = reason.split_once(':').unwrap_or((reason, ""));
    let kind = kind.parse::<IdentifierKind>().ok();
    let kind = kind.map(|kind| texts.say(&format!("identifier-{kind}")));
    match (how, kind) {
        ("contradiction", Some(kind)) => {
            texts.say_with("held-contradiction", &[("kind", kind.into())])
        }
        ("several", Some(kind)) => texts.say_with("held-several", &[("kind", kind.into())]),
        ("contradiction" | "several", None) => texts.say("held-untold"),
        _ => plain(reason),
    }
}

/// What sort of decision it is.
pub(in crate::command) fn kind(texts: &Texts, kind: DecisionKind) -> String {
    texts.say(&format!("decision-kind-{kind}"))
}
