//! Devices: what each truly is, and the accident that meets it.
//!
//! Devices of an organisation stand in blocks of eight. Some accidents meet a block (a pool of
//! clones, laptops that share docks), others a single device.

use yagura_model::domain::AssetClass;

use crate::{
    case::Case,
    chance::Chance,
    government::{Government, Topic},
    plan::DAY,
    platform::{self, Platform},
};

/// How many devices stand in a block.
pub(crate) const BLOCK: u64 = 8;

/// How long a cloud instance of an auto-scaled group lives, in seconds.
const LIFE: i64 = 3 * DAY;

/// The organisations that use the same addresses, if there are so many.
const SHARING: [u32; 2] = [1, 2];

/// A true device.
#[derive(Debug, Clone, Copy)]
pub struct Device {
    /// Its number in the government.
    pub number: u64,
    /// Whose it is.
    pub organisation: u32,
    /// Its number in its organisation.
    pub index: u64,
    /// What sort of thing it is.
    pub class: AssetClass,
    /// What runs on it.
    pub platform: Platform,
    /// Whether it is an instance in a cloud.
    pub in_cloud: bool,
    /// The accident that meets it.
    pub case: Case,
    /// The number of its block in its organisation.
    pub(crate) block: u64,
    /// Its chance.
    pub(crate) chance: Chance,
    /// When the accident happens, in seconds from the start.
    pub(crate) event: i64,
    /// Which set of packages it was set up with.
    pub(crate) image: usize,
    /// Which packages more it has.
    pub(crate) bundle: usize,
}

/// What chance decides about a device, by number.
pub(crate) mod side {
    pub(crate) const CLASS: u64 = 0;
    pub(crate) const PLATFORM: u64 = 1;
    pub(crate) const CASE: u64 = 2;
    pub(crate) const EVENT: u64 = 3;
    pub(crate) const IMAGE: u64 = 4;
    pub(crate) const BUNDLE: u64 = 5;
    pub(crate) const SERIAL: u64 = 6;
    pub(crate) const UUID: u64 = 7;
    pub(crate) const AGENT: u64 = 8;
    pub(crate) const BLANKS: u64 = 9;
    pub(crate) const DIVISION: u64 = 10;
    pub(crate) const SYSTEM: u64 = 11;
    pub(crate) const USER: u64 = 12;
    pub(crate) const MODEL: u64 = 13;
    pub(crate) const PLACE: u64 = 14;
    pub(crate) const STATE: u64 = 15;
    pub(crate) const SEEN: u64 = 16;
    pub(crate) const FINDINGS: u64 = 17;
    pub(crate) const RATE: u64 = 18;
    pub(crate) const RULES: u64 = 19;
    pub(crate) const INSTANCE: u64 = 20;
    pub(crate) const OTHER_MAC: u64 = 21;
    pub(crate) const SERVICE: u64 = 22;
}

impl Government {
    /// The device of a number.
    pub fn device(&self, number: u64) -> Device {
        let organisation = self.shares_of_devices().owner(number);
        let index = number.saturating_sub(self.devices_of(organisation).start);
        let block = index / BLOCK;
        let chance = self.chance(Topic::Device, number);
        let mut case = self.case_of_block(organisation, block);
        let class = match case {
            Some(Case::MovingAddress | Case::Dock | Case::BehindNat | Case::Spare) => {
                AssetClass::Workstation
            }
            Some(Case::Cloned | Case::AutoScaled) => AssetClass::Server,
            _ => class(chance.at(side::CLASS)),
        };
        let in_cloud = match case {
            Some(Case::AutoScaled) => true,
            Some(_) => false,
            None => class == AssetClass::Server && chance.at(side::INSTANCE).happens(250),
        };
        if case.is_none() {
            case = self.own_case(organisation, class, in_cloud, chance);
        }
        let platform = match case {
            // The machines of a pool are of one kind.
            Some(Case::Cloned | Case::AutoScaled) => {
                let pool = self.block_chance(organisation, block);
                platform::of(class, pool.at(side::PLATFORM))
            }
            _ => platform::of(class, chance.at(side::PLATFORM)),
        };
        let event_chance = match case {
            // The dead machine and its spare share the day.
            Some(Case::Spare) => self.block_chance(organisation, block).at(index % BLOCK / 2),
            _ => chance,
        };
        let span = self.plan().span();
        let event = span / 5 + event_chance.at(side::EVENT).below(span as u64 * 3 / 5) as i64;
        let pool = match case {
            Some(Case::Cloned | Case::AutoScaled) => self.block_chance(organisation, block),
            _ => chance,
        };
        Device {
            number,
            organisation,
            index,
            class,
            platform,
            in_cloud,
            case: case.unwrap_or(Case::Plain),
            block,
            chance,
            event,
            image: self.catalogue().draw_image(platform.family, pool.at(side::IMAGE)),
            bundle: self.catalogue().draw_bundle(platform.family, pool.at(side::BUNDLE)),
        }
    }

    pub(crate) fn block_chance(&self, organisation: u32, block: u64) -> Chance {
        self.chance(Topic::Block, u64::from(organisation)).at(block)
    }

    /// The accident of a whole block.
    fn case_of_block(&self, organisation: u32, block: u64) -> Option<Case> {
        let rates = self.plan().rates;
        let mut point = self.block_chance(organisation, block).at(side::CASE).below(1000);
        for (rate, case) in [
            (rates.moving_addresses, Case::MovingAddress),
            (rates.cloned, Case::Cloned),
            (rates.docks, Case::Dock),
            (rates.behind_nat, Case::BehindNat),
            (rates.spares, Case::Spare),
            (rates.auto_scaled, Case::AutoScaled),
        ] {
            match point.checked_sub(u64::from(rate)) {
                None => return Some(case),
                Some(rest) => point = rest,
            }
        }
        None
    }

    /// The accident of a device alone.
    fn own_case(
        &self,
        organisation: u32,
        class: AssetClass,
        in_cloud: bool,
        chance: Chance,
    ) -> Option<Case> {
        let rates = self.plan().rates;
        let computer = matches!(class, AssetClass::Workstation | AssetClass::Server) && !in_cloud;
        let point = chance.at(side::CASE).below(1000);
        if computer && point < u64::from(rates.reimaged) {
            Some(Case::Reimaged)
        } else if computer && point < u64::from(rates.reimaged + rates.renamed) {
            Some(Case::Renamed)
        } else if self.shares_addresses(organisation) {
            Some(Case::SharedAddresses)
        } else {
            None
        }
    }

    pub(crate) fn shares_addresses(&self, organisation: u32) -> bool {
        self.organisations() > 2 && SHARING.contains(&organisation)
    }

    /// The organisation whose range of addresses an organisation uses.
    pub(crate) fn addresses_of(&self, organisation: u32) -> u32 {
        let [first, _] = SHARING;
        if self.shares_addresses(organisation) { first } else { organisation }
    }
}

impl Device {
    /// Whether it is a person's computer or a server.
    pub(crate) fn is_computer(&self) -> bool {
        matches!(self.class, AssetClass::Workstation | AssetClass::Server)
    }

    /// Its place in its block.
    pub(crate) fn place_in_block(&self) -> u64 {
        self.index % BLOCK
    }

    /// Which of the instances that one place of an auto-scaled group has had lives at a time, from
    /// 1; 0 for everything else.
    pub fn life(&self, seconds: i64) -> u64 {
        if self.case != Case::AutoScaled {
            return 0;
        }
        let shift = self.chance.at(side::EVENT).below(LIFE as u64) as i64;
        (seconds.max(0) + shift).div_euclid(LIFE) as u64 + 1
    }

    /// Whether it is the machine of a pair that dies; the other one takes its place.
    pub(crate) fn is_doomed(&self) -> bool {
        self.case == Case::Spare && self.index.is_multiple_of(2)
    }

    /// How far it has come: `in_service`, `spare` or `disposed`.
    pub fn life_cycle(&self, seconds: i64) -> &'static str {
        match (self.case, self.is_doomed(), seconds >= self.event) {
            (Case::Spare, true, true) => "disposed",
            (Case::Spare, false, false) => "spare",
            _ => "in_service",
        }
    }

    /// Whether it is switched on and in use.
    pub(crate) fn is_in_service(&self, seconds: i64) -> bool {
        self.life_cycle(seconds) == "in_service"
    }
}

/// The class of a device: 75 % are workstations.
fn class(chance: Chance) -> AssetClass {
    match chance.below(100) {
        0..75 => AssetClass::Workstation,
        75..87 => AssetClass::Server,
        87..92 => AssetClass::Network,
        92..96 => AssetClass::Printer,
        _ => AssetClass::Mobile,
    }
}
