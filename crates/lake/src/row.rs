//! Rows: one struct a table, and the columns all tables have.

use datafusion::arrow::{
    array::{ArrayRef, RecordBatch},
    datatypes::Field,
};
use yagura_model::id::{Commit, Shard};

use crate::{cell::Cell, error::LakeError, table::Table};

/// What names one version of a row for ever: the commit that wrote it and its number there,
/// counted over all rows the commit wrote to the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId {
    /// The commit.
    pub written_by: Commit,
    /// The number within the commit and table, from 0.
    pub row: i32,
}

/// One version of a row as it stands in the lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored<T> {
    /// Its name.
    pub id: RowId,
    /// The commit that put another version in its place, if one did.
    pub superseded_by: Option<Commit>,
    /// The values.
    pub row: T,
}

/// A row of a table, or a part of its columns for reading.
pub trait Row: Sized {
    /// The table.
    const TABLE: Table;
    /// The columns, in order.
    fn fields() -> Vec<Field>;
    /// The columns of some rows, in the order of [`fields`](Self::fields).
    fn to_columns(rows: &[Self]) -> Vec<ArrayRef>;
    /// The rows of a batch that has at least these columns, by name.
    ///
    /// # Errors
    /// `Shape` if a column is missing or of another type.
    fn from_batch(batch: &RecordBatch) -> Result<Vec<Self>, LakeError>;
    /// The shard the row belongs to; `None` in tables that have no shards.
    fn shard(&self) -> Option<Shard>;
}

/// The values of one column of a batch.
pub(crate) fn column<T: Cell>(batch: &RecordBatch, name: &str) -> Result<Vec<T>, LakeError> {
    let array = batch.column_by_name(name).ok_or_else(|| LakeError::Shape {
        found: "no such column".to_owned(),
        wanted: name.to_owned(),
    })?;
    T::from_array(array)
}

/// Declares the struct of a row and how it stands in Arrow.
///
/// `sharded` names the field whose subject key says the shard.
macro_rules! row {
    (
        $(#[$meta:meta])*
        pub struct $name:ident in $table:ident $(sharded by $subject:ident)? {
            $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)+
        }

        impl $crate::row::Row for $name {
            const TABLE: $crate::table::Table = $crate::table::Table::$table;

            fn fields() -> Vec<datafusion::arrow::datatypes::Field> {
                use $crate::cell::Cell;
                vec![$(datafusion::arrow::datatypes::Field::new(
                    stringify!($field),
                    <$type>::data_type(),
                    <$type>::NULLABLE,
                ),)+]
            }

            fn to_columns(rows: &[Self]) -> Vec<datafusion::arrow::array::ArrayRef> {
                use $crate::cell::Cell;
                vec![$(<$type>::to_array(rows.iter().map(|row| &row.$field)),)+]
            }

            fn from_batch(
                batch: &datafusion::arrow::array::RecordBatch,
            ) -> Result<Vec<Self>, $crate::error::LakeError> {
                $(let mut $field = $crate::row::column::<$type>(batch, stringify!($field))?.into_iter();)+
                let mut rows = Vec::with_capacity(batch.num_rows());
                while let ($(Some($field),)+) = ($($field.next(),)+) {
                    rows.push(Self { $($field,)+ });
                }
                Ok(rows)
            }

            fn shard(&self) -> Option<yagura_model::id::Shard> {
                #[allow(unused_mut, unused_assignments, clippy::allow_attributes, reason = "the repetition may be empty")]
                let mut shard = None;
                $(shard = Some(self.$subject.shard());)?
                shard
            }
        }
    };
}
pub(crate) use row;
