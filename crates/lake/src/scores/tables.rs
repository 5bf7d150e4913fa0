//! Stored scores as tables for the views: `stored_scores`, `stored_lines`, `stored_assets`.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, Int64Array, RecordBatch, StringArray},
        datatypes::{DataType, Field, Schema, SchemaRef},
    },
    catalog::TableProvider,
    datasource::{
        MemTable,
        empty::EmptyTable,
        file_format::parquet::ParquetFormat,
        listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl},
    },
    prelude::SessionContext,
};
use object_store::path::Path;
use url::Url;
use yagura_model::Timestamp;

use super::{Scores, StoredScore, columns};
use crate::{
    cell::Cell,
    error::LakeError,
    snapshot::Snapshot,
    store::{Store, StoreError},
    views::View,
};

/// What the names of these tables begin with.
const STORED: &str = "stored_";

/// Makes the tables known to a session if a view stands on one of them: the scores of the times
/// until one, the lines of all of them, and the assets of the newest whose assets are kept.
pub(crate) async fn register(
    session: &SessionContext,
    snapshot: &Snapshot,
    at: Timestamp,
    views: &[&View],
) -> Result<(), LakeError> {
    if !views.iter().any(|view| view.reads().any(|table| table.starts_with(STORED))) {
        return Ok(());
    }
    let store = snapshot.store();
    let scores = Scores::new(store.clone());
    let all = scores.until(snapshot, at).await?;
    session.register_table("stored_scores", Arc::new(heads(&all)?))?;
    let lines: Vec<Path> = all.iter().map(StoredScore::lines_path).collect();
    session.register_table("stored_lines", files(store, &lines, columns::of_lines())?)?;
    let mut newest = Vec::new();
    for score in all.iter().rev() {
        if scores.has_assets(score).await? {
            newest.push(score.assets_path());
            break;
        }
    }
    session.register_table("stored_assets", files(store, &newest, columns::of_assets())?)?;
    Ok(())
}

/// The files of one kind as a table.
fn files(
    store: &Store,
    paths: &[Path],
    schema: SchemaRef,
) -> Result<Arc<dyn TableProvider>, LakeError> {
    if paths.is_empty() {
        return Ok(Arc::new(EmptyTable::new(schema)));
    }
    let address = |path: &Path| {
        let located = store.locate(path);
        let folder = || StoreError::Folder { path: located.display().to_string() };
        let url = Url::from_file_path(&located).map_err(|()| folder())?;
        Ok::<_, LakeError>(ListingTableUrl::parse(url)?)
    };
    let paths = paths.iter().map(address).collect::<Result<Vec<_>, _>>()?;
    let options =
        ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
    let config = ListingTableConfig::new_with_multi_paths(paths)
        .with_listing_options(options)
        .with_schema(schema);
    Ok(Arc::new(ListingTable::try_new(config)?))
}

/// The heads as a table.
fn heads(all: &[StoredScore]) -> Result<MemTable, LakeError> {
    let texts = |text: fn(&StoredScore) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(all.iter().map(text)))
    };
    let numbers = |number: fn(&StoredScore) -> i64| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(all.iter().map(number)))
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("score", texts(|score| &score.name)),
        ("scored_at", Timestamp::to_array(all.iter().map(|score| &score.at))),
        ("commit", numbers(|score| score.commit.0)),
        ("stored_at", Timestamp::to_array(all.iter().map(|score| &score.stored_at))),
        ("model", texts(|score| &score.model)),
        ("master", texts(|score| &score.master)),
        ("lost_rows", numbers(|score| score.lost.rows as i64)),
        ("open_micro", numbers(|score| score.whole.open.0)),
        ("accepted_micro", numbers(|score| score.whole.accepted.0)),
        ("unknown_micro", numbers(|score| score.whole.unknown.0)),
        ("assets", numbers(|score| score.whole.assets as i64)),
        ("items", numbers(|score| score.whole.items as i64)),
    ];
    let field = |(name, column): &(&str, ArrayRef)| {
        let of: DataType = column.data_type().clone();
        Field::new(*name, of, false)
    };
    let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
    let columns = columns.into_iter().map(|(_, column)| column).collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns)?;
    Ok(MemTable::try_new(schema, vec![vec![batch]])?)
}
