//! Reports, for people and for spreadsheets.

use yagura_engine::{browse::reports::Report, inspect::Inspection};
use yagura_model::record::Account;

use crate::{
    failure::Failure,
    output::{
        cell::{Cell, Tone, plain},
        notices::warned,
        table::{Column, Table},
        width::{Keep, width},
    },
    session::Session,
};

/// The columns of spreadsheets, named like the fields of `--json`.
pub(super) const COLUMNS: &[(&str, u16)] = &[
    ("report", 10),
    ("organisation", 24),
    ("source", 20),
    ("file", 50),
    ("format", 16),
    ("tool", 20),
    ("tool_version", 14),
    ("title", 30),
    ("observed_at", 24),
    ("ingested_at", 24),
    ("records", 10),
    ("findings", 10),
    ("passes", 10),
    ("not_assessed", 14),
    ("facts", 10),
    ("dropped", 10),
    ("assets", 10),
    ("software", 10),
    ("digest", 66),
    ("length", 12),
];

/// The cells for [`COLUMNS`].
pub(super) fn row(report: &Report) -> Vec<Cell> {
    let optional = |text: &Option<String>| text.as_deref().map_or_else(Cell::empty, Cell::text);
    vec![
        Cell::count(report.report.0.unsigned_abs()),
        Cell::text(&report.organisation),
        Cell::text(&report.source),
        Cell::text(&report.file),
        Cell::text(&report.format),
        Cell::text(&report.tool),
        optional(&report.tool_version),
        optional(&report.title),
        Cell::time(Some(report.observed_at)),
        Cell::time(report.ingested_at),
        Cell::count(report.records),
        Cell::count(report.findings),
        Cell::count(report.passes),
        Cell::count(report.not_assessed),
        Cell::count(report.facts),
        Cell::count(report.dropped),
        Cell::count(report.assets),
        Cell::count(report.software),
        Cell::text(&report.digest),
        Cell::count(report.length),
    ]
}

/// The newest reports, and how many there are.
pub(super) fn table(session: &mut Session, listed: &[Report], all: usize) -> Result<(), Failure> {
    if !listed.is_empty() {
        let texts = &session.texts;
        let table = Table {
            columns: vec![
                Column::number(texts.say("column-report-number")),
                Column::cut(texts.say("column-organisation"), 10, Keep::End),
                Column::cut(texts.say("column-source"), 8, Keep::Start),
                Column::whole(texts.say("column-observed-at")),
                Column::whole(texts.say("column-format")).optional(2),
                Column::number(texts.say("column-records")).optional(1),
                Column::number(texts.say("column-findings")).optional(3),
                Column::cut(texts.say("column-file"), 16, Keep::End),
            ],
            rows: listed.iter().map(shown).collect(),
            footer: None,
        };
        session.show(&table)?;
        writeln!(session.console.out())?;
    }
    let counts = [("shown", listed.len().into()), ("all", all.into())];
    let summary = session.texts.say_with("report-list-summary", &counts);
    let summary = session.console.paint(Tone::Strong, &summary);
    writeln!(session.console.out(), "{summary}")?;
    Ok(())
}

fn shown(report: &Report) -> Vec<Cell> {
    vec![
        Cell::count(report.report.0.unsigned_abs()),
        Cell::text(&report.organisation),
        Cell::text(&report.source),
        Cell::time(Some(report.observed_at)),
        Cell::text(&report.format),
        Cell::count(report.records),
        Cell::count(report.findings),
        Cell::text(&report.file),
    ]
}

/// All that is kept of one report, a line each.
pub(super) fn one(session: &mut Session, report: &Report) -> Result<(), Failure> {
    let texts = &session.texts;
    let tool = match &report.tool_version {
        Some(version) => format!("{} {version}", report.tool),
        None => report.tool.clone(),
    };
    let kinds: Vec<&str> = report.kinds.iter().map(|kind| kind.as_str()).collect();
    let mut lines = vec![
        (texts.say("column-report-number"), Cell::count(report.report.0.unsigned_abs())),
        (texts.say("column-organisation"), Cell::text(&report.organisation)),
        (texts.say("column-source"), Cell::text(&report.source)),
        (texts.say("column-file"), Cell::text(&report.file)),
        (texts.say("column-format"), Cell::text(&report.format)),
        (texts.say("column-tool"), Cell::text(tool)),
        (texts.say("column-observed-at"), Cell::time(Some(report.observed_at))),
        (texts.say("column-ingested-at"), Cell::time(report.ingested_at)),
        (texts.say("column-kinds"), Cell::text(kinds.join(" "))),
        (texts.say("column-records"), Cell::count(report.records)),
        (texts.say("column-findings"), Cell::count(report.findings)),
        (texts.say("column-passes"), Cell::count(report.passes)),
        (texts.say("column-not-assessed"), Cell::count(report.not_assessed)),
        (texts.say("column-facts"), Cell::count(report.facts)),
        (texts.say("column-dropped"), Cell::count(report.dropped)),
        (texts.say("column-assets"), Cell::count(report.assets)),
        (texts.say("column-software"), Cell::count(report.software)),
        (texts.say("column-length"), Cell::count(report.length)),
        ("SHA-256".to_owned(), Cell::text(&report.digest)),
    ];
    if report.past_retention {
        let bytes = Cell::text(texts.say("report-past-retention-short"));
        lines.push((texts.say("column-evidence"), bytes));
    }
    if let Some(title) = &report.title {
        lines.insert(4, (texts.say("column-title"), Cell::text(title)));
    }
    if report.received_digest != report.digest {
        let title = texts.say("column-received-digest");
        lines.push((title, Cell::text(&report.received_digest)));
    }
    let room = lines.iter().map(|(title, _)| width(title)).max().unwrap_or(0);
    let zone = session.console.look().zone.clone();
    for (title, cell) in lines {
        let blank = " ".repeat(room.saturating_sub(width(&title)));
        let title = session.console.paint(Tone::Strong, &title);
        writeln!(session.console.out(), "{title}{blank}  {}", plain(&cell.shown(&zone)))?;
    }
    warned(session, [&inspection(report)])
}

/// What the warnings are shown from.
fn inspection(report: &Report) -> Inspection {
    Inspection {
        file: report.file.clone(),
        format: "",
        tool: String::new(),
        tool_version: None,
        observed_at: None,
        account: Account::default(),
        assets: 0,
        software: 0,
        warnings: report.warnings.clone(),
    }
}
