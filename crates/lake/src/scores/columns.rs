//! The columns of stored scores.

use std::sync::Arc;

use bytes::Bytes;
use datafusion::{
    arrow::{
        array::{ArrayRef, Int64Array, RecordBatch, StringArray},
        datatypes::{DataType, Field, Schema, SchemaRef},
    },
    parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder,
};
use object_store::path::Path;
use yagura_model::{Timestamp, domain::AssetClass, id::AssetKey, points::MicroPoints};

use super::{Points, StoredAsset, StoredLine};
use crate::{
    cell::Cell,
    content::ContentDigest,
    encode::{Encoder, Packing},
    error::LakeError,
    row::column,
};

/// A file ready to be put into the store.
pub(super) struct File {
    pub(super) bytes: Vec<u8>,
    pub(super) digest: ContentDigest,
}

const SUMS: [&str; 5] = ["open_micro", "accepted_micro", "unknown_micro", "assets", "items"];

fn schema(texts: &[&str], sums: &[&str]) -> SchemaRef {
    let text = |name: &&str| Field::new(*name, DataType::Utf8, false);
    let number = |name: &&str| Field::new(*name, DataType::Int64, false);
    let mut fields = vec![
        Field::new("score", DataType::Utf8, false),
        Field::new("scored_at", Timestamp::data_type(), false),
    ];
    fields.extend(texts.iter().map(text));
    fields.extend(sums.iter().map(number));
    Arc::new(Schema::new(fields))
}

/// The columns of lines.
pub(super) fn of_lines() -> SchemaRef {
    schema(&["level", "key", "name"], &SUMS)
}

/// The columns of assets.
pub(super) fn of_assets() -> SchemaRef {
    let [open, accepted, unknown, _, items] = SUMS;
    schema(&["class", "organisation"], &["asset", open, accepted, unknown, items])
}

/// The file of some lines.
pub(super) fn lines(name: &str, at: Timestamp, lines: &[StoredLine]) -> Result<File, LakeError> {
    let mut all = named(name, at, lines.len());
    for text in [
        |line: &StoredLine| line.level.clone(),
        |line: &StoredLine| line.key.clone(),
        |line: &StoredLine| line.name.clone(),
    ] {
        all.push(Arc::new(StringArray::from_iter_values(lines.iter().map(text))));
    }
    let points: Vec<&Points> = lines.iter().map(|line| &line.points).collect();
    all.extend(sums(&points));
    all.push(numbers(points.iter().map(|points| points.assets as i64)));
    all.push(numbers(points.iter().map(|points| points.items as i64)));
    encoded(of_lines(), all)
}

/// The file of some assets.
pub(super) fn assets(name: &str, at: Timestamp, assets: &[StoredAsset]) -> Result<File, LakeError> {
    let mut all = named(name, at, assets.len());
    let classes = assets.iter().map(|asset| asset.class.as_str());
    all.push(Arc::new(StringArray::from_iter_values(classes)));
    all.push(Arc::<str>::to_array(assets.iter().map(|asset| &asset.organisation)));
    all.push(numbers(assets.iter().map(|asset| asset.asset.0)));
    let points: Vec<&Points> = assets.iter().map(|asset| &asset.points).collect();
    all.extend(sums(&points));
    all.push(numbers(points.iter().map(|points| points.items as i64)));
    encoded(of_assets(), all)
}

/// Which score the rows are of, and of which time that is.
fn named(name: &str, at: Timestamp, rows: usize) -> Vec<ArrayRef> {
    let names = StringArray::from_iter_values(std::iter::repeat_n(name, rows));
    vec![Arc::new(names), Timestamp::to_array(std::iter::repeat_n(&at, rows))]
}

fn sums(points: &[&Points]) -> [ArrayRef; 3] {
    [
        numbers(points.iter().map(|points| points.open.0)),
        numbers(points.iter().map(|points| points.accepted.0)),
        numbers(points.iter().map(|points| points.unknown.0)),
    ]
}

fn numbers(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values))
}

fn encoded(schema: SchemaRef, columns: Vec<ArrayRef>) -> Result<File, LakeError> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, Arc::clone(&schema), Packing::Packed, None)?;
    encoder.write(&RecordBatch::try_new(schema, columns)?)?;
    let digest = encoder.finish()?.digest;
    Ok(File { bytes, digest })
}

/// The lines of a file.
pub(super) fn read_lines(path: &Path, bytes: Bytes) -> Result<Vec<StoredLine>, LakeError> {
    let mut lines = Vec::new();
    for batch in batches(path, bytes)? {
        let batch = batch?;
        let texts = ["level", "key", "name"].map(|name| column::<String>(&batch, name));
        let [level, key, name] = texts;
        let (level, key, name) = (level?, key?, name?);
        let points = SUMS.map(|name| column::<i64>(&batch, name));
        let [open, accepted, unknown, assets, items] = points;
        let sums = (open?, accepted?, unknown?, assets?, items?);
        lines.extend((0..batch.num_rows()).map(|row| StoredLine {
            level: String::at(&level, row),
            key: String::at(&key, row),
            name: String::at(&name, row),
            points: Points {
                open: MicroPoints(sums.0.value(row)),
                accepted: MicroPoints(sums.1.value(row)),
                unknown: MicroPoints(sums.2.value(row)),
                assets: sums.3.value(row) as u64,
                items: sums.4.value(row) as u64,
            },
        }));
    }
    Ok(lines)
}

/// The assets of a file.
pub(super) fn read_assets(path: &Path, bytes: Bytes) -> Result<Vec<StoredAsset>, LakeError> {
    let mut assets = Vec::new();
    for batch in batches(path, bytes)? {
        let batch = batch?;
        let asset = column::<AssetKey>(&batch, "asset")?;
        let class = column::<Arc<str>>(&batch, "class")?;
        let organisation = column::<Arc<str>>(&batch, "organisation")?;
        let [open, accepted, unknown, _, items] = SUMS;
        let sums = [open, accepted, unknown, items].map(|name| column::<i64>(&batch, name));
        let [open, accepted, unknown, items] = sums;
        let sums = (open?, accepted?, unknown?, items?);
        for row in 0..batch.num_rows() {
            let class = Arc::<str>::at(&class, row);
            assets.push(StoredAsset {
                asset: AssetKey::at(&asset, row),
                class: class.parse::<AssetClass>().map_err(|_| LakeError::Shape {
                    found: class.to_string(),
                    wanted: "a class of assets".to_owned(),
                })?,
                organisation: Arc::<str>::at(&organisation, row),
                points: Points {
                    open: MicroPoints(sums.0.value(row)),
                    accepted: MicroPoints(sums.1.value(row)),
                    unknown: MicroPoints(sums.2.value(row)),
                    assets: 1,
                    items: sums.3.value(row) as u64,
                },
            });
        }
    }
    Ok(assets)
}

fn batches(
    path: &Path,
    bytes: Bytes,
) -> Result<impl Iterator<Item = Result<RecordBatch, LakeError>> + use<>, LakeError> {
    let path = path.to_string();
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).and_then(|file| file.build());
    let reader = reader.map_err(|source| LakeError::Parquet { path: path.clone(), source })?;
    Ok(reader.map(|batch| Ok(batch?)))
}
