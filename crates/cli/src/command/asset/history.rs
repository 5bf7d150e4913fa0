//! `yagura asset history`: how the records of an asset came to it and left it, by whom.

use clap::Args;
use yagura_engine::{
    browse::assets::AssetId,
    decisions::{self, Change, DecisionSaid, History, StateSaid},
    lake::LakeError,
    score::Names,
};

use super::{life, meant::meant, reasons};
use crate::{
    arguments::times::TimeArguments,
    failure::Failure,
    i18n::Texts,
    output::cell::{Cell, Tone, plain},
    session::{Session, Status},
    words,
};

/// Records people are shown of one change.
const RECORDS: usize = 20;

#[derive(Debug, Args)]
pub(super) struct OfAsset {
    #[arg(value_name = "ASSET")]
    name: String,

    #[command(flatten)]
    times: TimeArguments,
}

impl OfAsset {
    pub(super) fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let name = self.name.trim();
        let times = self.times.times(session)?;
        let at = times.at();
        let lake = session.lake()?;
        let reading = async {
            let snapshot = times.snapshot(&lake).await?;
            // A number means the asset that had it, whatever became of it.
            if let Ok(asset) = name.parse::<AssetId>()
                && let Some(history) = decisions::history(&snapshot, asset.0, times.as_of()).await?
            {
                return Ok(Ok(history));
            }
            let names = Names::of_organisations(&snapshot, at).await?;
            let asset = match meant(&snapshot, name, at).await?.one(session, &names, name) {
                Ok(asset) => asset,
                Err(failure) => return Ok(Err(failure)),
            };
            let history = decisions::history(&snapshot, asset, times.as_of()).await?;
            Ok(history.ok_or_else(|| super::meant::not_yet(session, name)))
        };
        let history: Result<_, LakeError> = session.block_on(reading)?;
        let history = history.map_err(|error| session.lake_failure(&error))??;
        if session.global.json {
            session.console.json_line(&history)?;
        } else {
            if !times.is_present() {
                words::times(session, &times)?;
            }
            show(session, &history)?;
        }
        Ok(Status::Done)
    }
}

fn show(session: &mut Session, history: &History) -> Result<(), Failure> {
    let texts = &session.texts;
    let asset = history.asset.to_string();
    let heading = texts.say_with("history-of", &[("asset", asset.as_str().into())]);
    let now: Vec<String> = history.now.iter().map(ToString::to_string).collect();
    let went = (!history.now.contains(&history.asset)).then(|| {
        let now = now.join(&texts.say("list-separator"));
        texts.say_with("asset-went", &[("asset", asset.as_str().into()), ("now", now.into())])
    });
    words::paragraph(session, Tone::Strong, "", &heading)?;
    if let Some(went) = went {
        words::paragraph(session, Tone::Caution, "", &went)?;
    }
    for change in &history.changes {
        writeln!(session.console.out())?;
        one(session, change)?;
    }
    states(session, &history.states)
}

/// What was recorded of the state of its life.
fn states(session: &mut Session, states: &[StateSaid]) -> Result<(), Failure> {
    if states.is_empty() {
        return Ok(());
    }
    let heading = session.texts.say("life-states");
    writeln!(session.console.out())?;
    words::paragraph(session, Tone::Strong, "", &heading)?;
    for said in states {
        writeln!(session.console.out())?;
        let texts = &session.texts;
        let zone = session.console.look().zone.clone();
        let known_at = Cell::time(said.known_at).shown(&zone);
        let since = match said.decision {
            Some(_) => life::first_day(said.since),
            None => Cell::day(Some(said.since)).shown(&zone),
        };
        let mut of = vec![("state", life::word(texts, said.state).into()), ("since", since.into())];
        let state = match said.until {
            Some(until) => {
                of.push(("until", Cell::day(Some(until)).shown(&zone).into()));
                texts.say_with("life-said-until", &of)
            }
            None => texts.say_with("life-said", &of),
        };
        let by = match (&said.decision, &said.source) {
            (Some(decision), _) => person(texts, decision),
            (None, Some(source)) => {
                texts.say_with("life-by-source", &[("source", plain(source).into())])
            }
            (None, None) => String::new(),
        };
        let reason = said.decision.as_ref().map(|decision| {
            texts.say_with("history-reason", &[("reason", decision.reason.as_str().into())])
        });
        words::paragraph(session, Tone::Plain, "", &format!("{known_at}  {state}  {by}"))?;
        if let Some(reason) = reason {
            words::paragraph(session, Tone::Plain, "  ", &reason)?;
        }
    }
    Ok(())
}

/// When, from where to where, by whom; why; and which records.
fn one(session: &mut Session, change: &Change) -> Result<(), Failure> {
    let texts = &session.texts;
    let at = Cell::time(change.known_at).shown(&session.console.look().zone);
    let way = match change.from {
        Some(from) if from == change.to => change.to.to_string(),
        Some(from) => format!("{from} → {}", change.to),
        None => format!("→ {}", change.to),
    };
    let title = format!("{at}  {way}  {}", who(texts, change));
    let reason = change.decision.as_ref().map(|decision| {
        texts.say_with("history-reason", &[("reason", decision.reason.as_str().into())])
    });
    let more = change.records.len().saturating_sub(RECORDS);
    let more = (more > 0).then(|| texts.say_with("history-more", &[("count", more.into())]));
    words::paragraph(session, Tone::Plain, "", &title)?;
    if let Some(reason) = reason {
        words::paragraph(session, Tone::Plain, "  ", &reason)?;
    }
    for record in change.records.iter().take(RECORDS) {
        let text = format!("{}  {}  {}", record.record, record.source, record.name);
        words::paragraph(session, Tone::Quiet, "  ", &text)?;
    }
    if let Some(more) = more {
        words::paragraph(session, Tone::Quiet, "  ", &more)?;
    }
    Ok(())
}

/// The rule that decided, or the person.
fn who(texts: &Texts, change: &Change) -> String {
    match &change.decision {
        Some(decision) => person(texts, decision),
        None => reasons::decided_by(texts, &change.decided_by),
    }
}

/// A decision with who took it and what became of it.
fn person(texts: &Texts, decision: &DecisionSaid) -> String {
    let people: Vec<&str> =
        [Some(decision.by.as_str()), decision.second.as_deref()].into_iter().flatten().collect();
    let kind = decision.kind.map(|kind| reasons::kind(texts, kind)).unwrap_or_default();
    let of = decision.undoes.map(|undone| format!(" {undone}")).unwrap_or_default();
    let said = [
        ("decision", decision.decision.to_string().into()),
        ("kind", format!("{kind}{of}").into()),
        ("people", people.join(&texts.say("list-separator")).into()),
    ];
    let mut text = texts.say_with("history-decision", &said);
    if let Some(undone) = decision.undone_by {
        let by = [("decision", undone.to_string().into())];
        text.push_str(&texts.say_with("history-undone", &by));
    }
    text
}
