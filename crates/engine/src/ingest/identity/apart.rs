//! What persons told apart.
//!
//! A split says that some records and some others are two things. While nobody took that back and no
//! person made them one again, no rule joins them, asks about them again, or takes what both show
//! for a sign that somebody is one or the other.

use std::collections::{BTreeMap, BTreeSet};

use yagura_lake::{LakeError, rows::DecisionRow, scan::Filter};
use yagura_model::{
    decision::DecisionKind,
    id::{DecisionKey, SubjectKey},
};

use super::{
    super::work::Work,
    scene::{Member, Scene},
};

/// Says of some members what persons told them apart from.
pub(super) async fn load(work: &Work<'_>, members: &mut [Member]) -> Result<(), LakeError> {
    // A split places records: where no person placed any there was none.
    if !members.iter().any(Member::is_fixed) {
        return Ok(());
    }
    let rows: Vec<DecisionRow> = work.transaction.rows(&Filter::all()).await?;
    let in_force = in_force(&rows);
    let mut sides: BTreeMap<SubjectKey, Vec<(DecisionKey, bool)>> = BTreeMap::new();
    for row in rows.iter().filter(|row| in_force.contains(&row.decision)) {
        if row.kind != DecisionKind::Split.number() as i8 || row.apart.is_empty() {
            continue;
        }
        for (subjects, side) in [(&row.subjects, true), (&row.apart, false)] {
            for subject in subjects {
                sides.entry(SubjectKey(*subject)).or_default().push((row.decision, side));
            }
        }
    }
    for member in members {
        if let Some(sides) = member.subject.and_then(|subject| sides.remove(&subject)) {
            member.told = sides.into_iter().collect();
        }
    }
    Ok(())
}

/// The decisions that nobody took back.
pub(crate) fn in_force(rows: &[DecisionRow]) -> BTreeSet<DecisionKey> {
    let mut newest_first: Vec<&DecisionRow> = rows.iter().collect();
    newest_first.sort_by_key(|row| std::cmp::Reverse(row.decision));
    let mut undone = BTreeSet::new();
    let mut in_force = BTreeSet::new();
    for row in newest_first {
        if !undone.contains(&row.decision) {
            in_force.insert(row.decision);
            undone.extend(row.undoes);
        }
    }
    in_force
}

impl Scene<'_> {
    /// Whether two members are two things: a source showed both at one time, or a person said so.
    pub(super) fn are_two(&self, one: usize, other: usize) -> bool {
        let (Some(a), Some(b)) = (self.get(one), self.get(other)) else { return false };
        told_apart(a, b) || self.simultaneous(one, other)
    }

    /// Whether a person told two of some members apart.
    pub(super) fn are_told_apart<'m>(
        &self,
        members: impl Iterator<Item = &'m Member> + Clone,
    ) -> bool {
        let told = members.filter(|member| !member.told.is_empty());
        told.clone().any(|a| told.clone().any(|b| told_apart(a, b)))
    }
}

/// Whether a person told two members apart; a person who made one asset of them later knew better.
fn told_apart(a: &Member, b: &Member) -> bool {
    let opposite = |(decision, side): (&DecisionKey, &bool)| b.told.get(decision) == Some(&!side);
    a.asset != b.asset && a.told.iter().any(opposite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_back_and_given_again_is_in_force() {
        let row = |decision: i64, undoes: Option<i64>| DecisionRow {
            decision: DecisionKey(decision),
            kind: 1,
            decided_by: String::new(),
            second_person: String::new(),
            reason: String::new(),
            decided_at: yagura_model::Timestamp::UNIX_EPOCH,
            undoes: undoes.map(DecisionKey),
            assets: Vec::new(),
            subjects: Vec::new(),
            apart: Vec::new(),
        };
        let check = |rows: &[DecisionRow], expected: &[i64]| {
            assert_eq!(in_force(rows).iter().map(|key| key.0).collect::<Vec<_>>(), expected);
        };
        check(&[row(1, None), row(2, None)], &[1, 2]);
        check(&[row(1, None), row(2, Some(1))], &[2]);
        check(&[row(1, None), row(2, Some(1)), row(3, Some(2))], &[1, 3]);
    }
}
