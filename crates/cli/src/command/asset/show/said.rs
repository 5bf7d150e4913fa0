//! Who says what of an asset.

use super::section;
use crate::{
    command::asset::{reasons::decided_by, values},
    failure::Failure,
    i18n::Texts,
    output::{
        cell::{Cell, Tone},
        table::{Column, Table},
        width::Keep,
    },
    session::Session,
};
use yagura_engine::browse::assets::{AssetRecord, SaidBy, ValueSaid};

/// Writes the records the asset is gathered from.
pub(super) fn sources(session: &mut Session, asset: &AssetRecord) -> Result<(), Failure> {
    let texts = &session.texts;
    let rows = asset.sources.iter().map(|record| {
        vec![
            Cell::text(record.record.to_string()),
            Cell::text(&record.source),
            Cell::text(&record.name),
            Cell::text(decided_by(texts, &record.decided_by)),
            Cell::day(Some(record.first_seen)),
            Cell::day(record.observed_at),
            record.software.map_or_else(Cell::empty, Cell::count),
        ]
    });
    let table = Table {
        columns: vec![
            Column::whole(texts.say("column-record")),
            Column::cut(texts.say("column-source"), 12, Keep::Start),
            Column::cut(texts.say("column-name-there"), 10, Keep::Start),
            Column::whole(texts.say("column-decided-by")),
            Column::whole(texts.say("column-known-since")),
            Column::whole(texts.say("column-last-observed")),
            Column::number(texts.say("column-software")).optional(1),
        ],
        rows: rows.collect(),
        footer: None,
    };
    let title = texts.say_with("asset-sources", &[("count", asset.sources.len().into())]);
    section(session, &title, &table)
}

/// Writes what the asset is known by.
pub(super) fn identifiers(session: &mut Session, asset: &AssetRecord) -> Result<(), Failure> {
    let texts = &session.texts;
    let mut before = None;
    let rows = asset.identifiers.iter().map(|said| {
        let continued = before.replace(said.kind) == Some(said.kind);
        let kind = texts.say(&format!("identifier-{}", said.kind));
        let value = match said.identifies {
            true => Cell::text(&said.value),
            false => {
                let value = [("value", said.value.as_str().into())];
                Cell::text(texts.say_with("identifier-unusable", &value)).tone(Tone::Quiet)
            }
        };
        vec![
            if continued { Cell::empty() } else { Cell::text(kind) },
            value,
            Cell::day(said.said_by.iter().map(|by| by.since).min()),
            sources_of(texts, &said.said_by),
        ]
    });
    let table = Table {
        rows: rows.collect(),
        columns: vec![
            Column::whole(texts.say("column-identifier")),
            Column::cut(texts.say("column-value"), 16, Keep::Start),
            Column::whole(texts.say("column-known-since")),
            Column::cut(texts.say("column-source"), 10, Keep::Start),
        ],
        footer: None,
    };
    let title = texts.say("asset-identifiers");
    section(session, &title, &table)
}

/// Writes what is said about the asset: the newest value, and others where sources disagree.
pub(super) fn attributes(session: &mut Session, asset: &AssetRecord) -> Result<(), Failure> {
    if asset.attributes.is_empty() {
        return Ok(());
    }
    let texts = &session.texts;
    let zone = &session.console.look().zone;
    let mut rows = Vec::new();
    for said in &asset.attributes {
        let label = values::name(texts, &said.name);
        let row = |label: Cell, value: &ValueSaid| {
            vec![
                label,
                Cell::text(values::value(texts, zone, &said.name, &value.value)),
                Cell::day(value.said_by.iter().map(|by| by.since).max()),
                sources_of(texts, &value.said_by),
            ]
        };
        for (number, value) in said.values.iter().enumerate() {
            let label = if number == 0 { Cell::text(&label) } else { Cell::empty() };
            rows.push(row(label, value));
        }
        for value in &said.others {
            let label = Cell::text(texts.say("attribute-disagrees")).tone(Tone::Caution);
            rows.push(row(label, value));
        }
    }
    let table = Table {
        columns: vec![
            Column::whole(texts.say("column-attribute")),
            Column::cut(texts.say("column-value"), 16, Keep::Start),
            Column::whole(texts.say("column-said-since")),
            Column::cut(texts.say("column-source"), 10, Keep::Start),
        ],
        rows,
        footer: None,
    };
    let title = texts.say("asset-attributes");
    section(session, &title, &table)
}

fn sources_of(texts: &Texts, said_by: &[SaidBy]) -> Cell {
    let names: Vec<&str> = said_by.iter().map(|by| by.source.as_str()).collect();
    Cell::text(names.join(&texts.say("list-separator")))
}
