//! Indexes in memory: which subjects have a value.
//!
//! What is looked for by a hash may lie in any file of a table. Whoever looks once reads the column;
//! whoever looks again and again in one process is better served by an index, which names the
//! subjects, by which files are sorted. It holds the values of all versions ever written, so that it
//! serves every snapshot and what was known at any commit. It names more than needed therefore, and
//! what it names is read and tried like everything else.

use std::collections::BTreeMap;
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU32, Ordering},
};

use yagura_model::id::Commit;

use crate::{
    error::LakeError,
    keys::Keys,
    places::KnownPlaces,
    row::{Row, Stored},
    rows::{IdentifierHash, LinkPoint, SubjectHash},
    scan::Filter,
    snapshot::Snapshot,
    table::Table,
};

/// Rows below which a column is read as quickly.
pub(crate) const WORTH_ROWS: u64 = 200_000;

/// How often a column is read before its index is made.
const WORTH_LOOKUPS: u32 = 3;

/// A column that has an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Indexed {
    IdentifierHash,
    SubjectKeyHash,
    LinkAsset,
}

impl Indexed {
    fn of(table: Table, column: &str) -> Option<Self> {
        match (table, column) {
            (Table::Identifiers, "hash") => Some(Self::IdentifierHash),
            (Table::Subjects, "key_hash") => Some(Self::SubjectKeyHash),
            (Table::Links, "asset") => Some(Self::LinkAsset),
            _ => None,
        }
    }

    /// Gives every value written after a commit, with its subject.
    async fn pairs(self, snapshot: &Snapshot, after: Commit) -> Result<Vec<(i64, i64)>, LakeError> {
        match self {
            Self::IdentifierHash => {
                pairs(snapshot, after, |row: &IdentifierHash| Some((row.hash?, row.subject.0)))
                    .await
            }
            Self::SubjectKeyHash => {
                pairs(snapshot, after, |row: &SubjectHash| Some((row.key_hash, row.subject.0)))
                    .await
            }
            Self::LinkAsset => {
                pairs(snapshot, after, |row: &LinkPoint| Some((row.asset.0, row.subject.0))).await
            }
        }
    }
}

async fn pairs<T: Row + Send + 'static>(
    snapshot: &Snapshot,
    after: Commit,
    pair: impl Fn(&T) -> Option<(i64, i64)> + Send + 'static,
) -> Result<Vec<(i64, i64)>, LakeError> {
    let scan = snapshot.scan::<T>(&Filter::all().with_superseded()).await?.written_after(after);
    let reading = tokio::task::spawn_blocking(move || {
        let mut pairs = Vec::new();
        scan.each(None, |stored: Stored<T>| {
            if stored.id.written_by > after {
                pairs.extend(pair(&stored.row));
            }
        })?;
        pairs.sort_unstable();
        pairs.dedup();
        Ok::<_, LakeError>(pairs)
    });
    reading.await.map_err(|error| LakeError::Task(error.to_string()))?
}

/// Pairs of a run that is not put together with others: to do so takes as much room again.
const LONG: usize = 4 << 20;

/// Values with their subjects, in runs of which each is sorted, and long or more than twice as long as
/// the next.
#[derive(Debug)]
struct Index {
    /// The commit up to which it is whole.
    up_to: Commit,
    runs: Vec<Vec<(i64, i64)>>,
}

impl Index {
    fn new() -> Self {
        Self { up_to: Commit(0), runs: Vec::new() }
    }

    fn add(&mut self, mut run: Vec<(i64, i64)>) {
        let small = |last: &Vec<_>, run: &Vec<_>| last.len() < (run.len() * 2).min(LONG);
        while let Some(last) = self.runs.pop_if(|last| small(last, &run)) {
            run = merged(&last, &run);
        }
        if !run.is_empty() {
            self.runs.push(run);
        }
    }

    fn subjects(&self, keys: &Keys) -> Keys {
        let mut subjects = Vec::new();
        for run in &self.runs {
            let mut rest = run.as_slice();
            for key in keys.iter() {
                rest = rest.get(first_from(rest, key)..).unwrap_or_default();
                let of_key = rest.iter().take_while(|(value, _)| *value == key);
                subjects.extend(of_key.map(|(_, subject)| *subject));
            }
        }
        subjects.into_iter().collect()
    }
}

/// The place of the first pair whose value is a key or greater. Keys are asked in order, so that it
/// lies near: it is looked for in steps that double.
fn first_from(pairs: &[(i64, i64)], key: i64) -> usize {
    let less = |at: usize| pairs.get(at).is_some_and(|(value, _)| *value < key);
    let mut step = 1;
    while less(step) {
        step *= 2;
    }
    let (from, to) = (step / 2, (step + 1).min(pairs.len()));
    let between = pairs.get(from..to).unwrap_or_default();
    from + between.partition_point(|(value, _)| *value < key)
}

/// Two sorted runs as one, each pair once.
fn merged(left: &[(i64, i64)], right: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut all = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    loop {
        let next = match (left.peek(), right.peek()) {
            (Some(a), Some(b)) if a <= b => left.next(),
            (Some(_), None) => left.next(),
            _ => right.next(),
        };
        match next {
            Some(pair) if all.last() == Some(pair) => {}
            Some(pair) => all.push(*pair),
            None => return all,
        }
    }
}

/// The indexes of a lake, made when they are worth it.
#[derive(Debug, Default, Clone)]
pub(crate) struct Indexes {
    worth_rows: u64,
    lookups: Arc<AtomicU32>,
    made: Arc<Mutex<BTreeMap<Indexed, Index>>>,
    /// Where in their files the rows of the present lie.
    pub(crate) places: KnownPlaces,
}

impl Indexes {
    /// Indexes of tables that have so many rows.
    pub(crate) fn from(rows: u64) -> Self {
        Self { worth_rows: rows, ..Self::default() }
    }

    /// The same filter by subject, if there is an index of what it asks for.
    pub(crate) async fn narrowed(
        &self,
        snapshot: &Snapshot,
        table: Table,
        filter: &Filter,
    ) -> Result<Option<Filter>, LakeError> {
        let Some((column, keys)) = &filter.keys else { return Ok(None) };
        let Some(indexed) = Indexed::of(table, column) else { return Ok(None) };
        if !self.is_worth(snapshot, table, indexed).await? {
            return Ok(None);
        }
        self.refresh(snapshot, indexed).await?;
        let subjects = self.lock().get(&indexed).map(|index| index.subjects(keys));
        Ok(subjects.map(|subjects| Filter {
            keys: Some(("subject", Arc::new(subjects))),
            also: Some((*column, Arc::clone(keys))),
            ..filter.clone()
        }))
    }

    async fn is_worth(
        &self,
        snapshot: &Snapshot,
        table: Table,
        indexed: Indexed,
    ) -> Result<bool, LakeError> {
        if self.lock().contains_key(&indexed) {
            return Ok(true);
        }
        let Some((_, files)) = snapshot.open(table).await? else { return Ok(false) };
        let rows: u64 = files.iter().map(|file| file.rows).sum();
        Ok(rows >= self.worth_rows && self.lookups.fetch_add(1, Ordering::Relaxed) >= WORTH_LOOKUPS)
    }

    /// Adds what was written since.
    async fn refresh(&self, snapshot: &Snapshot, indexed: Indexed) -> Result<(), LakeError> {
        let up_to = self.lock().get(&indexed).map_or(Commit(0), |index| index.up_to);
        let now = snapshot.commit();
        if up_to >= now {
            return Ok(());
        }
        let new = indexed.pairs(snapshot, up_to).await?;
        let mut made = self.lock();
        let index = made.entry(indexed).or_insert_with(Index::new);
        // Another task may have been faster: then the same is in it twice, which does no harm.
        index.add(new);
        index.up_to = index.up_to.max(now);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Indexed, Index>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use yagura_model::{
        Timestamp,
        id::{AssetKey, Shard, SubjectKey},
    };

    use super::{Index, WORTH_LOOKUPS};
    use crate::{Changes, Lake, Snapshot, keys::Keys, row::Stored, rows::LinkRow, scan::Filter};

    fn link(asset: i64) -> LinkRow {
        LinkRow {
            subject: SubjectKey::new(Shard(1), 1),
            asset: AssetKey(asset),
            valid_from: None,
            valid_to: None,
            decided_by: String::new(),
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_index_serves_older_states_too() {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(folder.path()).unwrap().with_indexes_from(0);
        let now = Timestamp::UNIX_EPOCH;
        let mut writer = lake.write(Duration::ZERO, now).await.unwrap();
        let first = Changes { links: vec![link(7)], ..Changes::default() };
        let first = writer.commit(first, now).await.unwrap();
        let old = lake.snapshot().await.unwrap();
        let rows: Vec<Stored<LinkRow>> = old.read(&Filter::all()).await.unwrap();
        let superseded = rows.iter().map(Stored::version).collect();
        let moved = Changes { links: vec![link(8)], superseded, ..Changes::default() };
        writer.commit(moved, now).await.unwrap();
        let new = lake.snapshot().await.unwrap();

        let count = async |snapshot: &Snapshot, filter: Filter| {
            snapshot.rows::<LinkRow>(&filter).await.unwrap().len()
        };
        // The first lookups read the column, those after them the index.
        for _ in 0..=WORTH_LOOKUPS + 1 {
            let of = |asset| Filter::of("asset", [asset]);
            assert_eq!(count(&new, of(8)).await, 1);
            assert_eq!(count(&new, of(7)).await, 0);
            assert_eq!(count(&new, of(7).with_superseded()).await, 1);
            assert_eq!(count(&new, of(7).known_at(Some(first))).await, 1);
            assert_eq!(count(&old, of(7)).await, 1);
        }
    }

    proptest! {
        #[test]
        fn an_index_names_the_subjects_of_a_value(
            runs in prop::collection::vec(prop::collection::vec((0_i64..50, 0_i64..1000), 0..40), 0..12),
            asked in prop::collection::btree_set(-5_i64..55, 0..20),
        ) {
            let mut index = Index::new();
            for run in &runs {
                let mut run = run.clone();
                run.sort_unstable();
                index.add(run);
            }
            let keys: Keys = asked.iter().copied().collect();
            let all = runs.iter().flatten().filter(|(value, _)| asked.contains(value));
            let wanted: Keys = all.map(|(_, subject)| *subject).collect();
            prop_assert_eq!(index.subjects(&keys), wanted);
            prop_assert!(index.runs.windows(2).all(|two| two[1].len() * 2 <= two[0].len()));
        }
    }
}
