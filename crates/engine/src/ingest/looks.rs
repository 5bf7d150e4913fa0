//! When a source looked at what it knows after the report that is taken in: an older report comes late.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::SignedDuration;
use yagura_lake::LakeError;
use yagura_model::{Timestamp, coverage::ObservationKinds, id::SubjectKey};

use super::{
    looked::Looked,
    statements::Statement,
    work::{Subjects, Work},
};

/// The looks of other reports of the source.
pub(super) struct Looks {
    looked: Arc<Looked>,
    /// What the report itself looked for.
    kinds: HashMap<SubjectKey, ObservationKinds>,
}

impl Looks {
    pub(super) async fn load(work: &Work<'_>, subjects: &Subjects) -> Result<Self, LakeError> {
        let mut looks = Self { looked: Arc::default(), kinds: HashMap::new() };
        if subjects.known().next().is_none() {
            return Ok(looks);
        }
        looks.looked = work.known.looked(work.transaction, work.source.source).await?;
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
    ) -> Result<Option<Timestamp>, LakeError> {
        let from = at.saturating_add(SignedDuration::from_micros(1)).unwrap_or(Timestamp::MAX);
        for look in self.looked.since(subject.shard(), from) {
            let all = look.row.kinds as u32 & kinds.0 == kinds.0;
            if all && look.numbers()?.contains(subject.number()) {
                return Ok(Some(look.row.observed_at));
            }
        }
        Ok(None)
    }

    /// The next look after a statement that was of its sort: one that looked for what the report did.
    pub(super) fn next<T: Statement>(
        &self,
    ) -> impl Fn(&T, Timestamp) -> Result<Option<Timestamp>, LakeError> + '_ {
        |row, at| {
            let kinds = self.kinds.get(&row.subject()).copied();
            self.after(row.subject(), kinds.unwrap_or(ObservationKinds::NONE), at)
        }
    }
}
