//! What was looked at, and what nobody did.

use yagura_engine::{
    baseline::observation::ObservationState,
    browse::assets::{AssetRecord, Look, RequiredLook},
};

use crate::{
    failure::Failure,
    i18n::Texts,
    output::{
        cell::{Cell, Tone},
        table::{Column, Table},
        width::Keep,
    },
    session::Session,
};

/// Writes a line for each look that is required, and one for each that was made.
pub(super) fn show(session: &mut Session, asset: &AssetRecord) -> Result<(), Failure> {
    let texts = &session.texts;
    let mut rows = Vec::new();
    for required in &asset.required {
        rows.push(wanted(texts, required));
        let counted = |look: &&Look| {
            look.kind == required.kind && Some(look.observed_at) == required.observed_at
        };
        let newest = asset.looks.iter().find(counted);
        let (credentialed, source) = match newest {
            Some(look) => (credentials(texts, look.credentialed), Cell::text(&look.source)),
            None => (Cell::empty(), Cell::empty()),
        };
        if let Some(row) = rows.last_mut() {
            row.extend([credentialed, source]);
        }
        let others = asset.looks.iter().filter(|look| look.kind == required.kind);
        rows.extend(
            others.filter(|look| Some(*look) != newest).map(|look| made(texts, look, true)),
        );
    }
    let required = |look: &&Look| asset.required.iter().any(|wanted| wanted.kind == look.kind);
    let mut before = None;
    for look in asset.looks.iter().filter(|look| !required(look)) {
        rows.push(made(texts, look, before == Some(look.kind)));
        before = Some(look.kind);
    }
    let table = Table {
        columns: vec![
            Column::cut(texts.say("column-kind"), 18, Keep::Start),
            Column::whole(texts.say("column-state")),
            Column::whole(texts.say("column-last-observed")),
            Column::whole(texts.say("column-required")),
            Column::whole(texts.say("column-credentials")),
            Column::cut(texts.say("column-source"), 8, Keep::Start),
        ],
        rows,
        footer: None,
    };
    let title = texts.say("asset-looks");
    super::section(session, &title, &table)
}

fn wanted(texts: &Texts, required: &RequiredLook) -> Vec<Cell> {
    let (state, tone) = match required.state {
        ObservationState::Fresh => (texts.say("look-fresh"), Tone::Plain),
        ObservationState::Stale => (texts.say("look-stale"), Tone::Caution),
        ObservationState::NeverMade => (texts.say("look-never"), Tone::Bad),
    };
    let days = [("days", required.days.into())];
    let mut demand = texts.say_with("look-required", &days);
    if required.credentialed {
        demand.push_str(&texts.say("look-required-credentialed"));
    }
    vec![
        Cell::text(texts.say(&format!("kind-{}", required.kind))),
        Cell::text(state).tone(tone),
        Cell::day(required.observed_at),
        Cell::text(demand),
    ]
}

fn made(texts: &Texts, look: &Look, continued: bool) -> Vec<Cell> {
    let kind = texts.say(&format!("kind-{}", look.kind));
    vec![
        if continued { Cell::empty() } else { Cell::text(kind) },
        Cell::empty(),
        Cell::day(Some(look.observed_at)),
        Cell::empty(),
        credentials(texts, look.credentialed),
        Cell::text(&look.source),
    ]
}

fn credentials(texts: &Texts, credentialed: Option<bool>) -> Cell {
    match credentialed {
        Some(true) => Cell::text(texts.say("look-with-credentials")),
        Some(false) => Cell::text(texts.say("look-without-credentials")).tone(Tone::Caution),
        None => Cell::empty(),
    }
}
