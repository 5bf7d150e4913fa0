//! Where in its file each row lies that is wanted of the present.
//!
//! A file names its rows, and what ended of them is known by name; what is open has no time at which
//! it was resolved. Who asks the same state again and again need not decode names and times each time:
//! what came of them is kept, one bit a row, for as long as nothing else of a file ends.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use datafusion::{
    arrow::{
        array::{BooleanBufferBuilder, RecordBatch},
        buffer::BooleanBuffer,
        compute::is_null,
    },
    parquet::arrow::{ProjectionMask, arrow_reader::ParquetRecordBatchReaderBuilder},
};
use object_store::path::Path;

use crate::{
    delta::DataFile,
    ended::Ended,
    error::LakeError,
    scan::{self, Filter},
    store::Store,
};

/// The column that is empty as long as something is open.
pub(crate) const RESOLVED_AT: &str = "resolved_at";

/// Rows decoded at a time.
const BATCH: usize = 65_536;

/// Most rows of which the places are kept: 64 MB of them.
const KEPT: usize = 1 << 29;

/// Which rows of the present are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Wanted {
    /// Those that stand.
    Standing,
    /// Those of them that are open.
    Open,
}

/// The rows wanted of one file.
#[derive(Debug)]
pub(crate) struct Places {
    /// One bit for each row of the file, in order.
    pub(crate) rows: BooleanBuffer,
    /// How many are wanted.
    pub(crate) count: usize,
}

/// What was worked out, for all states of a lake that one process looks at.
#[derive(Debug, Default, Clone)]
pub(crate) struct KnownPlaces {
    kept: Arc<Mutex<Kept>>,
}

/// The places in files, by their paths.
#[derive(Debug, Default)]
struct Kept {
    known: HashMap<(Path, Wanted), Known>,
    /// Rows of all of them.
    rows: usize,
}

impl Kept {
    /// Keeps those of one file, and nothing else any more if they are too many: what is of no state any
    /// longer goes with all others.
    fn keep(&mut self, of: (Path, Wanted), known: Known) {
        self.rows += known.places.rows.len();
        if let Some(before) = self.known.insert(of, known) {
            self.rows -= before.places.rows.len();
        }
        if self.rows > KEPT {
            *self = Self::default();
        }
    }
}

/// The places in a file by what ended in its shard.
#[derive(Debug)]
struct Known {
    ended: Option<Arc<Ended>>,
    places: Arc<Places>,
}

impl KnownPlaces {
    /// The rows wanted of a file, of which something may have ended. May read the file: to be called
    /// where a thread may wait.
    ///
    /// # Errors
    /// If it cannot be read or is broken.
    pub(crate) fn of(
        &self,
        store: &Store,
        file: &DataFile,
        ended: Option<&Arc<Ended>>,
        wanted: Wanted,
    ) -> Result<Arc<Places>, LakeError> {
        let of = (file.path.clone(), wanted);
        if let Some(known) = self.lock().known.get(&of).filter(|known| is_same(&known.ended, ended))
        {
            return Ok(Arc::clone(&known.places));
        }
        let places = Arc::new(read(store, file, ended, wanted)?);
        let known = Known { ended: ended.map(Arc::clone), places: Arc::clone(&places) };
        self.lock().keep(of, known);
        Ok(places)
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_same(known: &Option<Arc<Ended>>, ended: Option<&Arc<Ended>>) -> bool {
    match (known, ended) {
        (Some(known), Some(ended)) => Arc::ptr_eq(known, ended),
        (None, None) => true,
        _ => false,
    }
}

fn read(
    store: &Store,
    file: &DataFile,
    ended: Option<&Arc<Ended>>,
    wanted: Wanted,
) -> Result<Places, LakeError> {
    let broken = |source| LakeError::Parquet { path: file.path.to_string(), source };
    let opened = store.open_file(&file.path)?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(opened).map_err(broken)?;
    let mut columns = Vec::new();
    if ended.is_some() {
        columns.extend(["written_by", "row", "superseded_by"]);
    }
    if wanted == Wanted::Open {
        columns.push(RESOLVED_AT);
    }
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns);
    let builder = builder.with_projection(mask).with_batch_size(BATCH);
    let mut rows = BooleanBufferBuilder::new(usize::try_from(file.rows).unwrap_or_default());
    for batch in builder.build().map_err(broken)? {
        let batch = batch.map_err(|source| broken(source.into()))?;
        rows.append_buffer(&of_batch(&batch, ended, wanted)?);
    }
    let rows = rows.finish();
    Ok(Places { count: rows.count_set_bits(), rows })
}

/// The rows wanted of a batch.
fn of_batch(
    batch: &RecordBatch,
    ended: Option<&Arc<Ended>>,
    wanted: Wanted,
) -> Result<BooleanBuffer, LakeError> {
    let mut rows = BooleanBuffer::new_set(batch.num_rows());
    if let Some(ended) = ended {
        rows = &rows & scan::stand(batch, &Filter::all(), ended)?.values();
    }
    if let Some(resolved) = batch.column_by_name(RESOLVED_AT).filter(|_| wanted == Wanted::Open) {
        rows = &rows & is_null(resolved)?.values();
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use crate::{
        LakeError,
        masters::Masters,
        query::{QueryLimits, query},
        table::Table,
        testing::{at, lake},
        views::AsOf,
    };

    #[tokio::test(flavor = "multi_thread")]
    async fn a_query_that_meets_a_broken_file_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let lake = lake(folder.path(), 4).await;
        let snapshot = lake.snapshot().await.unwrap();
        let files = snapshot.files(Table::Findings).await.unwrap();
        let file = lake.store().locate(&files[0].path.as_str().into());
        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
        let (sql, masters) = ("SELECT count(*) FROM findings", Masters::new(&[], Vec::new()));
        let as_of = AsOf::present(at(4));
        let met = query(&snapshot, sql, as_of, QueryLimits::STANDARD, masters).await;
        let named = |path: &str| *path == files[0].path;
        assert!(matches!(&met, Err(LakeError::Parquet { path, .. }) if named(path)), "{met:?}");
    }
}
