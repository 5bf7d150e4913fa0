//! What an explanation holds, for JSON and for people alike.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;
use yagura_engine::{
    baseline::{inputs::Exposure, observation::Required, problem::Factor, unknown::UnknownScore},
    chain,
    explain::{FindingId, Proof, Proofs},
    lake::{LakeError, Lost},
    score::{AssetScore, Evidence, Item, ItemKind, References, Remedy, ScoreRun},
};
use yagura_model::{finding::Disposition, points::MicroPoints, severity::Severity};

use crate::arguments::scoring::Scored;

/// An asset with all that its points are made of.
#[derive(Debug, Serialize)]
pub(super) struct Explained {
    version: u8,
    model: String,
    master: String,
    as_of: Timestamp,
    known_at: Option<Timestamp>,
    commit: i64,
    threat_data: bool,
    /// Rows that were lost with damaged files, if any were: the points are incomplete.
    #[serde(skip_serializing_if = "Option::is_none")]
    incomplete: Option<Lost>,
    /// What estimates were held against, where that is not the same commit.
    pub(super) references: Option<Reference>,
    pub(super) asset: Asset,
    pub(super) open_micro: MicroPoints,
    pub(super) accepted_micro: MicroPoints,
    pub(super) unknown_micro: MicroPoints,
    /// Worst first.
    pub(super) remedies: Vec<ExplainedRemedy>,
    /// Remedies not told here.
    pub(super) more_remedies: usize,
    pub(super) more_micro: MicroPoints,
    /// The finding asked for, if one was.
    pub(super) finding: Option<FindingId>,
}

/// The score of all assets that estimates were held against.
#[derive(Debug, Serialize)]
pub(super) struct Reference {
    pub(super) as_of: Timestamp,
    pub(super) commit: i64,
}

#[derive(Debug, Serialize)]
pub(super) struct Asset {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) class: &'static str,
    pub(super) organisation: String,
    pub(super) systems: BTreeSet<String>,
    pub(super) exposure: Option<Exposure>,
    pub(super) confidentiality: Option<u8>,
    pub(super) integrity: Option<u8>,
    pub(super) availability: Option<u8>,
    pub(super) important: bool,
    pub(super) in_service_since: Option<Timestamp>,
    pub(super) first_seen: Timestamp,
}

#[derive(Debug, Serialize)]
pub(super) struct ExplainedRemedy {
    pub(super) key: String,
    pub(super) points_micro: MicroPoints,
    pub(super) fixed_version: Option<String>,
    pub(super) items: Vec<ExplainedItem>,
}

#[derive(Debug, Serialize)]
pub(super) struct ExplainedItem {
    pub(super) points_micro: MicroPoints,
    pub(super) share_micro: MicroPoints,
    pub(super) accepted: bool,
    #[serde(flatten)]
    pub(super) what: What,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum What {
    Problem {
        id: String,
        title: String,
        stale: bool,
        factors: [Factor; 5],
        evidences: Vec<ExplainedEvidence>,
    },
    Gap {
        id: String,
        factors: [Factor; 5],
    },
    Unknown {
        required: Required,
        estimate: UnknownScore,
    },
}

#[derive(Debug, Serialize)]
pub(super) struct ExplainedEvidence {
    pub(super) finding: FindingId,
    pub(super) severity: Severity,
    pub(super) disposition: Disposition,
    /// Where it stands; `None` if the bytes cannot be read any more.
    pub(super) proof: Option<Proof>,
    /// Why they cannot.
    pub(super) unreadable: Option<String>,
    /// Whether they were deleted because they are past their retention.
    pub(super) past_retention: bool,
}

/// Whether a finding is an open statement on an asset.
pub(super) fn holds(asset: &AssetScore, finding: FindingId) -> bool {
    asset.remedies.iter().flat_map(|remedy| &remedy.items).any(|item| says(item, finding))
}

fn says(item: &Item, finding: FindingId) -> bool {
    evidences(item).iter().any(|evidence| finding.names(evidence))
}

fn evidences(item: &Item) -> &[Evidence] {
    match &item.kind {
        ItemKind::Problem { problem, .. } => &problem.evidences,
        ItemKind::Gap { .. } | ItemKind::Unknown { .. } => &[],
    }
}

impl Explained {
    /// Explains the worst remedies of an asset, or only the problem of a finding.
    pub(super) async fn of(
        scored: &Scored,
        score: &AssetScore,
        only: Option<FindingId>,
        top: usize,
    ) -> Result<Self, LakeError> {
        let wanted = |item: &&Item| only.is_none_or(|finding| says(item, finding));
        let of_interest: Vec<&Remedy> = score
            .remedies
            .iter()
            .filter(|remedy| only.is_none() || remedy.items.iter().any(|item| wanted(&item)))
            .collect();
        let told: Vec<&Remedy> = of_interest.into_iter().take(top).collect();
        let reports: BTreeSet<_> = told
            .iter()
            .flat_map(|remedy| remedy.items.iter().filter(wanted))
            .flat_map(evidences)
            .map(|evidence| evidence.report)
            .collect();
        let proofs = Proofs::load(&scored.lake, &scored.snapshot, &reports).await?;
        let remedies: Vec<ExplainedRemedy> = told
            .iter()
            .map(|remedy| ExplainedRemedy {
                key: remedy.key.clone(),
                points_micro: remedy.points,
                fixed_version: fixed_version(remedy),
                items: worst_first(remedy)
                    .into_iter()
                    .filter(wanted)
                    .map(|item| explained_item(scored, &proofs, item))
                    .collect(),
            })
            .collect();
        let told_points: MicroPoints = told.iter().map(|remedy| remedy.points).sum();
        Ok(Self {
            version: 1,
            model: scored.run.model.clone(),
            master: scored.run.master.clone(),
            as_of: scored.run.at,
            known_at: scored.snapshot.known_at(),
            commit: scored.run.commit.0,
            threat_data: false,
            incomplete: Some(scored.snapshot.lost()).filter(|lost| lost.files > 0),
            references: reference(&scored.run),
            asset: asset(score),
            open_micro: score.open,
            accepted_micro: score.accepted,
            unknown_micro: score.unknown,
            more_remedies: score.remedies.len() - told.len(),
            more_micro: score.open + score.accepted - told_points,
            remedies,
            finding: only,
        })
    }
}

fn worst_first(remedy: &Remedy) -> Vec<&Item> {
    let mut items: Vec<&Item> = remedy.items.iter().collect();
    // A stable sort: items of equal points stay in the order of their keys.
    items.sort_by_key(|item| std::cmp::Reverse(item.points));
    items
}

fn fixed_version(remedy: &Remedy) -> Option<String> {
    remedy.items.iter().find_map(|item| match &item.kind {
        ItemKind::Problem { problem, .. } => problem.fixed_version.clone(),
        ItemKind::Gap { .. } | ItemKind::Unknown { .. } => None,
    })
}

fn reference(run: &ScoreRun) -> Option<Reference> {
    let References { at, commit, .. } = &run.references;
    (*commit != run.commit).then_some(Reference { as_of: *at, commit: commit.0 })
}

fn asset(score: &AssetScore) -> Asset {
    let profile = &score.profile;
    Asset {
        key: format!("A-{}", profile.asset),
        name: profile.name.clone(),
        class: profile.class.as_str(),
        organisation: profile.organisation.clone(),
        systems: profile.systems.clone(),
        exposure: profile.worth.exposure,
        confidentiality: profile.worth.value.confidentiality,
        integrity: profile.worth.value.integrity,
        availability: profile.worth.value.availability,
        important: profile.worth.value.important,
        in_service_since: profile.worth.in_service_since,
        first_seen: profile.first_seen,
    }
}

fn explained_item(scored: &Scored, proofs: &Proofs, item: &Item) -> ExplainedItem {
    let what = match &item.kind {
        ItemKind::Problem { problem, factors, stale } => What::Problem {
            id: problem.key.as_str().to_owned(),
            title: problem.title.clone(),
            stale: *stale,
            factors: *factors,
            evidences: problem.evidences.iter().map(|e| evidence(scored, proofs, e)).collect(),
        },
        ItemKind::Gap { id, factors, .. } => What::Gap { id: id.clone(), factors: *factors },
        ItemKind::Unknown { required, score } => {
            What::Unknown { required: *required, estimate: **score }
        }
    };
    ExplainedItem {
        points_micro: item.points,
        share_micro: item.share,
        accepted: item.accepted,
        what,
    }
}

fn evidence(scored: &Scored, proofs: &Proofs, evidence: &Evidence) -> ExplainedEvidence {
    let (proof, error) = match proofs.of(&scored.facts, evidence) {
        Ok(proof) => (Some(proof), None),
        Err(error) => (None, Some(error)),
    };
    ExplainedEvidence {
        finding: FindingId::of(evidence),
        severity: evidence.severity,
        disposition: evidence.disposition,
        proof,
        past_retention: matches!(error, Some(LakeError::PastRetention(_))),
        unreadable: error.map(|error| chain(&error)),
    }
}
