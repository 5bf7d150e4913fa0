//! Which rows stand, as a condition in a plan.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::{
    arrow::{
        array::RecordBatch,
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
};

/// Whether a row stands by what was known at a commit, or by all that is.
#[derive(Debug)]
pub(crate) struct Stands {
    ended: Arc<Ended>,
    known: Option<Commit>,
    signature: Signature,
}

impl Stands {
    /// What it asks of a row.
    pub(crate) const COLUMNS: [&str; 3] = ["written_by", "row", "superseded_by"];

    pub(crate) fn new(ended: Arc<Ended>, known: Option<Commit>) -> Self {
        let types = vec![DataType::Int64, DataType::Int32, DataType::Int64];
        Self { ended, known, signature: Signature::exact(types, Volatility::Immutable) }
    }

    /// The condition over rows of a schema.
    pub(crate) fn over(
        self,
        schema: &Schema,
        options: &ConfigOptions,
    ) -> Result<Arc<dyn PhysicalExpr>> {
        let columns = Self::COLUMNS.map(|name| col(name, schema));
        let columns = columns.into_iter().collect::<Result<Vec<_>>>()?;
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
        let field = |(name, array): (&str, &datafusion::arrow::array::ArrayRef)| {
            Field::new(name, array.data_type().clone(), true)
        };
        let fields: Vec<Field> = Self::COLUMNS.into_iter().zip(&arrays).map(field).collect();
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?;
        let filter = Filter::all().known_at(self.known);
        let stand = scan::stand(&batch, &filter, &self.ended);
        let stand =
            stand.map_err(|error| datafusion::error::DataFusionError::External(error.into()))?;
        Ok(ColumnarValue::Array(Arc::new(stand)))
    }
}
