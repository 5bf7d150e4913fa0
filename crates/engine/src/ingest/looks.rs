//! When a source looked at what it knows after the report that is taken in: an older report comes late.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use roaring::RoaringBitmap;
use yagura_lake::LakeError;
use yagura_model::{
    Timestamp,
    coverage::ObservationKinds,
    id::{Shard, SubjectKey},
};

use super::{
    statements::Statement,
    work::{Subjects, Work},
};

/// The looks of other reports of the source since the earliest look of this one.
pub(super) struct Looks {
    /// By shard, earliest first.
    later: BTreeMap<Shard, Vec<Look>>,
    /// What the report itself looked for.
    kinds: HashMap<SubjectKey, ObservationKinds>,
}

/// What one other report looked at in a shard.
struct Look {
    at: Timestamp,
    kinds: u32,
    subjects: RoaringBitmap,
}

impl Looks {
    pub(super) async fn load(work: &Work<'_>, subjects: &Subjects) -> Result<Self, LakeError> {
        let mut looks = Self { later: BTreeMap::new(), kinds: HashMap::new() };
        let shards: BTreeSet<Shard> = subjects.known().map(SubjectKey::shard).collect();
        if shards.is_empty() {
            return Ok(looks);
        }
        let times = (0..work.stage.assets.len()).map(|local| work.observed(local));
        let earliest = times.chain([work.at]).min().unwrap_or(work.at);
        let looked = work.known.looked(work.transaction, work.source.source).await?;
        for shard in shards {
            let rows = looked.since(shard, earliest).iter();
            let rows = rows.map(|row| {
                let (at, kinds) = (row.observed_at, row.kinds as u32);
                Ok(Look { at, kinds, subjects: row.numbers()? })
            });
            looks.later.insert(shard, rows.collect::<Result<_, LakeError>>()?);
        }
        for seen in &work.stage.coverage {
            if let Some(subject) = subjects.get(seen.asset) {
                let kinds = looks.kinds.entry(subject).or_insert(ObservationKinds::NONE);
                kinds.0 |= seen.kinds.0;
            }
        }
        Ok(looks)
    }

    /// The next look at a subject after a time that looked for all these kinds.
    pub(super) fn after(
        &self,
        subject: SubjectKey,
        kinds: ObservationKinds,
        at: Timestamp,
    ) -> Option<Timestamp> {
        let looks = self.later.get(&subject.shard())?;
        let later = looks.get(looks.partition_point(|look| look.at <= at)..).unwrap_or_default();
        let covers = |look: &&Look| {
            look.kinds & kinds.0 == kinds.0 && look.subjects.contains(subject.number())
        };
        later.iter().find(covers).map(|look| look.at)
    }

    /// The next look after a statement that was of its sort: one that looked for what the report did.
    pub(super) fn next<T: Statement>(&self) -> impl Fn(&T, Timestamp) -> Option<Timestamp> + '_ {
        |row, at| {
            let kinds = self.kinds.get(&row.subject()).copied();
            self.after(row.subject(), kinds.unwrap_or(ObservationKinds::NONE), at)
        }
    }
}
