//! What all reports share: the checks and packages the lake knows and what sources looked at, read
//! once for the reports of one commit, and not again for the next if nobody else wrote.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use tokio::sync::{Mutex, OnceCell};
use yagura_lake::{
    Changes, LakeError, Transaction,
    row::Stored,
    rows::{CheckName, CoverageRow, PackageRow, SoftwareSetName},
    scan::Filter,
};
use yagura_model::{
    coverage::ObservationKind,
    id::{CheckKey, SourceKey, SubjectKey},
};

use super::{
    checks::Nature,
    looked::{Looked, Span, Spans},
    stage::Package,
};
use crate::life::{self, LifeRecord};

/// Checks, packages, sets of packages and coverage, as far as they were asked for.
#[derive(Debug, Default)]
pub(super) struct Known {
    checks: OnceCell<KnownChecks>,
    packages: OnceCell<HashMap<Package, i32>>,
    software_sets: OnceCell<HashSet<i64>>,
    life_records: OnceCell<Vec<LifeRecord>>,
    looked: Mutex<HashMap<SourceKey, Arc<Looked>>>,
    spans: Mutex<Spans>,
}

/// The definitions of checks.
#[derive(Debug, Default)]
pub(super) struct KnownChecks {
    by_tool: HashMap<String, HashMap<String, Stored<CheckName>>>,
    natures: HashMap<CheckKey, Nature>,
}

/// What a report added, to be known to the next.
#[derive(Debug)]
pub(super) struct Added {
    checks: Vec<CheckKey>,
    packages: Vec<PackageRow>,
    software_sets: Vec<i64>,
    coverage: Vec<CoverageRow>,
}

impl Added {
    pub(super) fn of(changes: &Changes) -> Self {
        let checks = changes.checks.iter().map(|row| row.check).collect();
        let (packages, coverage) = (changes.packages.clone(), changes.coverage.clone());
        let software_sets = changes.software_sets.iter().map(|row| row.software_set).collect();
        Self { checks, packages, software_sets, coverage }
    }
}

impl Known {
    /// Every check.
    pub(super) async fn checks(
        &self,
        transaction: &Transaction,
    ) -> Result<&KnownChecks, LakeError> {
        self.checks
            .get_or_try_init(|| async {
                let mut known = KnownChecks::default();
                known.add(transaction.read(&Filter::all()).await?);
                Ok(known)
            })
            .await
    }

    /// The key of every package.
    pub(super) async fn packages(
        &self,
        transaction: &Transaction,
    ) -> Result<&HashMap<Package, i32>, LakeError> {
        self.packages
            .get_or_try_init(|| async {
                let rows: Vec<PackageRow> = transaction.rows(&Filter::all()).await?;
                Ok(rows.into_iter().map(keyed).collect())
            })
            .await
    }

    /// Which sets of packages there are.
    pub(super) async fn software_sets(
        &self,
        transaction: &Transaction,
    ) -> Result<&HashSet<i64>, LakeError> {
        self.software_sets
            .get_or_try_init(|| async {
                let rows: Vec<SoftwareSetName> = transaction.rows(&Filter::all()).await?;
                Ok(rows.into_iter().map(|row| row.software_set).collect())
            })
            .await
    }

    /// What persons recorded of the states of assets.
    pub(super) async fn life_records(
        &self,
        transaction: &Transaction,
    ) -> Result<&[LifeRecord], LakeError> {
        let load = || life::records(transaction.snapshot());
        self.life_records.get_or_try_init(load).await.map(Vec::as_slice)
    }

    /// What the reports of a source covered.
    pub(super) async fn looked(
        &self,
        transaction: &Transaction,
        source: SourceKey,
    ) -> Result<Arc<Looked>, LakeError> {
        let mut looked = self.looked.lock().await;
        if let Some(known) = looked.get(&source) {
            return Ok(Arc::clone(known));
        }
        let known = Arc::new(Looked::of(rows_of(transaction, [source]).await?));
        looked.insert(source, Arc::clone(&known));
        Ok(known)
    }

    /// The first and the last time at which a source looked at a subject of its own.
    pub(super) async fn span(
        &self,
        transaction: &Transaction,
        source: SourceKey,
        subject: SubjectKey,
    ) -> Result<Option<Span>, LakeError> {
        let looked = self.looked(transaction, source).await?;
        self.spans.lock().await.of(source, &looked, subject)
    }

    /// Reads what the reports of some sources covered, of all that are not known yet at once.
    pub(super) async fn look(
        &mut self,
        transaction: &Transaction,
        sources: impl Iterator<Item = SourceKey>,
    ) -> Result<(), LakeError> {
        let looked = self.looked.get_mut();
        let unknown: BTreeSet<SourceKey> =
            sources.filter(|source| !looked.contains_key(source)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let mut by_source: BTreeMap<SourceKey, Vec<CoverageRow>> =
            unknown.iter().map(|source| (*source, Vec::new())).collect();
        for row in rows_of(transaction, unknown).await? {
            by_source.entry(row.source).or_default().push(row);
        }
        let of = |(source, rows)| (source, Arc::new(Looked::of(rows)));
        looked.extend(by_source.into_iter().map(of));
        Ok(())
    }

    /// Forgets which assets persons recorded something of, if they did: rules may have merged them since.
    pub(super) fn forget_life_records(&mut self) {
        if self.life_records.get().is_some_and(|records| !records.is_empty()) {
            self.life_records = OnceCell::new();
        }
    }

    /// Takes note of what a report added to the transaction.
    pub(super) async fn add(
        &mut self,
        transaction: &Transaction,
        added: Added,
    ) -> Result<(), LakeError> {
        if let (Some(known), false) = (self.checks.get_mut(), added.checks.is_empty()) {
            let keys = added.checks.iter().map(|check| i64::from(check.0));
            known.add(transaction.read(&Filter::of("check", keys)).await?);
        }
        if let Some(known) = self.packages.get_mut() {
            known.extend(added.packages.into_iter().map(keyed));
        }
        if let Some(known) = self.software_sets.get_mut() {
            known.extend(added.software_sets);
        }
        let looked = self.looked.get_mut();
        let spans = self.spans.get_mut();
        for row in added.coverage {
            if let Some(known) = looked.get_mut(&row.source) {
                spans.add(&row)?;
                Arc::make_mut(known).add(row);
            }
        }
        Ok(())
    }
}

/// What the reports of some sources covered.
async fn rows_of(
    transaction: &Transaction,
    sources: impl IntoIterator<Item = SourceKey>,
) -> Result<Vec<CoverageRow>, LakeError> {
    let sources = sources.into_iter().map(|source| i64::from(source.0));
    transaction.rows(&Filter::of("source", sources)).await
}

fn keyed(row: PackageRow) -> (Package, i32) {
    let PackageRow { package, name, version, purl, cpe, vendor } = row;
    (Package { name, version, purl, cpe, vendor }, package)
}

impl KnownChecks {
    fn add(&mut self, rows: Vec<Stored<CheckName>>) {
        for stored in rows {
            let row = &stored.row;
            let kind = u8::try_from(row.kind).ok().and_then(ObservationKind::from_number);
            self.natures.insert(row.check, Nature { kind, remote: row.remote });
            let of_tool = self.by_tool.entry(row.tool.clone()).or_default();
            of_tool.insert(row.id.clone(), stored);
        }
    }

    /// The check of a tool by its own id.
    pub(super) fn by_id(&self, tool: &str, id: &str) -> Option<&Stored<CheckName>> {
        self.by_tool.get(tool)?.get(id)
    }

    /// What closing a finding of it needs to know.
    pub(super) fn nature(&self, check: CheckKey) -> Option<Nature> {
        self.natures.get(&check).copied()
    }
}
