//! Which rows no question from a day on needs.
//!
//! Two sorts of rows go. Versions that were superseded by the last commit before the day, or earlier:
//! nobody may ask by what was known then. And what ended before the day: as of no time from then on
//! does it hold. Of the latter stays what later answers need:
//!
//! - the intervals of a finding whose problem has another interval that stays: whether it came back, and
//!   since when it has been there, is told from all of them;
//! - of an attribute and of the software of a subject what ended last: it bounds what a report says
//!   that comes late;
//! - the name, the class and the life cycle a source stated: what holds now is told by what they were;
//! - what a subject said before anything it is identified by.
//!
//! Tables that are not named here lose nothing: what covered, what identifies, who decided.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use roaring::RoaringTreemap;
use serde::Serialize;
use yagura_model::{
    Timestamp,
    attribute::names,
    id::{Commit, Shard, SubjectKey},
};

use super::groups::Groups;
use crate::{
    error::LakeError,
    row::{Row, RowId, Stored},
    rows::{
        AttributeSpan, CheckCves, CommitRow, FindingSpan, IdentifierSpan, LinkPoint, RelationSpan,
        SoftwareSpan,
    },
    scan::{Filter, Scan},
    snapshot::Snapshot,
    table::Table,
};

/// The names of the rows that go, by table.
pub(crate) type Names = BTreeMap<Table, Arc<RoaringTreemap>>;

/// The rows that go.
#[derive(Debug, Clone, Serialize)]
pub struct HistoryGoing {
    /// Since when history is kept then.
    pub since: Timestamp,
    /// The last commit before: what was known until then is not kept.
    pub commit: Commit,
    /// By table.
    pub tables: Vec<TableGoing>,
    #[serde(skip)]
    pub(crate) names: Names,
}

/// The rows of a table that go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TableGoing {
    /// Which table.
    pub table: &'static str,
    /// Versions in whose place others stood before the day.
    pub superseded: u64,
    /// What ended before the day.
    pub ended: u64,
    /// Rows that stay.
    pub stays: u64,
}

/// What becomes of a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Superseded,
    Ended,
    Stays,
}

/// The day.
#[derive(Debug, Clone, Copy)]
struct Kept {
    since: Timestamp,
    commit: Commit,
}

impl Kept {
    fn fate(self, superseded_by: Option<Commit>, resolved_at: Option<Timestamp>) -> Fate {
        match superseded_by {
            Some(by) if by <= self.commit => Fate::Superseded,
            None if resolved_at.is_some_and(|to| to <= self.since) => Fate::Ended,
            _ => Fate::Stays,
        }
    }
}

/// The rows of a table, as they are gone through.
#[derive(Default)]
struct Counted {
    superseded: u64,
    ended: u64,
    stays: u64,
    names: RoaringTreemap,
}

impl Counted {
    fn add(&mut self, id: RowId, fate: Fate) {
        match fate {
            Fate::Superseded => self.superseded += 1,
            Fate::Ended => self.ended += 1,
            Fate::Stays => {
                self.stays += 1;
                return;
            }
        }
        self.names.insert(id.number());
    }
}

impl HistoryGoing {
    /// Finds what goes when history is kept since a time.
    ///
    /// # Errors
    /// If a table cannot be read.
    pub async fn find(snapshot: &Snapshot, since: Timestamp) -> Result<Self, LakeError> {
        let commits: Vec<Stored<CommitRow>> = snapshot.read(&Filter::all()).await?;
        let before = commits.iter().filter(|one| one.row.committed_at <= since);
        let commit = before.map(|one| one.id.written_by).max().unwrap_or(Commit(0));
        let all = Filter::all().with_superseded();
        let problems = Problems::load(snapshot).await?;
        let findings = snapshot.scan::<FindingSpan>(&all).await?;
        let attributes = snapshot.scan::<AttributeSpan>(&all).await?;
        let software = snapshot.scan::<SoftwareSpan>(&all).await?;
        let identifiers = snapshot.scan::<IdentifierSpan>(&all).await?;
        let relations = snapshot.scan::<RelationSpan>(&all).await?;
        let kept = Kept { since, commit };
        let reading = tokio::task::spawn_blocking(move || {
            let said = Said { kept, identifiers: &identifiers };
            Ok::<_, LakeError>([
                (Table::Findings, self::findings(kept, &problems, &findings)?),
                (Table::Attributes, said.attributes(&attributes)?),
                (Table::Software, said.software(&software)?),
                (Table::Identifiers, superseded(kept, &identifiers)?),
                (Table::Relations, superseded(kept, &relations)?),
            ])
        });
        let counted = reading.await.map_err(|error| LakeError::Task(error.to_string()))??;
        let mut going = Self { since, commit, tables: Vec::new(), names: Names::new() };
        for (table, Counted { superseded, ended, stays, names }) in counted {
            going.tables.push(TableGoing { table: table.name(), superseded, ended, stays });
            if !names.is_empty() {
                going.names.insert(table, Arc::new(names));
            }
        }
        Ok(going)
    }

    /// How many rows go.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.superseded + table.ended).sum()
    }
}

/// Which findings are about the same problem of the same thing, as far as anybody ever held them to
/// be: more may be put together here than are, never fewer.
struct Problems {
    assets: Groups,
    checks: Groups,
    of_subject: HashMap<SubjectKey, i64>,
}

impl Problems {
    async fn load(snapshot: &Snapshot) -> Result<Self, LakeError> {
        let all = Filter::all().with_superseded();
        let links: Vec<LinkPoint> = snapshot.rows(&all).await?;
        let checks: Vec<CheckCves> = snapshot.rows(&all).await?;
        let mut problems = Self {
            assets: Groups::default(),
            checks: Groups::default(),
            of_subject: HashMap::new(),
        };
        for link in links {
            let first = *problems.of_subject.entry(link.subject).or_insert(link.asset.0);
            problems.assets.join(first, link.asset.0);
        }
        let mut by_cve: HashMap<String, i64> = HashMap::new();
        for row in checks {
            let check = i64::from(row.check.0);
            for cve in row.cves {
                let first = *by_cve.entry(cve).or_insert(check);
                problems.checks.join(first, check);
            }
        }
        Ok(problems)
    }

    fn of(&self, row: &FindingSpan) -> u64 {
        let asset = self.of_subject.get(&row.subject).map(|asset| self.assets.of(*asset));
        hash((asset, self.checks.of(i64::from(row.check.0))))
    }
}

fn findings(
    kept: Kept,
    problems: &Problems,
    scan: &Scan<FindingSpan>,
) -> Result<Counted, LakeError> {
    let fate =
        |stored: &Stored<FindingSpan>| kept.fate(stored.superseded_by, stored.row.resolved_at);
    let mut over: HashSet<u64> = HashSet::new();
    scan.each(None, |stored| {
        if fate(&stored) == Fate::Ended {
            over.insert(problems.of(&stored.row));
        }
    })?;
    scan.each(None, |stored| {
        if fate(&stored) == Fate::Stays {
            over.remove(&problems.of(&stored.row));
        }
    })?;
    let mut counted = Counted::default();
    scan.each(None, |stored| {
        let fate = match fate(&stored) {
            Fate::Ended if !over.contains(&problems.of(&stored.row)) => Fate::Stays,
            fate => fate,
        };
        counted.add(stored.id, fate);
    })?;
    Ok(counted)
}

/// What sources said of their subjects, shard by shard.
struct Said<'s> {
    kept: Kept,
    identifiers: &'s Scan<IdentifierSpan>,
}

impl Said<'_> {
    fn attributes(&self, scan: &Scan<AttributeSpan>) -> Result<Counted, LakeError> {
        let mut counted = Counted::default();
        let fate = |stored: &Stored<AttributeSpan>| {
            self.kept.fate(stored.superseded_by, stored.row.resolved_at)
        };
        let group = |row: &AttributeSpan| hash((row.subject, &row.name));
        for shard in scan.shards() {
            let born = self.born(shard)?;
            let mut last: HashMap<u64, Timestamp> = HashMap::new();
            scan.each(Some(shard), |stored| {
                if fate(&stored) == Fate::Ended {
                    latest(&mut last, group(&stored.row), stored.row.resolved_at);
                }
            })?;
            scan.each(Some(shard), |stored| {
                let row = &stored.row;
                let needed = || {
                    [names::NAME, names::CLASS, names::LIFE_CYCLE].contains(&&*row.name)
                        || last.get(&group(row)).copied() == row.resolved_at
                        || born.get(&row.subject).is_none_or(|born| *born > row.first_seen)
                };
                let fate = match fate(&stored) {
                    Fate::Ended if needed() => Fate::Stays,
                    fate => fate,
                };
                counted.add(stored.id, fate);
            })?;
        }
        Ok(counted)
    }

    fn software(&self, scan: &Scan<SoftwareSpan>) -> Result<Counted, LakeError> {
        let mut counted = Counted::default();
        let fate = |stored: &Stored<SoftwareSpan>| {
            self.kept.fate(stored.superseded_by, stored.row.resolved_at)
        };
        for shard in scan.shards() {
            let mut last: HashMap<u64, Timestamp> = HashMap::new();
            scan.each(Some(shard), |stored| {
                if fate(&stored) == Fate::Ended {
                    latest(&mut last, hash(stored.row.subject), stored.row.resolved_at);
                }
            })?;
            scan.each(Some(shard), |stored| {
                let is_last =
                    last.get(&hash(stored.row.subject)).copied() == stored.row.resolved_at;
                let fate = match fate(&stored) {
                    Fate::Ended if is_last => Fate::Stays,
                    fate => fate,
                };
                counted.add(stored.id, fate);
            })?;
        }
        Ok(counted)
    }

    /// When each subject of a shard was first identified.
    fn born(&self, shard: Shard) -> Result<HashMap<SubjectKey, Timestamp>, LakeError> {
        let mut born: HashMap<SubjectKey, Timestamp> = HashMap::new();
        self.identifiers.each(Some(shard), |Stored { row, superseded_by, .. }| {
            if superseded_by.is_none() {
                let first = born.entry(row.subject).or_insert(row.first_seen);
                *first = row.first_seen.min(*first);
            }
        })?;
        Ok(born)
    }
}

/// A table of which only versions that were superseded go.
fn superseded<T: Row>(kept: Kept, scan: &Scan<T>) -> Result<Counted, LakeError> {
    let mut counted = Counted::default();
    scan.each(None, |stored| counted.add(stored.id, kept.fate(stored.superseded_by, None)))?;
    Ok(counted)
}

fn latest(last: &mut HashMap<u64, Timestamp>, group: u64, to: Option<Timestamp>) {
    if let Some(to) = to {
        let known = last.entry(group).or_insert(to);
        *known = to.max(*known);
    }
}

fn hash(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}
