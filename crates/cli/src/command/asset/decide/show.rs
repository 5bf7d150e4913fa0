//! What a decision did, or would do, for people.

use yagura_engine::{
    browse::assets::AssetId,
    decisions::{Decided, Placed, StateRecorded},
};
use yagura_model::decision::DecisionKind;

use super::super::{life, reasons::kind};
use crate::{
    failure::Failure,
    output::{
        cell::{Cell, Tone, plain},
        table::{Column, Table},
        width::Keep,
    },
    session::Session,
    words,
};

/// Writes what became of which record and asset, and how to take it back.
pub(super) fn show(session: &mut Session, decided: &Decided) -> Result<(), Failure> {
    let texts = &session.texts;
    let kind = ("kind", kind(texts, decided.kind).into());
    let heading = match decided.decision {
        Some(decision) => {
            let decision = ("decision", decision.to_string().into());
            texts.say_with("decision-recorded", &[decision, kind])
        }
        None => texts.say_with("decision-tried", &[kind]),
    };
    words::paragraph(session, Tone::Strong, "", &heading)?;
    writeln!(session.console.out())?;
    for state in &decided.states {
        self::state(session, state)?;
    }
    if !decided.records.is_empty() {
        let table = records(session, &decided.records);
        session.show(&table)?;
        writeln!(session.console.out())?;
    }
    let texts = &session.texts;
    let list = |assets: &[AssetId]| {
        let assets: Vec<String> = assets.iter().map(ToString::to_string).collect();
        assets.join(&texts.say("list-separator"))
    };
    let mut lines = Vec::new();
    if decided.needs_second_person && decided.decision.is_none() {
        lines.push(texts.say("decision-needs-second"));
    }
    if decided.kind == DecisionKind::Split && decided.records.iter().all(|r| r.from == r.to) {
        lines.push(texts.say("decision-stays"));
    }
    if !decided.made.is_empty() {
        lines.push(texts.say_with("decision-made", &[("assets", list(&decided.made).into())]));
    }
    if !decided.gone.is_empty() {
        lines.push(texts.say_with("decision-gone", &[("assets", list(&decided.gone).into())]));
    }
    if decided.holds_ended > 0 {
        let count = [("count", decided.holds_ended.into())];
        lines.push(texts.say_with("decision-holds-ended", &count));
    }
    if decided.holds_again > 0 {
        let count = [("count", decided.holds_again.into())];
        lines.push(texts.say_with("decision-holds-again", &count));
    }
    for stays in &decided.came_since {
        let record = &stays.record;
        let said = [
            ("record", record.record.to_string().into()),
            ("source", record.source.as_str().into()),
            ("name", record.name.as_str().into()),
            ("asset", stays.to.to_string().into()),
        ];
        lines.push(texts.say_with("decision-came-since", &said));
    }
    let hint = decided.decision.map(|decision| {
        texts.say_with("decision-hint-undo", &[("decision", decision.to_string().into())])
    });
    for line in lines {
        words::paragraph(session, Tone::Plain, "", &line)?;
    }
    match hint {
        Some(hint) => words::paragraph(session, Tone::Quiet, "", &hint),
        None => Ok(()),
    }
}

/// What is recorded, and in which state the asset is by that.
fn state(session: &mut Session, said: &StateRecorded) -> Result<(), Failure> {
    let texts = &session.texts;
    let since = life::first_day(said.since);
    let mut of = vec![
        ("asset", said.asset.to_string().into()),
        ("name", plain(&said.name).into()),
        ("since", since.as_str().into()),
    ];
    let recorded = match said.recorded {
        Some(state) => {
            of.push(("state", life::word(texts, state).into()));
            texts.say_with("life-recorded", &of)
        }
        None => texts.say_with("life-taken-back", &of),
    };
    let [before, after] = [said.before, said.after].map(|state| life::word(texts, state));
    let mut becomes = match said.before == said.after {
        true => texts.say_with("life-stays", &[("after", after.as_str().into())]),
        false => {
            let both = [("before", before.into()), ("after", after.as_str().into())];
            texts.say_with("life-becomes", &both)
        }
    };
    if said.is_of_later {
        becomes.push_str(&texts.say_with("life-then", &[("since", since.into())]));
    }
    let still_seen = said.seen.filter(|_| said.contradicted).map(|seen| {
        let seen = Cell::time(Some(seen)).shown(&session.console.look().zone);
        texts.say_with("life-still-seen", &[("seen", seen.into()), ("after", after.into())])
    });
    words::paragraph(session, Tone::Plain, "", &recorded)?;
    words::paragraph(session, Tone::Plain, "", &becomes)?;
    if let Some(still_seen) = still_seen {
        words::paragraph(session, Tone::Caution, "", &still_seen)?;
    }
    writeln!(session.console.out())?;
    Ok(())
}

fn records(session: &Session, placed: &[Placed]) -> Table {
    let texts = &session.texts;
    let row = |placed: &Placed| {
        vec![
            Cell::text(placed.record.record.to_string()),
            Cell::text(&placed.record.source),
            Cell::text(&placed.record.name),
            Cell::text(placed.from.to_string()),
            Cell::text(placed.to.to_string()),
        ]
    };
    Table {
        columns: vec![
            Column::whole(texts.say("column-record")),
            Column::cut(texts.say("column-source"), 10, Keep::Start),
            Column::cut(texts.say("column-name-there"), 10, Keep::Start),
            Column::whole(texts.say("column-asset-before")),
            Column::whole(texts.say("column-asset-after")),
        ],
        rows: placed.iter().map(row).collect(),
        footer: None,
    }
}
