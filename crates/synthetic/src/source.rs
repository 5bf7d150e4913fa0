//! Sources: the registers and tools of each organisation, and what each of them sees.

use yagura_model::domain::AssetClass;

use crate::{
    case::Case,
    chance::Chance,
    device::{Device, side},
};

/// A register or tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceKind {
    /// The register of organisations.
    Organisations,
    /// The register of information systems.
    Systems,
    /// The register of domains that systems answer at, kept by somebody else.
    Domains,
    /// The register of devices.
    Assets,
    /// The register of staff.
    Staff,
    /// The register of data sets.
    DataSets,
    /// The directory: accounts and the machines joined to it.
    Directory,
    /// The endpoint tool with an agent on each machine.
    Endpoint,
    /// The network scanner with credentials.
    Scanner,
    /// The network scanner without credentials, of one zone, partly through NAT.
    Outside,
    /// The scanner of configuration.
    Configuration,
    /// Posture of cloud accounts and instances.
    Cloud,
}

/// The format a source writes its reports in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReportFormat {
    /// Yagura's inventory, CSV.
    InventoryCsv,
    /// Yagura's inventory, JSON Lines.
    InventoryJsonl,
    /// OCSF, JSON Lines.
    Ocsf,
    /// Nessus v2 XML.
    Nessus,
}

impl ReportFormat {
    /// The name of the reader.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InventoryCsv => "inventory_csv",
            Self::InventoryJsonl => "inventory_jsonl",
            Self::Ocsf => "ocsf",
            Self::Nessus => "nessus",
        }
    }

    /// The end of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::InventoryCsv => "csv",
            Self::InventoryJsonl => "jsonl",
            Self::Ocsf => "ocsf.jsonl",
            Self::Nessus => "nessus",
        }
    }
}

impl SourceKind {
    /// Every source an organisation has, in the order in which they report.
    pub const ALL: &'static [Self] = &[
        Self::Organisations,
        Self::Systems,
        Self::Domains,
        Self::Assets,
        Self::Staff,
        Self::DataSets,
        Self::Directory,
        Self::Endpoint,
        Self::Scanner,
        Self::Outside,
        Self::Configuration,
        Self::Cloud,
    ];

    /// Its place in [`Self::ALL`].
    pub(crate) fn index(self) -> u64 {
        Self::ALL.iter().zip(0..).find(|(kind, _)| **kind == self).map_or(0, |(_, at)| at)
    }

    /// Whether it tells of organisations only, which are no assets.
    pub fn is_of_organisations(self) -> bool {
        self == Self::Organisations
    }

    /// A short name for files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Organisations => "organisations",
            Self::Systems => "systems",
            Self::Domains => "domains",
            Self::Assets => "assets",
            Self::Staff => "staff",
            Self::DataSets => "data-sets",
            Self::Directory => "directory",
            Self::Endpoint => "endpoint",
            Self::Scanner => "scanner",
            Self::Outside => "outside",
            Self::Configuration => "configuration",
            Self::Cloud => "cloud",
        }
    }

    /// The name people give it.
    pub fn name_ja(self) -> &'static str {
        match self {
            Self::Organisations => "組織台帳",
            Self::Systems => "情報システム台帳",
            Self::Domains => "ドメイン台帳",
            Self::Assets => "資産管理台帳",
            Self::Staff => "人事台帳",
            Self::DataSets => "データ台帳",
            Self::Directory => "認証基盤の名簿",
            Self::Endpoint => "端末監視",
            Self::Scanner => "脆弱性診断",
            Self::Outside => "外側からの診断",
            Self::Configuration => "設定診断",
            Self::Cloud => "クラウド設定診断",
        }
    }

    /// What its reports are written in.
    pub fn format(self) -> ReportFormat {
        match self {
            Self::Organisations | Self::Systems | Self::Domains | Self::Assets | Self::DataSets => {
                ReportFormat::InventoryCsv
            }
            Self::Staff => ReportFormat::InventoryJsonl,
            Self::Directory | Self::Endpoint | Self::Configuration | Self::Cloud => {
                ReportFormat::Ocsf
            }
            Self::Scanner | Self::Outside => ReportFormat::Nessus,
        }
    }

    /// Whether a report of it may be on a part of the devices.
    pub(crate) fn may_be_partial(self) -> bool {
        matches!(self, Self::Endpoint | Self::Scanner | Self::Outside | Self::Configuration)
    }

    /// Whether it sees a device at all, at a time in seconds from the start.
    pub(crate) fn sees(self, device: &Device, seconds: i64) -> bool {
        let in_service = device.is_in_service(seconds);
        let chance: Chance = device.chance.at(side::SEEN).at(self.index());
        let reached = |rate| in_service && chance.happens(rate);
        let class = device.class;
        match self {
            Self::Assets => device.case != Case::AutoScaled && chance.happens(970),
            Self::Directory => device.is_computer() && !device.in_cloud && reached(930),
            Self::Endpoint => device.is_computer() && reached(950),
            Self::Scanner => {
                let behind = device.case == Case::BehindNat;
                !behind && class != AssetClass::Mobile && reached(900)
            }
            Self::Outside if device.index >= ZONE_OF_SCANNER => false,
            Self::Outside => match device.case {
                Case::BehindNat | Case::MovingAddress => in_service,
                _ if class == AssetClass::Workstation => reached(200),
                _ => !device.in_cloud && class != AssetClass::Mobile && reached(800),
            },
            Self::Configuration => device.is_computer() && !device.in_cloud && reached(700),
            Self::Cloud => device.in_cloud && in_service,
            Self::Organisations | Self::Systems | Self::Domains | Self::Staff | Self::DataSets => {
                false
            }
        }
    }
}

/// The scanner without credentials stands in one zone and reaches the devices before this one.
const ZONE_OF_SCANNER: u64 = 60_000;
