//! What a device is known by at a time.

use std::net::{Ipv4Addr, Ipv6Addr};

use yagura_model::domain::AssetClass;

use crate::{
    case::Case,
    chance::Chance,
    device::{BLOCK, Device, side},
    government::{Government, Topic},
};

/// How many addresses 198.18.0.0/15 has, the range for benchmarks.
const ADDRESSES: u64 = 1 << 17;

/// How many addresses a zone of an organisation has.
const ZONE: u64 = 1 << 12;

/// The identifiers of a device at a time. What it does not have is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Number in the asset register.
    pub asset_number: String,
    /// Serial number as the firmware says it, even where it says nothing of use.
    pub serial: Option<String>,
    /// UUID as the firmware says it.
    pub uuid: Option<String>,
    /// Network cards, that of a dock at the end.
    pub macs: Vec<String>,
    /// Name without domain.
    pub hostname: String,
    /// Domain.
    pub domain: String,
    /// IPv4 address.
    pub ip: String,
    /// IPv6 address.
    pub ip6: Option<String>,
    /// Id of the endpoint tool's agent.
    pub agent_id: String,
    /// Id of the cloud instance.
    pub instance: Option<String>,
    /// Account the cloud instance is in.
    pub account: Option<String>,
}

/// Where the organisation's cloud instances run.
pub(crate) const REGION: &str = "ap-northeast-1";

impl Identity {
    /// Name with domain.
    pub fn fqdn(&self) -> String {
        format!("{}.{}", self.hostname, self.domain)
    }

    /// The cloud instance's resource name.
    pub fn arn(&self) -> Option<String> {
        let (account, instance) = (self.account.as_ref()?, self.instance.as_ref()?);
        Some(format!("arn:aws:ec2:{REGION}:{account}:instance/{instance}"))
    }
}

impl Government {
    /// What a device is known by at a time, in seconds from the start.
    pub fn identity(&self, device: &Device, seconds: i64) -> Identity {
        let chance = device.chance;
        let organisation = device.organisation;
        let life = device.life(seconds);
        let changed = seconds >= device.event;
        let reimaged = u64::from(device.case == Case::Reimaged && changed);
        let agent = chance.at(side::AGENT).at(life).at(reimaged).bits();
        let code = self.organisation_code(organisation);
        Identity {
            asset_number: format!("{}-{:06}", code.to_uppercase(), device.index + 1),
            serial: self.serial(device),
            uuid: self.uuid(device),
            macs: self.macs(device, life, seconds),
            hostname: hostname(device, changed),
            domain: format!("{code}.example"),
            ip: self.address(device, seconds),
            ip6: (device.class == AssetClass::Server && !device.in_cloud)
                .then(|| address_6(organisation, device.index)),
            agent_id: format!("{agent:016x}"),
            instance: device
                .in_cloud
                .then(|| format!("i-0{:016x}", chance.at(side::INSTANCE).at(life).bits())),
            account: device.in_cloud.then(|| self.cloud_account_of(organisation)),
        }
    }

    /// The account an organisation's cloud instances run in.
    pub(crate) fn cloud_account_of(&self, organisation: u32) -> String {
        account(self.chance(Topic::Organisation, u64::from(organisation)))
    }

    fn serial(&self, device: &Device) -> Option<String> {
        if device.in_cloud || device.case == Case::Cloned {
            return None;
        }
        if device.chance.at(side::BLANKS).happens(self.plan().rates.blank_serials) {
            return Some("To be filled by O.E.M.".to_owned());
        }
        let bits = device.chance.at(side::SERIAL).bits();
        // The number makes it unique.
        Some(format!("{:03X}{:06X}", bits >> 52, device.number))
    }

    fn uuid(&self, device: &Device) -> Option<String> {
        match device.class {
            AssetClass::Workstation | AssetClass::Server if !device.in_cloud => {}
            _ => return None,
        }
        let chance = match device.case {
            Case::Cloned => self.block_chance(device.organisation, device.block),
            _ => device.chance,
        };
        if chance.at(side::BLANKS).at(1).happens(self.plan().rates.zero_uuids) {
            return Some("00000000-0000-0000-0000-000000000000".to_owned());
        }
        Some(uuid(chance.at(side::UUID)))
    }

    fn macs(&self, device: &Device, life: u64, seconds: i64) -> Vec<String> {
        if device.case == Case::AutoScaled {
            // Given by the cloud: another one for each life.
            let bits = device.chance.at(side::OTHER_MAC).at(life).bits();
            return vec![mac(0x0a_12_34, bits)];
        }
        let mut macs = vec![mac(0x3c_52_82, device.number * 2)];
        let second = device.is_computer() && device.chance.at(side::OTHER_MAC).happens(400);
        if second {
            macs.push(mac(0x3c_52_82, device.number * 2 + 1));
        }
        if device.case == Case::Dock {
            let place = device.place_in_block();
            for dock in 0..2 {
                let holder = (self.epoch(seconds) * 3 + dock * 4) % BLOCK;
                if holder == place {
                    let number = device.number - place + dock;
                    // Half of the docks are of a maker whose addresses are known as docks'.
                    let maker =
                        if device.block.is_multiple_of(2) { 0x00_24_9b } else { 0x5c_60_ba };
                    macs.push(mac(maker, number));
                }
            }
        }
        macs
    }

    /// The number of the interval between two scans that a time lies in.
    fn epoch(&self, seconds: i64) -> u64 {
        let interval = (self.plan().span() / i64::from(self.plan().scans.max(1))).max(1);
        seconds.max(0).div_euclid(interval) as u64
    }

    /// The IPv4 address.
    fn address(&self, device: &Device, seconds: i64) -> String {
        let start = device.index - device.place_in_block();
        let index = match device.case {
            Case::MovingAddress => start + (device.index + self.epoch(seconds)) % BLOCK,
            // The spare machine has the address of the dead one from then on.
            Case::Spare if !device.is_doomed() && seconds >= device.event => device.index - 1,
            _ => device.index,
        };
        self.address_of(device.organisation, index)
    }

    /// The address under which a block of hosts behind NAT is seen.
    pub(crate) fn outer_address(&self, device: &Device) -> String {
        let all = self.devices_of(device.organisation);
        self.address_of(device.organisation, all.end - all.start + 1 + device.block)
    }

    fn address_of(&self, organisation: u32, index: u64) -> String {
        let range = u64::from(self.addresses_of(organisation));
        let first = self.chance(Topic::Organisation, range).at(1).below(ADDRESSES);
        let number = (first + index) % ADDRESSES;
        Ipv4Addr::from(0xC612_0000_u32 + number as u32).to_string()
    }

    /// The network zone of a device.
    pub(crate) fn zone(&self, device: &Device) -> String {
        format!("zone-{}", device.index / ZONE + 1)
    }
}

/// Names: a prefix by class and the number in the organisation.
fn hostname(device: &Device, changed: bool) -> String {
    let index = device.index + 1;
    let prefix = match device.class {
        _ if device.case == Case::AutoScaled => return format!("web-{index:06}"),
        AssetClass::Workstation => "pc",
        AssetClass::Server => "sv",
        AssetClass::Network => "nw",
        AssetClass::Printer => "pr",
        _ => "mb",
    };
    match device.case {
        Case::Renamed if changed => format!("ws{index:06}"),
        Case::Reimaged if changed => format!("{prefix}{index:06}n"),
        Case::Spare if !device.is_doomed() && changed => format!("{prefix}{:06}", index - 1),
        _ => format!("{prefix}{index:06}"),
    }
}

fn address_6(organisation: u32, index: u64) -> String {
    let high = organisation as u16;
    Ipv6Addr::new(0x2001, 0xdb8, high, 0, 0, 0, (index >> 16) as u16, index as u16).to_string()
}

fn mac(maker: u32, number: u64) -> String {
    // An odd factor spreads the numbers and gives none twice.
    let low = number.wrapping_mul(0x9E_3779) & 0xff_ffff;
    let [.., a, b, c] = maker.to_be_bytes();
    let [.., d, e, f] = low.to_be_bytes();
    format!("{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}")
}

/// A UUID of version 4.
pub(crate) fn uuid(chance: Chance) -> String {
    let (high, low) = (chance.at(0).bits(), chance.at(1).bits());
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}

/// A cloud account's number of twelve digits.
pub(crate) fn account(chance: Chance) -> String {
    format!("{:012}", 100_000_000_000 + chance.at(2).below(800_000_000_000))
}
