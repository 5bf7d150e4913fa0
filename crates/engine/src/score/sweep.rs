//! A sweep: the points of all assets, added up shard by shard.
//!
//! A [`ScoreRun`](super::ScoreRun) keeps every part of a score to explain it; a sweep over the same
//! facts keeps sums alone, so that millions of assets need little memory and seconds. Both give the
//! same points: a test holds them against each other.
//!
//! `sketch` knows what each asset is and is worth, `looks` who looked at it, `standing` both; `weigh` makes the points
//! of the findings of an asset, `sums` adds them up.

mod findings;
mod looks;
mod price;
mod sketch;
mod standing;
mod sums;
mod totals;
mod weigh;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use hashbrown::HashMap;
use yagura_baseline::{
    inputs::Base,
    master::Master,
    model::Model,
    observation::ObservationState,
    unknown::{percentile, unknown},
};
use yagura_lake::{LakeError, Snapshot, parts, rows::CoverageRow, scan::Filter};
use yagura_model::{
    Timestamp,
    coverage::ObservationKind,
    domain::AssetClass,
    id::{AssetKey, Commit},
    organisation::OrganisationCode,
    points::MicroPoints,
};

use super::references::{Carried, References};
use crate::{life::StateCounts, master::Register, tree::Tree};
use findings::Weight;
use looks::Looks;
use price::Prices;
use sketch::Sketches;
pub(in crate::score) use standing::Standing;
use sums::{Sum, Sums, Tally};
pub use totals::name_assets;

/// The points of all assets at one time, by one model, without their parts.
#[derive(Debug)]
pub struct Sweep {
    /// Name and version of the model.
    pub model: String,
    /// Name and version of the rules of master records.
    pub master: String,
    /// The time scored.
    pub at: Timestamp,
    /// The last commit of the lake it knows.
    pub commit: Commit,
    /// What its estimates were held against.
    pub references: References,
    /// Which organisation stood under which.
    pub tree: Arc<Tree>,
    /// Those that count, in order of key.
    pub assets: Vec<AssetSum>,
    /// How many assets there are in which state.
    pub states: StateCounts,
    /// The same of each organisation, without those below it.
    pub(super) states_of: BTreeMap<Arc<str>, StateCounts>,
    /// Names of systems by their numbers.
    pub(super) systems: BTreeMap<String, String>,
    /// The rules of master records.
    rules: Arc<Master>,
    /// By problem, gap and missing observation.
    by_check: Sums,
    /// By what one correction closes.
    by_remedy: Sums,
}

/// The points of one asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetSum {
    /// The asset.
    pub asset: AssetKey,
    /// Its class.
    pub class: AssetClass,
    /// 管理組織: who answers for it.
    pub organisation: Arc<str>,
    /// The systems it belongs to, by number or name, each once.
    pub systems: Vec<Arc<str>>,
    /// Sum of the open parts of all remedies.
    pub open: MicroPoints,
    /// Sum of the accepted parts.
    pub accepted: MicroPoints,
    /// The part of `open` that is an estimate for what nobody looked at.
    pub unknown: MicroPoints,
    /// Problems, gaps and missing observations.
    pub items: u64,
}

/// What the parts of a sweep share.
#[derive(Debug)]
struct Ground<'m> {
    model: &'m Model,
    master: &'m Master,
    at: Timestamp,
    tree: Arc<Tree>,
    register: Register,
    sketches: Sketches,
    looks: Looks,
}

impl Sweep {
    /// Scores all assets of a state of the lake; keeps those of an organisation and those below it,
    /// or all.
    ///
    /// # Errors
    /// If a table cannot be read.
    pub async fn run(
        snapshot: &Snapshot,
        model: &Model,
        master: &Master,
        at: Timestamp,
        within: Option<&OrganisationCode>,
    ) -> Result<Self, LakeError> {
        let tree = Tree::load(snapshot, at).await?;
        Self::run_in(tree, snapshot, model, master, at, within).await
    }

    /// The same in another tree of organisations than that of the time.
    ///
    /// # Errors
    /// If a table cannot be read.
    pub(crate) async fn run_in(
        tree: Tree,
        snapshot: &Snapshot,
        model: &Model,
        master: &Master,
        at: Timestamp,
        within: Option<&OrganisationCode>,
    ) -> Result<Self, LakeError> {
        let tree = Arc::new(tree);
        let coverage: Vec<CoverageRow> = snapshot.rows(&Filter::all()).await?;
        let Standing { tree, register, sketches, looks } =
            Standing::load(snapshot, model, master, at, tree, coverage).await?;
        let scans = findings::Scans::open(snapshot, model).await?;
        let (model, rules, within) = (model.clone(), Arc::new(master.clone()), within.cloned());
        let commit = snapshot.commit();
        tokio::task::spawn_blocking(move || {
            let (model, master) = (&model, &rules);
            let mut ground = Ground { model, master, at, tree, register, sketches, looks };
            let systems = std::mem::take(&mut ground.sketches.systems);
            let swept = ground.sweep(&scans, (commit, &rules), within.as_ref())?;
            Ok(Self { systems, ..swept })
        })
        .await
        .map_err(|error| LakeError::Task(error.to_string()))?
    }
}

/// So many assets are summed up at once.
const TOGETHER: usize = 65_536;

/// Sums of some assets in order of key, and what is required of them and missing.
#[derive(Debug, Default)]
struct Summed {
    assets: Vec<AssetSum>,
    states: HashMap<Arc<str>, StateCounts>,
    /// By place of the gap in the model.
    gaps: Tally,
    /// By number of the kind of observation.
    missing: Tally,
}

impl Ground<'_> {
    fn sweep(
        &self,
        scans: &findings::Scans,
        (commit, rules): (Commit, &Arc<Master>),
        within: Option<&OrganisationCode>,
    ) -> Result<Sweep, LakeError> {
        // The tree is asked once an organisation.
        let mut inside: HashMap<&str, bool> = HashMap::new();
        let mut is_kept = |organisation, within| {
            *inside.entry(organisation).or_insert_with(|| self.tree.is_within(organisation, within))
        };
        let sketches = self.sketches.all.iter();
        let kept: Vec<bool> = sketches
            .map(|sketch| within.is_none_or(|within| is_kept(&*sketch.organisation, within)))
            .collect();
        let weighed = scans.weigh(self, &kept)?;
        let ranges: Vec<usize> = (0..self.sketches.all.len()).step_by(TOGETHER).collect();
        let references = self.references(&ranges, &weighed.carried, commit)?;
        let parts = parts::each(&ranges, |from| {
            Ok(self.sum_up(from..from + TOGETHER, &kept, &weighed.assets, &references))
        })?;
        let (mut by_check, mut by_remedy) = (Sums::default(), Sums::default());
        let key =
            |place: u32| scans.matters.get(place as usize).map(|matter| Arc::clone(&matter.key));
        for (sums, tally) in
            [(&mut by_check, &weighed.by_check), (&mut by_remedy, &weighed.by_matter)]
        {
            for (place, sum) in tally.all() {
                key(place).into_iter().for_each(|key| sums.add(key, sum));
            }
        }
        for (package, sum) in &weighed.by_package {
            by_remedy.add(Arc::clone(package), sum);
        }
        let mut assets = Vec::with_capacity(kept.len());
        let mut states_of: BTreeMap<Arc<str>, StateCounts> = BTreeMap::new();
        for part in parts {
            for (organisation, states) in &part.states {
                states_of.entry(Arc::clone(organisation)).or_default().join(states);
            }
            for (key, sum) in self.unlooked(&part) {
                by_check.add(Arc::clone(&key), sum);
                by_remedy.add(key, sum);
            }
            assets.extend(part.assets);
        }
        let mut states = StateCounts::default();
        states_of.values().for_each(|of| states.join(of));
        Ok(Sweep {
            model: format!("{} {}", self.model.name, self.model.version),
            master: format!("{} {}", self.master.name, self.master.version),
            at: self.at,
            commit,
            references,
            tree: Arc::clone(&self.tree),
            assets,
            states,
            states_of,
            systems: BTreeMap::new(),
            rules: Arc::clone(rules),
            by_check,
            by_remedy,
        })
    }

    /// What is missing of some assets, by its key.
    fn unlooked<'s>(&'s self, of: &'s Summed) -> impl Iterator<Item = (Arc<str>, &'s Sum)> {
        let gap = |place: u32| Some(Arc::from(self.model.gaps.get(place as usize)?.id.as_str()));
        let kind = |number: u32| {
            let kind = ObservationKind::from_number(u8::try_from(number).ok()?)?;
            Some(Arc::from(format!("observe:{kind}")))
        };
        let gaps = of.gaps.all().filter_map(move |(place, sum)| Some((gap(place)?, sum)));
        gaps.chain(of.missing.all().filter_map(move |(number, sum)| Some((kind(number)?, sum))))
    }

    /// Adds up what the assets of a range carry and what nobody recorded or looked at.
    fn sum_up(
        &self,
        range: Range<usize>,
        kept: &[bool],
        weights: &[Weight],
        references: &References,
    ) -> Summed {
        let mut summed = Summed::default();
        let mut prices = Prices::new(self);
        let mut estimates = HashMap::new();
        let sketches = self.sketches.all.iter().zip(kept).enumerate();
        for (index, (sketch, kept)) in sketches.skip(range.start).take(range.len()) {
            let Some(class) = sketch.class.filter(|_| *kept) else { continue };
            match summed.states.get_mut(&sketch.organisation) {
                Some(states) => states.add(sketch.state, sketch.contradicted),
                None => {
                    let states = summed.states.entry(Arc::clone(&sketch.organisation));
                    states.or_default().add(sketch.state, sketch.contradicted);
                }
            }
            if !sketch.state.counts() {
                continue;
            }
            let of = weights.get(index).copied().unwrap_or_default();
            let mut sum = AssetSum {
                asset: self.register.key(index),
                class,
                organisation: Arc::clone(&sketch.organisation),
                systems: sketch.systems.clone(),
                open: of.open,
                accepted: of.accepted,
                unknown: MicroPoints::ZERO,
                items: u64::from(of.items),
            };
            for (place, gap) in (0..).zip(&self.model.gaps) {
                if sketch.worth.lacks(self.model, gap.factor) {
                    let base = Base::Check(gap.severity);
                    let points = prices.of(sketch, base, sketch.first_seen);
                    sum.open += points;
                    sum.items += 1;
                    summed.gaps.under(place).only(points, false);
                }
            }
            for look in self.looks.of(index, class, sketch.at_least_days) {
                if look.state == ObservationState::NeverMade {
                    let (kind, worth) = (look.required.kind, &sketch.worth);
                    let key = (class, kind, worth.exposure, worth.value);
                    let points = *estimates.entry(key).or_insert_with(|| {
                        let seen = references.carried(class, kind);
                        unknown(self.model, worth.exposure, &worth.value, seen).points
                    });
                    sum.open += points;
                    sum.unknown += points;
                    sum.items += 1;
                    summed.missing.under(u32::from(kind.number())).only(points, true);
                }
            }
            summed.assets.push(sum);
        }
        summed
    }

    /// What observed assets of a class carry for an observation: the model's percentile.
    fn references(
        &self,
        ranges: &[usize],
        carried: &[MicroPoints],
        commit: Commit,
    ) -> Result<References, LakeError> {
        let parts = parts::each(ranges, |from| {
            let mut sums = BTreeMap::<_, Vec<MicroPoints>>::new();
            let sketches = self.sketches.all.iter().enumerate().skip(from).take(TOGETHER);
            for (index, sketch) in sketches {
                let Some(class) = sketch.counts() else { continue };
                for look in self.looks.of(index, class, sketch.at_least_days) {
                    if look.state != ObservationState::NeverMade {
                        let points = carried.get(look.slot).copied().unwrap_or_default();
                        sums.entry((class, look.required.kind)).or_default().push(points);
                    }
                }
            }
            Ok(sums)
        })?;
        let mut sums = BTreeMap::<_, Vec<MicroPoints>>::new();
        for (key, some) in parts.into_iter().flatten() {
            sums.entry(key).or_default().extend(some);
        }
        let percent = self.model.unknown.percentile;
        let of_class = |((class, kind), mut sums): (_, Vec<MicroPoints>)| {
            Some(Carried { class, kind, points: percentile(percent, &mut sums)? })
        };
        Ok(References {
            model: self.model.digest.clone(),
            master: self.master.digest.clone(),
            at: self.at,
            commit,
            carried: sums.into_iter().filter_map(of_class).collect(),
        })
    }
}
