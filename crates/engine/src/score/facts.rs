//! The facts a score stands on, read from one state of the lake.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use roaring::RoaringBitmap;
use yagura_baseline::{life::Life, master::Master};
use yagura_lake::{
    LakeError, Snapshot,
    rows::{
        AssetRow, AttributeRow, CheckScore, CoverageRow, FindingRow, IdentifierRow, RelationPoint,
        SubjectRow,
    },
    scan::Filter,
    table::Table,
};
use yagura_model::{
    Timestamp,
    attribute::names,
    coverage::{ObservationKind, ObservationKinds},
    domain::AssetClass,
    finding::{Disposition, FindingState},
    id::{AssetKey, CheckKey, ReportKey, Shard, SourceKey, SubjectKey},
    life_cycle::LifeCycle,
    severity::Severity,
};

use super::worth::Worth;
use crate::{
    life::{Asked, LifeRecords},
    links::links,
    master::{Heard, Hearing, Settled, Witnesses},
    tree::Tree,
};

/// What is read for a score.
const TABLES: &[Table] = &[
    Table::Organisations,
    Table::Links,
    Table::Assets,
    Table::Sources,
    Table::Subjects,
    Table::Attributes,
    Table::Relations,
    Table::LifeRecords,
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
    /// Name and version of the rules that chose among what sources say.
    pub rules: String,
    /// Digest of those rules.
    pub(super) rules_digest: String,
    /// Which organisation stood under which.
    pub(super) tree: Arc<Tree>,
    /// As they were made: what they are called and taken for is settled.
    pub(super) assets: BTreeMap<AssetKey, AssetRow>,
    pub(super) organisations: HashMap<AssetKey, String>,
    /// What stands of what sources say.
    pub(super) settled: HashMap<AssetKey, Settled>,
    /// In which state of its life each is.
    pub(super) lives: HashMap<AssetKey, Life>,
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
    /// Reads the facts of all assets, or of some, as they were at a time; of what sources say the
    /// rules of master records choose.
    ///
    /// # Errors
    /// If a table cannot be read.
    pub async fn load(
        snapshot: &Snapshot,
        master: &Master,
        at: Timestamp,
        only: Option<&BTreeSet<AssetKey>>,
    ) -> Result<Self, LakeError> {
        snapshot.prepare(TABLES).await?;
        let links = links(snapshot, &of_assets(only), at).await?;
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

        let rules = format!("{} {}", master.name, master.version);
        let rules_digest = master.digest.clone();
        let tree = Arc::new(Tree::load(snapshot, at).await?);
        let mut facts = Self { at, rules, rules_digest, tree, ..Self::default() };
        let assets: Vec<AssetRow> = snapshot.rows(&of_assets(only)).await?;
        let seen = assets.into_iter().filter(|asset| asset.first_seen <= at);
        facts.assets = seen.map(|asset| (asset.asset, asset)).collect();
        let born: Vec<SubjectRow> = snapshot.rows(&of_subjects).await?;
        for subject in &born {
            if let Some(asset) = asset_of.get(&subject.subject) {
                let organisation = facts.organisations.entry(*asset);
                organisation.or_insert_with(|| subject.organisation.clone());
            }
        }
        let coverage = coverage(snapshot, only.is_some(), &asset_of).await?;
        let witnesses =
            Witnesses::load(snapshot, master, at, of_subjects.clone(), &coverage).await?;
        facts.settle(snapshot, witnesses, &of_subjects, (&asset_of, &born)).await?;
        let identifiers: Vec<IdentifierRow> = snapshot.rows(&of_subjects).await?;
        for row in identifiers.into_iter().filter(|row| holds(row.first_seen, row.resolved_at)) {
            if let Some(asset) = asset_of.get(&row.subject) {
                facts.identifiers.entry(*asset).or_default().push(row);
            }
        }
        facts.load_findings(snapshot, &of_subjects, &asset_of).await?;
        facts.load_looks(&coverage, &asset_of)?;
        Ok(facts)
    }

    /// Chooses among what sources say of each asset.
    async fn settle(
        &mut self,
        snapshot: &Snapshot,
        witnesses: Witnesses<'_>,
        of_subjects: &Filter,
        (asset_of, born): (&HashMap<SubjectKey, AssetKey>, &[SubjectRow]),
    ) -> Result<(), LakeError> {
        let records = LifeRecords::load(snapshot, self.at).await?;
        let mut seen: HashMap<AssetKey, Timestamp> = HashMap::new();
        for (subject, at) in witnesses.sightings() {
            if let Some(asset) = asset_of.get(&subject) {
                let newest = seen.entry(*asset).or_insert(at);
                *newest = at.max(*newest);
            }
        }
        let asked = Worth::ASKED.into_iter().chain([names::NAME, names::CLASS]);
        let hearing = Hearing::new(witnesses, asked, Worth::RELATIONS);
        let mut heard = Heard::new(&hearing);
        let attributes: Vec<AttributeRow> = snapshot.rows(of_subjects).await?;
        for row in &attributes {
            if let Some(asset) = asset_of.get(&row.subject) {
                heard.attribute(*asset, row);
            }
        }
        let relations: Vec<RelationPoint> = snapshot.rows(of_subjects).await?;
        for row in &relations {
            if let Some(asset) = asset_of.get(&row.subject) {
                heard.relation(*asset, row);
            }
        }
        for row in born {
            if let Some(asset) = asset_of.get(&row.subject) {
                heard.at_first(*asset, row);
            }
        }
        let settled = self.assets.keys().map(|asset| (*asset, heard.settle(*asset)));
        self.settled = settled.collect();
        for (asset, row) in &self.assets {
            let Some(settled) = self.settled.get(asset) else { continue };
            let class = settled.class(row.class);
            let (first_seen, seen) = (row.first_seen, seen.get(asset).copied());
            let asked = Asked { asset: *asset, class, first_seen, seen };
            self.lives.insert(*asset, records.life(hearing.witnesses().master(), asked, settled));
        }
        Ok(())
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

    fn load_looks(
        &mut self,
        rows: &[CoverageRow],
        asset_of: &HashMap<SubjectKey, AssetKey>,
    ) -> Result<(), LakeError> {
        let by_shard = by_shard(asset_of);
        for row in rows.iter().filter(|row| row.observed_at <= self.at) {
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

    /// What an asset is called.
    pub(super) fn name<'f>(&'f self, row: &'f AssetRow) -> &'f str {
        self.settled.get(&row.asset).map_or(row.name.as_str(), |settled| settled.name(&row.name))
    }

    /// What an asset is.
    pub(super) fn class(&self, row: &AssetRow) -> Option<AssetClass> {
        match self.settled.get(&row.asset) {
            Some(settled) => settled.class(row.class),
            None => number(row.class, AssetClass::from_number),
        }
    }

    /// In which state of its life an asset is, if its points do not count.
    pub fn left_out(&self, asset: AssetKey) -> Option<LifeCycle> {
        self.lives.get(&asset).map(|life| life.state).filter(|state| !state.counts())
    }

    /// The check of an evidence.
    pub fn check(&self, key: CheckKey) -> Option<&CheckScore> {
        self.checks.get(&key)
    }
}

/// The rows of coverage with all looks at some subjects.
async fn coverage(
    snapshot: &Snapshot,
    few: bool,
    asset_of: &HashMap<SubjectKey, AssetKey>,
) -> Result<Vec<CoverageRow>, LakeError> {
    let shards: BTreeSet<Shard> = asset_of.keys().map(|subject| subject.shard()).collect();
    let filter = match few {
        true => Filter::of("of_shard", shards.iter().map(|shard| i64::from(shard.0))),
        false => Filter::all(),
    };
    snapshot.rows(&filter).await
}

/// The numbers of subjects by shard.
fn by_shard(asset_of: &HashMap<SubjectKey, AssetKey>) -> BTreeMap<Shard, RoaringBitmap> {
    let mut by_shard: BTreeMap<Shard, RoaringBitmap> = BTreeMap::new();
    asset_of.keys().for_each(|subject| {
        by_shard.entry(subject.shard()).or_default().insert(subject.number());
    });
    by_shard
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
