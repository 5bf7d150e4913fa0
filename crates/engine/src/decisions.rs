//! What persons decide about assets: the contradictions of identities (名寄せ) that wait for them, merges,
//! splits, states of the life cycle, taking decisions back, and the history of an asset.
//!
//! A decision is one commit: a row of `decisions`, the links it puts in the place of others with what
//! that does to assets and holds, or the state it records. The row numbers the decision, and the commit that wrote it says
//! which links were before and after, so that undoing restores exactly those. Links a person wrote
//! say `person:<number>`; no rule moves them (ADR 0019).

mod conflicts;
mod draft;
mod error;
mod history;
mod id;
mod merge;
mod records;
mod split;
mod state;
mod successor;
#[cfg(test)]
mod tests;
mod undo;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use serde::Serialize;
use yagura_baseline::{identity::Rules, master::Master};
use yagura_lake::{Lake, fail_point};
use yagura_model::{
    Timestamp,
    decision::DecisionKind,
    id::{AssetKey, DecisionKey, SubjectKey},
};

pub use conflicts::{Conflict, Shown, conflicts};
pub(crate) use draft::{count, next};
pub use error::{DecisionError, Later};
pub(crate) use history::said;
pub use history::{Change, DecisionSaid, History, history};
pub use id::{DecisionId, NotDecisionId, NotRecordId, RecordId};
pub use records::RecordSaid;
pub(crate) use records::records;
pub use state::{State, StateRecorded, StateSaid};
pub use successor::successors;

use crate::{browse::assets::AssetId, clock::Clock};
use draft::Draft;

/// The use case.
#[derive(Debug, Clone)]
pub struct Decisions {
    /// Of what.
    pub lake: Lake,
    /// The rules of identity: they say above how many assets a second person must agree.
    pub rules: Rules,
    /// The rules of master records: they say in which state an asset is.
    pub master: Master,
    /// The time.
    pub clock: Clock,
    /// How long to wait for another writer.
    pub wait: Duration,
}

/// Who decides, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Who.
    pub by: String,
    /// The second person who agrees.
    pub second: Option<String>,
    /// Why.
    pub reason: String,
}

/// What is to be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// These assets are one thing: the one known longest is kept.
    Merge(BTreeSet<AssetKey>),
    /// These records of an asset are another thing.
    Split(Split),
    /// An asset is in a state of its life.
    State(State),
    /// A decision was wrong.
    Undo(DecisionKey),
}

/// Records of an asset that are another thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Where the records stand.
    pub asset: AssetKey,
    /// The records.
    pub records: BTreeSet<SubjectKey>,
    /// The asset they belong to; without one they get an asset of their own. The asset they stand on
    /// says of records that wait for a person that they are right there.
    pub into: Option<AssetKey>,
}

/// What a decision did, or would do. Serialises to the stable document of `--json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// Version of this document.
    pub version: u8,
    /// Its number; `None` if it was only tried.
    pub decision: Option<DecisionId>,
    /// What it is.
    pub kind: DecisionKind,
    /// The decision it takes back.
    pub undoes: Option<DecisionId>,
    /// Whether it concerns so many assets that a second person must agree.
    pub needs_second_person: bool,
    /// Where each record it places stood, and stands now.
    pub records: Vec<Placed>,
    /// Assets that are new, or there again.
    pub made: Vec<AssetId>,
    /// Assets that are there no longer.
    pub gone: Vec<AssetId>,
    /// How many records wait for a person no longer.
    pub holds_ended: u64,
    /// How many records wait for a person again.
    pub holds_again: u64,
    /// Records that came since the decision that is taken back: they stay where they are.
    pub came_since: Vec<Placed>,
    /// States that are recorded or taken back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<StateRecorded>,
}

/// A record, where it stood and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Placed {
    /// The record.
    #[serde(flatten)]
    pub record: RecordSaid,
    /// The asset it stood on.
    pub from: AssetId,
    /// The asset it stands on now.
    pub to: AssetId,
}

impl Decisions {
    /// Carries out a decision in one commit.
    ///
    /// # Errors
    /// If it cannot be carried out, for which the error says why and what can be done, or the lake
    /// cannot be written: then nothing is changed.
    pub async fn decide(&self, what: &What, signed: &Signed) -> Result<Decided, DecisionError> {
        let now = self.clock.now();
        let signed = signed.checked()?;
        let mut writer = self.lake.write(self.wait, now).await?;
        let snapshot = Arc::clone(writer.snapshot());
        let mut draft = Draft::new(&snapshot, &self.rules);
        plan(&mut draft, what, now).await?;
        let mut decided = draft.decided(what).await?;
        decided.states = state::recorded(&draft, &self.master, now).await?;
        decided.decision = Some(DecisionId(draft.decision));
        let changes = draft.signed(what, &signed, now)?;
        fail_point("decision.planned");
        writer.commit(changes, now).await?;
        fail_point("decision.done");
        Ok(decided)
    }

    /// What a decision would do. Nothing is written, and nobody need sign.
    ///
    /// # Errors
    /// If it cannot be carried out, or the lake cannot be read.
    pub async fn try_out(&self, what: &What) -> Result<Decided, DecisionError> {
        let snapshot = self.lake.snapshot().await?;
        let mut draft = Draft::new(&snapshot, &self.rules);
        let now = self.clock.now();
        plan(&mut draft, what, now).await?;
        let mut decided = draft.decided(what).await?;
        decided.states = state::recorded(&draft, &self.master, now).await?;
        Ok(decided)
    }
}

async fn plan(draft: &mut Draft<'_>, what: &What, now: Timestamp) -> Result<(), DecisionError> {
    match what {
        What::Merge(assets) => merge::plan(draft, assets).await,
        What::Split(split) => split::plan(draft, split).await,
        What::State(state) => state::plan(draft, state, now).await,
        What::Undo(decision) => undo::plan(draft, *decision).await,
    }
}

impl What {
    /// Its kind.
    pub fn kind(&self) -> DecisionKind {
        match self {
            Self::Merge(_) => DecisionKind::Merge,
            Self::Split(_) => DecisionKind::Split,
            Self::State(_) => DecisionKind::State,
            Self::Undo(_) => DecisionKind::Undo,
        }
    }

    fn undoes(&self) -> Option<DecisionKey> {
        match self {
            Self::Undo(decision) => Some(*decision),
            Self::Merge(_) | Self::Split(_) | Self::State(_) => None,
        }
    }
}

impl Signed {
    /// The same without blanks around.
    pub(crate) fn checked(&self) -> Result<Self, DecisionError> {
        let signed = Self {
            by: self.by.trim().to_owned(),
            second: self.second.as_deref().map(|second| second.trim().to_owned()),
            reason: self.reason.trim().to_owned(),
        };
        if signed.by.is_empty() || signed.reason.is_empty() {
            return Err(DecisionError::Unsigned);
        }
        let folded = |name: &str| name.split_whitespace().collect::<String>().to_lowercase();
        match signed.second.as_deref() {
            Some("") => Err(DecisionError::Unsigned),
            Some(second) if folded(second) == folded(&signed.by) => {
                Err(DecisionError::SamePerson { name: signed.by })
            }
            _ => Ok(signed),
        }
    }
}
