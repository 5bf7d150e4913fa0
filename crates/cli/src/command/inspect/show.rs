//! What was seen, for people and for spreadsheets.

use std::collections::BTreeMap;

use yagura_engine::inspect::{Inspection, Refusal, WarningLine};
use yagura_model::{record::Account, warning::WarningCode};

use super::Seen;
use crate::{
    failure::Failure,
    output::{
        cell::{Cell, Tone, plain},
        table::{Column, Table},
        width::Keep,
    },
    session::Session,
};

/// Most refusals listed one by one for people; `--json` lists all.
const REFUSALS_SHOWN: usize = 50;

/// The columns of spreadsheets, named like the fields of `--json`.
pub(super) const COLUMNS: &[(&str, u16)] = &[
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
pub(super) fn row(seen: &Inspection) -> Vec<Cell> {
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
        let look = session.console.look().clone();
        let left_out = table.write(session.console.out(), &look)?;
        if !left_out.is_empty() {
            let columns = left_out.join(&session.texts.say("list-separator"));
            let note = session.texts.say_with("table-left-out", &[("columns", columns.into())]);
            let note = session.console.paint(Tone::Quiet, &note);
            writeln!(session.console.out(), "{note}")?;
        }
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

/// What the warnings of one report with one code have in common.
struct Group<'s> {
    count: u64,
    first: &'s WarningLine,
}

/// The warnings, grouped by what they are about.
fn warned(session: &mut Session, inspections: &[Inspection]) -> Result<(), Failure> {
    let warned: Vec<&Inspection> = inspections.iter().filter(|i| !i.warnings.is_empty()).collect();
    if warned.is_empty() {
        return Ok(());
    }
    let title = session.console.paint(Tone::Strong, &session.texts.say("inspect-warnings"));
    writeln!(session.console.out(), "\n{title}")?;
    for seen in warned {
        let mut groups: BTreeMap<WarningCode, Group<'_>> = BTreeMap::new();
        for warning in &seen.warnings {
            let group = groups.entry(warning.code).or_insert(Group { count: 0, first: warning });
            group.count += warning.more.unwrap_or(1);
        }
        writeln!(session.console.out(), "  {}", plain(&seen.file))?;
        for (code, Group { count, first }) in groups {
            let text = session.texts.say(&format!("warning-{code}"));
            let text = session.console.paint(Tone::Caution, &text);
            let times = session.texts.say_with("inspect-warning-count", &[("count", count.into())]);
            writeln!(session.console.out(), "    {text} {times}")?;
            let place = [("at", plain(&first.at).into()), ("detail", plain(&first.detail).into())];
            let first = session.texts.say_with("inspect-warning-first", &place);
            let first = session.console.paint(Tone::Quiet, &first);
            writeln!(session.console.out(), "      {first}")?;
        }
    }
    Ok(())
}

/// What was refused and why, apart from the results.
pub(super) fn refusals(session: &mut Session, refusals: &[Refusal]) -> Result<(), Failure> {
    if refusals.is_empty() {
        return Ok(());
    }
    let count = refusals.len().into();
    let title = session.texts.say_with("refused-files", &[("count", count)]);
    let title = session.console.paint_error(Tone::Bad, &title);
    session.console.note(&format!("\n{title}"))?;
    for Refusal { file, error } in refusals.iter().take(REFUSALS_SHOWN) {
        session.console.note(&format!("  {}", plain(file)))?;
        let reason = session.reason(error);
        session.console.note(&format!("    {reason}"))?;
        let place = if error.at == "-" { String::new() } else { format!(" ({})", error.at) };
        let detail = plain(&format!("{}{place}: {}", error.code, error.message));
        let detail = session.console.paint_error(Tone::Quiet, &detail);
        session.console.note(&format!("    {detail}"))?;
    }
    if let Some(more @ 1..) = refusals.len().checked_sub(REFUSALS_SHOWN) {
        let note = session.texts.say_with("refused-more", &[("count", more.into())]);
        session.console.note(&format!("  {note}"))?;
    }
    Ok(())
}
