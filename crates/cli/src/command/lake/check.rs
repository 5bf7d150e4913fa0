//! `yagura lake check`: whether everything that must hold does.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use clap::{Args, ValueEnum};
use serde::Serialize;
use yagura_engine::lake::{
    LakeError,
    check::{Breach, Checked, EvidenceDepth, Invariant},
    repair::{Again, Remedy, RepairOptions, Repaired},
};

use super::{VERSION, WAIT};
use crate::{
    failure::Failure,
    output::{
        cell::{Cell, Tone, plain},
        progress::Progress,
    },
    session::{Session, Status},
    words,
};

/// So many reports to be given again are listed for people; `--json` lists all.
const AGAIN_SHOWN: usize = 50;

/// See the module.
#[derive(Debug, Args)]
pub(super) struct Check {
    #[arg(
        long,
        value_enum,
        value_name = "HOW",
        default_value = "quick",
        hide_default_value = true,
        hide_possible_values = true
    )]
    evidence: Depth,

    #[arg(long)]
    repair: bool,

    #[arg(long, value_name = "DIR", requires = "repair")]
    from: Option<PathBuf>,

    #[arg(long, requires = "repair")]
    settle: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Depth {
    Quick,
    Full,
}

/// The document of `--json`.
#[derive(Debug, Serialize)]
struct Document<'c> {
    version: u8,
    sound: bool,
    #[serde(flatten)]
    checked: &'c Checked,
    /// What a repair did before.
    repaired: &'c [Repaired],
    /// The reports to be given again.
    again: &'c [Again],
}

impl Check {
    pub(super) fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let lake = session.lake()?;
        let depth = match self.evidence {
            Depth::Quick => EvidenceDepth::Quick,
            Depth::Full => EvidenceDepth::Full,
        };
        let progress = Progress::new();
        let (mut repaired, mut again) = (Vec::new(), Vec::new());
        if self.repair {
            progress.wait(&session.texts.say("lake-repairing"));
            let (backup, now) = (self.from.as_deref(), session.clock.now());
            let options = RepairOptions { wait: WAIT, backup, depth, settle: self.settle };
            let work = async {
                let repaired = lake.repair(options, now).await?;
                let damage = lake.snapshot().await?.manifest().damage.clone();
                let new: Vec<_> = damage.into_iter().filter(|damage| damage.at >= now).collect();
                let again = lake.reopen(&new, WAIT, now).await?;
                Ok::<_, LakeError>((repaired, again))
            };
            let done = session.block_on(work)?;
            progress.clear();
            (repaired, again) = done.map_err(|error| session.lake_failure(&error))?;
        }
        progress.bytes(&session.texts.say("lake-checking"), 0);
        let reaching = progress.reaching();
        let done = session.block_on(lake.check(depth, Arc::new(reaching)))?;
        progress.clear();
        let checked = done.map_err(|error| session.lake_failure(&error))?;
        let sound = checked.broken.is_empty();
        if session.global.json {
            session.console.json_line(&Document {
                version: VERSION,
                sound,
                checked: &checked,
                repaired: &repaired,
                again: &again,
            })?;
        } else {
            done_so_far(session, &repaired, &again)?;
            show(session, &checked)?;
        }
        Ok(if sound { Status::Done } else { Status::Failed })
    }
}

/// What a repair did.
fn done_so_far(
    session: &mut Session,
    repaired: &[Repaired],
    again: &[Again],
) -> Result<(), Failure> {
    for of in repaired {
        let place = [("what", plain(&of.what).into()), ("rows", of.rows.into())];
        let told = session.texts.say_with(&format!("repaired-{}", of.remedy.as_str()), &place);
        let tone = if of.remedy == Remedy::FileGivenUp { Tone::Bad } else { Tone::Strong };
        words::paragraph(session, tone, "", &told)?;
    }
    if !again.is_empty() {
        let count = [("count", again.len().into())];
        let told = session.texts.say_with("lake-give-again", &count);
        words::paragraph(session, Tone::Caution, "", &told)?;
        for one in again.iter().take(AGAIN_SHOWN) {
            let Again { report, organisation, file, digest, past_retention } = one;
            let mut line = format!("{report}  {organisation}  {file}  {digest}");
            if *past_retention {
                line = format!("{line}  {}", session.texts.say("report-past-retention-short"));
            }
            writeln!(session.console.out(), "  {}", plain(&line))?;
        }
        if let Some(more @ 1..) = again.len().checked_sub(AGAIN_SHOWN) {
            let more = session.texts.say_with("lake-check-more", &[("count", more.into())]);
            words::paragraph(session, Tone::Quiet, "  ", &more)?;
        }
    }
    if !repaired.is_empty() {
        writeln!(session.console.out())?;
    }
    Ok(())
}

fn show(session: &mut Session, checked: &Checked) -> Result<(), Failure> {
    let mut by_invariant: BTreeMap<Invariant, Vec<&Breach>> = BTreeMap::new();
    for breach in &checked.broken {
        by_invariant.entry(breach.invariant).or_default().push(breach);
    }
    for (invariant, breaches) in by_invariant {
        let title = session.texts.say(&format!("invariant-{}", invariant.as_str()));
        let title = format!("{title} [{}]", invariant.as_str());
        let title = session.texts.say_with("lake-check-not", &[("what", title.into())]);
        words::paragraph(session, Tone::Bad, "", &title)?;
        for breach in breaches {
            words::paragraph(session, Tone::Plain, "  ", &place(breach))?;
            if breach.more > 0 {
                let more = [("count", breach.more.into())];
                let more = session.texts.say_with("lake-check-more", &more);
                words::paragraph(session, Tone::Quiet, "  ", &more)?;
            }
        }
        let remedy = session.texts.say(&format!("invariant-{}-do", invariant.as_str()));
        words::paragraph(session, Tone::Caution, "  ", &remedy)?;
        writeln!(session.console.out())?;
    }
    for damage in &checked.damage {
        let texts = &session.texts;
        let place = [
            ("path", plain(&damage.path).into()),
            ("rows", damage.rows.into()),
            ("time", Cell::time(Some(damage.at)).shown(&session.console.look().zone).into()),
        ];
        let told = texts.say_with("lake-check-damage", &place);
        words::paragraph(session, Tone::Caution, "", &told)?;
    }
    let looked = session.texts.say_with(
        "lake-checked",
        &[
            ("manifest", checked.manifest.into()),
            ("tables", checked.tables.into()),
            ("files", checked.files.into()),
            ("rows", checked.rows.into()),
            ("bytes", checked.bytes.into()),
            ("evidence", checked.evidence.into()),
            ("evidence_bytes", checked.evidence_bytes.into()),
        ],
    );
    words::paragraph(session, Tone::Plain, "", &looked)?;
    if checked.waste.files > 0 {
        let waste = [("files", checked.waste.files.into()), ("bytes", checked.waste.bytes.into())];
        let waste = session.texts.say_with("lake-check-waste", &waste);
        words::paragraph(session, Tone::Quiet, "", &waste)?;
    }
    let (tone, told) = match checked.broken.len() {
        0 => (Tone::Strong, session.texts.say("lake-check-sound")),
        _ => (Tone::Bad, session.texts.say("lake-check-broken")),
    };
    words::paragraph(session, tone, "", &told)
}

/// Table, file, row and what was found there.
fn place(breach: &Breach) -> String {
    let table = breach.table.map(|table| format!("`{table}`"));
    let parts = [table, breach.path.clone(), breach.key.clone()];
    let place: Vec<String> = parts.into_iter().flatten().collect();
    format!("{}: {}", place.join(" "), breach.detail)
}
