//! Storing a score and asking a stored one.

use std::collections::BTreeMap;
use std::sync::Arc;

use yagura_lake::{
    Lake, LakeError, Snapshot,
    scores::{Made, Points, StoredAsset, StoredLine, StoredScore},
};
use yagura_model::{Timestamp, organisation::OrganisationCode};

use super::{
    sweep::{AssetSum, Sweep},
    totals::{By, Place, Total, sort},
};
use crate::{life::StateCounts, tree::Tree};

/// What is added up and stored, beside the assets.
const LEVELS: [By; 6] =
    [By::Organisation, By::System, By::Class, By::Domain, By::Check, By::Remedy];

impl By {
    /// Its name in stored scores.
    pub fn level(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::System => "system",
            Self::Asset => "asset",
            Self::Class => "class",
            Self::Check => "check",
            Self::Domain => "domain",
            Self::Remedy => "remedy",
        }
    }
}

impl Sweep {
    /// Stores the score of all assets at all levels, each worst first.
    ///
    /// # Errors
    /// If the titles of checks cannot be read or a file cannot be written.
    pub async fn store(
        &self,
        lake: &Lake,
        snapshot: &Snapshot,
        now: Timestamp,
    ) -> Result<StoredScore, LakeError> {
        let mut lines = Vec::new();
        for by in LEVELS {
            let mut totals = self.totals(by);
            self.name(snapshot, by, &mut totals).await?;
            lines.extend(totals.into_iter().map(|total| self.line(by, total)));
        }
        let made = Made {
            at: self.at,
            commit: self.commit,
            model: (self.model.clone(), self.references.model.clone()),
            master: (self.master.clone(), self.references.master.clone()),
            lost: snapshot.lost(),
            whole: points(&self.whole()),
            states: self.states.by_name(),
            states_of: self.states_of(),
        };
        let assets = self.assets.iter().map(asset).collect();
        lake.scores().keep(made, lines, assets, now).await
    }

    /// How many assets of each organisation are in which state.
    fn states_of(&self) -> BTreeMap<String, BTreeMap<String, u64>> {
        let of = |(code, states): (&Arc<str>, &StateCounts)| (code.to_string(), states.by_name());
        self.states_of.iter().map(of).collect()
    }

    fn line(&self, by: By, total: Total) -> StoredLine {
        let points = points(&total);
        let name = match by {
            By::System => self.systems.get(&total.key).cloned().unwrap_or_default(),
            By::Check | By::Remedy => total.name,
            _ => String::new(),
        };
        StoredLine { level: by.level().to_owned(), key: total.key, name, points }
    }
}

fn points(total: &Total) -> Points {
    Points {
        open: total.open,
        accepted: total.accepted,
        unknown: total.unknown,
        assets: total.assets,
        items: total.items,
    }
}

fn asset(sum: &AssetSum) -> StoredAsset {
    let AssetSum { open, accepted, unknown, items, .. } = *sum;
    StoredAsset {
        asset: sum.asset,
        class: sum.class,
        organisation: sum.organisation.clone(),
        points: Points { open, accepted, unknown, assets: 1, items },
    }
}

/// A stored score that is asked.
#[derive(Debug)]
pub struct Recalled {
    /// What made it.
    pub score: StoredScore,
    /// The organisations at the time scored.
    pub tree: Tree,
    /// The assets asked about together.
    pub whole: Total,
    /// How many assets there were in which state of their life; `None` if only an organisation's are
    /// asked about and the score was stored before that was kept.
    pub states: Option<StateCounts>,
    /// The lines at the level asked for, worst first.
    pub lines: Vec<Total>,
}

impl Recalled {
    /// The newest stored score of the times until one, by no more than a state of the lake knows;
    /// `None` if there is none. Of an organisation and those below it there are organisations,
    /// assets, classes and domains: what else was added up holds assets of others.
    ///
    /// # Errors
    /// If a file of it is gone, cannot be read or is not as it was written.
    pub async fn newest(
        lake: &Lake,
        snapshot: &Snapshot,
        at: Timestamp,
        by: By,
        within: Option<&OrganisationCode>,
    ) -> Result<Option<Self>, LakeError> {
        let scores = lake.scores();
        let Some(score) = scores.until(snapshot, at).await?.pop() else { return Ok(None) };
        let tree = Tree::load(snapshot, score.at).await?;
        let mut whole = Total::of("", "");
        let mut lines: Vec<Total> = match within {
            None => {
                whole.add_points(&score.whole);
                match by {
                    By::Asset => scores.assets(&score).await?.iter().map(of_asset).collect(),
                    _ => {
                        let lines = scores.lines(&score, by.level()).await?;
                        lines.iter().map(of_line).collect()
                    }
                }
            }
            Some(within) => {
                let mut assets = scores.assets(&score).await?;
                assets.retain(|asset| tree.is_within(&asset.organisation, within));
                assets.iter().for_each(|asset| whole.add_points(&asset.points));
                let mut lines: BTreeMap<String, Total> = BTreeMap::new();
                for asset in &assets {
                    let organisation = &asset.organisation;
                    let place = Place { asset: asset.asset, class: asset.class, organisation };
                    for key in place.keys(by, &tree) {
                        let line = lines.entry(key);
                        line.or_insert_with_key(|key| Total::of(key, "")).add_points(&asset.points);
                    }
                }
                let mut lines: Vec<Total> = lines.into_values().collect();
                lines.retain(|line| by != By::Organisation || tree.is_within(&line.key, within));
                lines
            }
        };
        sort(&mut lines);
        let states = match within {
            None => Some(StateCounts::of_names(&score.states)),
            Some(_) if score.states_of.is_empty() => None,
            Some(within) => {
                let mut states = StateCounts::default();
                let inside = score.states_of.iter();
                let inside = inside.filter(|(code, _)| tree.is_within(code, within));
                inside.for_each(|(_, of)| states.join(&StateCounts::of_names(of)));
                Some(states)
            }
        };
        Ok(Some(Self { score, tree, whole, states, lines }))
    }
}

impl Total {
    fn add_points(&mut self, points: &Points) {
        self.open += points.open;
        self.accepted += points.accepted;
        self.unknown += points.unknown;
        self.assets += points.assets;
        self.items += points.items;
    }
}

fn of_line(line: &StoredLine) -> Total {
    let mut total = Total::of(&line.key, &line.name);
    total.add_points(&line.points);
    total
}

fn of_asset(asset: &StoredAsset) -> Total {
    let mut total = Total::of(&format!("A-{}", asset.asset), "");
    total.add_points(&asset.points);
    total
}
