//! The table of superseded versions, less the keys whose rows say it themselves.

use std::{collections::HashMap, sync::Arc};

use datafusion::arrow::{
    array::{BooleanArray, RecordBatch},
    compute::filter_record_batch,
};
use roaring::RoaringTreemap;
use yagura_model::id::Commit;

use super::{Compacted, Compaction, Extent, Folded};
use crate::{
    content,
    delta::{self, DataFile},
    encode,
    error::LakeError,
    row::{Row, RowId},
    rows::SupersededRow,
    scan::{self, Filter},
    superseded::Superseded,
    table::Table,
};

/// A file of fewer keys is put together with others whenever some are written anew.
const FEW: u64 = encode::FILE_KEYS as u64 / 2;

impl Compaction<'_> {
    /// Whether `superseded` itself has more files than it should.
    pub(super) async fn has_many_keys(&self, extent: Extent) -> Result<bool, LakeError> {
        let Some((_, files)) = self.snapshot.open(Table::Superseded).await? else {
            return Ok(false);
        };
        let small = files.iter().filter(|file| file.rows < FEW).count();
        let most = if extent == Extent::Due { self.limits.small_files } else { 1 };
        Ok(small > most)
    }

    /// Writes what is left of `superseded`, sorted by shard: the files that lose a key, and the small
    /// ones. Its rows are many: they stay in columns.
    pub(super) async fn rewrite_superseded(
        &mut self,
        folded: &Folded,
        extent: Extent,
        done: &mut Compacted,
    ) -> Result<(), LakeError> {
        let table = Table::Superseded;
        let Some((_, files)) = self.snapshot.open(table).await? else { return Ok(()) };
        let gone: HashMap<i8, &RoaringTreemap> =
            folded.rows.iter().map(|(table, rows)| (table.number(), rows)).collect();
        let of_shards = |file: &DataFile| {
            let range = file.ranges.get("of_shard");
            let within = |low: i64, high: i64| {
                folded.shards.iter().any(|shard| (low..=high).contains(&i64::from(shard.0)))
            };
            range.is_none_or(|(low, high)| within(*low, *high))
        };
        let (nothing, all) = (Arc::new(Superseded::nothing(self.store)), Filter::all());
        let (mut left, mut rewritten, mut is_less) = (Vec::new(), Vec::new(), false);
        for file in files {
            let is_small = file.rows < FEW || extent == Extent::Everything;
            if !is_small && !of_shards(file) {
                continue;
            }
            let of_file = std::slice::from_ref(file);
            let rows = scan::load::<SupersededRow>(self.store, of_file, &all, &nothing);
            let (mut of_file, mut loses) = (Vec::new(), false);
            for batch in rows.await? {
                let stay = staying(&batch, &gone)?;
                loses |= stay.false_count() > 0;
                of_file.push(match stay.false_count() {
                    0 => batch,
                    _ => filter_record_batch(&batch, &stay)?,
                });
            }
            if is_small || loses {
                left.extend(of_file);
                rewritten.push(file);
                is_less |= loses;
            }
        }
        if !is_less && rewritten.len() <= 1 {
            return Ok(());
        }
        let at = self.now.as_millisecond();
        let mut actions: Vec<_> = rewritten.iter().map(|file| file.rewritten(table, at)).collect();
        done.files_before += rewritten.len();
        let encoding = tokio::task::spawn_blocking(move || encode::files(table, &left));
        let encoded = encoding.await.map_err(|error| LakeError::Task(error.to_string()))??;
        for (number, file) in encoded.into_iter().enumerate() {
            let stem = format!("base-{:012}-{number:04}", self.next.number + 1);
            let name = content::file_name(&stem, file.digest);
            actions.push(delta::put(self.store, file, &name, false).await?);
            done.files_after += 1;
        }
        self.commit(table, actions, done).await
    }
}

/// Which rows of a batch are not of versions that are gone.
fn staying(
    batch: &RecordBatch,
    gone: &HashMap<i8, &RoaringTreemap>,
) -> Result<BooleanArray, LakeError> {
    let columns = SupersededRow::open(batch, None)?;
    let stays = |number: usize| {
        let row = SupersededRow::at(&columns, number);
        let id = RowId { written_by: Commit(row.old_written_by), row: row.old_row };
        gone.get(&row.of_table).is_none_or(|ids| !ids.contains(id.number()))
    };
    Ok((0..batch.num_rows()).map(|number| Some(stays(number))).collect())
}
