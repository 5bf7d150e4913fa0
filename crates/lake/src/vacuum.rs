//! Vacuum: what no kept manifest names is deleted.
//!
//! The newest manifests are kept, and those a reader may have begun with lately; of those before a
//! deletion by retention only the latter. Older ones go, and
//! with them the data files that only they name, files that a crash left, and the parts of the Delta
//! logs that no kept version is opened from. To be called with the lease held and nothing begun.

use std::collections::BTreeSet;

use deltalake::kernel::Add;
use jiff::{SignedDuration, Timestamp};
use object_store::{ObjectMeta, path::Path};

use crate::{
    delta,
    error::LakeError,
    fail_point,
    manifest::{Manifest, ManifestStore},
    retention,
    store::{Store, log_checkpoint, log_version},
    table::Table,
};

/// How many manifests are kept however old they are.
const KEPT: usize = 8;

/// How long a manifest is kept after its commit: who reads longer than that may find a file gone.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(1);

/// How to vacuum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vacuum {
    /// How long a state is kept after it was committed; at least an hour.
    pub keep_for: SignedDuration,
    /// Only count what would be deleted.
    pub dry_run: bool,
}

impl Default for Vacuum {
    fn default() -> Self {
        Self { keep_for: KEPT_FOR, dry_run: false }
    }
}

/// What was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Vacuumed {
    /// Manifests.
    pub manifests: usize,
    /// Files of tables and of their logs.
    pub files: usize,
    /// Bytes of these, and of files that never got a name.
    pub bytes: u64,
}

pub(crate) async fn run(
    store: &Store,
    manifests: &ManifestStore,
    latest: &Manifest,
    how: Vacuum,
    now: Timestamp,
) -> Result<Vacuumed, LakeError> {
    let mut done = Vacuumed::default();
    let after = now.saturating_sub(how.keep_for.max(KEPT_FOR)).unwrap_or(Timestamp::MIN);
    let Some(oldest) = oldest_kept(manifests, latest, (after, now)).await? else {
        return Ok(done);
    };
    if how.dry_run {
        let numbers = manifests.numbers().await?;
        done.manifests = numbers.iter().filter(|number| **number < oldest.number).count();
    } else {
        done.manifests = manifests.forget_before(oldest.number).await?;
        // A manifest must not come back without the files it names.
        store.sync().await?;
    }
    fail_point("vacuum.manifests");
    for table in Table::ALL {
        if let Some(version) = latest.tables.get(table.name()) {
            let from = oldest.tables.get(table.name()).copied();
            let unneeded = of_table(store, *table, &oldest, from, *version).await?;
            for object in unneeded {
                if !how.dry_run {
                    store.delete(&object.location).await?;
                }
                done.files += 1;
                done.bytes += object.size;
            }
            fail_point("vacuum.table");
        }
    }
    let gone = retention::clear(store, (&oldest, latest), how.dry_run).await?;
    done.files += gone.files;
    done.bytes += gone.bytes;
    if !how.dry_run {
        // What is past its retention must not come back.
        store.sync().await?;
        done.bytes += store.sweep(now)?;
    }
    Ok(done)
}

/// The oldest manifest that is kept: the newest ones and those since a time. Of one that is dated
/// later than now the clock was wrong, and the file system says when it was written.
async fn oldest_kept(
    manifests: &ManifestStore,
    latest: &Manifest,
    (after, now): (Timestamp, Timestamp),
) -> Result<Option<Manifest>, LakeError> {
    let written = manifests.written().await?;
    let written = written.into_iter().filter(|(number, _)| *number <= latest.number);
    let written: Vec<(u64, Timestamp)> = written.collect();
    let mut oldest = None;
    for (index, (number, written_at)) in written.into_iter().rev().enumerate() {
        let manifest = manifests.get(number).await?;
        let at = if manifest.time > now { manifest.time.min(written_at) } else { manifest.time };
        // A state before a deletion is kept for those who read it, and for nobody else.
        let is_past = latest
            .retained
            .as_ref()
            .is_some_and(|deletion| number < deletion.manifest && deletion.at < after);
        if (index >= KEPT || is_past) && at < after {
            return Ok(oldest);
        }
        oldest = Some(manifest);
    }
    Ok(oldest)
}

/// What no version of a table from `oldest` (`None`: from its beginning) to `latest` names.
async fn of_table(
    store: &Store,
    table: Table,
    kept: &Manifest,
    oldest: Option<i64>,
    latest: i64,
) -> Result<Vec<ObjectMeta>, LakeError> {
    let folder = Path::from(delta::folder(table));
    let log = folder.clone().join("_delta_log");
    let listed = store.list(&folder).await?;
    let in_log = |path: &Path| path.prefix_matches(&log);
    let mut named: BTreeSet<Path> = BTreeSet::new();
    if let Some(oldest) = oldest {
        let open = delta::open(store, table, oldest).await?;
        if kept.contents.get(table.name()).is_some_and(|content| *content != open.content) {
            return Err(LakeError::OtherFiles { table: table.name(), version: oldest });
        }
        named.extend(delta::files(table, &open).into_iter().map(|file| file.path));
    }
    let since = oldest.map_or(0, |version| u64::try_from(version).unwrap_or_default() + 1);
    let until = u64::try_from(latest).unwrap_or_default();
    for object in listed.iter().filter(|object| in_log(&object.location)) {
        let name = object.location.filename().unwrap_or_default();
        let is_commit = name.ends_with(".json");
        let Some(version) = log_version(name).filter(|_| is_commit) else { continue };
        if (since..=until).contains(&version) {
            named.extend(added(store, &folder, &object.location).await?);
        }
    }
    let is_unnamed = |object: &&ObjectMeta| {
        !in_log(&object.location)
            && object.location.extension() == Some("parquet")
            && !named.contains(&object.location)
    };
    let mut unneeded: Vec<ObjectMeta> = listed.iter().filter(is_unnamed).cloned().collect();
    // The newest checkpoint from which all kept versions can be opened: what is older is not read.
    let names = || listed.iter().filter_map(|object| object.location.filename());
    let checkpoint = names()
        .filter_map(log_checkpoint)
        .filter(|version| {
            oldest.is_some_and(|oldest| i64::try_from(*version).is_ok_and(|v| v <= oldest))
        })
        .max();
    for object in listed.iter().filter(|object| in_log(&object.location)) {
        let version = object.location.filename().and_then(log_version);
        if version.zip(checkpoint).is_some_and(|(version, checkpoint)| version < checkpoint) {
            unneeded.push(object.clone());
        }
    }
    Ok(unneeded)
}

/// A line of a Delta log.
#[derive(serde::Deserialize)]
struct Line {
    add: Option<Add>,
}

/// The data files that one version of a table adds.
async fn added(store: &Store, folder: &Path, entry: &Path) -> Result<Vec<Path>, LakeError> {
    let bytes = store.get(entry).await?;
    let mut paths = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let line: Line = serde_json::from_slice(line).map_err(|error| LakeError::Shape {
            found: error.to_string(),
            wanted: format!("an action of the Delta log `{entry}`"),
        })?;
        paths.extend(line.add.map(|add| Path::from(format!("{folder}/{}", add.path))));
    }
    Ok(paths)
}
