//! Rows: one struct a table, and the columns all tables have.

use datafusion::arrow::{
    array::{ArrayRef, RecordBatch},
    datatypes::Field,
};
use yagura_model::id::{
    AssetKey, CheckKey, Commit, DecisionKey, ReportKey, Shard, SourceKey, SubjectKey,
};

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

impl RowId {
    /// The name as one number.
    pub(crate) fn number(self) -> u64 {
        (self.written_by.0 as u64) << 32 | u64::from(self.row as u32)
    }
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

/// A version of a row that is to stand no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Its table.
    pub table: Table,
    /// Where it lies; `None` in tables that have no shards.
    pub shard: Option<Shard>,
    /// Its name.
    pub id: RowId,
}

impl<T: Row> Stored<T> {
    /// The version, to be superseded.
    pub fn version(&self) -> Version {
        Version { table: T::TABLE, shard: self.row.shard(), id: self.id }
    }
}

/// A row of a table, or a part of its columns for reading.
pub trait Row: Sized {
    /// The table.
    const TABLE: Table;
    /// The column its files are sorted by, an integer; `None` is the order of writing.
    const KEY: Option<&'static str>;
    /// The columns, in order.
    fn fields() -> Vec<Field>;
    /// The columns whose values stand in many rows.
    fn repeating() -> Vec<&'static str>;
    /// The columns of some rows, in the order of [`fields`](Self::fields).
    fn to_columns(rows: &[Self]) -> Vec<ArrayRef>;
    /// Columns as rows are taken from them.
    type Columns;
    /// The columns of a batch that has at least these, by name. `before` are those of the batch
    /// before, of which much may be the same.
    ///
    /// # Errors
    /// `Shape` if a column is missing or of another type.
    fn open(
        batch: &RecordBatch,
        before: Option<&Self::Columns>,
    ) -> Result<Self::Columns, LakeError>;
    /// A row of some columns, which have so many.
    fn at(columns: &Self::Columns, row: usize) -> Self;
    /// The value of the column [`KEY`](Self::KEY); 0 if there is none.
    fn key(&self) -> i64;
    /// The shard the row belongs to; `None` in tables that have no shards.
    fn shard(&self) -> Option<Shard>;
}

/// A value that files can be sorted by.
pub(crate) trait KeyColumn {
    fn number(&self) -> i64;
}

macro_rules! key_columns {
    ($($type:ty: |$value:ident| $number:expr;)+) => {$(
        impl KeyColumn for $type {
            fn number(&self) -> i64 {
                let $value = self;
                $number
            }
        }
    )+};
}

key_columns! {
    i32: |value| i64::from(*value);
    i64: |value| *value;
    SubjectKey: |value| value.0;
    AssetKey: |value| value.0;
    ReportKey: |value| value.0;
    DecisionKey: |value| value.0;
    CheckKey: |value| i64::from(value.0);
    SourceKey: |value| i64::from(value.0);
    Shard: |value| i64::from(value.0);
}

/// One column of a batch.
pub(crate) fn column<T: Cell>(batch: &RecordBatch, name: &str) -> Result<T::Column, LakeError> {
    column_after::<T>(batch, name, None)
}

/// One column of a batch that comes after another.
pub(crate) fn column_after<T: Cell>(
    batch: &RecordBatch,
    name: &str,
    before: Option<&T::Column>,
) -> Result<T::Column, LakeError> {
    let array = batch.column_by_name(name).ok_or_else(|| LakeError::Shape {
        found: "no such column".to_owned(),
        wanted: name.to_owned(),
    })?;
    T::open(array, before)
}

/// The names of the versions in a batch.
pub(crate) struct RowIds {
    written_by: <Commit as Cell>::Column,
    rows: <i32 as Cell>::Column,
}

impl RowIds {
    pub(crate) fn open(batch: &RecordBatch) -> Result<Self, LakeError> {
        let written_by = column::<Commit>(batch, "written_by")?;
        Ok(Self { written_by, rows: column::<i32>(batch, "row")? })
    }

    /// The name of the version in a row.
    pub(crate) fn at(&self, row: usize) -> RowId {
        RowId { written_by: Commit::at(&self.written_by, row), row: i32::at(&self.rows, row) }
    }

    /// All, in order.
    pub(crate) fn all(&self) -> impl Iterator<Item = RowId> {
        (0..self.rows.len()).map(|row| self.at(row))
    }
}

/// Declares the struct of a row and how it stands in Arrow.
///
/// `sharded` names the field whose subject key says the shard and sorts the files, `keyed` the
/// field that sorts the files of a table without shards.
macro_rules! row {
    (
        $(#[$meta:meta])*
        pub struct $name:ident in $table:ident $(sharded by $subject:ident)? $(keyed by $key:ident)? {
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
            #[allow(unused_mut, unused_assignments, clippy::allow_attributes, reason = "the repetition may be empty")]
            const KEY: Option<&'static str> = {
                let mut key = None;
                $(key = Some(stringify!($subject));)?
                $(key = Some(stringify!($key));)?
                key
            };

            fn fields() -> Vec<datafusion::arrow::datatypes::Field> {
                use $crate::cell::Cell;
                vec![$(datafusion::arrow::datatypes::Field::new(
                    stringify!($field),
                    <$type>::data_type(),
                    <$type>::NULLABLE,
                ),)+]
            }

            fn repeating() -> Vec<&'static str> {
                use $crate::cell::Cell;
                let columns = [$((<$type>::REPEATS, stringify!($field)),)+];
                columns.into_iter().filter(|(repeats, _)| *repeats).map(|(_, name)| name).collect()
            }

            fn to_columns(rows: &[Self]) -> Vec<datafusion::arrow::array::ArrayRef> {
                use $crate::cell::Cell;
                vec![$(<$type>::to_array(rows.iter().map(|row| &row.$field)),)+]
            }

            type Columns = ($(<$type as $crate::cell::Cell>::Column,)+);

            fn open(
                batch: &datafusion::arrow::array::RecordBatch,
                before: Option<&Self::Columns>,
            ) -> Result<Self::Columns, $crate::error::LakeError> {
                $(let mut $field = None;)+
                if let Some(columns) = before {
                    ($($field,)+) = {
                        let ($($field,)+) = columns;
                        ($(Some($field),)+)
                    };
                }
                Ok(($($crate::row::column_after::<$type>(batch, stringify!($field), $field)?,)+))
            }

            fn at(columns: &Self::Columns, row: usize) -> Self {
                use $crate::cell::Cell;
                let ($($field,)+) = columns;
                Self { $($field: <$type>::at($field, row),)+ }
            }

            #[allow(unused_mut, unused_assignments, clippy::allow_attributes, reason = "the repetition may be empty")]
            fn key(&self) -> i64 {
                let mut key = 0;
                $(key = $crate::row::KeyColumn::number(&self.$subject);)?
                $(key = $crate::row::KeyColumn::number(&self.$key);)?
                key
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
