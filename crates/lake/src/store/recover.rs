//! Putting back what a crash left: versions of a Delta log that no manifest names, and files that
//! never got their name.

use std::{fs, io::ErrorKind, time::Duration};

use jiff::Timestamp;
use object_store::path::Path;

use super::{Store, StoreError};

/// How long a file may stay under its provisional name without a write before it counts as left
/// behind.
const LEFT_BEHIND: Duration = Duration::from_secs(24 * 60 * 60);

/// Names the newest checkpoint of a Delta log.
const LAST_CHECKPOINT: &str = "_last_checkpoint";

impl Store {
    /// Removes from the Delta log of a table everything later than the version that the manifest
    /// names (`None`: everything), and gives how many files that were. To be called with the lease
    /// held.
    ///
    /// No reader was ever told of these versions. After a power loss any of them can be missing with
    /// a later one there, so a new version on top of them would not do.
    pub async fn truncate_log(
        &self,
        table: &Path,
        version: Option<u64>,
    ) -> Result<usize, StoreError> {
        let beyond = self.beyond(table, version).await?;
        for path in beyond.iter().rev() {
            self.delete(path).await?;
        }
        if !beyond.is_empty() {
            // Before new versions take the names: a removal that is undone would bring back the old.
            self.sync().await?;
        }
        Ok(beyond.len())
    }

    /// What the Delta log of a table has beyond the version that the manifest names.
    pub(crate) async fn beyond(
        &self,
        table: &Path,
        version: Option<u64>,
    ) -> Result<Vec<Path>, StoreError> {
        let log = table.clone().join("_delta_log");
        let is_later = |found: u64| version.is_none_or(|version| found > version);
        let mut beyond = Vec::new();
        for object in self.list(&log).await? {
            let later = match object.location.filename() {
                Some(LAST_CHECKPOINT) => {
                    checkpoint_version(&self.get(&object.location).await?).is_none_or(is_later)
                }
                name => name.and_then(log_version).is_some_and(is_later),
            };
            if later {
                beyond.push(object.location);
            }
        }
        Ok(beyond)
    }

    /// Removes files that processes left under provisional names, if nothing was written to them in
    /// the last day, and gives how many bytes that frees. To be called with the lease held.
    pub fn sweep(&self, now: Timestamp) -> Result<u64, StoreError> {
        let before = std::time::SystemTime::from(now).checked_sub(LEFT_BEHIND);
        let mut freed = 0;
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            let entries = fs::read_dir(&folder).map_err(StoreError::io("list", &folder))?;
            for entry in entries {
                let entry = entry.map_err(StoreError::io("list", &folder))?;
                let path = entry.path();
                let about = match entry.metadata() {
                    Err(error) if error.kind() == ErrorKind::NotFound => continue,
                    about => about.map_err(StoreError::io("look at", &path))?,
                };
                if about.is_dir() {
                    folders.push(path);
                } else if is_provisional(&entry.file_name().to_string_lossy())
                    && about.modified().ok() < before
                {
                    match fs::remove_file(&path) {
                        Err(error) if error.kind() == ErrorKind::NotFound => continue,
                        removed => removed.map_err(StoreError::io("delete", &path))?,
                    }
                    freed += about.len();
                }
            }
        }
        Ok(freed)
    }
}

/// The version that a file of a Delta log belongs to.
pub(crate) fn log_version(name: &str) -> Option<u64> {
    let digits = name.get(..20).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()));
    digits?.parse().ok()
}

/// The version that a checkpoint of a Delta log holds whole, if this is one.
pub(crate) fn log_checkpoint(name: &str) -> Option<u64> {
    log_version(name).filter(|_| name.ends_with(".checkpoint.parquet"))
}

/// The version that a `_last_checkpoint` names, `None` if it cannot be read.
fn checkpoint_version(bytes: &[u8]) -> Option<u64> {
    serde_json::from_slice::<serde_json::Value>(bytes).ok()?.get("version")?.as_u64()
}

/// Whether a name ends in `#` and a number.
fn is_provisional(name: &str) -> bool {
    let number = name.rsplit_once('#').map(|(_, number)| number);
    number.is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::{Timestamp, ToSpan as _};

    use super::{Path, Store, is_provisional, log_checkpoint, log_version};

    const TABLE: &str = "tables/findings";

    async fn check(files: &[&str], version: Option<u64>, expected: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        for file in files {
            let path = Path::from(format!("{TABLE}/_delta_log/{file}"));
            store.put(&path, r#"{"version":10,"size":3}"#.into()).await.unwrap();
        }
        let removed = store.truncate_log(&Path::from(TABLE), version).await.unwrap();
        assert_eq!(removed, files.len() - expected.len());
        let left = store.list(&Path::from(TABLE)).await.unwrap();
        let left: Vec<_> = left.iter().filter_map(|object| object.location.filename()).collect();
        assert_eq!(left, expected);
    }

    #[tokio::test]
    async fn a_log_is_cut_back_to_the_version_the_manifest_names() {
        let zero = "00000000000000000000.json";
        let nine = "00000000000000000009.json";
        let ten = "00000000000000000010.json";
        let checkpoint = "00000000000000000010.checkpoint.parquet";
        let twelve = "00000000000000000012.json";
        let last = "_last_checkpoint";
        let all = [zero, nine, checkpoint, ten, twelve, last];
        check(&all, Some(12), &all).await;
        check(&all, Some(10), &[zero, nine, checkpoint, ten, last]).await;
        check(&all, Some(9), &[zero, nine]).await;
        check(&all, None, &[]).await;
        // The checkpoint itself was lost.
        check(&[zero, nine, last], Some(9), &[zero, nine]).await;
        check(&[], Some(3), &[]).await;
    }

    #[test]
    fn what_was_left_behind_is_swept_and_what_is_at_work_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        std::fs::create_dir_all(store.folder().join("evidence/incoming")).unwrap();
        let old = store.folder().join("evidence/incoming/77-0#1");
        std::fs::write(&old, "left").unwrap();
        std::fs::write(store.folder().join("keep"), "kept").unwrap();
        let file = store.create(&Path::from("t/part")).unwrap();
        let modified = std::fs::metadata(&old).unwrap().modified().unwrap();
        let now = Timestamp::try_from(modified).unwrap();
        assert_eq!(store.sweep(now).unwrap(), 0);
        let past = std::fs::File::options().write(true).open(&old).unwrap();
        past.set_modified(modified - Duration::from_secs(90_000)).unwrap();
        assert_eq!(store.sweep(now).unwrap(), 4);
        assert!(!old.exists());
        file.finish().unwrap();
        assert_eq!(store.sweep(now + 48.hours()).unwrap(), 0);
        assert!(store.folder().join("keep").exists());
    }

    #[test]
    fn names_say_what_they_are() {
        assert_eq!(log_version("00000000000000000007.json"), Some(7));
        assert_eq!(
            log_version("00000000000000000007.00000000000000000009.compacted.json"),
            Some(7)
        );
        assert_eq!(log_version("_last_checkpoint"), None);
        assert_eq!(log_checkpoint("00000000000000000009.checkpoint.parquet"), Some(9));
        assert_eq!(log_checkpoint("00000000000000000009.json"), None);
        assert!(is_provisional("a.parquet#1") && is_provisional("x#12"));
        assert!(!is_provisional("a#b") && !is_provisional("a#") && !is_provisional("a"));
    }
}
