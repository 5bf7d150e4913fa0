//! `yagura asset merge`, `split`, `state` and `undo`: what a person decides about assets.

use std::{collections::BTreeSet, time::Duration};

use clap::{Args, builder::NonEmptyStringValueParser};
use yagura_engine::{
    baseline::{identity::Rules, master::Master},
    decisions::{Decisions, RecordId, Signed, Split, What},
    lake::{Lake, LakeError},
    score::Names,
};
use yagura_model::id::AssetKey;

use super::meant::{Meant, meant};
use crate::{
    arguments::undo::Undo,
    failure::Failure,
    session::{Session, Status},
};

mod refusal;
mod show;
mod state;

pub(super) use state::{State, states};

/// How long another writer is waited for.
const WAIT: Duration = Duration::from_secs(60);

/// Who decides and why.
#[derive(Debug, Args)]
struct Reasoned {
    #[arg(long = "by", value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    decided_by: String,

    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    reason: String,
}

/// Who decides about several assets.
#[derive(Debug, Args)]
pub(super) struct Signature {
    #[command(flatten)]
    reasoned: Reasoned,

    #[arg(long = "second", value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    second_person: Option<String>,

    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
pub(super) struct Merge {
    #[arg(value_name = "ASSET", num_args = 1.., required = true)]
    assets: Vec<String>,

    #[command(flatten)]
    signature: Signature,
}

#[derive(Debug, Args)]
pub(super) struct SplitOff {
    #[arg(value_name = "ASSET")]
    name: String,

    #[arg(long = "record", value_name = "RECORD", num_args = 1.., required = true)]
    records: Vec<RecordId>,

    #[arg(long, value_name = "ASSET")]
    into: Option<String>,

    #[command(flatten)]
    signature: Signature,
}

impl Merge {
    pub(super) fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let lake = session.lake()?;
        let found = find(session, &lake, &self.assets)?;
        let mut assets = BTreeSet::new();
        for (asset, name) in found.into_iter().zip(&self.assets) {
            if !assets.insert(asset) {
                let asset = yagura_engine::browse::assets::AssetId(asset).to_string();
                let said = [("name", name.as_str().into()), ("asset", asset.into())];
                let text = session.texts.say_with("decision-twice", &said);
                return Err(Failure::Told { text, detail: None });
            }
        }
        self.signature.decide(session, lake, &What::Merge(assets))
    }
}

impl SplitOff {
    pub(super) fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let lake = session.lake()?;
        let mut names = vec![self.name];
        names.extend(self.into);
        let mut found = find(session, &lake, &names)?.into_iter();
        // One was found for each name.
        let Some(asset) = found.next() else { return Ok(Status::Failed) };
        let records = self.records.iter().map(|record| record.0).collect();
        let split = Split { asset, records, into: found.next() };
        self.signature.decide(session, lake, &What::Split(split))
    }
}

impl Undo<Signature> {
    pub(super) fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let lake = session.lake()?;
        self.signature.decide(session, lake, &What::Undo(self.decision.0))
    }
}

/// The assets of some names.
fn find(session: &Session, lake: &Lake, names: &[String]) -> Result<Vec<AssetKey>, Failure> {
    let at = session.clock.now();
    let reading = async {
        let snapshot = lake.snapshot().await?;
        let organisations = Names::of_organisations(&snapshot, at).await?;
        let mut found: Vec<Meant> = Vec::new();
        for name in names {
            found.push(meant(&snapshot, name.trim(), at).await?);
        }
        Ok::<_, LakeError>((found, organisations))
    };
    let (found, organisations) =
        session.block_on(reading)?.map_err(|error| session.lake_failure(&error))?;
    let found = found.into_iter().zip(names);
    found.map(|(meant, name)| meant.one(session, &organisations, name.trim())).collect()
}

impl Signature {
    fn decide(self, session: &mut Session, lake: Lake, what: &What) -> Result<Status, Failure> {
        let rules = Rules::shipped().clone();
        let master = Master::shipped().clone();
        let decisions = Decisions { lake, rules, master, clock: session.clock, wait: WAIT };
        let Reasoned { decided_by, reason } = self.reasoned;
        let signed = Signed { by: decided_by, second: self.second_person, reason };
        let decided = if self.dry_run {
            session.block_on(decisions.try_out(what))?
        } else {
            session.block_on(decisions.decide(what, &signed))?
        };
        let decided = decided.map_err(|error| refusal::told(session, &error))?;
        if session.global.json {
            session.console.json_line(&decided)?;
        } else {
            show::show(session, &decided)?;
        }
        Ok(Status::Done)
    }
}
