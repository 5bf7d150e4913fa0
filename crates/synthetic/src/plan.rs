//! What is asked of a synthetic government: how large, from when to when, how many accidents.

use jiff::Timestamp;

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;

/// How large a government is made, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The same seed gives the same government.
    pub seed: u64,
    /// How many ministries, or municipalities if there are many.
    pub organisations: u32,
    /// How devices, users, systems and data sets are shared out among them.
    pub sizes: Sizes,
    /// How many devices in all.
    pub devices: u64,
    /// How many people's accounts.
    pub users: u64,
    /// How many information systems.
    pub systems: u64,
    /// How many data sets.
    pub data_sets: u64,
    /// How many findings a device has in the whole time, on average.
    pub findings_per_device: u32,
    /// Of a thousand findings so many are corrected within this time.
    pub corrected: u32,
    /// How many vulnerability checks there are.
    pub checks: u32,
    /// The first moment.
    pub start: Timestamp,
    /// How many days.
    pub days: u32,
    /// How many reports each source makes in this time.
    pub scans: u32,
    /// Into how many parts the tools that scan divide the devices: each report is on the next part,
    /// as where networks are scanned one after another. 1 is all devices each time.
    pub parts: u32,
    /// How often accidents happen.
    pub rates: Rates,
}

/// How things are shared out among organisations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sizes {
    /// Few large ones and many small ones.
    Ranked,
    /// All alike.
    Even,
}

/// How often accidents happen, of a thousand each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Groups of eight workstations whose addresses go round between scans.
    pub moving_addresses: u32,
    /// Pools of eight virtual machines that were cloned with one UUID.
    pub cloned: u32,
    /// Groups of eight laptops that share two docks.
    pub docks: u32,
    /// Groups of eight hosts that a scanner sees under one address.
    pub behind_nat: u32,
    /// Groups of four spare machines, each of which takes over the name of a dead one.
    pub spares: u32,
    /// Groups of eight places for cloud instances that live three days.
    pub auto_scaled: u32,
    /// Devices set up again: another agent id and name, the same hardware.
    pub reimaged: u32,
    /// Devices that were given another name.
    pub renamed: u32,
    /// Devices whose maker left the serial number out.
    pub blank_serials: u32,
    /// Devices whose UUID is all zeros.
    pub zero_uuids: u32,
    /// Reports that arrive after newer ones.
    pub late: u32,
    /// Reports on a part of the devices.
    pub partial: u32,
    /// Reports of the scanner that has credentials for which they did not work.
    pub uncredentialed: u32,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            moving_addresses: 40,
            cloned: 15,
            docks: 30,
            behind_nat: 15,
            spares: 20,
            auto_scaled: 20,
            reimaged: 20,
            renamed: 20,
            blank_serials: 20,
            zero_uuids: 10,
            late: 40,
            partial: 60,
            uncredentialed: 50,
        }
    }
}

impl Plan {
    /// A year of a government of so many organisations and devices, everything else in proportion.
    pub fn new(seed: u64, organisations: u32, devices: u64) -> Self {
        let organisations = organisations.max(1);
        let each = |count: u64| count.max(u64::from(organisations));
        Self {
            seed,
            organisations,
            sizes: Sizes::Ranked,
            devices,
            users: each(devices * 4 / 5),
            systems: each(devices / 200),
            data_sets: each(devices / 400),
            findings_per_device: 50,
            corrected: 420,
            checks: 24_000,
            // 2025-11-01.
            start: Timestamp::constant(1_761_955_200, 0),
            days: 365,
            scans: 52,
            parts: 1,
            rates: Rates::default(),
        }
    }

    /// 1,700 municipalities of 50 devices each.
    pub fn municipalities(seed: u64) -> Self {
        Self { sizes: Sizes::Even, ..Self::new(seed, 1_700, 85_000) }
    }

    /// One organisation of a million devices.
    pub fn giant(seed: u64) -> Self {
        Self::new(seed, 1, 1_000_000)
    }

    /// The seconds from the start to the end.
    pub(crate) fn span(&self) -> i64 {
        i64::from(self.days) * DAY
    }

    /// The moment so many seconds after the start.
    pub(crate) fn at(&self, seconds: i64) -> Timestamp {
        let second = self.start.as_second().saturating_add(seconds);
        Timestamp::from_second(second).unwrap_or(self.start)
    }

    /// The seconds from the start to a moment.
    pub(crate) fn seconds(&self, at: Timestamp) -> i64 {
        at.as_second().saturating_sub(self.start.as_second())
    }

    /// The midnight on which the reorganisation takes effect.
    pub fn reorganised_at(&self) -> Timestamp {
        self.at(i64::from(self.days) * 3 / 5 * DAY)
    }
}
