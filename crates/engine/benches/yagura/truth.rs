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
    record::{Outcome, Record},
    report::ReportHead,
    sink::{Sink, Stopped},
    software::SoftwareSeen,
    warning::Warning,
};
use yagura_synthetic::{Government, Report, Truth};

use crate::Failure;

/// The attribute that says what an asset truly is.
pub(crate) const ATTRIBUTE: &str = "bench.truth";

/// Into how many parts findings are counted off, to leave one of them out.
const TURNS: u64 = 200;

/// How a report is not what the government says.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Otherwise {
    /// Each asset says what it truly is.
    pub(crate) truths: bool,
    /// Every 200th finding is left out, from this one on: so that two reports of which one leaves
    /// out other findings than the other differ in a hundredth.
    pub(crate) without: Option<u64>,
    /// Given for another organisation.
    pub(crate) organisation: Option<&'static str>,
}

/// Gathers a report of the government as events. What is kept as its evidence is its name, from
/// which the government makes it again.
pub(crate) fn gathered(
    ingest: &Ingest,
    government: &Government,
    report: Report,
    otherwise: Otherwise,
) -> Result<Reading, Failure> {
    let organisation = match otherwise.organisation {
        Some(other) => other.into(),
        None => government.organisation_code(report.organisation),
    };
    let (source, file, at) = (report.source.as_str(), report.file_name(), report.observed_at);
    let name = format!("{organisation}/{source}/{file} {at}");
    let request = Request {
        create_organisation: true,
        format: Some(report.source.format().as_str().to_owned()),
        ..Request::new(OrganisationCode::new(&organisation)?, report.source.as_str())
    };
    let intake = Intake::new(Path::new("."), Limits::default());
    let received = intake.receive(&name, &mut Cursor::new(name.as_bytes()))?;
    let member = received.members.first().ok_or("nothing was received")?;
    let reading = ingest.gather(member, received.digest, &request, |sink| {
        if otherwise.truths || otherwise.without.is_some() {
            let truths = otherwise.truths.then(|| government.truths(report));
            let truths = truths.map(|truths| Box::new(truths) as Box<dyn Iterator<Item = Truth>>);
            let without = otherwise.without.map(|turn| turn % TURNS);
            government.send(report, &mut Telling { sink, truths, without, findings: 0 })
        } else {
            government.send(report, sink)
        }
    })?;
    Ok(reading)
}

/// Tells a report otherwise.
struct Telling<'g, 's> {
    sink: &'s mut dyn Sink,
    /// Of the assets to come, in the order of their local numbers.
    truths: Option<Box<dyn Iterator<Item = Truth> + 'g>>,
    /// Whose turn it is to be left out.
    without: Option<u64>,
    /// Findings so far.
    findings: u64,
}

impl Sink for Telling<'_, '_> {
    fn asset(&mut self, mut seen: AssetSeen<'_>) -> Result<(), Stopped> {
        if let Some(truths) = &mut self.truths {
            let truth = truths.next().ok_or(Stopped)?;
            let thing = truth.thing;
            let value = format!("{} {} {} {}", truth.case, thing.domain, thing.number, thing.life);
            seen.attributes.push(Attribute { name: ATTRIBUTE.into(), value: value.into() });
        }
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
        if matches!(record.outcome, Outcome::Findings(_)) {
            self.findings += 1;
            if self.without == Some(self.findings % TURNS) {
                return Ok(());
            }
        }
        self.sink.record(record)
    }

    fn warn(&mut self, warning: Warning) -> Result<(), Stopped> {
        self.sink.warn(warning)
    }
}
