//! Reports of the synthetic government on their way in, with the truth beside them.

use std::io::Cursor;
use std::path::Path;

use yagura_engine::{
    ingest::{Ingest, Reading, Request},
    intake::{Intake, Limits},
};
use yagura_model::{
    asset::AssetSeen,
    attribute::Attribute,
    coverage::CoverageSeen,
    organisation::{OrganisationCode, OrganisationSeen},
    record::Record,
    report::ReportHead,
    sink::{Sink, Stopped},
    software::SoftwareSeen,
    warning::Warning,
};
use yagura_synthetic::{Government, Report, Truth};

use crate::Failure;

/// The attribute that says what an asset truly is.
pub(crate) const ATTRIBUTE: &str = "bench.truth";

/// Gathers a report of the government as events. What is kept as its evidence is its name, from
/// which the government makes it again.
pub(crate) fn gathered(
    ingest: &Ingest,
    government: &Government,
    report: Report,
    truths: bool,
) -> Result<Reading, Failure> {
    let organisation = government.organisation_code(report.organisation);
    let name = format!("{organisation}/{}/{}", report.source.as_str(), report.file_name());
    let request = Request {
        create_organisation: true,
        format: Some(report.source.format().as_str().to_owned()),
        ..Request::new(OrganisationCode::new(&organisation)?, report.source.as_str())
    };
    let intake = Intake::new(Path::new("."), Limits::default());
    let received = intake.receive(&name, &mut Cursor::new(name.as_bytes()))?;
    let member = received.members.first().ok_or("nothing was received")?;
    let reading = ingest.gather(member, received.digest, &request, |sink| {
        if truths {
            let truths = Box::new(government.truths(report));
            government.send(report, &mut Telling { sink, truths })
        } else {
            government.send(report, sink)
        }
    })?;
    Ok(reading)
}

/// Adds to every asset of a report what it truly is.
struct Telling<'g, 's> {
    sink: &'s mut dyn Sink,
    /// Of the assets to come, in the order of their local numbers.
    truths: Box<dyn Iterator<Item = Truth> + 'g>,
}

impl Sink for Telling<'_, '_> {
    fn asset(&mut self, mut seen: AssetSeen<'_>) -> Result<(), Stopped> {
        let truth = self.truths.next().ok_or(Stopped)?;
        let thing = truth.thing;
        let value = format!("{} {} {} {}", truth.case, thing.domain, thing.number, thing.life);
        seen.attributes.push(Attribute { name: ATTRIBUTE.into(), value: value.into() });
        self.sink.asset(seen)
    }

    fn head(&mut self, head: ReportHead<'_>) -> Result<(), Stopped> {
        self.sink.head(head)
    }

    fn organisation(&mut self, seen: OrganisationSeen<'_>) -> Result<(), Stopped> {
        self.sink.organisation(seen)
    }

    fn coverage(&mut self, seen: CoverageSeen<'_>) -> Result<(), Stopped> {
        self.sink.coverage(seen)
    }

    fn software(&mut self, seen: SoftwareSeen<'_>) -> Result<(), Stopped> {
        self.sink.software(seen)
    }

    fn record(&mut self, record: Record<'_>) -> Result<(), Stopped> {
        self.sink.record(record)
    }

    fn warn(&mut self, warning: Warning) -> Result<(), Stopped> {
        self.sink.warn(warning)
    }
}
