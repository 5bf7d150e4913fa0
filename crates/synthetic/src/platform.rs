//! The sorts of machines there are: operating systems, makers, models.

use yagura_model::domain::AssetClass;

use crate::chance::Chance;

/// What packages, checks and rules a machine has to do with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Windows.
    Windows,
    /// Debian and its kin.
    Debian,
    /// Distributions of RPM packages.
    Rpm,
    /// Firmware of network devices and printers.
    Appliance,
    /// Phones and tablets.
    Mobile,
}

impl Family {
    /// Every family.
    pub const ALL: &'static [Self] =
        &[Self::Windows, Self::Debian, Self::Rpm, Self::Appliance, Self::Mobile];

    pub(crate) fn index(self) -> usize {
        match self {
            Self::Windows => 0,
            Self::Debian => 1,
            Self::Rpm => 2,
            Self::Appliance => 3,
            Self::Mobile => 4,
        }
    }
}

/// An operating system, as the tools write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Platform {
    /// Which packages it has.
    pub family: Family,
    /// Its name.
    pub os: &'static str,
    /// Its version.
    pub version: &'static str,
    /// What a network scanner calls it.
    pub scanner_os: &'static str,
    /// What class these words mean.
    pub scanner_class: AssetClass,
}

const fn platform(
    family: Family,
    os: &'static str,
    version: &'static str,
    scanner_os: &'static str,
    scanner_class: AssetClass,
) -> Platform {
    Platform { family, os, version, scanner_os, scanner_class }
}

use Family::{Appliance, Debian, Mobile, Rpm, Windows};

const WINDOWS_11: Platform = platform(
    Windows,
    "Windows 11 Enterprise",
    "24H2",
    "Microsoft Windows 11 Enterprise",
    AssetClass::Workstation,
);
const WINDOWS_11_OLD: Platform = Platform { version: "23H2", ..WINDOWS_11 };
const DESKTOP_LINUX: Platform =
    platform(Debian, "Debian", "13", "Linux Kernel 6.12", AssetClass::Device);
const WINDOWS_SERVER: Platform = platform(
    Windows,
    "Windows Server 2022",
    "21H2",
    "Microsoft Windows Server 2022 Standard",
    AssetClass::Server,
);
const DEBIAN_SERVER: Platform =
    platform(Debian, "Debian", "12", "Linux Kernel 6.1", AssetClass::Device);
const RPM_SERVER: Platform =
    platform(Rpm, "Rocky Linux", "9.5", "Linux Kernel 5.14", AssetClass::Device);
const SWITCH: Platform =
    platform(Appliance, "KumoOS Switch", "7.4", "KumoOS 7", AssetClass::Network);
const ROUTER: Platform =
    platform(Appliance, "KumoOS Router", "9.1", "KumoOS 9", AssetClass::Network);
const PRINTER: Platform =
    platform(Appliance, "Fude Printer Firmware", "3.2", "Fude Printer", AssetClass::Printer);
const TABLET: Platform = platform(Mobile, "iPadOS", "18.1", "iPadOS", AssetClass::Mobile);
const PHONE: Platform = platform(Mobile, "Android", "15", "Android", AssetClass::Mobile);

/// The platform of a device of a class.
pub(crate) fn of(class: AssetClass, chance: Chance) -> Platform {
    let hundred = chance.below(100);
    match class {
        AssetClass::Workstation if hundred < 70 => WINDOWS_11,
        AssetClass::Workstation if hundred < 95 => WINDOWS_11_OLD,
        AssetClass::Workstation => DESKTOP_LINUX,
        AssetClass::Network if hundred < 70 => SWITCH,
        AssetClass::Network => ROUTER,
        AssetClass::Printer => PRINTER,
        AssetClass::Mobile if hundred < 60 => TABLET,
        AssetClass::Mobile => PHONE,
        _ if hundred < 40 => WINDOWS_SERVER,
        _ if hundred < 70 => DEBIAN_SERVER,
        _ => RPM_SERVER,
    }
}

/// Fictional makers and their models.
pub(crate) const MODELS: &[(&str, &str)] = &[
    ("Yagura Denki", "YD-5400"),
    ("Yagura Denki", "YD-5800"),
    ("Tsubame Systems", "Swift 14"),
    ("Tsubame Systems", "Swift 16"),
    ("Kawasemi Computer", "K320"),
    ("Kawasemi Computer", "K540"),
    ("Minato Works", "MW-R2"),
    ("Minato Works", "MW-R4"),
];

/// Sites.
pub(crate) const PLACES: &[&str] = &[
    "本館1階",
    "本館2階",
    "本館3階",
    "本館4階",
    "別館",
    "北部庁舎",
    "南部庁舎",
    "東部庁舎",
    "西部庁舎",
    "第一データセンター",
    "第二データセンター",
    "研修所",
];
