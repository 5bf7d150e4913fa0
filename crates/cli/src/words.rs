//! What several verbs say alike.

use yagura_engine::{baseline::model::Model, score::Names};

use crate::{
    arguments::scoring::Scored,
    failure::Failure,
    i18n::Texts,
    output::{
        cell::{Cell, Tone, plain},
        width::wrapped,
    },
    session::Session,
};

/// Width where there is no terminal.
const PAGE: usize = 100;

/// What every score begins with: model, time, assets, and what was not there to be used.
pub(crate) fn heading(session: &mut Session, scored: &Scored) -> Result<(), Failure> {
    let at = Cell::time(Some(scored.run.at)).shown(&session.console.look().zone);
    let texts = &session.texts;
    let title = if texts.is_japanese() { &scored.model.title_ja } else { &scored.model.title_en };
    let lines = [
        texts.say_with(
            "score-model",
            &[("model", scored.run.model.as_str().into()), ("title", title.as_str().into())],
        ),
        texts.say_with("score-as-of", &[("time", at.into())]),
        texts.say_with("score-assets", &[("count", scored.run.assets.len().into())]),
        texts.say("score-no-threat-data"),
    ];
    for line in lines {
        paragraph(session, Tone::Plain, "", &line)?;
    }
    writeln!(session.console.out())?;
    Ok(())
}

/// Writes a text in lines that fit, each behind an indentation.
pub(crate) fn paragraph(
    session: &mut Session,
    tone: Tone,
    indentation: &str,
    text: &str,
) -> Result<(), Failure> {
    let width = session.console.look().width.unwrap_or(PAGE).max(40);
    for line in wrapped(&plain(text), width.saturating_sub(indentation.len())) {
        let line = session.console.paint(tone, &line);
        writeln!(session.console.out(), "{indentation}{line}")?;
    }
    Ok(())
}

/// An organisation's name, else the last part of its code.
pub(crate) fn organisation(texts: &Texts, names: &Names, code: &str) -> String {
    let last = || code.rsplit('/').next().unwrap_or(code).to_owned();
    let Some(name) = names.organisation(code) else { return last() };
    let (own, other) =
        if texts.is_japanese() { (&name.ja, &name.en) } else { (&name.en, &name.ja) };
    let given = [own, other].into_iter().find(|name| !name.is_empty());
    given.cloned().unwrap_or_else(last)
}

/// What a remedy, a gap or a missing observation is called; a problem is called by its own title.
pub(crate) fn remedy(texts: &Texts, model: &Model, key: &str) -> String {
    if let Some(kind) = key.strip_prefix("observe:") {
        let kind = texts.say(&format!("kind-{kind}"));
        return texts.say_with("score-never-observed", &[("kind", kind.into())]);
    }
    match model.gaps.iter().find(|gap| gap.id == key) {
        Some(gap) if texts.is_japanese() => gap.title_ja.clone(),
        Some(gap) => gap.title_en.clone(),
        None => String::new(),
    }
}
