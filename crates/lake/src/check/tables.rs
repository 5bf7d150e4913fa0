//! The rows of all tables against each other.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use roaring::RoaringTreemap;
use yagura_model::{
    Timestamp,
    id::{Commit, ReportKey},
};

use super::{
    State,
    breach::{At, Breaches, Invariant},
    known::Known,
    rows::{Keys, Pass, Seen},
};
use crate::{
    evidence::EvidenceEntry,
    manifest::Manifest,
    row::{Row, RowId},
    rows::{
        AssetRow, AttributeRow, CheckRow, CheckSetRow, ClearedRow, CommitRow, CoverageRow,
        DecisionRow, FindingRow, HoldRow, IdentifierRow, LifeRecordRow, LinkRow, OrganisationRow,
        PackageRow, RelationRow, ReportRow, RetentionRow, SoftwareRow, SoftwareSetRow, SourceRow,
        SubjectRow, SuccessionRow, SupersededRow,
    },
    store::Store,
    superseded::NO_SHARD,
    table::Table,
};

/// What the rows say.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// How many there are.
    pub(crate) rows: u64,
    /// The evidence of each report.
    pub(crate) reports: BTreeMap<EvidenceEntry, ReportKey>,
}

/// Goes through all tables, those that others point to first.
pub(crate) fn check(
    store: &Store,
    manifest: &Manifest,
    state: &State,
    found: &mut Breaches,
) -> Rows {
    let known = Known::new(state.incomplete.clone());
    let commit = Commit(manifest.commit);
    let mut tables = Tables { store, state, commit, keys: BTreeMap::new(), known, rows: 0, found };
    tables.superseded();
    tables.commits();
    let reports = tables.keyed();
    tables.subjects();
    tables.facts();
    tables.known.counters(manifest, tables.found);
    Rows { rows: tables.rows, reports }
}

struct Tables<'a> {
    store: &'a Store,
    state: &'a State,
    commit: Commit,
    /// What is superseded and whose files do not say so.
    keys: BTreeMap<Table, Keys>,
    known: Known,
    rows: u64,
    found: &'a mut Breaches,
}

impl Tables<'_> {
    fn pass<T: Row>(&mut self, mut see: impl FnMut(&mut Known, &Seen<'_, T>, &mut Breaches)) {
        let keys = self.keys.remove(&T::TABLE).unwrap_or_default();
        let mut pass = Pass {
            store: self.store,
            state: self.state,
            keys: &keys,
            commit: self.commit,
            names: RoaringTreemap::new(),
            rows: 0,
        };
        let known = &mut self.known;
        known.turn();
        let broken = pass.run::<T>(self.found, |seen, found| see(known, seen, found));
        let Pass { names, rows, .. } = pass;
        self.rows += rows;
        if !broken.is_empty() {
            self.known.incomplete.insert(T::TABLE);
        }
        if self.known.incomplete.contains(&T::TABLE) {
            return;
        }
        let mut gone: Vec<RowId> =
            keys.keys().copied().filter(|id| !names.contains(id.number())).collect();
        gone.sort_unstable();
        for RowId { written_by, row } in gone {
            let at = At::table(T::TABLE).key(format!("commit {written_by} row {row}"));
            self.found.add(Invariant::SupersededRow, at, "it is superseded and not there");
        }
    }

    fn superseded(&mut self) {
        let mut keys: BTreeMap<Table, Keys> = BTreeMap::new();
        self.pass::<SupersededRow>(|_, seen, found| {
            let old = seen.row;
            let id = RowId { written_by: Commit(old.old_written_by), row: old.old_row };
            match Table::ALL.iter().find(|table| table.number() == old.of_table) {
                Some(table) => {
                    let shard = Some(old.of_shard).filter(|shard| *shard != NO_SHARD);
                    let shard = shard.map(|shard| shard.0);
                    keys.entry(*table).or_default().insert(id, shard);
                }
                None => {
                    let detail = format!("there is no table of number {}", old.of_table);
                    found.add(Invariant::SupersededRow, seen.at(), detail);
                }
            }
        });
        self.keys = keys;
    }

    fn commits(&mut self) {
        let mut times: BTreeMap<Commit, Timestamp> = BTreeMap::new();
        self.pass::<CommitRow>(|_, seen, _| {
            times.insert(seen.id.written_by, seen.row.committed_at);
        });
        if self.known.incomplete.contains(&Table::Commits) {
            return;
        }
        let mut before = Timestamp::MIN;
        for number in 1..=self.commit.0 {
            let at = || At::table(Table::Commits).key(format!("commit {number}"));
            match times.get(&Commit(number)) {
                None => self.found.add(Invariant::CommitTimes, at(), "it has no time"),
                Some(time) if *time <= before => {
                    self.found.add(
                        Invariant::CommitTimes,
                        at(),
                        "its time is not later than before",
                    );
                }
                Some(time) => before = *time,
            }
        }
    }

    /// Tables whose keys others point to; gives the evidence of the reports.
    fn keyed(&mut self) -> BTreeMap<EvidenceEntry, ReportKey> {
        self.pass::<OrganisationRow>(|_, _, _| {});
        self.pass::<SourceRow>(|known, seen, found| {
            let key = i64::from(seen.row.source.0);
            known.key(Table::Sources, key, seen.in_force, || seen.at(), found);
        });
        self.pass::<RetentionRow>(|known, seen, found| {
            known.key(Table::Retentions, seen.row.retention, seen.in_force, || seen.at(), found);
        });
        let mut cleared = RoaringTreemap::new();
        self.pass::<ClearedRow>(|known, seen, found| {
            let row = seen.row;
            known.points(Table::Retentions, row.retention, "retention", || seen.at(), found);
            cleared.insert(row.report.0.unsigned_abs());
        });
        let mut reports = BTreeMap::new();
        self.pass::<ReportRow>(|known, seen, found| {
            let row = seen.row;
            known.key(Table::Reports, row.report.0, seen.in_force, || seen.at(), found);
            let source = i64::from(row.source.0);
            known.points(Table::Sources, source, "source", || seen.at(), found);
            match row.evidence() {
                // Nobody has its bytes any more, and nobody need.
                Ok(_) if cleared.contains(row.report.0.unsigned_abs()) => {}
                Ok(entry) => {
                    reports.entry(entry).or_insert(row.report);
                }
                Err(error) => {
                    found.add(Invariant::EvidencePresent, seen.at(), error.to_string());
                }
            }
        });
        self.pass::<AssetRow>(|known, seen, found| {
            known.key(Table::Assets, seen.row.asset.0, seen.in_force, || seen.at(), found);
        });
        self.pass::<CheckRow>(|known, seen, found| {
            let key = i64::from(seen.row.check.0);
            known.key(Table::Checks, key, seen.in_force, || seen.at(), found);
        });
        self.pass::<CheckSetRow>(|known, seen, found| {
            let row = seen.row;
            known.key(Table::CheckSets, row.check_set, seen.in_force, || seen.at(), found);
            for check in &row.checks {
                known.points(Table::Checks, i64::from(*check), "checks", || seen.at(), found);
            }
        });
        self.pass::<PackageRow>(|known, seen, found| {
            let key = i64::from(seen.row.package);
            known.key(Table::Packages, key, seen.in_force, || seen.at(), found);
        });
        self.pass::<SoftwareSetRow>(|known, seen, found| {
            let row = seen.row;
            known.key(Table::SoftwareSets, row.software_set, seen.in_force, || seen.at(), found);
            for package in &row.packages {
                let package = i64::from(*package);
                known.points(Table::Packages, package, "packages", || seen.at(), found);
            }
        });
        reports
    }

    fn subjects(&mut self) {
        self.pass::<SubjectRow>(|known, seen, found| {
            let row = seen.row;
            known.subject(row.subject, seen.in_force, || seen.at(), found);
            let source = i64::from(row.source.0);
            known.points(Table::Sources, source, "source", || seen.at(), found);
            known.points(Table::Reports, row.report.0, "report", || seen.at(), found);
        });
        self.pass::<LinkRow>(|known, seen, found| {
            let row = seen.row;
            known.points(Table::Subjects, row.subject.0, "subject", || seen.at(), found);
            known.points(Table::Assets, row.asset.0, "asset", || seen.at(), found);
            if seen.in_force && row.valid_to.is_none() {
                known.open(row.subject, hash(row.subject), || seen.at(), found);
            }
        });
        self.pass::<HoldRow>(|known, seen, found| {
            let row = seen.row;
            known.points(Table::Subjects, row.subject.0, "subject", || seen.at(), found);
            known.points(Table::Assets, row.asset.0, "asset", || seen.at(), found);
        });
        self.pass::<DecisionRow>(|known, seen, found| {
            let row = seen.row;
            known.key(Table::Decisions, row.decision.0, seen.in_force, || seen.at(), found);
            for asset in &row.assets {
                known.points(Table::Assets, *asset, "assets", || seen.at(), found);
            }
            for subject in row.subjects.iter().chain(&row.apart) {
                known.points(Table::Subjects, *subject, "subjects", || seen.at(), found);
            }
        });
        self.pass::<LifeRecordRow>(|known, seen, found| {
            let row = seen.row;
            known.points(Table::Assets, row.asset.0, "asset", || seen.at(), found);
            known.points(Table::Decisions, row.decision.0, "decision", || seen.at(), found);
        });
        self.pass::<SuccessionRow>(|_, _, _| ());
        self.pass::<IdentifierRow>(|known, seen, found| {
            let row = seen.row;
            known.points(Table::Subjects, row.subject.0, "subject", || seen.at(), found);
            if seen.in_force && row.resolved_at.is_none() {
                let hash = hash((row.subject, row.kind, &row.value));
                known.open(row.subject, hash, || seen.at(), found);
            }
        });
        self.pass::<RelationRow>(|known, seen, found| {
            known.points(Table::Subjects, seen.row.subject.0, "subject", || seen.at(), found);
        });
        self.pass::<AttributeRow>(|known, seen, found| {
            let row = seen.row;
            known.points(Table::Subjects, row.subject.0, "subject", || seen.at(), found);
            known.points(Table::Reports, row.report.0, "report", || seen.at(), found);
            if seen.in_force && row.resolved_at.is_none() {
                let hash = hash((row.subject, &row.name, &row.value));
                known.open(row.subject, hash, || seen.at(), found);
            }
        });
    }

    fn facts(&mut self) {
        self.pass::<FindingRow>(|known, seen, found| {
            let row = seen.row;
            let (check, source) = (i64::from(row.check.0), i64::from(row.source.0));
            known.points(Table::Subjects, row.subject.0, "subject", || seen.at(), found);
            known.points(Table::Checks, check, "check", || seen.at(), found);
            known.points(Table::Sources, source, "source", || seen.at(), found);
            known.points(Table::Reports, row.report.0, "report", || seen.at(), found);
            if seen.in_force && row.resolved_at.is_none() {
                let hash = hash((row.subject, row.check, &row.location, row.source));
                known.open(row.subject, hash, || seen.at(), found);
            }
        });
        self.pass::<SoftwareRow>(|known, seen, found| {
            let row = seen.row;
            let set = row.software_set;
            known.points(Table::Subjects, row.subject.0, "subject", || seen.at(), found);
            known.points(Table::SoftwareSets, set, "software_set", || seen.at(), found);
            known.points(Table::Reports, row.report.0, "report", || seen.at(), found);
            if seen.in_force && row.resolved_at.is_none() {
                known.open(row.subject, hash((row.subject, set)), || seen.at(), found);
            }
        });
        self.pass::<CoverageRow>(|known, seen, found| {
            let row = seen.row;
            known.points(Table::Reports, row.report.0, "report", || seen.at(), found);
            let source = i64::from(row.source.0);
            known.points(Table::Sources, source, "source", || seen.at(), found);
            if let Some(set) = row.check_set {
                known.points(Table::CheckSets, set, "check_set", || seen.at(), found);
            }
            match row.numbers() {
                Ok(numbers) => {
                    let there = known.subjects.get(&row.of_shard.0).cloned().unwrap_or_default();
                    if let Some(gone) = (numbers - there).min() {
                        let key = format!("number {gone} of shard {}", row.of_shard);
                        known.lacks(Table::Subjects, key, "subjects", || seen.at(), found);
                    }
                }
                Err(error) => {
                    let detail = error.to_string();
                    found.add(Invariant::FileReadable, seen.at(), detail);
                }
            }
        });
    }
}

fn hash(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}
