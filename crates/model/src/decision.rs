//! Decisions of persons: which records are one asset, in what state an asset is, and how organisations
//! are reorganised.

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
        /// 移管: an organisation stands under another one.
        Move = 4 => "org_move",
        /// 統合: organisations end, and another answers for what they answered for.
        Absorb = 5 => "org_merge",
        /// 引継ぎ: another organisation answers for the assets of one that goes on.
        Pass = 6 => "org_pass",
        /// 改称: an organisation has other names.
        Rename = 7 => "org_rename",
        /// 廃止: an organisation that answers for nothing ends.
        Abolish = 8 => "org_abolish",
        /// 状態の記録: an asset is in some state of its life since a day.
        State = 9 => "asset_state",
    }
}

impl DecisionKind {
    /// Whether it is about organisations (組織改編) and not about assets.
    pub fn is_of_organisations(self) -> bool {
        match self {
            Self::Move | Self::Absorb | Self::Pass | Self::Rename | Self::Abolish => true,
            Self::Merge | Self::Split | Self::Undo | Self::State => false,
        }
    }
}
