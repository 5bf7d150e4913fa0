//! Reports as parsed events: the same that reading their bytes gives, but for places.

mod ocsf;
mod register;
mod scanner;

use std::borrow::Cow;

use yagura_model::{
    Timestamp,
    asset::{AssetSeen, LocalAsset, Relation, RelationKind},
    attribute::Attribute,
    coverage::{CheckSet, CoverageSeen, ObservationKind, ObservationKinds},
    identifier::{Identifier, IdentifierKind},
    record::{Outcome, Place, Record},
    report::ReportHead,
    sink::{Sink, Stopped},
    software::SoftwareSeen,
};

use crate::{catalogue::Package, government::Government, report::Report, source::ReportFormat};

impl Government {
    /// Gives a report to a sink, as events.
    ///
    /// # Errors
    /// If the sink cannot go on.
    pub fn send(&self, report: Report, sink: &mut dyn Sink) -> Result<(), Stopped> {
        let mut sending = Sending { government: self, report, sink, records: 0 };
        match report.source.format() {
            ReportFormat::InventoryCsv | ReportFormat::InventoryJsonl => sending.register(),
            ReportFormat::Ocsf => sending.ocsf(),
            ReportFormat::Nessus => sending.scanner(),
        }
    }
}

/// A report on its way to a sink.
struct Sending<'g, 's> {
    government: &'g Government,
    report: Report,
    sink: &'s mut dyn Sink,
    records: u64,
}

impl Sending<'_, '_> {
    fn seconds(&self) -> i64 {
        self.report.seconds
    }

    fn observed_at(&self) -> Timestamp {
        self.report.observed_at
    }

    /// A place for the next record: its number, since there are no bytes.
    fn place(&mut self) -> Place {
        self.records += 1;
        Place { start: self.records - 1, end: self.records }
    }

    fn record(&mut self, asset: Option<LocalAsset>, outcome: Outcome<'_>) -> Result<(), Stopped> {
        let place = self.place();
        self.sink.record(Record { place, asset, outcome })
    }

    fn head(
        &mut self,
        tool: &str,
        version: Option<&str>,
        title: Option<&str>,
        at: Option<Timestamp>,
    ) -> Result<(), Stopped> {
        self.sink.head(ReportHead {
            tool: Cow::Borrowed(tool),
            tool_version: version.map(Cow::Borrowed),
            observed_at: at,
            title: title.map(Cow::Borrowed),
        })
    }

    fn cover(
        &mut self,
        asset: LocalAsset,
        kind: ObservationKind,
        checks: CheckSet<'_>,
        at: Option<Timestamp>,
    ) -> Result<(), Stopped> {
        self.sink.coverage(CoverageSeen {
            asset,
            kinds: ObservationKinds::of(&[kind]),
            credentialed: self.report.credentialed,
            checks,
            observed_at: at,
        })
    }
}

/// An asset being put together.
struct Seen<'a>(AssetSeen<'a>);

impl<'a> Seen<'a> {
    fn new(
        local: LocalAsset,
        class: yagura_model::domain::AssetClass,
        name: impl Into<Cow<'a, str>>,
    ) -> Self {
        Self(AssetSeen {
            local,
            class,
            name: name.into(),
            stable_id: None,
            identifiers: Vec::with_capacity(10),
            attributes: Vec::with_capacity(16),
            relations: Vec::new(),
            observed_at: None,
            place: Place::default(),
        })
    }

    /// Adds an identifier in its normal form.
    fn known_by(&mut self, kind: IdentifierKind, value: impl Into<Cow<'a, str>>) -> &mut Self {
        self.0.identifiers.push(Identifier { kind, value: value.into() });
        self
    }

    fn says(&mut self, name: &'static str, value: impl Into<Cow<'a, str>>) -> &mut Self {
        self.0.attributes.push(Attribute { name: Cow::Borrowed(name), value: value.into() });
        self
    }

    fn stands(&mut self, kind: RelationKind, target: impl Into<Cow<'a, str>>) -> &mut Self {
        self.0.relations.push(Relation { kind, target: target.into(), from: None, to: None });
        self
    }
}

/// A package as it is installed on an asset at a time.
fn installed(package: &Package, asset: LocalAsset, seconds: i64) -> SoftwareSeen<'_> {
    SoftwareSeen {
        asset,
        name: Cow::Borrowed(&package.name),
        version: Cow::Borrowed(package.of_two(&package.versions, seconds)),
        purl: Some(Cow::Borrowed(package.of_two(&package.purls, seconds))),
        cpe: None,
        vendor: Some(Cow::Borrowed(package.vendor)),
    }
}

fn flag(truth: bool) -> &'static str {
    if truth { "true" } else { "false" }
}
