//! Data files and evidence that are lost: taken from a backup, or given up.

use object_store::path::Path;

use super::{Remedy, Repair};
use crate::{
    backup,
    check::{self, EvidenceDepth},
    delta,
    error::LakeError,
    evidence::{self, EvidenceReader},
    index::Indexes,
    manifest::{Damage, Manifest},
    rows::ReportBytes,
    scan::Filter,
    snapshot::Snapshot,
    table::Table,
};

/// About how large the files of a rewritten table are to be; nothing is merged here.
const TARGET: u64 = 128 << 20;

impl Repair<'_> {
    /// Repairs files of a table; gives those that are to be put aside when the manifest stands.
    pub(super) async fn files(
        &mut self,
        table: Table,
        paths: &[String],
        next: &mut Manifest,
    ) -> Result<Vec<Path>, LakeError> {
        let version = next.tables.get(table.name()).copied().unwrap_or_default();
        let mut open = delta::open(&self.store, table, version).await?;
        let (mut actions, mut aside) = (Vec::new(), Vec::new());
        for file in delta::files(table, &open) {
            if !paths.iter().any(|path| path == file.path.as_ref()) {
                continue;
            }
            if self.fetched(&file.path).await? && check::files::compare(&self.store, &file).is_ok()
            {
                self.note(Remedy::FileRestored, Some(table), file.path.to_string(), 0);
                continue;
            }
            actions.push(file.given_up(table, self.now.as_millisecond()));
            next.damage.push(Damage {
                at: self.now,
                table: table.name().to_owned(),
                path: file.path.to_string(),
                rows: file.rows,
                shard: file.shard,
                commits: file.ranges.get("written_by").copied(),
                report: None,
            });
            self.note(Remedy::FileGivenUp, Some(table), file.path.to_string(), file.rows);
            aside.push(file.path);
        }
        if !actions.is_empty() {
            delta::put_back(&self.store, table, Some(version)).await?;
            let version = delta::rewrite(table, &mut open, actions, TARGET).await?;
            next.tables.insert(table.name().to_owned(), version);
            next.contents.insert(table.name().to_owned(), open.content);
        }
        Ok(aside)
    }

    /// Repairs a file of evidence that holds the bytes of some reports.
    pub(super) async fn evidence(
        &mut self,
        path: &Path,
        reports: Vec<i64>,
        next: &mut Manifest,
    ) -> Result<(), LakeError> {
        let restored = self.fetched(path).await?;
        let snapshot = Snapshot::new(self.store.clone(), Indexes::from(u64::MAX), next.clone());
        let rows: Vec<ReportBytes> = snapshot.rows(&Filter::of("report", reports)).await?;
        let reader = EvidenceReader::new(self.store.clone());
        let before = next.damage.len();
        for row in rows {
            let entry = row.evidence()?;
            let looked = check::evidence::look(&self.store, &reader, &entry, EvidenceDepth::Full);
            if looked.is_err() {
                next.damage.push(Damage {
                    at: self.now,
                    table: String::new(),
                    path: path.to_string(),
                    rows: 0,
                    shard: None,
                    commits: None,
                    report: Some(row.report.0),
                });
            }
        }
        if restored {
            self.note(Remedy::FileRestored, None, path.to_string(), 0);
        }
        if next.damage.len() > before {
            self.note(Remedy::FileGivenUp, None, path.to_string(), 0);
        }
        // A pack that is shorter than what was committed cannot be written to: the next is begun.
        if let Some((number, length)) = next.packs.last_key_value().map(|(n, l)| (*n, *l))
            && evidence::pack_path(number) == *path
            && self.store.length(path).unwrap_or_default() < length
        {
            next.packs = [(number + 1, 0)].into();
        }
        Ok(())
    }

    async fn fetched(&self, path: &Path) -> Result<bool, LakeError> {
        match self.backup {
            Some(folder) => backup::fetch(folder, &self.store, path).await,
            None => Ok(false),
        }
    }
}
