//! Reports that are taken in by one commit.

use std::sync::Arc;

use yagura_lake::{Ahead, LakeError, Snapshot, Transaction};

use super::{Ingest, Reading, ahead};

/// Above so many assets nothing is read for a group before its commit: it would be held twice as long.
const HELD: u64 = 40_000;

/// Reports that are taken in by one commit, with what of the lake was read for them before.
#[derive(Debug)]
pub struct Group {
    pub(super) readings: Vec<Reading>,
    pub(super) ahead: Option<Ahead>,
}

impl From<Vec<Reading>> for Group {
    fn from(readings: Vec<Reading>) -> Self {
        Self { readings, ahead: None }
    }
}

impl Ingest {
    /// Reads what some reports are going to ask of the lake, while the commit before theirs is made on
    /// `state`. It is of use to a writer of this process that makes that commit and no other, and does
    /// no harm to another.
    ///
    /// # Errors
    /// If the lake cannot be read.
    pub(super) async fn read_ahead(
        &self,
        state: Arc<Snapshot>,
        readings: &mut [Reading],
    ) -> Result<Option<Ahead>, LakeError> {
        let assets: u64 = readings.iter().map(|reading| reading.tally().assets).sum();
        if readings.len() < 2 || assets > HELD {
            return Ok(None);
        }
        let mut transaction = Transaction::on(state);
        ahead::of_things(&mut transaction, &self.rules, readings).await?;
        Ok(Some(transaction.into_ahead()))
    }
}
