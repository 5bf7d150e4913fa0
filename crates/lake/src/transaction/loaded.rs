//! What was read of a table before it is asked for, for many questions at once.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;

use crate::{
    ended::Ended,
    error::LakeError,
    keys::Keys,
    row::{Row, Stored},
    scan::{self, Filter},
};

/// Rows in force of the state a transaction builds on.
#[derive(Debug)]
pub(super) struct Loaded {
    /// All rows whose column has one of these values; `None` is all rows.
    pub(super) keys: Option<(&'static str, Arc<Keys>)>,
    /// With the columns of the row they were read as.
    pub(super) batches: Vec<RecordBatch>,
}

impl Loaded {
    /// Gives the rows wanted as far as they are here, and what has to be asked elsewhere.
    pub(super) fn answer<T: Row>(
        &self,
        filter: Filter,
        rows: &mut Vec<Stored<T>>,
    ) -> Result<Option<Filter>, LakeError> {
        let has = |name: &str| {
            self.batches.iter().all(|batch| batch.schema().column_with_name(name).is_some())
        };
        // Old versions are not here.
        let is_other = filter.superseded || filter.known.is_some();
        if is_other || !T::fields().iter().all(|field| has(field.name())) {
            return Ok(Some(filter));
        }
        let (here, rest) = self.split(filter);
        if let Some(here) = here {
            for batch in &self.batches {
                scan::of_batch(batch, &here, &Ended::default(), |stored| rows.push(stored))?;
            }
        }
        Ok(rest)
    }

    /// What of a filter is not here; `None` if all of it is.
    pub(super) fn beside(&self, filter: Filter) -> Option<Filter> {
        self.split(filter).1
    }

    /// What of a filter is here, and what is not.
    fn split(&self, filter: Filter) -> (Option<Filter>, Option<Filter>) {
        let Some((column, held)) = &self.keys else { return (Some(filter), None) };
        let asked = filter.keys.as_ref().filter(|(name, _)| name == column);
        let Some((_, asked)) = asked else { return (None, Some(filter)) };
        let (here, rest): (Vec<i64>, Vec<i64>) = asked.iter().partition(|key| held.contains(*key));
        let of = |keys: Vec<i64>| {
            let keys = Some((*column, Arc::new(keys.into_iter().collect::<Keys>())));
            Filter { keys, ..filter.clone() }
        };
        let any = |keys: Vec<i64>| (!keys.is_empty()).then(|| of(keys));
        (any(here), any(rest))
    }
}
