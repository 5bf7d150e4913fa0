//! What a report says its assets are: identifiers, attributes, relations, software.
//!
//! A statement of a name puts the values said in place of those said before; a name that is not
//! mentioned stays as it was. A statement older than what is known goes into the history.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use yagura_lake::{
    LakeError,
    row::Stored,
    rows::{AttributeRow, IdentifierRow, PackageRow, RelationRow, SoftwareRow, SoftwareSetRow},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    asset::RelationKind,
    attribute::names,
    coverage::{ObservationKind, ObservationKinds},
    domain::AssetClass,
    id::SubjectKey,
};

use super::{
    hash,
    looks::Looks,
    stage::{Asset, Package},
    statements::{Statement, restated},
    work::{Locals, Subjects, Work, in_parts, of_part},
};

/// Writes what the report says of its assets, so many subjects at a time.
pub(super) async fn describe(
    work: &mut Work<'_>,
    subjects: &mut Subjects,
) -> Result<(), LakeError> {
    let mut identifiers = std::mem::take(&mut subjects.identifiers).into_iter().peekable();
    let mut software = software(work, subjects).await?.into_iter().peekable();
    let looks = Looks::load(work, subjects).await?;
    let without_ports = without_ports(work, subjects);
    for part in in_parts(&subjects.ordered()) {
        let stored = of_part(&mut identifiers, part, |stored| stored.row.subject);
        let software = of_part(&mut software, part, |row| row.subject);
        describe_part(work, (subjects, part), (&looks, &without_ports), (stored, software)).await?;
        work.changes.pack();
    }
    Ok(())
}

/// The same of some subjects, of which these are the identifiers known and the software said.
async fn describe_part(
    work: &mut Work<'_>,
    (subjects, part): (&Subjects, &Locals),
    (looks, without_ports): (&Looks, &HashSet<SubjectKey>),
    (identifiers, software): (Vec<Stored<IdentifierRow>>, Vec<SoftwareRow>),
) -> Result<(), LakeError> {
    let known = subjects.known_of(part);
    let mut said = Said::default();
    let stage = work.stage;
    for (subject, local) in part {
        let Some(Some(asset)) = stage.assets.get(*local) else { continue };
        let hashes = work.faces.get(*local).map(|face| face.hashes.as_slice()).unwrap_or_default();
        said.add(work, (*subject, work.observed(*local)), asset, hashes);
    }
    let attributes: Vec<Stored<AttributeRow>> = stored(work, &known).await?;
    said.called(work, (subjects, part), &attributes);
    let said = &mut said;

    let (rows, old) =
        restated(identifiers, std::mem::take(&mut said.identifiers), |_| None, looks.next());
    work.changes.identifiers.extend(rows);
    work.changes.superseded.extend(old);
    let new = std::mem::take(&mut said.attributes);
    let emptied = |row: &AttributeRow| match &*row.name {
        names::OPEN_PORT => without_ports.contains(&row.subject).then_some(work.at),
        _ => said.as_at_first(row),
    };
    let next = |row: &AttributeRow, at| match &*row.name {
        // Every look says what its source calls a thing and takes it for.
        names::NAME | names::CLASS => looks.after(row.subject, ObservationKinds::NONE, at),
        _ => looks.next()(row, at),
    };
    let (rows, old) = restated(attributes, new, emptied, next);
    work.changes.attributes.extend(rows);
    work.changes.superseded.extend(old);
    let relations = std::mem::take(&mut said.relations);
    let (rows, old) = restated(stored(work, &known).await?, relations, |_| None, looks.next());
    work.changes.relations.extend(rows);
    work.changes.superseded.extend(old);
    let (rows, old) = restated(stored(work, &known).await?, software, |_| None, looks.next());
    work.changes.software.extend(rows);
    work.changes.superseded.extend(old);
    Ok(())
}

/// The subjects whose ports were looked at: one that names none has none.
fn without_ports(work: &Work<'_>, subjects: &Subjects) -> HashSet<SubjectKey> {
    let looks = work.stage.coverage.iter();
    let looks = looks.filter(|seen| seen.kinds.contains(ObservationKind::OpenPort));
    looks.filter_map(|seen| subjects.get(seen.asset)).collect()
}

#[derive(Debug, Default)]
struct Said {
    identifiers: Vec<IdentifierRow>,
    attributes: Vec<AttributeRow>,
    relations: Vec<RelationRow>,
    /// What is called or taken for the same as at first, and when: then no row says another.
    as_at_first: HashMap<(SubjectKey, &'static str), Timestamp>,
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

    /// What the source calls the things it knows and takes them for, where that is not what it said of
    /// them first, or was not.
    fn called(
        &mut self,
        work: &Work<'_>,
        (subjects, part): (&Subjects, &Locals),
        stored: &[Stored<AttributeRow>],
    ) {
        let restated: HashSet<(SubjectKey, &str)> = stored
            .iter()
            .map(|stored| (stored.row.subject, &*stored.row.name))
            .filter(|(_, name)| [names::NAME, names::CLASS].contains(name))
            .collect();
        let mut last = None;
        for (subject, local) in part {
            // The first asset of a subject says it.
            let again = last.replace(subject) == Some(subject);
            let (Some(row), Some(Some(asset))) =
                (subjects.row(*subject).filter(|_| !again), work.stage.assets.get(*local))
            else {
                continue;
            };
            let local = *local;
            let at = work.observed(local);
            let mut say = |name: &'static str, value: &str, as_first: bool| {
                if as_first {
                    if restated.contains(&(*subject, name)) {
                        self.as_at_first.insert((*subject, name), at);
                    }
                    return;
                }
                self.attributes.push(AttributeRow {
                    subject: *subject,
                    name: Arc::from(name),
                    value: Arc::from(value),
                    first_seen: at,
                    resolved_at: None,
                    report: work.report,
                });
            };
            if !asset.name.is_empty() {
                say(names::NAME, &asset.name, asset.name == row.name);
            }
            // Who does not know the sort of a device says nothing of it.
            let class = u8::try_from(row.class).ok().and_then(AssetClass::from_number);
            let same_domain = class.is_some_and(|class| class.domain() == asset.class.domain());
            if same_domain && asset.class != AssetClass::Device {
                say(names::CLASS, asset.class.as_str(), class == Some(asset.class));
            }
        }
    }

    /// When the report calls a subject or takes it for the same as at first again, if it does and a row
    /// says another.
    fn as_at_first(&self, row: &AttributeRow) -> Option<Timestamp> {
        match &*row.name {
            names::NAME => self.as_at_first.get(&(row.subject, names::NAME)).copied(),
            names::CLASS => self.as_at_first.get(&(row.subject, names::CLASS)).copied(),
            _ => None,
        }
    }
}

/// What is known of some subjects.
async fn stored<T: Statement + Send + Sync + 'static>(
    work: &Work<'_>,
    known: &BTreeSet<i64>,
) -> Result<Vec<Stored<T>>, LakeError> {
    match known.is_empty() {
        true => Ok(Vec::new()),
        false => work.transaction.read(&Filter::of("subject", known.iter().copied())).await,
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
