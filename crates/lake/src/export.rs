//! Export: whole views as files, for people who leave or go on elsewhere.
//!
//! A view is read and written part by part: what is held is what its joins hold, within a limit.

use std::{io::Write, time::Duration};

use datafusion::{
    execution::SendableRecordBatchStream,
    parquet::{
        arrow::ArrowWriter,
        basic::{Compression, ZstdLevel},
        file::properties::WriterProperties,
    },
};
use futures::StreamExt as _;

use crate::{
    error::LakeError,
    masters::Masters,
    query::{self, Answer, QueryLimits},
    snapshot::Snapshot,
    views::{AsOf, View},
};

/// Rows in one row group.
const ROW_GROUP: usize = 131_072;

/// What one view may use: the joins of the largest need memory, and nobody waits.
pub const LIMITS: QueryLimits =
    QueryLimits { memory: 2 << 30, time: Duration::MAX, rows: usize::MAX };

/// A view to be written: of which state of the lake, as of when, with what stands of each asset
/// ([`wanted`](crate::masters::wanted)).
#[derive(Debug)]
pub struct Exported<'s> {
    /// The state of the lake.
    pub snapshot: &'s Snapshot,
    /// The view.
    pub view: &'s View,
    /// As of when.
    pub as_of: AsOf,
    /// What stands of each asset, where the view shows it.
    pub masters: Masters,
}

impl Exported<'_> {
    /// Shows the view in parts, as text; the first part has its columns and may have no rows. Gives
    /// how many rows there were.
    ///
    /// # Errors
    /// If a file cannot be read, if there is not memory enough, or as `take` says.
    pub async fn in_parts<E: From<LakeError>>(
        self,
        mut take: impl FnMut(&Answer) -> Result<(), E>,
    ) -> Result<u64, E> {
        let mut stream = self.stream().await?;
        let columns = query::columns(&stream.schema());
        take(&Answer { columns: columns.clone(), rows: Vec::new() })?;
        let mut rows = 0;
        while let Some(batch) = stream.next().await {
            let mut part = Answer { columns: columns.clone(), rows: Vec::new() };
            query::add(&mut part, &batch.map_err(LakeError::from)?)?;
            rows += part.rows.len() as u64;
            take(&part)?;
        }
        Ok(rows)
    }

    /// Writes the view as Parquet; gives how many rows there were.
    ///
    /// # Errors
    /// If a file cannot be read or written, or if there is not memory enough.
    pub async fn to_parquet(self, to: impl Write + Send) -> Result<u64, LakeError> {
        let mut stream = self.stream().await?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_created_by("yagura".to_owned())
            .build();
        let mut writer = ArrowWriter::try_new(to, stream.schema(), Some(properties))?;
        let mut rows = 0;
        while let Some(batch) = stream.next().await {
            let batch = batch?;
            rows += batch.num_rows() as u64;
            writer.write(&batch)?;
        }
        writer.close()?;
        Ok(rows)
    }

    async fn stream(self) -> Result<SendableRecordBatchStream, LakeError> {
        let sql = self.view.all_rows();
        query::stream(self.snapshot, &sql, self.as_of, LIMITS, self.masters).await
    }
}
