//! `yagura asset conflicts`: the contradictions that wait for a person.

use clap::Args;
use jiff::Timestamp;
use yagura_engine::{
    baseline::master::Master,
    browse::assets::{Brief, Contradiction, contradictions},
    decisions::{self, Conflict, Shown},
    lake::LakeError,
    score::Names,
};
use yagura_model::organisation::OrganisationCode;

use super::{life, meant, reasons};
use crate::{
    arguments::results::{ResultArguments, Sheet},
    failure::Failure,
    output::cell::{Cell, Tone, plain},
    session::{Session, Status},
    words,
};

/// The columns of spreadsheets.
const COLUMNS: &[(&str, u16)] = &[
    ("asset", 8),
    ("name", 30),
    ("organisation", 24),
    ("record", 12),
    ("source", 16),
    ("record_name", 30),
    ("shows", 60),
    ("candidates", 30),
    ("candidates_elsewhere", 12),
    ("reason", 24),
    ("since", 24),
];

#[derive(Debug, Args)]
pub(super) struct Conflicts {
    #[arg(long, value_name = "ORG", value_parser = OrganisationCode::new)]
    org: Option<OrganisationCode>,

    #[command(flatten)]
    results: ResultArguments,
}

impl Conflicts {
    pub(super) fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let at = session.clock.now();
        let lake = session.lake()?;
        let reading = async {
            let snapshot = lake.snapshot().await?;
            let names = Names::of_organisations(&snapshot, at).await?;
            let (master, org) = (Master::shipped(), self.org.as_ref());
            let found = decisions::conflicts(&snapshot, master, org, at).await?;
            let states = contradictions(&snapshot, master, org, at).await?;
            Ok::<_, LakeError>((found, states, names))
        };
        let (found, states, names) =
            session.block_on(reading)?.map_err(|error| session.lake_failure(&error))?;
        if let Some(org) = &self.org
            && found.is_empty()
            && states.is_empty()
            && !names.tree().knows(org)
        {
            return Err(words::unknown_organisation(session, org));
        }
        if session.global.json {
            for conflict in &found {
                session.console.json_line(conflict)?;
            }
            for state in &states {
                session.console.json_line(state)?;
            }
            return Ok(Status::Done);
        }
        let rows = found.iter().map(row).chain(states.iter().map(row_of_state));
        let rows: Vec<Vec<Cell>> = rows.collect();
        let sheet = Sheet { name: "conflicts", columns: COLUMNS, rows: &rows };
        if !self.results.write(session, &sheet)? {
            show(session, &names, (&found, &states), at)?;
        }
        Ok(Status::Done)
    }
}

/// The cells for [`COLUMNS`].
fn row(conflict: &Conflict) -> Vec<Cell> {
    let asset = conflict.asset.as_ref();
    let record = conflict.record.as_ref();
    let text = |text: Option<String>| text.map_or_else(Cell::empty, Cell::text);
    let joined = |texts: Vec<String>| text(Some(texts.join("; ")).filter(|all| !all.is_empty()));
    let shows = |shown: &Shown| format!("{}={}", shown.kind, shown.value);
    vec![
        text(asset.map(|asset| asset.asset.to_string())),
        text(asset.map(|asset| asset.name.clone())),
        text(asset.map(|asset| asset.organisation.clone())),
        text(record.map(|record| record.record.to_string())),
        text(record.map(|record| record.source.clone())),
        text(record.map(|record| record.name.clone())),
        joined(conflict.shows.iter().map(shows).collect()),
        joined(conflict.candidates.iter().map(|one| one.asset.to_string()).collect()),
        Cell::count(conflict.candidates_elsewhere),
        Cell::text(&conflict.reason),
        Cell::time(conflict.since),
    ]
}

/// The same cells of a record of a state that a sighting contradicts.
fn row_of_state(of: &Contradiction) -> Vec<Cell> {
    let state = of.life.record.as_ref().map_or(of.life.state, |record| record.state);
    let source = of.life.seen.as_ref().map(|seen| seen.source.as_str());
    vec![
        Cell::text(of.asset.asset.to_string()),
        Cell::text(&of.asset.name),
        Cell::text(&of.asset.organisation),
        Cell::empty(),
        source.map_or_else(Cell::empty, Cell::text),
        Cell::empty(),
        Cell::empty(),
        Cell::empty(),
        Cell::empty(),
        Cell::text(format!("life:{state}")),
        Cell::time(of.life.seen.as_ref().map(|seen| seen.at)),
    ]
}

fn show(
    session: &mut Session,
    names: &Names,
    (found, states): (&[Conflict], &[Contradiction]),
    at: Timestamp,
) -> Result<(), Failure> {
    for conflict in found {
        one(session, names, conflict, at)?;
        writeln!(session.console.out())?;
    }
    let count = [("count", found.len().into())];
    let summary = session.texts.say_with("conflict-count", &count);
    words::paragraph(session, Tone::Strong, "", &summary)?;
    if states.is_empty() {
        return Ok(());
    }
    writeln!(session.console.out())?;
    for state in states {
        of_state(session, names, state)?;
        writeln!(session.console.out())?;
    }
    let count = [("count", states.len().into())];
    let summary = session.texts.say_with("conflict-states-count", &count);
    words::paragraph(session, Tone::Strong, "", &summary)
}

/// A record of a state, the sighting that contradicts it, and what to do.
fn of_state(session: &mut Session, names: &Names, of: &Contradiction) -> Result<(), Failure> {
    let title = plain(&meant::line(session, names, &of.asset));
    let title = session.console.paint(Tone::Strong, &title);
    writeln!(session.console.out(), "{title}")?;
    if let Some(text) = life::contradiction(session, &of.life) {
        words::paragraph(session, Tone::Plain, "  ", &text)?;
    }
    if let Some(hint) = life::hint(&session.texts, &of.life, &of.asset.asset.to_string()) {
        words::paragraph(session, Tone::Quiet, "  ", &hint)?;
    }
    Ok(())
}

/// What waits, and the commands that decide about it.
fn one(
    session: &mut Session,
    names: &Names,
    conflict: &Conflict,
    at: Timestamp,
) -> Result<(), Failure> {
    let texts = &session.texts;
    let zone = &session.console.look().zone;
    let called = |brief: &Brief| super::meant::line(session, names, brief);
    let title = match &conflict.asset {
        Some(asset) => called(asset),
        None => texts.say("conflict-elsewhere"),
    };
    let within = match (&conflict.asset, conflict.candidates.as_slice()) {
        (Some(asset), [only]) => only.asset == asset.asset,
        _ => false,
    };
    let mut lines = vec![(texts.say("conflict-why"), reasons::held(texts, &conflict.reason))];
    if let Some(record) = &conflict.record {
        let text = format!("{}  {}  {}", record.record, plain(&record.source), plain(&record.name));
        lines.push((texts.say("column-record"), text));
    }
    let mut label = texts.say("asset-identifiers");
    for shown in &conflict.shows {
        let kind = texts.say(&format!("identifier-{}", shown.kind));
        lines.push((std::mem::take(&mut label), format!("{kind} {}", plain(&shown.value))));
    }
    let mut label = texts.say("conflict-candidates");
    let mut candidates: Vec<String> = conflict.candidates.iter().map(called).collect();
    if within {
        candidates = vec![texts.say("conflict-within")];
    }
    if conflict.candidates_elsewhere > 0 {
        let count = [("count", conflict.candidates_elsewhere.into())];
        candidates.push(texts.say_with("conflict-candidates-elsewhere", &count));
    }
    for candidate in candidates {
        lines.push((std::mem::take(&mut label), candidate));
    }
    let since = Cell::time(conflict.since.or(Some(at))).shown(zone);
    lines.push((texts.say("conflict-since"), since));
    let commands = commands(session, conflict, within);
    let title = session.console.paint(Tone::Strong, &plain(&title));
    writeln!(session.console.out(), "{title}")?;
    words::pairs(session, "  ", &lines)?;
    for command in commands {
        words::paragraph(session, Tone::Quiet, "  ", &command)?;
    }
    Ok(())
}

/// How to decide: that they are one, or that they are two.
fn commands(session: &Session, conflict: &Conflict, within: bool) -> Vec<String> {
    let texts = &session.texts;
    let (Some(asset), Some(record)) = (&conflict.asset, &conflict.record) else {
        return Vec::new();
    };
    let (asset, record) = (asset.asset.to_string(), record.record.to_string());
    let split = format!("yagura asset split {asset} --record {record}");
    if within {
        let stay = format!("{split} --into {asset}");
        return vec![
            texts.say_with("conflict-stays", &[("command", stay.into())]),
            texts.say_with("conflict-goes", &[("command", split.into())]),
        ];
    }
    let mut commands = Vec::new();
    if let Some(candidate) = conflict.candidates.first() {
        let merge = format!("yagura asset merge {asset} {}", candidate.asset);
        commands.push(texts.say_with("conflict-same", &[("command", merge.into())]));
    }
    commands.push(texts.say_with("conflict-apart", &[("command", split.into())]));
    commands
}
