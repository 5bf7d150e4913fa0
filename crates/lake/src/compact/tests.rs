//! Compaction and vacuum change no answer, bound the files, and leave open readers alone.

use std::{collections::BTreeSet, path::Path, time::Duration};

use datafusion::{arrow::util::pretty::pretty_format_batches, prelude::SessionContext};
use jiff::{SignedDuration, ToSpan as _};
use proptest::prelude::*;
use yagura_model::{
    Timestamp,
    id::{AssetKey, CheckKey, Commit, ReportKey, Shard, SourceKey, SubjectKey},
};

use super::{Compacted, Extent, Limits};
use crate::{
    Changes, Lake, Snapshot, Vacuum, Vacuumed,
    index::Indexes,
    masters::Masters,
    query::{QueryLimits, query},
    row::{RowId, Stored},
    rows::{AttributeRow, CheckRow, FindingRow, LinkRow, SourceRow},
    scan::Filter,
    table::Table,
    views::{AsOf, in_force},
};

mod bounds;

/// No compaction by itself.
const NEVER: Limits =
    Limits { small_files: usize::MAX, vacuum_every: u64::MAX, ..Limits::STANDARD };

/// As much of it as there can be.
const ALWAYS: Limits = Limits {
    small_files: 2,
    open_keys: 3,
    rows_a_key: u64::MAX,
    file_bytes: 20_000,
    folded_bytes: 30_000,
    vacuum_every: 3,
};

fn lake(folder: &Path, limits: Limits) -> Lake {
    Lake::open(folder).unwrap().with_limits(limits)
}

/// The time of a commit: hours lie between two, so that vacuum has something to do.
fn at(number: i64) -> Timestamp {
    "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap() + (number * 3).hours()
}

fn finding(subject: i64, check: i32, commit: i64) -> FindingRow {
    FindingRow {
        subject: SubjectKey::new(Shard(1 + (subject % 2) as i32), subject as u32),
        check: CheckKey(check),
        location: format!("{commit}/tcp").into(),
        source: SourceKey(1),
        state: 1,
        severity: 3,
        disposition: 0,
        fixed_version: (subject % 3 == 0).then(|| "2".into()),
        first_seen: at(commit),
        resolved_at: None,
        report: ReportKey(commit),
        record: check,
    }
}

fn attribute(subject: i64, value: i64, commit: i64) -> AttributeRow {
    AttributeRow {
        subject: SubjectKey::new(Shard(1 + (subject % 2) as i32), subject as u32),
        name: "os".into(),
        value: format!("system {value}").into(),
        first_seen: at(commit),
        resolved_at: None,
        report: ReportKey(commit),
    }
}

fn source(key: i32, kinds: i32) -> SourceRow {
    SourceRow {
        source: SourceKey(key),
        name: format!("source {key}"),
        organisation: "sakura".to_owned(),
        kinds,
        tool: "test".to_owned(),
    }
}

/// What the other rows hang on.
fn base() -> Changes {
    let link = |subject: i64| LinkRow {
        subject: SubjectKey::new(Shard(1 + (subject % 2) as i32), subject as u32),
        asset: AssetKey(subject),
        valid_from: None,
        valid_to: None,
        decided_by: "rule:new".to_owned(),
    };
    let check = |key: i32| CheckRow {
        check: CheckKey(key),
        tool: "test".to_owned(),
        id: format!("check {key}"),
        kind: 0,
        title: String::new(),
        severity: None,
        cves: vec![format!("CVE-2026-{key:04}"); key as usize % 3],
        vectors: Vec::new(),
        description: String::new(),
        remediation: String::new(),
        references: Vec::new(),
        remote: None,
        content: i64::from(key),
    };
    Changes {
        sources: vec![source(1, 1)],
        links: (0..6).map(link).collect(),
        checks: (0..8).rev().map(check).collect(),
        ..Changes::default()
    }
}

/// What one commit does: which findings it adds, and of what is in force what it supersedes.
type Step = (Vec<(i64, i32)>, Vec<usize>);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let findings = prop::collection::vec((0..6_i64, 0..8_i32), 0..6);
    let ended = prop::collection::vec(0..40_usize, 0..4);
    prop::collection::vec((findings, ended), 3..6)
}

async fn write(lake: &Lake, number: i64, (findings, ended): &Step) {
    let mut writer = lake.write(Duration::ZERO, at(number)).await.unwrap();
    let snapshot = std::sync::Arc::clone(writer.snapshot());
    let mut changes = if number == 1 { base() } else { Changes::default() };
    let open: Vec<Stored<FindingRow>> = snapshot.read(&Filter::all()).await.unwrap();
    let said: Vec<Stored<AttributeRow>> = snapshot.read(&Filter::all()).await.unwrap();
    let sources: Vec<Stored<SourceRow>> = snapshot.read(&Filter::all()).await.unwrap();
    let picked: BTreeSet<usize> = ended.iter().copied().collect();
    for index in picked {
        if let Some(old) = open.get(index) {
            changes.superseded.push(old.version());
            let over = FindingRow { resolved_at: Some(at(number)), ..old.row.clone() };
            changes.findings.push(over);
        }
        if let Some(old) = said.get(index) {
            changes.superseded.push(old.version());
        }
        if let Some(old) = sources.get(index) {
            changes.superseded.push(old.version());
            changes.sources.push(source(old.row.source.0, number as i32));
        }
    }
    for (subject, check) in findings {
        changes.findings.push(finding(*subject, *check, number));
        changes.attributes.push(attribute(*subject, i64::from(*check), number));
    }
    writer.commit(changes, at(number)).await.unwrap();
}

/// Everything a state is asked, by what was known at each of its commits.
async fn answers(snapshot: &Snapshot) -> Vec<String> {
    let mut answers = Vec::new();
    for filter in [
        Filter::all(),
        Filter::all().with_superseded(),
        Filter::of("subject", [SubjectKey::new(Shard(1), 2).0]).with_superseded(),
        Filter::all().in_shards([Shard(2)]),
    ] {
        let findings: Vec<Stored<FindingRow>> = snapshot.read(&filter).await.unwrap();
        let attributes: Vec<Stored<AttributeRow>> = snapshot.read(&filter).await.unwrap();
        answers.push(format!("{findings:?} {attributes:?}"));
    }
    let sources: Vec<Stored<SourceRow>> =
        snapshot.read(&Filter::all().with_superseded()).await.unwrap();
    let checks: Vec<Stored<CheckRow>> = snapshot.read(&Filter::of("check", [3])).await.unwrap();
    answers.push(format!("{sources:?} {checks:?}"));
    answers.extend(known_then(snapshot).await);
    read_at_places(snapshot).await;
    let findings = "SELECT * FROM finding_history ORDER BY asset, check_id, location, resolved_at";
    let masters = Masters::new(&[], Vec::new());
    let answer =
        query(snapshot, findings, AsOf::present(at(0)), QueryLimits::STANDARD, masters).await;
    let answer = answer.unwrap();
    answers.push(format!("{answer:?}"));
    answers
}

/// What the views stand on, at each commit.
async fn known_then(snapshot: &Snapshot) -> Vec<String> {
    let tables = [Table::Findings, Table::Attributes, Table::Sources];
    let mut answers = Vec::new();
    let last = snapshot.commit().0;
    for number in (0..=last).filter(|number| last - number < 4 || number % 5 == 0) {
        let known = Filter::all().known_at(Some(Commit(number)));
        let findings: Vec<Stored<FindingRow>> = snapshot.read(&known).await.unwrap();
        let attributes: Vec<Stored<AttributeRow>> = snapshot.read(&known).await.unwrap();
        answers.push(format!("{findings:?} {attributes:?}"));
        let as_of = match number % 2 {
            1 => AsOf::time(at(number - 1)),
            _ => AsOf::present(at(number)),
        };
        for table in tables {
            let context = SessionContext::new();
            let standing = snapshot.standing(table, Some(Commit(number))).await.unwrap();
            context.register_table(format!("standing_{}", table.name()), standing).unwrap();
            let sql = in_force(table, as_of);
            // Not what became of them since, which is not known then.
            let sql = format!(
                "SELECT * EXCLUDE (superseded_by) FROM ({sql}) ORDER BY written_by, \"row\""
            );
            let rows = context.sql(&sql).await.unwrap().collect().await.unwrap();
            let count: usize = rows.iter().map(|batch| batch.num_rows()).sum();
            let read = match table {
                Table::Findings => Some(findings.len()),
                Table::Attributes => Some(attributes.len()),
                _ => None,
            };
            // Reading rows and the views know the same.
            assert!(number % 2 == 1 || read.is_none_or(|read| read == count), "{table:?} {number}");
            answers.push(pretty_format_batches(&rows).unwrap().to_string());
        }
    }
    answers
}

/// The present is the same read at the places where rows lie, known already or not, and by their names.
async fn read_at_places(snapshot: &Snapshot) {
    for (table, chosen) in [
        (Table::Findings, "TRUE"),
        (Table::Findings, "resolved_at IS NULL"),
        (Table::Findings, "resolved_at IS NULL AND severity = 3 AND subject % 3 = 0"),
        (Table::Attributes, "resolved_at IS NULL"),
        (Table::Sources, "TRUE"),
    ] {
        let mut read = Vec::new();
        for known in [Some(snapshot.commit()), None, None] {
            let context = SessionContext::new();
            let standing = snapshot.standing(table, known).await.unwrap();
            context.register_table("standing", standing).unwrap();
            let sql = format!(
                "SELECT * EXCLUDE (superseded_by) FROM standing WHERE {chosen} \
                 ORDER BY written_by, \"row\""
            );
            let rows = context.sql(&sql).await.unwrap().collect().await.unwrap();
            read.push(pretty_format_batches(&rows).unwrap().to_string());
        }
        assert!(read.iter().all(|other| *other == read[0]), "{table:?} {chosen} {read:#?}");
    }
}

async fn compact(lake: &Lake, now: Timestamp) -> Compacted {
    let mut writer = lake.write(Duration::ZERO, now).await.unwrap();
    writer.compact(Extent::Everything, now).await.unwrap()
}

async fn law(steps: Vec<Step>) {
    let (plain, busy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (plain, busy) = (lake(plain.path(), NEVER), lake(busy.path(), ALWAYS));
    for (index, step) in steps.iter().enumerate() {
        write(&plain, index as i64 + 1, step).await;
        write(&busy, index as i64 + 1, step).await;
    }
    let before = plain.snapshot().await.unwrap();
    let expected = answers(&before).await;
    let by_itself = busy.snapshot().await.unwrap();
    assert_eq!(answers(&by_itself).await, expected, "compacted on the way");
    assert_eq!(by_itself.commit(), before.commit());

    let now = at(steps.len() as i64);
    assert!(compact(&plain, now).await.tables > 0);
    let after = plain.snapshot().await.unwrap();
    assert_eq!(answers(&after).await, expected, "compacted at once");
    assert_eq!((after.commit(), after.superseded().await.unwrap().keys()), (before.commit(), 0));
    assert_eq!(compact(&plain, now).await, Compacted::default(), "nothing is left to do");
    // Who read before goes on, from files nobody has opened yet.
    let again =
        Snapshot::new(plain.store().clone(), Indexes::from(u64::MAX), before.manifest().clone());
    assert_eq!(answers(&again).await, expected, "by the manifest before");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, ..ProptestConfig::default() })]

    #[test]
    fn compaction_changes_no_answer(steps in steps()) {
        tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(law(steps));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_ends_a_file_where_it_is_large_enough_and_keeps_the_order() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { file_bytes: 600_000, ..NEVER };
    let lake = lake(folder.path(), limits);
    for number in 1..=5 {
        let mut writer = lake.write(Duration::ZERO, at(number)).await.unwrap();
        let mixed =
            |n: i64| format!("{:016x}", (n * 5 + number).wrapping_mul(0x1e37_79b9_7f4a_7c15));
        let row = |n: i64| FindingRow {
            location: mixed(n).into(),
            ..finding((n * 7_919) % 30_011 * 2, 1, number)
        };
        let findings = (0..10_000).map(row).collect();
        let changes = Changes { findings, ..Changes::default() };
        writer.commit(changes, at(number)).await.unwrap();
    }
    let before: Vec<Stored<FindingRow>> =
        lake.snapshot().await.unwrap().read(&Filter::all()).await.unwrap();
    compact(&lake, at(5)).await;
    let snapshot = lake.snapshot().await.unwrap();
    let (_, files) = snapshot.open(Table::Findings).await.unwrap().unwrap();
    assert!(files.len() > 1, "{files:?}");
    let mut last = i64::MIN;
    for file in files {
        let (low, high) = file.ranges["subject"];
        assert!(low >= last && high >= low, "{files:?}");
        last = high;
    }
    let after: Vec<Stored<FindingRow>> = snapshot.read(&Filter::all()).await.unwrap();
    assert!(after == before);
    let names: BTreeSet<RowId> = after.iter().map(|stored| stored.id).collect();
    assert_eq!(names.len(), 50_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn vacuum_deletes_only_what_no_kept_manifest_names() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(folder.path(), NEVER);
    for number in 1..=12 {
        write(&lake, number, &(vec![(number % 6, 1)], vec![0])).await;
    }
    let before = lake.snapshot().await.unwrap();
    let last = at(12);
    compact(&lake, last).await;
    let orphan =
        lake.store().locate(&"tables/findings/shard=1/base-000000000099-0000.parquet".into());
    std::fs::write(&orphan, "left by a crash").unwrap();
    let mut writer = lake.write(Duration::ZERO, last).await.unwrap();
    let dry = Vacuum { dry_run: true, ..Vacuum::default() };
    let would = writer.vacuum(dry, last).await.unwrap();
    let week = Vacuum { keep_for: SignedDuration::from_hours(7 * 24), ..Vacuum::default() };
    // What a crash left is in no state, however long states are kept.
    let left = Vacuumed { manifests: 0, files: 1, bytes: 15 };
    assert_eq!((writer.vacuum(week, last).await.unwrap(), orphan.exists()), (left, false));
    let done = writer.vacuum(Vacuum::default(), last).await.unwrap();
    let sum = (done.manifests, done.files + left.files, done.bytes + left.bytes);
    assert_eq!(sum, (would.manifests, would.files, would.bytes));
    // The manifests that are kept name every file that the tables ever had.
    assert!(done.manifests > 0 && done.files == 0, "{done:?}");
    let expected = answers(&before).await;
    let again =
        Snapshot::new(lake.store().clone(), Indexes::from(u64::MAX), before.manifest().clone());
    assert_eq!(answers(&again).await, expected, "the manifest before is kept");
    assert_eq!(answers(&lake.snapshot().await.unwrap()).await, expected);
    // Later the files of the commits are gone, as are logs before the checkpoint.
    drop(writer);
    for number in 13..=21 {
        write(&lake, number, &(vec![(number % 6, 1)], vec![])).await;
    }
    let expected = answers(&lake.snapshot().await.unwrap()).await;
    let mut writer = lake.write(Duration::ZERO, at(21)).await.unwrap();
    let done = writer.vacuum(Vacuum::default(), at(21)).await.unwrap();
    assert!(done.files > 20, "{done:?}");
    let snapshot = lake.snapshot().await.unwrap();
    let (_, files) = snapshot.open(Table::Findings).await.unwrap().unwrap();
    let on_disk = lake.store().list(&"tables/findings".into()).await.unwrap();
    let data = on_disk.iter().filter(|o| !o.location.as_ref().contains("_delta_log")).count();
    assert!(data <= files.len() + 2, "{data} of {}", files.len());
    // Every tenth version has a checkpoint, and the log before one is not read any more.
    let has = |name: &str| on_disk.iter().any(|o| o.location.filename() == Some(name));
    assert!(has("00000000000000000009.checkpoint.parquet") && has("00000000000000000009.json"));
    assert!(has("00000000000000000019.checkpoint.parquet"));
    assert!(!has("00000000000000000000.json") && !has("00000000000000000008.json"));
    assert_eq!(answers(&snapshot).await, expected);
    assert_eq!(writer.vacuum(Vacuum::default(), at(21)).await.unwrap().files, 0);
}
