//! Which rows are wanted, and which rows of a batch those are.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::{
    array::{
        Array, BooleanArray, DictionaryArray, Int8Array, Int32Array, Int64Array, RecordBatch,
        StringArray,
    },
    compute::{cast, filter_record_batch},
    datatypes::{DataType, Int32Type},
    error::ArrowError,
};
use yagura_model::id::{Commit, Shard};

use crate::{delta::DataFile, error::LakeError, keys::Keys};

/// Which rows are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only these shards.
    pub shards: Option<BTreeSet<Shard>>,
    /// Only rows whose integer column has one of these values.
    pub keys: Option<(&'static str, Arc<Keys>)>,
    /// And only rows whose other integer column has one of these.
    pub(crate) also: Option<(&'static str, Arc<Keys>)>,
    /// Only rows whose text column has this value, in any case of ASCII letters.
    pub text: Option<(&'static str, Arc<str>)>,
    /// Only rows whose other text column has one of few values.
    pub one_of: Option<(&'static str, Arc<[&'static str]>)>,
    /// Old versions too, not only those in force.
    pub superseded: bool,
    /// 当時の認識: by what was known at this commit; what came later is as if it never had.
    pub known: Option<Commit>,
}

impl Filter {
    /// All rows in force.
    pub fn all() -> Self {
        Self::default()
    }

    /// The rows in force whose integer column has one of these values.
    pub fn of(column: &'static str, keys: impl IntoIterator<Item = i64>) -> Self {
        Self { keys: Some((column, Arc::new(keys.into_iter().collect()))), ..Self::default() }
    }

    /// The rows in force whose text column has a value, in any case of ASCII letters.
    pub fn named(column: &'static str, value: &str) -> Self {
        Self { text: Some((column, Arc::from(value))), ..Self::default() }
    }

    /// Only rows whose text column has one of few values.
    #[must_use]
    pub fn one_of(mut self, column: &'static str, values: &[&'static str]) -> Self {
        self.one_of = Some((column, Arc::from(values)));
        self
    }

    /// Only in these shards.
    #[must_use]
    pub fn in_shards(mut self, shards: impl IntoIterator<Item = Shard>) -> Self {
        self.shards = Some(shards.into_iter().collect());
        self
    }

    /// Old versions too.
    #[must_use]
    pub fn with_superseded(mut self) -> Self {
        self.superseded = true;
        self
    }

    /// By what was known at a commit; without one by all that is known.
    #[must_use]
    pub fn known_at(mut self, commit: Option<Commit>) -> Self {
        self.known = commit;
        self
    }

    /// Whether it asks for nothing but these columns.
    pub(super) fn names_only(&self, columns: &[String]) -> bool {
        let keys = self.keys.iter().chain(&self.also).map(|(name, _)| *name);
        let texts = self.text.iter().map(|(name, _)| *name);
        let mut names = keys.chain(texts).chain(self.one_of.iter().map(|(name, _)| *name));
        names.all(|name| columns.iter().any(|column| column == name))
    }

    /// The rows of a batch whose columns are as wanted.
    ///
    /// # Errors
    /// If the batch has no such column.
    pub(crate) fn of_batch(&self, batch: &RecordBatch) -> Result<RecordBatch, LakeError> {
        let mut batch = batch.clone();
        for (name, keys) in self.keys.iter().chain(&self.also) {
            batch = only(&batch, name, |column| Ok(held(column, keys)))?;
        }
        if let Some((name, text)) = &self.text {
            let is = |value: &str| value.eq_ignore_ascii_case(text);
            batch = only(&batch, name, |column| said(column, is))?;
        }
        self.of_few(&batch)
    }

    /// Those whose text column has one of few values.
    ///
    /// # Errors
    /// If the batch has no such column.
    pub(super) fn of_few(&self, batch: &RecordBatch) -> Result<RecordBatch, LakeError> {
        let Some((name, values)) = &self.one_of else { return Ok(batch.clone()) };
        only(batch, name, |column| said(column, |value| values.contains(&value)))
    }

    /// Whether rows may be wanted whose key, the column named, lies in a range.
    pub(crate) fn may_want(&self, key: Option<&str>, range: Option<(i64, i64)>) -> bool {
        let (Some(key), Some((low, high))) = (key, range) else { return true };
        self.keys
            .iter()
            .chain(&self.also)
            .all(|(name, keys)| *name != key || keys.any_within(low, high))
    }

    pub(super) fn wants(&self, file: &DataFile) -> bool {
        let shard = match (&self.shards, file.shard) {
            (Some(shards), Some(shard)) => shards.contains(&Shard(shard)),
            _ => true,
        };
        let range = match &self.keys {
            Some((name, keys)) => {
                file.ranges.get(*name).is_none_or(|(low, high)| keys.any_within(*low, *high))
            }
            None => true,
        };
        // A history file holds nothing that is in force now.
        shard && range && (self.superseded || self.known.is_some() || !file.is_history)
    }
}

/// The rows of a batch whose column is as wanted.
fn only(
    batch: &RecordBatch,
    name: &str,
    wanted: impl Fn(&RecordBatch) -> Result<BooleanArray, ArrowError>,
) -> Result<RecordBatch, LakeError> {
    let column = batch.project(&[batch.schema().index_of(name)?])?;
    let wanted = wanted(&column)?;
    Ok(if wanted.true_count() == 0 {
        batch.slice(0, 0)
    } else {
        filter_record_batch(batch, &wanted)?
    })
}

/// Which rows of a batch of one integer column have one of the keys.
pub(super) fn held(batch: &RecordBatch, keys: &Keys) -> BooleanArray {
    let Some(column) = batch.columns().first() else { return all(batch) };
    if let Some(column) = column.as_any().downcast_ref::<Int64Array>() {
        held_of(column.iter(), keys)
    } else if let Some(column) = column.as_any().downcast_ref::<Int32Array>() {
        held_of(column.iter().map(|value| value.map(i64::from)), keys)
    } else if let Some(column) = column.as_any().downcast_ref::<Int8Array>() {
        held_of(column.iter().map(|value| value.map(i64::from)), keys)
    } else {
        all(batch)
    }
}

fn held_of(values: impl Iterator<Item = Option<i64>>, keys: &Keys) -> BooleanArray {
    // Files are sorted: the same key stands in many rows one after another.
    let mut last = (None, false);
    let held = values.map(|value| {
        if last.0 != value {
            last = (value, value.is_some_and(|value| keys.contains(value)));
        }
        last.1
    });
    BooleanArray::from(held.collect::<Vec<bool>>())
}

/// Which rows of a batch of one text column have a value that is wanted. Where values repeat each is
/// asked about once.
pub(super) fn said(
    batch: &RecordBatch,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<BooleanArray, ArrowError> {
    let Some(column) = batch.columns().first() else { return Ok(all(batch)) };
    let keyed = column.as_any().downcast_ref::<DictionaryArray<Int32Type>>();
    let values = cast(keyed.map_or(column, |keyed| keyed.values()), &DataType::Utf8)?;
    let Some(values) = values.as_any().downcast_ref::<StringArray>() else { return Ok(all(batch)) };
    let wanted: Vec<bool> = values.iter().map(|value| value.is_some_and(&is_wanted)).collect();
    let Some(keyed) = keyed else { return Ok(BooleanArray::from(wanted)) };
    let of_key = |key: Option<i32>| wanted.get(usize::try_from(key?).ok()?).copied();
    let wanted = keyed.keys().iter().map(|key| of_key(key).unwrap_or_default());
    Ok(BooleanArray::from(wanted.collect::<Vec<bool>>()))
}

fn all(batch: &RecordBatch) -> BooleanArray {
    BooleanArray::from(vec![true; batch.num_rows()])
}
