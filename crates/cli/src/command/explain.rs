//! `yagura explain`: every point back to the bytes of a report.

use clap::Parser;
use yagura_engine::{
    explain::{FindingId, asset_of, find_assets, near_assets},
    score::{AssetScore, By, is_within},
};
use yagura_model::organisation::OrganisationCode;

use super::Verb;
use crate::{
    arguments::scoring::{Scored, ScoringArguments},
    failure::Failure,
    session::{Session, Status},
};

mod document;
mod factors;
mod organisation;
mod show;

use document::Explained;

/// Remedies people are shown unless they ask for more.
const REMEDIES: usize = 10;

/// See the module.
#[derive(Debug, Parser)]
#[command(name = "explain")]
pub(crate) struct Explain {
    #[arg(value_name = "ASSET|FINDING|ORG")]
    subject: String,

    #[arg(long, value_name = "N")]
    top: Option<usize>,

    #[command(flatten)]
    scoring: ScoringArguments,
}

/// What is to be explained.
enum Target<'s> {
    Asset(&'s AssetScore),
    Finding(&'s AssetScore, FindingId),
    Organisation(OrganisationCode),
}

impl Verb for Explain {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let scored = session.block_on(self.score(session))??;
        let target = session.block_on(self.target(session, &scored))??;
        let json = session.global.json;
        let (asset, only) = match target {
            Target::Asset(asset) => (asset, None),
            Target::Finding(asset, finding) => (asset, Some(finding)),
            Target::Organisation(code) => {
                let top = self.top.unwrap_or(if json { usize::MAX } else { REMEDIES });
                organisation::explain(session, &scored, &code, top)?;
                return Ok(Status::Done);
            }
        };
        let top = self.top.unwrap_or(if json { usize::MAX } else { REMEDIES });
        let explained = session
            .block_on(Explained::of(&scored, asset, only, top))?
            .map_err(|error| session.lake_failure(&error))?;
        if json {
            session.console.json_line(&explained)?;
        } else {
            show::show(session, &scored, &explained)?;
        }
        Ok(Status::Done)
    }
}

impl Explain {
    /// The score of what is asked about: of all assets only where that is an organisation, or
    /// nothing that is known.
    async fn score(&self, session: &Session) -> Result<Scored, Failure> {
        let asked = self.scoring.ask(session).await?;
        let text = self.subject.trim();
        let assets = match text.parse::<FindingId>() {
            Ok(finding) => {
                let asset = asset_of(&asked.snapshot, finding.subject).await;
                asset.map(|asset| asset.into_iter().collect())
            }
            Err(_) => find_assets(&asked.snapshot, text).await,
        };
        let assets = assets.map_err(|error| session.lake_failure(&error))?;
        if assets.is_empty() {
            asked.all(session).await
        } else {
            asked.some(session, &assets).await
        }
    }

    async fn target<'s>(
        &self,
        session: &Session,
        scored: &'s Scored,
    ) -> Result<Target<'s>, Failure> {
        let text = self.subject.trim();
        if let Ok(finding) = text.parse::<FindingId>() {
            let key = asset_of(&scored.snapshot, finding.subject)
                .await
                .map_err(|error| session.lake_failure(&error))?;
            let asset = key.and_then(|key| scored.run.asset(key));
            let open = asset.filter(|asset| document::holds(asset, finding));
            return open.map(|asset| Target::Finding(asset, finding)).ok_or_else(|| {
                let name = session.texts.say_with("explain-no-finding", &[("name", text.into())]);
                Failure::Told { text: name, detail: None }
            });
        }
        let keys = find_assets(&scored.snapshot, text)
            .await
            .map_err(|error| session.lake_failure(&error))?;
        let found: Vec<&AssetScore> =
            keys.into_iter().filter_map(|key| scored.run.asset(key)).collect();
        match found.as_slice() {
            [asset] => return Ok(Target::Asset(asset)),
            [] => {}
            several => return Err(ambiguous(session, text, several)),
        }
        if let Ok(code) = OrganisationCode::new(text) {
            let visible = self.scoring.org.as_ref().is_none_or(|org| is_within(text, org));
            let known = scored.names.codes().any(|known| known == text)
                || scored.run.totals(By::Organisation).iter().any(|total| total.key == text);
            if visible && known {
                return Ok(Target::Organisation(code));
            }
        }
        Err(self.unknown(session, scored, text).await)
    }

    /// Says that there is no such thing, and what is called nearly so; names of organisations that
    /// were not asked about stay unsaid.
    async fn unknown(&self, session: &Session, scored: &Scored, text: &str) -> Failure {
        let visible =
            |code: &&str| self.scoring.org.as_ref().is_none_or(|org| is_within(code, org));
        let codes: Vec<&str> = scored.names.codes().filter(visible).collect();
        let assets = scored.run.assets.iter().map(|asset| asset.profile.asset).collect();
        let near = near_assets(&scored.snapshot, text, Some(&assets), &codes).await;
        let names = match near {
            Ok(names) => names,
            Err(error) => return session.lake_failure(&error),
        };
        let said = session.texts.say_with("explain-unknown", &[("name", text.into())]);
        let detail = (!names.is_empty()).then(|| {
            let names = names.join(&session.texts.say("list-separator"));
            session.texts.say_with("explain-near", &[("names", names.into())])
        });
        Failure::Told { text: said, detail }
    }
}

fn ambiguous(session: &Session, text: &str, several: &[&AssetScore]) -> Failure {
    let lines: Vec<String> = several
        .iter()
        .take(20)
        .map(|score| {
            let profile = &score.profile;
            format!("A-{}  {}  ({})", profile.asset, profile.name, profile.organisation)
        })
        .collect();
    let said = session.texts.say_with("explain-ambiguous", &[("name", text.into())]);
    Failure::Told { text: said, detail: Some(lines.join("\n  ")) }
}
