//! What is broken is made whole, or given up and told; and the next commit goes on.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use tempfile::TempDir;

use super::{Remedy, RepairOptions};
use crate::{
    Lake,
    backup::{self, BackupOptions},
    check::EvidenceDepth,
    compact::Extent,
    row::{Row, Stored},
    rows::{FindingRow, ReportRow, SubjectRow},
    scan::Filter,
    table::Table,
    testing::{self, at, commit},
};

struct House {
    folder: TempDir,
    lake: Lake,
}

impl House {
    async fn new(commits: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lake = testing::lake(&folder.path().join("data"), commits).await;
        Self { folder, lake }
    }

    /// The same lake once more.
    fn again(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lake = testing::copied(&self.lake, &folder.path().join("data"));
        Self { folder, lake }
    }

    async fn back_up(&self) -> PathBuf {
        let to = self.folder.path().join("backup");
        let options = BackupOptions { copy: true };
        backup::take(&self.lake, &to, options, at(50), &|_, _| {}).await.unwrap();
        to
    }

    /// Repairs; gives what was done, and what is broken still.
    async fn repair(&self, backup: Option<&PathBuf>) -> (Vec<Remedy>, Vec<&'static str>) {
        let options = RepairOptions {
            wait: Duration::ZERO,
            backup: backup.map(PathBuf::as_path),
            depth: EvidenceDepth::Full,
            settle: false,
        };
        let done = self.lake.repair(options, at(60)).await.unwrap();
        (done.iter().map(|done| done.remedy).collect(), self.broken().await)
    }

    async fn broken(&self) -> Vec<&'static str> {
        let checked = self.lake.check(EvidenceDepth::Full, Arc::new(|_, _| {})).await.unwrap();
        let mut names: Vec<_> =
            checked.broken.iter().map(|breach| breach.invariant.as_str()).collect();
        names.dedup();
        names
    }

    fn path(&self, path: &str) -> PathBuf {
        self.lake.store().folder().join(path)
    }

    fn flip(&self, path: &str, at: usize) {
        let mut bytes = fs::read(self.path(path)).unwrap();
        bytes[at] ^= 1;
        fs::write(self.path(path), bytes).unwrap();
    }

    async fn file(&self, table: Table) -> String {
        let snapshot = self.lake.snapshot().await.unwrap();
        snapshot.files(table).await.unwrap()[0].path.clone()
    }

    async fn rows<T: Row + std::fmt::Debug + Send + 'static>(&self) -> Vec<String> {
        let snapshot = self.lake.snapshot().await.unwrap();
        let rows: Vec<Stored<T>> = snapshot.read(&Filter::all().with_superseded()).await.unwrap();
        rows.iter().map(|row| format!("{row:?}")).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sound_is_left_alone() {
    let house = House::new(3).await;
    let before = house.lake.snapshot().await.unwrap().manifest().clone();
    assert_eq!(house.repair(None).await, (vec![], vec![]));
    assert_eq!(*house.lake.snapshot().await.unwrap().manifest(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_file_is_given_up_and_results_are_marked() {
    let house = House::new(4).await;
    let file = house.file(Table::Findings).await;
    house.flip(&file, 60);
    let (done, broken) = house.repair(None).await;
    assert_eq!((done, broken), (vec![Remedy::FileGivenUp], vec![]));
    let snapshot = house.lake.snapshot().await.unwrap();
    let lost = snapshot.lost();
    assert!(lost.files == 1 && lost.rows >= 1, "{lost:?}");
    let left = house.rows::<FindingRow>().await.len() as u64;
    assert_eq!(left + lost.rows, 4 + 3);
    assert!(!house.path(&file).exists());

    // Its reports are named and can be given again: their bytes are no longer known.
    let damage = snapshot.manifest().damage.clone();
    let again = house.lake.reopen(&damage, Duration::ZERO, at(61)).await.unwrap();
    assert_eq!(again.iter().map(|again| again.report).collect::<Vec<_>>(), [2]);
    let known: Vec<ReportRow> =
        house.lake.snapshot().await.unwrap().rows(&Filter::of("digest_hash", [2])).await.unwrap();
    assert_eq!(known, []);
    assert_eq!(house.broken().await, [] as [&str; 0]);
    commit(&house.lake, 5).await;
    assert_eq!(house.lake.snapshot().await.unwrap().lost(), lost);
    let options = RepairOptions {
        wait: Duration::ZERO,
        backup: None,
        depth: EvidenceDepth::Quick,
        settle: true,
    };
    house.lake.repair(options, at(62)).await.unwrap();
    assert_eq!(house.lake.snapshot().await.unwrap().lost().files, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_files_come_back_from_a_backup() {
    let house = House::new(4).await;
    let backup = house.back_up().await;
    let findings = house.rows::<FindingRow>().await;
    let (one, other) = (house.file(Table::Findings).await, house.file(Table::Subjects).await);
    house.flip(&one, 60);
    fs::remove_file(house.path(&other)).unwrap();
    let reports: Vec<ReportRow> =
        house.lake.snapshot().await.unwrap().rows(&Filter::all()).await.unwrap();
    let object = reports[2].evidence().unwrap().path().to_string();
    let pack = reports[0].evidence().unwrap().path().to_string();
    house.flip(&object, 300);
    house.flip(&pack, 100);
    // The pack has grown since.
    commit(&house.lake, 5).await;
    let manifest = format!("_yagura/manifest/{:020}.json", 4);
    house.flip(&manifest, 50);
    let (done, broken) = house.repair(Some(&backup)).await;
    assert_eq!(broken, [] as [&str; 0], "{done:?}");
    assert_eq!(done.iter().filter(|done| **done == Remedy::FileRestored).count(), 4, "{done:?}");
    let now = house.rows::<FindingRow>().await;
    assert!(findings.iter().all(|row| now.contains(row)) || now.len() > findings.len());
    assert_eq!(house.lake.snapshot().await.unwrap().lost().files, 0);
    commit(&house.lake, 6).await;
    assert_eq!(house.broken().await, [] as [&str; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_without_a_backup_is_given_up_report_by_report() {
    let house = House::new(5).await;
    let reports: Vec<ReportRow> =
        house.lake.snapshot().await.unwrap().rows(&Filter::all()).await.unwrap();
    let pack = reports[0].evidence().unwrap().path().to_string();
    fs::remove_file(house.path(reports[2].evidence().unwrap().path().as_ref())).unwrap();
    let length = fs::metadata(house.path(&pack)).unwrap().len();
    let file = fs::File::options().write(true).open(house.path(&pack)).unwrap();
    file.set_len(length - 40).unwrap();
    let (done, broken) = house.repair(None).await;
    assert_eq!((done, broken), (vec![Remedy::FileGivenUp; 2], vec![]));
    let damage = house.lake.snapshot().await.unwrap().manifest().damage.clone();
    assert_eq!(damage.iter().filter_map(|damage| damage.report).collect::<Vec<_>>(), [3, 5]);
    let kept = house.back_up().await;
    backup::restore(&kept, &house.folder.path().join("other"), at(61), &|_, _| {}).await.unwrap();
    // Scores do not rest on evidence.
    assert_eq!(house.lake.snapshot().await.unwrap().lost().files, 0);
    commit(&house.lake, 7).await;
    assert_eq!(house.broken().await, [] as [&str; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_made_anew_of_the_files_that_are_there() {
    let sound = House::new(4).await;
    let compact = sound.again();
    let mut writer = compact.lake.write(Duration::ZERO, at(4)).await.unwrap();
    writer.compact(Extent::Everything, at(4)).await.unwrap();
    drop(writer);
    commit(&compact.lake, 5).await;
    for compacted in [false, true] {
        for (table, lost) in [
            (Table::Findings, "00000000000000000002.json"),
            (Table::Superseded, "00000000000000000001.json"),
            (Table::Commits, "00000000000000000004.json"),
            (Table::Subjects, ""),
        ] {
            let house = if compacted { compact.again() } else { sound.again() };
            let before = (house.rows::<FindingRow>().await, house.rows::<SubjectRow>().await);
            let log = house.path(&format!("tables/{}/_delta_log", table.name()));
            match lost {
                "" => fs::remove_dir_all(&log).unwrap(),
                _ => fs::remove_file(log.join(lost)).unwrap(),
            }
            let at = format!("{} {lost} {compacted}", table.name());
            assert_eq!(house.broken().await, ["log-readable"], "{at}");
            let (done, broken) = house.repair(None).await;
            assert_eq!((done, broken), (vec![Remedy::LogRebuilt], vec![]), "{at}");
            let after = (house.rows::<FindingRow>().await, house.rows::<SubjectRow>().await);
            assert!(after == before, "{at}");
            commit(&house.lake, 6).await;
            assert_eq!(house.broken().await, [] as [&str; 0], "{at}");
            let mut writer = house.lake.write(Duration::ZERO, testing::at(90)).await.unwrap();
            writer.vacuum(crate::Vacuum::default(), testing::at(90)).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn manifests_are_put_aside_or_made_anew() {
    let path = |number: u64| format!("_yagura/manifest/{number:020}.json");
    let sound = House::new(4).await;
    for number in [2, 4] {
        for gone in [false, true] {
            if gone && number == 4 {
                continue;
            }
            let house = sound.again();
            let before = house.lake.snapshot().await.unwrap().manifest().clone();
            match gone {
                true => fs::remove_file(house.path(&path(number))).unwrap(),
                false => house.flip(&path(number), 60),
            }
            let (done, broken) = house.repair(None).await;
            assert_eq!(broken, [] as [&str; 0], "{number} {done:?}");
            let after = house.lake.snapshot().await.unwrap().manifest().clone();
            assert_eq!(
                (after.commit, &after.tables, &after.contents, &after.counters, &after.packs),
                (before.commit, &before.tables, &before.contents, &before.counters, &before.packs)
            );
            commit(&house.lake, 5).await;
            assert_eq!(house.broken().await, [] as [&str; 0]);
            assert_eq!(house.rows::<FindingRow>().await.len(), 9);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_are_raised() {
    let house = House::new(3).await;
    let mut writer = house.lake.write(Duration::ZERO, at(4)).await.unwrap();
    let counters = [("assets".to_owned(), 1), ("shard.1.subjects".to_owned(), 0)].into();
    let changes = crate::Changes { counters, ..crate::Changes::default() };
    writer.commit(changes, at(4)).await.unwrap();
    drop(writer);
    let (done, broken) = house.repair(None).await;
    assert_eq!((done, broken), (vec![Remedy::CounterRaised; 2], vec![]));
    assert_eq!(house.lake.snapshot().await.unwrap().counter("assets"), 3);
}
