//! What several verbs say alike.

use yagura_engine::{baseline::model::Model, lake::Lost, score::Names};
use yagura_model::{Timestamp, organisation::OrganisationCode};

use crate::{
    arguments::times::Times,
    failure::Failure,
    i18n::Texts,
    output::{
        cell::{Cell, Tone, plain},
        width::{width, wrapped},
    },
    session::Session,
};

/// Width where there is no terminal.
const PAGE: usize = 100;

/// Which score it is.
#[derive(Debug)]
pub(crate) struct Heading<'s> {
    pub(crate) model: &'s Model,
    /// Name and version of the model.
    pub(crate) named: &'s str,
    pub(crate) at: Timestamp,
    /// By what was known then; without it by all that is known.
    pub(crate) known_at: Option<Timestamp>,
    /// How many assets count.
    pub(crate) assets: usize,
    /// What is missing for it.
    pub(crate) lost: Lost,
}

/// What every score begins with: model, time, assets, and what was not there to be used.
pub(crate) fn heading(session: &mut Session, of: &Heading<'_>) -> Result<(), Failure> {
    let at = Cell::time(Some(of.at)).shown(&session.console.look().zone);
    let known_at = of.known_at.map(|at| Cell::time(Some(at)).shown(&session.console.look().zone));
    let texts = &session.texts;
    let known_at = known_at.map(|at| texts.say_with("known-at", &[("time", at.into())]));
    let title = if texts.is_japanese() { &of.model.title_ja } else { &of.model.title_en };
    let lines = [
        Some(texts.say_with(
            "score-model",
            &[("model", of.named.into()), ("title", title.as_str().into())],
        )),
        Some(texts.say_with("as-of", &[("time", at.into())])),
        known_at,
        Some(texts.say_with("score-assets", &[("count", of.assets.into())])),
        Some(texts.say("score-no-threat-data")),
    ];
    for line in lines.into_iter().flatten() {
        paragraph(session, Tone::Plain, "", &line)?;
    }
    incomplete(session, of.lost)?;
    writeln!(session.console.out())?;
    Ok(())
}

/// The times asked about.
pub(crate) fn times(session: &mut Session, times: &Times) -> Result<(), Failure> {
    let shown = |at| Cell::time(Some(at)).shown(&session.console.look().zone);
    let told = |id: &str, at| session.texts.say_with(id, &[("time", shown(at).into())]);
    let as_of = told("as-of", times.at());
    let known_at = times.known_at().map(|at| told("known-at", at));
    for line in [Some(as_of), known_at].into_iter().flatten() {
        paragraph(session, Tone::Plain, "", &line)?;
    }
    writeln!(session.console.out())?;
    Ok(())
}

/// Says that something is missing, if it is.
pub(crate) fn incomplete(session: &mut Session, lost: Lost) -> Result<(), Failure> {
    if lost.files == 0 {
        return Ok(());
    }
    let told = [("rows", lost.rows.into()), ("files", lost.files.into())];
    let told = session.texts.say_with("incomplete", &told);
    paragraph(session, Tone::Bad, "", &told)
}

/// Ends a verb that was asked about an organisation nobody knows.
pub(crate) fn unknown_organisation(session: &Session, code: &OrganisationCode) -> Failure {
    let code = [("code", code.as_str().into())];
    let text = session.texts.say_with("error-unknown-organisation", &code);
    Failure::Told { text, detail: None }
}

/// A text in lines that fit behind an indentation.
pub(crate) fn lines(session: &Session, text: &str, indentation: usize) -> Vec<String> {
    let width = session.console.look().width.unwrap_or(PAGE).max(40);
    wrapped(&plain(text), width.saturating_sub(indentation))
}

/// Writes parts one after the other in lines that fit; a part is broken only if it is longer than a
/// line.
pub(crate) fn parts(
    session: &mut Session,
    tone: Tone,
    indentation: &str,
    parts: &[String],
) -> Result<(), Failure> {
    const GAP: usize = 2;
    let room = session.console.look().width.unwrap_or(PAGE).max(40) - indentation.len().min(20);
    let mut line = String::new();
    for part in parts.iter().map(|part| plain(part)) {
        if !line.is_empty() && width(&line) + GAP + width(&part) > room {
            paragraph(session, tone, indentation, &std::mem::take(&mut line))?;
        }
        if !line.is_empty() {
            line.push_str(&" ".repeat(GAP));
        }
        line.push_str(&part);
    }
    if line.is_empty() { Ok(()) } else { paragraph(session, tone, indentation, &line) }
}

/// Writes a text in lines that fit, each behind an indentation.
pub(crate) fn paragraph(
    session: &mut Session,
    tone: Tone,
    indentation: &str,
    text: &str,
) -> Result<(), Failure> {
    for line in lines(session, text, indentation.len()) {
        let line = session.console.paint(tone, &line);
        writeln!(session.console.out(), "{indentation}{line}")?;
    }
    Ok(())
}

/// Labels with their values, aligned.
pub(crate) fn pairs(
    session: &mut Session,
    indentation: &str,
    lines: &[(String, String)],
) -> Result<(), Failure> {
    let room = lines.iter().map(|(label, _)| width(label)).max().unwrap_or_default();
    for (label, value) in lines {
        let blank = " ".repeat(room.saturating_sub(width(label)));
        let label = session.console.paint(Tone::Quiet, label);
        let value = plain(value);
        writeln!(session.console.out(), "{indentation}{label}{blank}  {value}")?;
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
