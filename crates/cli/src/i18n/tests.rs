//! Both languages say the same things, and nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use fluent_bundle::FluentArgs;
use yagura_engine::{
    browse::organisations::AddError,
    formats::ErrorCode,
    ingest::IngestError,
    intake::IntakeCode,
    lake::{check::Invariant, error::Hindrance, repair::Remedy},
    stream::FrameError,
};
use yagura_model::{
    asset::RelationKind,
    attribute::names,
    coverage::ObservationKind,
    decision::DecisionKind,
    domain::{AssetClass, Domain},
    identifier::IdentifierKind,
    warning::WarningCode,
};

use super::*;
use crate::command::asset;

/// Each id of a Fluent file with its variables.
fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = None;
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with(|c: char| c.is_ascii_lowercase())
            && let Some((id, _)) = line.split_once(" =")
        {
            assert!(messages.insert(id.to_owned(), BTreeSet::new()).is_none(), "{id} stands twice");
            current = Some(id.to_owned());
        }
        for part in line.split('$').skip(1) {
            let in_name = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            let variables = messages.get_mut(current.as_ref().unwrap()).unwrap();
            variables.insert(part.chars().take_while(in_name).collect());
        }
    }
    messages
}

fn all(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    for (_, japanese, english) in FILES {
        let source = if language == Language::Ja { japanese } else { english };
        for (id, variables) in messages(source) {
            assert!(all.insert(id.clone(), variables).is_none(), "{id} stands in two files");
        }
    }
    all
}

/// Ids that stand in the program's text as `say("…")` and the like.
fn named(folder: &Path, ids: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            named(&path, ids);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("i18n/tests.rs") {
            let source: String = fs::read_to_string(&path).unwrap().split_whitespace().collect();
            let calls =
                ["say(\"", "say_with(\"", "failure(\"", "failure_with(\"", "failure_or_full(\""];
            for call in calls {
                for part in source.split(call).skip(1) {
                    ids.insert(part.split('"').next().unwrap().to_owned());
                }
            }
        }
    }
}

/// Ids made of a fixed part and a code, a verb or an argument.
fn made() -> BTreeSet<String> {
    let parse = ErrorCode::ALL.iter().map(|code| format!("parse-{}", code.as_str()));
    let intake = IntakeCode::ALL.iter().map(|code| format!("intake-{}", code.as_str()));
    let warning = WarningCode::ALL.iter().map(|code| format!("warning-{}", code.as_str()));
    let ingest = IngestError::CODES.iter().map(|code| format!("ingest-{code}"));
    let hindrance = Hindrance::CODES.iter().map(|code| format!("hindrance-{code}"));
    let frame = FrameError::CODES.iter().map(|code| format!("frame-{code}"));
    let org = AddError::CODES.iter().map(|code| format!("org-add-{code}"));
    let class = AssetClass::ALL.iter().map(|class| format!("class-{}", class.as_str()));
    let domain = Domain::ALL.iter().map(|domain| format!("domain-{}", domain.as_str()));
    let kind = ObservationKind::ALL.iter().map(|kind| format!("kind-{}", kind.as_str()));
    let decision = DecisionKind::ALL.iter().map(|kind| format!("decision-kind-{kind}"));
    let relation = RelationKind::ALL.iter().map(|kind| format!("relation-{kind}"));
    let identifier = IdentifierKind::ALL.iter().map(|kind| format!("identifier-{kind}"));
    let attribute = names::ALL.iter().map(|name| asset::id("attribute", name));
    let value = |(list, values): &(&str, &[&str])| -> Vec<String> {
        let list = asset::id("value", list);
        values.iter().map(|value| asset::id(&list, value)).collect()
    };
    let value = asset::VALUES.iter().flat_map(value);
    // Looked up by what an asset has: severities, and how a count of findings goes on.
    let more = ["info", "detections", "undetermined", "accepted"];
    let more = more.iter().map(|what| format!("asset-findings-{what}"));
    let invariant = Invariant::ALL.iter().flat_map(|invariant| {
        let name = invariant.as_str();
        [format!("invariant-{name}"), format!("invariant-{name}-do")]
    });
    let repaired = Remedy::ALL.iter().map(|remedy| format!("repaired-{}", remedy.as_str()));
    let lines =
        ["asset-unlooked", "asset-held", "asset-missing", "asset-contradicted"].map(str::to_owned);
    let mut ids: BTreeSet<String> = parse.chain(intake).chain(warning).collect();
    ids.extend(decision);
    ids.extend(invariant.chain(repaired));
    ids.extend(
        ingest.chain(frame).chain(hindrance).chain(org).chain(class).chain(domain).chain(kind),
    );
    ids.extend(relation.chain(identifier).chain(attribute).chain(value).chain(more).chain(lines));
    crate::arguments::help::ids(&crate::arguments::command(), &mut ids);
    ids
}

#[test]
fn both_languages_have_the_same_ids_and_variables() {
    assert_eq!(all(Language::Ja), all(Language::En));
}

#[test]
fn every_id_that_is_used_exists_and_every_id_is_used() {
    let mut used = made();
    named(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut used);
    let known = all(Language::En);
    let missing: Vec<&String> = used.iter().filter(|id| !known.contains_key(*id)).collect();
    assert!(missing.is_empty(), "no text for {missing:?}");
    let optional = |id: &str| id.starts_with("command-") && id.ends_with("-examples");
    let unused: Vec<&String> =
        known.keys().filter(|id| !used.contains(*id) && !optional(id)).collect();
    assert!(unused.is_empty(), "texts nobody uses: {unused:?}");
}

#[test]
fn every_text_is_valid_fluent_and_formats() {
    for language in [Language::Ja, Language::En] {
        for (name, japanese, english) in FILES {
            let source = if language == Language::Ja { japanese } else { english };
            let parsed = FluentResource::try_new((*source).to_owned());
            assert!(parsed.is_ok(), "{name}: {:?}", parsed.err().map(|(_, errors)| errors));
        }
        let texts = Texts::new(language);
        for (id, variables) in all(language) {
            let arguments: FluentArgs<'_> =
                variables.iter().map(|v| (v.as_str(), FluentValue::from(1))).collect();
            let pattern = texts.bundle.get_message(&id).unwrap().value().unwrap();
            let mut errors = Vec::new();
            texts.bundle.format_pattern(pattern, Some(&arguments), &mut errors);
            assert!(errors.is_empty(), "{id}: {errors:?}");
        }
    }
}

#[test]
fn english_texts_are_english() {
    for (name, _, english) in FILES {
        let foreign = |c: &char| matches!(c, '\u{3000}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}');
        assert_eq!(english.chars().find(foreign), None, "{name}");
    }
}

#[test]
fn the_language_is_that_of_the_option_or_of_the_locale() {
    let chosen = |arguments: &[&str]| {
        Language::choose(&arguments.iter().map(OsString::from).collect::<Vec<_>>())
    };
    assert_eq!(chosen(&["yagura", "--lang", "ja"]), Language::Ja);
    assert_eq!(chosen(&["yagura", "inspect", "--lang=en"]), Language::En);
    for locale in ["ja_JP.UTF-8", "ja", "JA-jp", "ja.UTF-8"] {
        assert_eq!(Language::of_locale(locale), Language::Ja, "{locale}");
    }
    for locale in ["", "C", "C.UTF-8", "en_US.UTF-8", "jam_JM", "jav"] {
        assert_eq!(Language::of_locale(locale), Language::En, "{locale}");
    }
}

#[test]
fn numbers_in_texts_are_grouped() {
    let texts = Texts::new(Language::En);
    let text = texts.say_with("warned-count", &[("count", 1_234_567.into())]);
    assert!(text.contains("1,234,567"), "{text}");
}
