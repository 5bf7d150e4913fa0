//! Loss of power in the middle of a commit, compaction, vacuum, backup and restore.
//!
//! Each point is a seed: it chooses after how many syncs the power goes, and what is lost of what was
//! not synced. What is left must be the lake before the verb or after it, nothing that was
//! acknowledged is gone, and the verb carried out again is as if nothing had been. A test that fails
//! says which seed to give as `YAGURA_FAULT_SEED`; `YAGURA_FAULT_TIMES` tries so many times as many.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::{Chance, LossyMedium, Tried, seeds};
use crate::{
    Changes, Lake, Vacuum,
    backup::{self, BackupError, BackupOptions},
    check::EvidenceDepth,
    compact::{Extent, Limits},
    retention::tests as retention,
    row::{Row, Stored},
    rows::{FindingRow, ReportRow},
    scan::Filter,
    store::{Medium, Store},
    testing::{at, copy, try_few},
};

/// Reports in the lake before a verb.
const REPORTS: i64 = 3;

/// Reports in the backup before a verb.
const BACKED_UP: i64 = 2;

const QUIET: backup::Watch<'_> = &|_, _| {};

/// A file that a crash left.
const LEFT: &str = "tables/findings/shard=1/000000000099-0000.parquet";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Commit,
    Compact,
    Vacuum,
    Retain,
    VacuumOfRetained,
    Backup,
    Restore,
}

impl Verb {
    /// How many points are tried; those of commits are in other tests too.
    fn points(self) -> u64 {
        match self {
            Self::Compact | Self::Vacuum => 24,
            Self::Retain | Self::VacuumOfRetained => 16,
            Self::Backup => 16,
            Self::Commit | Self::Restore => 12,
        }
    }
}

struct Disk {
    base: tempfile::TempDir,
    medium: Arc<LossyMedium>,
}

impl Disk {
    /// A disk that holds what another folder does.
    fn of(kept: &Path) -> Self {
        let base = tempfile::tempdir().unwrap();
        copy(kept, &base.path().join("disk"));
        let medium = Arc::new(LossyMedium::new(base.path()).unwrap());
        Self { base, medium }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.base.path().join("disk").join(name)
    }

    fn store(&self, name: &str) -> Store {
        let medium = Arc::clone(&self.medium) as Arc<dyn Medium>;
        Store::with_medium(&self.at(name), medium).unwrap()
    }

    fn lake(&self) -> Lake {
        Lake::with_store(self.store("data")).with_limits(limits())
    }
}

/// Files pile up, so that there is something to do.
fn limits() -> Limits {
    Limits { small_files: usize::MAX, vacuum_every: u64::MAX, ..Limits::STANDARD }
}

/// A folder with a lake and a backup of part of it.
async fn kept(verb: Verb) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(&folder.path().join("data")).unwrap().with_limits(limits());
    for number in 1..=REPORTS {
        try_few(&lake, number).await.unwrap();
        if number == BACKED_UP && matches!(verb, Verb::Backup | Verb::Restore) {
            let to = folder.path().join("backup");
            let options = BackupOptions { copy: true };
            backup::take(&lake, &to, options, at(number), QUIET).await.unwrap();
        }
    }
    if verb == Verb::VacuumOfRetained {
        retention::delete(&lake, at(REPORTS), at(REPORTS)).await.unwrap();
    }
    if verb == Verb::Vacuum {
        let mut writer = lake.write(Duration::ZERO, at(REPORTS)).await.unwrap();
        writer.compact(Extent::Everything, at(REPORTS)).await.unwrap();
        // Until the states with the files that were replaced are no longer kept.
        for number in REPORTS + 1..=REPORTS + 9 {
            writer.commit(Changes::default(), at(number)).await.unwrap();
        }
        std::fs::write(lake.store().locate(&LEFT.into()), "half a file").unwrap();
    }
    folder
}

async fn rows<T: Row + std::fmt::Debug + Send + 'static>(lake: &Lake) -> String {
    let snapshot = lake.snapshot().await.unwrap();
    let rows: Vec<Stored<T>> = snapshot.read(&Filter::all().with_superseded()).await.unwrap();
    format!("{rows:?}")
}

/// What a lake holds: its reports, and versions of findings with their names.
async fn held(lake: &Lake) -> Vec<String> {
    vec![rows::<ReportRow>(lake).await, rows::<FindingRow>(lake).await]
}

/// How many commits and rows there are, if everything is sound down to each byte of evidence.
async fn sound(lake: &Lake) -> (i64, u64) {
    let checked = lake.check(EvidenceDepth::Full, Arc::new(|_, _| {})).await.unwrap();
    assert!(checked.broken.is_empty(), "{:?}", checked.broken);
    (checked.commit, checked.rows)
}

/// Carries a verb out.
async fn carry_out(disk: &Disk, verb: Verb) -> Result<(), String> {
    let now = at(99);
    let done: Result<(), BackupError> = async {
        match verb {
            Verb::Commit => try_few(&disk.lake(), REPORTS + 1).await?,
            Verb::Compact => {
                let mut writer = disk.lake().write(Duration::ZERO, now).await?;
                writer.compact(Extent::Everything, now).await?;
            }
            Verb::Retain => retention::delete(&disk.lake(), at(REPORTS), now).await?,
            Verb::Vacuum | Verb::VacuumOfRetained => {
                let mut writer = disk.lake().write(Duration::ZERO, now).await?;
                writer.vacuum(Vacuum::default(), now).await?;
            }
            Verb::Backup => {
                let to = disk.store("backup");
                let options = BackupOptions { copy: true };
                backup::take_into(&disk.lake(), &to, options, now, QUIET).await?;
            }
            Verb::Restore => {
                let (from, to) = (disk.at("backup"), disk.store("restored"));
                backup::restore_into(&from, &to, now, QUIET).await?;
            }
        }
        Ok(())
    }
    .await;
    done.map_err(|error| format!("{error:?}"))
}

/// The lake that a verb is about: of a backup what is restored of it.
async fn outcome(disk: &Disk, verb: Verb) -> (tempfile::TempDir, Lake) {
    let folder = tempfile::tempdir().unwrap();
    let lake = match verb {
        Verb::Commit | Verb::Compact | Verb::Vacuum | Verb::Retain | Verb::VacuumOfRetained => {
            disk.lake()
        }
        Verb::Restore => Lake::with_store(disk.store("restored")),
        Verb::Backup => {
            let to = folder.path().join("data");
            backup::restore(&disk.at("backup"), &to, at(99), QUIET).await.unwrap();
            Lake::open(&to).unwrap()
        }
    };
    (folder, lake)
}

/// What a verb is held against: the lake before it and after it.
struct Expected {
    before: Vec<String>,
    after: Vec<String>,
    sound: (i64, u64),
}

/// Holds what the loss of power left against what may be, and carries the verb out again.
async fn goes_on(disk: &Disk, verb: Verb, acknowledged: bool, expected: &Expected) {
    let (_folder, lake) = outcome(disk, verb).await;
    let found = held(&lake).await;
    let is_after = found == expected.after;
    assert!(is_after || (found == expected.before && !acknowledged), "part of it: {found:?}");
    if !matches!(verb, Verb::Commit | Verb::Retain) || !is_after {
        match carry_out(disk, verb).await {
            // It had come to its end: there is a lake now.
            Err(error) if verb == Verb::Restore && is_after => {
                assert!(error.contains("InUse"), "{error}");
            }
            done => done.unwrap(),
        }
    }
    let (_folder, lake) = outcome(disk, verb).await;
    assert_eq!(sound(&lake).await, expected.sound, "rows are missing or twice there");
    if verb == Verb::Vacuum {
        let left = lake.store().exists(&LEFT.into()).await.unwrap();
        assert!(!left, "what a crash left is still there");
    }
}

async fn sweep(verb: Verb) {
    let kept = kept(verb).await;
    let undisturbed = Disk::of(kept.path());
    let (_folder, lake) = outcome(&undisturbed, verb).await;
    let before = held(&lake).await;
    let synced = undisturbed.medium.synced();
    carry_out(&undisturbed, verb).await.unwrap();
    let points = undisturbed.medium.synced() - synced;
    assert!(points > 5, "{verb:?} syncs only {points} times");
    let (_folder, lake) = outcome(&undisturbed, verb).await;
    let expected = Expected { before, after: held(&lake).await, sound: sound(&lake).await };
    let same = matches!(verb, Verb::Compact | Verb::Vacuum | Verb::VacuumOfRetained);
    assert_eq!(expected.before == expected.after, same);
    for seed in seeds(verb.points()) {
        let point = Chance::new(seed).below(points);
        let tried = format!("{verb:?}, power lost after {point} of {points} syncs");
        let _tried = Tried::new(seed, tried);
        let disk = Disk::of(kept.path());
        disk.medium.power_off_after(point);
        let done = carry_out(&disk, verb).await;
        disk.medium.crash(seed.wrapping_mul(31)).unwrap();
        goes_on(&disk, verb, done.is_ok(), &expected).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_without_power_is_whole_or_not_there() {
    sweep(Verb::Commit).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compaction_without_power_changes_no_row() {
    sweep(Verb::Compact).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vacuum_without_power_deletes_nothing_that_is_needed() {
    sweep(Verb::Vacuum).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_without_power_deletes_all_it_says_or_nothing() {
    sweep(Verb::Retain).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vacuum_after_a_deletion_without_power_leaves_all_evidence_that_is_kept() {
    sweep(Verb::VacuumOfRetained).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_without_power_leaves_the_one_before_or_the_new_one() {
    sweep(Verb::Backup).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_without_power_is_done_again() {
    sweep(Verb::Restore).await;
}
