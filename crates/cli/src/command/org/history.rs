//! `yagura org history`: how organisations came to be as they are, by whose decision.

use clap::Args;
use yagura_engine::reorganisation::{Interval, Step, history};
use yagura_model::organisation::OrganisationCode;

use super::{
    super::asset::kind_of_decision,
    reorganise::{stands, told},
};
use crate::{
    arguments::{day, times::TimeArguments},
    failure::Failure,
    i18n::Texts,
    output::cell::{Cell, Tone},
    session::{Session, Status},
    words,
};

#[derive(Debug, Args)]
pub(super) struct OfOrganisations {
    #[arg(value_name = "ORG", value_parser = OrganisationCode::new)]
    organisation: Option<OrganisationCode>,

    #[command(flatten)]
    times: TimeArguments,
}

impl OfOrganisations {
    pub(super) fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let times = self.times.times(session)?;
        let lake = session.lake()?;
        let steps = session.block_on(async {
            let snapshot = times.snapshot(&lake).await?;
            history(&snapshot, self.organisation.as_ref()).await
        })?;
        let steps = steps.map_err(|error| told(session, &error))?;
        if session.global.json {
            for step in &steps {
                session.console.json_line(step)?;
            }
            return Ok(Status::Done);
        }
        if steps.is_empty() {
            let none = session.texts.say("org-history-none");
            words::paragraph(session, Tone::Plain, "", &none)?;
        }
        for (place, step) in steps.iter().enumerate() {
            if place > 0 {
                writeln!(session.console.out())?;
            }
            one(session, step)?;
        }
        Ok(Status::Done)
    }
}

/// When it became known, by whom, why; and what is told of each organisation since.
fn one(session: &mut Session, step: &Step) -> Result<(), Failure> {
    let texts = &session.texts;
    let at = Cell::time(step.known_at).shown(&session.console.look().zone);
    let who = match &step.decision {
        None => texts.say("org-history-stated"),
        Some(decision) => {
            let kind = decision.kind.map(|kind| kind_of_decision(texts, kind)).unwrap_or_default();
            let of = decision.undoes.map(|undone| format!(" {undone}")).unwrap_or_default();
            let said = [
                ("decision", decision.decision.to_string().into()),
                ("kind", format!("{kind}{of}").into()),
                ("people", decision.by.as_str().into()),
            ];
            let mut text = texts.say_with("history-decision", &said);
            if let Some(undone) = decision.undone_by {
                let by = [("decision", undone.to_string().into())];
                text.push_str(&texts.say_with("history-undone", &by));
            }
            text
        }
    };
    let reason = step.decision.as_ref().map(|decision| {
        texts.say_with("history-reason", &[("reason", decision.reason.as_str().into())])
    });
    let mut lines = Vec::new();
    for change in &step.changes {
        lines.push(("  ", Tone::Plain, change.code.clone()));
        if change.after.intervals.is_empty() {
            lines.push(("    ", Tone::Plain, texts.say("org-history-gone")));
        }
        let tone = |same: bool| if same { Tone::Quiet } else { Tone::Plain };
        for interval in &change.after.intervals {
            let same = change.before.intervals.contains(interval);
            lines.push(("    ", tone(same), life(texts, interval)));
        }
        for passed in &change.after.passes {
            let same = change.before.passes.contains(passed);
            let time = Cell::time(Some(passed.passed_at)).shown(&day::zone());
            let said = [("time", time.into()), ("successor", passed.successor.as_str().into())];
            lines.push(("    ", tone(same), texts.say_with("org-history-passed", &said)));
        }
    }
    words::paragraph(session, Tone::Strong, "", &format!("{at}  {who}"))?;
    if let Some(reason) = reason {
        words::paragraph(session, Tone::Plain, "  ", &reason)?;
    }
    for (indentation, tone, line) in lines {
        words::paragraph(session, tone, indentation, &line)?;
    }
    Ok(())
}

/// An interval of the life of an organisation in one line.
fn life(texts: &Texts, interval: &Interval) -> String {
    let day = |at| Cell::day(at).shown(&day::zone());
    let (own, other) = match texts.is_japanese() {
        true => (&interval.name_ja, &interval.name_en),
        false => (&interval.name_en, &interval.name_ja),
    };
    let name = if own.is_empty() { other } else { own };
    let above = stands(texts, interval.parent.as_deref());
    let said = [
        ("from", day(interval.valid_from).into()),
        ("to", day(interval.valid_to).into()),
        ("name", name.as_str().into()),
        ("above", above.into()),
    ];
    texts.say_with("org-history-life", &said)
}
