//! The table of superseded versions, less the keys whose rows say it themselves.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use datafusion::arrow::{
    array::{BooleanArray, RecordBatch},
    compute::filter_record_batch,
};
use yagura_model::id::Commit;

use super::{Compacted, Compaction};
use crate::{
    content, delta, encode,
    error::LakeError,
    row::{Row, RowId},
    rows::SupersededRow,
    scan::{self, Filter},
    superseded::Superseded,
    table::Table,
};

impl Compaction<'_> {
    /// Writes what is left of `superseded`, sorted, in few files. Its rows are many: they stay in
    /// columns.
    pub(super) async fn rewrite_superseded(
        &mut self,
        folded: &BTreeMap<Table, BTreeSet<RowId>>,
        done: &mut Compacted,
    ) -> Result<(), LakeError> {
        let table = Table::Superseded;
        let Some((_, files)) = self.snapshot.open(table).await? else { return Ok(()) };
        let gone: HashMap<i8, &BTreeSet<RowId>> =
            folded.iter().map(|(table, ids)| (table.number(), ids)).collect();
        let nothing = Arc::new(Superseded::nothing(self.store));
        let all = Filter::all();
        let rows = scan::load::<SupersededRow>(self.store, files, &all, &nothing).await?;
        let mut left = Vec::with_capacity(rows.len());
        let mut is_less = false;
        for batch in rows {
            let stay = staying(&batch, &gone)?;
            is_less |= stay.false_count() > 0;
            left.push(match stay.false_count() {
                0 => batch,
                _ => filter_record_batch(&batch, &stay)?,
            });
        }
        if !is_less && files.len() <= 1 {
            return Ok(());
        }
        let at = self.now.as_millisecond();
        let mut actions: Vec<_> = files.iter().map(|file| file.rewritten(table, at)).collect();
        done.files_before += files.len();
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
    gone: &HashMap<i8, &BTreeSet<RowId>>,
) -> Result<BooleanArray, LakeError> {
    let columns = SupersededRow::open(batch, None)?;
    let stays = |number: usize| {
        let row = SupersededRow::at(&columns, number);
        let id = RowId { written_by: Commit(row.old_written_by), row: row.old_row };
        gone.get(&row.of_table).is_none_or(|ids| !ids.contains(&id))
    };
    Ok((0..batch.num_rows()).map(|number| Some(stays(number))).collect())
}
