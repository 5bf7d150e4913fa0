//! Rows of the tables of osquery that Yagura knows.

use std::borrow::Cow;

use serde::Deserialize;
use yagura_model::{
    asset::LocalAsset,
    attribute::{Attribute, names},
    coverage::ObservationKind,
    domain::AssetClass,
    identifier::{Identifier, IdentifierKind},
    record::Place,
    software::SoftwareSeen,
};

use super::blank;
use crate::{
    lenient::Text,
    sink::{Sink, Stopped},
};

/// The columns of all known tables; a row has those of one.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Row<'a> {
    name: Text<'a>,
    version: Text<'a>,
    release: Text<'a>,
    arch: Text<'a>,
    source: Text<'a>,
    status: Text<'a>,
    #[serde(alias = "vendor")]
    publisher: Text<'a>,
    install_location: Text<'a>,
    bundle_identifier: Text<'a>,
    major: Text<'a>,
    codename: Text<'a>,
    hostname: Text<'a>,
    #[serde(alias = "host_uuid")]
    uuid: Text<'a>,
    cpu_brand: Text<'a>,
    hardware_vendor: Text<'a>,
    hardware_model: Text<'a>,
    hardware_serial: Text<'a>,
    username: Text<'a>,
    port: Text<'a>,
    protocol: Text<'a>,
    address: Text<'a>,
}

/// Which table a row is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    Software,
    System,
    OsVersion,
    Users,
    Ports,
    Unknown,
}

pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Fixed-size fields of firmware come with the zero bytes that fill them.
fn clean<'t>(text: &'t Text<'_>) -> &'t str {
    text.as_str().trim_matches(['\0', ' '])
}

impl Row<'_> {
    /// The host a bare row of `system_info` names.
    pub(super) fn host(&self) -> Option<&str> {
        self.cpu_brand.get()?;
        self.hostname.get().or(self.uuid.get())
    }

    /// By the columns; by the query's name where the columns could be of several tables.
    fn table(&self, query: &str, bare: bool) -> Table {
        let query = query.to_ascii_lowercase();
        let short = query.rsplit(['/', '_', ':']).next().unwrap_or_default();
        let says = |words: &[&str]| words.iter().any(|word| query.contains(word));
        if self.port.get().is_some() && self.protocol.get().is_some() {
            Table::Ports
        } else if self.username.get().is_some() {
            Table::Users
        } else if self.cpu_brand.get().is_some() || self.hardware_serial.get().is_some() {
            Table::System
        } else if self.name.get().is_none() || self.version.get().is_none() {
            Table::Unknown
        } else if self.major.get().is_some()
            || self.codename.get().is_some()
            || short == "os"
            || says(&["os_version"])
        {
            Table::OsVersion
        } else if bare
            || self.status.get().is_some()
            || self.source.get().is_some()
            || self.arch.get().is_some()
            || self.install_location.get().is_some()
            || self.bundle_identifier.get().is_some()
            || says(&["package", "program", "software", "apps", "extension", "addon"])
        {
            Table::Software
        } else {
            Table::Unknown
        }
    }

    /// Gives the sink what the row says of the host, and tells which kind of observation a whole
    /// table of such rows is.
    pub(super) fn give(
        &self,
        asset: LocalAsset,
        host: &str,
        query: &str,
        bare: bool,
        place: Place,
        sink: &mut dyn Sink,
    ) -> Result<Option<ObservationKind>, Stopped> {
        let mut seen = blank(AssetClass::Device, asset, place);
        seen.name = Cow::Borrowed(host);
        seen.stable_id = Some(Cow::Borrowed(host));
        let kind = match self.table(query, bare) {
            Table::Unknown => return Ok(None),
            Table::Software => {
                // dpkg keeps the names of packages that were removed.
                let status = self.status.as_str();
                if !status.starts_with("deinstall") && !status.ends_with("config-files") {
                    let version = match self.release.get() {
                        Some(release) => Cow::Owned(format!("{}-{release}", self.version.as_str())),
                        None => Cow::Borrowed(self.version.as_str()),
                    };
                    sink.software(SoftwareSeen {
                        asset,
                        name: Cow::Borrowed(self.name.as_str()),
                        version,
                        purl: None,
                        cpe: None,
                        vendor: self.publisher.cow(),
                    })?;
                }
                return Ok(Some(ObservationKind::SoftwareInventory));
            }
            Table::System => {
                return self
                    .decorate(asset, host, place, sink)
                    .map(|()| Some(ObservationKind::DeviceInventory));
            }
            Table::OsVersion => {
                seen.attributes.extend(Attribute::new(names::OS, self.name.as_str()));
                seen.attributes.extend(Attribute::new(names::OS_VERSION, self.version.as_str()));
                ObservationKind::DeviceInventory
            }
            Table::Users => {
                seen.attributes.extend(Attribute::new("x.account", self.username.as_str()));
                ObservationKind::UserInventory
            }
            Table::Ports => {
                let address = self.address.as_str();
                let local = address.starts_with("127.") || address == "::1";
                let protocol = match self.protocol.as_str() {
                    "6" => "tcp",
                    "17" => "udp",
                    "132" => "sctp",
                    _ => "",
                };
                let port = self.port.as_str();
                if !local && port != "0" && !protocol.is_empty() {
                    let port = format!("{port}/{protocol}");
                    seen.attributes.extend(Attribute::new(names::OPEN_PORT, port));
                }
                ObservationKind::OpenPort
            }
        };
        if !seen.attributes.is_empty() {
            sink.asset(seen)?;
        }
        Ok(Some(kind))
    }

    /// Gives the sink what identifies and describes the machine.
    pub(super) fn decorate(
        &self,
        asset: LocalAsset,
        host: &str,
        place: Place,
        sink: &mut dyn Sink,
    ) -> Result<(), Stopped> {
        let mut seen = blank(AssetClass::Device, asset, place);
        seen.name = Cow::Borrowed(host);
        seen.stable_id = Some(Cow::Borrowed(host));
        let identifiers = [
            Identifier::new(IdentifierKind::Serial, clean(&self.hardware_serial)),
            Identifier::new(IdentifierKind::Uuid, clean(&self.uuid)),
            Identifier::of_host(clean(&self.hostname)),
        ];
        seen.identifiers.extend(identifiers.into_iter().flatten());
        let attributes = [
            Attribute::new(names::VENDOR, clean(&self.hardware_vendor)),
            Attribute::new(names::MODEL, clean(&self.hardware_model)),
            Attribute::new(names::CPU, clean(&self.cpu_brand)),
        ];
        seen.attributes.extend(attributes.into_iter().flatten());
        if seen.identifiers.is_empty() && seen.attributes.is_empty() {
            return Ok(());
        }
        sink.asset(seen)
    }
}
