//! The life cycle of an asset (ライフサイクル).

use crate::kinds::text_enum;

text_enum! {
    /// The state of an asset. The text is also the value of the attribute `life_cycle`.
    pub enum LifeCycle: u8 {
        /// 運用中: it is in use, or nobody recorded anything else.
        InService = 1 => "in_service",
        /// 保管中: it is kept and not in use.
        InStore = 2 => "in_store",
        /// 予備: it is ready to replace another.
        Spare = 3 => "spare",
        /// 廃棄: it is no more.
        Disposed = 4 => "disposed",
        /// 移管: it went to another body.
        Transferred = 5 => "transferred",
        /// 所在不明: nobody has seen it for longer than its class allows, and no record says why; or
        /// it was recorded as lost.
        Missing = 6 => "missing",
    }
}

impl LifeCycle {
    /// Whether its points count: what is in service, and what nobody can find.
    pub fn counts(self) -> bool {
        match self {
            Self::InService | Self::Missing => true,
            Self::InStore | Self::Spare | Self::Disposed | Self::Transferred => false,
        }
    }

    /// Whether it is gone: nothing of it is here any more.
    pub fn is_gone(self) -> bool {
        matches!(self, Self::Disposed | Self::Transferred)
    }
}
