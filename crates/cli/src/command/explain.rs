//! `yagura explain`: every point back to the bytes of a report.

use std::collections::BTreeSet;

use clap::Parser;
use yagura_engine::{
    browse::assets::AssetId,
    explain::{FindingId, asset_of, find_assets, near_assets},
    score::{AssetScore, Names},
};
use yagura_model::{id::AssetKey, life_cycle::LifeCycle, organisation::OrganisationCode};

use super::{Verb, asset::state_word};
use crate::{
    arguments::scoring::{Asked, Scored, ScoringArguments, Swept},
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

/// What is to be explained of an asset.
enum Target<'s> {
    Asset(&'s AssetScore),
    Finding(&'s AssetScore, FindingId),
}

impl Verb for Explain {
    fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let asked = session.block_on(self.scoring.ask(session))??;
        let assets = session.block_on(self.assets(session, &asked))??;
        if assets.is_empty() {
            return self.organisation(session);
        }
        let scored = session.block_on(asked.some(session, &assets))??;
        let (asset, only) = match self.target(session, &scored, &assets)? {
            Some(Target::Asset(asset)) => (asset, None),
            Some(Target::Finding(asset, finding)) => (asset, Some(finding)),
            None => return self.organisation(session),
        };
        let explained = session
            .block_on(Explained::of(&scored, asset, only, self.top(session)))?
            .map_err(|error| session.lake_failure(&error))?;
        if session.global.json {
            session.console.json_line(&explained)?;
        } else {
            show::show(session, &scored, &explained)?;
        }
        Ok(Status::Done)
    }
}

impl Explain {
    fn top(&self, session: &Session) -> usize {
        self.top.unwrap_or(if session.global.json { usize::MAX } else { REMEDIES })
    }

    /// The assets that are meant, if any are.
    async fn assets(
        &self,
        session: &Session,
        asked: &Asked,
    ) -> Result<BTreeSet<AssetKey>, Failure> {
        let (text, at) = (self.subject.trim(), asked.times.at());
        let assets = match text.parse::<FindingId>() {
            Ok(finding) => {
                let asset = asset_of(&asked.snapshot, finding.subject, at).await;
                asset.map(|asset| asset.into_iter().collect())
            }
            Err(_) => find_assets(&asked.snapshot, text, at).await,
        };
        let assets: BTreeSet<AssetKey> = assets.map_err(|error| session.lake_failure(&error))?;
        if assets.is_empty() && text.parse::<FindingId>().is_ok() {
            return Err(self.no_finding(session));
        }
        Ok(assets)
    }

    /// The asset or finding that is meant; none if no asset meant is in service and in view.
    fn target<'s>(
        &self,
        session: &Session,
        scored: &'s Scored,
        assets: &BTreeSet<AssetKey>,
    ) -> Result<Option<Target<'s>>, Failure> {
        let text = self.subject.trim();
        let found: Vec<&AssetScore> =
            assets.iter().filter_map(|key| scored.run.asset(*key)).collect();
        if let Ok(finding) = text.parse::<FindingId>() {
            let open = found.into_iter().find(|asset| document::holds(asset, finding));
            let open = open.ok_or_else(|| self.no_finding(session))?;
            return Ok(Some(Target::Finding(open, finding)));
        }
        match found.as_slice() {
            [] => {
                let known = assets.first().filter(|_| assets.len() == 1);
                let left_out = |asset: &AssetKey| Some((*asset, scored.facts.left_out(*asset)?));
                // Of what may be another organisation's nothing is told.
                match known.filter(|_| self.scoring.org.is_none()).and_then(left_out) {
                    Some((asset, state)) => Err(without_points(session, asset, state)),
                    None => Ok(None),
                }
            }
            [asset] => Ok(Some(Target::Asset(asset))),
            several => Err(ambiguous(session, text, several)),
        }
    }

    fn no_finding(&self, session: &Session) -> Failure {
        let name = [("name", self.subject.trim().into())];
        let text = session.texts.say_with("explain-no-finding", &name);
        Failure::Told { text, detail: None }
    }

    /// Whether an organisation is in view.
    fn sees(&self, names: &Names, code: &str) -> bool {
        self.scoring.org.as_ref().is_none_or(|org| names.tree().is_within(code, org))
    }

    /// Explains an organisation, or says that nothing has this name.
    fn organisation(&self, session: &mut Session) -> Result<Status, Failure> {
        let text = self.subject.trim();
        if let Ok(code) = OrganisationCode::new(text) {
            let swept = session.block_on(self.scoring.sweep_within(session, Some(&code)))??;
            let known = !swept.sweep.assets.is_empty() || swept.names.organisation(text).is_some();
            if known && self.sees(&swept.names, text) {
                organisation::explain(session, &swept, &code, self.top(session))?;
                return Ok(Status::Done);
            }
        }
        let org = self.scoring.org.as_ref();
        let swept = session.block_on(self.scoring.sweep_within(session, org))??;
        Err(session.block_on(self.unknown(session, &swept))?)
    }

    /// Says that there is no such thing, and what is called nearly so; names of organisations that
    /// were not asked about stay unsaid.
    async fn unknown(&self, session: &Session, swept: &Swept) -> Failure {
        let text = self.subject.trim();
        let names = &swept.names;
        let codes: Vec<&str> = names.tree().codes().filter(|code| self.sees(names, code)).collect();
        let assets = swept.sweep.assets.iter().map(|sum| sum.asset).collect();
        let near =
            near_assets(&swept.snapshot, (text, swept.sweep.at), Some(&assets), &codes).await;
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

/// Says that an asset does not count, and why.
fn without_points(session: &Session, asset: AssetKey, state: LifeCycle) -> Failure {
    let said = [
        ("asset", AssetId(asset).to_string().into()),
        ("state", state_word(&session.texts, state).into()),
    ];
    Failure::Told { text: session.texts.say_with("explain-left-out", &said), detail: None }
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
