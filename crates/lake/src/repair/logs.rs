//! A log that cannot be read: made anew of the files that lie there.
//!
//! Which of them belong to the table is told by their rows: a compaction put the rows of some files
//! into a newer one, and no row belongs to a table twice. Whether that was right is told by the sum
//! in the manifest; if it was not, nothing is changed.

use std::collections::BTreeMap;

use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use object_store::{ObjectMeta, path::Path};
use roaring::RoaringTreemap;

use super::{Remedy, Repair};
use crate::{
    content::FileSet,
    delta,
    encode::Statistics,
    error::LakeError,
    manifest::Manifest,
    row::{RowId, RowIds},
    store::Store,
    table::{SHARD, Table},
};

/// A file that may belong to the table.
struct Candidate {
    path: Path,
    /// Its path in the table.
    relative: String,
    size: u64,
    /// What it came from.
    born: Born,
    rows: RoaringTreemap,
    statistics: String,
}

/// What wrote a file; what is later is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Born {
    Commit(i64),
    /// A compaction, by the number of its manifest.
    Base(u64),
}

impl Repair<'_> {
    /// Makes the log of a table anew; says whether it could.
    pub(super) async fn log(
        &mut self,
        table: Table,
        next: &mut Manifest,
    ) -> Result<bool, LakeError> {
        let Some(expected) = next.contents.get(table.name()).copied() else { return Ok(false) };
        let folder = Path::from(delta::folder(table));
        let listed = self.store.list(&folder).await?;
        let (store, commit, number) = (self.store.clone(), next.commit, next.number);
        let look = move || candidates(&store, table, &listed, commit, number);
        let found = tokio::task::spawn_blocking(look)
            .await
            .map_err(|error| LakeError::Task(error.to_string()))?;
        let chosen = if table == Table::Superseded {
            by_time(&found, expected)
        } else {
            let after = next.retained.as_ref();
            let after = after.map(|of| (Born::Commit(of.commit), Born::Base(of.manifest)));
            by_rows(&found, expected, None).or_else(|| by_rows(&found, expected, Some(after?)))
        };
        let Some(chosen) = chosen else { return Ok(false) };
        self.put_aside(&folder.clone().join("_delta_log"))?;
        let mut open = delta::create(&self.store, table).await?;
        let actions = chosen.iter().map(|file| {
            let shard = file.relative.strip_prefix(&format!("{SHARD}="));
            let shard = shard.and_then(|rest| rest.split_once('/')?.0.parse().ok());
            let name = file.path.filename().unwrap_or_default();
            delta::add(shard, name, file.size, file.statistics.clone(), true)
        });
        let version = delta::add_files(table, &mut open, actions.collect()).await?;
        next.tables.insert(table.name().to_owned(), version);
        next.contents.insert(table.name().to_owned(), open.content);
        let rows = chosen.iter().map(|file| file.rows.len()).sum();
        self.note(Remedy::LogRebuilt, Some(table), delta::folder(table), rows);
        Ok(true)
    }
}

/// The files of a table's folder that were there when the manifest was committed.
fn candidates(
    store: &Store,
    table: Table,
    listed: &[ObjectMeta],
    commit: i64,
    number: u64,
) -> Vec<Candidate> {
    let folder = format!("{}/", delta::folder(table));
    let mut found = Vec::new();
    for object in listed {
        let path = &object.location;
        let Some(relative) = path.as_ref().strip_prefix(&folder) else { continue };
        let Some(born) = born(path).filter(|_| !relative.starts_with("_delta_log")) else {
            continue;
        };
        let before = match born {
            Born::Commit(of) => of <= commit,
            Born::Base(of) => of <= number,
        };
        if !before {
            continue;
        }
        // One that cannot be read belongs to the table all the same: its rows are only unknown.
        let unread = || (RoaringTreemap::new(), Statistics::default().to_json());
        let (rows, statistics) = read(store, path).unwrap_or_else(unread);
        found.push(Candidate {
            path: path.clone(),
            relative: relative.to_owned(),
            size: object.size,
            born,
            rows,
            statistics,
        });
    }
    found
}

/// What wrote a file, by its name.
fn born(path: &Path) -> Option<Born> {
    let name = path.filename()?.strip_suffix(".parquet")?;
    match name.strip_prefix("base-") {
        Some(rest) => Some(Born::Base(rest.split_once('-')?.0.parse().ok()?)),
        None => Some(Born::Commit(name.split_once('-')?.0.parse().ok()?)),
    }
}

/// The names of a file's rows, and its statistics.
fn read(store: &Store, path: &Path) -> Option<(RoaringTreemap, String)> {
    let file = store.open_file(path).ok()?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).and_then(|b| b.build()).ok()?;
    let (mut rows, mut statistics) = (RoaringTreemap::new(), Statistics::default());
    for batch in reader {
        let batch = batch.ok()?;
        statistics.add(&batch);
        rows.extend(RowIds::open(&batch).ok()?.all().map(RowId::number));
    }
    Some((rows, statistics.to_json()))
}

/// The newest files that hold no row twice, if they are those expected. A deletion by retention writes
/// a table wholly anew and drops rows: of such a table only files since then count.
fn by_rows(
    found: &[Candidate],
    expected: FileSet,
    after: Option<(Born, Born)>,
) -> Option<Vec<&Candidate>> {
    let counts = |born: Born| match (born, after) {
        (_, None) => true,
        (Born::Commit(_), Some((commit, _))) => born > commit,
        (Born::Base(_), Some((_, base))) => born >= base,
    };
    let mut newest: Vec<&Candidate> = found.iter().filter(|file| counts(file.born)).collect();
    newest.sort_by_key(|file| std::cmp::Reverse(file.born));
    let mut claimed = RoaringTreemap::new();
    let mut chosen = Vec::new();
    for file in newest {
        if claimed.is_disjoint(&file.rows) {
            claimed |= &file.rows;
            chosen.push(file);
        }
    }
    is_expected(&chosen, expected).then_some(chosen)
}

/// What one compaction left and what the commits since wrote, if that is expected: for a table of
/// which compaction drops rows.
fn by_time(found: &[Candidate], expected: FileSet) -> Option<Vec<&Candidate>> {
    let mut by_born: BTreeMap<Born, Vec<&Candidate>> = BTreeMap::new();
    for file in found {
        by_born.entry(file.born).or_default().push(file);
    }
    let bases = by_born.keys().filter(|born| matches!(born, Born::Base(_)));
    let bases = bases.copied().map(Some).chain([None]);
    for base in bases {
        let mut chosen: Vec<&Candidate> = Vec::new();
        chosen.extend(base.and_then(|base| by_born.get(&base)).into_iter().flatten());
        if is_expected(&chosen, expected) {
            return Some(chosen);
        }
        let commits = by_born.iter().rev().filter(|(born, _)| matches!(born, Born::Commit(_)));
        for (_, files) in commits {
            chosen.extend(files);
            if is_expected(&chosen, expected) {
                return Some(chosen);
            }
        }
    }
    None
}

fn is_expected(chosen: &[&Candidate], expected: FileSet) -> bool {
    let mut set = FileSet::default();
    chosen.iter().for_each(|file| set.add(&file.relative, file.size));
    set == expected
}
