//! A small lake in which everything is as it should be: one report a commit.

use std::{path::Path, sync::Arc, time::Duration};

use jiff::ToSpan as _;
use roaring::RoaringBitmap;
use yagura_model::{
    Timestamp,
    id::{AssetKey, CheckKey, ReportKey, Shard, SourceKey, SubjectKey},
};

use crate::{
    Changes, Lake, LakeError,
    evidence::{Location, RecordIndex, prepare},
    row::Stored,
    rows::{
        AssetRow, AttributeRow, CheckRow, CheckSetRow, CoverageRow, FindingRow, IdentifierRow,
        LinkRow, OrganisationRow, PackageRow, ReportRow, SoftwareRow, SoftwareSetRow, SourceRow,
        SubjectRow,
    },
    scan::Filter,
    store::{Medium, Store},
};

/// The time of a commit: hours lie between two.
pub(crate) fn at(number: i64) -> Timestamp {
    "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap() + (number * 3).hours()
}

/// The bytes of a report: every third has a file of its own.
pub(crate) fn report(number: i64) -> Vec<u8> {
    let lines = if number % 3 == 0 { 6_000 } else { 40 };
    let line = |n: i64| format!("{:x}\n", n.wrapping_mul(0x1e37_79b9_7f4a_7c15)).into_bytes();
    (number * 7_000..number * 7_000 + lines).flat_map(line).collect()
}

/// Makes nothing durable: these tests are not about power.
#[derive(Debug)]
struct Careless;

impl Medium for Careless {
    fn sync_file(&self, _: &Path) -> std::io::Result<()> {
        Ok(())
    }

    fn sync_folder(&self, _: &Path) -> std::io::Result<()> {
        Ok(())
    }
}

/// The lake in a folder.
pub(crate) fn open(folder: &Path) -> Lake {
    Lake::with_store(Store::with_medium(folder, Arc::new(Careless)).unwrap())
}

/// A copy of a lake, which costs less than making it again.
pub(crate) fn copied(from: &Lake, to: &Path) -> Lake {
    copy(from.store().folder(), to);
    open(to)
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let from = entry.unwrap().path();
        let to = to.join(from.file_name().unwrap());
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(&from, &to).unwrap();
        }
    }
}

/// A lake of so many commits.
pub(crate) async fn lake(folder: &Path, commits: i64) -> Lake {
    let lake = open(folder);
    for number in 1..=commits {
        commit(&lake, number).await;
    }
    lake
}

/// The shard and key of a report's subject.
pub(crate) fn subject(number: i64) -> SubjectKey {
    SubjectKey::new(Shard(1 + (number % 2) as i32), ((number + 1) / 2) as u32)
}

/// Report `number` shows a device with a finding, and no longer the finding of the report before.
pub(crate) async fn commit(lake: &Lake, number: i64) {
    try_commit(lake, number).await.unwrap();
}

/// The same, where it may fail.
pub(crate) async fn try_commit(lake: &Lake, number: i64) -> Result<(), LakeError> {
    commit_of(lake, number, rows(number)).await
}

/// The same with the rows of few tables, for tests that do it a hundred times.
pub(crate) async fn try_few(lake: &Lake, number: i64) -> Result<(), LakeError> {
    let Changes { sources, subjects, checks, findings, counters, .. } = rows(number);
    let few = Changes { sources, subjects, checks, findings, counters, ..Changes::default() };
    commit_of(lake, number, few).await
}

async fn commit_of(lake: &Lake, number: i64, mut changes: Changes) -> Result<(), LakeError> {
    let mut writer = lake.write(Duration::ZERO, at(number)).await?;
    let bytes = report(number);
    let places = (0..20).map(|n| yagura_model::record::Place { start: n * 4, end: n * 4 + 3 });
    let index: RecordIndex = places.collect();
    let prepared = prepare(lake.store(), bytes.as_slice())?;
    let entry = writer.keep(prepared, &index)?;
    let (pack, offset) = match entry.location {
        Location::Pack { number, offset } => (Some(number as i64), Some(offset as i64)),
        Location::Object => (None, None),
    };
    changes.reports = vec![ReportRow {
        report: ReportKey(number),
        source: SourceKey(1),
        organisation: "sakura".to_owned(),
        received_digest: entry.digest.to_string(),
        digest: entry.digest.to_string(),
        digest_hash: number,
        length: entry.length as i64,
        name: format!("report {number}"),
        format: "test".to_owned(),
        tool: "test".to_owned(),
        tool_version: String::new(),
        title: String::new(),
        observed_at: at(number),
        records: 20,
        findings: 1,
        passes: 19,
        not_assessed: 0,
        facts: 0,
        dropped: 0,
        assets: 1,
        software: 1,
        kinds: 1,
        evidence_pack: pack,
        evidence_offset: offset,
        evidence_stored: entry.stored_length as i64,
        warnings: Vec::new(),
    }];
    let before: Vec<Stored<FindingRow>> =
        writer.snapshot().read(&Filter::of("check", [number - 1])).await?;
    for old in before {
        changes.superseded.push(old.version());
        changes.findings.push(FindingRow { resolved_at: Some(at(number)), ..old.row });
    }
    writer.commit(changes, at(number)).await.map(drop)
}

fn rows(number: i64) -> Changes {
    let (subject, report, key) = (subject(number), ReportKey(number), number as i32);
    let (first_seen, resolved_at) = (at(number), None);
    let kind = 1;
    let mut changes = Changes {
        subjects: vec![SubjectRow {
            subject,
            source: SourceKey(1),
            key_hash: number,
            stable_key: format!("id:{number}"),
            organisation: "sakura".to_owned(),
            class: 1,
            name: format!("device {number}"),
            report,
        }],
        identifiers: vec![IdentifierRow {
            subject,
            kind,
            value: format!("S-{number}").into(),
            hash: Some(number),
            first_seen,
            resolved_at,
        }],
        links: vec![LinkRow {
            subject,
            asset: AssetKey(number),
            valid_from: None,
            valid_to: None,
            decided_by: "rule:new".to_owned(),
        }],
        assets: vec![AssetRow {
            asset: AssetKey(number),
            domain: 1,
            class: 1,
            name: format!("device {number}"),
            organisation: "sakura".to_owned(),
            first_seen,
        }],
        attributes: vec![AttributeRow {
            subject,
            name: "os".into(),
            value: "Example OS".into(),
            first_seen,
            resolved_at,
            report,
        }],
        checks: vec![CheckRow {
            check: CheckKey(key),
            tool: "test".to_owned(),
            id: format!("check {number}"),
            kind,
            title: String::new(),
            severity: None,
            cves: Vec::new(),
            vectors: Vec::new(),
            description: String::new(),
            remediation: String::new(),
            references: Vec::new(),
            remote: None,
            content: number,
        }],
        findings: vec![FindingRow {
            subject,
            check: CheckKey(key),
            location: "443/tcp".into(),
            source: SourceKey(1),
            state: 1,
            severity: 3,
            disposition: 0,
            fixed_version: None,
            first_seen,
            resolved_at,
            report,
            record: 0,
        }],
        coverage: vec![CoverageRow {
            of_shard: subject.shard(),
            report,
            source: SourceKey(1),
            observed_at: first_seen,
            kinds: 1,
            credentialed: Some(true),
            check_set: Some(number),
            subjects: bitmap(subject),
        }],
        check_sets: vec![CheckSetRow {
            check_set: number,
            checks: vec![key],
            ports: String::new(),
        }],
        packages: vec![PackageRow {
            package: key,
            name: format!("lib{number}"),
            version: "1".to_owned(),
            purl: String::new(),
            cpe: String::new(),
            vendor: String::new(),
        }],
        software_sets: vec![SoftwareSetRow { software_set: number, packages: vec![key] }],
        software: vec![SoftwareRow {
            subject,
            software_set: number,
            first_seen,
            resolved_at,
            report,
        }],
        ..Changes::default()
    };
    if number == 1 {
        changes.organisations.push(OrganisationRow {
            code: "sakura".to_owned(),
            name_ja: "さくら省".to_owned(),
            name_en: "Ministry of Sakura".to_owned(),
            parent: String::new(),
            valid_from: None,
            valid_to: None,
        });
        changes.sources.push(SourceRow {
            source: SourceKey(1),
            name: "scanner".to_owned(),
            organisation: "sakura".to_owned(),
            kinds: 1,
            tool: "test".to_owned(),
        });
        changes.counters.insert("sources".to_owned(), 1);
    }
    for counter in ["reports", "assets", "checks", "packages"] {
        changes.counters.insert(counter.to_owned(), number);
    }
    changes.counters.insert("shards".to_owned(), 2);
    let shard = subject.shard();
    changes.counters.insert(format!("shard.{shard}.subjects"), i64::from(subject.number()));
    changes
}

fn bitmap(subject: SubjectKey) -> Vec<u8> {
    let mut bytes = Vec::new();
    RoaringBitmap::from_iter([subject.number()]).serialize_into(&mut bytes).unwrap();
    bytes
}
