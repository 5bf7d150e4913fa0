//! The assets that relations name.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use yagura_baseline::{identity::Rules, master::Master};
use yagura_lake::{
    LakeError, Snapshot,
    rows::{IdentifierRow, RelationPoint, SubjectRow},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    asset::RelationKind,
    domain::Domain,
    id::{AssetKey, SubjectKey},
    identifier::{Identifier, IdentifierKind},
};

use super::{AssetId, kind_of};
use crate::{explain::held_at, ingest::identity_in, links::links, master::called};

/// Another asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Other {
    /// Which.
    pub asset: AssetId,
    /// Its name.
    pub name: String,
}

/// The assets by how relations name them.
#[derive(Debug, Default)]
pub(super) struct Targets {
    by_name: BTreeMap<(RelationKind, String), Other>,
}

impl Targets {
    /// The asset a relation names.
    pub(super) fn of(&self, kind: RelationKind, target: &str) -> Option<&Other> {
        self.by_name.get(&(kind, target.to_owned()))
    }

    /// Finds the assets by the identifiers that sources write into relations.
    pub(super) async fn load(
        snapshot: &Snapshot,
        rules: &Rules,
        rows: &[RelationPoint],
        subjects: &[SubjectRow],
        at: Timestamp,
    ) -> Result<Self, LakeError> {
        let mut wanted: BTreeMap<i64, (RelationKind, &str)> = BTreeMap::new();
        for row in rows {
            let born = subjects.iter().find(|subject| subject.subject == row.subject);
            let kind = kind_of(row.kind, RelationKind::from_number);
            if let (Some(born), Some(kind)) = (born, kind) {
                for (domain, identifier) in candidates(kind, &row.target) {
                    let hash = identity_in(rules, domain, &born.organisation, &identifier);
                    wanted.extend(hash.map(|hash| (hash, (kind, &*row.target))));
                }
            }
        }
        if wanted.is_empty() {
            return Ok(Self::default());
        }
        let filter = Filter::of("hash", wanted.keys().copied());
        let identifiers: Vec<IdentifierRow> = snapshot.rows(&filter).await?;
        let filter = Filter::of("subject", identifiers.iter().map(|row| row.subject.0));
        let links = links(snapshot, &filter, at).await?;
        let asset_of: BTreeMap<SubjectKey, AssetKey> =
            links.into_iter().map(|link| (link.subject, link.asset)).collect();
        let mut meant: BTreeMap<(RelationKind, &str), BTreeSet<AssetKey>> = BTreeMap::new();
        for row in identifiers.iter().filter(|row| held_at(at, row)) {
            let target = row.hash.and_then(|hash| wanted.get(&hash));
            if let (Some(target), Some(asset)) = (target, asset_of.get(&row.subject)) {
                meant.entry(*target).or_default().insert(*asset);
            }
        }
        let names = names(snapshot, at, meant.values().flatten().copied()).await?;
        let by_name = meant.into_iter().filter_map(|((kind, target), assets)| {
            let only = assets.first().filter(|_| assets.len() == 1)?;
            Some(((kind, target.to_owned()), names.get(only)?.clone()))
        });
        Ok(Self { by_name: by_name.collect() })
    }
}

/// The names of some assets.
pub(super) async fn names(
    snapshot: &Snapshot,
    at: Timestamp,
    assets: impl Iterator<Item = AssetKey>,
) -> Result<BTreeMap<AssetKey, Other>, LakeError> {
    let called = called(snapshot, Master::shipped(), at, assets).await?;
    let other = |(asset, name)| (asset, Other { asset: AssetId(asset), name });
    Ok(called.into_iter().map(other).collect())
}

/// The identifiers a relation may name its other side by.
fn candidates(kind: RelationKind, target: &str) -> Vec<(Domain, Identifier<'_>)> {
    use IdentifierKind::{
        AccountName, AssetNumber, CloudAccount, CloudInstance, DirectoryId, Fqdn, Hostname, Mail,
        Serial, StaffNumber, Store, SystemNumber,
    };
    let kinds: &[(Domain, IdentifierKind)] = match kind {
        RelationKind::ManagedBy | RelationKind::UsedBy | RelationKind::OperatedBy => &[],
        RelationKind::PartOf => &[(Domain::System, SystemNumber)],
        RelationKind::HostedOn => &[
            (Domain::Device, AssetNumber),
            (Domain::Device, Fqdn),
            (Domain::Device, Hostname),
            (Domain::Device, Serial),
            (Domain::Device, CloudInstance),
            (Domain::System, SystemNumber),
            (Domain::System, CloudAccount),
            (Domain::Data, Store),
        ],
        RelationKind::AssignedTo => &[
            (Domain::User, StaffNumber),
            (Domain::User, AccountName),
            (Domain::User, Mail),
            (Domain::User, DirectoryId),
        ],
        RelationKind::MemberOf => &[(Domain::User, DirectoryId), (Domain::User, AccountName)],
    };
    let identifier = |(domain, kind): &(Domain, IdentifierKind)| {
        Some((*domain, Identifier::new(*kind, target)?))
    };
    kinds.iter().filter_map(identifier).collect()
}
