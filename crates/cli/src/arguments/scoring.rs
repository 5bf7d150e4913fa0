//! Which score is meant: by which model, at which time, of which organisation.

use std::{fs, path::PathBuf};

use clap::Args;
use jiff::Timestamp;
use yagura_engine::{
    baseline::model::Model,
    lake::{Lake, LakeError, Snapshot},
    score::{Facts, Names, ScoreRun, is_within},
};
use yagura_model::organisation::OrganisationCode;

use super::time::time;
use crate::{failure::Failure, session::Session};

/// See the module.
#[derive(Debug, Args)]
pub(crate) struct ScoringArguments {
    #[arg(long, value_name = "TIME", value_parser = time)]
    as_of: Option<Timestamp>,

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

impl ScoringArguments {
    /// Makes the score. All assets are scored, since estimates stand on all of them; then those of
    /// other organisations are left out.
    pub(crate) async fn score(&self, session: &Session) -> Result<Scored, Failure> {
        let model = self.model(session)?;
        let lake = session.lake()?;
        let at = self.as_of.unwrap_or_else(|| session.clock.now());
        let scored = async {
            let snapshot = lake.snapshot().await?;
            let (run, facts) = ScoreRun::all(&snapshot, &model, at).await?;
            let names = Names::load(&snapshot, &facts).await?;
            Ok::<_, LakeError>((snapshot, run, facts, names))
        };
        let (snapshot, mut run, facts, names) =
            scored.await.map_err(|error| session.lake_failure(&error))?;
        if let Some(org) = &self.org {
            run = run.within(org);
            if run.assets.is_empty() && !names.codes().any(|code| is_within(code, org)) {
                let code = org.as_str().into();
                let text = session.texts.say_with("error-unknown-organisation", &[("code", code)]);
                return Err(Failure::Told { text, detail: None });
            }
        }
        Ok(Scored { run, facts, names, model, lake, snapshot })
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

fn organisation(text: &str) -> Result<OrganisationCode, String> {
    OrganisationCode::new(text).map_err(|error| error.to_string())
}
