//! `yagura asset conflicts`: the contradictions that wait for a person.

use clap::Args;
use jiff::Timestamp;
use yagura_engine::{
    baseline::master::Master,
    browse::assets::Brief,
    decisions::{self, Conflict, Shown},
    lake::LakeError,
    score::Names,
};
use yagura_model::organisation::OrganisationCode;

use super::reasons;
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
            let found =
                decisions::conflicts(&snapshot, Master::shipped(), self.org.as_ref(), at).await?;
            Ok::<_, LakeError>((found, names))
        };
        let (found, names) =
            session.block_on(reading)?.map_err(|error| session.lake_failure(&error))?;
        if let Some(org) = &self.org
            && found.is_empty()
            && !names.tree().knows(org)
        {
            return Err(words::unknown_organisation(session, org));
        }
        if session.global.json {
            for conflict in &found {
                session.console.json_line(conflict)?;
            }
            return Ok(Status::Done);
        }
        let rows: Vec<Vec<Cell>> = found.iter().map(row).collect();
        let sheet = Sheet { name: "conflicts", columns: COLUMNS, rows: &rows };
        if !self.results.write(session, &sheet)? {
            show(session, &names, &found, at)?;
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

fn show(
    session: &mut Session,
    names: &Names,
    found: &[Conflict],
    at: Timestamp,
) -> Result<(), Failure> {
    for conflict in found {
        one(session, names, conflict, at)?;
        writeln!(session.console.out())?;
    }
    let count = [("count", found.len().into())];
    let summary = session.texts.say_with("conflict-count", &count);
    words::paragraph(session, Tone::Strong, "", &summary)?;
    let hint = session.texts.say("conflict-hint-states");
    words::paragraph(session, Tone::Quiet, "", &hint)
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
