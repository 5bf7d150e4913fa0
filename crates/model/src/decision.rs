//! Decisions of persons about identities: which records are one asset.

use crate::kinds::text_enum;

text_enum! {
    /// What a person decided.
    pub enum DecisionKind: u8 {
        /// 統合: several assets are one thing.
        Merge = 1 => "merge",
        /// 分割: records belong to another asset than the one they stood on.
        Split = 2 => "split",
        /// 取消し: an earlier decision is taken back.
        Undo = 3 => "undo",
    }
}
