//! Attributes: what a source says about a thing, besides what identifies it.

use std::borrow::Cow;

/// One attribute as a source stated it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attribute<'a> {
    /// One of the names of [`names`], or `x.` and a name of the source's own.
    pub name: Cow<'a, str>,
    /// The value as text: `true`/`false`, integers in decimal, times in RFC 3339.
    pub value: Cow<'a, str>,
}

impl<'a> Attribute<'a> {
    /// An attribute, or `None` if the value is blank.
    pub fn new(name: &'static str, value: impl Into<Cow<'a, str>>) -> Option<Self> {
        let value: Cow<'a, str> = value.into();
        (!value.trim().is_empty()).then_some(Self { name: Cow::Borrowed(name), value })
    }

    /// The same attribute that borrows nothing.
    pub fn into_owned(self) -> Attribute<'static> {
        Attribute {
            name: Cow::Owned(self.name.into_owned()),
            value: Cow::Owned(self.value.into_owned()),
        }
    }
}

/// The vocabulary of attribute names, one word for one thing across all formats.
pub mod names {
    /// What a source calls the thing. Kept with the source's record, and here once it is another.
    pub const NAME: &str = "name";
    /// What the source takes the thing for, as an [`AssetClass`](crate::domain::AssetClass); kept like
    /// the name.
    pub const CLASS: &str = "class";
    /// Name of the operating system or firmware, as the source writes it.
    pub const OS: &str = "os";
    /// Its version.
    pub const OS_VERSION: &str = "os.version";
    /// Manufacturer of the hardware.
    pub const VENDOR: &str = "hardware.vendor";
    /// Model of the hardware.
    pub const MODEL: &str = "hardware.model";
    /// Processor architecture or brand.
    pub const CPU: &str = "hardware.cpu";
    /// Where the thing stands or runs: site, room, region.
    pub const PLACE: &str = "place";
    /// From where it can be reached: `internet`, `other_organisation`, `internal`.
    pub const EXPOSURE: &str = "exposure";
    /// 機密性 as `3`, `2` or `1`.
    pub const CONFIDENTIALITY: &str = "confidentiality";
    /// 完全性 as `2` or `1`.
    pub const INTEGRITY: &str = "integrity";
    /// 可用性 as `2` or `1`.
    pub const AVAILABILITY: &str = "availability";
    /// Handling limits (取扱制限).
    pub const HANDLING: &str = "handling";
    /// Whether the system is designated as important, `true` or `false`.
    pub const IMPORTANT: &str = "important";
    /// Life cycle, as a [`LifeCycle`](crate::life_cycle::LifeCycle).
    pub const LIFE_CYCLE: &str = "life_cycle";
    /// Time the thing entered service.
    pub const IN_SERVICE_SINCE: &str = "in_service_since";
    /// Who answers for it, as a post or person of the source.
    pub const OWNER: &str = "owner";
    /// What it is for.
    pub const PURPOSE: &str = "purpose";
    /// Whether its disk or store is encrypted, `true` or `false`.
    pub const ENCRYPTED: &str = "encrypted";
    /// Version or date of the malware definitions.
    pub const DEFINITIONS: &str = "malware.definitions";
    /// Whether malware protection runs, `true` or `false`.
    pub const PROTECTION: &str = "malware.protection";
    /// Time of the last boot.
    pub const BOOTED_AT: &str = "booted_at";
    /// Time the source last heard of the thing.
    pub const LAST_SEEN: &str = "last_seen";
    /// Network zone or scope the thing was seen in.
    pub const ZONE: &str = "zone";
    /// How the network lets things be looked at, in a word of the rules of master records.
    pub const NETWORK_CLASS: &str = "network.class";
    /// Whether an account can be used, `true` or `false`.
    pub const ENABLED: &str = "account.enabled";
    /// Employment: `employed`, `leave`, `left`, `contractor`.
    pub const EMPLOYMENT: &str = "employment";
    /// Strongest second factor: `phishing_resistant`, `otp`, `sms`, `none`.
    pub const MFA: &str = "account.mfa";
    /// Whether the account has administrator rights, `true` or `false`.
    pub const PRIVILEGED: &str = "account.privileged";
    /// Time of the last sign-in.
    pub const LAST_LOGIN: &str = "account.last_login";
    /// Time the password was last changed.
    pub const PASSWORD_CHANGED: &str = "account.password_changed";
    /// Date of the last security training.
    pub const TRAINED_AT: &str = "trained_at";
    /// Group or role a user belongs to.
    pub const MEMBER_OF: &str = "member_of";
    /// Post (官職) or title a person holds.
    pub const POST: &str = "post";
    /// Whether personal data is held, `true` or `false`.
    pub const PERSONAL_DATA: &str = "personal_data";
    /// Where data is kept: the store's name or address.
    pub const STORED_AT: &str = "stored_at";
    /// Until when data may be kept.
    pub const KEEP_UNTIL: &str = "keep_until";
    /// Who can read data: `public`, `organisation`, `restricted`.
    pub const SHARED_WITH: &str = "shared_with";
    /// Date of the last vulnerability assessment.
    pub const ASSESSED_AT: &str = "assessed_at";
    /// Date of the last audit.
    pub const AUDITED_AT: &str = "audited_at";
    /// Cloud service the system uses.
    pub const CLOUD_SERVICE: &str = "cloud_service";
    /// A port that answers, as `443/tcp https`.
    pub const OPEN_PORT: &str = "open_port";
    /// Free text of the source.
    pub const NOTE: &str = "note";

    /// Every name, in the order people are shown them.
    pub const ALL: &[&str] = &[
        NAME,
        CLASS,
        OS,
        OS_VERSION,
        VENDOR,
        MODEL,
        CPU,
        PLACE,
        EXPOSURE,
        CONFIDENTIALITY,
        INTEGRITY,
        AVAILABILITY,
        HANDLING,
        IMPORTANT,
        LIFE_CYCLE,
        IN_SERVICE_SINCE,
        OWNER,
        PURPOSE,
        ENCRYPTED,
        DEFINITIONS,
        PROTECTION,
        BOOTED_AT,
        LAST_SEEN,
        ZONE,
        NETWORK_CLASS,
        ENABLED,
        EMPLOYMENT,
        MFA,
        PRIVILEGED,
        LAST_LOGIN,
        PASSWORD_CHANGED,
        TRAINED_AT,
        MEMBER_OF,
        POST,
        PERSONAL_DATA,
        STORED_AT,
        KEEP_UNTIL,
        SHARED_WITH,
        ASSESSED_AT,
        AUDITED_AT,
        CLOUD_SERVICE,
        OPEN_PORT,
        NOTE,
    ];
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::names;

    #[test]
    fn every_name_stands_once_on_the_list() {
        let written = include_str!("attribute.rs").matches("\n    pub const ").count();
        let listed: BTreeSet<&str> = names::ALL.iter().copied().collect();
        // The list itself is no name.
        assert_eq!((listed.len(), names::ALL.len()), (written - 1, written - 1));
    }
}
