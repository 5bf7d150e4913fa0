//! Cells: how one Rust value stands in an Arrow column.

use std::sync::Arc;

use datafusion::arrow::{
    array::{
        Array, ArrayRef, BinaryArray, BooleanArray, DictionaryArray, Int8Array, Int32Array,
        Int64Array, ListArray, ListBuilder, StringArray, StringBuilder, TimestampMicrosecondArray,
    },
    compute::{cast, max, min},
    datatypes::{ArrowPrimitiveType, DataType, Field, Int32Type, Int64Type, TimeUnit},
};
use yagura_model::{
    Timestamp,
    id::{AssetKey, CheckKey, Commit, DecisionKey, ReportKey, Shard, SourceKey, SubjectKey},
};

use crate::error::LakeError;

/// A value that has a column.
pub trait Cell: Sized {
    /// Whether the column may hold nulls.
    const NULLABLE: bool;
    /// Whether the same values stand in many rows: then each is made once for many.
    const REPEATS: bool = false;
    /// The column's type.
    fn data_type() -> DataType;
    /// The column of some values.
    fn to_array<'a>(values: impl Iterator<Item = &'a Self>) -> ArrayRef
    where
        Self: 'a;
    /// A column as values are taken from it.
    type Column;
    /// Opens a column; its type may be another that casts without loss (string views). `before` is
    /// the same column of the batch before, of which much may be the same.
    ///
    /// # Errors
    /// `Shape` if the column is of another type, or holds nulls or values that may not stand there.
    fn open(array: &ArrayRef, before: Option<&Self::Column>) -> Result<Self::Column, LakeError>;
    /// The value in a row of a column, which has so many.
    fn at(column: &Self::Column, row: usize) -> Self;
}

fn shape(array: &dyn Array, wanted: &DataType) -> LakeError {
    LakeError::Shape { found: array.data_type().to_string(), wanted: wanted.to_string() }
}

/// Casts to the type wanted and hands out the typed array.
fn typed<T: Array + Clone + 'static>(array: &ArrayRef, wanted: &DataType) -> Result<T, LakeError> {
    let same = if array.data_type() == wanted {
        Arc::clone(array)
    } else {
        cast(array, wanted).map_err(|_| shape(array, wanted))?
    };
    same.as_any().downcast_ref::<T>().cloned().ok_or_else(|| shape(array, wanted))
}

/// The same for a column in which each row has a value.
fn whole<T: Array + Clone + 'static>(array: &ArrayRef, wanted: &DataType) -> Result<T, LakeError> {
    let typed = typed::<T>(array, wanted)?;
    if typed.null_count() > 0 {
        return Err(shape(array, wanted));
    }
    Ok(typed)
}

macro_rules! primitive_cells {
    ($($type:ty, $array:ty, $data_type:expr, $to:expr, $from:expr;)+) => {$(
        impl Cell for $type {
            const NULLABLE: bool = false;

            fn data_type() -> DataType {
                $data_type
            }

            fn to_array<'a>(values: impl Iterator<Item = &'a Self>) -> ArrayRef {
                let array: $array = values.map(|value| Some($to(value))).collect();
                Arc::new(with_zone(array))
            }

            type Column = $array;

            fn open(array: &ArrayRef, _: Option<&$array>) -> Result<$array, LakeError> {
                whole::<$array>(array, &Self::data_type()).and_then(Values::checked)
            }

            fn at(column: &$array, row: usize) -> Self {
                $from(column.value(row))
            }
        }

        impl Cell for Option<$type> {
            const NULLABLE: bool = true;

            fn data_type() -> DataType {
                $data_type
            }

            fn to_array<'a>(values: impl Iterator<Item = &'a Self>) -> ArrayRef {
                let array: $array = values.map(|value| value.as_ref().map($to)).collect();
                Arc::new(with_zone(array))
            }

            type Column = $array;

            fn open(array: &ArrayRef, _: Option<&$array>) -> Result<$array, LakeError> {
                typed::<$array>(array, &<$type>::data_type()).and_then(Values::checked)
            }

            fn at(column: &$array, row: usize) -> Self {
                column.is_valid(row).then(|| $from(column.value(row)))
            }
        }
    )+};
}

/// Arrays pass through; times get their zone, and must be times.
trait Values: Sized {
    fn zoned(self) -> Self {
        self
    }

    fn checked(self) -> Result<Self, LakeError> {
        Ok(self)
    }
}

macro_rules! any_values {
    ($($array:ty),+) => {$(impl Values for $array {})+};
}

any_values!(Int8Array, Int32Array, Int64Array, BooleanArray, StringArray, BinaryArray);

impl Values for TimestampMicrosecondArray {
    fn zoned(self) -> Self {
        self.with_timezone("UTC")
    }

    fn checked(self) -> Result<Self, LakeError> {
        for bound in [min(&self), max(&self)].into_iter().flatten() {
            Timestamp::from_microsecond(bound).map_err(|_| LakeError::Shape {
                found: format!("time {bound}"),
                wanted: "a time between the years -9999 and 9999".to_owned(),
            })?;
        }
        Ok(self)
    }
}

fn with_zone<T: Values>(array: T) -> T {
    array.zoned()
}

/// A time of a column that was checked.
fn timestamp(microseconds: i64) -> Timestamp {
    Timestamp::from_microsecond(microseconds).unwrap_or_default()
}

primitive_cells! {
    i8, Int8Array, DataType::Int8, |v: &i8| *v, |v| v;
    i32, Int32Array, DataType::Int32, |v: &i32| *v, |v| v;
    i64, Int64Array, DataType::Int64, |v: &i64| *v, |v| v;
    bool, BooleanArray, DataType::Boolean, |v: &bool| *v, |v| v;
    String, StringArray, DataType::Utf8, |v: &'a String| v.as_str(), str::to_owned;
    Vec<u8>, BinaryArray, DataType::Binary, |v: &'a Vec<u8>| v.as_slice(), <[u8]>::to_vec;
    Timestamp, TimestampMicrosecondArray, DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        |v: &Timestamp| v.as_microsecond(), timestamp;
    SubjectKey, Int64Array, DataType::Int64, |v: &SubjectKey| v.0, SubjectKey;
    AssetKey, Int64Array, DataType::Int64, |v: &AssetKey| v.0, AssetKey;
    ReportKey, Int64Array, DataType::Int64, |v: &ReportKey| v.0, ReportKey;
    DecisionKey, Int64Array, DataType::Int64, |v: &DecisionKey| v.0, DecisionKey;
    Commit, Int64Array, DataType::Int64, |v: &Commit| v.0, Commit;
    CheckKey, Int32Array, DataType::Int32, |v: &CheckKey| v.0, CheckKey;
    SourceKey, Int32Array, DataType::Int32, |v: &SourceKey| v.0, SourceKey;
    Shard, Int32Array, DataType::Int32, |v: &Shard| v.0, Shard;
}

/// The texts of a column, those that repeat shared.
#[derive(Debug)]
pub struct Texts {
    /// By row, which text; without them each row has its own.
    keys: Option<Int32Array>,
    values: StringArray,
    texts: Arc<[Option<Arc<str>>]>,
}

impl Texts {
    fn open(array: &ArrayRef, before: Option<&Self>) -> Result<Self, LakeError> {
        let keyed = array.as_any().downcast_ref::<DictionaryArray<Int32Type>>();
        let values = keyed.map_or(array, |keyed| keyed.values());
        let values = typed::<StringArray>(values, &DataType::Utf8)?;
        let texts = match before.filter(|before| before.has(&values)) {
            Some(before) => Arc::clone(&before.texts),
            None => values.iter().map(|text| text.map(Arc::from)).collect(),
        };
        Ok(Self { keys: keyed.map(|keyed| keyed.keys().clone()), values, texts })
    }

    /// Whether these are the same values: batches of one row group share theirs.
    fn has(&self, values: &StringArray) -> bool {
        self.values.value_data().as_ptr() == values.value_data().as_ptr()
            && self.values.value_offsets().as_ptr() == values.value_offsets().as_ptr()
            && self.values.len() == values.len()
    }

    fn at(&self, row: usize) -> Option<Arc<str>> {
        let place = match &self.keys {
            Some(keys) if keys.is_null(row) => return None,
            Some(keys) => usize::try_from(keys.value(row)).ok()?,
            None => row,
        };
        self.texts.get(place)?.clone()
    }
}

impl Cell for Arc<str> {
    const NULLABLE: bool = false;
    const REPEATS: bool = true;

    fn data_type() -> DataType {
        DataType::Utf8
    }

    fn to_array<'a>(values: impl Iterator<Item = &'a Self>) -> ArrayRef {
        Arc::new(values.map(|value| Some(&**value)).collect::<StringArray>())
    }

    type Column = Texts;

    fn open(array: &ArrayRef, before: Option<&Texts>) -> Result<Texts, LakeError> {
        let texts = Texts::open(array, before)?;
        if array.null_count() > 0 || texts.values.null_count() > 0 {
            return Err(shape(array, &Self::data_type()));
        }
        Ok(texts)
    }

    fn at(texts: &Texts, row: usize) -> Self {
        texts.at(row).unwrap_or_default()
    }
}

impl Cell for Option<Arc<str>> {
    const NULLABLE: bool = true;
    const REPEATS: bool = true;

    fn data_type() -> DataType {
        DataType::Utf8
    }

    fn to_array<'a>(values: impl Iterator<Item = &'a Self>) -> ArrayRef {
        Arc::new(values.map(Option::as_deref).collect::<StringArray>())
    }

    type Column = Texts;

    fn open(array: &ArrayRef, before: Option<&Texts>) -> Result<Texts, LakeError> {
        Texts::open(array, before)
    }

    fn at(texts: &Texts, row: usize) -> Self {
        texts.at(row)
    }
}

/// The lists of a column with their items.
#[derive(Debug)]
pub struct Lists<C> {
    lists: ListArray,
    items: C,
}

impl<C> Lists<C> {
    fn open<T: Cell<Column = C>>(array: &ArrayRef) -> Result<Self, LakeError> {
        let lists = typed::<ListArray>(array, &<Vec<T>>::list_type())?;
        Ok(Self { items: T::open(lists.values(), None)?, lists })
    }

    fn at<T: Cell<Column = C>>(&self, row: usize) -> Vec<T> {
        let length = if self.lists.is_null(row) { 0 } else { self.lists.value_length(row) };
        let from = self.lists.value_offsets().get(row).copied().unwrap_or_default();
        let items = from..from + length;
        items.filter_map(|item| Some(T::at(&self.items, usize::try_from(item).ok()?))).collect()
    }
}

/// The type of a column of lists.
trait ListType {
    fn list_type() -> DataType;
}

impl<T: Cell> ListType for Vec<T> {
    fn list_type() -> DataType {
        DataType::List(Arc::new(Field::new("element", T::data_type(), true)))
    }
}

macro_rules! list_cells {
    ($($item:ty, $to:expr;)+) => {$(
        impl Cell for Vec<$item> {
            const NULLABLE: bool = false;

            fn data_type() -> DataType {
                Self::list_type()
            }

            fn to_array<'a>(values: impl Iterator<Item = &'a Self>) -> ArrayRef {
                $to(values)
            }

            type Column = Lists<<$item as Cell>::Column>;

            fn open(array: &ArrayRef, _: Option<&Self::Column>) -> Result<Self::Column, LakeError> {
                Lists::open::<$item>(array)
            }

            fn at(lists: &Self::Column, row: usize) -> Self {
                lists.at::<$item>(row)
            }
        }
    )+};
}

list_cells! {
    i32, numbers::<i32, Int32Type>;
    i64, numbers::<i64, Int64Type>;
    String, texts;
}

fn numbers<'a, N: Cell + Copy + 'a, A: ArrowPrimitiveType<Native = N>>(
    values: impl Iterator<Item = &'a Vec<N>>,
) -> ArrayRef {
    let lists = values.map(|list| Some(list.iter().map(|item| Some(*item)).collect::<Vec<_>>()));
    let array = ListArray::from_iter_primitive::<A, _, _>(lists);
    let (_, offsets, items, nulls) = array.into_parts();
    let field = Arc::new(Field::new("element", N::data_type(), true));
    Arc::new(ListArray::new(field, offsets, items, nulls))
}

fn texts<'a>(values: impl Iterator<Item = &'a Vec<String>>) -> ArrayRef {
    let field = Arc::new(Field::new("element", DataType::Utf8, true));
    let mut builder = ListBuilder::new(StringBuilder::new()).with_field(field);
    for list in values {
        builder.append_value(list.iter().map(|item| Some(item.as_str())));
    }
    Arc::new(builder.finish())
}
