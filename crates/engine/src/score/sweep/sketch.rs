//! What each asset is and is worth: as much of it as points need.

use std::collections::BTreeMap;
use std::sync::Arc;

use yagura_baseline::master::Master;
use yagura_lake::{LakeError, Snapshot, rows::IdentifierRow, scan::Filter};
use yagura_model::{
    Timestamp, asset::RelationKind, attribute::names, domain::AssetClass, id::AssetKey,
    identifier::IdentifierKind, life_cycle::LifeCycle,
};

use crate::{
    life::{self, Asked, LifeRecords},
    links::links,
    master::{Hearing, Register, Settled, Witnesses, called, settle_all},
    score::{facts::is, worth::Worth},
    tree::Tree,
};

/// An asset as a sweep sees it.
#[derive(Debug, Clone)]
pub(super) struct Sketch {
    pub(super) class: Option<AssetClass>,
    pub(super) organisation: Arc<str>,
    pub(super) systems: Vec<Arc<str>>,
    pub(super) worth: Worth,
    pub(super) first_seen: Timestamp,
    pub(super) state: LifeCycle,
    /// Whether a sighting contradicts the record of its state.
    pub(super) contradicted: bool,
    /// What its network allows: observations are required no more often than in so many days.
    pub(super) at_least_days: u32,
}

/// All assets, by index.
#[derive(Debug, Default)]
pub(super) struct Sketches {
    pub(super) all: Vec<Sketch>,
    /// Names of systems by their numbers.
    pub(super) systems: BTreeMap<String, String>,
}

impl Sketches {
    pub(super) async fn load(
        snapshot: &Snapshot,
        tree: &Tree,
        register: &Register,
        witnesses: Witnesses<'_>,
    ) -> Result<Self, LakeError> {
        let at = witnesses.at();
        let records = LifeRecords::load(snapshot, at).await?;
        let seen = tokio::task::block_in_place(|| life::seen(&witnesses, register));
        let asked = Worth::ASKED.into_iter().chain([names::CLASS]);
        let hearing = Hearing::new(witnesses, asked, Worth::RELATIONS);
        let master = hearing.witnesses().master();
        let sketch = |index: usize, settled: &Settled| {
            let mut sketch = Sketch::of(tree, register, index, settled);
            let asked = Asked {
                asset: register.key(index),
                class: sketch.class,
                first_seen: sketch.first_seen,
                seen: seen.get(index).copied().flatten(),
            };
            let life = records.life(master, asked, settled);
            (sketch.state, sketch.contradicted) = (life.state, life.contradicted.is_some());
            sketch
        };
        let all = settle_all(&hearing, snapshot, register, sketch).await?;
        let mut sketches = Self { all, systems: BTreeMap::new() };
        let worth = sketches.load_systems(snapshot, register, master, at).await?;
        sketches.inherit(&worth);
        Ok(sketches)
    }

    /// Reads the systems; gives what each is worth by what assets name it: number, name.
    async fn load_systems(
        &mut self,
        snapshot: &Snapshot,
        register: &Register,
        master: &Master,
        at: Timestamp,
    ) -> Result<BTreeMap<Arc<str>, Worth>, LakeError> {
        let all = self.all.iter().enumerate();
        let systems = all.filter(|(_, sketch)| sketch.class == Some(AssetClass::System));
        let systems: Vec<AssetKey> = systems.map(|(index, _)| register.key(index)).collect();
        let names = called(snapshot, master, at, systems.iter().copied()).await?;
        let mut numbers = numbers(snapshot, register, &systems, at).await?;
        let mut worth = BTreeMap::new();
        for (asset, name) in names {
            let Some(index) = register.index(asset) else { continue };
            let Some(sketch) = self.all.get(index) else { continue };
            let said = sketch.worth;
            for number in numbers.remove(&index).into_iter().flatten() {
                self.systems.insert(number.to_string(), name.clone());
                worth.insert(number, said);
            }
            worth.insert(Arc::from(name), said);
        }
        Ok(worth)
    }

    /// What an asset does not say of its exposure and ratings, the systems it belongs to say for it.
    fn inherit(&mut self, systems: &BTreeMap<Arc<str>, Worth>) {
        for sketch in &mut self.all {
            for system in &sketch.systems {
                if let Some(above) = systems.get(system) {
                    sketch.worth.inherit(above);
                }
            }
        }
    }
}

impl Sketch {
    /// Its class, if it is of one and its points count.
    pub(super) fn counts(&self) -> Option<AssetClass> {
        self.class.filter(|_| self.state.counts())
    }

    /// An asset in service.
    fn of(tree: &Tree, register: &Register, index: usize, settled: &Settled) -> Self {
        let asset = register.assets.get(index);
        let first_seen = asset.map_or(Timestamp::MAX, |asset| asset.first_seen);
        let mut systems = settled.targets(RelationKind::PartOf).to_vec();
        systems.sort_unstable();
        Self {
            class: asset.and_then(|asset| settled.class(asset.class)),
            organisation: settled.organisation(tree, &register.born_in(index), first_seen),
            systems,
            worth: Worth::said(|name| settled.value(name)),
            first_seen,
            state: LifeCycle::InService,
            contradicted: false,
            at_least_days: settled.at_least_days,
        }
    }
}

/// The numbers of some systems, by index of the asset.
async fn numbers(
    snapshot: &Snapshot,
    register: &Register,
    systems: &[AssetKey],
    at: Timestamp,
) -> Result<BTreeMap<usize, Vec<Arc<str>>>, LakeError> {
    let keys = systems.iter().map(|asset| asset.0);
    let links = links(snapshot, &Filter::of("asset", keys), at).await?;
    let subjects = links.iter().map(|link| link.subject.0);
    let identifiers: Vec<IdentifierRow> = snapshot.rows(&Filter::of("subject", subjects)).await?;
    let mut numbers: BTreeMap<usize, Vec<Arc<str>>> = BTreeMap::new();
    for row in identifiers {
        let holds = row.first_seen <= at && row.resolved_at.is_none_or(|to| to > at);
        let is_number = is(row.kind, IdentifierKind::from_number, IdentifierKind::SystemNumber);
        if let (true, true, Some(index)) = (holds, is_number, register.of(row.subject)) {
            numbers.entry(index).or_default().push(row.value);
        }
    }
    Ok(numbers)
}
