//! What was seen, for people and for spreadsheets.

use yagura_engine::inspect::Inspection;
use yagura_model::record::Account;

use super::Seen;
use crate::{
    failure::Failure,
    output::{
        cell::{Cell, Tone},
        notices::warned,
        table::{Column, Table},
        width::Keep,
    },
    session::Session,
};

/// The columns of spreadsheets, named like the fields of `--json`.
pub(in crate::command) const COLUMNS: &[(&str, u16)] = &[
    ("file", 50),
    ("format", 16),
    ("tool", 20),
    ("tool_version", 14),
    ("observed_at", 24),
    ("records", 10),
    ("findings", 10),
    ("passes", 10),
    ("not_assessed", 14),
    ("facts", 10),
    ("dropped", 10),
    ("assets", 10),
    ("software", 10),
    ("warnings", 10),
];

/// The cells for [`COLUMNS`].
pub(in crate::command) fn row(seen: &Inspection) -> Vec<Cell> {
    let account = &seen.account;
    let optional = |text: &Option<String>| text.as_deref().map_or_else(Cell::empty, Cell::text);
    vec![
        Cell::text(&seen.file),
        Cell::text(seen.format),
        Cell::text(&seen.tool),
        optional(&seen.tool_version),
        Cell::time(seen.observed_at),
        Cell::count(account.records),
        Cell::count(account.findings),
        Cell::count(account.passes),
        Cell::count(account.not_assessed),
        Cell::count(account.facts),
        Cell::count(account.dropped),
        Cell::count(seen.assets),
        Cell::count(seen.software),
        Cell::count(warnings(seen)),
    ]
}

fn warnings(seen: &Inspection) -> u64 {
    seen.warnings.iter().map(|warning| warning.more.unwrap_or(1)).sum()
}

/// The table, the warnings, and one line that sums up.
pub(super) fn table(session: &mut Session, seen: &Seen) -> Result<(), Failure> {
    let Seen { inspections, refusals } = seen;
    if !inspections.is_empty() {
        let table = Table {
            columns: columns(session),
            rows: inspections.iter().map(shown).collect(),
            footer: (inspections.len() > 1).then(|| sum(session, inspections)),
        };
        session.show(&table)?;
        warned(session, inspections)?;
        writeln!(session.console.out())?;
    }
    let counts = [("read", inspections.len().into()), ("refused", refusals.len().into())];
    let line = session.texts.say_with("inspect-summary", &counts);
    let tone = if refusals.is_empty() { Tone::Strong } else { Tone::Bad };
    let line = session.console.paint(tone, &line);
    writeln!(session.console.out(), "{line}")?;
    Ok(())
}

fn columns(session: &Session) -> Vec<Column> {
    let texts = &session.texts;
    vec![
        Column::cut(texts.say("column-file"), 20, Keep::End),
        Column::whole(texts.say("column-format")),
        Column::cut(texts.say("column-tool"), 10, Keep::Start).optional(1),
        Column::whole(texts.say("column-observed-at")).optional(3),
        Column::number(texts.say("column-records")),
        Column::number(texts.say("column-findings")),
        Column::number(texts.say("column-passes")),
        Column::number(texts.say("column-not-assessed")),
        Column::number(texts.say("column-facts")),
        Column::number(texts.say("column-dropped")),
        Column::number(texts.say("column-assets")).optional(4),
        Column::number(texts.say("column-software")).optional(2),
        Column::number(texts.say("column-warnings")).optional(5),
    ]
}

fn shown(seen: &Inspection) -> Vec<Cell> {
    let tool = match &seen.tool_version {
        Some(version) => format!("{} {version}", seen.tool),
        None => seen.tool.clone(),
    };
    let start = [
        Cell::text(&seen.file),
        Cell::text(seen.format),
        Cell::text(tool),
        seen.observed_at.map_or_else(|| Cell::text("-"), |at| Cell::time(Some(at))),
    ];
    start
        .into_iter()
        .chain(counts(&seen.account, seen.assets, seen.software, warnings(seen)))
        .collect()
}

fn counts(account: &Account, assets: u64, software: u64, warnings: u64) -> [Cell; 9] {
    [
        Cell::count(account.records),
        Cell::count(account.findings).tone_if_any(Tone::Strong),
        Cell::count(account.passes),
        Cell::count(account.not_assessed),
        Cell::count(account.facts),
        Cell::count(account.dropped).tone_if_any(Tone::Bad),
        Cell::count(assets),
        Cell::count(software),
        Cell::count(warnings).tone_if_any(Tone::Caution),
    ]
}

fn sum(session: &Session, inspections: &[Inspection]) -> Vec<Cell> {
    let mut total = Account::default();
    for Inspection { account, .. } in inspections {
        total.records += account.records;
        total.findings += account.findings;
        total.passes += account.passes;
        total.not_assessed += account.not_assessed;
        total.facts += account.facts;
        total.dropped += account.dropped;
    }
    let mut counts = counts(&total, 0, 0, inspections.iter().map(warnings).sum());
    // Reports share assets and software: a sum would count them several times.
    let [.., assets, software, _] = &mut counts;
    (*assets, *software) = (Cell::empty(), Cell::empty());
    let start =
        [Cell::text(session.texts.say("total")), Cell::empty(), Cell::empty(), Cell::empty()];
    start.into_iter().chain(counts).collect()
}
