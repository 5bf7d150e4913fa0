//! Which pages of a file may hold what is looked for, by the least and the greatest key of each.
//!
//! A row group has sixteen pages of each column or more. Who looks for some neighbours among many
//! subjects decodes the pages they lie in, and of the others nothing.
//!
//! Source: Parquet, page index (parquet-format, PageIndex.md).

use std::ops::Range;

use datafusion::parquet::{
    arrow::arrow_reader::RowSelection,
    file::{metadata::ParquetMetaData, page_index::column_index::ColumnIndexMetaData},
};

use crate::{encode::PAGE, keys::Keys};

/// Files of fewer rows have so few pages that it is not worth to ask which.
pub(super) const WORTH_ROWS: u64 = 4 * PAGE as u64;

/// The rows of some row groups, one after the other, that lie in pages that may hold one of the keys,
/// and how many they are; `None` if the file does not say what its pages hold.
pub(super) fn rows_of(
    metadata: &ParquetMetaData,
    groups: &[usize],
    name: &str,
    keys: &Keys,
) -> Option<(RowSelection, u64)> {
    let (columns, offsets) = (metadata.column_index()?, metadata.offset_index()?);
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut before = 0;
    for group in groups {
        let of_group = metadata.row_groups().get(*group)?;
        let mut columns_of = of_group.columns().iter();
        let column = columns_of.position(|column| column.column_path().string() == name)?;
        let rows = usize::try_from(of_group.num_rows()).ok()?;
        let starts = offsets.get(*group)?.get(column)?.page_locations().iter();
        let starts = starts.map(|page| usize::try_from(page.first_row_index).ok());
        let starts = starts.collect::<Option<Vec<usize>>>()?;
        let ends = starts.iter().skip(1).copied().chain([rows]);
        let ranges = ranges(columns.get(*group)?.get(column)?)?;
        for ((start, end), range) in starts.iter().zip(ends).zip(ranges) {
            if range.is_none_or(|(low, high)| keys.any_within(low, high)) {
                found.push(before + start..before + end);
            }
        }
        before += rows;
    }
    let count = found.iter().map(|rows| rows.len() as u64).sum();
    Some((RowSelection::from_consecutive_ranges(found.into_iter(), before), count))
}

/// The least and the greatest value of each page of a column of integers; `None` of a page without
/// values.
fn ranges(index: &ColumnIndexMetaData) -> Option<Vec<Option<(i64, i64)>>> {
    Some(match index {
        ColumnIndexMetaData::INT64(index) => {
            let values = index.min_values_iter().zip(index.max_values_iter());
            values.map(|(low, high)| low.copied().zip(high.copied())).collect()
        }
        ColumnIndexMetaData::INT32(index) => {
            let values = index.min_values_iter().zip(index.max_values_iter());
            let wide = |value: Option<&i32>| value.map(|value| i64::from(*value));
            values.map(|(low, high)| wide(low).zip(wide(high))).collect()
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, time::Duration};

    use proptest::prelude::*;
    use yagura_model::{
        Timestamp,
        id::{AssetKey, Shard, SubjectKey},
    };

    use datafusion::parquet::{
        arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions},
        file::metadata::PageIndexPolicy,
    };

    use super::rows_of;
    use crate::{
        Changes, Lake, encode::PAGE, keys::Keys, rows::LinkRow, scan::Filter, table::Table,
    };

    const SUBJECTS: u32 = 9 * PAGE as u32;

    /// Links of which each subject has one, but three, which have as many as two pages hold.
    fn links() -> Vec<LinkRow> {
        let of = |number: u32| {
            let asset = AssetKey(i64::from(number));
            let subject = SubjectKey::new(Shard(1), number);
            let row = LinkRow {
                subject,
                asset,
                valid_from: None,
                valid_to: None,
                decided_by: String::new(),
            };
            let rows = if number % 10_000 == 9_999 { 2 * PAGE } else { 1 };
            std::iter::repeat_n(row, rows)
        };
        (0..SUBJECTS).flat_map(of).collect()
    }

    #[test]
    fn who_looks_for_some_subjects_finds_all_their_rows_and_decodes_few_others() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let (lake, snapshot) = runtime.block_on(async {
            let lake = Lake::open(folder.path()).unwrap();
            let mut writer = lake.write(Duration::ZERO, now).await.unwrap();
            let all = Changes { links: links(), ..Changes::default() };
            writer.commit(all, now).await.unwrap();
            drop(writer);
            let snapshot = lake.snapshot().await.unwrap();
            (lake, snapshot)
        });
        let metadata = runtime.block_on(async {
            let (_, files) = snapshot.open(Table::Links).await.unwrap().unwrap();
            let [file] = files.as_slice() else { panic!("{files:?}") };
            let opened = lake.store().open_file(&file.path).unwrap();
            let options =
                ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
            ArrowReaderMetadata::load(&opened, options).unwrap()
        });
        let groups: Vec<usize> = (0..metadata.metadata().num_row_groups()).collect();
        let all = links();
        let near = (0..SUBJECTS, 1_u32..40).prop_map(|(from, count)| from..from + count);
        let apart = prop::collection::vec(0..SUBJECTS + 5, 0..6);
        proptest!(ProptestConfig::with_cases(40), |(near in near, apart in apart)| {
            let places = 2 + apart.len() as u64;
            let wanted: BTreeSet<i64> = near
                .chain(apart)
                .map(|number| SubjectKey::new(Shard(1), number).0)
                .collect();
            let filter = Filter::of("subject", wanted.iter().copied());
            let rows: Vec<LinkRow> = runtime.block_on(snapshot.rows(&filter)).unwrap();
            let expected = all.iter().filter(|row| wanted.contains(&row.subject.0));
            prop_assert!(rows.iter().eq(expected));
            let keys: Keys = wanted.iter().copied().collect();
            let (_, decoded) = rows_of(metadata.metadata(), &groups, "subject", &keys).unwrap();
            // No page but those that a wanted row lies in, or that begin or end beside it.
            let most = rows.len() as u64 + 2 * places * PAGE as u64;
            prop_assert!(decoded <= most, "{decoded} of {}, {most}", all.len());
        });
    }
}
