//! Keys of the lake: numbers that are given once and never reused.

macro_rules! keys {
    ($($(#[$meta:meta])* $name:ident($repr:ty);)+) => {$(
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub $repr);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }
    )+};
}

keys! {
    /// One source's record of one thing; facts hang on it. The upper 32 bits are the shard it was
    /// born in, the lower 32 its number there.
    SubjectKey(i64);
    /// An asset: what links gather subjects under.
    AssetKey(i64);
    /// The definition of a check.
    CheckKey(i32);
    /// A report that was accepted.
    ReportKey(i64);
    /// A source: a tool of an organisation.
    SourceKey(i32);
    /// A placement of facts, never read as an organisation.
    Shard(i32);
    /// A person's decision about identities.
    DecisionKey(i64);
    /// A commit of the lake.
    Commit(i64);
}

impl SubjectKey {
    /// The key of the `number`th subject born in a shard.
    pub fn new(shard: Shard, number: u32) -> Self {
        Self(i64::from(shard.0) << 32 | i64::from(number))
    }

    /// The shard the subject was born in.
    pub fn shard(self) -> Shard {
        Shard((self.0 >> 32) as i32)
    }

    /// The subject's number within its shard, as it stands in coverage bitmaps.
    pub fn number(self) -> u32 {
        self.0 as u32
    }
}

#[cfg(test)]
mod tests {
    use super::{Shard, SubjectKey};

    #[test]
    fn a_subject_key_holds_its_shard_and_number() {
        let key = SubjectKey::new(Shard(7), u32::MAX);
        assert_eq!((key.shard(), key.number()), (Shard(7), u32::MAX));
    }
}
