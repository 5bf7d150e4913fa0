//! Which score is meant: by which model, at which time, of which organisation.

use std::{collections::BTreeSet, fs, path::PathBuf};

use clap::Args;
use yagura_engine::{
    baseline::{master::Master, model::Model},
    lake::{Lake, LakeError, Snapshot},
    score::{Facts, Names, ScoreRun, Sweep},
};
use yagura_model::{id::AssetKey, organisation::OrganisationCode};

use super::times::{TimeArguments, Times};
use crate::{
    failure::Failure,
    session::Session,
    words::{self, Heading},
};

/// See the module.
#[derive(Debug, Args)]
pub(crate) struct ScoringArguments {
    #[command(flatten)]
    times: TimeArguments,

    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,

    #[arg(long, value_name = "CODE", value_parser = organisation)]
    pub(crate) org: Option<OrganisationCode>,
}

/// A score and what it was made from.
#[derive(Debug)]
pub(crate) struct Scored {
    pub(crate) run: ScoreRun,
    pub(crate) facts: Facts,
    pub(crate) names: Names,
    pub(crate) model: Model,
    pub(crate) lake: Lake,
    pub(crate) snapshot: Snapshot,
}

/// The sums of a score, without the parts they are made of.
#[derive(Debug)]
pub(crate) struct Swept {
    pub(crate) sweep: Sweep,
    pub(crate) names: Names,
    pub(crate) model: Model,
    pub(crate) snapshot: Snapshot,
}

impl Scored {
    /// What it begins with.
    pub(crate) fn heading(&self) -> Heading<'_> {
        let run = &self.run;
        let (known_at, lost) = (self.snapshot.known_at(), self.snapshot.lost());
        let (named, assets) = (run.model.as_str(), run.assets.len());
        Heading { model: &self.model, named, at: run.at, known_at, assets, lost }
    }
}

impl Swept {
    /// What it begins with.
    pub(crate) fn heading(&self) -> Heading<'_> {
        let of = &self.sweep;
        let (known_at, lost) = (self.snapshot.known_at(), self.snapshot.lost());
        let (named, assets) = (of.model.as_str(), of.assets.len());
        Heading { model: &self.model, named, at: of.at, known_at, assets, lost }
    }
}

/// A state of the lake and what is asked of it.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) snapshot: Snapshot,
    pub(crate) lake: Lake,
    model: Model,
    pub(crate) times: Times,
    org: Option<OrganisationCode>,
}

impl ScoringArguments {
    /// Opens what is asked.
    pub(crate) async fn ask(&self, session: &Session) -> Result<Asked, Failure> {
        let (model, lake) = (self.model(session)?, session.lake()?);
        let times = self.times.times(session)?;
        let snapshot = times.snapshot(&lake).await;
        let snapshot = snapshot.map_err(|error| session.lake_failure(&error))?;
        Ok(Asked { snapshot, lake, model, times, org: self.org.clone() })
    }

    /// Adds up the points of all assets.
    pub(crate) async fn sweep(&self, session: &Session) -> Result<Swept, Failure> {
        let swept = self.sweep_within(session, self.org.as_ref()).await?;
        if let Some(org) = self.org.as_ref().filter(|_| swept.sweep.assets.is_empty())
            && !swept.names.tree().knows(org)
        {
            return Err(words::unknown_organisation(session, org));
        }
        Ok(swept)
    }

    /// Adds up the points of the assets of an organisation and those below it, or of all. All assets
    /// are scored, since estimates stand on all of them.
    pub(crate) async fn sweep_within(
        &self,
        session: &Session,
        within: Option<&OrganisationCode>,
    ) -> Result<Swept, Failure> {
        let Asked { snapshot, lake, model, times, .. } = self.ask(session).await?;
        let master = Master::shipped();
        let swept = async {
            let at = times.at();
            let sweep = match times.is_present() {
                true => Sweep::present(&lake, &snapshot, &model, master, at, within).await?,
                false => Sweep::run(&snapshot, &model, master, at, within).await?,
            };
            Ok::<_, LakeError>(sweep)
        };
        let sweep = swept.await.map_err(|error| session.lake_failure(&error))?;
        let names = Names::of_sweep(&sweep);
        Ok(Swept { sweep, names, model, snapshot })
    }

    fn model(&self, session: &Session) -> Result<Model, Failure> {
        let Some(path) = &self.model else { return Ok(Model::shipped().clone()) };
        let file = path.display().to_string();
        let failure = |detail: String| {
            let text = session.texts.say_with("error-model", &[("file", file.as_str().into())]);
            Failure::Told { text, detail: Some(detail) }
        };
        let text = fs::read_to_string(path).map_err(|error| failure(error.to_string()))?;
        Model::from_toml(&text).map_err(|error| failure(error.to_string()))
    }
}

impl Asked {
    /// The model asked for.
    pub(crate) fn model(&self) -> &Model {
        &self.model
    }

    /// Makes the score. All assets are scored, since estimates stand on all of them; then those of
    /// other organisations are left out.
    async fn all(self, session: &Session) -> Result<Scored, Failure> {
        let Self { snapshot, lake, model, times, .. } = &self;
        let (master, at) = (Master::shipped(), times.at());
        let scored = match times.is_present() {
            true => ScoreRun::present(lake, snapshot, model, master, at).await,
            false => ScoreRun::all(snapshot, model, master, at).await,
        };
        self.scored(session, scored).await
    }

    /// Makes the score of some assets.
    pub(crate) async fn some(
        self,
        session: &Session,
        assets: &BTreeSet<AssetKey>,
    ) -> Result<Scored, Failure> {
        if !self.times.is_present() {
            return self.all(session).await;
        }
        let Self { snapshot, lake, model, times, .. } = &self;
        let (master, now) = (Master::shipped(), times.at());
        let scored = ScoreRun::some(lake, snapshot, model, master, now, assets).await;
        self.scored(session, scored).await
    }

    async fn scored(
        self,
        session: &Session,
        scored: Result<(ScoreRun, Facts), LakeError>,
    ) -> Result<Scored, Failure> {
        let Self { snapshot, lake, model, org, .. } = self;
        let (mut run, facts) = scored.map_err(|error| session.lake_failure(&error))?;
        let names = Names::of_facts(&facts);
        if let Some(org) = &org {
            run = run.within(org);
            if run.assets.is_empty() && !names.tree().knows(org) {
                return Err(words::unknown_organisation(session, org));
            }
        }
        Ok(Scored { run, facts, names, model, lake, snapshot })
    }
}

fn organisation(text: &str) -> Result<OrganisationCode, String> {
    OrganisationCode::new(text).map_err(|error| error.to_string())
}
