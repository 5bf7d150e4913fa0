//! What a report says its assets are: identifiers, attributes, relations, software.
//!
//! A statement of a name puts the values said in place of those said before; a name that is not
//! mentioned stays as it was. A statement older than what is known goes into the history.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use yagura_lake::{
    LakeError,
    row::{Row, RowId, Stored},
    rows::{AttributeRow, IdentifierRow, PackageRow, RelationRow, SoftwareRow, SoftwareSetRow},
    scan::Filter,
    table::Table,
};
use yagura_model::{
    Timestamp, asset::RelationKind, attribute::names, coverage::ObservationKind, id::SubjectKey,
};

use super::{
    hash,
    stage::{Asset, Package},
    work::{Subjects, Work},
};

/// A row that says something of a subject during an interval.
trait Statement: Row + Clone {
    /// What the values of one statement replace each other in: the name, the kind.
    type Group<'r>: Ord
    where
        Self: 'r;
    fn subject(&self) -> SubjectKey;
    fn group(&self) -> Self::Group<'_>;
    /// Whether both say the same, whenever.
    fn says_same(&self, other: &Self) -> bool;
    fn interval(&self) -> (Timestamp, Option<Timestamp>);
    fn set_interval(&mut self, from: Timestamp, to: Option<Timestamp>);
}

macro_rules! statement {
    ($row:ty, $group:ty, |$this:ident, $other:ident| $key:expr, $same:expr) => {
        impl Statement for $row {
            type Group<'r> = $group;

            fn subject(&self) -> SubjectKey {
                self.subject
            }

            fn group(&self) -> Self::Group<'_> {
                let $this = self;
                $key
            }

            fn says_same(&self, $other: &Self) -> bool {
                let $this = self;
                $same
            }

            fn interval(&self) -> (Timestamp, Option<Timestamp>) {
                (self.first_seen, self.resolved_at)
            }

            fn set_interval(&mut self, from: Timestamp, to: Option<Timestamp>) {
                self.first_seen = from;
                self.resolved_at = to;
            }
        }
    };
}

// The name of what was disposed of identifies nothing any more, though it is still said.
statement!(
    IdentifierRow,
    i8,
    |this, other| this.kind,
    this.value == other.value && this.hash.is_some() == other.hash.is_some()
);
statement!(AttributeRow, &'r str, |this, other| &*this.name, this.value == other.value);
statement!(
    RelationRow,
    i8,
    |this, other| this.kind,
    this.target == other.target
        && this.valid_from == other.valid_from
        && this.valid_to == other.valid_to
);
statement!(SoftwareRow, (), |_this, other| (), _this.software_set == other.software_set);

/// Writes what the report says of its assets.
pub(super) async fn describe(
    work: &mut Work<'_>,
    subjects: &mut Subjects,
) -> Result<(), LakeError> {
    let identifiers = std::mem::take(&mut subjects.identifiers);
    let known: BTreeSet<i64> = subjects.known().map(|subject| subject.0).collect();
    let software = software(work, subjects).await?;
    let mut said = Said::default();
    let stage = work.stage;
    for (local, asset) in stage.assets.iter().enumerate() {
        let (Some(asset), Some(subject)) = (asset, subjects.get(local as u32)) else { continue };
        let hashes = work.faces.get(local).map(|face| face.hashes.as_slice()).unwrap_or_default();
        said.add(work, (subject, work.observed(local)), asset, hashes);
    }
    said.nothing_answers(work, subjects);

    let (rows, old) = restated(work, identifiers, said.identifiers, |_| false);
    work.changes.identifiers.extend(rows);
    work.changes.superseded.extend(old.into_iter().map(|id| (Table::Identifiers, id)));
    let (rows, old) = restate(work, &known, said.attributes, |row: &AttributeRow| {
        *row.name == *names::OPEN_PORT && said.without_ports.contains(&row.subject)
    })
    .await?;
    work.changes.attributes.extend(rows);
    work.changes.superseded.extend(old.into_iter().map(|id| (Table::Attributes, id)));
    let (rows, old) = restate(work, &known, said.relations, |_| false).await?;
    work.changes.relations.extend(rows);
    work.changes.superseded.extend(old.into_iter().map(|id| (Table::Relations, id)));
    let (rows, old) = restate(work, &known, software, |_| false).await?;
    work.changes.software.extend(rows);
    work.changes.superseded.extend(old.into_iter().map(|id| (Table::Software, id)));
    Ok(())
}

#[derive(Debug, Default)]
struct Said {
    identifiers: Vec<IdentifierRow>,
    attributes: Vec<AttributeRow>,
    relations: Vec<RelationRow>,
    /// Whose ports were looked at: one that names none has none.
    without_ports: HashSet<SubjectKey>,
}

impl Said {
    fn add(
        &mut self,
        work: &Work<'_>,
        (subject, at): (SubjectKey, Timestamp),
        asset: &Asset,
        hashes: &[Option<i64>],
    ) {
        self.identifiers.extend(asset.shown.iter().zip(hashes).map(|(shown, hash)| {
            IdentifierRow {
                subject,
                kind: shown.kind.number() as i8,
                value: Arc::clone(&shown.value),
                hash: *hash,
                first_seen: at,
                resolved_at: None,
            }
        }));
        self.attributes.extend(asset.attributes.iter().map(|(name, value)| AttributeRow {
            subject,
            name: Arc::clone(name),
            value: Arc::clone(value),
            first_seen: at,
            resolved_at: None,
            report: work.report,
        }));
        let relations: BTreeSet<_> = asset.relations.iter().collect();
        self.relations.extend(relations.into_iter().map(|relation| RelationRow {
            subject,
            kind: relation.kind.number() as i8,
            target: relation.target.clone(),
            valid_from: relation.from,
            valid_to: relation.to,
            first_seen: at,
            resolved_at: None,
        }));
    }

    /// A look for open ports that names none says that none answers.
    fn nothing_answers(&mut self, work: &Work<'_>, subjects: &Subjects) {
        for seen in &work.stage.coverage {
            if seen.kinds.contains(ObservationKind::OpenPort)
                && let Some(subject) = subjects.get(seen.asset)
            {
                self.without_ports.insert(subject);
            }
        }
    }
}

/// Compares statements with what is known; gives the rows to write and those to supersede.
async fn restate<T: Statement + Send + Sync + 'static>(
    work: &Work<'_>,
    known: &BTreeSet<i64>,
    said: Vec<T>,
    is_emptied: impl Fn(&T) -> bool,
) -> Result<(Vec<T>, Vec<RowId>), LakeError> {
    let stored: Vec<Stored<T>> = if known.is_empty() {
        Vec::new()
    } else {
        work.transaction.read(&Filter::of("subject", known.iter().copied())).await?
    };
    Ok(restated(work, stored, said, is_emptied))
}

/// The same with what is known at hand. `is_emptied` says of rows of which the report names none
/// that they were looked for.
fn restated<T: Statement>(
    work: &Work<'_>,
    mut stored: Vec<Stored<T>>,
    mut said: Vec<T>,
    is_emptied: impl Fn(&T) -> bool,
) -> (Vec<T>, Vec<RowId>) {
    stored.sort_by(|a, b| in_groups(&a.row, &b.row));
    said.sort_by(in_groups);
    let (mut rows, mut old) = (Vec::new(), Vec::new());
    let mut histories =
        stored.chunk_by(|a, b| in_groups(&a.row, &b.row) == Ordering::Equal).peekable();
    let order = |history: &[Stored<T>], row: &T| history.first().map(|v| in_groups(&v.row, row));
    let emptied = |history: &[Stored<T>], rows: &mut Vec<T>, old: &mut Vec<RowId>| {
        if history.first().is_some_and(|version| is_emptied(&version.row)) {
            replace(history, Vec::new(), work.at, rows, old);
        }
    };
    for group in said.chunk_by(|a, b| in_groups(a, b) == Ordering::Equal) {
        let Some(first) = group.first() else { continue };
        let is = |wanted| move |history: &&[Stored<T>]| order(history, first) == Some(wanted);
        while let Some(history) = histories.next_if(is(Ordering::Less)) {
            emptied(history, &mut rows, &mut old);
        }
        let history = histories.next_if(is(Ordering::Equal)).unwrap_or_default();
        let mut values: Vec<&T> = Vec::with_capacity(group.len());
        for row in group {
            if !values.iter().any(|other| other.says_same(row)) {
                values.push(row);
            }
        }
        replace(history, values, first.interval().0, &mut rows, &mut old);
    }
    histories.for_each(|history| emptied(history, &mut rows, &mut old));
    (rows, old)
}

/// The order of statements by what they replace each other in.
fn in_groups<T: Statement>(a: &T, b: &T) -> Ordering {
    a.subject().cmp(&b.subject()).then_with(|| a.group().cmp(&b.group()))
}

/// One statement against the history of its group.
fn replace<T: Statement>(
    history: &[Stored<T>],
    values: Vec<&T>,
    at: Timestamp,
    rows: &mut Vec<T>,
    old: &mut Vec<RowId>,
) {
    for version in history {
        let (from, to) = version.row.interval();
        let said_again = values.iter().any(|value| value.says_same(&version.row));
        if to.is_none() && from < at && !said_again {
            let mut ended = version.row.clone();
            ended.set_interval(from, Some(at));
            old.push(version.id);
            rows.push(ended);
        }
    }
    let next = history.iter().map(|version| version.row.interval().0).filter(|t| *t > at).min();
    for value in values {
        let mut same = history.iter().filter(|version| version.row.says_same(value));
        let holds = |version: &Stored<T>| {
            let (from, to) = version.row.interval();
            from <= at && to.is_none_or(|to| at < to)
        };
        if same.clone().any(holds) {
            continue;
        }
        let mut value = value.clone();
        match same.find(|version| Some(version.row.interval().0) == next) {
            Some(later) => {
                value.set_interval(at, later.row.interval().1);
                old.push(later.id);
            }
            None => value.set_interval(at, next),
        }
        rows.push(value);
    }
}

/// The set of packages of each subject that has software in the report.
async fn software(work: &mut Work<'_>, subjects: &Subjects) -> Result<Vec<SoftwareRow>, LakeError> {
    let stage = work.stage;
    if stage.software.is_empty() {
        return Ok(Vec::new());
    }
    let keys = package_keys(work).await?;
    let mut installed: Vec<(SubjectKey, i32, u32)> = Vec::with_capacity(stage.software.len());
    for (local, package) in &stage.software {
        let key = keys.get(*package as usize).copied();
        installed
            .extend(subjects.get(*local).zip(key).map(|(subject, key)| (subject, key, *local)));
    }
    installed.sort_by_key(|(subject, key, _)| (*subject, *key));
    installed.dedup_by_key(|(subject, key, _)| (*subject, *key));
    let mut new_sets: BTreeMap<i64, Vec<i32>> = BTreeMap::new();
    let mut rows = Vec::new();
    for of_subject in installed.chunk_by(|(a, ..), (b, ..)| a == b) {
        let Some((subject, _, local)) = of_subject.first().copied() else { continue };
        let packages: Vec<i32> = of_subject.iter().map(|(_, key, _)| *key).collect();
        let software_set = hash::of_numbers(&packages);
        new_sets.entry(software_set).or_insert(packages);
        rows.push(SoftwareRow {
            subject,
            software_set,
            first_seen: work.observed(local as usize),
            resolved_at: None,
            report: work.report,
        });
    }
    let known = work.known.software_sets(work.transaction).await?;
    new_sets.retain(|set, _| !known.contains(set));
    work.changes.software_sets.extend(
        new_sets
            .into_iter()
            .map(|(software_set, packages)| SoftwareSetRow { software_set, packages }),
    );
    Ok(rows)
}

/// The key of every package of the report.
async fn package_keys(work: &mut Work<'_>) -> Result<Vec<i32>, LakeError> {
    let known = work.known.packages(work.transaction).await?;
    let stage = work.stage;
    let mut keys = Vec::with_capacity(stage.packages.len());
    for package in &stage.packages {
        let key = match known.get(package) {
            Some(key) => *key,
            None => {
                let key = work.count("packages") as i32;
                let Package { name, version, purl, cpe, vendor } = package.clone();
                let row = PackageRow { package: key, name, version, purl, cpe, vendor };
                work.changes.packages.push(row);
                key
            }
        };
        keys.push(key);
    }
    Ok(keys)
}

/// The relation every asset of a report given for a system has.
pub(super) fn part_of(system: &str) -> super::stage::RelationOf {
    super::stage::RelationOf {
        kind: RelationKind::PartOf,
        target: system.to_owned(),
        from: None,
        to: None,
    }
}
