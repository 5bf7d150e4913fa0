//! Every invariant, broken by hand: found, named, and nothing else held against it.

use std::{collections::BTreeSet, fs, path::PathBuf, sync::Arc, time::Duration};

use proptest::{prelude::*, test_runner::TestRunner};
use tempfile::TempDir;
use yagura_model::id::{AssetKey, CheckKey, ReportKey, Shard, SubjectKey};

use super::{Checked, EvidenceDepth, Invariant};
use crate::{
    Changes, Lake,
    compact::Extent,
    evidence::{EvidenceReader, Location},
    row::{RowId, Stored, Version},
    rows::{
        AssetRow, CoverageRow, FindingRow, IdentifierRow, LinkRow, ReportRow, SoftwareRow,
        SoftwareSetRow,
    },
    scan::Filter,
    table::Table,
    testing::{self, at, subject},
};

struct House {
    _folder: TempDir,
    lake: Lake,
}

impl House {
    async fn new(commits: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lake = testing::lake(&folder.path().join("data"), commits).await;
        Self { _folder: folder, lake }
    }

    /// The same lake once more.
    fn again(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lake = testing::copied(&self.lake, &folder.path().join("data"));
        Self { _folder: folder, lake }
    }

    async fn check(&self, depth: EvidenceDepth) -> Checked {
        // The lake is opened anew, as by another process.
        let lake = testing::open(self.lake.store().folder());
        lake.check(depth, Arc::new(|_, _| {})).await.unwrap()
    }

    /// What a full check finds: the invariants, once each.
    async fn broken(&self) -> Vec<&'static str> {
        let checked = self.check(EvidenceDepth::Full).await;
        let mut names: Vec<_> = checked.broken.iter().map(|b| b.invariant.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    async fn write(&self, number: i64, changes: Changes) {
        let mut writer = self.lake.write(Duration::ZERO, at(number)).await.unwrap();
        writer.commit(changes, at(number)).await.unwrap();
    }

    fn path(&self, path: &str) -> PathBuf {
        self.lake.store().folder().join(path)
    }

    async fn file(&self, table: Table) -> String {
        let snapshot = self.lake.snapshot().await.unwrap();
        snapshot.files(table).await.unwrap()[0].path.clone()
    }

    fn change(&self, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let path = self.path(path);
        let mut bytes = fs::read(&path).unwrap();
        change(&mut bytes);
        fs::write(&path, bytes).unwrap();
    }
}

async fn one<T: crate::row::Row + Send + 'static>(house: &House) -> Stored<T> {
    let snapshot = house.lake.snapshot().await.unwrap();
    snapshot.read::<T>(&Filter::all()).await.unwrap().remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_lake_has_nothing_broken_before_and_after_compaction() {
    let house = House::new(6).await;
    for depth in [EvidenceDepth::Quick, EvidenceDepth::Full] {
        let checked = house.check(depth).await;
        assert_eq!(checked.broken, [], "{checked:#?}");
        assert_eq!((checked.commit, checked.evidence), (6, 6));
        assert!(checked.rows > 80 && checked.files > 60 && checked.bytes > 10_000);
        assert_eq!(checked.waste.files, 0);
    }
    let mut writer = house.lake.write(Duration::ZERO, at(7)).await.unwrap();
    writer.compact(Extent::Everything, at(7)).await.unwrap();
    drop(writer);
    let checked = house.check(EvidenceDepth::Full).await;
    assert_eq!(checked.broken, [], "{checked:#?}");
    assert!(checked.files < 40 && checked.waste.files > 40, "{checked:?}");
    // An empty lake, too.
    assert_eq!(House::new(0).await.broken().await, [] as [&str; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_gone_cut_or_altered_is_named_and_the_rest_is_read() {
    let sound = House::new(4).await;
    for (table, invariant) in [
        (Table::Findings, "file-present"),
        (Table::Findings, "file-size"),
        (Table::Subjects, "file-digest"),
        (Table::Reports, "file-present"),
        (Table::Superseded, "file-present"),
        (Table::Commits, "file-digest"),
    ] {
        let house = sound.again();
        let file = house.file(table).await;
        match invariant {
            "file-present" => fs::remove_file(house.path(&file)).unwrap(),
            "file-size" => house.change(&file, |bytes| bytes.truncate(bytes.len() / 2)),
            _ => house.change(&file, |bytes| bytes[100] ^= 2),
        }
        let checked = house.check(EvidenceDepth::Full).await;
        let told: Vec<_> = checked
            .broken
            .iter()
            .map(|b| (b.invariant.as_str(), b.table, b.path.clone()))
            .collect();
        assert_eq!(told, [(invariant, Some(table.name()), Some(file))], "{checked:#?}");
        assert!(checked.rows > 40);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_a_file_that_was_altered_says_so_and_other_tables_are_read() {
    let house = House::new(2).await;
    let file = house.file(Table::Findings).await;
    house.change(&file, |bytes| bytes[60] ^= 1);
    let snapshot = house.lake.snapshot().await.unwrap();
    let error = snapshot.rows::<FindingRow>(&Filter::all()).await.unwrap_err().to_string();
    assert!(error.contains(&file) && error.contains("yagura lake check"), "{error}");
    assert_eq!(snapshot.rows::<AssetRow>(&Filter::all()).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_with_a_missing_or_another_entry_is_named() {
    let log = "tables/findings/_delta_log";
    let entry = format!("{log}/00000000000000000002.json");
    let sound = House::new(4).await;
    for (change, invariant) in
        [("remove", "log-readable"), ("cut", "log-readable"), ("another", "log-content")]
    {
        let house = sound.again();
        match change {
            "remove" => fs::remove_file(house.path(&entry)).unwrap(),
            "cut" => house.change(&entry, |bytes| bytes.truncate(bytes.len() - 20)),
            _ => house.change(&entry, |bytes| {
                let text = String::from_utf8(bytes.clone()).unwrap();
                let (before, after) = text.split_once("\"size\":").unwrap();
                *bytes = format!("{before}\"size\":1{after}").into_bytes();
            }),
        }
        let checked = house.check(EvidenceDepth::Full).await;
        let told: Vec<_> = checked.broken.iter().map(|b| (b.invariant.as_str(), b.table)).collect();
        assert_eq!(told, [(invariant, Some("findings"))], "{change}: {checked:#?}");
        let snapshot = house.lake.snapshot().await.unwrap();
        let error = snapshot.rows::<FindingRow>(&Filter::all()).await.unwrap_err().to_string();
        assert!(error.contains("`findings`"), "{error}");
        assert_eq!(snapshot.rows::<AssetRow>(&Filter::all()).await.unwrap().len(), 4);
    }
    // Entries behind a checkpoint, and the checkpoint itself.
    let house = House::new(14).await;
    fs::remove_file(house.path(&entry)).unwrap();
    assert_eq!(house.broken().await, [] as [&str; 0]);
    let checkpoint = format!("{log}/00000000000000000009.checkpoint.parquet");
    house.change(&checkpoint, |bytes| bytes.truncate(bytes.len() / 2));
    assert_eq!(house.broken().await, ["log-readable"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_that_is_missing_or_altered_is_named() {
    let path = |number: u64| format!("_yagura/manifest/{number:020}.json");
    let sound = House::new(4).await;
    let house = sound.again();
    fs::remove_file(house.path(&path(2))).unwrap();
    assert_eq!(house.broken().await, ["manifest-chain"]);
    let house = sound.again();
    house.change(&path(2), |bytes| bytes[40] ^= 1);
    assert_eq!(house.broken().await, ["manifest-readable"]);
    // Without the newest the one before is checked.
    let house = sound.again();
    house.change(&path(4), |bytes| bytes.truncate(30));
    let checked = house.check(EvidenceDepth::Full).await;
    assert_eq!((checked.manifest, checked.broken[0].invariant), (3, Invariant::ManifestReadable));
    let error = house.lake.snapshot().await.unwrap_err().to_string();
    assert!(error.contains(&path(4)) && error.contains("yagura lake check"), "{error}");
    // All of them.
    let house = sound.again();
    (1..=4).for_each(|number| fs::remove_file(house.path(&path(number))).unwrap());
    assert_eq!(house.broken().await, ["manifest-chain"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_contradict_each_other_are_named() {
    let sound = House::new(4).await;
    let house = sound.again();
    let link: Stored<LinkRow> = one(&house).await;
    let asset: Stored<AssetRow> = one(&house).await;
    let finding: Stored<FindingRow> = one(&house).await;
    let ended = finding.version();
    let gone = RowId { row: 50, ..ended.id };
    let superseding = |version| Changes { superseded: vec![version], ..Changes::default() };
    let open = FindingRow { resolved_at: None, ..finding.row };
    let software: Stored<SoftwareRow> = one(&house).await;
    let coverage: Stored<CoverageRow> = one(&house).await;
    let identifier: Stored<IdentifierRow> = one(&house).await;
    let nobody = SubjectKey::new(subject(1).shard(), 99);
    let rows: Vec<(Changes, &str)> = vec![
        (Changes { links: vec![link.row.clone()], ..Changes::default() }, "open-once"),
        (
            Changes {
                links: vec![LinkRow { asset: AssetKey(99), subject: nobody, ..link.row }],
                ..Changes::default()
            },
            "reference",
        ),
        (Changes { assets: vec![asset.row], ..Changes::default() }, "key-once"),
        (Changes { findings: vec![open.clone(), open.clone()], ..Changes::default() }, "open-once"),
        (
            Changes {
                findings: vec![FindingRow { check: CheckKey(77), ..open.clone() }],
                ..Changes::default()
            },
            "reference",
        ),
        (
            Changes {
                findings: vec![FindingRow { report: ReportKey(77), ..open }],
                ..Changes::default()
            },
            "reference",
        ),
        (
            Changes {
                software: vec![SoftwareRow { software_set: 77, ..software.row }],
                ..Changes::default()
            },
            "reference",
        ),
        (
            Changes {
                coverage: vec![CoverageRow { check_set: Some(77), ..coverage.row }],
                ..Changes::default()
            },
            "reference",
        ),
        (
            Changes {
                software_sets: vec![SoftwareSetRow { software_set: 5, packages: vec![77] }],
                ..Changes::default()
            },
            "reference",
        ),
        (
            Changes {
                identifiers: vec![IdentifierRow { subject: nobody, ..identifier.row }],
                ..Changes::default()
            },
            "reference",
        ),
        (superseding(Version { id: gone, ..ended }), "superseded-row"),
        (superseding(Version { shard: Some(Shard(9)), ..ended }), "superseded-row"),
        (superseding(Version { shard: None, ..ended }), "superseded-row"),
        (Changes { counters: [("assets".to_owned(), 2)].into(), ..Changes::default() }, "counter"),
    ];
    for (changes, invariant) in rows {
        let house = sound.again();
        let told = format!("{changes:?}");
        house.write(5, changes).await;
        assert_eq!(house.broken().await, [invariant], "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_that_is_gone_or_cut_is_named_with_its_report() {
    let house = House::new(4).await;
    let reports: Vec<ReportRow> =
        house.lake.snapshot().await.unwrap().rows(&Filter::all()).await.unwrap();
    let object = reports[2].evidence().unwrap().path().to_string();
    let pack = reports[0].evidence().unwrap().path().to_string();
    fs::remove_file(house.path(&object)).unwrap();
    let checked = house.check(EvidenceDepth::Quick).await;
    assert_eq!(checked.broken.len(), 1, "{checked:#?}");
    let breach = &checked.broken[0];
    assert_eq!(breach.invariant, Invariant::EvidencePresent);
    assert_eq!((breach.path.as_deref(), breach.key.as_deref()), (Some(&*object), Some("report 3")));
    house.change(&pack, |bytes| bytes.truncate(bytes.len() - 10));
    let checked = house.check(EvidenceDepth::Quick).await;
    let keys: Vec<_> = checked.broken.iter().map(|breach| breach.key.clone()).collect();
    assert_eq!(keys, [None, Some("report 3".to_owned()), Some("report 4".to_owned())]);
}

/// A runtime and a sound lake that cases are copied from.
fn sound(commits: i64) -> (tokio::runtime::Runtime, House) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let house = runtime.block_on(House::new(commits));
    (runtime, house)
}

/// A byte anywhere in a data file: one in each table at a time.
#[test]
fn a_flipped_byte_in_a_table_is_always_found() {
    let (runtime, sound) = sound(2);
    let place = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..8_u32);
    let case = prop::collection::vec(place, Table::ALL.len());
    let mut runner = TestRunner::new(ProptestConfig::with_cases(6));
    let snapshot = runtime.block_on(sound.lake.snapshot()).unwrap();
    let checked = runner.run(&case, |places| {
        runtime.block_on(async {
            let house = sound.again();
            let mut flipped = BTreeSet::new();
            for (table, (file, place, bit)) in Table::ALL.iter().zip(places) {
                let files = snapshot.files(*table).await.unwrap();
                if files.is_empty() {
                    continue;
                }
                let file = file.get(&files);
                house.change(&file.path, |bytes| {
                    let place = place.index(bytes.len());
                    bytes[place] ^= 1 << bit;
                });
                flipped.insert(file.path.clone());
            }
            assert!(flipped.len() > 15);
            let checked = house.check(EvidenceDepth::Quick).await;
            let told: BTreeSet<_> = checked
                .broken
                .iter()
                .filter(|breach| breach.invariant == Invariant::FileDigest)
                .filter_map(|breach| breach.path.clone())
                .collect();
            assert_eq!(told, flipped);
            assert_eq!(checked.broken.len(), flipped.len(), "{checked:#?}");
        });
        Ok(())
    });
    checked.unwrap();
}

/// A byte anywhere in the evidence of each report: found, or the bytes and the places of the records
/// are as they were (decoders ignore a bit of each frame).
#[test]
fn a_flipped_byte_in_evidence_is_found_or_changes_nothing() {
    let (runtime, sound) = sound(6);
    let case = prop::collection::vec((any::<prop::sample::Index>(), 0..8_u32), 6);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(8));
    let snapshot = runtime.block_on(sound.lake.snapshot()).unwrap();
    let reports: Vec<ReportRow> = runtime.block_on(snapshot.rows(&Filter::all())).unwrap();
    let checked = runner.run(&case, |places| {
        let house = sound.again();
        for (report, (place, bit)) in reports.iter().zip(places) {
            let entry = report.evidence().unwrap();
            house.change(entry.path().as_ref(), |bytes| {
                let start = match entry.location {
                    Location::Pack { offset, .. } => offset as usize,
                    Location::Object => 0,
                };
                bytes[start + place.index(entry.stored_length as usize)] ^= 1 << bit;
            });
        }
        let checked = runtime.block_on(house.check(EvidenceDepth::Full));
        let told: BTreeSet<_> =
            checked.broken.iter().filter_map(|breach| breach.key.clone()).collect();
        assert_eq!(told.len(), checked.broken.len(), "{checked:#?}");
        for report in &reports {
            let number = report.report.0;
            if told.contains(&format!("report {number}")) {
                continue;
            }
            let entry = report.evidence().unwrap();
            let reader = EvidenceReader::new(house.lake.store().clone());
            assert!(reader.read_range(&entry, 0..u64::MAX).unwrap() == testing::report(number));
            for record in 0..20 {
                let place = reader.read_record(&entry, record).unwrap().place;
                assert_eq!(place.start, record * 4);
            }
        }
        Ok(())
    });
    checked.unwrap();
}
