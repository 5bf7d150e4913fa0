//! Why a decision was not carried out.

use yagura_lake::LakeError;
use yagura_model::{
    Timestamp,
    id::{AssetKey, DecisionKey, SubjectKey},
    life_cycle::LifeCycle,
};

use super::{DecisionId, RecordId};
use crate::browse::assets::AssetId;

/// Why a decision was not carried out; nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecisionError {
    /// Nobody signed it, or gave no reason.
    #[error("a decision needs a name and a reason")]
    Unsigned,
    /// The second person is the first.
    #[error("`{name}` cannot be the second person too: name another one")]
    SamePerson {
        /// Who.
        name: String,
    },
    /// It concerns more assets than one person may decide about.
    #[error("{assets} assets at once, more than {limit}, need a second person")]
    SecondPerson {
        /// How many assets.
        assets: usize,
        /// How many one person may decide about.
        limit: u32,
    },
    /// There is no such asset.
    #[error("there is no asset `{}`", AssetId(*asset))]
    UnknownAsset {
        /// Which.
        asset: AssetKey,
    },
    /// The same is recorded already.
    #[error("`{}` is recorded as `{state}` since then already", AssetId(*asset))]
    SameState {
        /// Which.
        asset: AssetKey,
        /// The state.
        state: LifeCycle,
    },
    /// Fewer than two assets were to be merged.
    #[error("a merge needs two assets or more")]
    OneAsset,
    /// Records never cross organisations.
    #[error("`{}` and `{}` belong to different organisations", AssetId(*one), AssetId(*other))]
    Organisations {
        /// An asset.
        one: AssetKey,
        /// An asset of another organisation.
        other: AssetKey,
    },
    /// A device is no person.
    #[error("`{}` and `{}` are of different domains", AssetId(*one), AssetId(*other))]
    Domains {
        /// An asset.
        one: AssetKey,
        /// An asset of another domain.
        other: AssetKey,
    },
    /// No record was named.
    #[error("a split needs a record")]
    NoRecord,
    /// A record stands elsewhere.
    #[error("the record `{}` does not stand on `{}`", RecordId(*record), AssetId(*asset))]
    NotThere {
        /// The record.
        record: SubjectKey,
        /// Where it was said to stand.
        asset: AssetKey,
        /// Where it stands; `None` if there is no such record.
        stands_on: Option<AssetKey>,
    },
    /// All records of an asset were to leave it, and none of them waits for a person.
    #[error("these are all records of `{}`: to join it with another, merge them", AssetId(*asset))]
    AllRecords {
        /// The asset.
        asset: AssetKey,
    },
    /// The records stand there, and none of them waits for a person.
    #[error("the records stand on `{}`, and none of them is held", AssetId(*asset))]
    NothingHeld {
        /// The asset.
        asset: AssetKey,
    },
    /// There is no such decision.
    #[error("there is no decision `{}`", DecisionId(*decision))]
    UnknownDecision {
        /// Which.
        decision: DecisionKey,
    },
    /// A decision is a reorganisation, which is taken back elsewhere.
    #[error("`{}` is a reorganisation", DecisionId(*decision))]
    OfOrganisations {
        /// Which.
        decision: DecisionKey,
    },
    /// A decision was taken back before.
    #[error("`{}` was taken back by `{}`", DecisionId(*decision), DecisionId(*by))]
    AlreadyUndone {
        /// The decision.
        decision: DecisionKey,
        /// The one that took it back.
        by: DecisionKey,
    },
    /// What a decision did was changed since.
    #[error("the record `{}` was moved since `{}`: {later}", RecordId(*record), DecisionId(*decision))]
    ChangedSince {
        /// The decision to be taken back.
        decision: DecisionKey,
        /// A record it placed.
        record: SubjectKey,
        /// What moved it since.
        later: Later,
    },
    /// An asset that a record would go back to went into another.
    #[error("`{}` went into another asset since `{}`: {later}", AssetId(*asset), DecisionId(*decision))]
    GoneSince {
        /// The decision to be taken back.
        decision: DecisionKey,
        /// The asset.
        asset: AssetKey,
        /// What took it away.
        later: Later,
    },
    /// The lake could not be read or written.
    #[error(transparent)]
    Lake(#[from] LakeError),
}

/// What changed something after a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Later {
    /// Another decision.
    Decision(DecisionKey),
    /// A rule.
    Rule {
        /// Which, as the link says it.
        decided_by: String,
        /// When.
        known_at: Option<Timestamp>,
    },
}

impl std::fmt::Display for Later {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Decision(decision) => {
                let decision = DecisionId(*decision);
                write!(f, "by the decision `{decision}`, which must be taken back first")
            }
            Self::Rule { decided_by, .. } => write!(f, "by the rule `{decided_by}`"),
        }
    }
}
