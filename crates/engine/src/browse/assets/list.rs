//! The list of assets.

mod shown;
mod which;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde::Serialize;
use yagura_baseline::{life::Life, master::Master, model::Model};
use yagura_lake::{
    LakeError, Snapshot,
    rows::{
        AssetRow, AttributeRow, CheckName, CoverageRow, FindingCount, HoldRow, IdentifierRow,
        RelationPoint, SubjectRow,
    },
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    asset::RelationKind,
    attribute::names,
    coverage::ObservationKind,
    domain::{AssetClass, Domain},
    finding::{Disposition, FindingState},
    id::{AssetKey, CheckKey, SourceKey, SubjectKey},
    identifier::IdentifierKind,
    life_cycle::LifeCycle,
    severity::Severity,
};

use super::{
    AssetId, Counts,
    counts::Weight,
    holds_at,
    identifiers::known_as,
    kind_of,
    looks::{self, Newest, missing},
};
use crate::{
    life::{Asked, LifeRecords},
    links::links,
    master::{Heard, Hearing, Settled, Witnesses},
    tree::Tree,
};
use shown::{RELATIONS, shown};
pub use which::Which;
use which::{systems, wanted};

/// An asset in one line. Serialises to the stable line of `yagura asset list --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Which asset.
    pub asset: AssetId,
    /// Its name.
    pub name: String,
    /// What people call it besides: its number in a register, its name on the network.
    pub known_as: Vec<String>,
    /// Its domain.
    pub domain: Domain,
    /// Its class.
    pub class: AssetClass,
    /// 管理組織: who answers for it.
    pub organisation: String,
    /// 利用組織: who uses it.
    pub used_by: BTreeSet<String>,
    /// 運用事業者: who runs it.
    pub operated_by: BTreeSet<String>,
    /// The systems it belongs to, by number or name.
    pub systems: BTreeSet<String>,
    /// What matters for its class, by the rules of master records.
    pub attributes: BTreeMap<String, String>,
    /// In which state of its life it is.
    pub state: LifeCycle,
    /// Whether a sighting contradicts the record of its state.
    pub contradicted: bool,
    /// Whether it counts: it is in service, or missing.
    pub in_service: bool,
    /// How many sources know it.
    pub sources: u64,
    /// When any source first saw it.
    pub first_seen: Timestamp,
    /// When any source last looked at it.
    pub observed_at: Option<Timestamp>,
    /// When a source that observes last did: a register does not.
    pub seen_at: Option<Timestamp>,
    /// What stands against it.
    pub findings: Counts,
    /// Required looks that were never made or are too old.
    pub looks_missing: u64,
    /// Required looks.
    pub looks_required: u64,
    /// Whether its identity waits for a person.
    pub held: bool,
}

/// What is gathered of an asset.
#[derive(Debug, Default)]
struct Draft {
    /// What stands of what its sources say.
    settled: Settled,
    identifiers: BTreeSet<(IdentifierKind, Arc<str>)>,
    /// What its sources call it.
    names: BTreeSet<String>,
    sources: BTreeSet<SourceKey>,
    looks: BTreeMap<ObservationKind, Newest>,
    observed_at: Option<Timestamp>,
    /// When a source that observes last saw it.
    seen: Option<Timestamp>,
    counts: Counts,
    held: bool,
}

/// The assets wanted as they were at a time: those in service first, and of them the ones with the
/// worst findings.
///
/// # Errors
/// If the lake cannot be read.
pub async fn list(
    snapshot: &Snapshot,
    model: &Model,
    master: &Master,
    which: &Which,
    at: Timestamp,
) -> Result<Vec<Listed>, LakeError> {
    let assets: Vec<AssetRow> = snapshot.rows(&Filter::all()).await?;
    let tree = Tree::load(snapshot, at).await?;
    let drafts = drafts(snapshot, master, &assets, at).await?;
    let records = LifeRecords::load(snapshot, at).await?;
    let systems = systems(&assets, &drafts);
    let nothing = Draft::default();
    let mut list = Vec::new();
    for row in assets.into_iter().filter(|row| row.first_seen <= at) {
        let draft = drafts.get(&row.asset).unwrap_or(&nothing);
        let Some(class) = draft.settled.class(row.class) else { continue };
        let asked = Asked {
            asset: row.asset,
            class: Some(class),
            first_seen: row.first_seen,
            seen: draft.seen,
        };
        let life = records.life(master, asked, &draft.settled);
        let listed = listed(model, &tree, row, (class, life), draft, at);
        if wanted(&listed, draft, which, (&tree, &systems)) {
            list.push(listed);
        }
    }
    list.sort_by(|a, b| {
        let worse = b.findings.by_severity().cmp(&a.findings.by_severity());
        let fewer_looks = b.looks_missing.cmp(&a.looks_missing);
        (!a.in_service)
            .cmp(&!b.in_service)
            .then(worse)
            .then(fewer_looks)
            .then(a.asset.cmp(&b.asset))
    });
    Ok(list)
}

/// What is gathered of all assets, row by row.
#[derive(Debug)]
struct Gathering {
    at: Timestamp,
    asset_of: HashMap<SubjectKey, AssetKey>,
    drafts: HashMap<AssetKey, Draft>,
    /// The subjects that had been seen by then.
    there: BTreeSet<SubjectKey>,
}

async fn drafts(
    snapshot: &Snapshot,
    master: &Master,
    assets: &[AssetRow],
    at: Timestamp,
) -> Result<HashMap<AssetKey, Draft>, LakeError> {
    let all = Filter::all();
    let (links, subjects, attributes, relations, identifiers) = tokio::try_join!(
        links(snapshot, &all, at),
        snapshot.rows::<SubjectRow>(&all),
        snapshot.rows::<AttributeRow>(&all),
        snapshot.rows::<RelationPoint>(&all),
        snapshot.rows::<IdentifierRow>(&all),
    )?;
    let (findings, checks, coverage, holds) = tokio::try_join!(
        snapshot.rows::<FindingCount>(&all),
        snapshot.rows::<CheckName>(&all),
        snapshot.rows::<CoverageRow>(&all),
        snapshot.rows::<HoldRow>(&all),
    )?;
    let witnesses = Witnesses::load(snapshot, master, at, all, &coverage).await?;
    let seen: Vec<(SubjectKey, Timestamp)> = witnesses.sightings().collect();
    let asked = Domain::ALL.iter().flat_map(|domain| shown(*domain)).copied();
    let asked = asked.chain([names::NAME, names::CLASS]);
    let hearing = Hearing::new(witnesses, asked, RELATIONS);
    let asset_of = links.into_iter().map(|link| (link.subject, link.asset)).collect();
    let (drafts, there) = (HashMap::new(), BTreeSet::new());
    let mut gathering = Gathering { at, asset_of, drafts, there };
    let mut heard = Heard::new(&hearing);
    gathering.hear(&mut heard, &attributes, &relations);
    gathering.identifiers(identifiers);
    gathering.coverage(&coverage)?;
    gathering.findings(&findings, &checks);
    gathering.at_first(&mut heard, &subjects);
    gathering.subjects(subjects, &holds);
    gathering.renamed(&attributes);
    gathering.seen(seen);
    for row in assets {
        gathering.drafts.entry(row.asset).or_default().settled = heard.settle(row.asset);
    }
    Ok(gathering.drafts)
}

impl Gathering {
    /// The draft of the asset a subject belongs to, which was there since it says something.
    fn of(&mut self, subject: SubjectKey) -> Option<&mut Draft> {
        let asset = self.asset_of.get(&subject)?;
        self.there.insert(subject);
        Some(self.drafts.entry(*asset).or_default())
    }

    /// Hears what sources say of each asset.
    fn hear(
        &mut self,
        heard: &mut Heard<'_, AssetKey>,
        attributes: &[AttributeRow],
        relations: &[RelationPoint],
    ) {
        let at = self.at;
        for row in attributes.iter().filter(|row| holds_at(at, row.first_seen, row.resolved_at)) {
            if let Some(asset) = self.asset(row.subject) {
                heard.attribute(asset, row);
            }
        }
        for row in relations.iter().filter(|row| holds_at(at, row.first_seen, row.resolved_at)) {
            if let Some(asset) = self.asset(row.subject) {
                heard.relation(asset, row);
            }
        }
    }

    /// The asset a subject belongs to, which was there since it says something.
    fn asset(&mut self, subject: SubjectKey) -> Option<AssetKey> {
        let asset = *self.asset_of.get(&subject)?;
        self.of(subject)?;
        Some(asset)
    }

    /// Hears what the records that were there called each asset at first.
    fn at_first(&self, heard: &mut Heard<'_, AssetKey>, rows: &[SubjectRow]) {
        for row in rows.iter().filter(|row| self.there.contains(&row.subject)) {
            if let Some(asset) = self.asset_of.get(&row.subject) {
                heard.at_first(*asset, row);
            }
        }
    }

    /// What records call an asset since.
    fn renamed(&mut self, rows: &[AttributeRow]) {
        let at = self.at;
        let says = |row: &&AttributeRow| *row.name == *names::NAME;
        for row in rows.iter().filter(says) {
            if let Some(asset) = self.asset_of.get(&row.subject)
                && holds_at(at, row.first_seen, row.resolved_at)
            {
                let draft = self.drafts.entry(*asset).or_default();
                draft.names.insert(row.value.to_string());
            }
        }
    }

    fn identifiers(&mut self, rows: Vec<IdentifierRow>) {
        let at = self.at;
        for row in rows.into_iter().filter(|row| holds_at(at, row.first_seen, row.resolved_at)) {
            let kind = kind_of(row.kind, IdentifierKind::from_number);
            if let (Some(kind), Some(draft)) = (kind, self.of(row.subject)) {
                draft.identifiers.insert((kind, row.value));
            }
        }
    }

    fn coverage(&mut self, rows: &[CoverageRow]) -> Result<(), LakeError> {
        let at = self.at;
        for row in rows.iter().filter(|row| row.observed_at <= at) {
            let kinds = looks::kinds(row);
            for number in row.numbers()? {
                let subject = SubjectKey::new(row.of_shard, number);
                let Some(draft) = self.of(subject) else { continue };
                draft.observed_at = draft.observed_at.max(Some(row.observed_at));
                for kind in kinds.iter() {
                    draft.looks.entry(kind).or_default().add(row);
                }
            }
        }
        Ok(())
    }

    fn seen(&mut self, sightings: Vec<(SubjectKey, Timestamp)>) {
        for (subject, at) in sightings {
            if let Some(draft) = self.of(subject) {
                draft.seen = draft.seen.max(Some(at));
            }
        }
    }

    fn findings(&mut self, rows: &[FindingCount], checks: &[CheckName]) {
        let kinds: HashMap<CheckKey, Option<ObservationKind>> = checks
            .iter()
            .map(|check| (check.check, kind_of(check.kind, ObservationKind::from_number)))
            .collect();
        for row in rows.iter().filter(|row| holds_at(self.at, row.first_seen, row.resolved_at)) {
            let Some(asset) = self.asset_of.get(&row.subject) else { continue };
            let weight = Weight::of(
                kind_of(row.state, FindingState::from_number),
                kind_of(row.severity, Severity::from_number).unwrap_or(Severity::Medium),
                kind_of(row.disposition, Disposition::from_number).unwrap_or(Disposition::Open),
                kinds.get(&row.check).copied().flatten(),
            );
            self.drafts.entry(*asset).or_default().counts.add(weight);
        }
    }

    /// The records that were there by then, and which of them wait for a person.
    fn subjects(&mut self, rows: Vec<SubjectRow>, holds: &[HoldRow]) {
        let held: BTreeSet<SubjectKey> = holds.iter().map(|hold| hold.subject).collect();
        for row in rows {
            let there = self.there.contains(&row.subject);
            let (Some(asset), true) = (self.asset_of.get(&row.subject), there) else { continue };
            let draft = self.drafts.entry(*asset).or_default();
            draft.sources.insert(row.source);
            draft.names.insert(row.name);
            draft.held |= held.contains(&row.subject);
        }
    }
}

fn listed(
    model: &Model,
    tree: &Tree,
    row: AssetRow,
    (class, life): (AssetClass, Life),
    draft: &Draft,
    at: Timestamp,
) -> Listed {
    let domain = class.domain();
    let settled = &draft.settled;
    let targets = |kind: RelationKind| -> BTreeSet<String> {
        settled.targets(kind).iter().map(|target| target.to_string()).collect()
    };
    let value = |name: &str| settled.value(name).map(str::to_owned);
    let (looks_missing, looks_required) =
        missing(model, class, settled.at_least_days, &draft.looks, at);
    let called = draft.identifiers.iter().map(|(kind, value)| (*kind, &**value));
    let name = settled.name(&row.name).to_owned();
    Listed {
        asset: AssetId(row.asset),
        known_as: known_as(called, &name),
        domain,
        class,
        organisation: settled
            .organisation(tree, &Arc::from(row.organisation), row.first_seen)
            .to_string(),
        used_by: targets(RelationKind::UsedBy),
        operated_by: targets(RelationKind::OperatedBy),
        systems: targets(RelationKind::PartOf),
        attributes: shown(domain)
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), value(name)?)))
            .collect(),
        state: life.state,
        contradicted: life.contradicted.is_some(),
        in_service: life.state.counts(),
        sources: draft.sources.len() as u64,
        first_seen: row.first_seen,
        observed_at: draft.observed_at,
        seen_at: draft.seen,
        findings: draft.counts,
        looks_missing,
        looks_required,
        held: draft.held,
        name,
    }
}
