//! When the reports of a source looked at what: found by shard and time, however many there are.

use std::collections::{BTreeMap, BTreeSet};

use roaring::RoaringBitmap;
use yagura_lake::{LakeError, rows::CoverageRow};
use yagura_model::{
    Timestamp,
    id::{Shard, SourceKey, SubjectKey},
};

/// What the reports of one source covered, by shard, in order of their time. Few rows are asked for
/// their subjects: these stay packed.
#[derive(Debug, Default, Clone)]
pub(super) struct Looked {
    shards: BTreeMap<Shard, Vec<CoverageRow>>,
}

impl Looked {
    /// Of rows in any order.
    pub(super) fn of(rows: Vec<CoverageRow>) -> Self {
        let mut looked = Self::default();
        for row in rows {
            looked.shards.entry(row.of_shard).or_default().push(row);
        }
        for rows in looked.shards.values_mut() {
            rows.sort_by_key(|row| row.observed_at);
        }
        looked
    }

    /// Takes note of what one more report covered.
    pub(super) fn add(&mut self, row: CoverageRow) {
        let rows = self.shards.entry(row.of_shard).or_default();
        let place = rows.partition_point(|other| other.observed_at <= row.observed_at);
        rows.insert(place, row);
    }

    /// What was covered of a shard, earliest first.
    fn of_shard(&self, shard: Shard) -> &[CoverageRow] {
        self.shards.get(&shard).map(Vec::as_slice).unwrap_or_default()
    }

    /// What was covered of a shard at a time or later, earliest first.
    pub(super) fn since(&self, shard: Shard, from: Timestamp) -> &[CoverageRow] {
        let rows = self.of_shard(shard);
        rows.get(rows.partition_point(|row| row.observed_at < from)..).unwrap_or_default()
    }
}

/// The first and the last of some times.
pub(super) type Span = (Timestamp, Timestamp);

/// The first and the last time at which each subject was looked at.
#[derive(Debug, Default)]
pub(super) struct Spans {
    /// By the number of the subject, in microseconds; the first is after the last if there is none. A
    /// subject is one source's, so that all sources share the numbers of a shard.
    shards: BTreeMap<Shard, Vec<(i64, i64)>>,
    /// What they are worked out for.
    of: BTreeSet<(SourceKey, Shard)>,
}

/// No time.
const NEVER: (i64, i64) = (i64::MAX, i64::MIN);

impl Spans {
    /// That of a subject, by what its source looked at.
    pub(super) fn of(
        &mut self,
        source: SourceKey,
        looked: &Looked,
        subject: SubjectKey,
    ) -> Result<Option<Span>, LakeError> {
        let shard = subject.shard();
        if self.of.insert((source, shard)) {
            for row in looked.of_shard(shard) {
                self.widen(row)?;
            }
        }
        let span = self.shards.get(&shard).and_then(|spans| spans.get(subject.number() as usize));
        let Some((first, last)) = span.copied().filter(|span| *span != NEVER) else {
            return Ok(None);
        };
        let time = |at| Timestamp::from_microsecond(at).ok();
        Ok(time(first).zip(time(last)))
    }

    /// Takes note of what one more report covered, if that is worked out.
    pub(super) fn add(&mut self, row: &CoverageRow) -> Result<(), LakeError> {
        match self.of.contains(&(row.source, row.of_shard)) {
            true => self.widen(row),
            false => Ok(()),
        }
    }

    fn widen(&mut self, row: &CoverageRow) -> Result<(), LakeError> {
        let numbers: RoaringBitmap = row.numbers()?;
        let spans = self.shards.entry(row.of_shard).or_default();
        let room = numbers.max().map_or(0, |last| last as usize + 1);
        if spans.len() < room {
            spans.resize(room, NEVER);
        }
        let at = row.observed_at.as_microsecond();
        for number in &numbers {
            if let Some((first, last)) = spans.get_mut(number as usize) {
                (*first, *last) = (at.min(*first), at.max(*last));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use yagura_model::{coverage::ObservationKinds, id::ReportKey};

    use super::*;

    fn time(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn row(shard: i32, second: i64, subjects: &[u32]) -> CoverageRow {
        let mut bytes = Vec::new();
        subjects.iter().copied().collect::<RoaringBitmap>().serialize_into(&mut bytes).unwrap();
        CoverageRow {
            of_shard: Shard(shard),
            report: ReportKey(1),
            source: SourceKey(1),
            observed_at: time(second),
            kinds: ObservationKinds::default().0 as i32,
            credentialed: None,
            check_set: None,
            subjects: bytes,
        }
    }

    #[test]
    fn what_is_added_later_is_found_as_if_it_had_been_there() {
        let rows = [row(1, 50, &[1, 2]), row(2, 20, &[1]), row(1, 10, &[2, 7]), row(1, 50, &[9])];
        let whole = Looked::of(rows.to_vec());
        let source = SourceKey(1);
        let subject = |shard, number| SubjectKey::new(Shard(shard), number);
        for asked_before in [false, true] {
            let (mut looked, mut spans) = (Looked::of(rows[..1].to_vec()), Spans::default());
            for row in &rows[1..] {
                if asked_before {
                    spans.of(source, &looked, subject(1, 1)).unwrap();
                }
                spans.add(row).unwrap();
                looked.add(row.clone());
            }
            for (shard, number) in [(1, 1), (1, 2), (1, 7), (1, 8), (1, 9), (2, 1), (3, 1)] {
                let subject = subject(shard, number);
                let anew = Spans::default().of(source, &whole, subject).unwrap();
                assert_eq!(spans.of(source, &looked, subject).unwrap(), anew);
            }
            for from in [0, 10, 11, 50, 51] {
                let times = |looked: &Looked| -> Vec<Timestamp> {
                    let since = looked.since(Shard(1), time(from));
                    since.iter().map(|row| row.observed_at).collect()
                };
                assert_eq!(times(&looked), times(&whole), "{from}");
            }
        }
        let span = Spans::default().of(source, &whole, subject(1, 2)).unwrap();
        assert_eq!(span, Some((time(10), time(50))));
        assert_eq!(Spans::default().of(source, &whole, subject(1, 8)).unwrap(), None);
        assert_eq!(whole.since(Shard(1), time(11)).len(), 2);
    }
}
