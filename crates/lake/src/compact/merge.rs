//! Merging sorted files into sorted files, as a stream.
//!
//! Memory: of every input one batch of [`BATCH`] rows and the pages it comes from, of the output one
//! row group. An input that is not sorted (nothing writes one) makes the output less sorted and
//! otherwise right.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    fs::File,
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, BooleanArray, Int32Array, Int64Array, RecordBatch},
        compute::{and, filter_record_batch, interleave_record_batch, is_null, not},
    },
    parquet::arrow::{
        ProjectionMask,
        arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder},
    },
};
use deltalake::kernel::Action;
use roaring::RoaringTreemap;
use yagura_model::id::Commit;

use crate::{
    cell::Cell,
    content,
    delta::{self, DataFile},
    encode::{Encoded, Encoder, Packing},
    ended::Ended,
    error::LakeError,
    row::{RowId, RowIds, column},
    store::{Store, StoreFile},
    superseded::Superseded,
    table::Table,
};

/// Rows read and written at a time.
const BATCH: usize = 8_192;

/// What a row is sorted by.
type Key = (i64, RowId);

/// Some files of one shard on their way into others.
pub(super) struct Merge {
    pub(super) store: Store,
    pub(super) table: Table,
    pub(super) shard: Option<i32>,
    pub(super) inputs: Vec<DataFile>,
    /// What was superseded, and by which commit.
    pub(super) keys: Arc<Superseded>,
    /// The names of rows that are deleted.
    pub(super) deleted: Arc<RoaringTreemap>,
    /// How the new files are named, before their number.
    pub(super) name: String,
    /// The number of the first new file.
    pub(super) first: usize,
    pub(super) file_bytes: u64,
}

/// What came of it.
pub(super) struct Merged {
    /// The shard that was merged.
    pub(super) shard: Option<i32>,
    /// What puts the new files into the table.
    pub(super) added: Vec<Action>,
    /// The rows that got what superseded them into their own column.
    pub(super) folded: Vec<RowId>,
    /// The number of the next file.
    next: usize,
}

impl Merge {
    pub(super) fn run(self) -> Result<Merged, LakeError> {
        let mut cursors = Vec::new();
        for input in &self.inputs {
            cursors.push(Cursor::open(&self.store, self.table, input)?);
        }
        let ended = self.keys.of(self.table, self.shard)?;
        let mut present = Output::default();
        let mut history = Output::default();
        let (shard, next) = (self.shard, self.first);
        let mut merged = Merged { shard, added: Vec::new(), folded: Vec::new(), next };
        let mut rest: BinaryHeap<Reverse<(Key, usize)>> = BinaryHeap::new();
        for (index, cursor) in cursors.iter().enumerate() {
            rest.extend(cursor.key().map(|key| Reverse((key, index))));
        }
        let mut taken = Taken::default();
        while let Some(Reverse((_, index))) = rest.pop() {
            let until = rest.peek().map(|Reverse((key, _))| *key);
            let Some(cursor) = cursors.get_mut(index) else { continue };
            while let Some(key) = cursor.key().filter(|key| until.is_none_or(|until| *key <= until))
            {
                debug_assert!(until.is_none_or(|until| key <= until), "the smallest first");
                taken.take(index, cursor);
                cursor.step()?;
                if taken.rows.len() >= BATCH {
                    self.write(
                        (&taken.gather()?, &ended),
                        &mut present,
                        &mut history,
                        &mut merged,
                    )?;
                }
            }
            rest.extend(cursor.key().map(|key| Reverse((key, index))));
        }
        if !taken.rows.is_empty() {
            self.write((&taken.gather()?, &ended), &mut present, &mut history, &mut merged)?;
        }
        for output in [present, history] {
            merged.added.extend(output.finish(&self)?);
        }
        Ok(merged)
    }

    /// Writes rows to where they belong, with what superseded them.
    fn write(
        &self,
        (batch, ended): (&RecordBatch, &Ended),
        present: &mut Output,
        history: &mut Output,
        merged: &mut Merged,
    ) -> Result<(), LakeError> {
        let ends = column::<Option<Commit>>(batch, "superseded_by")?;
        let ids = RowIds::open(batch)?;
        let ends = ids.all().enumerate().map(|(row, id)| {
            let end = <Option<Commit>>::at(&ends, row);
            let Some(by) = ended.get(id) else { return end };
            merged.folded.push(id);
            Some(end.map_or(by, |end| end.min(by)))
        });
        let ends: ArrayRef = Arc::new(ends.map(|end| end.map(|by| by.0)).collect::<Int64Array>());
        let in_force: BooleanArray = is_null(&ends)?;
        let at = batch.schema().index_of("superseded_by")?;
        let mut columns = batch.columns().to_vec();
        if let Some(column) = columns.get_mut(at) {
            *column = ends;
        }
        let batch = RecordBatch::try_new(batch.schema(), columns)?;
        let stays = ids.all().map(|id| !self.deleted.contains(id.number()));
        let stays = BooleanArray::from(stays.collect::<Vec<bool>>());
        let over = and(&not(&in_force)?, &stays)?;
        let in_force = and(&in_force, &stays)?;
        for (output, rows) in [(present, in_force), (history, over)] {
            if rows.true_count() > 0 {
                let rows = filter_record_batch(&batch, &rows)?;
                merged.added.extend(output.write(self, &rows, &mut merged.next)?);
            }
        }
        Ok(())
    }
}

/// One input: where its reading is.
struct Cursor {
    path: String,
    key: Option<&'static str>,
    reader: ParquetRecordBatchReader,
    batch: Option<RecordBatch>,
    keys: Vec<Key>,
    at: usize,
    /// Counts the batches, so that rows of one are told from those of the next.
    turn: usize,
}

impl Cursor {
    fn open(store: &Store, table: Table, file: &DataFile) -> Result<Self, LakeError> {
        let reader = reader(store, file)?.with_batch_size(BATCH).build();
        let path = file.path.to_string();
        let reader = reader.map_err(|source| LakeError::Parquet { path: path.clone(), source })?;
        let mut cursor =
            Self { path, key: table.key(), reader, batch: None, keys: Vec::new(), at: 0, turn: 0 };
        cursor.next_batch()?;
        Ok(cursor)
    }

    fn key(&self) -> Option<Key> {
        self.keys.get(self.at).copied()
    }

    fn step(&mut self) -> Result<(), LakeError> {
        self.at += 1;
        if self.at >= self.keys.len() { self.next_batch() } else { Ok(()) }
    }

    fn next_batch(&mut self) -> Result<(), LakeError> {
        self.batch = None;
        self.keys.clear();
        self.at = 0;
        self.turn += 1;
        let Some(batch) = self.reader.next() else { return Ok(()) };
        let broken = |source: datafusion::arrow::error::ArrowError| LakeError::Parquet {
            path: self.path.clone(),
            source: source.into(),
        };
        let batch = batch.map_err(broken)?;
        let numbers = match self.key {
            Some(name) => numbers(&batch, name)?,
            None => vec![0; batch.num_rows()],
        };
        self.keys.extend(numbers.into_iter().zip(ids(&batch)?));
        self.batch = Some(batch);
        Ok(())
    }
}

/// Rows taken in order and not written yet.
#[derive(Default)]
struct Taken {
    /// Input and turn of each batch that rows were taken of.
    batches: Vec<((usize, usize), RecordBatch)>,
    /// The batch of each input in `batches`.
    places: HashMap<(usize, usize), usize>,
    rows: Vec<(usize, usize)>,
}

impl Taken {
    fn take(&mut self, input: usize, cursor: &Cursor) {
        let Some(batch) = &cursor.batch else { return };
        let of = (input, cursor.turn);
        let place = *self.places.entry(of).or_insert_with(|| {
            self.batches.push((of, batch.clone()));
            self.batches.len() - 1
        });
        self.rows.push((place, cursor.at));
    }

    /// The rows as one batch; nothing is held any longer.
    fn gather(&mut self) -> Result<RecordBatch, LakeError> {
        let batches: Vec<&RecordBatch> = self.batches.iter().map(|(_, batch)| batch).collect();
        let gathered = interleave_record_batch(&batches, &self.rows)?;
        *self = Self::default();
        Ok(gathered)
    }
}

/// The file that is being written; none if there is nothing to write.
#[derive(Default)]
struct Output {
    /// With its name but for the digest.
    file: Option<(String, Encoder<StoreFile>)>,
}

impl Output {
    /// Writes rows; gives the file they end, if they end one.
    fn write(
        &mut self,
        merge: &Merge,
        rows: &RecordBatch,
        number: &mut usize,
    ) -> Result<Option<Action>, LakeError> {
        let (name, mut encoder) = match self.file.take() {
            Some(file) => file,
            None => {
                let name = format!("{}-{:04}", merge.name, *number);
                *number += 1;
                let file = merge.store.create(&delta::path_of(merge.table, merge.shard, &name))?;
                let table = Some(merge.table);
                (name, Encoder::new(file, rows.schema(), Packing::Packed, table)?)
            }
        };
        encoder.write(rows)?;
        let full = encoder.length() as u64 >= merge.file_bytes;
        self.file = Some((name, encoder));
        if full { std::mem::take(self).finish(merge) } else { Ok(None) }
    }

    fn finish(self, merge: &Merge) -> Result<Option<Action>, LakeError> {
        let Some((name, encoder)) = self.file else { return Ok(None) };
        let Encoded { to: file, stats, digest } = encoder.finish()?;
        let name = content::file_name(&name, digest);
        let path = delta::path_of(merge.table, merge.shard, &name);
        let size = file.finish_as(merge.store.locate(&path))?;
        crate::fail_point("compact.file");
        Ok(Some(delta::add(merge.shard, &name, size, stats, !merge.deleted.is_empty())))
    }
}

/// How many rows of a file ended and do not say so.
pub(super) fn hits(store: &Store, file: &DataFile, ended: &Ended) -> Result<usize, LakeError> {
    let builder = reader(store, file)?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), ["written_by", "row"]);
    let broken = |source| LakeError::Parquet { path: file.path.to_string(), source };
    let batches = builder.with_projection(mask).with_batch_size(65_536).build().map_err(broken)?;
    let mut hits = 0;
    for batch in batches {
        let batch = batch.map_err(|source| broken(source.into()))?;
        hits += ended.count(RowIds::open(&batch)?.all());
    }
    Ok(hits)
}

fn reader(
    store: &Store,
    file: &DataFile,
) -> Result<ParquetRecordBatchReaderBuilder<File>, LakeError> {
    let opened = store.open_file(&file.path)?;
    ParquetRecordBatchReaderBuilder::try_new(opened)
        .map_err(|source| LakeError::Parquet { path: file.path.to_string(), source })
}

/// The names of the rows of a batch.
fn ids(batch: &RecordBatch) -> Result<Vec<RowId>, LakeError> {
    Ok(RowIds::open(batch)?.all().collect())
}

/// The values of an integer column without nulls.
fn numbers(batch: &RecordBatch, name: &'static str) -> Result<Vec<i64>, LakeError> {
    let wrong = || LakeError::Shape { found: "another column".to_owned(), wanted: name.to_owned() };
    let column = batch.column_by_name(name).ok_or_else(wrong)?;
    if let Some(column) = column.as_any().downcast_ref::<Int64Array>() {
        Ok(column.values().to_vec())
    } else if let Some(column) = column.as_any().downcast_ref::<Int32Array>() {
        Ok(column.values().iter().map(|value| i64::from(*value)).collect())
    } else {
        Err(wrong())
    }
}
