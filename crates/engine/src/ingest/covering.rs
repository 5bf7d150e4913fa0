//! Coverage: what this report and its neighbours of the same source looked at.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use roaring::RoaringBitmap;
use yagura_lake::{
    LakeError,
    rows::{CheckSetRow, CoverageRow},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    coverage::ObservationKinds,
    id::{CheckKey, Shard, SubjectKey},
    ports::{Ports, PortsError},
};

use super::{
    checks::{Checks, Nature},
    hash,
    stage::Evaluated,
    work::{Subjects, Work},
};

/// One look at one subject.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub(super) at: Timestamp,
    pub(super) kinds: ObservationKinds,
    pub(super) credentialed: Option<bool>,
    /// Hash of the set of checks evaluated; `None` is all the source knows.
    pub(super) check_set: Option<i64>,
}

/// What a set of checks holds.
#[derive(Debug)]
enum Set {
    Checks(BTreeSet<CheckKey>),
    /// All checks at some ports.
    At(Arc<Ports>),
}

/// The looks of a source, and what the sets of checks hold.
#[derive(Debug, Default)]
pub(super) struct Covering {
    /// What this report looked at.
    pub(super) now: BTreeMap<SubjectKey, Vec<Look>>,
    /// What other reports of the source looked at.
    others: Vec<(Look, Shard, RoaringBitmap)>,
    sets: HashMap<i64, Set>,
}

impl Covering {
    /// Whether a look would have seen a check that failed at a location.
    fn covers(&self, look: &Look, check: CheckKey, location: &str, nature: Nature) -> bool {
        let kind = nature.kind.is_some_and(|kind| look.kinds.contains(kind));
        let able = look.credentialed != Some(false) || nature.remote == Some(true);
        let evaluated = match look.check_set {
            None => true,
            Some(set) => match self.sets.get(&set) {
                Some(Set::Checks(checks)) => checks.contains(&check),
                Some(Set::At(ports)) => ports.see(location),
                None => false,
            },
        };
        kind && able && evaluated
    }

    /// The time at which this report covered a check at a location of a subject, if it did.
    pub(super) fn covered_now(
        &self,
        subject: SubjectKey,
        check: CheckKey,
        location: &str,
        nature: Nature,
    ) -> Option<Timestamp> {
        let looks = self.now.get(&subject)?;
        looks
            .iter()
            .filter(|look| self.covers(look, check, location, nature))
            .map(|look| look.at)
            .max()
    }

    /// The earliest time, `from` or later, at which another report of the source covered it.
    pub(super) fn covering_from(
        &self,
        from: Timestamp,
        subject: SubjectKey,
        check: CheckKey,
        location: &str,
        nature: Nature,
    ) -> Option<Timestamp> {
        self.others
            .iter()
            .filter(|(look, shard, subjects)| {
                look.at >= from
                    && *shard == subject.shard()
                    && subjects.contains(subject.number())
                    && self.covers(look, check, location, nature)
            })
            .map(|(look, ..)| look.at)
            .min()
    }
}

/// Writes what the report covered and gathers what the comparison needs.
pub(super) async fn gather(
    work: &mut Work<'_>,
    subjects: &Subjects,
    checks: &Checks<'_>,
) -> Result<Covering, LakeError> {
    let mut covering = Covering::default();
    let evaluated = evaluated(work, checks);
    let stage = work.stage;
    for seen in &stage.coverage {
        let Some(subject) = subjects.get(seen.asset) else { continue };
        if seen.kinds.is_empty() {
            continue;
        }
        let set = match &seen.checks {
            Evaluated::All => None,
            Evaluated::Named(named) => {
                let mut set = evaluated.get(&seen.asset).cloned().unwrap_or_default();
                set.extend(named.iter().filter_map(|id| checks.by_id(id)));
                let numbers: Vec<i32> = set.iter().map(|check| check.0).collect();
                Some((hash::of_numbers(&numbers), Set::Checks(set)))
            }
            Evaluated::At(ports) => {
                let key = hash::short(&[b"ports", ports.to_string().as_bytes()]);
                Some((key, Set::At(Arc::clone(ports))))
            }
        };
        let check_set = set.map(|(key, set)| {
            covering.sets.insert(key, set);
            key
        });
        covering.now.entry(subject).or_default().push(Look {
            at: seen.observed_at.unwrap_or_else(|| work.observed(seen.asset as usize)),
            kinds: seen.kinds,
            credentialed: seen.credentialed,
            check_set,
        });
    }
    load_others(work, &mut covering).await?;
    write(work, &covering).await?;
    Ok(covering)
}

/// The checks with an outcome, by local asset.
fn evaluated(work: &Work<'_>, checks: &Checks<'_>) -> HashMap<u32, BTreeSet<CheckKey>> {
    let named = work.stage.coverage.iter();
    let named = named.filter(|seen| matches!(seen.checks, Evaluated::Named(_)));
    let named: BTreeSet<u32> = named.map(|seen| seen.asset).collect();
    let mut evaluated: HashMap<u32, BTreeSet<CheckKey>> = HashMap::new();
    let passes = work.stage.passes.iter().copied();
    let findings = work.stage.findings.iter().map(|finding| (finding.asset, finding.check));
    for (asset, check) in passes.chain(findings) {
        if let (true, Some(key)) = (named.contains(&asset), checks.keys.get(check as usize)) {
            evaluated.entry(asset).or_default().insert(*key);
        }
    }
    evaluated
}

async fn load_others(work: &Work<'_>, covering: &mut Covering) -> Result<(), LakeError> {
    let mut here: BTreeMap<Shard, RoaringBitmap> = BTreeMap::new();
    for subject in covering.now.keys() {
        here.entry(subject.shard()).or_default().insert(subject.number());
    }
    let Some(earliest) = covering.now.values().flatten().map(|look| look.at).min() else {
        return Ok(());
    };
    let looked = work.known.looked(work.transaction, work.source.source).await?;
    let mut wanted = BTreeSet::new();
    for (shard, here) in here {
        // What was looked at before decides nothing: it stands in the intervals.
        for row in looked.since(shard, earliest) {
            let subjects = row.numbers()? & &here;
            if subjects.is_empty() {
                continue;
            }
            wanted.extend(row.check_set);
            let look = Look {
                at: row.observed_at,
                kinds: ObservationKinds(row.kinds as u32),
                credentialed: row.credentialed,
                check_set: row.check_set,
            };
            covering.others.push((look, shard, subjects));
        }
    }
    if !wanted.is_empty() {
        let sets: Vec<CheckSetRow> =
            work.transaction.rows(&Filter::of("check_set", wanted)).await?;
        for set in sets {
            let held = if set.ports.is_empty() {
                Set::Checks(set.checks.into_iter().map(CheckKey).collect())
            } else {
                let ports = set.ports.parse().map_err(|error: PortsError| LakeError::Shape {
                    found: error.to_string(),
                    wanted: "a list of ports".to_owned(),
                })?;
                Set::At(Arc::new(ports))
            };
            covering.sets.insert(set.check_set, held);
        }
    }
    Ok(())
}

/// Writes one row for each shard and each way of looking, and the sets of checks that are new.
async fn write(work: &mut Work<'_>, covering: &Covering) -> Result<(), LakeError> {
    type Way = (Shard, Timestamp, u32, Option<bool>, Option<i64>);
    let mut ways: BTreeMap<Way, RoaringBitmap> = BTreeMap::new();
    for (subject, looks) in &covering.now {
        for look in looks {
            let way = (subject.shard(), look.at, look.kinds.0, look.credentialed, look.check_set);
            ways.entry(way).or_default().insert(subject.number());
        }
    }
    let mut sets = BTreeSet::new();
    for ((of_shard, observed_at, kinds, credentialed, check_set), bitmap) in ways {
        let mut subjects = Vec::with_capacity(bitmap.serialized_size());
        bitmap.serialize_into(&mut subjects).map_err(|error| LakeError::Shape {
            found: error.to_string(),
            wanted: "room for a bitmap".to_owned(),
        })?;
        sets.extend(check_set);
        work.changes.coverage.push(CoverageRow {
            of_shard,
            report: work.report,
            source: work.source.source,
            observed_at,
            kinds: kinds as i32,
            credentialed,
            check_set,
            subjects,
        });
    }
    if sets.is_empty() {
        return Ok(());
    }
    let known: Vec<CheckSetRow> =
        work.transaction.rows(&Filter::of("check_set", sets.iter().copied())).await?;
    let known: BTreeSet<i64> = known.into_iter().map(|set| set.check_set).collect();
    for key in sets.difference(&known) {
        let (checks, ports) = match covering.sets.get(key) {
            Some(Set::Checks(checks)) => {
                (checks.iter().map(|check| check.0).collect(), String::new())
            }
            Some(Set::At(ports)) => (Vec::new(), ports.to_string()),
            None => continue,
        };
        work.changes.check_sets.push(CheckSetRow { check_set: *key, checks, ports });
    }
    Ok(())
}
