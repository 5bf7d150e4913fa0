//! What a person is told of reports beside the results: warnings and refusals.

use std::collections::BTreeMap;

use yagura_engine::inspect::{Inspection, Refusal, WarningLine};
use yagura_model::warning::WarningCode;

use super::cell::{Tone, plain};
use crate::{failure::Failure, session::Session};

/// Most refusals listed one by one for people; `--json` lists all.
const REFUSALS_SHOWN: usize = 50;

/// What the warnings of one report with one code have in common.
struct Group<'s> {
    count: u64,
    first: &'s WarningLine,
}

/// The warnings, grouped by what they are about.
pub(crate) fn warned<'i>(
    session: &mut Session,
    inspections: impl IntoIterator<Item = &'i Inspection>,
) -> Result<(), Failure> {
    let warned: Vec<&Inspection> =
        inspections.into_iter().filter(|seen| !seen.warnings.is_empty()).collect();
    if warned.is_empty() {
        return Ok(());
    }
    let title = session.console.paint(Tone::Strong, &session.texts.say("warned-title"));
    writeln!(session.console.out(), "\n{title}")?;
    for seen in warned {
        let mut groups: BTreeMap<WarningCode, Group<'_>> = BTreeMap::new();
        for warning in &seen.warnings {
            let group = groups.entry(warning.code).or_insert(Group { count: 0, first: warning });
            group.count += warning.more.unwrap_or(1);
        }
        writeln!(session.console.out(), "  {}", plain(&seen.file))?;
        for (code, Group { count, first }) in groups {
            let text = session.texts.say(&format!("warning-{code}"));
            let text = session.console.paint(Tone::Caution, &text);
            let times = session.texts.say_with("warned-count", &[("count", count.into())]);
            writeln!(session.console.out(), "    {text} {times}")?;
            let place = [("at", plain(&first.at).into()), ("detail", plain(&first.detail).into())];
            let first = session.texts.say_with("warned-first", &place);
            let first = session.console.paint(Tone::Quiet, &first);
            writeln!(session.console.out(), "      {first}")?;
        }
    }
    Ok(())
}

/// What was refused and why, apart from the results.
pub(crate) fn refusals(session: &mut Session, refusals: &[Refusal]) -> Result<(), Failure> {
    if refusals.is_empty() {
        return Ok(());
    }
    let count = refusals.len().into();
    let title = session.texts.say_with("refused-files", &[("count", count)]);
    let title = session.console.paint_error(Tone::Bad, &title);
    session.console.note(&format!("\n{title}"))?;
    for Refusal { file, error } in refusals.iter().take(REFUSALS_SHOWN) {
        session.console.note(&format!("  {}", plain(file)))?;
        let reason = session.reason(error);
        session.console.note(&format!("    {reason}"))?;
        let place = if error.at == "-" { String::new() } else { format!(" ({})", error.at) };
        let detail = plain(&format!("{}{place}: {}", error.code, error.message));
        let detail = session.console.paint_error(Tone::Quiet, &detail);
        session.console.note(&format!("    {detail}"))?;
    }
    if let Some(more @ 1..) = refusals.len().checked_sub(REFUSALS_SHOWN) {
        let note = session.texts.say_with("refused-more", &[("count", more.into())]);
        session.console.note(&format!("  {note}"))?;
    }
    Ok(())
}
