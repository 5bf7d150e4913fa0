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
mod sketch;
mod standing;
mod sums;
mod totals;
mod weigh;

use std::collections::BTreeMap;
use std::sync::Arc;

use yagura_baseline::{
    inputs::{Base, ProblemInputs},
    master::Master,
    model::{GapCheck, Model},
    observation::ObservationState,
    problem::problem,
    unknown::{percentile, unknown},
};
use yagura_lake::{LakeError, Snapshot, rows::CoverageRow, scan::Filter};
use yagura_model::{
    Timestamp,
    domain::AssetClass,
    id::{AssetKey, Commit},
    organisation::OrganisationCode,
    points::MicroPoints,
};

use super::{
    references::{Carried, References},
    totals::is_within,
};
use crate::master::Register;
use looks::Looks;
use sketch::{Sketch, Sketches};
pub(in crate::score) use standing::Standing;
use sums::Sums;

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
    /// Those in service, in order of key.
    pub assets: Vec<AssetSum>,
    /// Names of systems by their numbers.
    pub(super) systems: BTreeMap<String, String>,
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
        let coverage: Vec<CoverageRow> = snapshot.rows(&Filter::all()).await?;
        let Standing { register, sketches, looks } =
            Standing::load(snapshot, model, master, at, coverage).await?;
        let scans = findings::Scans::open(snapshot, model).await?;
        let (model, master, within) = (model.clone(), master.clone(), within.cloned());
        let commit = snapshot.commit();
        tokio::task::spawn_blocking(move || {
            let (model, master) = (&model, &master);
            let mut ground = Ground { model, master, at, register, sketches, looks };
            let systems = std::mem::take(&mut ground.sketches.systems);
            let swept = ground.sweep(&scans, commit, within.as_ref())?;
            Ok(Self { systems, ..swept })
        })
        .await
        .map_err(|error| LakeError::Task(error.to_string()))?
    }
}

impl Ground<'_> {
    fn sweep(
        &self,
        scans: &findings::Scans,
        commit: Commit,
        within: Option<&OrganisationCode>,
    ) -> Result<Sweep, LakeError> {
        let kept: Vec<bool> = self
            .sketches
            .all
            .iter()
            .map(|sketch| within.is_none_or(|within| is_within(&sketch.organisation, within)))
            .collect();
        let mut weighed = scans.weigh(self, &kept)?;
        let references = self.references(&weighed.carried, commit);
        let mut assets = Vec::new();
        for (index, kept) in kept.into_iter().enumerate() {
            let Some(sketch) = self.sketches.all.get(index) else { continue };
            let (Some(class), true, true) = (sketch.class, sketch.in_service, kept) else {
                continue;
            };
            let of = weighed.assets.get(index).copied().unwrap_or_default();
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
            let mut add = |id: &str, points: MicroPoints, estimate: bool| {
                sum.open += points;
                sum.items += 1;
                if estimate {
                    sum.unknown += points;
                }
                weighed.by_check.add(id, points, estimate);
                weighed.by_remedy.add(id, points, estimate);
            };
            for gap in
                self.model.gaps.iter().filter(|gap| sketch.worth.lacks(self.model, gap.factor))
            {
                add(&gap.id, self.gap(gap, sketch), false);
            }
            for look in self.looks.of(index, class, sketch.at_least_days) {
                if look.state == ObservationState::NeverMade {
                    let kind = look.required.kind;
                    let seen = references.carried(class, kind);
                    let score =
                        unknown(self.model, sketch.worth.exposure, &sketch.worth.value, seen);
                    add(&format!("observe:{kind}"), score.points, true);
                }
            }
            assets.push(sum);
        }
        Ok(Sweep {
            model: format!("{} {}", self.model.name, self.model.version),
            master: format!("{} {}", self.master.name, self.master.version),
            at: self.at,
            commit,
            references,
            assets,
            systems: BTreeMap::new(),
            by_check: weighed.by_check,
            by_remedy: weighed.by_remedy,
        })
    }

    /// What observed assets of a class carry for an observation: the model's percentile.
    fn references(&self, carried: &[MicroPoints], commit: Commit) -> References {
        let mut sums = BTreeMap::<_, Vec<MicroPoints>>::new();
        for (index, sketch) in self.sketches.all.iter().enumerate() {
            let (Some(class), true) = (sketch.class, sketch.in_service) else { continue };
            for look in self.looks.of(index, class, sketch.at_least_days) {
                if look.state != ObservationState::NeverMade {
                    let points = carried.get(look.slot).copied().unwrap_or_default();
                    sums.entry((class, look.required.kind)).or_default().push(points);
                }
            }
        }
        let percent = self.model.unknown.percentile;
        let of_class = |((class, kind), mut sums): (_, Vec<MicroPoints>)| {
            Some(Carried { class, kind, points: percentile(percent, &mut sums)? })
        };
        References {
            model: self.model.digest.clone(),
            master: self.master.digest.clone(),
            at: self.at,
            commit,
            carried: sums.into_iter().filter_map(of_class).collect(),
        }
    }

    fn gap(&self, gap: &GapCheck, sketch: &Sketch) -> MicroPoints {
        let base = Base::Check(gap.severity);
        problem(self.model, &self.inputs(sketch, base, sketch.first_seen)).points
    }

    /// The inputs of a problem of an asset.
    fn inputs(&self, sketch: &Sketch, base: Base, problem_first_seen: Timestamp) -> ProblemInputs {
        sketch.worth.inputs(base, sketch.first_seen, problem_first_seen, self.at)
    }
}
