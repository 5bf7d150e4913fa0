//! What a reorganisation did, or would do, for people.

use yagura_engine::{
    reorganisation::{Effects, OrganisationChange, Reorganised, Side},
    score::Names,
};

use super::super::super::asset::kind_of_decision;
use crate::{
    arguments::day,
    failure::Failure,
    i18n::Texts,
    output::{
        cell::{Cell, Tone},
        table::{Column, Table},
        width::Keep,
    },
    session::Session,
    words,
};

/// Systems people are shown.
const SYSTEMS: usize = 10;

/// Writes what changes: organisations, assets, systems, sources, points; and how to take it back.
pub(super) fn show(
    session: &mut Session,
    names: &Names,
    done: &Reorganised,
) -> Result<(), Failure> {
    let texts = &session.texts;
    let kind = ("kind", kind_of_decision(texts, done.kind).into());
    let heading = match done.decision {
        Some(decision) => {
            let decision = ("decision", decision.to_string().into());
            texts.say_with("decision-recorded", &[decision, kind])
        }
        None => texts.say_with("decision-tried", &[kind]),
    };
    let from = Cell::time(Some(done.from)).shown(&day::zone());
    let from = texts.say_with("reorganisation-from", &[("time", from.into())]);
    let future = done.from > session.clock.now();
    let future = future.then(|| texts.say("reorganisation-future"));
    let effects = &done.effects;
    let organisations: Vec<String> =
        effects.organisations.iter().map(|change| changed(texts, change)).collect();
    let hint = done.decision.map(|decision| {
        let decision = [("decision", decision.to_string().into())];
        texts.say_with("reorganisation-hint-undo", &decision)
    });
    words::paragraph(session, Tone::Strong, "", &heading)?;
    words::paragraph(session, Tone::Plain, "", &from)?;
    if let Some(future) = future {
        words::paragraph(session, Tone::Quiet, "", &future)?;
    }
    for line in organisations {
        words::paragraph(session, Tone::Plain, "  ", &line)?;
    }
    writeln!(session.console.out())?;
    assets(session, effects)?;
    points(session, names, effects)?;
    match hint {
        Some(hint) => words::paragraph(session, Tone::Quiet, "", &hint),
        None => Ok(()),
    }
}

/// Where an organisation stands.
pub(in crate::command::org) fn stands(texts: &Texts, parent: Option<&str>) -> String {
    match parent {
        Some(parent) => texts.say_with("reorganisation-under", &[("organisation", parent.into())]),
        None => texts.say("reorganisation-top"),
    }
}

/// What becomes of an organisation.
fn changed(texts: &Texts, change: &OrganisationChange) -> String {
    let own = |side: &Side| {
        let (own, other) = match texts.is_japanese() {
            true => (&side.name_ja, &side.name_en),
            false => (&side.name_en, &side.name_ja),
        };
        if own.is_empty() { other.clone() } else { own.clone() }
    };
    let above = |side: &Side| stands(texts, side.parent.as_deref());
    let of = ("organisation", change.code.as_str().into());
    let successor = change.successor.as_deref();
    let what = match (&change.before, &change.after) {
        (Some(_), None) => match successor {
            Some(successor) => {
                texts.say_with("reorganisation-ends-in", &[("successor", successor.into())])
            }
            None => texts.say("reorganisation-ends"),
        },
        (None, Some(after)) => {
            texts.say_with("reorganisation-is-back", &[("above", above(after).into())])
        }
        (Some(before), Some(after)) => {
            let mut what = Vec::new();
            if before.parent != after.parent {
                let said = [("before", above(before).into()), ("after", above(after).into())];
                what.push(texts.say_with("reorganisation-moves", &said));
            }
            if own(before) != own(after)
                || (&before.name_ja, &before.name_en) != (&after.name_ja, &after.name_en)
            {
                let said = [("before", own(before).into()), ("after", own(after).into())];
                what.push(texts.say_with("reorganisation-renamed", &said));
            }
            if let Some(successor) = successor {
                let said = [("successor", successor.into())];
                what.push(texts.say_with("reorganisation-passes", &said));
            }
            if what.is_empty() {
                what.push(texts.say("reorganisation-as-before"));
            }
            what.join(&texts.say("list-separator"))
        }
        (None, None) => texts.say("reorganisation-as-before"),
    };
    let name = change.before.as_ref().or(change.after.as_ref()).map(own).unwrap_or_default();
    let said = [of, ("name", name.into()), ("what", what.into())];
    texts.say_with("reorganisation-organisation", &said)
}

fn assets(session: &mut Session, effects: &Effects) -> Result<(), Failure> {
    let texts = &session.texts;
    if effects.assets.is_empty() {
        let none = texts.say("reorganisation-no-assets");
        words::paragraph(session, Tone::Plain, "", &none)?;
        return Ok(writeln!(session.console.out())?);
    }
    let row = |count: &yagura_engine::reorganisation::ClassCount| {
        vec![
            Cell::text(texts.say(&format!("class-{}", count.class))),
            Cell::count(count.passed),
            Cell::count(count.moved),
        ]
    };
    let table = Table {
        columns: vec![
            Column::cut(texts.say("column-class"), 12, Keep::Start),
            Column::number(texts.say("column-passed")),
            Column::number(texts.say("column-moved-with")),
        ],
        rows: effects.assets.iter().map(row).collect(),
        footer: None,
    };
    let mut lines = Vec::new();
    if !effects.systems.is_empty() {
        let shown: Vec<&str> = effects.systems.iter().take(SYSTEMS).map(String::as_str).collect();
        let more = effects.systems.len() > SYSTEMS;
        let mut shown = shown.join(&texts.say("list-separator"));
        if more {
            shown.push_str(" …");
        }
        let said = [("count", effects.systems.len().into()), ("systems", shown.into())];
        lines.push(texts.say_with("reorganisation-systems", &said));
    }
    for source in &effects.sources {
        let said = [
            ("source", source.name.as_str().into()),
            ("organisation", source.organisation.as_str().into()),
            ("successor", source.successor.as_str().into()),
        ];
        lines.push(texts.say_with("reorganisation-source", &said));
    }
    session.show(&table)?;
    for line in lines {
        words::paragraph(session, Tone::Plain, "", &line)?;
    }
    Ok(writeln!(session.console.out())?)
}

fn points(session: &mut Session, names: &Names, effects: &Effects) -> Result<(), Failure> {
    let texts = &session.texts;
    if !effects.lines.is_empty() {
        let row = |line: &yagura_engine::reorganisation::LineChange| {
            vec![
                Cell::text(&line.code),
                Cell::text(words::organisation(texts, names, &line.code)),
                Cell::count(line.before.assets),
                Cell::count(line.after.assets),
                Cell::points(line.before.open_micro),
                Cell::points(line.after.open_micro),
            ]
        };
        let table = Table {
            columns: vec![
                Column::cut(texts.say("column-organisation"), 14, Keep::End),
                Column::cut(texts.say("column-name"), 12, Keep::Start),
                Column::number(texts.say("column-assets-before")),
                Column::number(texts.say("column-assets-after")),
                Column::number(texts.say("column-open-before")),
                Column::number(texts.say("column-open-after")),
            ],
            rows: effects.lines.iter().map(row).collect(),
            footer: None,
        };
        session.show(&table)?;
    }
    let texts = &session.texts;
    let zone = &session.console.look().zone;
    let points = Cell::points(effects.total_after.open_micro).shown(zone);
    let said = [("assets", effects.total_after.assets.into()), ("points", points.into())];
    let (tone, total) = match effects.total_before == effects.total_after {
        true => (Tone::Plain, texts.say_with("reorganisation-total-same", &said)),
        false => (Tone::Bad, texts.say_with("reorganisation-total-differs", &said)),
    };
    words::paragraph(session, tone, "", &total)
}
