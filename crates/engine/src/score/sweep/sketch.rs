//! What each asset is and is worth: as much of it as points need.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use yagura_lake::{
    LakeError, Snapshot,
    row::{RowId, Stored},
    rows::{AssetRow, AttributeRow, IdentifierRow, LinkRow, RelationPoint},
    scan::{Filter, Scan},
};
use yagura_model::{
    Timestamp,
    asset::RelationKind,
    attribute::names,
    domain::AssetClass,
    id::{Shard, SubjectKey},
    identifier::IdentifierKind,
};

use super::{register::Register, shards};
use crate::score::{
    facts::{is, number},
    worth::{Worth, in_service},
};

/// An asset as a sweep sees it.
#[derive(Debug, Clone)]
pub(super) struct Sketch {
    pub(super) class: Option<AssetClass>,
    pub(super) organisation: Arc<str>,
    pub(super) systems: Vec<Arc<str>>,
    pub(super) worth: Worth,
    pub(super) first_seen: Timestamp,
    pub(super) in_service: bool,
}

/// All assets, by index.
#[derive(Debug, Default)]
pub(super) struct Sketches {
    pub(super) all: Vec<Sketch>,
    /// Names of systems by their numbers.
    pub(super) systems: BTreeMap<String, String>,
}

/// Which of two statements counts: the newer one.
type Order = (Timestamp, i64, SubjectKey, RowId);

/// What is said of the assets of one shard.
#[derive(Default)]
struct Said {
    attributes: HashMap<(usize, usize), (Order, Arc<str>)>,
    managed_by: HashMap<usize, (Order, Arc<str>)>,
    systems: HashMap<usize, BTreeSet<Arc<str>>>,
}

impl Sketches {
    pub(super) async fn load(
        snapshot: &Snapshot,
        register: &Register,
        at: Timestamp,
    ) -> Result<Self, LakeError> {
        let attributes = snapshot.scan::<AttributeRow>(&Filter::all()).await?;
        let relations = snapshot.scan::<RelationPoint>(&Filter::all()).await?;
        let said = tokio::task::block_in_place(|| {
            let shards = register.shards();
            shards::each(&shards, |shard| Said::of(shard, &attributes, &relations, register, at))
        })?;
        let mut all = Said::default();
        said.into_iter().for_each(|part| all.add(part));
        let sketch = |index| all.sketch(register, index);
        let all = (0..register.assets.len()).map(sketch).collect();
        let mut sketches = Self { all, systems: BTreeMap::new() };
        let worth = sketches.load_systems(snapshot, register, at).await?;
        sketches.inherit(&worth);
        Ok(sketches)
    }

    /// Reads the systems; gives what each is worth by what assets name it: number, name.
    async fn load_systems(
        &mut self,
        snapshot: &Snapshot,
        register: &Register,
        at: Timestamp,
    ) -> Result<BTreeMap<Arc<str>, Worth>, LakeError> {
        let class = i64::from(AssetClass::System.number());
        let rows: Vec<AssetRow> = snapshot.rows(&Filter::of("class", [class])).await?;
        let mut numbers = numbers(snapshot, register, &rows, at).await?;
        let mut worth = BTreeMap::new();
        for row in rows {
            let Some(index) = register.index(row.asset) else { continue };
            let Some(sketch) = self.all.get(index) else { continue };
            let said = sketch.worth;
            for number in numbers.remove(&index).into_iter().flatten() {
                self.systems.insert(number.to_string(), row.name.clone());
                worth.insert(number, said);
            }
            worth.insert(Arc::from(row.name), said);
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

impl Said {
    fn of(
        shard: Shard,
        attributes: &Scan<AttributeRow>,
        relations: &Scan<RelationPoint>,
        register: &Register,
        at: Timestamp,
    ) -> Result<Self, LakeError> {
        let mut said = Self::default();
        let holds =
            |from: Timestamp, to: Option<Timestamp>| from <= at && to.is_none_or(|to| to > at);
        attributes.each(Some(shard), |Stored { id, row, .. }| {
            let name = place(&row.name);
            let (Some(name), true) = (name, holds(row.first_seen, row.resolved_at)) else { return };
            let Some(index) = register.of(row.subject) else { return };
            let order = (row.first_seen, row.report.0, row.subject, id);
            newest(&mut said.attributes, (index, name), order, row.value);
        })?;
        relations.each(Some(shard), |Stored { id, row, .. }| {
            let begun = row.valid_from.is_none_or(|from| from <= at);
            let ended = row.valid_to.is_some_and(|to| to <= at);
            if !holds(row.first_seen, row.resolved_at) || !begun || ended {
                return;
            }
            let Some(index) = register.of(row.subject) else { return };
            match number(row.kind, RelationKind::from_number) {
                Some(RelationKind::ManagedBy) => {
                    let order = (row.first_seen, 0, row.subject, id);
                    newest(&mut said.managed_by, index, order, row.target);
                }
                Some(RelationKind::PartOf) => {
                    said.systems.entry(index).or_default().insert(row.target);
                }
                _ => {}
            }
        })?;
        Ok(said)
    }

    fn add(&mut self, other: Self) {
        // Each key is looked at alone: the order in which they come says nothing.
        #[expect(clippy::iter_over_hash_type, reason = "the newer of two counts in any order")]
        for (key, (order, value)) in other.attributes {
            newest(&mut self.attributes, key, order, value);
        }
        #[expect(clippy::iter_over_hash_type, reason = "the newer of two counts in any order")]
        for (key, (order, value)) in other.managed_by {
            newest(&mut self.managed_by, key, order, value);
        }
        #[expect(clippy::iter_over_hash_type, reason = "sets are joined in any order")]
        for (key, systems) in other.systems {
            self.systems.entry(key).or_default().extend(systems);
        }
    }

    fn sketch(&self, register: &Register, index: usize) -> Sketch {
        let attribute =
            |name: &str| self.attributes.get(&(index, place(name)?)).map(|(_, value)| &**value);
        let asset = register.assets.get(index);
        let managed_by = self.managed_by.get(&index).map(|(_, target)| Arc::clone(target));
        let systems = self.systems.get(&index);
        Sketch {
            class: asset.and_then(|asset| number(asset.class, AssetClass::from_number)),
            organisation: managed_by.unwrap_or_else(|| register.born_in(index)),
            systems: systems.map(|all| all.iter().cloned().collect()).unwrap_or_default(),
            worth: Worth::said(attribute),
            first_seen: asset.map_or(Timestamp::MAX, |asset| asset.first_seen),
            in_service: in_service(attribute(names::LIFE_CYCLE)),
        }
    }
}

/// The place of an attribute among those that points depend on.
fn place(name: &str) -> Option<usize> {
    let mut names = Worth::NAMES.iter().chain([&names::LIFE_CYCLE]);
    names.position(|other| *other == name)
}

/// Keeps the newer of what is known and what is said now.
fn newest<K: std::hash::Hash + Eq>(
    known: &mut HashMap<K, (Order, Arc<str>)>,
    key: K,
    order: Order,
    value: Arc<str>,
) {
    let held = known.entry(key).or_insert_with(|| (order, Arc::clone(&value)));
    if order > held.0 {
        *held = (order, value);
    }
}

/// The numbers of some systems, by index of the asset.
async fn numbers(
    snapshot: &Snapshot,
    register: &Register,
    systems: &[AssetRow],
    at: Timestamp,
) -> Result<BTreeMap<usize, Vec<Arc<str>>>, LakeError> {
    let keys = systems.iter().map(|row| row.asset.0);
    let links: Vec<LinkRow> = snapshot.rows(&Filter::of("asset", keys)).await?;
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
