//! When the reports of a source looked at what: found by shard and time, however many there are.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use roaring::RoaringBitmap;
use yagura_lake::{LakeError, rows::CoverageRow};
use yagura_model::{
    Timestamp,
    id::{Shard, SubjectKey},
};

/// What the reports of one source covered, by shard.
#[derive(Debug, Default, Clone)]
pub(super) struct Looked {
    shards: BTreeMap<Shard, OfShard>,
}

#[derive(Debug, Default, Clone)]
struct OfShard {
    /// In order of their time. Few are asked for their subjects: these stay packed.
    rows: Vec<CoverageRow>,
    /// The first and the last time at which each subject was looked at, by its number; worked out
    /// when it is first asked for.
    spans: OnceLock<Vec<Option<Span>>>,
}

/// The first and the last of some times.
pub(super) type Span = (Timestamp, Timestamp);

impl Looked {
    /// Of rows in any order.
    pub(super) fn of(rows: Vec<CoverageRow>) -> Self {
        let mut looked = Self::default();
        for row in rows {
            looked.shards.entry(row.of_shard).or_default().rows.push(row);
        }
        for of_shard in looked.shards.values_mut() {
            of_shard.rows.sort_by_key(|row| row.observed_at);
        }
        looked
    }

    /// Takes note of what one more report covered.
    pub(super) fn add(&mut self, row: CoverageRow) -> Result<(), LakeError> {
        let of_shard = self.shards.entry(row.of_shard).or_default();
        let at = row.observed_at;
        if let Some(spans) = of_shard.spans.get_mut() {
            widen(spans, at, &row.numbers()?);
        }
        let place = of_shard.rows.partition_point(|other| other.observed_at <= at);
        of_shard.rows.insert(place, row);
        Ok(())
    }

    /// What was covered of a shard at a time or later, earliest first.
    pub(super) fn since(&self, shard: Shard, from: Timestamp) -> &[CoverageRow] {
        let rows = self.shards.get(&shard).map(|of_shard| &*of_shard.rows).unwrap_or_default();
        rows.get(rows.partition_point(|row| row.observed_at < from)..).unwrap_or_default()
    }

    /// The first and the last time at which a subject was looked at.
    pub(super) fn span(&self, subject: SubjectKey) -> Result<Option<Span>, LakeError> {
        let Some(of_shard) = self.shards.get(&subject.shard()) else { return Ok(None) };
        let spans = match of_shard.spans.get() {
            Some(spans) => spans,
            None => {
                let mut spans = Vec::new();
                for row in &of_shard.rows {
                    widen(&mut spans, row.observed_at, &row.numbers()?);
                }
                of_shard.spans.get_or_init(|| spans)
            }
        };
        Ok(spans.get(subject.number() as usize).copied().flatten())
    }
}

/// Takes a look at some subjects into the times of each.
fn widen(spans: &mut Vec<Option<Span>>, at: Timestamp, numbers: &RoaringBitmap) {
    let room = numbers.max().map_or(0, |last| last as usize + 1);
    if spans.len() < room {
        spans.resize(room, None);
    }
    for number in numbers {
        if let Some(span) = spans.get_mut(number as usize) {
            *span = Some(span.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
        }
    }
}

#[cfg(test)]
mod tests {
    use yagura_model::{
        coverage::ObservationKinds,
        id::{ReportKey, SourceKey},
    };

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
        for asked_before in [false, true] {
            let mut looked = Looked::of(rows[..1].to_vec());
            for row in &rows[1..] {
                if asked_before {
                    looked.span(SubjectKey::new(Shard(1), 1)).unwrap();
                }
                looked.add(row.clone()).unwrap();
            }
            for (shard, number) in [(1, 1), (1, 2), (1, 7), (1, 8), (1, 9), (2, 1), (3, 1)] {
                let subject = SubjectKey::new(Shard(shard), number);
                assert_eq!(looked.span(subject).unwrap(), whole.span(subject).unwrap());
            }
            for from in [0, 10, 11, 50, 51] {
                let times = |looked: &Looked| -> Vec<Timestamp> {
                    let since = looked.since(Shard(1), time(from));
                    since.iter().map(|row| row.observed_at).collect()
                };
                assert_eq!(times(&looked), times(&whole), "{from}");
            }
        }
        let subject = SubjectKey::new(Shard(1), 2);
        assert_eq!(whole.span(subject).unwrap(), Some((time(10), time(50))));
        assert_eq!(whole.since(Shard(1), time(11)).len(), 2);
    }
}
