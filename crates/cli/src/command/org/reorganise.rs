//! `yagura org move`, `merge`, `pass`, `rename`, `abolish` and `undo`: reorganisations.

use std::time::Duration;

use clap::{ArgGroup, Args, builder::NonEmptyStringValueParser};
use jiff::Timestamp;
use yagura_engine::{
    baseline::{master::Master, model::Model},
    decisions::Signed,
    reorganisation::{Reorganisation, What},
    score::Names,
};
use yagura_model::organisation::OrganisationCode;

use crate::{
    arguments::{day, moment::Moment, undo::Undo},
    failure::Failure,
    session::{Session, Status},
};

mod refusal;
mod show;

pub(super) use refusal::told;
pub(super) use show::stands;

/// How long another writer is waited for.
const WAIT: Duration = Duration::from_secs(60);

/// Who decides and why.
#[derive(Debug, Args)]
pub(super) struct Signature {
    #[arg(long = "by", value_name = "NAME", required_unless_present = "dry_run",
          value_parser = NonEmptyStringValueParser::new())]
    decided_by: Option<String>,

    #[arg(long, value_name = "TEXT", required_unless_present = "dry_run",
          value_parser = NonEmptyStringValueParser::new())]
    reason: Option<String>,

    #[arg(long)]
    dry_run: bool,
}

/// The day it begins.
#[derive(Debug, Args)]
struct Day {
    #[arg(long = "from", value_name = "DATE")]
    effective: Moment,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("where").required(true).args(["under", "at_top"])))]
pub(super) struct Move {
    #[arg(value_name = "ORG", value_parser = OrganisationCode::new)]
    organisation: OrganisationCode,

    #[arg(long, value_name = "ORG", value_parser = OrganisationCode::new)]
    under: Option<OrganisationCode>,

    #[arg(long = "top")]
    at_top: bool,

    #[command(flatten)]
    day: Day,

    #[command(flatten)]
    signature: Signature,
}

#[derive(Debug, Args)]
pub(super) struct Merge {
    #[arg(value_name = "ORG", num_args = 1.., required = true, value_parser = OrganisationCode::new)]
    organisations: Vec<OrganisationCode>,

    #[arg(long = "into", value_name = "ORG", value_parser = OrganisationCode::new)]
    merged_into: OrganisationCode,

    #[command(flatten)]
    day: Day,

    #[command(flatten)]
    signature: Signature,
}

#[derive(Debug, Args)]
pub(super) struct Pass {
    #[arg(value_name = "ORG", value_parser = OrganisationCode::new)]
    organisation: OrganisationCode,

    #[arg(long = "to", value_name = "ORG", value_parser = OrganisationCode::new)]
    passed_to: OrganisationCode,

    #[command(flatten)]
    day: Day,

    #[command(flatten)]
    signature: Signature,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("names").required(true).multiple(true).args(["name_ja", "name_en"])))]
pub(super) struct Rename {
    #[arg(value_name = "ORG", value_parser = OrganisationCode::new)]
    organisation: OrganisationCode,

    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    name_ja: Option<String>,

    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    name_en: Option<String>,

    #[command(flatten)]
    day: Day,

    #[command(flatten)]
    signature: Signature,
}

#[derive(Debug, Args)]
pub(super) struct Abolish {
    #[arg(value_name = "ORG", value_parser = OrganisationCode::new)]
    organisation: OrganisationCode,

    #[command(flatten)]
    day: Day,

    #[command(flatten)]
    signature: Signature,
}

impl Move {
    pub(super) fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let (organisation, under) = (self.organisation, self.under);
        let from = self.day.begins(session)?;
        self.signature.decide(session, &What::Move { organisation, under, from })
    }
}

impl Merge {
    pub(super) fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let (organisations, into) = (self.organisations, self.merged_into);
        let from = self.day.begins(session)?;
        self.signature.decide(session, &What::Merge { organisations, into, from })
    }
}

impl Pass {
    pub(super) fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let (organisation, to) = (self.organisation, self.passed_to);
        let from = self.day.begins(session)?;
        self.signature.decide(session, &What::Pass { organisation, to, from })
    }
}

impl Rename {
    pub(super) fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let Self { organisation, name_ja, name_en, .. } = self;
        let from = self.day.begins(session)?;
        self.signature.decide(session, &What::Rename { organisation, name_ja, name_en, from })
    }
}

impl Abolish {
    pub(super) fn run(self, session: &mut Session) -> Result<Status, Failure> {
        let (organisation, from) = (self.organisation, self.day.begins(session)?);
        self.signature.decide(session, &What::Abolish { organisation, from })
    }
}

impl Undo<Signature> {
    pub(super) fn run(self, session: &mut Session) -> Result<Status, Failure> {
        self.signature.decide(session, &What::Undo(self.decision.0))
    }
}

impl Day {
    fn begins(&self, session: &Session) -> Result<Timestamp, Failure> {
        day::begins(session, self.effective)
    }
}

impl Signature {
    fn decide(self, session: &mut Session, what: &What) -> Result<Status, Failure> {
        let lake = session.lake()?;
        let use_case = Reorganisation {
            lake: lake.clone(),
            model: Model::shipped().clone(),
            master: Master::shipped().clone(),
            clock: session.clock,
            wait: WAIT,
        };
        let signed = Signed {
            by: self.decided_by.unwrap_or_default(),
            second: None,
            reason: self.reason.unwrap_or_default(),
        };
        let decided = if self.dry_run {
            session.block_on(use_case.try_out(what))?
        } else {
            session.block_on(use_case.decide(what, &signed))?
        };
        let decided = decided.map_err(|error| told(session, &error))?;
        if session.global.json {
            session.console.json_line(&decided)?;
            return Ok(Status::Done);
        }
        let names = session.block_on(async {
            let snapshot = lake.snapshot().await?;
            Names::of_organisations(&snapshot, decided.from).await
        })?;
        let names = names.map_err(|error| session.lake_failure(&error))?;
        show::show(session, &names, &decided)?;
        Ok(Status::Done)
    }
}
