//! `yagura org`: the tree of organisations, and reorganisations.

use std::time::Duration;

use clap::{Args, Parser, Subcommand, builder::NonEmptyStringValueParser};
use yagura_engine::{
    browse::organisations::{self, NewOrganisation, Organisation},
    chain,
};
use yagura_model::organisation::OrganisationCode;

use super::Verb;
use crate::{
    arguments::{
        day,
        moment::Moment,
        results::{ResultArguments, Sheet},
        times::TimeArguments,
        undo::Undo,
    },
    failure::Failure,
    output::{
        cell::{Cell, Tone, plain},
        table::{Column, Table},
        width::Keep,
    },
    session::{Session, Status},
    words,
};

mod history;
mod reorganise;

/// How long another writer is waited for.
const WAIT: Duration = Duration::from_secs(60);

/// The columns of spreadsheets, named like the fields of `--json`.
const COLUMNS: &[(&str, u16)] = &[
    ("code", 30),
    ("name_ja", 30),
    ("name_en", 40),
    ("parent", 30),
    ("valid_from", 24),
    ("valid_to", 24),
];

/// See the module.
#[derive(Debug, Parser)]
#[command(name = "org", subcommand_required = true)]
pub(crate) struct Org {
    #[command(subcommand)]
    verb: OrgVerb,
}

#[derive(Debug, Subcommand)]
enum OrgVerb {
    List(List),
    Add(Add),
    Move(reorganise::Move),
    Merge(reorganise::Merge),
    Pass(reorganise::Pass),
    Rename(reorganise::Rename),
    Abolish(reorganise::Abolish),
    Undo(Undo<reorganise::Signature>),
    History(history::OfOrganisations),
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    times: TimeArguments,

    #[command(flatten)]
    results: ResultArguments,
}

#[derive(Debug, Args)]
struct Add {
    #[arg(value_name = "CODE", value_parser = OrganisationCode::new)]
    code: OrganisationCode,

    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    name_ja: String,

    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    name_en: String,

    #[arg(long, value_name = "CODE", value_parser = OrganisationCode::new)]
    parent: Option<OrganisationCode>,

    #[arg(long, value_name = "DATE")]
    from: Option<Moment>,

    #[arg(long, value_name = "DATE")]
    to: Option<Moment>,
}

impl Verb for Org {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        match self.verb {
            OrgVerb::List(list) => list.run(session),
            OrgVerb::Add(add) => add.run(session),
            OrgVerb::Move(verb) => verb.run(session),
            OrgVerb::Merge(verb) => verb.run(session),
            OrgVerb::Pass(verb) => verb.run(session),
            OrgVerb::Rename(verb) => verb.run(session),
            OrgVerb::Abolish(verb) => verb.run(session),
            OrgVerb::Undo(verb) => verb.run(session),
            OrgVerb::History(verb) => verb.run(session),
        }
    }
}

impl List {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let lake = session.lake()?;
        let times = self.times.times(session)?;
        let listed = session.block_on(async {
            let snapshot = times.snapshot(&lake).await?;
            organisations::list(&snapshot, times.as_of()).await
        })?;
        let listed = listed.map_err(|error| session.lake_failure(&error))?;
        if session.global.json {
            for organisation in &listed {
                session.console.json_line(organisation)?;
            }
            return Ok(Status::Done);
        }
        let sheet = Sheet {
            name: "organisations",
            columns: COLUMNS,
            rows: &listed.iter().map(row).collect::<Vec<_>>(),
        };
        if !self.results.write(session, &sheet)? {
            if !times.is_present() {
                words::times(session, &times)?;
            }
            show(session, &listed)?;
        }
        Ok(Status::Done)
    }
}

fn row(organisation: &Organisation) -> Vec<Cell> {
    vec![
        Cell::text(&organisation.code),
        Cell::text(&organisation.name_ja),
        Cell::text(&organisation.name_en),
        organisation.parent.as_deref().map_or_else(Cell::empty, Cell::text),
        Cell::time(organisation.valid_from),
        Cell::time(organisation.valid_to),
    ]
}

fn show(session: &mut Session, listed: &[Organisation]) -> Result<(), Failure> {
    if !listed.is_empty() {
        let texts = &session.texts;
        let table = Table {
            columns: vec![
                Column::cut(texts.say("column-code"), 16, Keep::End),
                Column::cut(texts.say("column-name-ja"), 12, Keep::Start),
                Column::cut(texts.say("column-name-en"), 12, Keep::Start),
                Column::whole(texts.say("column-from")),
                Column::whole(texts.say("column-to")),
            ],
            rows: listed.iter().map(branch).collect(),
            footer: None,
        };
        session.show(&table)?;
        writeln!(session.console.out())?;
    }
    let count = listed.len().into();
    let summary = session.texts.say_with("org-list-summary", &[("count", count)]);
    let summary = session.console.paint(Tone::Strong, &summary);
    writeln!(session.console.out(), "{summary}")?;
    Ok(())
}

/// Organisations begin and end with days.
fn branch(organisation: &Organisation) -> Vec<Cell> {
    let indent = "  ".repeat(organisation.depth);
    vec![
        Cell::text(format!("{indent}{}", organisation.code)),
        Cell::text(&organisation.name_ja),
        Cell::text(&organisation.name_en),
        Cell::day(organisation.valid_from),
        Cell::day(organisation.valid_to),
    ]
}

impl Add {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let said = NewOrganisation {
            valid_from: self.from.map(|from| day::begins(session, from)).transpose()?,
            valid_to: self.to.map(|to| day::begins(session, to)).transpose()?,
            code: self.code,
            name_ja: self.name_ja,
            name_en: self.name_en,
            parent: self.parent,
        };
        let lake = session.lake()?;
        let adding = organisations::add(&lake, session.clock, WAIT, &said);
        let added = session.block_on(adding)?.map_err(|error| {
            session.failure_with(&format!("org-add-{}", error.code()), &chain(&error))
        })?;
        for code in &added.made_above {
            let note = session.texts.say_with("organisation-made", &[("code", plain(code).into())]);
            session.console.note(&note)?;
        }
        let code = plain(said.code.as_str());
        if session.global.json {
            let line = serde_json::json!({
                "code": said.code.as_str(),
                "changed": added.changed,
                "made_above": added.made_above,
            });
            session.console.json_line(&line)?;
            return Ok(Status::Done);
        }
        let code = [("code", code.into())];
        let told = match added.changed {
            true => session.texts.say_with("org-added", &code),
            false => session.texts.say_with("org-unchanged", &code),
        };
        writeln!(session.console.out(), "{told}")?;
        Ok(Status::Done)
    }
}
