//! The facts a score stands on, read from one state of the lake.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use roaring::RoaringBitmap;
use yagura_lake::{
    LakeError, Snapshot,
    rows::{
        AssetRow, AttributeRow, CheckScore, CoverageRow, FindingRow, IdentifierRow, LinkRow,
        RelationRow, SubjectRow,
    },
    scan::Filter,
    table::Table,
};
use yagura_model::{
    Timestamp,
    coverage::{ObservationKind, ObservationKinds},
    finding::{Disposition, FindingState},
    id::{AssetKey, CheckKey, ReportKey, Shard, SourceKey, SubjectKey},
    severity::Severity,
};

/// What is read for a score.
const TABLES: &[Table] = &[
    Table::Links,
    Table::Assets,
    Table::Subjects,
    Table::Attributes,
    Table::Relations,
    Table::Identifiers,
    Table::Checks,
    Table::Findings,
    Table::Coverage,
];

/// What the lake says at one time.
#[derive(Debug, Default)]
pub struct Facts {
    /// The time.
    pub at: Timestamp,
    pub(super) assets: BTreeMap<AssetKey, AssetRow>,
    pub(super) organisations: HashMap<AssetKey, String>,
    /// Values by asset and name, the newest statement last.
    pub(super) attributes: HashMap<AssetKey, Vec<AttributeRow>>,
    pub(super) relations: HashMap<AssetKey, Vec<RelationRow>>,
    pub(super) identifiers: HashMap<AssetKey, Vec<IdentifierRow>>,
    /// Checks by key.
    pub(super) checks: HashMap<CheckKey, CheckScore>,
    pub(super) evidences: BTreeMap<AssetKey, Vec<Evidence>>,
    /// Newest look by asset and kind: with or without credentials, and with them.
    pub(super) looks: HashMap<(AssetKey, ObservationKind), Looks>,
}

/// The newest looks of one kind at one asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Looks {
    /// However it was done.
    pub(super) any: Option<Timestamp>,
    /// Not without credentials.
    pub(super) credentialed: Option<Timestamp>,
}

/// A finding as evidence of a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// On which subject.
    pub subject: SubjectKey,
    /// Which check.
    pub check: CheckKey,
    /// Where.
    pub location: Arc<str>,
    /// Which source says so.
    pub source: SourceKey,
    /// Severity here.
    pub severity: Severity,
    /// What the source says was decided.
    pub disposition: Disposition,
    /// Version that corrects it.
    pub fixed_version: Option<Arc<str>>,
    /// Since when.
    pub first_seen: Timestamp,
    /// Whether it is open; an ended one only tells how old the problem is.
    pub open: bool,
    /// The report that opened it.
    pub report: ReportKey,
    /// Ordinal of its record there.
    pub record: i32,
}

impl Facts {
    /// Reads the facts of all assets, or of some, as they were at a time.
    ///
    /// # Errors
    /// If a table cannot be read.
    pub async fn load(
        snapshot: &Snapshot,
        at: Timestamp,
        only: Option<&BTreeSet<AssetKey>>,
    ) -> Result<Self, LakeError> {
        snapshot.prepare(TABLES).await?;
        let links: Vec<LinkRow> = snapshot.rows(&of_assets(only)).await?;
        let asset_of: HashMap<SubjectKey, AssetKey> =
            links.into_iter().map(|link| (link.subject, link.asset)).collect();
        let subjects: Option<BTreeSet<i64>> =
            only.map(|_| asset_of.keys().map(|subject| subject.0).collect());
        let of_subjects = match &subjects {
            Some(subjects) => Filter::of("subject", subjects.iter().copied()),
            None => Filter::all(),
        };
        let holds =
            |from: Timestamp, to: Option<Timestamp>| from <= at && to.is_none_or(|to| to > at);

        let mut facts = Self { at, ..Self::default() };
        let assets: Vec<AssetRow> = snapshot.rows(&of_assets(only)).await?;
        facts.assets = assets.into_iter().map(|asset| (asset.asset, asset)).collect();
        let born: Vec<SubjectRow> = snapshot.rows(&of_subjects).await?;
        for subject in born {
            if let Some(asset) = asset_of.get(&subject.subject) {
                facts.organisations.entry(*asset).or_insert(subject.organisation);
            }
        }
        let mut attributes: Vec<AttributeRow> = snapshot.rows(&of_subjects).await?;
        attributes.sort_by_key(|row| (row.first_seen, row.report));
        for row in attributes.into_iter().filter(|row| holds(row.first_seen, row.resolved_at)) {
            if let Some(asset) = asset_of.get(&row.subject) {
                facts.attributes.entry(*asset).or_default().push(row);
            }
        }
        let relations: Vec<RelationRow> = snapshot.rows(&of_subjects).await?;
        for row in relations.into_iter().filter(|row| holds(row.first_seen, row.resolved_at)) {
            let begun = row.valid_from.is_none_or(|from| from <= at);
            let ended = row.valid_to.is_some_and(|to| to <= at);
            if let (Some(asset), true, false) = (asset_of.get(&row.subject), begun, ended) {
                facts.relations.entry(*asset).or_default().push(row);
            }
        }
        let identifiers: Vec<IdentifierRow> = snapshot.rows(&of_subjects).await?;
        for row in identifiers.into_iter().filter(|row| holds(row.first_seen, row.resolved_at)) {
            if let Some(asset) = asset_of.get(&row.subject) {
                facts.identifiers.entry(*asset).or_default().push(row);
            }
        }
        facts.load_findings(snapshot, &of_subjects, &asset_of).await?;
        facts.load_looks(snapshot, only.is_some(), &asset_of).await?;
        Ok(facts)
    }

    async fn load_findings(
        &mut self,
        snapshot: &Snapshot,
        of_subjects: &Filter,
        asset_of: &HashMap<SubjectKey, AssetKey>,
    ) -> Result<(), LakeError> {
        let checks: Vec<CheckScore> = snapshot.rows(&Filter::all()).await?;
        self.checks = checks.into_iter().map(|check| (check.check, check)).collect();
        let findings: Vec<FindingRow> = snapshot.rows(of_subjects).await?;
        for row in findings {
            let Some(asset) = asset_of.get(&row.subject) else { continue };
            let counts = number(row.state, FindingState::from_number) == Some(FindingState::Fail);
            if !counts || row.first_seen > self.at {
                continue;
            }
            self.evidences.entry(*asset).or_default().push(Evidence {
                subject: row.subject,
                check: row.check,
                location: row.location,
                source: row.source,
                severity: number(row.severity, Severity::from_number).unwrap_or(Severity::Medium),
                disposition: number(row.disposition, Disposition::from_number)
                    .unwrap_or(Disposition::Open),
                fixed_version: row.fixed_version,
                first_seen: row.first_seen,
                open: row.resolved_at.is_none_or(|to| to > self.at),
                report: row.report,
                record: row.record,
            });
        }
        Ok(())
    }

    async fn load_looks(
        &mut self,
        snapshot: &Snapshot,
        few: bool,
        asset_of: &HashMap<SubjectKey, AssetKey>,
    ) -> Result<(), LakeError> {
        let mut by_shard: BTreeMap<Shard, RoaringBitmap> = BTreeMap::new();
        asset_of.keys().for_each(|subject| {
            by_shard.entry(subject.shard()).or_default().insert(subject.number());
        });
        let filter = match few {
            true => Filter::of("of_shard", by_shard.keys().map(|shard| i64::from(shard.0))),
            false => Filter::all(),
        };
        let rows: Vec<CoverageRow> = snapshot.rows(&filter).await?;
        for row in rows.into_iter().filter(|row| row.observed_at <= self.at) {
            let subjects = row.numbers()?;
            let kinds = ObservationKinds(u32::try_from(row.kinds).unwrap_or_default());
            let Some(known) = by_shard.get(&row.of_shard) else { continue };
            for number in subjects & known {
                let subject = SubjectKey::new(row.of_shard, number);
                let Some(asset) = asset_of.get(&subject) else { continue };
                for kind in kinds.iter() {
                    let looks = self.looks.entry((*asset, kind)).or_default();
                    looks.any = looks.any.max(Some(row.observed_at));
                    if row.credentialed != Some(false) {
                        looks.credentialed = looks.credentialed.max(Some(row.observed_at));
                    }
                }
            }
        }
        Ok(())
    }

    /// The check of an evidence.
    pub fn check(&self, key: CheckKey) -> Option<&CheckScore> {
        self.checks.get(&key)
    }

    /// The newest value of an attribute.
    pub(super) fn attribute(&self, asset: AssetKey, name: &str) -> Option<&str> {
        let rows = self.attributes.get(&asset)?;
        rows.iter().rev().find(|row| &*row.name == name).map(|row| &*row.value)
    }
}

/// The rows of some assets, or of all.
pub(super) fn of_assets(only: Option<&BTreeSet<AssetKey>>) -> Filter {
    match only {
        Some(keys) => Filter::of("asset", keys.iter().map(|key| key.0)),
        None => Filter::all(),
    }
}

/// Whether the number a table holds is that of a value.
pub(super) fn is<T: PartialEq>(stored: i8, from: impl Fn(u8) -> Option<T>, value: T) -> bool {
    number(stored, from) == Some(value)
}

/// An enumeration from the number a table holds.
pub(super) fn number<T>(stored: i8, from: impl Fn(u8) -> Option<T>) -> Option<T> {
    u8::try_from(stored).ok().and_then(from)
}
