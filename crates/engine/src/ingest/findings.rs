//! Findings: the statements of a report against the intervals the lake holds of its source.

use std::collections::BTreeSet;
use std::sync::Arc;

use yagura_lake::{LakeError, row::Stored, rows::FindingRow, scan::Filter};
use yagura_model::{
    Timestamp,
    id::{CheckKey, SubjectKey},
};

use super::{
    checks::{Checks, Nature},
    covering::Covering,
    stage::Finding,
    timeline::{Interval, Step, observe},
    work::{Subjects, Work, in_parts, of_part},
};

/// What became of the findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Compared {
    pub(super) opened: u64,
    pub(super) reopened: u64,
    pub(super) resolved: u64,
    pub(super) continuing: u64,
}

/// Compares and writes the changed intervals, sorted by key, so many subjects at a time.
pub(super) async fn compare(
    work: &mut Work<'_>,
    subjects: &Subjects,
    checks: &Checks<'_>,
    covering: &Covering,
) -> Result<Compared, LakeError> {
    let ordered = subjects.ordered();
    let mut seen = seen(work, subjects).into_iter().peekable();
    let mut compared = Compared::default();
    for part in in_parts(&ordered) {
        let now = of_part(&mut seen, part, |(subject, _)| *subject);
        let now = statements(work, checks, &now);
        let before = stored(work, &subjects.known_of(part)).await?;
        let mut comparison = Comparison { work, checks, covering, compared };
        comparison.compare(&before, &now);
        compared = comparison.compared;
        work.changes.findings.sort_by(|a, b| key(a).cmp(&key(b)));
        work.changes.pack();
    }
    Ok(compared)
}

/// What names a finding within its source.
fn key(row: &FindingRow) -> (SubjectKey, CheckKey, &str) {
    (row.subject, row.check, &row.location)
}

/// What names the finding of a history.
fn name(history: &[Stored<FindingRow>]) -> Option<(SubjectKey, CheckKey, &str)> {
    history.first().map(|version| key(&version.row))
}

/// The intervals in force of the source's findings on some subjects, by key and time.
async fn stored(
    work: &Work<'_>,
    known: &BTreeSet<i64>,
) -> Result<Vec<Stored<FindingRow>>, LakeError> {
    if known.is_empty() {
        return Ok(Vec::new());
    }
    let shards: BTreeSet<_> = known.iter().map(|subject| SubjectKey(*subject).shard()).collect();
    let filter = Filter::of("subject", known.iter().copied()).in_shards(shards);
    let mut rows: Vec<Stored<FindingRow>> = work.transaction.read(&filter).await?;
    rows.retain(|version| version.row.source == work.source.source);
    rows.sort_by(|a, b| {
        key(&a.row).cmp(&key(&b.row)).then_with(|| a.row.first_seen.cmp(&b.row.first_seen))
    });
    Ok(rows)
}

/// The findings of a report against their histories, one after another.
struct Comparison<'c, 'w, 'k> {
    work: &'c mut Work<'w>,
    checks: &'c Checks<'k>,
    covering: &'c Covering,
    compared: Compared,
}

impl Comparison<'_, '_, '_> {
    /// All findings of some subjects, both in order.
    fn compare(&mut self, before: &[Stored<FindingRow>], now: &[FindingRow]) {
        let mut histories = before.chunk_by(|a, b| key(&a.row) == key(&b.row)).peekable();
        for row in now {
            let is_before = |history: &&[Stored<FindingRow>]| name(history) < Some(key(row));
            while let Some(history) = histories.next_if(is_before) {
                self.absent(history);
            }
            let history = histories.next_if(|history| name(history) == Some(key(row)));
            self.present(history.unwrap_or_default(), row);
        }
        histories.for_each(|history| self.absent(history));
    }

    /// A finding the report saw.
    fn present(&mut self, history: &[Stored<FindingRow>], row: &FindingRow) {
        let at = row.first_seen;
        let nature = self.checks.nature(row.check);
        let covering = self.covering;
        let next =
            |from| covering.covering_from(from, row.subject, row.check, &row.location, nature?);
        let step = with_intervals(history, |intervals| observe(intervals, at, true, next));
        match &step {
            Step::Same => self.compared.continuing += 1,
            _ if history.is_empty() => self.compared.opened += 1,
            Step::New(interval) if interval.to.is_none() => self.compared.reopened += 1,
            Step::New(_) => self.compared.opened += 1,
            _ => self.compared.continuing += 1,
        }
        let changed = step == Step::Same && says_otherwise(history, row, at)
            // A late report says nothing of how things are now.
            && next(at).is_none_or(|later| later == at);
        apply(self.work, history, step, row);
        if changed {
            restate(self.work, history, row);
        }
    }

    /// A finding the lake holds and the report did not see.
    fn absent(&mut self, history: &[Stored<FindingRow>]) {
        let Some(Stored { row: last, .. }) = history.last() else { return };
        let (subject, check, location) = key(last);
        let unknown = Nature { kind: None, remote: None };
        let nature = self.checks.nature(check).unwrap_or(unknown);
        let covering = self.covering;
        let Some(at) = covering.covered_now(subject, check, location, nature) else { return };
        let next = |from| covering.covering_from(from, subject, check, location, nature);
        let step = with_intervals(history, |intervals| observe(intervals, at, false, next));
        if step == Step::Same {
            return;
        }
        if last.resolved_at.is_none() && matches!(step, Step::Becomes(..)) {
            self.compared.resolved += 1;
        }
        apply(self.work, history, step, last);
    }
}

/// The findings of the report by their subjects, ascending.
fn seen<'s>(work: &Work<'s>, subjects: &Subjects) -> Vec<(SubjectKey, &'s Finding)> {
    let findings = work.stage.findings.iter();
    let mut seen: Vec<_> =
        findings.filter_map(|finding| Some((subjects.get(finding.asset)?, finding))).collect();
    seen.sort_by_key(|(subject, _)| *subject);
    seen
}

/// Statements as rows that begin at their observation, in order.
fn statements(
    work: &Work<'_>,
    checks: &Checks<'_>,
    seen: &[(SubjectKey, &Finding)],
) -> Vec<FindingRow> {
    let row = |(subject, finding): &(SubjectKey, &Finding)| {
        Some(FindingRow {
            subject: *subject,
            check: *checks.keys.get(finding.check as usize)?,
            location: Arc::clone(&finding.location),
            source: work.source.source,
            state: finding.state.number() as i8,
            severity: finding.severity.number() as i8,
            disposition: finding.disposition.number() as i8,
            fixed_version: finding.fixed_version.clone(),
            first_seen: work.observed(finding.asset as usize),
            resolved_at: None,
            report: work.report,
            record: finding.record as i32,
        })
    };
    let mut rows: Vec<FindingRow> = seen.iter().filter_map(row).collect();
    // A repeated statement of one report is one finding; the first record stands for it.
    rows.sort_by(|a, b| key(a).cmp(&key(b)).then(a.record.cmp(&b.record)));
    rows.dedup_by(|b, a| key(a) == key(b));
    rows
}

/// Does something with the intervals of a history; most have one.
fn with_intervals<T>(history: &[Stored<FindingRow>], with: impl FnOnce(&[Interval]) -> T) -> T {
    let interval = |version: &Stored<FindingRow>| Interval {
        from: version.row.first_seen,
        to: version.row.resolved_at,
    };
    match history {
        [] => with(&[]),
        [only] => with(&[interval(only)]),
        several => with(&several.iter().map(interval).collect::<Vec<_>>()),
    }
}

/// Writes a step: `shape` gives the values of intervals that are wholly new.
fn apply(work: &mut Work<'_>, history: &[Stored<FindingRow>], step: Step, shape: &FindingRow) {
    let with = |row: &FindingRow, interval: Interval| FindingRow {
        first_seen: interval.from,
        resolved_at: interval.to,
        ..row.clone()
    };
    let (index, replacements, taken) = match step {
        Step::Same => return,
        Step::New(interval) => {
            work.changes.findings.push(with(shape, interval));
            return;
        }
        Step::Becomes(index, interval) => (index, vec![interval], 1),
        Step::Splits(index, first, second) => (index, vec![first, second], 1),
        Step::Joins(index, interval) => (index, vec![interval], 2),
    };
    let old: Vec<&Stored<FindingRow>> = history.iter().skip(index).take(taken).collect();
    work.changes.superseded.extend(old.iter().map(|old| old.version()));
    if let Some(last) = old.last() {
        let rows = replacements.into_iter().map(|interval| with(&last.row, interval));
        work.changes.findings.extend(rows);
    }
}

/// Whether the newest statement says something else of a finding that goes on: another severity,
/// state, decision or correcting version.
fn says_otherwise(history: &[Stored<FindingRow>], row: &FindingRow, at: Timestamp) -> bool {
    history.last().is_some_and(|version| {
        let known = &version.row;
        let same = (known.state, known.severity, known.disposition)
            == (row.state, row.severity, row.disposition)
            && known.fixed_version == row.fixed_version;
        known.resolved_at.is_none() && known.first_seen <= at && !same
    })
}

/// Puts what the newest statement says in place of what the open interval said.
fn restate(work: &mut Work<'_>, history: &[Stored<FindingRow>], row: &FindingRow) {
    if let Some(known) = history.last() {
        work.changes.superseded.push(known.version());
        let first_seen = known.row.first_seen;
        work.changes.findings.push(FindingRow { first_seen, ..row.clone() });
    }
}
