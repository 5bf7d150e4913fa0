//! A run: the points of every asset, each the sum of explained parts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use yagura_baseline::{
    inputs::Base,
    master::Master,
    model::{GapFactor, Model},
    observation::{ObservationState, Required},
    problem::{Factor, ProblemScore, problem},
    remedy::remedy,
    unknown::{UnknownScore, percentile, unknown},
};
use yagura_lake::{LakeError, Snapshot};
use yagura_model::{
    Timestamp,
    coverage::ObservationKind,
    domain::AssetClass,
    id::{AssetKey, Commit},
    points::MicroPoints,
};

use super::{
    facts::Facts,
    problems::{Problem, problems, vectors},
    profile::{Profile, profiles},
    references::{Carried, References},
    unknowns::{Observed, observed},
};
use crate::tree::Tree;

/// The points of all assets at one time, by one model.
#[derive(Debug, Clone)]
pub struct ScoreRun {
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
    /// In order of key.
    pub assets: Vec<AssetScore>,
}

/// The points of one asset.
#[derive(Debug, Clone)]
pub struct AssetScore {
    /// The asset.
    pub profile: Profile,
    /// What one correction closes together, worst first.
    pub remedies: Vec<Remedy>,
    /// Sum of the open parts of all remedies.
    pub open: MicroPoints,
    /// Sum of the accepted parts.
    pub accepted: MicroPoints,
    /// The part of `open` that is an estimate for what nobody looked at.
    pub unknown: MicroPoints,
}

/// The parts one correction closes together.
#[derive(Debug, Clone)]
pub struct Remedy {
    /// What is to be corrected: a package, a check, a gap, an observation.
    pub key: String,
    /// Points of the remedy.
    pub points: MicroPoints,
    /// Its parts; their shares add up to `points`.
    pub items: Vec<Item>,
}

/// One part of a score.
#[derive(Debug, Clone)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// Its own points, before the remedy.
    pub points: MicroPoints,
    /// Its share of the remedy's points: what it adds to the score.
    pub share: MicroPoints,
    /// Whether the share counts as accepted.
    pub accepted: bool,
}

/// What a part of a score is.
#[derive(Debug, Clone)]
pub enum ItemKind {
    /// A problem that sources state.
    Problem {
        /// The problem.
        problem: Box<Problem>,
        /// Its factors.
        factors: [Factor; 5],
        /// Whether the observation that shows it is older than the model allows.
        stale: bool,
    },
    /// A factor nobody recorded.
    Gap {
        /// Which factor.
        factor: GapFactor,
        /// The check's id in the model.
        id: String,
        /// Its factors.
        factors: [Factor; 5],
    },
    /// A required observation nobody made.
    Unknown {
        /// Which.
        required: Required,
        /// How its points were estimated.
        score: Box<UnknownScore>,
    },
}

/// An asset before its unknowns are known.
struct Draft {
    profile: Profile,
    remedies: Vec<Remedy>,
    observed: Vec<Observed>,
}

impl ScoreRun {
    /// Scores all assets of a state of the lake.
    ///
    /// # Errors
    /// If a table cannot be read.
    pub async fn all(
        snapshot: &Snapshot,
        model: &Model,
        master: &Master,
        at: Timestamp,
    ) -> Result<(Self, Facts), LakeError> {
        let facts = Facts::load(snapshot, master, at, None).await?;
        let run = Self::of(&facts, model, snapshot.commit());
        Ok((run, facts))
    }

    /// Scores what the facts hold, and holds its estimates against these very assets.
    pub fn of(facts: &Facts, model: &Model, commit: Commit) -> Self {
        let drafts = drafts(facts, model);
        let carried = carried(model, &drafts);
        let model_digest = model.digest.clone();
        let master = facts.rules_digest.clone();
        let references = References { model: model_digest, master, at: facts.at, commit, carried };
        Self::finish(facts, model, commit, drafts, references)
    }

    /// Scores what the facts hold of a few assets, and holds its estimates against what all carried
    /// when the references were taken.
    pub fn against(references: References, facts: &Facts, model: &Model, commit: Commit) -> Self {
        Self::finish(facts, model, commit, drafts(facts, model), references)
    }

    fn finish(
        facts: &Facts,
        model: &Model,
        commit: Commit,
        drafts: Vec<Draft>,
        references: References,
    ) -> Self {
        let finished = |draft| finished(model, draft, &references);
        let assets = drafts.into_iter().map(finished).collect();
        let model = format!("{} {}", model.name, model.version);
        let (master, tree) = (facts.rules.clone(), Arc::clone(&facts.tree));
        Self { model, master, at: facts.at, commit, references, tree, assets }
    }

    /// The score of an asset.
    pub fn asset(&self, key: AssetKey) -> Option<&AssetScore> {
        self.assets.iter().find(|score| score.profile.asset == key)
    }
}

/// What is known of each asset that counts, before its unknowns are.
fn drafts(facts: &Facts, model: &Model) -> Vec<Draft> {
    let vectors = vectors(model, facts);
    profiles(facts)
        .into_values()
        .filter(|profile| profile.state.counts())
        .map(|profile| {
            let found = problems(facts, &profile, &vectors);
            let observed = observed(model, facts, &profile);
            let mut remedies = remedies(model, found, &observed);
            remedies.extend(gaps(model, facts, &profile));
            Draft { profile, remedies, observed }
        })
        .collect()
}

fn remedies(model: &Model, found: Vec<Problem>, observed: &[Observed]) -> Vec<Remedy> {
    let stale: BTreeSet<ObservationKind> = observed
        .iter()
        .filter(|look| look.state == ObservationState::Stale)
        .map(|look| look.required.kind)
        .collect();
    let mut together: BTreeMap<String, Vec<(Problem, ProblemScore)>> = BTreeMap::new();
    for problem_found in found {
        let score = problem(model, &problem_found.inputs);
        together.entry(problem_found.remedy.clone()).or_default().push((problem_found, score));
    }
    together
        .into_iter()
        .map(|(key, members)| {
            let points: Vec<MicroPoints> = members.iter().map(|(_, score)| score.points).collect();
            let whole = remedy(model, &points);
            let items =
                members.into_iter().zip(whole.shares).map(|((problem, score), share)| Item {
                    points: score.points,
                    share,
                    accepted: problem.accepted,
                    kind: ItemKind::Problem {
                        stale: stale.contains(&problem.kind),
                        factors: score.factors,
                        problem: Box::new(problem),
                    },
                });
            Remedy { key, points: whole.points, items: items.collect() }
        })
        .collect()
}

/// What nobody recorded of an asset: each gap is a failed check.
fn gaps(model: &Model, facts: &Facts, profile: &Profile) -> Vec<Remedy> {
    let gap = |gap: &yagura_baseline::model::GapCheck| {
        let base = Base::Check(gap.severity);
        let score = problem(
            model,
            &profile.worth.inputs(base, profile.first_seen, profile.first_seen, facts.at),
        );
        Remedy {
            key: gap.id.clone(),
            points: score.points,
            items: vec![Item {
                kind: ItemKind::Gap {
                    factor: gap.factor,
                    id: gap.id.clone(),
                    factors: score.factors,
                },
                points: score.points,
                share: score.points,
                accepted: false,
            }],
        }
    };
    model.gaps.iter().filter(|gap| profile.worth.lacks(model, gap.factor)).map(gap).collect()
}

/// What observed assets of a class carry for an observation: the model's percentile of the sums of
/// their shares.
fn carried(model: &Model, drafts: &[Draft]) -> Vec<Carried> {
    let mut sums: BTreeMap<(AssetClass, ObservationKind), Vec<MicroPoints>> = BTreeMap::new();
    for draft in drafts {
        for look in &draft.observed {
            if look.state == ObservationState::NeverMade {
                continue;
            }
            let kind = look.required.kind;
            let items = draft.remedies.iter().flat_map(|remedy| &remedy.items);
            let sum = items
                .filter(|item| {
                    matches!(&item.kind, ItemKind::Problem { problem, .. } if problem.kind == kind)
                })
                .map(|item| item.share)
                .sum();
            sums.entry((draft.profile.class, kind)).or_default().push(sum);
        }
    }
    let percent = model.unknown.percentile;
    let of_class = |((class, kind), mut sums): (_, Vec<MicroPoints>)| {
        let points = percentile(percent, &mut sums)?;
        Some(Carried { class, kind, points })
    };
    sums.into_iter().filter_map(of_class).collect()
}

fn finished(model: &Model, draft: Draft, references: &References) -> AssetScore {
    let Draft { profile, mut remedies, observed } = draft;
    for look in observed.iter().filter(|look| look.state == ObservationState::NeverMade) {
        let seen = references.carried(profile.class, look.required.kind);
        let score = unknown(model, profile.worth.exposure, &profile.worth.value, seen);
        remedies.push(Remedy {
            key: format!("observe:{}", look.required.kind),
            points: score.points,
            items: vec![Item {
                points: score.points,
                share: score.points,
                accepted: false,
                kind: ItemKind::Unknown { required: look.required, score: Box::new(score) },
            }],
        });
    }
    remedies.sort_by(|a, b| b.points.cmp(&a.points).then_with(|| a.key.cmp(&b.key)));
    let items = || remedies.iter().flat_map(|remedy| &remedy.items);
    let open = items().filter(|item| !item.accepted).map(|item| item.share).sum();
    let accepted = items().filter(|item| item.accepted).map(|item| item.share).sum();
    let unknown = items()
        .filter(|item| matches!(item.kind, ItemKind::Unknown { .. }))
        .map(|item| item.share)
        .sum();
    AssetScore { profile, open, accepted, unknown, remedies }
}
