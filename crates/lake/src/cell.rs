//! Cells: how one Rust value stands in an Arrow column.

use std::sync::Arc;

use datafusion::arrow::{
    array::{
        Array, ArrayRef, BinaryArray, BooleanArray, DictionaryArray, Int8Array, Int32Array,
        Int64Array, ListArray, ListBuilder, StringArray, StringBuilder, TimestampMicrosecondArray,
    },
    compute::cast,
    datatypes::{DataType, Field, Int32Type, Int64Type, TimeUnit},
};
use yagura_model::{
    Timestamp,
    id::{AssetKey, CheckKey, Commit, DecisionKey, ReportKey, Shard, SourceKey, SubjectKey},
};

use crate::error::LakeError;

/// A value that has a column.
pub(crate) trait Cell: Sized {
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
    /// The values of a column; its type may be another that casts without loss (string views).
    ///
    /// # Errors
    /// `Shape` if the column is of another type, or holds nulls where none may stand.
    fn from_array(array: &ArrayRef) -> Result<Vec<Self>, LakeError>;
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

            fn from_array(array: &ArrayRef) -> Result<Vec<Self>, LakeError> {
                let typed = typed::<$array>(array, &Self::data_type())?;
                if typed.null_count() > 0 {
                    return Err(shape(array, &Self::data_type()));
                }
                typed.iter().flatten().map($from).collect()
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

            fn from_array(array: &ArrayRef) -> Result<Vec<Self>, LakeError> {
                let typed = typed::<$array>(array, &<$type>::data_type())?;
                typed.iter().map(|value| value.map($from).transpose()).collect()
            }
        }
    )+};
}

/// Arrays pass through; times get their zone.
trait WithZone {
    fn zoned(self) -> Self;
}

macro_rules! without_zone {
    ($($array:ty),+) => {$(
        impl WithZone for $array {
            fn zoned(self) -> Self {
                self
            }
        }
    )+};
}

without_zone!(Int8Array, Int32Array, Int64Array, BooleanArray, StringArray, BinaryArray);

impl WithZone for TimestampMicrosecondArray {
    fn zoned(self) -> Self {
        self.with_timezone("UTC")
    }
}

fn with_zone<T: WithZone>(array: T) -> T {
    array.zoned()
}

fn timestamp(microseconds: i64) -> Result<Timestamp, LakeError> {
    Timestamp::from_microsecond(microseconds).map_err(|_| LakeError::Shape {
        found: format!("time {microseconds}"),
        wanted: "a time between the years -9999 and 9999".to_owned(),
    })
}

primitive_cells! {
    i8, Int8Array, DataType::Int8, |v: &i8| *v, Ok;
    i32, Int32Array, DataType::Int32, |v: &i32| *v, Ok;
    i64, Int64Array, DataType::Int64, |v: &i64| *v, Ok;
    bool, BooleanArray, DataType::Boolean, |v: &bool| *v, Ok;
    String, StringArray, DataType::Utf8, |v: &'a String| v.as_str(), |v: &str| Ok(v.to_owned());
    Vec<u8>, BinaryArray, DataType::Binary, |v: &'a Vec<u8>| v.as_slice(), |v: &[u8]| Ok(v.to_vec());
    Timestamp, TimestampMicrosecondArray, DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        |v: &Timestamp| v.as_microsecond(), timestamp;
    SubjectKey, Int64Array, DataType::Int64, |v: &SubjectKey| v.0, |v| Ok(SubjectKey(v));
    AssetKey, Int64Array, DataType::Int64, |v: &AssetKey| v.0, |v| Ok(AssetKey(v));
    ReportKey, Int64Array, DataType::Int64, |v: &ReportKey| v.0, |v| Ok(ReportKey(v));
    DecisionKey, Int64Array, DataType::Int64, |v: &DecisionKey| v.0, |v| Ok(DecisionKey(v));
    Commit, Int64Array, DataType::Int64, |v: &Commit| v.0, |v| Ok(Commit(v));
    CheckKey, Int32Array, DataType::Int32, |v: &CheckKey| v.0, |v| Ok(CheckKey(v));
    SourceKey, Int32Array, DataType::Int32, |v: &SourceKey| v.0, |v| Ok(SourceKey(v));
    Shard, Int32Array, DataType::Int32, |v: &Shard| v.0, |v| Ok(Shard(v));
}

/// The texts of a column, those that repeat shared.
fn shared(array: &ArrayRef) -> Result<Vec<Option<Arc<str>>>, LakeError> {
    let Some(keyed) = array.as_any().downcast_ref::<DictionaryArray<Int32Type>>() else {
        let texts = typed::<StringArray>(array, &DataType::Utf8)?;
        return Ok(texts.iter().map(|text| text.map(Arc::from)).collect());
    };
    let values = typed::<StringArray>(keyed.values(), &DataType::Utf8)?;
    let values: Vec<Option<Arc<str>>> = values.iter().map(|text| text.map(Arc::from)).collect();
    let value = |key: Option<i32>| values.get(usize::try_from(key?).ok()?)?.clone();
    Ok(keyed.keys().iter().map(value).collect())
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

    fn from_array(array: &ArrayRef) -> Result<Vec<Self>, LakeError> {
        let texts = shared(array)?.into_iter();
        texts.map(|text| text.ok_or_else(|| shape(array, &Self::data_type()))).collect()
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

    fn from_array(array: &ArrayRef) -> Result<Vec<Self>, LakeError> {
        shared(array)
    }
}

macro_rules! number_list_cells {
    ($($number:ty, $arrow:ty;)+) => {$(
        impl Cell for Vec<$number> {
            const NULLABLE: bool = false;

            fn data_type() -> DataType {
                DataType::List(Arc::new(Field::new("element", <$number>::data_type(), true)))
            }

            fn to_array<'a>(values: impl Iterator<Item = &'a Self>) -> ArrayRef {
                let lists =
                    values.map(|list| Some(list.iter().map(|item| Some(*item)).collect::<Vec<_>>()));
                let array = ListArray::from_iter_primitive::<$arrow, _, _>(lists);
                let (_, offsets, items, nulls) = array.into_parts();
                let field = Arc::new(Field::new("element", <$number>::data_type(), true));
                Arc::new(ListArray::new(field, offsets, items, nulls))
            }

            fn from_array(array: &ArrayRef) -> Result<Vec<Self>, LakeError> {
                let lists = typed::<ListArray>(array, &Self::data_type())?;
                lists
                    .iter()
                    .map(|list| list.map_or(Ok(Vec::new()), |list| <$number>::from_array(&list)))
                    .collect()
            }
        }
    )+};
}

number_list_cells! {
    i32, Int32Type;
    i64, Int64Type;
}

impl Cell for Vec<String> {
    const NULLABLE: bool = false;

    fn data_type() -> DataType {
        DataType::List(Arc::new(Field::new("element", DataType::Utf8, true)))
    }

    fn to_array<'a>(values: impl Iterator<Item = &'a Self>) -> ArrayRef {
        let field = Arc::new(Field::new("element", DataType::Utf8, true));
        let mut builder = ListBuilder::new(StringBuilder::new()).with_field(field);
        for list in values {
            builder.append_value(list.iter().map(|item| Some(item.as_str())));
        }
        Arc::new(builder.finish())
    }

    fn from_array(array: &ArrayRef) -> Result<Vec<Self>, LakeError> {
        let lists = typed::<ListArray>(array, &Self::data_type())?;
        lists
            .iter()
            .map(|list| list.map_or(Ok(Vec::new()), |list| String::from_array(&list)))
            .collect()
    }
}
