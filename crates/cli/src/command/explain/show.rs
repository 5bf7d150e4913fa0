//! An explanation for people.

use yagura_engine::{baseline::problem::Factor, explain::Proof};
use yagura_model::points::MicroPoints;

use super::{
    document::{Asset, Explained, ExplainedEvidence, ExplainedItem, ExplainedRemedy, What},
    factors,
};
use crate::{
    arguments::scoring::Scored,
    failure::Failure,
    output::cell::{Cell, Tone, exact_points, plain},
    session::Session,
    words,
};

/// Evidences people are shown of one problem.
const EVIDENCES: usize = 5;

/// Writes the asset, its remedies and the sum they make.
pub(super) fn show(
    session: &mut Session,
    scored: &Scored,
    explained: &Explained,
) -> Result<(), Failure> {
    profile(session, scored, &explained.asset)?;
    words::heading(session, &scored.heading())?;
    total(session, explained)?;
    for (index, told) in explained.remedies.iter().enumerate() {
        writeln!(session.console.out())?;
        remedy(session, scored, index + 1, told)?;
    }
    writeln!(session.console.out())?;
    if explained.finding.is_none() {
        sum(session, explained)?;
    }
    references(session, explained)
}

/// Says of which score the estimates are, where the lake has moved on since.
fn references(session: &mut Session, explained: &Explained) -> Result<(), Failure> {
    let Some(reference) = &explained.references else { return Ok(()) };
    let time = Cell::time(Some(reference.as_of)).shown(&session.console.look().zone);
    let text = session.texts.say_with(
        "explain-references",
        &[("commit", reference.commit.into()), ("time", time.into())],
    );
    words::paragraph(session, Tone::Quiet, "", &text)
}

fn profile(session: &mut Session, scored: &Scored, asset: &Asset) -> Result<(), Failure> {
    let title = format!("{}  {}", asset.key, plain(&asset.name));
    let title = session.console.paint(Tone::Strong, &title);
    writeln!(session.console.out(), "{title}")?;
    let zone = session.console.look().zone.clone();
    let time = |at| Cell::time(Some(at)).shown(&zone);
    let texts = &session.texts;
    let none = texts.say("explain-not-recorded");
    let rating = |value: Option<u8>| value.map_or_else(|| "-".to_owned(), |v| v.to_string());
    let systems: Vec<String> = asset
        .systems
        .iter()
        .map(|key| match scored.names.system(key) {
            Some(name) if name != key => format!("{key} {name}"),
            _ => key.clone(),
        })
        .collect();
    let mut ratings = texts.say_with(
        "explain-ratings",
        &[
            ("confidentiality", rating(asset.confidentiality).into()),
            ("integrity", rating(asset.integrity).into()),
            ("availability", rating(asset.availability).into()),
        ],
    );
    if asset.important {
        ratings.push_str(&texts.say("explain-important"));
    }
    let organisation = words::organisation(texts, &scored.names, &asset.organisation);
    let organisation = if organisation == asset.organisation {
        organisation
    } else {
        format!("{} {organisation}", asset.organisation)
    };
    let lines = [
        (texts.say("column-class"), texts.say(&format!("class-{}", asset.class))),
        (texts.say("column-organisation"), organisation),
        (
            texts.say("column-system"),
            if systems.is_empty() { none.clone() } else { systems.join(", ") },
        ),
        (
            texts.say("factor-exposure"),
            asset.exposure.map_or_else(|| none.clone(), |e| factors::exposure_word(texts, e)),
        ),
        (texts.say("factor-value"), ratings),
        (texts.say("column-first-seen"), time(asset.first_seen)),
        (texts.say("column-in-service-since"), asset.in_service_since.map_or(none, time)),
    ];
    words::pairs(session, "  ", &lines)
}

fn total(session: &mut Session, explained: &Explained) -> Result<(), Failure> {
    let (open, accepted) = (explained.open_micro, explained.accepted_micro);
    let text = session.texts.say_with(
        "explain-total",
        &[
            ("open", exact_points(open).into()),
            ("accepted", exact_points(accepted).into()),
            ("unknown", exact_points(explained.unknown_micro).into()),
        ],
    );
    words::paragraph(session, Tone::Strong, "", &text)
}

fn remedy(
    session: &mut Session,
    scored: &Scored,
    number: usize,
    told: &ExplainedRemedy,
) -> Result<(), Failure> {
    let texts = &session.texts;
    let name = words::remedy(texts, &scored.model, &told.key);
    let mut title = format!("{number}. ");
    title.push_str(if name.is_empty() { &told.key } else { &name });
    if let Some(version) = &told.fixed_version {
        title.push_str(
            &texts.say_with("explain-fixed-version", &[("version", version.as_str().into())]),
        );
    }
    let points = exact_points(told.points_micro);
    title.push_str(&texts.say_with("explain-points", &[("points", points.into())]));
    words::paragraph(session, Tone::Strong, "", &title)?;
    for one in &told.items {
        item(session, told, one)?;
    }
    if told.items.len() > 1 {
        let shares = told.items.iter().map(|item| item.share_micro);
        let text = addition(shares.clone(), shares.sum());
        let text = session.texts.say_with("explain-remedy-sum", &[("sum", text.into())]);
        words::paragraph(session, Tone::Plain, "   ", &text)?;
    }
    Ok(())
}

fn item(
    session: &mut Session,
    remedy: &ExplainedRemedy,
    item: &ExplainedItem,
) -> Result<(), Failure> {
    match &item.what {
        What::Problem { id, title, stale, factors, evidences } => {
            let mut line =
                if title.is_empty() || title == id { id.clone() } else { format!("{id}  {title}") };
            if item.accepted {
                line.push_str(&session.texts.say("explain-accepted"));
            }
            if *stale {
                line.push_str(&session.texts.say("explain-stale"));
            }
            words::paragraph(session, Tone::Plain, "   ", &line)?;
            calculation(session, factors, item)?;
            share(session, remedy, item)?;
            for one in evidences.iter().take(EVIDENCES) {
                evidence(session, one)?;
            }
            let more = evidences.len().saturating_sub(EVIDENCES);
            if more > 0 {
                let text =
                    session.texts.say_with("explain-more-evidence", &[("count", more.into())]);
                words::paragraph(session, Tone::Quiet, "     ", &text)?;
            }
        }
        What::Gap { id, factors } => {
            words::paragraph(session, Tone::Plain, "   ", id)?;
            calculation(session, factors, item)?;
        }
        What::Unknown { required, estimate } => {
            let texts = &session.texts;
            let mut text = texts.say_with("explain-required", &[("days", required.days.into())]);
            if required.credentialed {
                text.push_str(&texts.say("explain-credentialed"));
            }
            words::paragraph(session, Tone::Plain, "   ", &text)?;
            let floor = factors::product(&session.texts, &estimate.factors, estimate.floor);
            words::paragraph(session, Tone::Plain, "     ", &floor)?;
            reasons(session, &estimate.factors)?;
            let texts = &session.texts;
            let text = match estimate.observed {
                Some(seen) => texts.say_with(
                    "explain-estimate-observed",
                    &[
                        ("floor", exact_points(estimate.floor).into()),
                        ("observed", exact_points(seen).into()),
                        ("points", exact_points(estimate.points).into()),
                    ],
                ),
                None => texts.say_with(
                    "explain-estimate-alone",
                    &[("points", exact_points(estimate.points).into())],
                ),
            };
            words::paragraph(session, Tone::Plain, "     ", &text)?;
        }
    }
    Ok(())
}

fn calculation(
    session: &mut Session,
    factors: &[Factor],
    item: &ExplainedItem,
) -> Result<(), Failure> {
    let line = factors::product(&session.texts, factors, item.points_micro);
    words::paragraph(session, Tone::Plain, "     ", &line)?;
    reasons(session, factors)
}

fn reasons(session: &mut Session, factors: &[Factor]) -> Result<(), Failure> {
    let texts = &session.texts;
    let lines: Vec<(String, String)> = factors
        .iter()
        .map(|factor| (factors::name(texts, factor), factors::reason(texts, factor)))
        .collect();
    words::pairs(session, "       ", &lines)
}

/// What the problem adds where several problems share one remedy.
fn share(
    session: &mut Session,
    remedy: &ExplainedRemedy,
    item: &ExplainedItem,
) -> Result<(), Failure> {
    if item.share_micro == item.points_micro && remedy.items.len() == 1 {
        return Ok(());
    }
    let share = exact_points(item.share_micro);
    let text = session.texts.say_with("explain-share", &[("share", share.into())]);
    words::paragraph(session, Tone::Plain, "     ", &text)
}

fn evidence(session: &mut Session, evidence: &ExplainedEvidence) -> Result<(), Failure> {
    let id = evidence.finding.to_string();
    let title = session.texts.say_with("explain-evidence", &[("id", id.into())]);
    words::paragraph(session, Tone::Plain, "     ", &title)?;
    match &evidence.proof {
        Some(proof) => self::proof(session, proof),
        None if evidence.past_retention => {
            let text = session.texts.say("explain-past-retention");
            words::paragraph(session, Tone::Plain, "       ", &text)
        }
        None => {
            let reason = evidence.unreadable.clone().unwrap_or_default();
            let text = session.texts.say_with("explain-unreadable", &[("reason", reason.into())]);
            words::paragraph(session, Tone::Caution, "       ", &text)
        }
    }
}

fn proof(session: &mut Session, proof: &Proof) -> Result<(), Failure> {
    let zone = session.console.look().zone.clone();
    let since = Cell::time(Some(proof.first_seen)).shown(&zone);
    let texts = &session.texts;
    let digest: String = proof.digest.chars().take(12).collect();
    let place = texts.say_with(
        "explain-place",
        &[
            ("record", proof.record.into()),
            ("start", proof.start.into()),
            ("end", proof.end.into()),
        ],
    );
    let mut lines = vec![
        (texts.say("column-source"), proof.source.clone()),
        (texts.say("column-check-id"), proof.check.clone()),
    ];
    if !proof.location.is_empty() {
        lines.push((texts.say("column-location"), proof.location.clone()));
    }
    lines.push((texts.say("column-since"), since));
    lines.push((texts.say("column-report"), format!("{}  sha256 {digest}…", proof.file)));
    lines.push((texts.say("column-place"), place));
    words::pairs(session, "       ", &lines)?;
    let excerpt = if proof.excerpt.is_empty() {
        session.texts.say("explain-secret")
    } else {
        proof.excerpt.clone()
    };
    words::paragraph(session, Tone::Quiet, "       | ", &excerpt)
}

/// The line that shows that all adds up.
fn sum(session: &mut Session, explained: &Explained) -> Result<(), Failure> {
    let whole = explained.open_micro + explained.accepted_micro;
    let mut parts: Vec<MicroPoints> =
        explained.remedies.iter().map(|remedy| remedy.points_micro).collect();
    if explained.more_remedies > 0 {
        let text = session.texts.say_with(
            "explain-more-remedies",
            &[
                ("count", explained.more_remedies.into()),
                ("points", exact_points(explained.more_micro).into()),
            ],
        );
        words::paragraph(session, Tone::Plain, "", &text)?;
        parts.push(explained.more_micro);
    }
    let text = addition(parts.into_iter(), whole);
    let text = session.texts.say_with("explain-sum", &[("sum", text.into())]);
    words::paragraph(session, Tone::Strong, "", &text)
}

fn addition(parts: impl Iterator<Item = MicroPoints>, whole: MicroPoints) -> String {
    let parts: Vec<String> = parts.map(exact_points).collect();
    let parts = if parts.is_empty() { vec!["0.00".to_owned()] } else { parts };
    format!("{} = {}", parts.join(" + "), exact_points(whole))
}
