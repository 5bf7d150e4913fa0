//! One visible state of the lake.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use tokio::sync::OnceCell;
use yagura_model::{Timestamp, id::Commit};

use crate::{
    delta::{self, DataFile, OpenTable},
    error::LakeError,
    index::Indexes,
    manifest::Manifest,
    provider::TableFiles,
    row::{Row, Stored, Version},
    rows::CommitRow,
    scan::{self, Filter, Scan},
    store::Store,
    superseded::{Parts, Superseded},
    table::Table,
    transaction::Change,
};

/// A table with its files, shared by all states in which it is the same.
type Opened = Arc<(OpenTable, Vec<DataFile>)>;

/// The lake as one manifest names it: what is committed later does not show.
#[derive(Debug)]
pub struct Snapshot {
    store: Store,
    indexes: Indexes,
    manifest: Manifest,
    tables: BTreeMap<Table, OnceCell<Opened>>,
    superseded: OnceCell<Arc<Superseded>>,
    /// What is known of what stands no longer, before it is asked for.
    ended: Parts,
    /// By what was known then, and the last commit of that time.
    known: Option<(Timestamp, Commit)>,
    /// The manifest it was made of, and what its commit changed, if it is kept.
    change: Option<(u64, Change)>,
}

impl Snapshot {
    pub(crate) fn new(store: Store, indexes: Indexes, manifest: Manifest) -> Self {
        let tables = Table::ALL
            .iter()
            .filter(|table| manifest.tables.contains_key(table.name()))
            .map(|table| (*table, OnceCell::new()))
            .collect();
        let (superseded, ended) = (OnceCell::new(), Parts::default());
        let (known, change) = (None, None);
        Self { store, indexes, manifest, tables, superseded, ended, known, change }
    }

    /// The state that a writer made of this one, so that nothing has to be opened again: the tables it
    /// has open, and what else is as it was. `ended` is what is known of what stands no longer, and
    /// `change` what its commit changed, if that is known.
    pub(crate) fn followed_by(
        &self,
        manifest: Manifest,
        open: &BTreeMap<Table, OpenTable>,
        ended: Parts,
        change: Option<Change>,
    ) -> Self {
        let next = Self::new(self.store.clone(), self.indexes.clone(), manifest);
        let change = change.map(|change| (self.manifest.number, change));
        let next = Self { ended, change, ..next };
        for (table, cell) in &next.tables {
            let Some(expected) = next.manifest.contents.get(table.name()) else { continue };
            let before = self.tables.get(table).and_then(OnceCell::get);
            let same = before.filter(|before| before.0.content == *expected).map(Arc::clone);
            let opened = same.or_else(|| {
                let open = open.get(table).filter(|open| open.content == *expected)?;
                Some(Arc::new((open.clone(), delta::files(*table, open))))
            });
            // It was empty before.
            drop(opened.map(|opened| cell.set(opened)));
        }
        next
    }

    /// What is known of what stands no longer once a commit ended these versions too.
    pub(crate) fn ended_with(&self, ended: &[Version], by: Commit) -> Parts {
        self.superseded.get().map(|superseded| superseded.with(ended, by)).unwrap_or_default()
    }

    /// What its commit changed, by the number of the manifest that commit built on, if it is kept.
    pub(crate) fn change(&self) -> Option<&(u64, Change)> {
        self.change.as_ref()
    }

    /// 当時の認識: the same state by what was known at a time. Whatever is read of it is read so.
    ///
    /// # Errors
    /// `NotKept` if the lake does not keep what was known then; if its commits cannot be read.
    pub async fn as_known_at(self, at: Timestamp) -> Result<Self, LakeError> {
        self.tells_of(at)?;
        let commits: Vec<Stored<CommitRow>> = self.read(&Filter::all()).await?;
        let times: BTreeMap<Commit, Timestamp> = commits
            .into_iter()
            .map(|stored| (stored.id.written_by, stored.row.committed_at))
            .collect();
        let known = times.iter().filter(|(_, committed_at)| **committed_at <= at);
        let last = known.map(|(commit, _)| *commit).max().unwrap_or(Commit(0));
        // Commits are numbered without a gap: one of which the time is kept no longer may have been
        // before the time asked about or after it.
        if last < self.commit() && !times.contains_key(&Commit(last.0 + 1)) {
            let next = times.range(last..).find(|(commit, _)| **commit > last);
            let since = next.map_or(self.committed_at(), |(_, committed_at)| *committed_at);
            return Err(LakeError::NotKept { asked: at, since });
        }
        Ok(Self { known: Some((at, last)), ..self })
    }

    /// The time by whose knowledge it is read, if that was asked for.
    pub fn known_at(&self) -> Option<Timestamp> {
        self.known.map(|(at, _)| at)
    }

    /// The last commit it holds; 0 is the empty lake.
    pub fn commit(&self) -> Commit {
        self.known.map_or(Commit(self.manifest.commit), |(_, commit)| commit)
    }

    /// When the newest commit was made, known or not.
    pub fn committed_at(&self) -> Timestamp {
        self.manifest.time
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// A filter that wants nothing that was not known.
    fn limited(&self, filter: &Filter) -> Filter {
        let known = self.known.map(|(_, commit)| commit);
        let known = [known, filter.known].into_iter().flatten().min();
        filter.clone().known_at(known)
    }

    /// The state itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// How many rows of how many files were given up by repairs: results that need them are
    /// incomplete.
    pub fn lost(&self) -> Lost {
        let files = self.manifest.damage.iter().filter(|damage| !damage.table.is_empty());
        files.fold(Lost::default(), |lost, damage| Lost {
            files: lost.files + 1,
            rows: lost.rows + damage.rows,
        })
    }

    /// A counter; 0 if nothing was counted yet.
    pub fn counter(&self, name: &str) -> i64 {
        self.manifest.counters.get(name).copied().unwrap_or_default()
    }

    /// Opens tables at the same time that are going to be read, so that they need not be opened one
    /// after another when they are.
    ///
    /// # Errors
    /// If the log of one of them cannot be read.
    pub async fn prepare(&self, tables: &[Table]) -> Result<(), LakeError> {
        let superseded = async { self.superseded().await.map(drop) };
        let open = async |table: &Table| self.open(*table).await.map(drop);
        let opened = futures::future::try_join_all(tables.iter().map(open));
        tokio::try_join!(superseded, async { opened.await.map(drop) })?;
        Ok(())
    }

    /// The rows of a table.
    ///
    /// # Errors
    /// If a file cannot be read or is broken; the error names it.
    pub async fn read<T: Row + Send + 'static>(
        &self,
        filter: &Filter,
    ) -> Result<Vec<Stored<T>>, LakeError> {
        let (opened, superseded) = tokio::try_join!(self.open(T::TABLE), self.superseded())?;
        let Some((_, files)) = opened else { return Ok(Vec::new()) };
        let filter = self.limited(filter);
        let narrowed = Box::pin(self.indexes.narrowed(self, T::TABLE, &filter)).await?;
        scan::read(&self.store, files, narrowed.as_ref().unwrap_or(&filter), superseded).await
    }

    /// The rows in force that are wanted, with the columns of `T` and what all tables have, to be
    /// asked again and again.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub(crate) async fn load<T: Row + Send + 'static>(
        &self,
        filter: &Filter,
    ) -> Result<Vec<RecordBatch>, LakeError> {
        let (opened, superseded) = tokio::try_join!(self.open(T::TABLE), self.superseded())?;
        let Some((_, files)) = opened else { return Ok(Vec::new()) };
        let filter = self.limited(filter);
        let narrowed = Box::pin(self.indexes.narrowed(self, T::TABLE, &filter)).await?;
        let filter = narrowed.as_ref().unwrap_or(&filter);
        scan::load::<T>(&self.store, files, filter, superseded).await
    }

    /// The rows in force of a table, without their names.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub async fn rows<T: Row + Send + 'static>(
        &self,
        filter: &Filter,
    ) -> Result<Vec<T>, LakeError> {
        Ok(self.read(filter).await?.into_iter().map(|stored| stored.row).collect())
    }

    /// The rows of a table to be gone through one by one.
    ///
    /// # Errors
    /// If the table's log cannot be read, or what stands no longer.
    pub async fn scan<T: Row>(&self, filter: &Filter) -> Result<Scan<T>, LakeError> {
        let (opened, superseded) = tokio::try_join!(self.open(T::TABLE), self.superseded())?;
        let files = opened.map(|(_, files)| files.as_slice()).unwrap_or_default();
        if T::TABLE.is_sharded() && filter.shards.is_none() && filter.keys.is_none() {
            superseded.prepare().await?;
        }
        Ok(Scan::new(self.store.clone(), files, self.limited(filter), Arc::clone(superseded)))
    }

    /// The files of a table with their rows, bytes and paths from the root of the lake.
    ///
    /// # Errors
    /// If the table's log cannot be read.
    pub async fn files(&self, table: Table) -> Result<Vec<FileEntry>, LakeError> {
        let Some((_, files)) = self.open(table).await? else { return Ok(Vec::new()) };
        let entry = |file: &DataFile| FileEntry {
            path: file.path.to_string(),
            rows: file.rows,
            bytes: file.size,
        };
        Ok(files.iter().map(entry).collect())
    }

    /// The rows of a table that stand, as DataFusion reads them; one that was never written to has
    /// no files.
    pub(crate) async fn provider(&self, table: Table) -> Result<Arc<TableFiles>, LakeError> {
        self.standing(table, self.known.map(|(_, commit)| commit)).await
    }

    /// The same by what was known at a commit, or by all that is.
    pub(crate) async fn standing(
        &self,
        table: Table,
        known: Option<Commit>,
    ) -> Result<Arc<TableFiles>, LakeError> {
        let (opened, superseded) = tokio::try_join!(self.open(table), self.superseded())?;
        let files = opened.map(|(_, files)| files.clone()).unwrap_or_default();
        let ended = superseded.all().await?.remove(&table).unwrap_or_default();
        let subjects = self.open(Table::Subjects).await?.map(|(_, files)| files.as_slice());
        let subjects = subjects.unwrap_or_default().iter().map(|file| file.rows).sum();
        let files = TableFiles::new(self.store.clone(), table, files, ended, known);
        Ok(Arc::new(files.at(self.indexes.places.clone()).of_subjects(subjects)))
    }

    /// A table and its files; `None` if nothing was ever written to it.
    pub(crate) async fn open(
        &self,
        table: Table,
    ) -> Result<Option<&(OpenTable, Vec<DataFile>)>, LakeError> {
        let Some(cell) = self.tables.get(&table) else { return Ok(None) };
        let version = self.manifest.tables.get(table.name()).copied().unwrap_or_default();
        let expected = self.manifest.contents.get(table.name()).copied();
        let open = cell
            .get_or_try_init(|| async {
                let store = self.store.clone();
                // A task of its own: several tables are opened on several threads.
                let opened = tokio::spawn(async move {
                    let open = delta::open(&store, table, version).await?;
                    if expected.is_some_and(|expected| expected != open.content) {
                        return Err(LakeError::OtherFiles { table: table.name(), version });
                    }
                    let files = delta::files(table, &open);
                    Ok::<_, LakeError>(Arc::new((open, files)))
                });
                opened.await.map_err(|error| LakeError::Task(error.to_string()))?
            })
            .await?;
        Ok(Some(&**open))
    }

    /// The versions that other versions stand in the place of and whose files do not say so.
    pub(crate) async fn superseded(&self) -> Result<&Arc<Superseded>, LakeError> {
        self.superseded
            .get_or_try_init(|| async {
                let files = self.open(Table::Superseded).await?.map(|(_, files)| files.clone());
                let files = files.unwrap_or_default();
                let superseded = Superseded::new(self.store.clone(), files, self.ended.clone());
                Ok(Arc::new(superseded))
            })
            .await
    }
}

/// What was given up by repairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Lost {
    /// Files of tables.
    pub files: u64,
    /// Their rows.
    pub rows: u64,
}

/// A file of a table, for `lake stats` and outside readers.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FileEntry {
    /// Path from the root of the lake.
    pub path: String,
    /// Rows in it.
    pub rows: u64,
    /// Its size in bytes.
    pub bytes: u64,
}
