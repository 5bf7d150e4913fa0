//! Whose each asset was at the end of each period, and whether anybody looked at it.

use std::collections::BTreeMap;
use std::sync::Arc;

use yagura_baseline::{master::Master, model::Model};
use yagura_lake::{LakeError, Snapshot, rows::CoverageRow, scan::Filter};
use yagura_model::{id::SubjectKey, severity::Severity};

use super::{Asked, TrendBy};
use crate::{
    master::Register,
    score::{
        sweep::Standing,
        totals::{By, Place},
    },
    tree::Tree,
};

/// The lines an asset counts in.
type Lines = Vec<u32>;

/// The assets of a line at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counted {
    /// Those in service.
    pub(super) assets: u64,
    /// Those of which nothing that is required was looked at in time.
    pub(super) unobserved: u64,
}

/// Whose assets are at the instants asked about.
#[derive(Debug)]
pub(super) struct Members {
    pub(super) by: TrendBy,
    /// The keys of the lines; of severities those that are problems.
    pub(super) keys: Vec<String>,
    /// By instant and line.
    pub(super) counted: Vec<Vec<Counted>>,
    /// Assets by index, as at the last instant.
    register: Register,
    /// Sets of lines; the first is that of an asset that does not count.
    sets: Vec<Lines>,
    /// By instant and index of the asset, its set.
    of: Vec<Vec<u32>>,
}

impl Members {
    pub(super) async fn load(
        snapshot: &Snapshot,
        model: &Model,
        master: &Master,
        asked: &Asked,
    ) -> Result<Self, LakeError> {
        let coverage: Vec<CoverageRow> = snapshot.rows(&Filter::all()).await?;
        let last = asked.ends.last().copied().unwrap_or_default();
        let register = Register::load(snapshot, last).await?;
        let assets = register.assets.len();
        let mut members = Self {
            by: asked.by,
            keys: Vec::new(),
            counted: Vec::new(),
            register,
            sets: vec![Lines::new()],
            of: Vec::new(),
        };
        if asked.by == TrendBy::Severity {
            let worst_first = Severity::ALL.iter().rev();
            members.keys = worst_first.map(|severity| severity.as_str().to_owned()).collect();
        }
        let mut lines: BTreeMap<String, u32> = BTreeMap::new();
        let mut sets: BTreeMap<Lines, u32> = BTreeMap::from([(Lines::new(), 0)]);
        for at in &asked.ends {
            let tree = Arc::new(Tree::load(snapshot, *at).await?);
            let standing =
                Standing::load(snapshot, model, master, *at, tree, coverage.clone()).await?;
            let mut of = vec![0; assets];
            let mut counted: Vec<Counted> = vec![Counted::default(); members.keys.len()];
            for member in standing.members() {
                let tree = &standing.tree;
                let inside = |org| tree.is_within(&member.organisation, org);
                if !asked.within.as_ref().is_none_or(inside) {
                    continue;
                }
                let place = Place {
                    asset: member.asset,
                    class: member.class,
                    organisation: &member.organisation,
                };
                let own = members.lines(place, tree, asked, &mut lines);
                counted.resize(members.keys.len(), Counted::default());
                for line in &own {
                    if let Some(line) = counted.get_mut(*line as usize) {
                        line.assets += 1;
                        line.unobserved += u64::from(member.unobserved);
                    }
                }
                let next = u32::try_from(sets.len()).unwrap_or(u32::MAX);
                let set = *sets.entry(own.clone()).or_insert_with(|| {
                    members.sets.push(own);
                    next
                });
                let index = members.register.index(member.asset);
                if let Some(place) = index.and_then(|index| of.get_mut(index)) {
                    *place = set;
                }
            }
            members.of.push(of);
            members.counted.push(counted);
        }
        Ok(members)
    }

    /// The lines an asset counts in; by severity in all, of which each of its problems takes one.
    fn lines(
        &mut self,
        place: Place<'_>,
        tree: &Tree,
        asked: &Asked,
        known: &mut BTreeMap<String, u32>,
    ) -> Lines {
        let keys = match self.by {
            TrendBy::Total => vec![String::new()],
            TrendBy::Severity => return (0..u32::try_from(self.keys.len()).unwrap_or(0)).collect(),
            TrendBy::Organisation => {
                let mut keys = place.keys(By::Organisation, tree);
                let inside =
                    |key: &String| asked.within.as_ref().is_none_or(|org| tree.is_within(key, org));
                keys.retain(inside);
                keys
            }
            TrendBy::Class => place.keys(By::Class, tree),
            TrendBy::Domain => place.keys(By::Domain, tree),
        };
        let line = |key: String| match known.get(&key) {
            Some(line) => *line,
            None => {
                let line = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
                known.insert(key.clone(), line);
                self.keys.push(key);
                line
            }
        };
        keys.into_iter().map(line).collect()
    }

    /// How many lines there are.
    pub(super) fn count(&self) -> usize {
        self.keys.len()
    }

    /// The lines a problem of an asset counts in at an instant.
    pub(super) fn of(
        &self,
        instant: usize,
        asset: usize,
        severity: Severity,
    ) -> impl Iterator<Item = usize> + '_ {
        let set = self.of.get(instant).and_then(|of| of.get(asset)).copied().unwrap_or_default();
        let lines = self.sets.get(set as usize).map(Vec::as_slice).unwrap_or_default();
        let by_severity = self.by == TrendBy::Severity;
        let own = move |line: &usize| {
            !by_severity || self.keys.get(*line).is_some_and(|key| key == severity.as_str())
        };
        lines.iter().map(|line| *line as usize).filter(own)
    }

    /// The asset a record is, by index.
    pub(super) fn index(&self, subject: SubjectKey) -> Option<usize> {
        self.register.of(subject)
    }

    /// Whether the records of an asset lie in several shards.
    pub(super) fn spans(&self, asset: u32) -> bool {
        self.register.spans(asset as usize)
    }
}
