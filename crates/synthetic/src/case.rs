//! What makes a thing hard to recognise again.

/// The accident that meets a thing, at most one each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Case {
    /// None: seen by scanner, endpoint tool, directory and register alike.
    Plain,
    /// Its address is another machine's by the next scan (DHCP).
    MovingAddress,
    /// A virtual machine that shares its UUID with those cloned from the same one.
    Cloned,
    /// A laptop that has the MAC address of a dock for a time.
    Dock,
    /// Scanned through NAT: it shows the address of several hosts.
    BehindNat,
    /// Set up again: another agent id and name, the same hardware.
    Reimaged,
    /// Given another name.
    Renamed,
    /// A spare machine that takes over the name and address of a dead one, or the dead one.
    Spare,
    /// A cloud instance that lives a few days; the next one has its name and address.
    AutoScaled,
    /// In one of two organisations that use the same addresses.
    SharedAddresses,
    /// A person known by staff number, directory id, account and mail.
    Person,
    /// A person who changes the ministry.
    Transferred,
    /// A system known by register number, domain and cloud account.
    System,
    /// A data set.
    DataSet,
}

impl Case {
    /// Every case.
    pub const ALL: &'static [Self] = &[
        Self::Plain,
        Self::MovingAddress,
        Self::Cloned,
        Self::Dock,
        Self::BehindNat,
        Self::Reimaged,
        Self::Renamed,
        Self::Spare,
        Self::AutoScaled,
        Self::SharedAddresses,
        Self::Person,
        Self::Transferred,
        Self::System,
        Self::DataSet,
    ];

    /// Its name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::MovingAddress => "moving_address",
            Self::Cloned => "cloned",
            Self::Dock => "dock",
            Self::BehindNat => "behind_nat",
            Self::Reimaged => "reimaged",
            Self::Renamed => "renamed",
            Self::Spare => "spare",
            Self::AutoScaled => "auto_scaled",
            Self::SharedAddresses => "shared_addresses",
            Self::Person => "person",
            Self::Transferred => "transferred",
            Self::System => "system",
            Self::DataSet => "data_set",
        }
    }
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
