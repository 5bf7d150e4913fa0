//! What a lake is made of, in numbers: for people who look after it, and for outside readers that
//! take the files of a table by their paths.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use yagura_model::Timestamp;

use crate::{
    compact::Limits,
    error::LakeError,
    evidence::{Digest, Location},
    rows::ReportBytes,
    scan::Filter,
    snapshot::{FileEntry, Snapshot},
    table::Table,
};

/// One state of a lake in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Number of the manifest.
    pub manifest: u64,
    /// Number of the last commit of facts.
    pub commit: i64,
    /// When the manifest was committed.
    pub committed_at: Timestamp,
    /// The tables that were ever written to.
    pub tables: Vec<TableStats>,
    /// The bytes of reports.
    pub evidence: EvidenceStats,
}

/// A table in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableStats {
    /// Its name.
    pub table: &'static str,
    /// Its folder, from the root of the lake: a Delta table.
    pub path: String,
    /// Its Delta version.
    pub version: i64,
    /// Versions of rows that are in force.
    pub rows: u64,
    /// Versions of rows that others stand in the place of.
    pub superseded: u64,
    /// Of these, how many no file says itself: keys of the table `superseded`.
    pub open_keys: u64,
    /// Bytes of its files.
    pub bytes: u64,
    /// Files that compaction would merge.
    pub small_files: u64,
    /// Its files: nothing else in its folder belongs to this version.
    pub files: Vec<FileEntry>,
}

/// Evidence in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct EvidenceStats {
    /// Reports; the same bytes of two sources are kept twice if they are small.
    pub reports: u64,
    /// How many bytes they had when they were received.
    pub raw_bytes: u64,
    /// How many bytes their stored forms have.
    pub stored_bytes: u64,
    /// Packs of small reports.
    pub packs: u64,
    /// Files of one report.
    pub objects: u64,
    /// Reports whose bytes are past their retention: they count in nothing but `reports`.
    pub past_retention: u64,
}

impl Stats {
    /// Counts a state.
    ///
    /// # Errors
    /// If the log of a table, or the table of reports, cannot be read.
    pub async fn of(snapshot: &Snapshot, limits: &Limits) -> Result<Self, LakeError> {
        snapshot.prepare(Table::ALL).await?;
        let open = snapshot.superseded().await?.all().await?;
        let mut tables = Vec::new();
        for table in Table::ALL {
            let Some((_, files)) = snapshot.open(*table).await? else { continue };
            let open_keys =
                open.get(table).map_or(0, |keys| keys.values().map(|keys| keys.len() as u64).sum());
            let all: u64 = files.iter().map(|file| file.rows).sum();
            let history = files.iter().filter(|file| file.is_history).map(|file| file.rows);
            let superseded = history.sum::<u64>() + open_keys;
            tables.push(TableStats {
                table: table.name(),
                path: crate::delta::folder(*table),
                version: snapshot.manifest().tables.get(table.name()).copied().unwrap_or_default(),
                rows: all.saturating_sub(superseded),
                superseded,
                open_keys,
                bytes: files.iter().map(|file| file.size).sum(),
                small_files: files.iter().filter(|file| limits.is_small(file)).count() as u64,
                files: snapshot.files(*table).await?,
            });
        }
        let manifest = snapshot.manifest();
        Ok(Self {
            manifest: manifest.number,
            commit: manifest.commit,
            committed_at: manifest.time,
            tables,
            evidence: EvidenceStats::of(snapshot).await?,
        })
    }
}

impl EvidenceStats {
    async fn of(snapshot: &Snapshot) -> Result<Self, LakeError> {
        let reports: Vec<ReportBytes> = snapshot.rows(&Filter::all()).await?;
        let mut stats = Self::default();
        let (mut packs, mut objects) = (BTreeSet::new(), BTreeMap::<Digest, u64>::new());
        let cleared = snapshot.cleared().await?;
        for report in reports {
            let entry = report.evidence()?;
            stats.reports += 1;
            if cleared.has(report.report) {
                stats.past_retention += 1;
                continue;
            }
            stats.raw_bytes += entry.length;
            match entry.location {
                Location::Pack { number, .. } => {
                    packs.insert(number);
                    stats.stored_bytes += entry.stored_length;
                }
                Location::Object => {
                    objects.insert(entry.digest, entry.stored_length);
                }
            }
        }
        stats.stored_bytes += objects.values().sum::<u64>();
        (stats.packs, stats.objects) = (packs.len() as u64, objects.len() as u64);
        Ok(stats)
    }
}
