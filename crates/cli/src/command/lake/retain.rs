//! `yagura lake retain`: what is past its retention, and its deletion.

use std::{fs, path::PathBuf};

use clap::{Args, builder::NonEmptyStringValueParser};
use jiff::Timestamp;
use yagura_engine::{
    baseline::retention::Retention,
    chain,
    decisions::{DecisionError, Signed},
    retention::{self, Deleted, Retained, Retaining, RetentionError},
};

use super::WAIT;
use crate::{
    arguments::day,
    failure::Failure,
    output::{
        cell::{Cell, Tone, plain},
        progress::Progress,
        table::{Column, Table},
    },
    session::{Session, Status},
    words,
};

/// See the module.
#[derive(Debug, Args)]
pub(super) struct Retain {
    #[arg(long, value_name = "FILE")]
    rule: Option<PathBuf>,

    #[arg(long, requires = "decided_by", requires = "reason")]
    apply: bool,

    #[arg(long = "by", value_name = "NAME", requires = "apply",
          value_parser = NonEmptyStringValueParser::new())]
    decided_by: Option<String>,

    #[arg(long, value_name = "TEXT", requires = "apply",
          value_parser = NonEmptyStringValueParser::new())]
    reason: Option<String>,

    #[arg(long = "second", value_name = "NAME", requires = "apply",
          value_parser = NonEmptyStringValueParser::new())]
    second_person: Option<String>,

    #[arg(long, conflicts_with_all = ["apply", "rule"])]
    history: bool,
}

impl Retain {
    pub(super) fn run(self, session: &mut Session) -> Result<Status, Failure> {
        if self.history {
            return history(session);
        }
        let rule = self.rule(session)?;
        let use_case = Retaining {
            lake: session.lake()?,
            rule: rule.clone(),
            clock: session.clock,
            wait: WAIT,
        };
        let progress = Progress::new();
        progress.wait(&session.texts.say("lake-retaining"));
        let done = if self.apply {
            let signed = Signed {
                by: self.decided_by.unwrap_or_default(),
                second: self.second_person,
                reason: self.reason.unwrap_or_default(),
            };
            session.block_on(use_case.delete(&signed))?
        } else {
            session.block_on(use_case.try_out())?.map_err(RetentionError::from)
        };
        progress.clear();
        let found = done.map_err(|error| refused(session, &error))?;
        if session.global.json {
            session.console.json_line(&found)?;
        } else {
            show(session, &rule, &found)?;
        }
        Ok(Status::Done)
    }

    fn rule(&self, session: &Session) -> Result<Retention, Failure> {
        let Some(path) = &self.rule else { return Ok(Retention::shipped().clone()) };
        let file = plain(&path.display().to_string());
        let failure = |detail: String| {
            let text = session.texts.say_with("lake-retain-rule", &[("file", file.clone().into())]);
            Failure::Told { text, detail: Some(format!("{file}: {detail}")) }
        };
        let text = fs::read_to_string(path).map_err(|error| failure(error.to_string()))?;
        Retention::from_toml(&text).map_err(|error| failure(error.to_string()))
    }
}

/// Ends a verb that deleted nothing.
fn refused(session: &Session, error: &RetentionError) -> Failure {
    let texts = &session.texts;
    let text = match error {
        RetentionError::Signature(DecisionError::SamePerson { name }) => {
            texts.say_with("decision-same-person", &[("name", name.as_str().into())])
        }
        RetentionError::Signature(DecisionError::Unsigned) => texts.say("decision-unsigned"),
        RetentionError::SecondPerson { limit } => {
            texts.say_with("lake-retain-second-person", &[("limit", limit.as_str().into())])
        }
        RetentionError::Lake(error) => return session.lake_failure(error),
        // A newer engine may know more reasons than this program has words for.
        other => return session.failure_with("decision-other", &chain(other)),
    };
    Failure::Told { text, detail: None }
}

/// A day as it begins in Japan.
fn shown(at: Timestamp) -> String {
    Cell::day(Some(at)).shown(&day::zone())
}

fn show(session: &mut Session, rule: &Retention, found: &Retained) -> Result<(), Failure> {
    let texts = &session.texts;
    let title = if texts.is_japanese() { &rule.title_ja } else { &rule.title_en };
    let digest: String = found.rule_digest.chars().take(12).collect();
    let named = format!("{} {}  sha256 {digest}…", found.rule, found.rule_version);
    let heading = [("title", plain(title).into()), ("rule", plain(&named).into())];
    let heading = texts.say_with("lake-retain-rules", &heading);
    let kept = found
        .kept_since
        .map(|since| texts.say_with("lake-retain-kept-since", &[("day", shown(since).into())]));
    words::paragraph(session, Tone::Plain, "", &heading)?;
    if let Some(kept) = kept {
        words::paragraph(session, Tone::Plain, "", &kept)?;
    }
    writeln!(session.console.out())?;
    evidence(session, found)?;
    writeln!(session.console.out())?;
    rows(session, found)?;
    writeln!(session.console.out())?;
    let (tone, told) = match found.retention {
        _ if found.is_empty() => (Tone::Strong, session.texts.say("lake-retain-nothing")),
        Some(number) => {
            (Tone::Strong, session.texts.say_with("lake-retained", &[("number", number.into())]))
        }
        None if found.needs_second_person => {
            (Tone::Caution, session.texts.say("lake-would-retain-with-second"))
        }
        None => (Tone::Caution, session.texts.say("lake-would-retain")),
    };
    words::paragraph(session, tone, "", &told)
}

/// What becomes of the bytes of reports.
fn evidence(session: &mut Session, found: &Retained) -> Result<(), Failure> {
    let texts = &session.texts;
    let Some(going) = &found.evidence else {
        let told = texts.say("lake-retain-evidence-forever");
        return words::paragraph(session, Tone::Strong, "", &told);
    };
    let span = [("span", found.evidence_kept.as_str().into()), ("day", shown(going.before).into())];
    let said = [
        ("reports", found.reports.into()),
        ("bytes", going.bytes.into()),
        ("kept", going.kept.into()),
        ("open", going.kept_for_open.into()),
    ];
    let heading = texts.say_with("lake-retain-evidence", &span);
    let told = texts.say_with("lake-retain-reports", &said);
    words::paragraph(session, Tone::Strong, "", &heading)?;
    words::paragraph(session, Tone::Plain, "  ", &told)
}

/// What becomes of rows.
fn rows(session: &mut Session, found: &Retained) -> Result<(), Failure> {
    let texts = &session.texts;
    let Some(going) = &found.history else {
        let told = match found.history_kept.as_str() {
            "forever" => texts.say("lake-retain-history-forever"),
            _ => texts.say("lake-retain-history-done"),
        };
        return words::paragraph(session, Tone::Strong, "", &told);
    };
    let span = [("span", found.history_kept.as_str().into()), ("day", shown(going.since).into())];
    let heading = texts.say_with("lake-retain-history", &span);
    let columns = vec![
        Column::whole(texts.say("column-table")),
        Column::number(texts.say("column-retain-superseded")),
        Column::number(texts.say("column-retain-ended")),
        Column::number(texts.say("column-retain-stays")),
    ];
    let why = texts.say("lake-retain-stays");
    let rows = going.tables.iter().map(|of| {
        let counts = [of.superseded, of.ended, of.stays].map(Cell::count);
        [Cell::text(of.table)].into_iter().chain(counts).collect()
    });
    let rows = rows.collect();
    words::paragraph(session, Tone::Strong, "", &heading)?;
    session.show(&Table { columns, rows, footer: None })?;
    words::paragraph(session, Tone::Quiet, "", &why)
}

/// What was deleted so far.
fn history(session: &mut Session) -> Result<Status, Failure> {
    let lake = session.lake()?;
    let deleted = session.block_on(async {
        let snapshot = lake.snapshot().await?;
        retention::deletions(&snapshot).await
    })?;
    let deleted = deleted.map_err(|error| session.lake_failure(&error))?;
    for one in &deleted {
        if session.global.json {
            session.console.json_line(one)?;
        } else {
            one_deletion(session, one)?;
        }
    }
    if deleted.is_empty() && !session.global.json {
        let told = session.texts.say("lake-retain-never");
        words::paragraph(session, Tone::Plain, "", &told)?;
    }
    Ok(Status::Done)
}

fn one_deletion(session: &mut Session, one: &Deleted) -> Result<(), Failure> {
    let zone = session.console.look().zone.clone();
    let time = Cell::time(Some(one.decided_at)).shown(&zone);
    let texts = &session.texts;
    let heading = [
        ("number", one.retention.into()),
        ("time", time.into()),
        ("by", plain(&one.decided_by).into()),
    ];
    let mut lines =
        vec![texts.say_with("lake-retain-reason", &[("reason", plain(&one.reason).into())])];
    if let Some(second) = &one.second_person {
        lines.push(texts.say_with("lake-retain-second", &[("name", plain(second).into())]));
    }
    let digest: String = one.rule_digest.chars().take(12).collect();
    let rule = format!("{}  sha256 {digest}…", plain(&one.rule));
    lines.push(texts.say_with("lake-retain-by-rule", &[("rule", rule.into())]));
    if let Some(before) = one.evidence_before {
        let said = [
            ("day", shown(before).into()),
            ("reports", one.cleared_reports.into()),
            ("bytes", one.cleared_bytes.into()),
        ];
        lines.push(texts.say_with("lake-retain-gone-reports", &said));
    }
    if let Some(since) = one.history_since {
        let tables = one.deleted_of.join(&texts.say("list-separator"));
        let said = [
            ("day", shown(since).into()),
            ("rows", one.deleted_rows.into()),
            ("tables", tables.into()),
        ];
        lines.push(texts.say_with("lake-retain-gone-rows", &said));
    }
    let heading = texts.say_with("lake-retain-deletion", &heading);
    words::paragraph(session, Tone::Strong, "", &heading)?;
    for line in lines {
        words::paragraph(session, Tone::Plain, "  ", &line)?;
    }
    Ok(())
}
