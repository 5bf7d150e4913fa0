//! Stored scores: the sums of a score over all assets, kept to be asked again without being made
//! again.
//!
//! A stored score names what it was made from: the time scored, the last commit known, the model and
//! the rules of master records. Whoever scores the same again gets the same points, so that a stored
//! score that is lost or broken costs time and no fact: it stands beside the tables, needs no commit
//! and no right to write (ADR 0030).
//!
//! A score is a folder: two Parquet files whose names end in the digest of their bytes, and a head that
//! names both. The head is written last, and what has no head is no stored score. The lines of every
//! score are kept; of its assets, those of the two newest scores and of the last of each month.

mod columns;
mod tables;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{
    SignedDuration,
    tz::{Offset, TimeZone},
};
use object_store::path::Path;
use serde::{Deserialize, Serialize};
use yagura_model::{
    Timestamp,
    domain::AssetClass,
    id::{AssetKey, Commit},
    points::MicroPoints,
};

use crate::{
    Lost, Snapshot,
    content::{ContentDigest, file_name},
    error::LakeError,
    store::{Store, StoreError},
};

pub(crate) use tables::register;

/// Beside the manifests.
const FOLDER: &str = "_yagura/scores";

/// The head of a stored score, in its folder.
const HEAD: &str = "score.json";

/// Months end at midnight in Japan.
const JAPAN: Offset = Offset::constant(9);

/// So many of the newest scores have their assets: who reads one meanwhile finds it to the end.
const NEWEST: usize = 2;

/// How long files without a head may be those of a score that is being stored.
const LEFT_BEHIND: SignedDuration = SignedDuration::from_hours(24);

/// What made a score, and where its sums are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredScore {
    /// Its name: time, commit and model.
    pub name: String,
    /// The time scored.
    pub at: Timestamp,
    /// The last commit of the lake it knows.
    pub commit: Commit,
    /// When it was stored.
    pub stored_at: Timestamp,
    /// Name and version of the model.
    pub model: String,
    /// Digest of the model.
    pub model_digest: String,
    /// Name and version of the rules of master records.
    pub master: String,
    /// Digest of the rules.
    pub master_digest: String,
    /// What repairs had given up of the tables it was made from.
    pub lost: Lost,
    /// All assets together.
    pub whole: Points,
    /// How many assets there were in which state of their life, those that did not count too.
    #[serde(default)]
    pub states: BTreeMap<String, u64>,
    /// The same of each organisation, without those below it; empty if it was not kept.
    #[serde(default)]
    pub states_of: BTreeMap<String, BTreeMap<String, u64>>,
    lines: ContentDigest,
    assets: ContentDigest,
}

/// What makes a score, to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The time scored.
    pub at: Timestamp,
    /// The last commit of the lake it knows.
    pub commit: Commit,
    /// Name and version of the model, and its digest.
    pub model: (String, String),
    /// Name and version of the rules of master records, and their digest.
    pub master: (String, String),
    /// What repairs had given up of the tables it was made from.
    pub lost: Lost,
    /// All assets together.
    pub whole: Points,
    /// How many assets there are in which state of their life.
    pub states: BTreeMap<String, u64>,
    /// The same of each organisation, without those below it.
    pub states_of: BTreeMap<String, BTreeMap<String, u64>>,
}

/// Points that were added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Points {
    /// 未対処: open points.
    pub open: MicroPoints,
    /// 受容: accepted points.
    pub accepted: MicroPoints,
    /// The part of the open points that is an estimate for what nobody looked at.
    pub unknown: MicroPoints,
    /// Assets that count.
    pub assets: u64,
    /// Problems, gaps and missing observations.
    pub items: u64,
}

/// A line of a stored score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLine {
    /// What is added up: `organisation`, `system`, `class`, `domain`, `check`, `remedy`.
    pub level: String,
    /// What the line is for: a code, a name, an id.
    pub key: String,
    /// What people call it, where that is something else.
    pub name: String,
    /// The points.
    pub points: Points,
}

/// An asset of a stored score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAsset {
    /// The asset.
    pub asset: AssetKey,
    /// Its class.
    pub class: AssetClass,
    /// 管理組織: who answers for it.
    pub organisation: std::sync::Arc<str>,
    /// Its points; it counts as one asset.
    pub points: Points,
}

impl StoredScore {
    fn folder(&self) -> Path {
        folder(&self.name)
    }

    /// The file of its lines, from the root of the lake.
    pub fn lines_path(&self) -> Path {
        self.folder().join(file_name("lines", self.lines))
    }

    /// The file of its assets, from the root of the lake; older scores are kept without.
    pub fn assets_path(&self) -> Path {
        self.folder().join(file_name("assets", self.assets))
    }

    fn month(&self) -> (i16, i8) {
        let day = self.at.to_zoned(TimeZone::fixed(JAPAN)).date();
        (day.year(), day.month())
    }
}

fn folder(name: &str) -> Path {
    Path::from(format!("{FOLDER}/{name}"))
}

/// The folder that a file is in.
pub(crate) fn beside(file: &Path) -> Path {
    file.parts().take(file.parts().count().saturating_sub(1)).collect()
}

/// The stored scores of a lake.
#[derive(Debug, Clone)]
pub struct Scores {
    store: Store,
}

impl Scores {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }

    /// Every stored score, by the time scored and then by when it was stored.
    ///
    /// # Errors
    /// If the folder cannot be listed or a head cannot be read.
    pub async fn all(&self) -> Result<Vec<StoredScore>, LakeError> {
        let mut all = Vec::new();
        for object in self.store.list(&Path::from(FOLDER)).await? {
            if object.location.filename() != Some(HEAD) {
                continue;
            }
            match self.store.get(&object.location).await {
                // What cannot be read is made again.
                Ok(bytes) => all.extend(serde_json::from_slice::<StoredScore>(&bytes).ok()),
                Err(StoreError::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        all.sort_by(|a, b| (a.at, a.stored_at, &a.name).cmp(&(b.at, b.stored_at, &b.name)));
        Ok(all)
    }

    /// Those of the times until one, by no more than a state of the lake knows.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    pub async fn until(
        &self,
        snapshot: &Snapshot,
        at: Timestamp,
    ) -> Result<Vec<StoredScore>, LakeError> {
        let mut all = self.all().await?;
        all.retain(|score| score.at <= at && score.commit <= snapshot.commit());
        Ok(all)
    }

    /// Stores a score: its lines, and its assets in order of key. Then the assets of scores that are
    /// neither among the newest nor the last of a month are deleted.
    ///
    /// # Errors
    /// If a file cannot be written: then there is no new stored score.
    pub async fn keep(
        &self,
        made: Made,
        lines: Vec<StoredLine>,
        assets: Vec<StoredAsset>,
        now: Timestamp,
    ) -> Result<StoredScore, LakeError> {
        let Made { at, commit, model, master, lost, whole, states, states_of } = made;
        let digest: String = model.1.chars().take(8).collect();
        let time = at.strftime("%Y%m%dT%H%M%S.%6fZ");
        let name = format!("{time}-{}-{digest}", commit.0);
        let of = name.clone();
        let encode = move || {
            Ok::<_, LakeError>((
                columns::lines(&of, at, &lines)?,
                columns::assets(&of, at, &assets)?,
            ))
        };
        let (lines, assets) = tokio::task::spawn_blocking(encode)
            .await
            .map_err(|error| LakeError::Task(error.to_string()))??;
        let score = StoredScore {
            name,
            at,
            commit,
            stored_at: now,
            model: model.0,
            model_digest: model.1,
            master: master.0,
            master_digest: master.1,
            lost,
            whole,
            states,
            states_of,
            lines: lines.digest,
            assets: assets.digest,
        };
        self.store.put(&score.lines_path(), lines.bytes.into()).await?;
        self.store.put(&score.assets_path(), assets.bytes.into()).await?;
        self.store.sync().await?;
        let head =
            serde_json::to_vec(&score).map_err(|error| LakeError::Task(error.to_string()))?;
        self.store.put(&score.folder().join(HEAD), head.into()).await?;
        self.prune(now).await?;
        self.store.sync().await?;
        Ok(score)
    }

    /// Whether the assets of a score are there.
    ///
    /// # Errors
    /// If the folder cannot be looked at.
    pub async fn has_assets(&self, score: &StoredScore) -> Result<bool, LakeError> {
        Ok(self.store.exists(&score.assets_path()).await?)
    }

    /// The lines of a score at some level, in the order in which they were stored.
    ///
    /// # Errors
    /// If its file is gone, cannot be read or is not as it was written.
    pub async fn lines(
        &self,
        score: &StoredScore,
        level: &str,
    ) -> Result<Vec<StoredLine>, LakeError> {
        let path = score.lines_path();
        let mut lines = columns::read_lines(&path, self.whole(&path, score.lines).await?)?;
        lines.retain(|line| line.level == level);
        Ok(lines)
    }

    /// The assets of a score, in order of key.
    ///
    /// # Errors
    /// If its file is gone, cannot be read or is not as it was written.
    pub async fn assets(&self, score: &StoredScore) -> Result<Vec<StoredAsset>, LakeError> {
        let path = score.assets_path();
        columns::read_assets(&path, self.whole(&path, score.assets).await?)
    }

    /// The bytes of a file, if they are those that were written.
    async fn whole(&self, path: &Path, digest: ContentDigest) -> Result<bytes::Bytes, LakeError> {
        let bytes = self.store.get(path).await?;
        if ContentDigest::of(&bytes) != digest {
            return Err(LakeError::Altered { path: path.to_string() });
        }
        Ok(bytes)
    }

    /// The files of all stored scores up to a commit, with their sizes: what a backup takes along.
    pub(crate) async fn files(&self, until: Commit) -> Result<BTreeMap<Path, u64>, LakeError> {
        let scores = self.all().await?;
        let known: BTreeSet<Path> = scores
            .iter()
            .filter(|score| score.commit <= until)
            .flat_map(|score| [score.lines_path(), score.assets_path(), score.folder().join(HEAD)])
            .collect();
        let listed = self.store.list(&Path::from(FOLDER)).await?;
        let listed = listed.into_iter().filter(|object| known.contains(&object.location));
        Ok(listed.map(|object| (object.location, object.size)).collect())
    }

    /// Deletes the assets of older scores, but of the last of each month, and what a crash left of a
    /// score that was never stored.
    async fn prune(&self, now: Timestamp) -> Result<(), LakeError> {
        self.sweep(now).await?;
        let scores = self.all().await?;
        let kept = with_assets(&scores);
        for score in scores.iter().filter(|score| !kept.contains(score.name.as_str())) {
            if self.has_assets(score).await? {
                self.store.delete(&score.assets_path()).await?;
            }
        }
        Ok(())
    }

    /// Deletes old files beside which there is no head.
    async fn sweep(&self, now: Timestamp) -> Result<(), LakeError> {
        let listed = self.store.list(&Path::from(FOLDER)).await?;
        let heads = listed.iter().filter(|object| object.location.filename() == Some(HEAD));
        let stored: BTreeSet<Path> = heads.map(|head| beside(&head.location)).collect();
        let before = now.saturating_sub(LEFT_BEHIND).unwrap_or(Timestamp::MIN).as_microsecond();
        for object in &listed {
            let is_old = object.last_modified.timestamp_micros() < before;
            if is_old && !stored.contains(&beside(&object.location)) {
                self.store.delete(&object.location).await?;
            }
        }
        Ok(())
    }

    /// The files of stored scores that are missing or are not as they were written, with what is
    /// wrong.
    pub(crate) async fn broken(&self) -> Result<Vec<(Path, String)>, LakeError> {
        let mut broken = Vec::new();
        for object in self.store.list(&Path::from(FOLDER)).await? {
            if object.location.filename() == Some(HEAD) {
                let bytes = self.store.get(&object.location).await?;
                if let Err(error) = serde_json::from_slice::<StoredScore>(&bytes) {
                    broken.push((object.location, error.to_string()));
                }
            }
        }
        let scores = self.all().await?;
        let kept = with_assets(&scores);
        for score in &scores {
            let assets = kept.contains(score.name.as_str()) || self.has_assets(score).await?;
            let assets = assets.then(|| (score.assets_path(), score.assets));
            for (path, digest) in assets.into_iter().chain([(score.lines_path(), score.lines)]) {
                if let Err(error) = self.whole(&path, digest).await {
                    broken.push((path, error.to_string()));
                }
            }
        }
        Ok(broken)
    }
}

/// The names of the scores whose assets are kept: the newest, and the last of each month.
fn with_assets(scores: &[StoredScore]) -> BTreeSet<&str> {
    let last: BTreeMap<(i16, i8), &str> =
        scores.iter().map(|score| (score.month(), score.name.as_str())).collect();
    let mut by_storing: Vec<&StoredScore> = scores.iter().collect();
    by_storing.sort_by_key(|score| std::cmp::Reverse(score.stored_at));
    let newest = by_storing.into_iter().take(NEWEST).map(|score| score.name.as_str());
    last.into_values().chain(newest).collect()
}
