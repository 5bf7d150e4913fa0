//! What stands of each asset, for the views.
//!
//! Which of several sources' values stands is decided by rules the lake does not know. Who knows
//! them hands over a table for one query: a row an asset, a column a value. [`wanted`] says which
//! values the views of a query show. Likewise it is handed which organisation stands under which.

use std::fmt;
use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{
            ArrayRef, Int64Array, Int64Builder, RecordBatch, StringArray, StringDictionaryBuilder,
            new_null_array,
        },
        datatypes::{DataType, Field, Int32Type, Schema, SchemaRef},
        error::ArrowError,
    },
    datasource::MemTable,
    prelude::SessionContext,
};
use yagura_model::{asset::RelationKind, attribute::names, id::AssetKey};

use crate::{error::LakeError, query::one_select, views::View};

/// A value of an asset that views show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MasterColumn {
    /// The other side of a relation.
    Relation(RelationKind),
    /// The value of an attribute.
    Attribute(&'static str),
    /// Its name.
    Name,
    /// Its class.
    Class,
    /// The state of its life.
    State,
}

impl MasterColumn {
    /// Every column the views stand on.
    pub const ALL: &'static [Self] = &[
        Self::Relation(RelationKind::ManagedBy),
        Self::Relation(RelationKind::UsedBy),
        Self::Relation(RelationKind::OperatedBy),
        Self::Relation(RelationKind::PartOf),
        Self::Attribute(names::OS),
        Self::Attribute(names::OS_VERSION),
        Self::Attribute(names::OWNER),
        Self::Attribute(names::EXPOSURE),
        Self::Attribute(names::LIFE_CYCLE),
        Self::Attribute(names::ENABLED),
        Self::Attribute(names::EMPLOYMENT),
        Self::Attribute(names::MFA),
        Self::Attribute(names::PRIVILEGED),
        Self::Attribute(names::LAST_LOGIN),
        Self::Attribute(names::TRAINED_AT),
        Self::Attribute(names::CONFIDENTIALITY),
        Self::Attribute(names::INTEGRITY),
        Self::Attribute(names::AVAILABILITY),
        Self::Attribute(names::ASSESSED_AT),
        Self::Attribute(names::ENCRYPTED),
        Self::Attribute(names::PERSONAL_DATA),
        Self::Attribute(names::STORED_AT),
        Self::Name,
        Self::Class,
        Self::State,
    ];

    /// Its name in the SQL of the views: that of the relation or attribute, `name`, `class` or `state`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Relation(kind) => kind.as_str(),
            Self::Attribute(name) => name,
            Self::Name => names::NAME,
            Self::Class => names::CLASS,
            Self::State => "state",
        }
    }

    /// What a view calls it, if its SQL stands on it.
    fn called_in(self, view: &View) -> Option<&'static str> {
        let column = match self {
            Self::Class if view.sql.contains("{class_number}") => "{class_number}".to_owned(),
            _ => format!("{{m:{}}}", self.name()),
        };
        let (_, after) = view.sql.split_once(&column)?;
        let (_, alias) = after.split_once(" AS ")?;
        alias.split([',', ' ']).next()
    }
}

/// The values that a query may ask of the views it names; none if it needs no table of them.
///
/// # Errors
/// If it is not one `SELECT` over the views.
pub fn wanted(sql: &str) -> Result<Vec<MasterColumn>, LakeError> {
    let named = one_select(&SessionContext::new(), sql)?;
    let text = sql.to_lowercase().replace("(*)", "()");
    let shown = |column: &MasterColumn| {
        let mut called = named.iter().filter_map(|view| column.called_in(view));
        called.any(|called| may_name(&text, called))
    };
    Ok(MasterColumn::ALL.iter().copied().filter(shown).collect())
}

/// Whether a query, in small letters, may ask for a column: it names it, or all columns (a query that
/// begins with FROM does too), or those that two views share.
fn may_name(sql: &str, column: &str) -> bool {
    let words =
        |word: &str| sql.split(|c: char| !c.is_alphanumeric()).filter(|w| *w == word).count();
    [column, "*", "natural"].iter().any(|text| sql.contains(text))
        || words("from") > words("select")
}

/// What stands of some assets.
pub struct Masters {
    tree: Vec<Standing>,
    assets: Int64Builder,
    columns: Vec<(MasterColumn, StringDictionaryBuilder<Int32Type>)>,
}

/// An organisation and one it stands under, itself at height 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The code of the organisation.
    pub organisation: String,
    /// The code of the one above.
    pub above: String,
    /// How many levels above.
    pub height: i64,
}

impl fmt::Debug for Masters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<&str> = self.columns.iter().map(|(column, _)| column.name()).collect();
        f.debug_struct("Masters").field("columns", &columns).finish_non_exhaustive()
    }
}

impl Masters {
    /// A table of some values, and the tree of organisations.
    pub fn new(columns: &[MasterColumn], tree: Vec<Standing>) -> Self {
        let columns = columns.iter().map(|column| (*column, StringDictionaryBuilder::new()));
        Self { tree, assets: Int64Builder::new(), columns: columns.collect() }
    }

    /// Adds an asset with its values, in the order of the columns.
    pub fn push<'v>(&mut self, asset: AssetKey, values: impl Iterator<Item = Option<&'v str>>) {
        self.assets.append_value(asset.0);
        for ((_, column), value) in self.columns.iter_mut().zip(values) {
            column.append_option(value);
        }
    }

    /// The tree of organisations.
    pub(crate) fn tree(&mut self) -> Result<MemTable, LakeError> {
        let tree = std::mem::take(&mut self.tree);
        let text = |of: fn(&Standing) -> &str| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(tree.iter().map(of)))
        };
        let heights = tree.iter().map(|standing| standing.height);
        let columns: [(&str, ArrayRef); 3] = [
            ("organisation", text(|standing| &standing.organisation)),
            ("above", text(|standing| &standing.above)),
            ("height", Arc::new(Int64Array::from_iter_values(heights))),
        ];
        let batch = RecordBatch::try_from_iter(columns)
            .map_err(|error: ArrowError| LakeError::Task(error.to_string()))?;
        Ok(MemTable::try_new(batch.schema(), vec![vec![batch]])?)
    }

    /// The table, with a column without values for each that was not asked for.
    pub(crate) fn table(mut self) -> Result<MemTable, LakeError> {
        let assets: ArrayRef = Arc::new(self.assets.finish());
        let rows = assets.len();
        let mut arrays = vec![assets];
        for column in MasterColumn::ALL {
            let asked = self.columns.iter_mut().find(|(other, _)| other == column);
            arrays.push(match asked {
                Some((_, values)) => Arc::new(values.finish()),
                None => new_null_array(&text(), rows),
            });
        }
        let schema = schema();
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays)
            .map_err(|error: ArrowError| LakeError::Task(error.to_string()))?;
        // In pieces of a size that an operator takes at once.
        let pieces = (0..rows).step_by(PIECE).map(|at| batch.slice(at, PIECE.min(rows - at)));
        Ok(MemTable::try_new(schema, vec![pieces.collect()])?)
    }
}

/// Rows of a piece of the table.
const PIECE: usize = 8192;

fn text() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

fn schema() -> SchemaRef {
    let asset = Field::new("asset", DataType::Int64, false);
    let columns = MasterColumn::ALL.iter().map(|column| Field::new(column.name(), text(), true));
    Arc::new(Schema::new(std::iter::once(asset).chain(columns).collect::<Vec<_>>()))
}
