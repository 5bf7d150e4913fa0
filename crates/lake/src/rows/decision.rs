//! What persons decided.

use yagura_model::{
    Timestamp,
    id::{AssetKey, DecisionKey},
};

use crate::row::row;

row! {
    /// A person's decision. What it wrote and put others in the place of is that of the commit that
    /// wrote this row: such a commit holds one decision and nothing else.
    pub struct DecisionRow in Decisions keyed by decision {
        /// Its key.
        pub decision: DecisionKey,
        /// What was decided.
        pub kind: i8,
        /// Who decided.
        pub decided_by: String,
        /// The second person who agreed; empty if none was needed.
        pub second_person: String,
        /// Why.
        pub reason: String,
        /// When, by the clock of who wrote it.
        pub decided_at: Timestamp,
        /// The decision it takes back.
        pub undoes: Option<DecisionKey>,
        /// The assets it concerns.
        pub assets: Vec<i64>,
        /// The subjects it placed.
        pub subjects: Vec<i64>,
        /// Of a split, the subjects that those are told apart from.
        pub apart: Vec<i64>,
    }
}

row! {
    /// In which state of its life a person recorded an asset to be.
    pub struct LifeRecordRow in LifeRecords keyed by asset {
        /// The asset.
        pub asset: AssetKey,
        /// The state.
        pub state: i8,
        /// Since when.
        pub since: Timestamp,
        /// The decision.
        pub decision: DecisionKey,
        /// When it was taken, by the clock of who wrote it.
        pub decided_at: Timestamp,
    }
}
