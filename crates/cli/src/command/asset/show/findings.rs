//! What stands against an asset, the worst first.

use yagura_engine::browse::assets::{AssetRecord, FindingSaid};
use yagura_model::{
    coverage::ObservationKind,
    finding::{Disposition, FindingState},
    severity::Severity,
};

use crate::{
    failure::Failure,
    i18n::Texts,
    output::{
        cell::{Cell, Tone, plain},
        width::width,
    },
    session::Session,
    words,
};

/// Writes the counts and the worst.
pub(super) fn show(session: &mut Session, asset: &AssetRecord, top: usize) -> Result<(), Failure> {
    let counts = asset.counts;
    let texts = &session.texts;
    let mut title = texts.say_with(
        "asset-findings",
        &[
            ("critical", counts.critical.into()),
            ("high", counts.high.into()),
            ("medium", counts.medium.into()),
            ("low", counts.low.into()),
        ],
    );
    for (id, count) in [
        ("asset-findings-info", counts.info),
        ("asset-findings-detections", counts.detections),
        ("asset-findings-undetermined", counts.undetermined),
        ("asset-findings-accepted", counts.accepted),
    ] {
        if count > 0 {
            title.push_str(&texts.say_with(id, &[("count", count.into())]));
        }
    }
    writeln!(session.console.out())?;
    words::paragraph(session, Tone::Strong, "", &title)?;
    if asset.findings.is_empty() {
        let none = session.texts.say("asset-no-findings");
        return words::paragraph(session, Tone::Plain, "  ", &none);
    }
    let word = |finding: &FindingSaid| session.texts.say(&format!("severity-{}", finding.severity));
    let shown = asset.findings.iter().take(top);
    let room = shown.map(|finding| width(&word(finding))).max().unwrap_or_default();
    for finding in asset.findings.iter().take(top) {
        one(session, finding, room)?;
    }
    let more = asset.findings.len().saturating_sub(top);
    if more > 0 {
        let text = session.texts.say_with("asset-more-findings", &[("count", more.into())]);
        words::paragraph(session, Tone::Quiet, "  ", &text)?;
    }
    Ok(())
}

fn one(session: &mut Session, finding: &FindingSaid, room: usize) -> Result<(), Failure> {
    let texts = &session.texts;
    let severity = texts.say(&format!("severity-{}", finding.severity));
    let tone = match finding.severity {
        _ if finding.disposition != Disposition::Open => Tone::Quiet,
        Severity::Critical => Tone::Bad,
        Severity::High => Tone::Caution,
        Severity::Medium | Severity::Low | Severity::Info => Tone::Plain,
    };
    let blank = " ".repeat(room.saturating_sub(width(&severity)));
    let severity = session.console.paint(tone, &severity);
    let indentation = " ".repeat(room + 4);
    let what = what(texts, finding);
    let zone = &session.console.look().zone;
    let since = Cell::day(Some(finding.first_seen)).shown(zone);
    let mut parts = vec![finding.source.clone()];
    if !finding.location.is_empty() {
        parts.push(finding.location.clone());
    }
    parts.push(texts.say_with("asset-since", &[("day", since.into())]));
    if let Some(version) = &finding.fixed_version {
        parts.push(texts.say_with("asset-fixed", &[("version", version.as_str().into())]));
    }
    parts.push(finding.finding.to_string());
    let lines = words::lines(session, &what, room + 4);
    for (number, line) in lines.iter().enumerate() {
        match number {
            0 => writeln!(session.console.out(), "  {severity}{blank}  {line}")?,
            _ => writeln!(session.console.out(), "{indentation}{line}")?,
        }
    }
    words::parts(session, Tone::Quiet, &indentation, &parts)
}

/// The check with its title, the CVEs it does not name itself, and what is special about it.
fn what(texts: &Texts, finding: &FindingSaid) -> String {
    let mut text = plain(&finding.check);
    if !finding.title.is_empty() && !finding.check.ends_with(&finding.title) {
        text.push_str(&format!("  {}", plain(&finding.title)));
    }
    let unnamed = |cve: &&String| !finding.check.contains(*cve) && !finding.title.contains(*cve);
    let cves: Vec<&str> = finding.cves.iter().filter(unnamed).map(String::as_str).collect();
    if !cves.is_empty() {
        text.push_str(&format!("  {}", cves.join(" ")));
    }
    if finding.disposition != Disposition::Open {
        text.push_str(&texts.say("explain-accepted"));
    } else if finding.state != FindingState::Fail {
        text.push_str(&texts.say("asset-undetermined"));
    } else if finding.kind == Some(ObservationKind::Detection) {
        text.push_str(&texts.say("asset-detection"));
    }
    text
}
