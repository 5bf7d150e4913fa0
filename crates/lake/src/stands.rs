//! Which rows stand, as a condition in a plan.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, BooleanArray, Int32Array, RecordBatch},
        compute::cast,
        datatypes::{DataType, Field, Schema},
    },
    common::{Result, config::ConfigOptions},
    logical_expr::{
        ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
    },
    physical_expr::{PhysicalExpr, ScalarFunctionExpr, expressions::col},
};
use yagura_model::id::Commit;

use crate::{
    ended::Ended,
    scan::{self, Filter},
    table::SHARD,
};

/// What ended of a table, by shard.
pub(crate) type EndedIn = BTreeMap<Option<i32>, Arc<Ended>>;

/// Whether a row stands by what was known at a commit, or by all that is.
#[derive(Debug)]
pub(crate) struct Stands {
    ended: Arc<EndedIn>,
    is_sharded: bool,
    known: Option<Commit>,
    signature: Signature,
}

impl Stands {
    const COLUMNS: [&str; 3] = ["written_by", "row", "superseded_by"];

    pub(crate) fn new(ended: Arc<EndedIn>, is_sharded: bool, known: Option<Commit>) -> Self {
        let mut types = vec![DataType::Int64, DataType::Int32, DataType::Int64];
        types.extend(is_sharded.then_some(DataType::Int32));
        let signature = Signature::exact(types, Volatility::Immutable);
        Self { ended, is_sharded, known, signature }
    }

    /// What it asks of a row.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &'static str> {
        Self::COLUMNS.into_iter().chain(self.is_sharded.then_some(SHARD))
    }

    /// The condition over rows of a schema.
    pub(crate) fn over(
        self,
        schema: &Schema,
        options: &ConfigOptions,
    ) -> Result<Arc<dyn PhysicalExpr>> {
        let columns = self.columns().map(|name| col(name, schema));
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let function = Arc::new(ScalarUDF::new_from_impl(self));
        let options = Arc::new(options.clone());
        Ok(Arc::new(ScalarFunctionExpr::try_new(function, columns, schema, options)?))
    }
}

impl PartialEq for Stands {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.ended, &other.ended) && self.known == other.known
    }
}

impl Eq for Stands {}

impl Hash for Stands {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.ended).hash(state);
        self.known.hash(state);
    }
}

impl ScalarUDFImpl for Stands {
    fn name(&self) -> &str {
        "stands"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let field =
            |(name, array): (&str, &ArrayRef)| Field::new(name, array.data_type().clone(), true);
        let fields: Vec<Field> = self.columns().zip(&arrays).map(field).collect();
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?;
        let filter = Filter::all().known_at(self.known);
        let mut stand: Vec<bool> = Vec::with_capacity(batch.num_rows());
        for (shard, rows) in runs(&batch)? {
            let ended = self.ended.get(&shard).map(Arc::clone).unwrap_or_default();
            let rows = batch.slice(rows.start, rows.len());
            let rows = scan::stand(&rows, &filter, &ended)
                .map_err(|error| datafusion::error::DataFusionError::External(error.into()))?;
            stand.extend(rows.iter().map(|stands| stands.unwrap_or_default()));
        }
        Ok(ColumnarValue::Array(Arc::new(BooleanArray::from(stand))))
    }
}

/// The shards of some rows, with the rows of each: those of one file follow each other.
fn runs(batch: &RecordBatch) -> Result<Vec<(Option<i32>, Range<usize>)>> {
    let Some(shards) = batch.column_by_name(SHARD) else {
        return Ok(vec![(None, 0..batch.num_rows())]);
    };
    let shards = cast(shards, &DataType::Int32)?;
    let shards = shards.as_any().downcast_ref::<Int32Array>();
    let mut runs: Vec<(Option<i32>, Range<usize>)> = Vec::new();
    for (row, shard) in shards.into_iter().flatten().enumerate() {
        match runs.last_mut() {
            Some((last, rows)) if *last == shard => rows.end = row + 1,
            _ => runs.push((shard, row..row + 1)),
        }
    }
    Ok(runs)
}
