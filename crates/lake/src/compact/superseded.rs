//! The table of superseded versions, less the keys whose rows say it themselves.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use datafusion::arrow::array::{Int32Array, Int64Array, RecordBatch};
use yagura_model::id::Commit;

use super::{Compacted, Compaction};
use crate::{
    content, delta, encode,
    error::LakeError,
    row::{Row, RowId, Stored},
    rows::SupersededRow,
    scan::{self, Filter},
    superseded::Superseded,
    table::Table,
};

impl Compaction<'_> {
    /// Writes what is left of `superseded` as one file.
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
        let rows: Vec<Stored<SupersededRow>> =
            scan::read(self.store, files, &Filter::all(), &nothing).await?;
        let stays = |stored: &Stored<SupersededRow>| {
            let of = &stored.row;
            let id = RowId { written_by: Commit(of.old_written_by), row: of.old_row };
            gone.get(&of.of_table).is_none_or(|ids| !ids.contains(&id))
        };
        let before = rows.len();
        let rows: Vec<Stored<SupersededRow>> = rows.into_iter().filter(stays).collect();
        if rows.len() == before && files.len() <= 1 {
            return Ok(());
        }
        let at = self.now.as_millisecond();
        let mut actions: Vec<_> = files.iter().map(|file| file.rewritten(table, at)).collect();
        done.files_before += files.len();
        if !rows.is_empty() {
            let file = encode::encode(table, None, &batch(&rows)?)?;
            let stem = format!("base-{:012}-0000", self.next.number + 1);
            let name = content::file_name(&stem, file.digest);
            actions.push(delta::put(self.store, file, &name, false).await?);
            done.files_after += 1;
        }
        self.commit(table, actions, done).await
    }
}

/// The rows with the names they have.
fn batch(rows: &[Stored<SupersededRow>]) -> Result<RecordBatch, LakeError> {
    let own: Vec<SupersededRow> = rows.iter().map(|stored| stored.row.clone()).collect();
    let mut columns = SupersededRow::to_columns(&own);
    let written = rows.iter().map(|stored| Some(stored.id.written_by.0));
    columns.push(Arc::new(written.collect::<Int64Array>()));
    columns.push(Arc::new(rows.iter().map(|stored| Some(stored.id.row)).collect::<Int32Array>()));
    columns.push(Arc::new(Int64Array::from(vec![None; rows.len()])));
    Ok(RecordBatch::try_new(Table::Superseded.file_schema(), columns)?)
}
