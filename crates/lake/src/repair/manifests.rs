//! Manifests that cannot be read.

use super::{Remedy, Repair, quiet};
use crate::{
    Lake, backup,
    check::EvidenceDepth,
    delta,
    error::LakeError,
    index::Indexes,
    manifest::{Manifest, ManifestError, path_of},
    row::Stored,
    rows::{CommitRow, ReportBytes},
    scan::Filter,
    snapshot::Snapshot,
    store::log_version,
    table::Table,
};

impl Repair<'_> {
    /// Sees to it that the newest manifest can be read and that none before it is missing.
    pub(super) async fn manifests(&mut self, lake: &Lake) -> Result<(), LakeError> {
        let numbers = self.manifests.numbers().await?;
        let Some(highest) = numbers.last().copied() else { return Ok(()) };
        let (mut readable, mut broken) = (Vec::new(), Vec::new());
        for number in numbers {
            match self.manifests.get(number).await {
                Ok(manifest) => readable.push(manifest),
                Err(error @ ManifestError::Newer { .. }) => return Err(error.into()),
                Err(_) => broken.push(number),
            }
        }
        let newest = readable.last().cloned().unwrap_or_default();
        if newest.number < highest {
            let restored = match self.backup {
                Some(folder) => backup::fetch(folder, &self.store, &path_of(highest)).await?,
                None => false,
            };
            if restored {
                let path = path_of(highest).to_string();
                self.note(Remedy::FileRestored, None, path, 0);
            } else {
                self.put_aside(&path_of(highest))?;
                let path = path_of(highest).to_string();
                self.note(Remedy::ManifestAside, None, path, 0);
                if newest.number + 1 == highest {
                    self.rebuild(lake, &newest).await?;
                }
            }
            broken.retain(|number| *number != highest);
        }
        for number in broken {
            self.put_aside(&path_of(number))?;
            self.note(Remedy::ManifestAside, None, path_of(number).to_string(), 0);
        }
        // What stands before a gap is of no use: nobody goes on from there.
        let numbers = self.manifests.numbers().await?;
        let mut after = numbers.iter().zip(numbers.iter().skip(1)).filter(|(a, b)| *a + 1 != **b);
        if let Some((_, first)) = after.next_back() {
            let first = *first;
            for number in numbers.into_iter().filter(|number| *number < first) {
                self.put_aside(&path_of(number))?;
                self.note(Remedy::ManifestAside, None, path_of(number).to_string(), 0);
            }
        }
        self.store.sync().await?;
        Ok(())
    }

    /// Makes the newest manifest anew of the one before and of what the tables hold since.
    async fn rebuild(&mut self, lake: &Lake, before: &Manifest) -> Result<(), LakeError> {
        let mut next = before.clone();
        for table in Table::ALL {
            if let Some(version) = self.head(*table).await? {
                let open = delta::open(&self.store, *table, version).await?;
                next.tables.insert(table.name().to_owned(), version);
                next.contents.insert(table.name().to_owned(), open.content);
            }
        }
        let snapshot = Snapshot::new(self.store.clone(), Indexes::from(u64::MAX), next.clone());
        let commits: Vec<Stored<CommitRow>> =
            snapshot.read(&Filter::all().with_superseded()).await?;
        let last = commits.iter().max_by_key(|stored| stored.id);
        next.commit = last.map_or(0, |stored| stored.id.written_by.0);
        if next.commit > before.commit + 1 {
            // What a crash left lies on top of what was committed: nobody can tell them apart.
            return Ok(());
        }
        let now = last.map_or(before.time, |stored| stored.row.committed_at);
        let reports: Vec<ReportBytes> = snapshot.rows(&Filter::all().with_superseded()).await?;
        let ends = reports.iter().filter_map(|report| {
            let (pack, offset) = report.evidence_pack.zip(report.evidence_offset)?;
            Some((pack.unsigned_abs(), (offset + report.evidence_stored).unsigned_abs()))
        });
        if let Some((pack, end)) = ends.max() {
            next.packs = [(pack, end)].into();
        }
        let next = self.manifests.commit(before, next, now).await?;
        let given = lake.look(EvidenceDepth::Quick, u64::MAX, quiet()).await?;
        let mut raised = next.clone();
        self.counters(&given.broken, &mut raised);
        if raised != next {
            self.manifests.commit(&next, raised, self.now).await?;
        }
        self.note(Remedy::ManifestRebuilt, None, path_of(next.number).to_string(), 0);
        Ok(())
    }

    /// The highest version in the log of a table.
    async fn head(&self, table: Table) -> Result<Option<i64>, LakeError> {
        let log = object_store::path::Path::from(delta::folder(table)).join("_delta_log");
        let listed = self.store.list(&log).await?;
        let names = listed.iter().filter_map(|object| object.location.filename());
        let entries = names.filter(|name| name.ends_with(".json"));
        Ok(entries.filter_map(log_version).max().and_then(|version| i64::try_from(version).ok()))
    }
}
