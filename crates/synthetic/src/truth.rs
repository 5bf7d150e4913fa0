//! The truth: what a report's asset is, whatever the report says it is.

use yagura_model::{asset::LocalAsset, domain::Domain};

use crate::{
    case::Case,
    government::Government,
    report::{Report, Subject},
};

/// A thing there truly is one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Thing {
    /// Of which domain.
    pub domain: Domain,
    /// Its number among those in the government.
    pub number: u64,
    /// Which of the instances that one place of an auto-scaled group has had, from 1; else 0.
    pub life: u64,
}

/// What an asset of a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Truth {
    /// The thing.
    pub thing: Thing,
    /// The accident that meets it.
    pub case: Case,
}

impl Government {
    /// What the assets of a report are, in the order of their local numbers, from 0.
    pub fn truths(&self, report: Report) -> impl Iterator<Item = Truth> + '_ {
        self.subjects(report).map(move |subject| subject.truth(report.seconds))
    }

    /// What one asset of a report is; `None` if the report has no such asset. To know many of one
    /// report, [`truths`](Self::truths) is faster.
    pub fn truth(&self, report: Report, asset: LocalAsset) -> Option<Truth> {
        self.truths(report).nth(asset.0 as usize)
    }
}

impl Subject {
    fn truth(self, seconds: i64) -> Truth {
        let (domain, number, life, case) = match self {
            Self::Device(device) => {
                (Domain::Device, device.number, device.life(seconds), device.case)
            }
            Self::User(user) => (Domain::User, user.number, 0, user.case),
            Self::System(system) => (Domain::System, system.number, 0, Case::System),
            Self::DataSet(set) => (Domain::Data, set.number, 0, Case::DataSet),
        };
        Truth { thing: Thing { domain, number, life }, case }
    }
}
