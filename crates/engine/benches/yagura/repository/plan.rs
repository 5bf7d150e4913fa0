//! The governments that are measured.

use yagura_synthetic::Plan;

use crate::Failure;

/// How many devices the whole measurement has.
pub(crate) const DEVICES: f64 = 1_000_000.0;

/// And how many organisations: fewer devices make fewer of them, and reports of the same size.
const ORGANISATIONS: f64 = 30.0;

/// Devices of a municipality.
const SMALL: u64 = 50;

/// How devices are shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Ministries, few of them large.
    Ministries,
    /// Municipalities of 50 devices.
    Municipalities,
    /// All in one.
    One,
}

impl Shape {
    const ALL: [Self; 3] = [Self::Ministries, Self::Municipalities, Self::One];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ministries => "ministries",
            Self::Municipalities => "municipalities",
            Self::One => "one",
        }
    }

    pub(crate) fn named(name: &str) -> Result<Self, Failure> {
        let known = Self::ALL.into_iter().find(|shape| shape.name() == name);
        known.ok_or_else(|| format!("no shape is called `{name}`").into())
    }

    /// The government of so many devices: its sources report for a year, each 52 times, on a
    /// twenty-sixth of the devices each time, so that each device is looked at twice by each tool
    /// that scans. As much is corrected as leaves two of five findings ended.
    pub(crate) fn plan(self, devices: u64) -> Plan {
        let organisations = (devices as f64 / DEVICES * ORGANISATIONS).ceil() as u32;
        let plan = match self {
            Self::Ministries => Plan::new(1, organisations, devices),
            Self::Municipalities => {
                let organisations = u32::try_from(devices / SMALL).unwrap_or(u32::MAX);
                Plan {
                    sizes: Plan::municipalities(1).sizes,
                    ..Plan::new(1, organisations, devices)
                }
            }
            Self::One => Plan::new(1, 1, devices),
        };
        Plan { parts: 26, findings_per_device: 45, corrected: 880, ..plan }
    }
}
