//! `yagura query`: read-only SQL over the documented views.

use clap::Parser;
use serde_json::{Map, Value};
use yagura_engine::{
    baseline::master::Master,
    chain,
    lake::{
        LakeError,
        query::{Answer, QueryLimits},
        views::VIEWS,
    },
    query::query,
};

use super::Verb;
use crate::{
    arguments::{
        results::{ResultArguments, Sheet},
        times::TimeArguments,
    },
    failure::Failure,
    output::{
        cell::Cell,
        table::{Column, Table},
        width::Keep,
    },
    session::{Session, Status},
};

/// See the module.
#[derive(Debug, Parser)]
#[command(name = "query")]
pub(crate) struct Query {
    #[arg(value_name = "SELECT")]
    sql: String,

    #[command(flatten)]
    times: TimeArguments,

    #[command(flatten)]
    results: ResultArguments,
}

impl Verb for Query {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let lake = session.lake()?;
        let times = self.times.times(session)?;
        let asked = async {
            let snapshot = times.snapshot(&lake).await?;
            let (master, as_of) = (Master::shipped(), times.of_views());
            query(&snapshot, master, &self.sql, as_of, QueryLimits::STANDARD).await
        };
        let answer = session.block_on(asked)?.map_err(|error| failure(session, &error))?;
        if session.global.json {
            for row in &answer.rows {
                session.console.json_line(&document(&answer, row))?;
            }
            return Ok(Status::Done);
        }
        let columns: Vec<(&str, u16)> =
            answer.columns.iter().map(|column| (column.name.as_str(), 20)).collect();
        let rows: Vec<Vec<Cell>> = answer.rows.iter().map(|row| cells(&answer, row)).collect();
        let sheet = Sheet { name: "query", columns: &columns, rows: &rows };
        if !self.results.write(session, &sheet)? {
            show(session, &answer, rows)?;
        }
        Ok(Status::Done)
    }
}

/// What went wrong, in plain words; the database's own words come after.
fn failure(session: &Session, error: &LakeError) -> Failure {
    let texts = &session.texts;
    let told = |text: String, detail: Option<String>| Failure::Told { text, detail };
    match error {
        LakeError::UnknownView { name } => {
            let views: Vec<&str> = VIEWS.iter().map(|view| view.name).collect();
            let views = views.join(", ");
            told(
                texts.say_with("query-unknown-view", &[("name", name.as_str().into())]),
                Some(texts.say_with("query-views", &[("views", views.into())])),
            )
        }
        LakeError::NotOneSelect => told(texts.say("query-one-select"), None),
        LakeError::TooManyAnswers { limit } => {
            told(texts.say_with("query-too-many", &[("limit", (*limit).into())]), None)
        }
        LakeError::TooSlow { seconds } => {
            told(texts.say_with("query-too-slow", &[("seconds", (*seconds).into())]), None)
        }
        LakeError::Query(_) => told(texts.say("query-wrong"), Some(chain(error))),
        _ => session.lake_failure(error),
    }
}

pub(super) fn document(answer: &Answer, row: &[Option<String>]) -> Map<String, Value> {
    let columns = answer.columns.iter().zip(row);
    let value = |literal: bool, cell: &Option<String>| match cell {
        None => Value::Null,
        // What JSON cannot say as a number, such as NaN, stays a text.
        Some(text) if literal => {
            serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone()))
        }
        Some(text) => Value::String(text.clone()),
    };
    columns.map(|(column, cell)| (column.name.clone(), value(column.literal, cell))).collect()
}

pub(super) fn cells(answer: &Answer, row: &[Option<String>]) -> Vec<Cell> {
    let cell = |numeric: bool, cell: &Option<String>| match cell {
        None => Cell::empty(),
        Some(text) if numeric => Cell::number(text.as_str()),
        Some(text) => Cell::text(text.as_str()),
    };
    answer.columns.iter().zip(row).map(|(column, text)| cell(column.numeric, text)).collect()
}

fn show(session: &mut Session, answer: &Answer, rows: Vec<Vec<Cell>>) -> Result<(), Failure> {
    let count = rows.len();
    let columns = answer.columns.iter().map(|column| {
        if column.numeric {
            Column::number(column.name.clone())
        } else {
            Column::cut(column.name.clone(), 6, Keep::Start)
        }
    });
    let table = Table { columns: columns.collect(), rows, footer: None };
    let look = session.console.look().clone();
    table.write(session.console.out(), &look)?;
    let note = session.texts.say_with("query-rows", &[("count", count.into())]);
    session.console.note(&note)?;
    Ok(())
}
