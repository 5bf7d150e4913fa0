//! What was taken in, for people and for spreadsheets.

use jiff::SignedDuration;
use yagura_engine::ingest::IngestLine;
use yagura_model::Timestamp;

use super::Taken;
use crate::{
    command::inspect,
    failure::Failure,
    output::{
        cell::{Cell, Tone, plain},
        notices::warned,
        table::{Column, Table},
        width::Keep,
    },
    session::Session,
};

/// How far a clock may be behind the newest state before a person is told.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Most files named that have no time.
const FILES_SHOWN: usize = 10;

/// The columns of spreadsheets, named like the fields of `--json`.
pub(super) fn columns() -> Vec<(&'static str, u16)> {
    let own = [
        ("report", 10),
        ("digest", 66),
        ("unchanged", 10),
        ("opened", 10),
        ("reopened", 10),
        ("resolved", 10),
        ("continuing", 10),
        ("assets_new", 10),
        ("assets_matched", 14),
        ("assets_held", 12),
        ("time_assumed", 12),
    ];
    inspect::COLUMNS.iter().copied().chain(own).collect()
}

/// The cells for [`columns`].
pub(super) fn row(line: &IngestLine) -> Vec<Cell> {
    let own = [
        Cell::count(line.report.0.unsigned_abs()),
        Cell::text(&line.digest),
        Cell::text(line.unchanged.to_string()),
        Cell::count(line.effects.opened),
        Cell::count(line.effects.reopened),
        Cell::count(line.effects.resolved),
        Cell::count(line.effects.continuing),
        Cell::count(line.effects.assets_new),
        Cell::count(line.effects.assets_matched),
        Cell::count(line.effects.assets_held),
        Cell::text(line.time_assumed.to_string()),
    ];
    inspect::row(&line.inspection).into_iter().chain(own).collect()
}

/// The table, the warnings, and one line that sums up.
pub(super) fn table(session: &mut Session, taken: &Taken) -> Result<(), Failure> {
    let Taken { lines, refusals, .. } = taken;
    if !lines.is_empty() {
        let table = Table {
            columns: titles(session),
            rows: lines.iter().map(|line| shown(session, line)).collect(),
            footer: (lines.len() > 1).then(|| sum(session, lines)),
        };
        session.show(&table)?;
        warned(session, lines.iter().filter(|line| !line.unchanged).map(|line| &line.inspection))?;
        writeln!(session.console.out())?;
    }
    let unchanged = lines.iter().filter(|line| line.unchanged).count();
    let counts = [
        ("taken", (lines.len() - unchanged).into()),
        ("unchanged", unchanged.into()),
        ("refused", refusals.len().into()),
    ];
    let summary = session.texts.say_with("ingest-summary", &counts);
    let tone = if refusals.is_empty() { Tone::Strong } else { Tone::Bad };
    let summary = session.console.paint(tone, &summary);
    writeln!(session.console.out(), "{summary}")?;
    Ok(())
}

fn titles(session: &Session) -> Vec<Column> {
    let texts = &session.texts;
    vec![
        Column::cut(texts.say("column-file"), 16, Keep::End),
        Column::number(texts.say("column-report-number")).optional(4),
        Column::whole(texts.say("column-result")),
        Column::whole(texts.say("column-format")).optional(3),
        Column::number(texts.say("column-records")).optional(2),
        Column::number(texts.say("column-opened")),
        Column::number(texts.say("column-reopened")),
        Column::number(texts.say("column-resolved")),
        Column::number(texts.say("column-continuing")),
        Column::number(texts.say("column-assets-new")),
        Column::number(texts.say("column-assets-matched")).optional(1),
        Column::number(texts.say("column-assets-held")),
    ]
}

fn shown(session: &Session, line: &IngestLine) -> Vec<Cell> {
    let report = line.report.0.unsigned_abs();
    let inspection = &line.inspection;
    let result = match line.unchanged {
        true => Cell::text(session.texts.say("ingest-unchanged")).tone(Tone::Quiet),
        false => Cell::text(session.texts.say("ingest-taken")),
    };
    let start = [
        Cell::text(&inspection.file),
        Cell::count(report),
        result,
        Cell::text(inspection.format),
        Cell::count(inspection.account.records),
    ];
    // What did not happen has no numbers: a zero would say that something was compared.
    let counts = match line.unchanged {
        true => std::array::from_fn(|_| Cell::text("")),
        false => counts(line),
    };
    start.into_iter().chain(counts).collect()
}

fn counts(line: &IngestLine) -> [Cell; 7] {
    [
        Cell::count(line.effects.opened).tone_if_any(Tone::Strong),
        Cell::count(line.effects.reopened).tone_if_any(Tone::Caution),
        Cell::count(line.effects.resolved),
        Cell::count(line.effects.continuing),
        Cell::count(line.effects.assets_new),
        Cell::count(line.effects.assets_matched),
        Cell::count(line.effects.assets_held).tone_if_any(Tone::Caution),
    ]
}

fn sum(session: &Session, lines: &[IngestLine]) -> Vec<Cell> {
    let total = |count: fn(&IngestLine) -> u64| Cell::count(lines.iter().map(count).sum());
    // Reports share assets: those known before would be counted several times.
    vec![
        Cell::text(session.texts.say("total")),
        Cell::empty(),
        Cell::empty(),
        Cell::empty(),
        total(|line| line.inspection.account.records),
        total(|line| line.effects.opened),
        total(|line| line.effects.reopened),
        total(|line| line.effects.resolved),
        total(|line| line.effects.continuing),
        total(|line| line.effects.assets_new),
        Cell::empty(),
        total(|line| line.effects.assets_held),
    ]
}

/// Warns of reports that count for the time of their receipt.
pub(super) fn times_assumed(session: &mut Session, lines: &[IngestLine]) -> Result<(), Failure> {
    let files: Vec<&str> = lines
        .iter()
        .filter(|line| line.time_assumed)
        .map(|line| line.inspection.file.as_str())
        .collect();
    if files.is_empty() {
        return Ok(());
    }
    let note = session.texts.say_with("ingest-time-assumed", &[("count", files.len().into())]);
    let note = session.console.paint_error(Tone::Caution, &note);
    session.console.note(&note)?;
    for file in files.iter().take(FILES_SHOWN) {
        session.console.note(&format!("  {}", plain(file)))?;
    }
    if let Some(more @ 1..) = files.len().checked_sub(FILES_SHOWN) {
        let note = session.texts.say_with("refused-more", &[("count", more.into())]);
        session.console.note(&format!("  {note}"))?;
    }
    Ok(())
}

/// Warns of a clock that is behind the newest state: the clock was wrong then, or is now.
pub(super) fn clock_behind(
    session: &mut Session,
    committed_at: Option<Timestamp>,
) -> Result<(), Failure> {
    let now = session.clock.now();
    let Some(at) = committed_at.filter(|at| now.saturating_add(SKEW).is_ok_and(|now| *at > now))
    else {
        return Ok(());
    };
    let zone = &session.console.look().zone;
    let shown = |at| Cell::time(Some(at)).shown(zone);
    let times = [("time", shown(at).into()), ("now", shown(now).into())];
    let note = session.texts.say_with("clock-behind", &times);
    let note = session.console.paint_error(Tone::Caution, &note);
    Ok(session.console.note(&note)?)
}
