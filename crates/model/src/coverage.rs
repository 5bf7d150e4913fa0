//! Coverage: what a report looked at, so that silence can be told from absence.

use std::borrow::Cow;

use crate::{Timestamp, asset::LocalAsset, kinds::text_enum, ports::Ports};

text_enum! {
    /// A kind of observation.
    pub enum ObservationKind: u8 {
        /// Which devices there are and what they are.
        DeviceInventory = 0 => "device_inventory",
        /// Which accounts there are.
        UserInventory = 1 => "user_inventory",
        /// Which systems there are.
        SystemInventory = 2 => "system_inventory",
        /// Which data sets and stores there are.
        DataInventory = 3 => "data_inventory",
        /// Which software is installed or contained.
        SoftwareInventory = 4 => "software_inventory",
        /// Known vulnerabilities.
        Vulnerability = 5 => "vulnerability",
        /// Settings against a benchmark or policy.
        Configuration = 6 => "configuration",
        /// Which ports and services answer.
        OpenPort = 7 => "open_port",
        /// Malware protection and its definitions.
        Malware = 8 => "malware",
        /// Weaknesses in source code or in a web application.
        Code = 9 => "code",
        /// Secrets lying in the open.
        Secret = 10 => "secret",
        /// Licences of components.
        Licence = 11 => "licence",
        /// Signs of an attack: events, not posture.
        Detection = 12 => "detection",
        /// Sensitive data where it should not be.
        DataSecurity = 13 => "data_security",
        /// Which organisations there are.
        OrganisationInventory = 14 => "organisation_inventory",
    }
}

/// A set of observation kinds.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct ObservationKinds(pub u32);

impl ObservationKinds {
    /// The empty set.
    pub const NONE: Self = Self(0);

    /// The set of the kinds given.
    pub fn of(kinds: &[ObservationKind]) -> Self {
        kinds.iter().fold(Self::NONE, |set, kind| set.with(*kind))
    }

    /// This set and one kind more.
    #[must_use]
    pub fn with(self, kind: ObservationKind) -> Self {
        Self(self.0 | 1 << kind.number())
    }

    /// This set and another.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a kind is in the set.
    pub fn contains(self, kind: ObservationKind) -> bool {
        self.0 & (1 << kind.number()) != 0
    }

    /// Whether nothing is in the set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The kinds of `self` that are not in `allowed`.
    #[must_use]
    pub fn beyond(self, allowed: Self) -> Self {
        Self(self.0 & !allowed.0)
    }

    /// The kinds in the set, in order of number.
    pub fn iter(self) -> impl Iterator<Item = ObservationKind> {
        ObservationKind::ALL.iter().copied().filter(move |kind| self.contains(*kind))
    }
}

/// Which checks a report evaluated on the assets it covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckSet<'a> {
    /// All the source knows for the covered kinds: what it does not name, it did not find.
    All,
    /// Only these, by the source's own id: what is neither here nor a finding was not evaluated.
    /// A reader that gives each record's outcome need not repeat the ids of passes and findings.
    Named(Vec<Cow<'a, str>>),
    /// All the source knows, at these ports and of the host as a whole: other ports were not
    /// looked at.
    At(Ports),
}

/// What a report covered of one asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageSeen<'a> {
    /// Which asset.
    pub asset: LocalAsset,
    /// Which kinds of observation were carried through to the end. An asset that was down, or a
    /// scan that broke off, has none.
    pub kinds: ObservationKinds,
    /// Whether the look had credentials; `None` where the question makes no sense for the tool.
    pub credentialed: Option<bool>,
    /// Which checks were evaluated.
    pub checks: CheckSet<'a>,
    /// When, if that is not the report's own time.
    pub observed_at: Option<Timestamp>,
}
