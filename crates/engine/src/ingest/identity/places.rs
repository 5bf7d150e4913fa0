//! A place in a network that another thing has taken: an address handed on by DHCP.
//!
//! A record that shows nothing but an address is the same thing as before only as long as nobody
//! else says otherwise. What its source saw there before stays with the thing that was there.

use std::collections::{BTreeSet, HashMap};

use yagura_baseline::identity::Scope;
use yagura_model::{
    Timestamp,
    id::{AssetKey, SubjectKey},
};

use super::{
    super::{
        subjects::{Found, Spot},
        work::Work,
    },
    load::drafted,
    scene::{Member, Scene},
};

/// Whose a place is now.
enum Owner {
    /// Still that of the subject, or nobody knows better.
    Same,
    /// One of these assets.
    Others(BTreeSet<AssetKey>),
    /// Not that of the subject's asset, which shows another.
    Unknown,
}

/// Gives every known subject that is only a place to the thing that is there now.
pub(super) fn settle(
    work: &Work<'_>,
    scene: &mut Scene<'_>,
    found: &mut Found,
    drafts: &mut Vec<usize>,
) {
    if found.places.is_empty() {
        return;
    }
    let members: HashMap<SubjectKey, usize> = (scene.members.iter().enumerate())
        .filter_map(|(number, member)| Some((member.subject?, number)))
        .collect();
    for place in std::mem::take(&mut found.places) {
        let Some(number) = members.get(&place.subject).copied() else { continue };
        let at = work.observed(place.local);
        let owners = match scene.owner(number, at) {
            Owner::Same => continue,
            Owner::Others(owners) => owners,
            Owner::Unknown => BTreeSet::new(),
        };
        let there = |subject: &&SubjectKey| {
            let member = members.get(*subject).and_then(|number| scene.get(*number));
            member.and_then(|member| member.asset).is_some_and(|asset| owners.contains(&asset))
        };
        let spot = match place.generations.iter().find(there) {
            Some(older) => Spot::Known(*older),
            None => {
                let Some(member) = drafted(work, &place.draft) else { continue };
                drafts.push(scene.add(member));
                found.drafts.push(place.draft);
                Spot::New(found.drafts.len() - 1)
            }
        };
        if let Some(known) = found.by_local.get_mut(place.local) {
            *known = Some(spot);
        }
        if let Some(member) = scene.members.get_mut(number) {
            // The report does not show it any more.
            member.local = None;
            member.changed.clear();
        }
    }
}

impl Scene<'_> {
    fn owner(&self, number: usize, at: Timestamp) -> Owner {
        let Some((member, asset)) = self.get(number).and_then(|m| Some((m, m.asset?))) else {
            return Owner::Same;
        };
        let of_others = |other: &&Member| other.source != member.source;
        let beside = || self.of(asset).filter_map(|other| self.get(other)).filter(of_others);
        if beside().next().is_none() {
            return Owner::Same;
        }
        let is_place = |kind| self.rules.scope(kind) == Scope::Zone;
        let places = member.values.iter().filter(|value| is_place(value.kind));
        let owners: BTreeSet<AssetKey> = places
            .flat_map(|value| self.holders(value.hash).map(|holder| (holder, value.kind)))
            .filter(|(holder, kind)| !self.stale(*holder, *kind, at))
            .filter_map(|(holder, _)| self.get(holder).filter(of_others)?.asset)
            .collect();
        if owners.contains(&asset) {
            return Owner::Same;
        }
        if !owners.is_empty() {
            return Owner::Others(owners);
        }
        let elsewhere = self.of(asset).any(|other| {
            let shows = self.get(other).filter(of_others).into_iter().flat_map(|o| &o.values);
            let mut places = shows.filter(|value| is_place(value.kind));
            places.any(|value| !self.stale(other, value.kind, at))
        });
        // Where a person put it it stays until somebody else shows the place.
        if elsewhere && !member.is_fixed() { Owner::Unknown } else { Owner::Same }
    }
}
