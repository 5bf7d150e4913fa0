//! Which files are merged.

use std::{collections::BTreeMap, sync::Arc};

use yagura_model::id::Commit;

use super::{Extent, Groups, Limits, merge};
use crate::{
    delta::DataFile, ended::Ended, error::LakeError, snapshot::Snapshot, stands::EndedIn,
    store::Store, table::Table,
};

/// The small files of each shard that are merged, present and history apart.
pub(super) fn small(files: &[DataFile], extent: Extent, limits: &Limits) -> Groups {
    let mut groups = Groups::new();
    for file in files.iter().filter(|file| limits.is_small(file)) {
        groups.entry((file.shard, file.is_history)).or_default().push(file.clone());
    }
    for files in groups.values_mut() {
        let most = if extent == Extent::Due { limits.small_files } else { 1 };
        if files.len() <= most {
            files.clear();
        } else if extent == Extent::Due {
            files.sort_by_key(|file| file.rows);
            let rows: Vec<u64> = files.iter().map(|file| file.rows).collect();
            files.truncate(comparable(&rows));
        }
    }
    groups.retain(|_, files| !files.is_empty());
    groups
}

/// How many of some files, smallest first, are merged: as many as there are without one that is
/// larger than all before it together. What is merged lies in a file of twice its size or more
/// then, and what is not merged is larger than all that is smaller: so a row is written again, and
/// files are left, only as often as a size can be doubled.
fn comparable(rows: &[u64]) -> usize {
    let mut together = 0;
    let mut take = 2;
    for (index, size) in rows.iter().enumerate() {
        if *size <= together {
            take = take.max(index + 1);
        }
        together += size;
    }
    take.min(rows.len())
}

/// The files in force that hold the rows of at least so many keys, the ones with the most keys a
/// byte first, within a bound on their bytes.
pub(super) async fn folds(
    store: &Store,
    snapshot: &Snapshot,
    keys: &BTreeMap<Table, EndedIn>,
    at_least: usize,
    bytes: Option<u64>,
) -> Result<Vec<(Table, DataFile)>, LakeError> {
    let mut tables: Vec<(&Table, &EndedIn)> = keys.iter().collect();
    let count = |keys: &EndedIn| keys.values().map(|keys| keys.len()).sum::<usize>();
    tables.sort_by_key(|(table, keys)| (std::cmp::Reverse(count(keys)), **table));
    let mut found: Vec<(usize, Table, DataFile)> = Vec::new();
    let mut seen = 0;
    for (table, keys) in tables {
        if seen >= at_least {
            break;
        }
        let Some((_, files)) = snapshot.open(*table).await? else { continue };
        for file in files.iter().filter(|file| !file.is_history) {
            let ended = keys.get(&file.shard).filter(|ended| may_hold(file, ended));
            let Some(ended) = ended.map(Arc::clone) else { continue };
            let (store, file) = (store.clone(), file.clone());
            let (hits, file) = tokio::task::spawn_blocking(move || {
                merge::hits(&store, &file, &ended).map(|hits| (hits, file))
            })
            .await
            .map_err(|error| LakeError::Task(error.to_string()))??;
            if hits > 0 {
                seen += hits;
                found.push((hits, *table, file));
            }
        }
    }
    found.sort_by(|(a, _, left), (b, _, right)| {
        let per_byte = |hits: &usize, file: &DataFile| {
            *hits as u128 * 1_000_000 / u128::from(file.size.max(1))
        };
        per_byte(b, right)
            .cmp(&per_byte(a, left))
            .then_with(|| left.path.as_ref().cmp(right.path.as_ref()))
    });
    let (mut folded, mut read) = (0, 0);
    let mut chosen = Vec::new();
    for (hits, table, file) in found {
        if folded >= at_least || bytes.is_some_and(|bytes| read >= bytes) {
            break;
        }
        folded += hits;
        read += file.size;
        chosen.push((table, file));
    }
    Ok(chosen)
}

/// Whether a file may hold a row that ended, by its statistics.
fn may_hold(file: &DataFile, ended: &Ended) -> bool {
    let written_by = file.ranges.get("written_by").copied();
    written_by.is_none_or(|(low, high)| ended.any_of(Commit(low)..=Commit(high)))
}

#[cfg(test)]
mod tests {
    use super::comparable;

    #[test]
    fn a_large_file_is_merged_only_when_the_others_together_are_as_large() {
        let check = |rows: &[u64], expected| assert_eq!(comparable(rows), expected, "{rows:?}");
        check(&[1, 1, 1, 1], 4);
        check(&[1, 1, 1, 1, 100], 4);
        check(&[1, 1, 1, 1, 4, 8, 17], 6);
        check(&[1, 2, 4, 8], 2);
        check(&[1, 1, 5, 6], 4);
        check(&[5, 5], 2);
        check(&[0, 0, 0], 3);
    }

    #[test]
    fn a_row_is_rewritten_a_logarithmic_number_of_times() {
        let mut files: Vec<u64> = Vec::new();
        let (commits, mut written) = (20_000_u64, 0_u64);
        for _ in 0..commits {
            files.push(1);
            if files.len() > 40 {
                files.sort_unstable();
                let merged: u64 = files.drain(..comparable(&files)).sum();
                written += merged;
                files.push(merged);
            }
            assert!(files.len() <= 41);
        }
        assert!(written < commits * 15, "{written} rows for {commits}");
    }
}
