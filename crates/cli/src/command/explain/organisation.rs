//! The worst assets and remedies of an organisation.

use serde::Serialize;
use yagura_engine::{
    lake::Lost,
    score::{By, Total},
};
use yagura_model::{organisation::OrganisationCode, points::MicroPoints};

use crate::{
    arguments::scoring::Swept,
    failure::Failure,
    output::{
        cell::{Cell, Tone},
        table::{Column, Table},
        width::Keep,
    },
    session::Session,
    words,
};

/// The document of `--json`.
#[derive(Debug, Serialize)]
struct Document<'s> {
    version: u8,
    model: &'s str,
    as_of: jiff::Timestamp,
    known_at: Option<jiff::Timestamp>,
    commit: i64,
    threat_data: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    incomplete: Option<Lost>,
    organisation: &'s str,
    total: Line,
    assets: Vec<Line>,
    remedies: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    key: String,
    name: String,
    open_micro: MicroPoints,
    accepted_micro: MicroPoints,
    unknown_micro: MicroPoints,
    assets: u64,
    items: u64,
}

impl From<&Total> for Line {
    fn from(total: &Total) -> Self {
        Self {
            key: total.key.clone(),
            name: total.name.clone(),
            open_micro: total.open,
            accepted_micro: total.accepted,
            unknown_micro: total.unknown,
            assets: total.assets,
            items: total.items,
        }
    }
}

/// Explains an organisation.
pub(super) fn explain(
    session: &mut Session,
    swept: &Swept,
    code: &OrganisationCode,
    top: usize,
) -> Result<(), Failure> {
    let Swept { sweep, names, model, snapshot } = swept;
    let (whole, mut assets) = (sweep.whole(), sweep.totals(By::Asset));
    let shown = assets.len().min(top);
    let named = session.block_on(async {
        match assets.get_mut(..shown) {
            Some(worst) => sweep.name(snapshot, By::Asset, worst).await,
            None => Ok(()),
        }
    })?;
    named.map_err(|error| session.lake_failure(&error))?;
    let mut remedies = sweep.totals(By::Remedy);
    for remedy in remedies.iter_mut().take(top) {
        remedy.name = words::remedy(&session.texts, model, &remedy.key);
    }
    if session.global.json {
        let lines = |totals: &[Total]| totals.iter().take(top).map(Line::from).collect();
        let document = Document {
            version: 1,
            model: &sweep.model,
            as_of: sweep.at,
            known_at: snapshot.known_at(),
            commit: sweep.commit.0,
            threat_data: false,
            incomplete: Some(swept.snapshot.lost()).filter(|lost| lost.files > 0),
            organisation: code.as_str(),
            total: Line::from(&whole),
            assets: lines(&assets),
            remedies: lines(&remedies),
        };
        session.console.json_line(&document)?;
        return Ok(());
    }
    let name = words::organisation(&session.texts, names, code.as_str());
    let title = session.console.paint(Tone::Strong, &format!("{code}  {name}"));
    writeln!(session.console.out(), "{title}")?;
    words::heading(session, &swept.heading())?;
    let titles =
        [session.texts.say("explain-worst-assets"), session.texts.say("explain-worst-remedies")];
    let [worst_assets, worst_remedies] = titles;
    table(session, &worst_assets, &assets, top, &whole)?;
    table(session, &worst_remedies, &remedies, top, &whole)?;
    let note = session.texts.say("explain-organisation-note");
    words::paragraph(session, Tone::Quiet, "", &note)
}

fn cells(total: &Total) -> Vec<Cell> {
    vec![
        Cell::text(&total.key),
        Cell::text(&total.name),
        Cell::points(total.open),
        Cell::points(total.accepted),
        Cell::count(total.assets),
    ]
}

/// The worst lines, what the others add up to, and the sum of all.
fn table(
    session: &mut Session,
    title: &str,
    totals: &[Total],
    top: usize,
    whole: &Total,
) -> Result<(), Failure> {
    let texts = &session.texts;
    let mut rows: Vec<Vec<Cell>> = totals.iter().take(top).map(cells).collect();
    let others: Vec<&Total> = totals.iter().skip(top).collect();
    if !others.is_empty() {
        let more = texts.say_with("explain-others", &[("count", others.len().into())]);
        rows.push(vec![
            Cell::text(more),
            Cell::empty(),
            Cell::points(others.iter().map(|total| total.open).sum()),
            Cell::points(others.iter().map(|total| total.accepted).sum()),
            Cell::empty(),
        ]);
    }
    let mut footer = cells(whole);
    if let Some(first) = footer.first_mut() {
        *first = Cell::text(texts.say("total"));
    }
    let table = Table {
        columns: vec![
            Column::cut(title.to_owned(), 16, Keep::Start),
            Column::cut(texts.say("column-name"), 12, Keep::Start),
            Column::number(texts.say("column-open-points")),
            Column::number(texts.say("column-accepted-points")),
            Column::number(texts.say("column-assets")).optional(1),
        ],
        rows,
        footer: Some(footer),
    };
    let look = session.console.look().clone();
    table.write(session.console.out(), &look)?;
    writeln!(session.console.out())?;
    Ok(())
}
