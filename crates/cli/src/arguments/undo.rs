//! Taking a decision back.

use clap::Args;
use yagura_engine::decisions::DecisionId;

/// Which decision is taken back, and who says so in the way of the verb.
#[derive(Debug, Args)]
pub(crate) struct Undo<S: Args> {
    #[arg(value_name = "DECISION")]
    pub(crate) decision: DecisionId,

    #[command(flatten)]
    pub(crate) signature: S,
}
