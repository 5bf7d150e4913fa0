//! A score for people.

use yagura_engine::life::StateCounts;

use super::{super::asset::counted_states, Group, Line, sums::Sums};
use crate::{
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

/// Writes the heading, the table and what must be said of it.
pub(super) fn show(
    session: &mut Session,
    sums: &Sums,
    by: Group,
    rows: Vec<Vec<Cell>>,
    total: &Line,
) -> Result<(), Failure> {
    words::heading(session, &sums.heading())?;
    if sums.whole.assets == 0 {
        let note = session.texts.say("score-empty");
        writeln!(session.console.out(), "{note}")?;
        return Ok(());
    }
    let texts = &session.texts;
    let key = match by {
        Group::Org => texts.say("column-organisation"),
        Group::System => texts.say("column-system"),
        Group::Asset => texts.say("column-asset"),
        Group::Check => texts.say("column-check"),
        Group::Class => texts.say("column-class"),
        Group::Domain => texts.say("column-domain"),
        Group::Remedy => texts.say("column-remedy"),
    };
    let shown = rows.len();
    let mut footer = total.cells();
    if let Some(first) = footer.first_mut() {
        *first = Cell::text(texts.say("total"));
    }
    let named = rows.iter().any(|row| row.first() != row.get(1));
    let mut table = Table {
        columns: vec![
            Column::cut(key, 16, Keep::End),
            Column::cut(texts.say("column-name"), 12, Keep::Start),
            Column::number(texts.say("column-open-points")),
            Column::number(texts.say("column-accepted-points")),
            Column::number(texts.say("column-unknown-points")),
            Column::number(texts.say("column-assets")).optional(2),
            Column::number(texts.say("column-items")).optional(1),
        ],
        rows,
        footer: Some(footer),
    };
    if !named {
        // Where the name says nothing more than the key, one of them is enough.
        table.columns.remove(1);
        for row in table.rows.iter_mut().chain(&mut table.footer) {
            row.remove(1);
        }
    }
    let look = session.console.look().clone();
    let left_out = table.write(session.console.out(), &look)?;
    notes(session, sums, by, shown, &left_out)
}

fn notes(
    session: &mut Session,
    sums: &Sums,
    by: Group,
    shown: usize,
    left_out: &[String],
) -> Result<(), Failure> {
    let texts = &session.texts;
    let mut notes = Vec::new();
    if let Some(stored) = &sums.stored {
        let time = Cell::time(Some(stored.stored_at)).shown(&session.console.look().zone);
        let told = [("time", time.into()), ("later", sums.later.into())];
        notes.push(match sums.later {
            0 => texts.say_with("score-stored", &told),
            _ => texts.say_with("score-stored-before", &told),
        });
    }
    if shown < sums.all {
        let counts = [("shown", shown.into()), ("all", sums.all.into())];
        notes.push(texts.say_with("score-top", &counts));
    }
    match by {
        Group::Org => notes.push(texts.say("score-note-organisations")),
        Group::System => notes.push(texts.say("score-note-systems")),
        _ => {}
    }
    notes.push(texts.say("score-note-unknown"));
    if let Some(states) = &sums.states {
        states_of(texts, states, &mut notes);
    }
    if !left_out.is_empty() {
        let columns = left_out.join(&texts.say("list-separator"));
        notes.push(texts.say_with("table-left-out", &[("columns", columns.into())]));
    }
    writeln!(session.console.out())?;
    for note in notes {
        words::paragraph(session, Tone::Quiet, "", &note)?;
    }
    Ok(())
}

/// Which assets do not count, and which of those that do wait for somebody.
fn states_of(texts: &Texts, states: &StateCounts, notes: &mut Vec<String>) {
    if states.left_out() > 0 {
        let states = counted_states(texts, states, |state| !state.counts());
        notes.push(texts.say_with("score-note-left-out", &[("states", states.into())]));
    }
    if states.missing > 0 {
        let count = [("count", states.missing.into())];
        notes.push(texts.say_with("score-note-missing", &count));
    }
    if states.contradicted > 0 {
        let count = [("count", states.contradicted.into())];
        notes.push(texts.say_with("score-note-contradicted", &count));
    }
}
