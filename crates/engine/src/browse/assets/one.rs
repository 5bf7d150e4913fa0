//! All that is kept of one asset.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;
use yagura_baseline::{identity::Rules, master::Master, model::Model};
use yagura_lake::{LakeError, Snapshot};
use yagura_model::{
    Timestamp,
    asset::RelationKind,
    attribute::names,
    domain::{AssetClass, Domain},
    id::{AssetKey, Commit, SubjectKey},
};

use super::{
    AssetId, AttributeSaid, Counts, FindingSaid, Hold, IdentifierSaid, LifeSaid, Look,
    RelationSaid, RequiredLook, SourceRecord,
    attributes::attributes,
    findings::findings,
    holds,
    identifiers::{identifiers, known_as},
    kind_of,
    life::life,
    looks::{looks, required},
    read::Rows,
    relations::relations,
    sources::{packages, records},
    targets::Targets,
};
use crate::{
    master::{Heard, Hearing, Witnesses},
    tree::Tree,
};

/// An asset with all that its sources say. Serialises to the stable document of
/// `yagura asset show --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AssetRecord {
    /// Version of this document.
    pub version: u8,
    /// 基準日時: it was so at this time.
    pub as_of: Timestamp,
    /// 当時の認識: by what was known at this time; without it by all that is known.
    pub known_at: Option<Timestamp>,
    /// The last commit of the lake it knows.
    pub commit: Commit,
    /// Name and version of the model that says what must be looked at.
    pub model: String,
    /// Name and version of the rules that choose among what sources say.
    pub master: String,
    /// Which asset.
    pub asset: AssetId,
    /// Its name.
    pub name: String,
    /// What people call it besides.
    pub known_as: Vec<String>,
    /// Its domain.
    pub domain: Option<Domain>,
    /// Its class.
    pub class: Option<AssetClass>,
    /// 管理組織: where it counts.
    pub organisation: String,
    /// The network it stands in, as the rules of master records call it.
    pub network: String,
    /// In which state of its life it is.
    pub life: LifeSaid,
    /// When any source first saw it.
    pub first_seen: Timestamp,
    /// When any source last looked at it.
    pub observed_at: Option<Timestamp>,
    /// The records it is gathered from.
    pub sources: Vec<SourceRecord>,
    /// Identities that wait for a person and concern it.
    pub holds: Vec<Hold>,
    /// How it stands to organisations, systems and other assets.
    pub relations: Vec<RelationSaid>,
    /// What it is known by, the strongest first.
    pub identifiers: Vec<IdentifierSaid>,
    /// What is said about it.
    pub attributes: Vec<AttributeSaid>,
    /// What must be looked at, and whether anybody did.
    pub required: Vec<RequiredLook>,
    /// What was looked at.
    pub looks: Vec<Look>,
    /// Different packages and programs on it; `None` if no source lists any.
    pub software: Option<u64>,
    /// What stands against it, counted.
    pub counts: Counts,
    /// What stands against it, the worst first.
    pub findings: Vec<FindingSaid>,
}

/// An asset as it was at a time; `None` if there is none of that key, or nobody had seen it by then.
///
/// # Errors
/// If the lake cannot be read.
pub async fn find(
    snapshot: &Snapshot,
    key: AssetKey,
    at: Timestamp,
    model: &Model,
    master: &Master,
    rules: &Rules,
) -> Result<Option<AssetRecord>, LakeError> {
    let Some(mut rows) = Rows::load(snapshot, key, at).await? else { return Ok(None) };
    let own: BTreeSet<SubjectKey> = rows.subjects.iter().map(|row| row.subject).collect();
    let held = std::mem::take(&mut rows.holds);
    let (holds, targets, witnesses, tree) = tokio::try_join!(
        holds::load(snapshot, held, key, &own, at),
        Targets::load(snapshot, rules, &rows.relations, &rows.subjects, at),
        Witnesses::of_record(snapshot, master, at, rows.sources(), &rows.subjects, &rows.coverage),
        Tree::load(snapshot, at),
    )?;
    let asked = [names::NAME, names::CLASS, names::LIFE_CYCLE];
    let hearing = Hearing::new(witnesses, asked, RelationKind::ALL);
    let settled = {
        let mut heard = Heard::new(&hearing);
        rows.attributes.iter().for_each(|row| heard.attribute((), row));
        rows.relations.iter().for_each(|row| heard.relation((), row));
        heard.settle(())
    };
    let class = settled.class(rows.asset.class);
    let name = settled.name(&rows.asset.name).to_owned();
    let source = |subject| rows.source_of(subject);
    let looks = looks(&rows.coverage, |source| rows.source(source));
    let identifiers = identifiers(&rows.identifiers, rules, source);
    let called = identifiers.iter().map(|said| (said.kind, said.value.as_str()));
    let (counts, findings) = findings(&rows);
    let attributes = attributes(&rows.attributes, hearing.witnesses(), settled.network, source);
    let life = life(snapshot, &rows, hearing.witnesses(), &settled, &attributes).await?;
    let born_in = Arc::from(rows.asset.organisation.as_str());
    let organisation = settled.organisation(&tree, &born_in, rows.asset.first_seen).to_string();
    Ok(Some(AssetRecord {
        version: 1,
        as_of: at,
        known_at: snapshot.known_at(),
        commit: snapshot.commit(),
        model: format!("{} {}", model.name, model.version),
        master: format!("{} {}", master.name, master.version),
        asset: AssetId(key),
        known_as: known_as(called, &name),
        domain: kind_of(rows.asset.domain, Domain::from_number),
        class,
        organisation,
        network: master.of_network(settled.network).map(|one| one.name.clone()).unwrap_or_default(),
        first_seen: rows.asset.first_seen,
        observed_at: looks.iter().map(|look| look.observed_at).max(),
        sources: records(&rows),
        holds,
        relations: relations(&rows.relations, &settled, &targets, at, source),
        attributes,
        life,
        required: class
            .map(|class| required(model, class, settled.at_least_days, &looks, at))
            .unwrap_or_default(),
        looks,
        software: (!rows.software.is_empty()).then(|| packages(&rows, None).len() as u64),
        counts,
        findings,
        identifiers,
        name,
    }))
}
