//! Why a reorganisation was not carried out.

use yagura_lake::LakeError;
use yagura_model::{Timestamp, id::DecisionKey, organisation::OrganisationCode};

use crate::decisions::{DecisionError, DecisionId};

/// Why a reorganisation was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ReorganisationError {
    /// Nobody signed, or one person signed twice.
    #[error(transparent)]
    Signature(DecisionError),
    /// The organisation is not known.
    #[error("the organisation `{0}` is not known")]
    Unknown(OrganisationCode),
    /// The organisation is not there at that time.
    #[error("the organisation `{organisation}` is not there at {at}")]
    NotThere {
        /// Which.
        organisation: OrganisationCode,
        /// When.
        at: Timestamp,
    },
    /// An organisation cannot end or pass anything on when it begins.
    #[error("the organisation `{organisation}` begins at {at}")]
    BeginsThen {
        /// Which.
        organisation: OrganisationCode,
        /// When.
        at: Timestamp,
    },
    /// It passes on what it answers for at that time already.
    #[error("`{organisation}` passes on what it answers for then already")]
    PassesThen {
        /// Which.
        organisation: OrganisationCode,
    },
    /// Something is planned for later of an organisation that is to end.
    #[error("something of `{organisation}` changes at {at}")]
    Later {
        /// Which.
        organisation: OrganisationCode,
        /// When.
        at: Timestamp,
    },
    /// One organisation was named twice.
    #[error("`{0}` was named twice")]
    Same(OrganisationCode),
    /// An organisation would stand above itself.
    #[error("`{organisation}` would stand below itself at {at}")]
    Circle {
        /// Which.
        organisation: OrganisationCode,
        /// When.
        at: Timestamp,
    },
    /// It is as it is to be.
    #[error("nothing of `{0}` would change")]
    Nothing(OrganisationCode),
    /// Organisations stand below one that is to end.
    #[error("`{below}` stands below `{organisation}`")]
    StillAbove {
        /// Which is to end.
        organisation: OrganisationCode,
        /// One of those below.
        below: String,
    },
    /// Assets would have nobody who answers for them.
    #[error("`{organisation}` answers for {assets} assets")]
    StillAnswers {
        /// Which is to end.
        organisation: OrganisationCode,
        /// How many assets.
        assets: u64,
    },
    /// There is no such decision.
    #[error("there is no decision `{}`", DecisionId(*.0))]
    UnknownDecision(DecisionKey),
    /// The decision is about identities or states of assets.
    #[error("`{}` is no reorganisation", DecisionId(*.0))]
    OfAssets(DecisionKey),
    /// It was taken back before.
    #[error("`{}` was taken back by `{}`", DecisionId(*decision), DecisionId(*by))]
    AlreadyUndone {
        /// The decision.
        decision: DecisionKey,
        /// The one that took it back.
        by: DecisionKey,
    },
    /// What it did was changed since.
    #[error("`{organisation}` was changed since `{}`", DecisionId(*decision))]
    ChangedSince {
        /// The decision to be taken back.
        decision: DecisionKey,
        /// An organisation it changed.
        organisation: String,
        /// The decision that changed it since; `None` is a register.
        by: Option<DecisionKey>,
    },
    /// The lake could not be read or written.
    #[error(transparent)]
    Lake(#[from] LakeError),
}
