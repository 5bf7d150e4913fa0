//! The state of an asset in words.

use yagura_engine::{
    baseline::life::Says,
    browse::assets::{LifeRecordSaid, LifeSaid},
    life::StateCounts,
};
use yagura_model::{Timestamp, life_cycle::LifeCycle};

use crate::{
    arguments::day,
    i18n::Texts,
    output::cell::{Cell, plain},
    session::Session,
};

/// What a state is called.
pub(in crate::command) fn word(texts: &Texts, state: LifeCycle) -> String {
    texts.say(&format!("value-life_cycle-{state}"))
}

/// The state with since when and what says so, and what contradicts that.
pub(super) fn lines(session: &Session, life: &LifeSaid) -> Vec<String> {
    let texts = &session.texts;
    let zone = &session.console.look().zone;
    let time = |at| Cell::time(Some(at)).shown(zone);
    let since = match (&life.record, life.says) {
        (Some(record), Says::Stated | Says::Decided) => begin(session, record),
        _ => Cell::day(Some(life.since)).shown(zone),
    };
    let state = [("state", word(texts, life.state).into()), ("since", since.into())];
    let seen = life
        .seen
        .as_ref()
        .map(|seen| [("seen", time(seen.at).into()), ("source", plain(&seen.source).into())]);
    let mut lines = Vec::new();
    match (life.says, seen) {
        (Says::Stated | Says::Decided, _) => {
            lines.push(texts.say_with("life-since", &state));
            lines.extend(life.record.as_ref().map(|record| by(texts, record)));
        }
        (Says::Nothing, _) => {
            lines.push(word(texts, life.state));
            lines.push(texts.say("life-no-record"));
        }
        (Says::Seen, Some(seen)) => {
            lines.push(texts.say_with("life-since", &state));
            lines.push(texts.say_with("life-seen", &seen));
        }
        (Says::Silent, Some([at, source])) => {
            let days = ("days", life.silent_days.unwrap_or_default().into());
            lines.push(texts.say_with("life-since", &state));
            lines.push(texts.say_with("life-silent", &[at, source, days]));
        }
        // A person met it, and no source.
        (Says::Seen | Says::Silent | Says::NeverSeen, _) => {
            let days = [("days", life.silent_days.unwrap_or_default().into())];
            lines.push(texts.say_with("life-since", &state));
            lines.push(texts.say_with("life-never-seen", &days));
        }
    }
    lines
}

/// What a contradicted record says, and what was seen since.
pub(super) fn contradiction(session: &Session, life: &LifeSaid) -> Option<String> {
    let texts = &session.texts;
    let record = life.record.as_ref().filter(|_| life.contradicted)?;
    let seen = life.seen.as_ref()?;
    let time = Cell::time(Some(seen.at)).shown(&session.console.look().zone);
    let said = [
        ("state", word(texts, record.state).into()),
        ("since", begin(session, record).into()),
        ("by", by(texts, record).into()),
        ("seen", time.into()),
        ("source", plain(&seen.source).into()),
        ("now", word(texts, life.state).into()),
    ];
    Some(texts.say_with("life-contradicted", &said))
}

/// What has to be done about an asset in this state.
pub(super) fn hint(texts: &Texts, life: &LifeSaid, asset: &str) -> Option<String> {
    let asset = [("asset", asset.to_owned().into())];
    (life.contradicted || life.state == LifeCycle::Missing)
        .then(|| texts.say_with("life-hint", &asset))
}

/// The first day of a record: a person's begins in Japan.
fn begin(session: &Session, record: &LifeRecordSaid) -> String {
    match record.source {
        Some(_) => Cell::day(Some(record.since)).shown(&session.console.look().zone),
        None => first_day(record.since),
    }
}

/// The day that a person named.
pub(super) fn first_day(at: Timestamp) -> String {
    Cell::day(Some(at)).shown(&day::zone())
}

/// Who says it.
fn by(texts: &Texts, record: &LifeRecordSaid) -> String {
    match (&record.decision, &record.source) {
        (Some(decision), _) => {
            let said = [
                ("decision", decision.decision.to_string().into()),
                ("by", plain(&decision.by).into()),
                ("reason", plain(&decision.reason).into()),
            ];
            texts.say_with("life-by-person", &said)
        }
        (None, Some(source)) => {
            texts.say_with("life-by-source", &[("source", plain(source).into())])
        }
        (None, None) => String::new(),
    }
}

/// How many assets are in which of some states, the empty ones left out.
pub(in crate::command) fn counted(
    texts: &Texts,
    counts: &StateCounts,
    wanted: impl Fn(LifeCycle) -> bool,
) -> String {
    let states = LifeCycle::ALL.iter().filter(|state| wanted(**state) && counts.of(**state) > 0);
    let parts: Vec<String> = states
        .map(|state| {
            let said =
                [("domain", word(texts, *state).into()), ("count", counts.of(*state).into())];
            texts.say_with("asset-of-domain", &said)
        })
        .collect();
    parts.join(&texts.say("list-separator"))
}
