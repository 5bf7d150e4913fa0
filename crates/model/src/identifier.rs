//! Identifiers: what a source knows a thing by.

use std::borrow::Cow;

use crate::kinds::text_enum;

text_enum! {
    /// A kind of identifier; strength and scope are rules, held as data in `baselines/identity`.
    pub enum IdentifierKind: u8 {
        /// Cloud provider's instance or resource id (ARN, Azure resource id, GCP self link).
        CloudInstance = 1 => "cloud_instance",
        /// Id of the agent a tool installed on the device, unique within that tool.
        AgentId = 2 => "agent_id",
        /// Hardware serial number.
        Serial = 3 => "serial",
        /// BIOS or virtual machine UUID.
        Uuid = 4 => "uuid",
        /// Number in the organisation's asset register.
        AssetNumber = 5 => "asset_number",
        /// Network card address, lower case, colon separated.
        Mac = 6 => "mac",
        /// Fully qualified domain name, lower case, no final dot.
        Fqdn = 7 => "fqdn",
        /// Name without domain, lower case.
        Hostname = 8 => "hostname",
        /// IPv4 or IPv6 address; identifies only inside a named network scope.
        Ip = 9 => "ip",
        /// Staff number of a person.
        StaffNumber = 10 => "staff_number",
        /// Directory GUID or SID, or the id a SCIM service provider gave.
        DirectoryId = 11 => "directory_id",
        /// Account name (UPN or login name), lower case.
        AccountName = 12 => "account_name",
        /// Mail address, lower case.
        Mail = 13 => "mail",
        /// Number in the register of information systems.
        SystemNumber = 14 => "system_number",
        /// Domain name a system answers at, or a web site's origin.
        Domain = 15 => "domain",
        /// Cloud account, subscription or project id.
        CloudAccount = 16 => "cloud_account",
        /// Number in the register of data sets.
        DataSetNumber = 17 => "data_set_number",
        /// Where data is stored: bucket, share, database.
        Store = 18 => "store",
        /// Content digest of an image or file.
        Digest = 19 => "digest",
        /// Name of an artefact: image reference, repository address, application name.
        Artefact = 20 => "artefact",
    }
}

/// One identifier as a source stated it, already normalised by [`Identifier::new`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier<'a> {
    /// What kind of identifier.
    pub kind: IdentifierKind,
    /// Its normalised value, never empty.
    pub value: Cow<'a, str>,
}

impl<'a> Identifier<'a> {
    /// Normalises a value by its kind; `None` if nothing that could identify is left.
    ///
    /// MAC addresses become lower case with colons, names lower case without a final dot,
    /// surrounding white space goes. Values that are known never to identify
    /// (`To be filled by O.E.M.`) stay: which they are is a rule of the engine, not of a reader.
    pub fn new(kind: IdentifierKind, value: impl Into<Cow<'a, str>>) -> Option<Self> {
        let value: Cow<'a, str> = value.into();
        let value = match kind {
            IdentifierKind::Mac => Cow::Owned(mac(&value)?),
            IdentifierKind::Fqdn
            | IdentifierKind::Hostname
            | IdentifierKind::Domain
            | IdentifierKind::AccountName
            | IdentifierKind::Mail
            | IdentifierKind::Uuid => lower(value),
            _ => trimmed(value),
        };
        let value = match kind {
            IdentifierKind::Fqdn | IdentifierKind::Domain if value.ends_with('.') => {
                Cow::Owned(value.trim_end_matches('.').to_owned())
            }
            _ => value,
        };
        (!value.is_empty()).then_some(Self { kind, value })
    }

    /// The identifier of a host name: an FQDN if it has a dot and is no address, an IP address
    /// if it is one, else a bare host name.
    pub fn of_host(name: impl Into<Cow<'a, str>>) -> Option<Self> {
        let name: Cow<'a, str> = name.into();
        let kind = if name.trim().parse::<std::net::IpAddr>().is_ok() {
            IdentifierKind::Ip
        } else if name.trim().trim_end_matches('.').contains('.') {
            IdentifierKind::Fqdn
        } else {
            IdentifierKind::Hostname
        };
        Self::new(kind, name)
    }

    /// The same identifier that borrows nothing.
    pub fn into_owned(self) -> Identifier<'static> {
        Identifier { kind: self.kind, value: Cow::Owned(self.value.into_owned()) }
    }
}

fn trimmed(value: Cow<'_, str>) -> Cow<'_, str> {
    if value.trim().len() == value.len() { value } else { Cow::Owned(value.trim().to_owned()) }
}

fn lower(value: Cow<'_, str>) -> Cow<'_, str> {
    let value = trimmed(value);
    if value.chars().any(char::is_uppercase) { Cow::Owned(value.to_lowercase()) } else { value }
}

/// `00-1B-2c-…`, `001B.2C…` or `00:1b:…` as `00:1b:2c:…`; `None` if it is no MAC address.
fn mac(value: &str) -> Option<String> {
    let digits: Vec<char> = value
        .chars()
        .filter(|c| !matches!(c, ':' | '-' | '.' | ' '))
        .map(|c| c.to_ascii_lowercase())
        .collect();
    if digits.len() != 12 || !digits.iter().all(char::is_ascii_hexdigit) {
        return None;
    }
    let pairs: Vec<String> = digits.chunks(2).map(|pair| pair.iter().collect()).collect();
    Some(pairs.join(":"))
}

#[cfg(test)]
mod tests {
    use super::{Identifier, IdentifierKind};

    fn check(kind: IdentifierKind, given: &str, expected: Option<&str>) {
        assert_eq!(Identifier::new(kind, given).map(|i| i.value.into_owned()).as_deref(), expected);
    }

    #[test]
    fn values_are_normalised_by_kind() {
        check(IdentifierKind::Mac, "00-1B-2C-3D-4E-5F", Some("00:1b:2c:3d:4e:5f"));
        check(IdentifierKind::Mac, "001b.2c3d.4e5f", Some("00:1b:2c:3d:4e:5f"));
        check(IdentifierKind::Mac, "n/a", None);
        check(IdentifierKind::Fqdn, " WEB.Example. ", Some("web.example"));
        check(IdentifierKind::Serial, "  ", None);
        check(IdentifierKind::Serial, "ABc", Some("ABc"));
    }

    #[test]
    fn a_host_is_an_address_a_name_or_both_parts() {
        let kind = |text: &'static str| Identifier::of_host(text).map(|i| i.kind);
        assert_eq!(kind("192.0.2.1"), Some(IdentifierKind::Ip));
        assert_eq!(kind("web.example"), Some(IdentifierKind::Fqdn));
        assert_eq!(kind("WEB01"), Some(IdentifierKind::Hostname));
    }
}
