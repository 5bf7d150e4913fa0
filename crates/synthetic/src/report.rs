//! Reports: which there are, when they were made, in which order they arrive.

use jiff::Timestamp;

use crate::{
    chance::Chance,
    device::Device,
    government::{Government, Topic},
    person::User,
    plan::DAY,
    source::SourceKind,
    system::{DataSet, System},
};

/// A report that arrives late does so when its source has made two more.
const DELAY: u64 = 2;

/// Of a thousand devices so many are in a report on a part of them.
const PART: u32 = 600;

/// One report of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// Whose source it is.
    pub organisation: u32,
    /// The source.
    pub source: SourceKind,
    /// Which report of the source, from 0.
    pub number: u32,
    /// When what it says was so.
    pub observed_at: Timestamp,
    /// Its place among all reports as they arrive: a late one stands behind newer ones.
    pub order: u64,
    /// Whether newer reports of its source arrive before it.
    pub late: bool,
    /// Whether it is on a part of the devices only.
    pub partial: bool,
    /// Whether the scanner's credentials worked; `None` for what needs none.
    pub credentialed: Option<bool>,
    pub(crate) seconds: i64,
    pub(crate) chance: Chance,
}

/// What one asset of a report truly is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject {
    Device(Device),
    User(User),
    System(System),
    DataSet(DataSet),
}

impl Government {
    /// How many reports each source makes.
    fn scans(&self) -> u32 {
        self.plan().scans.max(1)
    }

    /// How many sources there are in all.
    fn sources(&self) -> u64 {
        u64::from(self.organisations()) * SourceKind::ALL.len() as u64
    }

    /// The `number`th report of a source.
    pub fn report(&self, organisation: u32, source: SourceKind, number: u32) -> Report {
        let plan = self.plan();
        let place = source.index() * u64::from(self.organisations()) + u64::from(organisation);
        let chance = self.chance(Topic::Report, u64::from(organisation));
        let chance = chance.at(source.index()).at(u64::from(number));
        let scans = i64::from(self.scans());
        // Each source has its own time between two scans, so that each day has reports.
        let phase = plan.span() / scans * place as i64 / self.sources() as i64;
        let seconds = plan.span() * i64::from(number) / scans + phase;
        let late = chance.at(0).happens(plan.rates.late);
        let round = u64::from(number) + if late { DELAY } else { 0 };
        let credentialed = match source {
            SourceKind::Scanner => Some(!chance.at(2).happens(plan.rates.uncredentialed)),
            SourceKind::Outside => Some(false),
            _ => None,
        };
        Report {
            organisation,
            source,
            number,
            observed_at: plan.at(seconds),
            order: (round * 2 + u64::from(late)) * self.sources() + place,
            late,
            partial: source.may_be_partial() && chance.at(1).happens(plan.rates.partial),
            credentialed,
            seconds,
            chance,
        }
    }

    /// All reports in the order in which they arrive.
    pub fn reports(&self) -> impl Iterator<Item = Report> + '_ {
        let rounds = 0..u64::from(self.scans()) + DELAY;
        rounds.flat_map(move |round| {
            let on_time = self.made(Some(round)).filter(|report| !report.late);
            let late = self.made(round.checked_sub(DELAY)).filter(|report| report.late);
            on_time.chain(late)
        })
    }

    /// The reports that were made in a round, of all sources.
    fn made(&self, round: Option<u64>) -> impl Iterator<Item = Report> + '_ {
        let number = round.filter(|round| *round < u64::from(self.scans()));
        number.into_iter().flat_map(move |number| {
            SourceKind::ALL.iter().flat_map(move |source| {
                (0..self.organisations())
                    .map(move |organisation| self.report(organisation, *source, number as u32))
            })
        })
    }

    /// The reports made on a day, from 0, in the order in which they arrive.
    pub fn reports_of_day(&self, day: u32) -> impl Iterator<Item = Report> + '_ {
        self.reports().filter(move |report| report.seconds.div_euclid(DAY) == i64::from(day))
    }

    /// Whether it is the turn of the part a device is in.
    fn is_in_turn(&self, report: &Report, device: &Device) -> bool {
        let parts = u64::from(self.plan().parts.max(1));
        if parts == 1 || !report.source.may_be_partial() {
            return true;
        }
        let devices = self.devices_of(report.organisation);
        let part = device.index * parts / (devices.end - devices.start).max(1);
        part == u64::from(report.number) % parts
    }

    /// What a report is about, in the order of its local asset numbers.
    pub(crate) fn subjects(&self, report: Report) -> Box<dyn Iterator<Item = Subject> + '_> {
        let organisation = report.organisation;
        let seconds = report.seconds;
        let devices = self
            .devices_of(organisation)
            .map(|number| self.device(number))
            .filter(move |device| self.is_in_turn(&report, device))
            .filter(move |device| report.source.sees(device, seconds) && report.has(device))
            .map(Subject::Device);
        let systems = self.systems_of(organisation).map(|number| self.system(number));
        let users = self.users_at(organisation, seconds).map(Subject::User);
        match report.source {
            SourceKind::Organisations => Box::new(std::iter::empty()),
            SourceKind::Systems | SourceKind::Domains => Box::new(systems.map(Subject::System)),
            SourceKind::Staff => Box::new(users),
            SourceKind::DataSets => {
                let numbers = self.data_sets_of(organisation);
                Box::new(numbers.map(|number| Subject::DataSet(self.data_set(number))))
            }
            SourceKind::Directory => Box::new(devices.chain(users)),
            SourceKind::Cloud => {
                let accounts = systems.filter(|system| self.cloud_account(system).is_some());
                Box::new(accounts.map(Subject::System).chain(devices))
            }
            SourceKind::Assets
            | SourceKind::Endpoint
            | SourceKind::Scanner
            | SourceKind::Outside
            | SourceKind::Configuration => Box::new(devices),
        }
    }
}

impl Report {
    /// Whether a device is in the part a report is on.
    fn has(&self, device: &Device) -> bool {
        !self.partial || self.chance.at(3).at(device.number).happens(PART)
    }

    /// A name for its file.
    pub fn file_name(&self) -> String {
        format!("{:04}.{}", self.number, self.source.format().extension())
    }
}
