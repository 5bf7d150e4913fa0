//! Going through every row of a table: how rows stand in their files, and who else looks at them.

use std::{collections::HashMap, fs::File, sync::Arc};

use datafusion::{
    arrow::array::RecordBatch,
    parquet::arrow::arrow_reader::{
        ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
        ParquetRecordBatchReaderBuilder,
    },
};
use roaring::RoaringTreemap;
use yagura_model::id::Commit;

use super::{
    State,
    breach::{At, Breaches, Invariant, told},
};
use crate::{
    cell::Cell,
    delta::{self, DataFile},
    encode::Statistics,
    error::LakeError,
    row::{Row, RowId, RowIds, column},
    scan::by_dictionary,
    store::Store,
};

/// Rows read at a time.
const BATCH: usize = 8_192;

/// A row that is looked at.
pub(super) struct Seen<'r, T> {
    pub(super) row: &'r T,
    pub(super) id: RowId,
    /// Whether no other version stands in its place.
    pub(super) in_force: bool,
    path: &'r str,
}

impl<T: Row> Seen<'_, T> {
    /// Where it stands.
    pub(super) fn at(&self) -> At {
        let key = match T::KEY {
            Some(name) => format!("{name} {}", self.row.key()),
            None => format!("commit {} row {}", self.id.written_by, self.id.row),
        };
        At::table(T::TABLE).in_file(self.path).key(key)
    }
}

/// The versions of a table that were superseded and whose files do not say so, each with the shard in
/// which it is said to lie.
pub(super) type Keys = HashMap<RowId, Option<i32>>;

/// A table that is gone through.
pub(super) struct Pass<'a> {
    pub(super) store: &'a Store,
    pub(super) state: &'a State,
    /// What was superseded and whose files do not say so.
    pub(super) keys: &'a Keys,
    /// The last commit.
    pub(super) commit: Commit,
    /// The names of the rows met.
    pub(super) names: RoaringTreemap,
    pub(super) rows: u64,
}

impl Pass<'_> {
    /// Shows every row of the files that can be read.
    pub(super) fn run<T: Row>(
        &mut self,
        found: &mut Breaches,
        mut see: impl FnMut(&Seen<'_, T>, &mut Breaches),
    ) -> Vec<String> {
        let mut broken = Vec::new();
        for file in self.state.readable(T::TABLE) {
            if let Err(error) = self.file::<T>(file, found, &mut see) {
                let at = At::table(T::TABLE).in_file(file.path.as_ref());
                found.add(Invariant::FileReadable, at, told(&error));
                broken.push(file.path.to_string());
            }
        }
        broken
    }

    fn file<T: Row>(
        &mut self,
        file: &DataFile,
        found: &mut Breaches,
        see: &mut impl FnMut(&Seen<'_, T>, &mut Breaches),
    ) -> Result<(), LakeError> {
        let path = file.path.to_string();
        let mut statistics = Statistics::default();
        let mut last = None;
        for batch in open::<T>(self.store, file)? {
            let batch = batch
                .map_err(|error| LakeError::Parquet { path: path.clone(), source: error.into() })?;
            statistics.add(&batch);
            self.batch::<T>(file, &path, &batch, &mut last, found, see)?;
        }
        let (rows, ranges, is_history) = delta::facts(&statistics.to_json());
        let at = || At::table(T::TABLE).in_file(path.as_str());
        if rows != file.rows {
            let detail = format!("it has {rows} rows, the log says {}", file.rows);
            found.add(Invariant::FileStatistics, at(), detail);
        } else if ranges != file.ranges || is_history != file.is_history {
            let detail = "its values are not within the bounds the log says";
            found.add(Invariant::FileStatistics, at(), detail);
        }
        Ok(())
    }

    fn batch<T: Row>(
        &mut self,
        file: &DataFile,
        path: &str,
        batch: &RecordBatch,
        last: &mut Option<(i64, RowId)>,
        found: &mut Breaches,
        see: &mut impl FnMut(&Seen<'_, T>, &mut Breaches),
    ) -> Result<(), LakeError> {
        let (columns, ids) = (T::open(batch, None)?, RowIds::open(batch)?);
        let ends = column::<Option<Commit>>(batch, "superseded_by")?;
        for (place, id) in ids.all().enumerate() {
            let RowId { written_by, row } = id;
            let (value, end) = (T::at(&columns, place), <Option<Commit>>::at(&ends, place));
            let listed = self.keys.get(&id);
            let in_force = end.is_none() && listed.is_none();
            let seen = Seen { row: &value, id, in_force, path };
            self.rows += 1;
            let shard = value.shard().map(|shard| shard.0);
            if shard != file.shard {
                let detail = format!("it lies in shard {:?} and belongs in {shard:?}", file.shard);
                found.add(Invariant::RowShard, seen.at(), detail);
            }
            if let Some(listed) = listed.filter(|listed| **listed != shard) {
                let detail = format!("it is superseded as if it lay in shard {listed:?}");
                found.add(Invariant::SupersededRow, seen.at(), detail);
            }
            let place = (value.key(), id);
            if last.is_some_and(|last| last >= place) {
                found.add(Invariant::RowOrder, seen.at(), "it stands behind a later one");
            }
            *last = Some(place);
            if !self.names.insert(id.number()) {
                let detail = format!("row {row} of commit {written_by} stands there twice");
                found.add(Invariant::RowName, seen.at(), detail);
            }
            let made = Commit(1)..=self.commit;
            if !made.contains(&written_by) || end.is_some_and(|end| !made.contains(&end)) {
                let detail = format!("commit {written_by} is not among those made");
                found.add(Invariant::RowName, seen.at(), detail);
            }
            see(&seen, found);
        }
        Ok(())
    }
}

fn open<T: Row>(store: &Store, file: &DataFile) -> Result<ParquetRecordBatchReader, LakeError> {
    let opened: File = store.open_file(&file.path)?;
    let broken = |source| LakeError::Parquet { path: file.path.to_string(), source };
    let metadata = ArrowReaderMetadata::load(&opened, ArrowReaderOptions::new()).map_err(broken)?;
    let options = ArrowReaderOptions::new().with_schema(by_dictionary::<T>(metadata.schema()));
    let metadata =
        ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options).map_err(broken)?;
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(opened, metadata);
    builder.with_batch_size(BATCH).build().map_err(broken)
}
