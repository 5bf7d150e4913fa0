//! Which looks covered some records.

use std::collections::BTreeSet;

use yagura_lake::{LakeError, rows::CoverageRow};
use yagura_model::{Timestamp, id::SubjectKey};

/// A look with the records of those asked about that it covered.
pub(crate) type Looked = (CoverageRow, Vec<SubjectKey>);

/// The looks at some subjects until a time, each row of coverage with those of them it covers.
///
/// # Errors
/// If a row cannot be read.
pub(crate) fn looked(
    rows: Vec<CoverageRow>,
    wanted: &BTreeSet<SubjectKey>,
    at: Timestamp,
) -> Result<Vec<Looked>, LakeError> {
    let mut looks = Vec::new();
    for row in rows.into_iter().filter(|row| row.observed_at <= at) {
        let subject = |number| SubjectKey::new(row.of_shard, number);
        let mut here = wanted.range(subject(0)..=subject(u32::MAX)).peekable();
        if here.peek().is_none() {
            continue;
        }
        let covered = row.numbers()?;
        let seen = here.filter(|subject| covered.contains(subject.number()));
        let seen: Vec<SubjectKey> = seen.copied().collect();
        if !seen.is_empty() {
            looks.push((row, seen));
        }
    }
    Ok(looks)
}
