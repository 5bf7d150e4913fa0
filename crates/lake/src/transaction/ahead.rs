//! What was read for a transaction before the commit that comes before it was made.
//!
//! While one commit is made, what the next is going to ask for can be read of the state before both,
//! and be brought up to date by what the commit between them added and ended.

use std::collections::BTreeMap;

use datafusion::arrow::{array::RecordBatch, compute::filter_record_batch};
use yagura_model::id::Commit;

use super::{Loaded, Transaction};
use crate::{
    ended::Ended,
    error::LakeError,
    row::Version,
    scan::{self, Filter},
    table::Table,
};

/// Above so many bytes of new rows a commit is not kept for what was read before it.
const KEPT: usize = 128 << 20;

/// What a transaction that changes nothing read of its state, for one that comes later.
#[derive(Debug)]
pub struct Ahead {
    /// The manifest of the state it was read of.
    manifest: u64,
    loaded: BTreeMap<Table, Vec<Loaded>>,
}

/// What one commit changed.
#[derive(Debug)]
pub(crate) struct Change {
    /// The rows that stand at its end.
    rows: BTreeMap<Table, Vec<RecordBatch>>,
    /// The versions of earlier commits that it ended.
    ended: BTreeMap<Table, Ended>,
}

impl Change {
    /// What a commit changed, if it is so little that it may be kept.
    pub(crate) fn of(
        rows: BTreeMap<Table, Vec<RecordBatch>>,
        ended: &[Version],
        by: Commit,
    ) -> Option<Self> {
        let bytes: usize = rows.values().flatten().map(RecordBatch::get_array_memory_size).sum();
        if bytes > KEPT {
            return None;
        }
        let mut by_commit: BTreeMap<(Table, Commit), Vec<(i32, Commit)>> = BTreeMap::new();
        for Version { table, id, .. } in ended {
            by_commit.entry((*table, id.written_by)).or_default().push((id.row, by));
        }
        let mut ended: BTreeMap<Table, Ended> = BTreeMap::new();
        for ((table, written_by), ends) in by_commit {
            ended.entry(table).or_default().extend(written_by, ends);
        }
        Some(Self { rows, ended })
    }

    /// Brings up what was read of a table before.
    fn bring_up(&self, table: Table, loaded: &mut Loaded) -> Result<(), LakeError> {
        let all = Filter::all();
        for batch in &mut loaded.batches {
            let Some(ended) = self.ended.get(&table) else { break };
            let stand = scan::stand(batch, &all, ended)?;
            if stand.false_count() > 0 {
                *batch = filter_record_batch(batch, &stand)?;
            }
        }
        let wanted = Filter { keys: loaded.keys.clone(), ..all };
        for rows in self.rows.get(&table).into_iter().flatten() {
            let rows = wanted.of_batch(rows)?;
            loaded.batches.extend((rows.num_rows() > 0).then_some(rows));
        }
        Ok(())
    }
}

impl Transaction {
    /// What it read, for a transaction on the same state or on the next.
    pub fn into_ahead(self) -> Ahead {
        Ahead { manifest: self.snapshot.manifest().number, loaded: self.loaded }
    }

    /// Takes over what was read of its state, or of the one before if it is known what changed since.
    /// What is of neither is read again when it is asked for.
    pub(crate) fn know(&mut self, ahead: Ahead) -> Result<(), LakeError> {
        let of_own = ahead.manifest == self.snapshot.manifest().number;
        let change = self.snapshot.change().filter(|(before, _)| *before == ahead.manifest);
        if !of_own && change.is_none() {
            return Ok(());
        }
        for (table, mut loaded) in ahead.loaded {
            for of_keys in &mut loaded {
                change.map(|(_, change)| change.bring_up(table, of_keys)).transpose()?;
            }
            self.loaded.entry(table).or_default().extend(loaded);
        }
        Ok(())
    }
}
