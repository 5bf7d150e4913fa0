//! Power loss and `kill -9` against the store, the manifests and the evidence together.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, Write as _},
    path::Path as FilePath,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use yagura_model::record::Place;

use super::{LossyMedium, Tried, seeds};
use crate::{
    LakeError,
    evidence::{
        Digest, EvidenceEntry, EvidenceReader, EvidenceWriter, Location, RecordIndex, prepare,
    },
    lease::Lease,
    manifest::ManifestStore,
    store::{Medium, Path, Store},
};

const FOLDER: &str = "YAGURA_TEST_FOLDER";
const COMMITS: u64 = 4;

/// The reports of a commit: two for a pack, sometimes one for a file of its own.
fn reports(number: u64) -> Vec<Vec<u8>> {
    let line = |n: u64| format!("{:x}\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).into_bytes();
    let report = |from: u64, lines: u64| (from..from + lines).flat_map(line).collect::<Vec<u8>>();
    let mut reports = vec![report(number * 1000, 40 + number), report(number * 7000, 150)];
    if number.is_multiple_of(3) {
        reports.push(report(number, 5_000));
    }
    reports
}

fn table(number: u64) -> Path {
    Path::from(format!("tables/t/part={}/{number}.txt", number % 3))
}

/// One commit, as the lake does it: evidence, a data file that names it, the manifest.
async fn commit(store: &Store) -> Result<u64, LakeError> {
    let _lease = Lease::acquire(store, Duration::ZERO, Timestamp::UNIX_EPOCH)?;
    let manifests = ManifestStore::new(store.clone());
    let previous = manifests.latest_for_writing().await?;
    let number = previous.number + 1;
    let mut writer = EvidenceWriter::open(store.clone(), &previous.packs);
    let mut data = store.create(&table(number))?;
    for report in reports(number) {
        let index: RecordIndex = [Place { start: 3, end: 20 }].into_iter().collect();
        let entry = writer.keep(prepare(store, report.as_slice())?, &index)?;
        let (pack, offset) = match entry.location {
            Location::Object => (0, 0),
            Location::Pack { number, offset } => (number, offset),
        };
        let EvidenceEntry { digest, length, stored_length, .. } = entry;
        writeln!(data, "{digest} {length} {stored_length} {pack} {offset}").unwrap();
    }
    data.finish()?;
    let mut next = previous.clone();
    next.tables.insert("t".to_owned(), number as i64);
    next.packs = writer.flush()?;
    if next.packs.is_empty() {
        next.packs.clone_from(&previous.packs);
    }
    Ok(manifests.commit(&previous, next, Timestamp::UNIX_EPOCH).await?.number)
}

fn entry_of(line: &str) -> EvidenceEntry {
    let fields: Vec<_> = line.split(' ').collect();
    let number = |at: usize| fields[at].parse::<u64>().unwrap();
    let location = match number(3) {
        0 => Location::Object,
        pack => Location::Pack { number: pack, offset: number(4) },
    };
    let digest: Digest = fields[0].parse().unwrap();
    EvidenceEntry { digest, length: number(1), stored_length: number(2), location }
}

/// Everything that any manifest names is there and intact; gives the latest manifest's number.
async fn check(store: &Store) -> u64 {
    let latest = ManifestStore::new(store.clone()).latest().await.unwrap().number;
    let reader = EvidenceReader::new(store.clone());
    for number in 1..=latest {
        let manifest = ManifestStore::new(store.clone()).get(number).await.unwrap();
        assert_eq!(manifest.tables["t"], number as i64);
        let data = store.get(&table(number)).await.unwrap();
        let lines: Vec<_> = data.lines().map(Result::unwrap).collect();
        let expected = reports(number);
        assert_eq!(lines.len(), expected.len(), "table of {number}");
        for (line, bytes) in lines.iter().zip(expected) {
            let entry = entry_of(line);
            assert!(reader.read_range(&entry, 0..u64::MAX).unwrap() == bytes, "{entry}");
            let record = reader.read_record(&entry, 0).unwrap();
            assert_eq!(record.bytes, &bytes[3..20]);
        }
    }
    latest
}

#[tokio::test]
async fn power_loss_costs_nothing_acknowledged_and_leaves_no_halves() {
    for seed in seeds(40) {
        let _tried = Tried::new(seed, "power lost".to_owned());
        let base = tempfile::tempdir().unwrap();
        let medium = Arc::new(LossyMedium::new(base.path()).unwrap());
        let open = || {
            let medium = Arc::clone(&medium) as Arc<dyn Medium>;
            Store::with_medium(&medium_folder(base.path()), medium).unwrap()
        };
        let mut acknowledged = 0;
        for round in 0..3 {
            let store = open();
            medium.power_off_after((seed * 7 + round * 13) % 47);
            let mut attempted = acknowledged;
            for _ in 0..COMMITS {
                attempted += 1;
                match commit(&store).await {
                    Ok(number) => acknowledged = number,
                    Err(_) => break,
                }
            }
            drop(store);
            medium.crash(seed * 31 + round).unwrap();
            let store = open();
            let latest = check(&store).await;
            assert!(
                (acknowledged..=attempted).contains(&latest),
                "seed {seed} round {round}: {acknowledged} <= {latest} <= {attempted}"
            );
            acknowledged = commit(&store).await.unwrap();
            assert_eq!(acknowledged, latest + 1);
            assert_eq!(check(&store).await, acknowledged);
        }
    }
}

fn medium_folder(base: &FilePath) -> std::path::PathBuf {
    base.join("disk/data")
}

/// A process killed before its commit was durable, a second one that builds on it, power loss.
#[tokio::test]
async fn what_a_killed_process_left_is_made_durable_by_the_next() {
    for seed in seeds(40) {
        let _tried = Tried::new(seed, "power lost".to_owned());
        let base = tempfile::tempdir().unwrap();
        let medium = Arc::new(LossyMedium::new(base.path()).unwrap());
        let open = |medium: Arc<dyn Medium>| {
            Store::with_medium(&medium_folder(base.path()), medium).unwrap()
        };
        // Its last syncs are what the kill prevents.
        let first = open(Arc::clone(&medium) as Arc<dyn Medium>);
        commit(&first).await.unwrap();
        commit(&first).await.unwrap();
        medium.power_off_after(seed % 20);
        drop(commit(&first).await);
        drop(first);
        medium.power_off_after(u64::MAX);
        let second = open(Arc::clone(&medium) as Arc<dyn Medium>);
        let acknowledged = commit(&second).await.unwrap();
        drop(second);
        medium.crash(seed).unwrap();
        assert_eq!(check(&open(medium)).await, acknowledged, "seed {seed}");
    }
}

/// The process that is killed; nothing when run as a test of its own.
#[tokio::test]
async fn child_commits_and_says_so() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let store = Store::open(FilePath::new(&folder)).unwrap();
    for _ in 0..COMMITS {
        let number = commit(&store).await.unwrap();
        let mut out = std::io::stderr();
        writeln!(out, "acknowledged {number}").unwrap();
    }
}

#[tokio::test]
async fn a_killed_process_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut latest = 0;
    let mut killed = 0;
    for point in 1.. {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "faults::tests::child_commits_and_says_so", "--nocapture"])
            .env("YAGURA_FAIL_POINT", format!("*:{point}"))
            .env(FOLDER, folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let said = String::from_utf8(child.stderr).unwrap();
        let acknowledged = said
            .lines()
            .filter_map(|line| line.strip_prefix("acknowledged ")?.parse::<u64>().ok())
            .max()
            .unwrap_or(latest);
        let store = Store::open(folder.path()).unwrap();
        let found = check(&store).await;
        assert!((acknowledged..=acknowledged + 1).contains(&found), "point {point}: {found}");
        latest = commit(&store).await.unwrap();
        assert_eq!(latest, found + 1, "point {point}");
        if child.status.success() {
            break;
        }
        killed += 1;
    }
    assert!(killed >= 50, "only {killed} fail points were passed");
}

#[test]
fn unsynced_changes_are_lost_by_chance_and_synced_ones_never() {
    let mut seen = BTreeMap::new();
    for seed in 0..200 {
        let base = tempfile::tempdir().unwrap();
        let medium = LossyMedium::new(base.path()).unwrap();
        let at = |name: &str| medium.folder().join(name);
        std::fs::write(at("kept"), "kept").unwrap();
        std::fs::write(at("old"), "same").unwrap();
        std::fs::write(at("grown"), "begin").unwrap();
        std::fs::write(at("gone"), "gone").unwrap();
        for name in ["kept", "old", "grown", "gone"] {
            medium.sync_file(&at(name)).unwrap();
        }
        medium.sync_folder(medium.folder()).unwrap();
        std::fs::rename(at("old"), at("new")).unwrap();
        std::fs::write(at("grown"), "begin and more").unwrap();
        std::fs::remove_file(at("gone")).unwrap();
        std::fs::create_dir(at("folder")).unwrap();
        std::fs::write(at("folder/file"), "file").unwrap();
        medium.sync_file(&at("folder/file")).unwrap();
        medium.crash(seed).unwrap();
        assert_eq!(std::fs::read_to_string(at("kept")).unwrap(), "kept");
        let grown = std::fs::read_to_string(at("grown")).unwrap();
        assert!(grown.starts_with("begin") && grown.len() <= 14, "{grown:?}");
        let file = std::fs::read_to_string(at("folder/file"));
        assert!(file.is_err() || file.unwrap() == "file");
        for name in ["old", "new", "gone", "folder", "folder/file"] {
            *seen.entry((name, at(name).exists())).or_insert(0) += 1;
        }
        *seen.entry(("grown", grown == "begin")).or_insert(0) += 1;
    }
    assert_eq!(seen.len(), 12, "each both ways: {seen:?}");
}
