//! Compaction: many small files of a table become few that are sorted, and what was superseded
//! moves into files of its own.
//!
//! Rows keep their names (`written_by`, `row`), so nothing that was ever asked of the lake is
//! answered differently. A file's rows get the commit that superseded them into their own column,
//! and the keys that said so leave the table `superseded`: versions in force and history stand in
//! different files, and readers of the present skip the latter.
//!
//! The work is bounded. Small files are merged among themselves, and with a larger one only when
//! together they are as large, so that a row is written again a logarithmic number of times. Files
//! are sorted already, so a merge holds one batch of each and writes as it goes. Nothing is deleted
//! here: a manifest that is still kept may name the files that were replaced (`vacuum`).

mod merge;
mod plan;
mod superseded;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures::StreamExt;
use roaring::RoaringTreemap;
use yagura_model::{Timestamp, id::Shard};

use crate::{
    delta::{self, DataFile, OpenTable},
    error::LakeError,
    fail_point,
    manifest::Manifest,
    retention::Names,
    row::RowId,
    snapshot::Snapshot,
    store::Store,
    superseded::{NO_SHARD, Superseded},
    table::Table,
};
use merge::Merge;

/// How many shards are merged at the same time.
const TOGETHER: usize = 2;

/// The numbers that the files of one merge may have: more than it ever writes.
const FILES_A_MERGE: usize = 10_000;

/// When compaction sets in and how far it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Small files a shard, or a table without shards, may have.
    pub small_files: usize,
    /// Keys that may stand in `superseded` in any case: who goes through a table holds them in memory.
    pub open_keys: usize,
    /// And one for so many rows in force: to take out a key costs a file written anew, with all rows
    /// that stay.
    pub rows_a_key: u64,
    /// About the most bytes of a file; one of half of it or more is no longer small.
    pub file_bytes: u64,
    /// About the most bytes rewritten in one commit to have fewer keys in `superseded`.
    pub folded_bytes: u64,
    /// After so many manifests what no kept manifest names is deleted.
    pub vacuum_every: u64,
}

impl Limits {
    /// 40 small files, 200,000 keys or one for 4 rows, files of 128 MB, 512 MB rewritten, vacuum
    /// after 256 manifests.
    pub const STANDARD: Self = Self {
        small_files: 40,
        open_keys: 200_000,
        rows_a_key: 4,
        file_bytes: 128 << 20,
        folded_bytes: 512 << 20,
        vacuum_every: 256,
    };

    pub(crate) fn is_small(&self, file: &DataFile) -> bool {
        file.size < self.small_bytes()
    }

    fn small_bytes(&self) -> u64 {
        self.file_bytes / 2
    }
}

/// What is to be compacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// What is beyond the limits.
    Due,
    /// Everything that is not as compact as it can be.
    Everything,
}

/// What a compaction did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Compacted {
    /// Tables with other files than before.
    pub tables: usize,
    /// Files that were replaced.
    pub files_before: usize,
    /// Files that replaced them.
    pub files_after: usize,
    /// Keys that left `superseded`.
    pub keys: usize,
}

/// The rows that say now themselves what superseded them, and the shards they lie in.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    pub(crate) rows: BTreeMap<Table, RoaringTreemap>,
    shards: BTreeSet<Shard>,
}

impl Folded {
    fn add(&mut self, table: Table, shard: Option<i32>, rows: &[RowId]) {
        if !rows.is_empty() {
            self.rows.entry(table).or_default().extend(rows.iter().map(|row| row.number()));
            self.shards.insert(shard.map_or(NO_SHARD, Shard));
        }
    }
}

/// The files of a table to be merged, by shard: each list becomes sorted files.
type Groups = BTreeMap<(Option<i32>, bool), Vec<DataFile>>;

/// One compaction on its way into a manifest.
pub(crate) struct Compaction<'a> {
    pub(crate) store: &'a Store,
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) limits: Limits,
    /// The tables the writer has open, at the versions of the manifest.
    pub(crate) open: &'a mut BTreeMap<Table, OpenTable>,
    /// The manifest that will name what is written.
    pub(crate) next: &'a mut Manifest,
    pub(crate) now: Timestamp,
}

impl Compaction<'_> {
    /// Rewrites what the extent says of all tables, or of some and those with too many keys.
    pub(crate) async fn run(
        mut self,
        extent: Extent,
        only: Option<&BTreeSet<Table>>,
    ) -> Result<(Compacted, Folded), LakeError> {
        let wanted = |table: &Table| only.is_none_or(|only| only.contains(table));
        let mut groups: BTreeMap<Table, Groups> = BTreeMap::new();
        let data = || Table::ALL.iter().copied().filter(|table| *table != Table::Superseded);
        for table in data().filter(wanted) {
            if extent == Extent::Everything || self.is_beyond(table).await? {
                let files = self.snapshot.open(table).await?.map_or(&[][..], |(_, files)| files);
                groups.insert(table, plan::small(files, extent, &self.limits));
            }
        }
        let keys = self.snapshot.superseded().await?;
        let open = usize::try_from(keys.keys()).unwrap_or(usize::MAX);
        let enough = match extent {
            Extent::Everything => 0,
            Extent::Due if open <= self.limits.open_keys => open,
            Extent::Due => match self.most_keys().await? {
                most if open > most => most / 2,
                _ => open,
            },
        };
        if open > enough {
            let bound = (extent == Extent::Due).then_some(self.limits.folded_bytes);
            let snapshot = self.snapshot;
            let by_table = keys.all().await?;
            let folds = plan::folds(self.store, snapshot, &by_table, open - enough, bound);
            for (table, file) in folds.await? {
                let files =
                    groups.entry(table).or_default().entry((file.shard, false)).or_default();
                if !files.contains(&file) {
                    files.push(file);
                }
            }
        }
        let (mut done, mut folded) = (Compacted::default(), Folded::default());
        for (table, groups) in groups {
            let with = (keys, &Arc::default());
            self.table((table, groups), with, &mut done, &mut folded).await?;
        }
        let superseded = wanted(&Table::Superseded) && self.has_many_keys(extent).await?;
        if superseded || done.keys > 0 {
            self.rewrite_superseded(&folded, extent, &mut done).await?;
        }
        Ok((done, folded))
    }

    /// Writes tables anew without some of their rows: all files, so that what is older counts no
    /// longer.
    pub(crate) async fn delete(mut self, names: &Names) -> Result<(Compacted, Folded), LakeError> {
        let keys = self.snapshot.superseded().await?;
        let (mut done, mut folded) = (Compacted::default(), Folded::default());
        for (table, deleted) in names {
            let files = self.snapshot.open(*table).await?.map_or(&[][..], |(_, files)| files);
            let mut groups = Groups::new();
            for file in files {
                groups.entry((file.shard, file.is_history)).or_default().push(file.clone());
            }
            self.table((*table, groups), (keys, deleted), &mut done, &mut folded).await?;
        }
        if done.keys > 0 {
            self.rewrite_superseded(&folded, Extent::Everything, &mut done).await?;
        }
        Ok((done, folded))
    }

    /// How many keys may stand in `superseded`, by the rows in force.
    async fn most_keys(&self) -> Result<usize, LakeError> {
        let mut rows = 0;
        for table in Table::ALL.iter().filter(|table| **table != Table::Superseded) {
            let files = self.snapshot.open(*table).await?.map_or(&[][..], |(_, files)| files);
            rows += files.iter().filter(|file| !file.is_history).map(|file| file.rows).sum::<u64>();
        }
        let by_rows = usize::try_from(rows / self.limits.rows_a_key.max(1)).unwrap_or(usize::MAX);
        Ok(by_rows.max(self.limits.open_keys))
    }

    /// Whether a shard of a table has too many small files.
    async fn is_beyond(&self, table: Table) -> Result<bool, LakeError> {
        let Some(open) = self.opened(table).await? else { return Ok(false) };
        let counts = open.small_files(self.limits.small_bytes());
        Ok(counts.values().any(|count| *count > self.limits.small_files))
    }

    async fn opened(&self, table: Table) -> Result<Option<&OpenTable>, LakeError> {
        match self.open.get(&table) {
            Some(open) => Ok(Some(open)),
            None => Ok(self.snapshot.open(table).await?.map(|(open, _)| open)),
        }
    }

    /// Merges the groups of a table, and takes note of the rows that say now themselves what superseded
    /// them.
    async fn table(
        &mut self,
        (table, groups): (Table, Groups),
        (keys, deleted): (&Arc<Superseded>, &Arc<RoaringTreemap>),
        done: &mut Compacted,
        folded: &mut Folded,
    ) -> Result<(), LakeError> {
        let mut actions = Vec::new();
        let groups = groups.into_iter().filter(|(_, inputs)| !inputs.is_empty());
        let mut merges = Vec::new();
        for (number, ((shard, _), inputs)) in groups.enumerate() {
            done.files_before += inputs.len();
            let at = self.now.as_millisecond();
            actions.extend(inputs.iter().map(|file| match deleted.is_empty() {
                true => file.rewritten(table, at),
                false => file.given_up(table, at),
            }));
            merges.push(Merge {
                store: self.store.clone(),
                table,
                shard,
                inputs,
                keys: Arc::clone(keys),
                deleted: Arc::clone(deleted),
                name: format!("base-{:012}", self.next.number + 1),
                first: number * FILES_A_MERGE,
                file_bytes: self.limits.file_bytes,
            });
        }
        let mut merging = futures::stream::iter(merges)
            .map(|merge| tokio::task::spawn_blocking(move || merge.run()))
            .buffered(TOGETHER);
        while let Some(merged) = merging.next().await {
            let merged = merged.map_err(|error| LakeError::Task(error.to_string()))??;
            done.files_after += merged.added.len();
            done.keys += merged.folded.len();
            folded.add(table, merged.shard, &merged.folded);
            actions.extend(merged.added);
            fail_point("compact.merged");
        }
        drop(merging);
        if !actions.is_empty() {
            self.commit(table, actions, done).await?;
        }
        Ok(())
    }

    async fn commit(
        &mut self,
        table: Table,
        actions: Vec<deltalake::kernel::Action>,
        done: &mut Compacted,
    ) -> Result<(), LakeError> {
        let mut open = match self.open.remove(&table) {
            Some(open) => open,
            None => match self.snapshot.open(table).await? {
                Some((open, _)) => open.clone(),
                None => return Ok(()),
            },
        };
        let version = delta::rewrite(table, &mut open, actions, self.limits.file_bytes).await?;
        fail_point("compact.table");
        self.next.tables.insert(table.name().to_owned(), version);
        self.next.contents.insert(table.name().to_owned(), open.content);
        self.open.insert(table, open);
        done.tables += 1;
        Ok(())
    }
}
