//! Who says what of an asset.

use jiff::tz::TimeZone;
use yagura_engine::{
    baseline::master::Lost,
    browse::assets::{AssetRecord, AttributeSaid, SaidBy},
};

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
            sources_of(texts, "", &said.said_by),
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

/// Writes what stands of what is said about the asset, and below it what does not.
pub(super) fn attributes(session: &mut Session, asset: &AssetRecord) -> Result<(), Failure> {
    if asset.attributes.is_empty() {
        return Ok(());
    }
    let texts = &session.texts;
    let zone = &session.console.look().zone;
    let mut rows = Vec::new();
    for said in &asset.attributes {
        let label = values::name(texts, &said.name);
        let value = |value: &str| Cell::text(values::value(texts, zone, &said.name, value));
        let since = |by: &[SaidBy]| Cell::day(by.iter().map(|by| by.since).max());
        for (number, stands) in said.values.iter().enumerate() {
            rows.push(vec![
                if number == 0 { Cell::text(&label) } else { Cell::empty() },
                value(&stands.value),
                since(&stands.said_by),
                if number == 0 { confirmed(texts, zone, said) } else { Cell::empty() },
                sources_of(texts, &said.source, &stands.said_by),
            ]);
        }
        for other in &said.others {
            rows.push(vec![
                Cell::text(lost(texts, other.why)).tone(Tone::Caution),
                value(&other.value),
                since(&other.said_by),
                Cell::day(Some(other.confirmed)),
                sources_of(texts, "", &other.said_by),
            ]);
        }
    }
    let table = Table {
        columns: vec![
            Column::whole(texts.say("column-attribute")),
            Column::cut(texts.say("column-value"), 16, Keep::Start),
            Column::whole(texts.say("column-said-since")).optional(1),
            Column::whole(texts.say("column-confirmed")),
            Column::cut(texts.say("column-source"), 10, Keep::Start),
        ],
        rows,
        footer: None,
    };
    let title = texts.say("asset-attributes");
    section(session, &title, &table)
}

/// When what stands was last confirmed, and whether that is too long ago.
fn confirmed(texts: &Texts, zone: &TimeZone, said: &AttributeSaid) -> Cell {
    if !said.stale {
        return Cell::day(Some(said.confirmed));
    }
    let day = Cell::day(Some(said.confirmed)).shown(zone);
    let text = texts.say_with("attribute-stale", &[("day", day.into())]);
    Cell::text(text).tone(Tone::Caution)
}

/// Why a value does not stand.
fn lost(texts: &Texts, why: Lost) -> String {
    match why {
        Lost::Stale => texts.say("attribute-other-stale"),
        Lost::LowerPrecedence => texts.say("attribute-other-precedence"),
        Lost::ConfirmedEarlier => texts.say("attribute-other-earlier"),
        Lost::CameLater => texts.say("attribute-other-later"),
    }
}

/// The names of sources, with one of them before the others.
fn sources_of(texts: &Texts, first: &str, said_by: &[SaidBy]) -> Cell {
    let mut names: Vec<&str> = said_by.iter().map(|by| by.source.as_str()).collect();
    names.sort_by_key(|name| *name != first);
    Cell::text(names.join(&texts.say("list-separator")))
}
