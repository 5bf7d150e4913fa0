//! Reorganisations (組織改編): organisations move under others, end in others, pass on what they answer
//! for, get other names, on a date.
//!
//! A reorganisation writes rows of organisations and nothing else: whose an asset is follows from them
//! (`tree`), so that it costs the same for ten assets and a million, facts stay where they are, and
//! present and past are both right. It is one commit with a row of `decisions`; taking it back
//! restores exactly the rows that commit replaced (ADR 0027).

mod draft;
mod effects;
mod error;
mod history;
#[cfg(test)]
mod tests;
mod undo;

use std::time::Duration;

use serde::Serialize;
use yagura_baseline::{master::Master, model::Model};
use yagura_lake::{Changes, Lake, Snapshot, rows::DecisionRow};
use yagura_model::{
    Timestamp, decision::DecisionKind, id::DecisionKey, organisation::OrganisationCode,
};

pub use effects::{ClassCount, Effects, LineChange, OrganisationChange, Side, SourceGoesOn, Sum};
pub use error::ReorganisationError;
pub use history::{Interval, Life, Passed, Step, StepChange, history};

use crate::{
    clock::Clock,
    decisions::{self, DecisionId, Signed},
};
use draft::Draft;

/// The use case.
#[derive(Debug, Clone)]
pub struct Reorganisation {
    /// Of what.
    pub lake: Lake,
    /// By which model points are told.
    pub model: Model,
    /// What says whose an asset is.
    pub master: Master,
    /// The time.
    pub clock: Clock,
    /// How long to wait for another writer.
    pub wait: Duration,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// An organisation stands under another from a time on, or at the top.
    Move {
        /// Which.
        organisation: OrganisationCode,
        /// Under which; `None` is at the top.
        under: Option<OrganisationCode>,
        /// Since when.
        from: Timestamp,
    },
    /// Organisations end, and another answers for all they answered for; what stands right below them
    /// stands under it.
    Merge {
        /// Which end.
        organisations: Vec<OrganisationCode>,
        /// In which.
        into: OrganisationCode,
        /// When.
        from: Timestamp,
    },
    /// What an organisation answers for passes to another; it goes on itself.
    Pass {
        /// From which.
        organisation: OrganisationCode,
        /// To which.
        to: OrganisationCode,
        /// When.
        from: Timestamp,
    },
    /// An organisation has other names.
    Rename {
        /// Which.
        organisation: OrganisationCode,
        /// In Japanese, if that is another.
        name_ja: Option<String>,
        /// In English, if that is another.
        name_en: Option<String>,
        /// Since when.
        from: Timestamp,
    },
    /// An organisation that answers for nothing ends.
    Abolish {
        /// Which.
        organisation: OrganisationCode,
        /// When.
        from: Timestamp,
    },
    /// A reorganisation was wrong.
    Undo(DecisionKey),
}

/// What a reorganisation did, or would do. Serialises to the stable document of `--json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reorganised {
    /// Version of this document.
    pub version: u8,
    /// Its number; `None` if it was only tried.
    pub decision: Option<DecisionId>,
    /// What it is.
    pub kind: DecisionKind,
    /// The one it takes back.
    pub undoes: Option<DecisionId>,
    /// Since when it holds.
    pub from: Timestamp,
    /// What it changes.
    #[serde(flatten)]
    pub effects: Effects,
}

impl What {
    /// Its kind.
    pub fn kind(&self) -> DecisionKind {
        match self {
            Self::Move { .. } => DecisionKind::Move,
            Self::Merge { .. } => DecisionKind::Absorb,
            Self::Pass { .. } => DecisionKind::Pass,
            Self::Rename { .. } => DecisionKind::Rename,
            Self::Abolish { .. } => DecisionKind::Abolish,
            Self::Undo(_) => DecisionKind::Undo,
        }
    }

    fn undoes(&self) -> Option<DecisionKey> {
        match self {
            Self::Undo(decision) => Some(*decision),
            _ => None,
        }
    }
}

impl Reorganisation {
    /// Carries it out in one commit.
    ///
    /// # Errors
    /// If it cannot be carried out, for which the error says why and what can be done, or the lake
    /// cannot be written: then nothing is changed.
    pub async fn decide(
        &self,
        what: &What,
        signed: &Signed,
    ) -> Result<Reorganised, ReorganisationError> {
        let now = self.clock.now();
        let signed = signed.checked().map_err(ReorganisationError::Signature)?;
        let mut writer = self.lake.write(self.wait, now).await?;
        let snapshot = writer.snapshot().clone();
        let decision = decisions::next(&snapshot);
        let (draft, mut reorganised) = self.plan(&snapshot, what, now).await?;
        reorganised.decision = Some(DecisionId(decision));
        let mut changes = Changes::default();
        decisions::count(decision, &mut changes);
        changes.decisions.push(DecisionRow {
            decision,
            kind: what.kind().number() as i8,
            decided_by: signed.by,
            second_person: signed.second.unwrap_or_default(),
            reason: signed.reason,
            decided_at: now,
            undoes: what.undoes(),
            assets: Vec::new(),
            subjects: Vec::new(),
            apart: Vec::new(),
        });
        draft.write(&mut changes);
        writer.commit(changes, now).await?;
        Ok(reorganised)
    }

    /// What it would do. Nothing is written, and nobody need sign.
    ///
    /// # Errors
    /// If it cannot be carried out, or the lake cannot be read.
    pub async fn try_out(&self, what: &What) -> Result<Reorganised, ReorganisationError> {
        let snapshot = self.lake.snapshot().await?;
        let (_, reorganised) = self.plan(&snapshot, what, self.clock.now()).await?;
        Ok(reorganised)
    }

    async fn plan(
        &self,
        snapshot: &Snapshot,
        what: &What,
        now: Timestamp,
    ) -> Result<(Draft, Reorganised), ReorganisationError> {
        let draft = match what {
            What::Undo(undone) => undo::plan(snapshot, *undone, now).await?,
            _ => Draft::load(snapshot).await?.planned(what)?,
        };
        draft.check()?;
        let effects = effects::effects(snapshot, &self.model, &self.master, &draft, now).await?;
        if let What::Abolish { organisation, .. } = what {
            let organisation = draft.meant(organisation)?;
            if let Some(assets) =
                effects::answers_for(snapshot, self, &draft, &organisation, now).await?
            {
                return Err(ReorganisationError::StillAnswers { organisation, assets });
            }
        }
        let reorganised = Reorganised {
            version: 1,
            decision: None,
            kind: what.kind(),
            undoes: what.undoes().map(DecisionId),
            from: draft.from,
            effects,
        };
        Ok((draft, reorganised))
    }
}
