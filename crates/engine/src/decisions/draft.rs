//! A decision on its way into the lake.

use std::collections::{BTreeMap, BTreeSet};

use yagura_baseline::identity::Rules;
use yagura_lake::{
    Changes, LakeError, Snapshot,
    row::Stored,
    rows::{AssetRow, DecisionRow, HoldRow, LinkRow, OrganisationRow, SuccessionRow},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    id::{AssetKey, DecisionKey, SubjectKey},
};

use super::{
    Decided, DecisionError, DecisionId, Placed, RecordId, RecordSaid, Signed, What, records,
};
use crate::{browse::assets::AssetId, tree::Tree};

/// The counter of decisions.
const COUNTER: &str = "decisions";

/// The number of the next decision.
pub(crate) fn next(snapshot: &Snapshot) -> DecisionKey {
    DecisionKey(snapshot.counter(COUNTER) + 1)
}

/// Counts a decision.
pub(crate) fn count(decision: DecisionKey, changes: &mut Changes) {
    changes.counters.insert(COUNTER.to_owned(), decision.0);
}

/// What a decision changes.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) rules: &'a Rules,
    pub(super) decision: DecisionKey,
    pub(super) changes: Changes,
    /// The assets it concerns.
    pub(super) assets: BTreeSet<AssetKey>,
    /// Of each record it places, where it stood and where it stands.
    pub(super) placed: BTreeMap<SubjectKey, (AssetKey, AssetKey)>,
    /// The records that those it places are told apart from.
    pub(super) apart: BTreeSet<SubjectKey>,
    pub(super) made: BTreeSet<AssetKey>,
    pub(super) gone: BTreeSet<AssetKey>,
    pub(super) holds_ended: u64,
    pub(super) holds_again: u64,
    /// Records that came since, and where they stay.
    pub(super) came_since: BTreeMap<SubjectKey, AssetKey>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, rules: &'a Rules) -> Self {
        Self {
            snapshot,
            rules,
            decision: next(snapshot),
            changes: Changes::default(),
            assets: BTreeSet::new(),
            placed: BTreeMap::new(),
            apart: BTreeSet::new(),
            made: BTreeSet::new(),
            gone: BTreeSet::new(),
            holds_ended: 0,
            holds_again: 0,
            came_since: BTreeMap::new(),
        }
    }

    /// Some assets that must be there, of one organisation and one domain, in order of number.
    pub(super) async fn alike(
        &mut self,
        assets: &BTreeSet<AssetKey>,
    ) -> Result<Vec<Stored<AssetRow>>, DecisionError> {
        let filter = Filter::of("asset", assets.iter().map(|asset| asset.0));
        let rows: Vec<Stored<AssetRow>> = self.snapshot.read(&filter).await?;
        let known: BTreeSet<AssetKey> = rows.iter().map(|stored| stored.row.asset).collect();
        if let Some(asset) = assets.difference(&known).next() {
            return Err(DecisionError::UnknownAsset { asset: *asset });
        }
        if let Some(first) = rows.first().map(|stored| &stored.row) {
            let organisations: Vec<OrganisationRow> = self.snapshot.rows(&Filter::all()).await?;
            // Whatever is planned for later: what will be one organisation's may be one thing.
            let passes: Vec<SuccessionRow> = self.snapshot.rows(&Filter::all()).await?;
            let tree = Tree::of(&organisations, &passes, Timestamp::MAX);
            let kin = tree.kin(&first.organisation);
            for other in rows.iter().map(|stored| &stored.row) {
                let (one, other_key) = (first.asset, other.asset);
                if other.organisation != first.organisation && !kin.contains(&other.organisation) {
                    return Err(DecisionError::Organisations { one, other: other_key });
                }
                if other.domain != first.domain {
                    return Err(DecisionError::Domains { one, other: other_key });
                }
            }
        }
        self.assets.extend(known);
        Ok(rows)
    }

    /// Puts a record on an asset by this decision.
    pub(super) fn place(&mut self, before: &Stored<LinkRow>, asset: AssetKey) {
        let decided_by = format!("person:{}", self.decision);
        self.relink(before, LinkRow { asset, decided_by, ..before.row.clone() });
    }

    /// Puts a link in the place of another one.
    pub(super) fn relink(&mut self, before: &Stored<LinkRow>, link: LinkRow) {
        self.placed.insert(link.subject, (before.row.asset, link.asset));
        self.changes.superseded.push(before.version());
        self.changes.links.push(link);
    }

    /// Puts a row of an asset in the place of another, if it says something else.
    pub(super) fn restate(&mut self, before: &Stored<AssetRow>, row: AssetRow) {
        if row != before.row {
            self.changes.superseded.push(before.version());
            self.changes.assets.push(row);
        }
    }

    /// Takes an asset without records out of the present.
    pub(super) fn retire(&mut self, asset: &Stored<AssetRow>) {
        self.changes.superseded.push(asset.version());
        self.gone.insert(asset.row.asset);
    }

    /// Puts a hold in the place of another, or none.
    pub(super) fn rehold(&mut self, before: &Stored<HoldRow>, after: Option<HoldRow>) {
        if after.as_ref() != Some(&before.row) {
            self.changes.superseded.push(before.version());
            self.holds_ended += u64::from(after.is_none());
            self.changes.holds.extend(after);
        }
    }

    /// What it does, for people.
    pub(super) async fn decided(&self, what: &What) -> Result<Decided, LakeError> {
        let all = self.placed.keys().chain(self.came_since.keys()).copied();
        let said = records(self.snapshot, all).await?;
        let placed = |subject: &SubjectKey, (from, to): (AssetKey, AssetKey)| {
            let nothing = || RecordSaid {
                record: RecordId(*subject),
                source: String::new(),
                name: String::new(),
            };
            let record = said.get(subject).cloned().unwrap_or_else(nothing);
            Placed { record, from: AssetId(from), to: AssetId(to) }
        };
        let stay = |(subject, asset): (&SubjectKey, &AssetKey)| placed(subject, (*asset, *asset));
        Ok(Decided {
            version: 1,
            decision: None,
            kind: what.kind(),
            undoes: what.undoes().map(DecisionId),
            needs_second_person: self.is_above(self.rules.limits.second_person_above),
            records: self.placed.iter().map(|(subject, at)| placed(subject, *at)).collect(),
            made: self.made.iter().copied().map(AssetId).collect(),
            gone: self.gone.iter().copied().map(AssetId).collect(),
            holds_ended: self.holds_ended,
            holds_again: self.holds_again,
            came_since: self.came_since.iter().map(stay).collect(),
            states: Vec::new(),
        })
    }

    /// Whether it concerns more assets than so many.
    fn is_above(&self, limit: u32) -> bool {
        u32::try_from(self.assets.len()).map_or(true, |assets| assets > limit)
    }

    /// The changes with the row that says who decided.
    pub(super) fn signed(
        self,
        what: &What,
        signed: &Signed,
        now: Timestamp,
    ) -> Result<Changes, DecisionError> {
        let limit = self.rules.limits.second_person_above;
        if self.is_above(limit) && signed.second.is_none() {
            return Err(DecisionError::SecondPerson { assets: self.assets.len(), limit });
        }
        let mut changes = self.changes;
        count(self.decision, &mut changes);
        changes.decisions.push(DecisionRow {
            decision: self.decision,
            kind: what.kind().number() as i8,
            decided_by: signed.by.clone(),
            second_person: signed.second.clone().unwrap_or_default(),
            reason: signed.reason.clone(),
            decided_at: now,
            undoes: what.undoes(),
            assets: self.assets.iter().map(|asset| asset.0).collect(),
            subjects: self.placed.keys().map(|subject| subject.0).collect(),
            apart: self.apart.iter().map(|subject| subject.0).collect(),
        });
        Ok(changes)
    }
}
