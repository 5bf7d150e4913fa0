//! Reading what hangs on the subjects of one asset, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use yagura_lake::{
    LakeError, Snapshot,
    rows::{
        AssetRow, AttributeRow, CheckScore, CoverageRow, FindingRow, HoldRow, IdentifierRow,
        LinkRow, RelationPoint, SoftwareRow, SoftwareSetRow, SourceRow, SubjectRow,
    },
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    attribute::names,
    domain::AssetClass,
    id::{AssetKey, CheckKey, SourceKey, SubjectKey},
};

use super::{holds_at, kind_of};
use crate::{links::links, master::looked};

/// The rows of one asset as they were at a time.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) asset: AssetRow,
    pub(super) links: Vec<LinkRow>,
    pub(super) subjects: Vec<SubjectRow>,
    pub(super) identifiers: Vec<IdentifierRow>,
    pub(super) attributes: Vec<AttributeRow>,
    pub(super) relations: Vec<RelationPoint>,
    pub(super) findings: Vec<FindingRow>,
    pub(super) checks: BTreeMap<CheckKey, CheckScore>,
    /// Looks, each with the subjects of the asset it covered.
    pub(super) coverage: Vec<(CoverageRow, Vec<SubjectKey>)>,
    pub(super) software: Vec<SoftwareRow>,
    pub(super) software_sets: Vec<SoftwareSetRow>,
    /// All that wait for a person: one may wait for this asset.
    pub(super) holds: Vec<HoldRow>,
    sources: BTreeMap<SourceKey, SourceRow>,
    /// When each subject first said anything.
    born: BTreeMap<SubjectKey, Timestamp>,
}

impl Rows {
    /// The rows of an asset; `None` if nobody had seen it by then.
    pub(super) async fn load(
        snapshot: &Snapshot,
        key: AssetKey,
        at: Timestamp,
    ) -> Result<Option<Self>, LakeError> {
        let of_asset = Filter::of("asset", [key.0]);
        let (assets, links) =
            tokio::try_join!(snapshot.rows::<AssetRow>(&of_asset), links(snapshot, &of_asset, at))?;
        let seen = assets.into_iter().next().filter(|asset| asset.first_seen <= at);
        let Some(asset) = seen else { return Ok(None) };
        let wanted: BTreeSet<SubjectKey> = links.iter().map(|link| link.subject).collect();
        let of_subjects = Filter::of("subject", wanted.iter().map(|subject| subject.0));
        let shards = Filter::of("of_shard", wanted.iter().map(|s| i64::from(s.shard().0)));
        let all = Filter::all();
        let (subjects, mut identifiers, mut attributes, mut relations, mut findings) = tokio::try_join!(
            snapshot.rows::<SubjectRow>(&of_subjects),
            snapshot.rows::<IdentifierRow>(&of_subjects),
            snapshot.rows::<AttributeRow>(&of_subjects),
            snapshot.rows::<RelationPoint>(&of_subjects),
            snapshot.rows::<FindingRow>(&of_subjects),
        )?;
        let (coverage, mut software, holds, sources) = tokio::try_join!(
            snapshot.rows::<CoverageRow>(&shards),
            snapshot.rows::<SoftwareRow>(&of_subjects),
            snapshot.rows::<HoldRow>(&all),
            snapshot.rows::<SourceRow>(&all),
        )?;
        let ended = ended(&attributes, at);
        identifiers.retain(|row| holds_at(at, row.first_seen, row.resolved_at));
        attributes.retain(|row| holds_at(at, row.first_seen, row.resolved_at));
        relations.retain(|row| holds_at(at, row.first_seen, row.resolved_at));
        findings.retain(|row| holds_at(at, row.first_seen, row.resolved_at));
        software.retain(|row| holds_at(at, row.first_seen, row.resolved_at));
        let coverage = looked(coverage, &wanted, at)?;

        let of_checks = Filter::of("check", findings.iter().map(|row| i64::from(row.check.0)));
        let of_sets = Filter::of("software_set", software.iter().map(|row| row.software_set));
        let (checks, software_sets) = tokio::try_join!(
            snapshot.rows::<CheckScore>(&of_checks),
            snapshot.rows::<SoftwareSetRow>(&of_sets),
        )?;
        let mut rows = Self {
            asset,
            links,
            subjects,
            identifiers,
            attributes,
            relations,
            findings,
            checks: checks.into_iter().map(|check| (check.check, check)).collect(),
            coverage,
            software,
            software_sets,
            holds,
            sources: sources.into_iter().map(|row| (row.source, row)).collect(),
            born: BTreeMap::new(),
        };
        rows.forget_the_unborn();
        rows.say_what_was_said_at_first(&ended);
        Ok(Some(rows))
    }

    /// Records that call their thing, or take it for, what they did at first say so like any attribute.
    fn say_what_was_said_at_first(&mut self, ended: &BTreeMap<(SubjectKey, Arc<str>), Timestamp>) {
        let mut said = Vec::new();
        for row in &self.subjects {
            let Some(born) = self.born(row.subject) else { continue };
            let class = kind_of(row.class, AssetClass::from_number);
            let class = class.map(|class| (names::CLASS, Arc::from(class.as_str())));
            let name = (names::NAME, Arc::from(row.name.as_str()));
            for (name, value) in class.into_iter().chain([name]) {
                let is =
                    |other: &AttributeRow| other.subject == row.subject && *other.name == *name;
                if self.attributes.iter().any(is) {
                    continue;
                }
                let name: Arc<str> = Arc::from(name);
                let since = ended.get(&(row.subject, Arc::clone(&name))).copied();
                said.push(AttributeRow {
                    subject: row.subject,
                    name,
                    value,
                    first_seen: since.unwrap_or(born),
                    resolved_at: None,
                    report: row.report,
                });
            }
        }
        self.attributes.extend(said);
    }

    /// A subject that had said nothing by then was not there.
    fn forget_the_unborn(&mut self) {
        let said = (self.identifiers.iter().map(|row| (row.subject, row.first_seen)))
            .chain(self.attributes.iter().map(|row| (row.subject, row.first_seen)))
            .chain(self.relations.iter().map(|row| (row.subject, row.first_seen)))
            .chain(self.coverage.iter().flat_map(|(look, subjects)| {
                subjects.iter().map(|subject| (*subject, look.observed_at))
            }));
        let mut born: BTreeMap<SubjectKey, Timestamp> = BTreeMap::new();
        for (subject, since) in said {
            let known = born.entry(subject).or_insert(since);
            *known = (*known).min(since);
        }
        self.subjects.retain(|row| born.contains_key(&row.subject));
        self.born = born;
    }

    /// The name of a source.
    pub(super) fn source(&self, key: SourceKey) -> String {
        self.sources.get(&key).map(|row| row.name.clone()).unwrap_or_default()
    }

    /// All sources.
    pub(super) fn sources(&self) -> impl Iterator<Item = SourceRow> {
        self.sources.values().cloned()
    }

    /// The name of the source whose record a subject is.
    pub(super) fn source_of(&self, subject: SubjectKey) -> String {
        let row = self.subjects.iter().find(|row| row.subject == subject);
        row.map(|row| self.source(row.source)).unwrap_or_default()
    }

    /// What a subject's record says of an attribute that has one value.
    pub(super) fn said(&self, subject: SubjectKey, name: &str) -> Option<&str> {
        let mut rows = self.attributes.iter();
        let row = rows.find(|row| row.subject == subject && *row.name == *name)?;
        Some(&row.value)
    }

    /// When a subject first said anything.
    pub(super) fn born(&self, subject: SubjectKey) -> Option<Timestamp> {
        self.born.get(&subject).copied()
    }

    /// The looks that covered a subject.
    pub(super) fn looked(&self, subject: SubjectKey) -> impl Iterator<Item = &CoverageRow> {
        let covers = move |look: &&(CoverageRow, Vec<SubjectKey>)| look.1.contains(&subject);
        self.coverage.iter().filter(covers).map(|(row, _)| row)
    }

    /// Whether a subject's source lists the software on it.
    pub(super) fn lists_software(&self, subject: SubjectKey) -> bool {
        self.software.iter().any(|row| row.subject == subject)
    }
}

/// Since when records say their name or class as at first again, that had said another before a time.
fn ended(
    attributes: &[AttributeRow],
    at: Timestamp,
) -> BTreeMap<(SubjectKey, Arc<str>), Timestamp> {
    let mut ended = BTreeMap::new();
    let says = |row: &&AttributeRow| [names::NAME, names::CLASS].contains(&&*row.name);
    for row in attributes.iter().filter(says) {
        if let Some(to) = row.resolved_at.filter(|to| *to <= at) {
            let last = ended.entry((row.subject, Arc::clone(&row.name))).or_insert(to);
            *last = to.max(*last);
        }
    }
    ended
}
