//! The truth beside the reports.

use std::collections::{BTreeMap, BTreeSet};

use yagura_model::{
    asset::{AssetSeen, LocalAsset},
    coverage::CoverageSeen,
    identifier::IdentifierKind,
    organisation::OrganisationSeen,
    record::Record,
    report::ReportHead,
    sink::{Sink, Stopped},
    software::SoftwareSeen,
    warning::Warning,
};
use yagura_synthetic::{Case, Government, SourceKind, Thing};

use crate::small;

/// Which things were seen with which identifiers, and in which case they are.
#[derive(Default)]
struct Sightings {
    things: BTreeMap<(IdentifierKind, String), BTreeSet<Thing>>,
    values: BTreeMap<(Thing, IdentifierKind), BTreeSet<String>>,
    cases: BTreeMap<Case, BTreeSet<Thing>>,
    sources: BTreeMap<Thing, BTreeSet<SourceKind>>,
}

struct Looking<'t> {
    truths: Vec<yagura_synthetic::Truth>,
    organisation: u32,
    source: SourceKind,
    all: &'t mut Sightings,
}

impl Sink for Looking<'_> {
    fn head(&mut self, _: ReportHead<'_>) -> Result<(), Stopped> {
        Ok(())
    }
    fn organisation(&mut self, _: OrganisationSeen<'_>) -> Result<(), Stopped> {
        Ok(())
    }
    fn asset(&mut self, asset: AssetSeen<'_>) -> Result<(), Stopped> {
        let truth = self.truths[asset.local.0 as usize];
        assert_eq!(truth.thing.domain, asset.class.domain());
        self.all.cases.entry(truth.case).or_default().insert(truth.thing);
        self.all.sources.entry(truth.thing).or_default().insert(self.source);
        for identifier in &asset.identifiers {
            // Names and addresses hold in their organisation only.
            let value = format!("{}/{}", self.organisation, identifier.value);
            let key = (identifier.kind, value.clone());
            self.all.things.entry(key).or_default().insert(truth.thing);
            self.all.values.entry((truth.thing, identifier.kind)).or_default().insert(value);
        }
        Ok(())
    }
    fn coverage(&mut self, _: CoverageSeen<'_>) -> Result<(), Stopped> {
        Ok(())
    }
    fn software(&mut self, _: SoftwareSeen<'_>) -> Result<(), Stopped> {
        Ok(())
    }
    fn record(&mut self, _: Record<'_>) -> Result<(), Stopped> {
        Ok(())
    }
    fn warn(&mut self, _: Warning) -> Result<(), Stopped> {
        Ok(())
    }
}

fn sightings(government: &Government) -> Sightings {
    let mut all = Sightings::default();
    for report in government.reports() {
        let truths = government.truths(report).collect();
        let (organisation, source) = (report.organisation, report.source);
        let mut looking = Looking { truths, organisation, source, all: &mut all };
        government.send(report, &mut looking).unwrap();
    }
    all
}

impl Sightings {
    /// How many values of a kind each thing of a case has had, and how many things had each.
    fn most(&self, case: Case, kind: IdentifierKind) -> (usize, usize) {
        let things = &self.cases[&case];
        let values = things.iter().filter_map(|thing| self.values.get(&(*thing, kind)));
        let shared = self.things.iter().filter(|((of, _), things)| {
            *of == kind && things.iter().any(|thing| self.cases[&case].contains(thing))
        });
        (
            values.map(BTreeSet::len).max().unwrap_or_default(),
            shared.map(|(_, things)| things.len()).max().unwrap_or_default(),
        )
    }
}

#[test]
fn every_case_happens_as_it_is_described() {
    use IdentifierKind::{
        AccountName, AgentId, AssetNumber, CloudAccount, CloudInstance, DirectoryId, Domain,
        Hostname, Ip, Mac, Mail, Serial, StaffNumber, SystemNumber, Uuid,
    };
    let government = small();
    let all = sightings(&government);
    for case in Case::ALL {
        assert!(all.cases.get(case).is_some_and(|things| things.len() > 1), "{case}");
    }
    // (values a thing has had, things that had one value): one and one is what identifies.
    assert_eq!(all.most(Case::Plain, AssetNumber), (1, 1));
    assert_eq!(all.most(Case::Plain, Hostname), (1, 1));
    assert_eq!(all.most(Case::Plain, AgentId), (1, 1));
    // An address goes through the hands of eight machines, a name does not.
    assert_eq!(all.most(Case::MovingAddress, Hostname).1, 1);
    assert!(all.most(Case::MovingAddress, Ip).1 > 3);
    assert_eq!(all.most(Case::MovingAddress, AgentId), (1, 1));
    // The clones of a pool have one UUID, and no serial number.
    assert!(all.most(Case::Cloned, Uuid).1 > 4);
    assert_eq!(all.most(Case::Cloned, Serial), (0, 0));
    assert_eq!(all.most(Case::Cloned, AgentId).1, 1);
    // A dock's card is seen at several laptops.
    assert!(all.most(Case::Dock, Mac).1 > 1);
    assert!(all.most(Case::Dock, Mac).0 > 1);
    // Several hosts have the address of the gateway, and their own inside.
    assert!(all.most(Case::BehindNat, Ip).1 > 4);
    assert_eq!(all.most(Case::BehindNat, Hostname).1, 1);
    assert_eq!(all.most(Case::Reimaged, AgentId), (2, 1));
    assert_eq!(all.most(Case::Reimaged, Hostname), (2, 1));
    assert_eq!(all.most(Case::Renamed, Hostname), (2, 1));
    assert_eq!(all.most(Case::Renamed, AgentId), (1, 1));
    // The dead one's name is its successor's.
    assert_eq!(all.most(Case::Spare, Hostname).1, 2);
    assert_eq!(all.most(Case::Spare, Serial).0, 1);
    assert!(all.most(Case::AutoScaled, Hostname).1 > 3);
    assert_eq!(all.most(Case::AutoScaled, AgentId).1, 1);
    assert!(all.most(Case::AutoScaled, CloudInstance).1 == 1);
    // Staff numbers stay, everything a ministry gives does not.
    assert_eq!(all.most(Case::Person, Mail), (1, 1));
    assert_eq!(all.most(Case::Transferred, AccountName).0, 2);
    assert_eq!(all.most(Case::Transferred, DirectoryId), (2, 1));
    assert_eq!(all.most(Case::Person, StaffNumber), (1, 1));
    assert_eq!(all.most(Case::System, SystemNumber), (1, 1));
    assert_eq!(all.most(Case::System, Domain), (1, 1));
    assert_eq!(all.most(Case::System, CloudAccount), (1, 1));
    let widely = all.sources.values().filter(|sources| sources.len() >= 4).count();
    assert!(widely > 300, "{widely}");
}

#[test]
fn two_organisations_use_the_same_addresses() {
    let government = small();
    let all = sightings(&government);
    let of = |organisation: u32| {
        let prefix = format!("{organisation}/");
        let addresses = all.things.keys().filter(|(kind, _)| *kind == IdentifierKind::Ip);
        addresses
            .filter_map(|(_, value)| value.strip_prefix(&prefix).map(str::to_owned))
            .filter(|value| !value.contains(':'))
            .collect::<BTreeSet<String>>()
    };
    let both = of(1).intersection(&of(2)).count();
    assert!(both * 2 > of(2).len(), "{both} of {}", of(2).len());
    let by_chance = of(0).intersection(&of(1)).count();
    assert!(by_chance * 20 < of(1).len(), "{by_chance}");
}

#[test]
fn the_truth_of_one_asset_is_that_among_all() {
    let government = small();
    let report = government.report(1, SourceKind::Directory, 2);
    let all: Vec<_> = government.truths(report).collect();
    for number in [0, all.len() / 2, all.len() - 1] {
        let asset = LocalAsset(number as u32);
        assert_eq!(government.truth(report, asset), Some(all[number]));
    }
    assert_eq!(government.truth(report, LocalAsset(all.len() as u32)), None);
}
