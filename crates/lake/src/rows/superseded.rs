//! Versions that stand no longer, and whose files do not say so.

use yagura_model::id::Shard;

use crate::{
    row::{Version, row},
    superseded::NO_SHARD,
};

row! {
    /// A version of a row that another stands in the place of; the commit is `written_by`.
    pub struct SupersededRow in Superseded keyed by of_shard {
        /// The shard of the old version; -1 in tables that have no shards.
        pub of_shard: Shard,
        /// Number of the table.
        pub of_table: i8,
        /// The commit that wrote the old version.
        pub old_written_by: i64,
        /// Its number there.
        pub old_row: i32,
    }
}

impl SupersededRow {
    /// That a version stands no longer.
    pub(crate) fn of(version: Version) -> Self {
        Self {
            of_shard: version.shard.unwrap_or(NO_SHARD),
            of_table: version.table.number(),
            old_written_by: version.id.written_by.0,
            old_row: version.id.row,
        }
    }
}
